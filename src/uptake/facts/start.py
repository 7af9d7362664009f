"""Start of life: the instant from which a user or an account can adopt anything.

The plan lists where to look (creation date, first event, a sign-up event, a dated attribute); the
first that yields an instant wins. Whoever has none is known (a seat, say) but has not started.
"""

from __future__ import annotations

from uptake.facts.selection import events_sql
from uptake.plan import Plan, StartPoint
from uptake.store.intake import EARLIEST, LATEST
from uptake.store.projection import Cursor
from uptake.store.sql import instant, literal

TABLE = """
CREATE TABLE user_start (user_key INTEGER, started_at TIMESTAMP, started_on DATE);
CREATE TABLE account_start (account_key INTEGER, started_at TIMESTAMP, started_on DATE);
CREATE TABLE member_start (member_key BIGINT, started_at TIMESTAMP, started_on DATE);
"""
LOCAL_DAY = "timezone($zone, timezone('UTC', started_at))::DATE"


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes both tables again, for everyone known."""
    zone = {"zone": plan.product.timezone}
    for entity, points in (("user", plan.start.user), ("account", plan.start.account)):
        sources = [_source(cursor, plan, entity, point) for point in points]
        joins = " ".join(
            f"LEFT JOIN ({source}) s{number} USING ({entity}_key)" for number, source in enumerate(sources)
        )
        first = ", ".join(f"s{number}.started_at" for number in range(len(sources)))
        everyone = (
            "SELECT user_key FROM users ANTI JOIN person ON person.actor_key = users.user_key"
            if entity == "user"
            else "SELECT account_key FROM accounts"
        )
        cursor.execute(f"DELETE FROM {entity}_start")
        cursor.execute(
            f"""INSERT INTO {entity}_start SELECT *, {LOCAL_DAY}
            FROM (SELECT {entity}_key, coalesce({first}) AS started_at FROM ({everyone}) {joins}) ORDER BY 1""",
            zone,
        )
    # In an account a user does not begin before, or without, the user's own start.
    begins = ", ".join(f"min({point}.valid_from)" for point in plan.start.member)
    cursor.execute("DELETE FROM member_start")
    cursor.execute(
        f"""INSERT INTO member_start
        SELECT *, {LOCAL_DAY} FROM (
            SELECT (membership.account_key::BIGINT << 32) | membership.user_key AS member_key,
                CASE WHEN any_value(u.started_at) IS NOT NULL
                    THEN greatest(coalesce({begins}), any_value(u.started_at)) END AS started_at
            FROM membership JOIN user_start u USING (user_key) LEFT JOIN seat USING (user_key, account_key)
            GROUP BY membership.account_key, membership.user_key
        ) ORDER BY 1""",
        zone,
    )


def _source(cursor: Cursor, plan: Plan, entity: str, point: StartPoint) -> str:
    """SQL for (key, started_at) by one point of the plan."""
    key = f"{entity}_key"
    attribute = point.attribute if point.kind == "attribute" else point.kind
    if attribute in ("created_at", "signed_on") or point.kind == "attribute":
        return said_sql(entity, str(attribute), plan.product.timezone)
    chosen = events_sql(cursor, plan, [point.selector]) if point.selector is not None else "true"
    return f"SELECT {key}, min(event_at) AS started_at FROM event WHERE {key} IS NOT NULL AND {chosen} GROUP BY 1"


def said_sql(entity: str, attribute: str, zone: str) -> str:
    """SQL for (user_key or account_key, started_at): the earliest instant that an attribute ever said.

    Args:
        entity: user or account.
        attribute: An attribute that holds dates or instants.
        zone: The product's time zone, in which a date begins.
    """
    return f"""SELECT {entity}_key, min(said_at) AS started_at
            FROM (SELECT *, {instant("text", literal(zone))} AS said_at
                FROM {entity}_attribute WHERE name = {literal(attribute)})
            WHERE said_at BETWEEN {literal(EARLIEST)} AND {literal(LATEST)} GROUP BY 1"""
