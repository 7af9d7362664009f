"""Who is counted, as SQL: entities that were there at the end of a period, active ones, eligible ones."""

from __future__ import annotations

from uptake.facts.membership import ALWAYS, NEVER
from uptake.facts.selection import number_of, property_sql
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked
from uptake.plan import Condition, Conditions
from uptake.store.sql import literal

AT = "p.on_at - INTERVAL 1 MICROSECOND"
"""The last instant of a snapshot: attributes, memberships and seats are those of this instant."""


def present_sql(asked: Asked, among: str = "") -> str:
    """SQL for (entity_key, anchor_at, period_on): everyone known to be there at the end of each period.

    Seats that never came are there; members who left and accounts that churned are not.

    Args:
        asked: The question.
        among: A relation with `entity_key`, if only those in it matter.
    """
    present = asked.grain.present
    if among:
        present = f"(SELECT * FROM {present} SEMI JOIN {among} USING (entity_key))"
    return f"""SELECT s.entity_key, {AT} AS anchor_at, p.period_on
        FROM period p JOIN {present} s ON s.valid_from < p.on_at AND s.valid_to >= p.on_at"""


def present_count_sql(grain: Grain) -> str:
    """SQL for (period_on, on_day, n): how many are there at the end of each period, without a row for each of them.

    Nobody is there twice, so they are those who have come less those who have gone.

    Args:
        grain: Whose presence it is.
    """
    return f"""SELECT period_on, on_day, n FROM (
            SELECT p.period_on, p.on_day, sum(sum(c.n)) OVER (ORDER BY p.on_day)::BIGINT AS n FROM (
                SELECT valid_from AS at, count(*) AS n FROM {grain.present} GROUP BY valid_from
                UNION ALL SELECT valid_to, -count(*) FROM {grain.present} GROUP BY valid_to
                UNION ALL SELECT on_at - INTERVAL 1 MICROSECOND, 0 FROM period
            ) c ASOF JOIN period p ON c.at < p.on_at GROUP BY p.period_on, p.on_day
        ) WHERE n > 0"""


def seats_sql(grain: Grain) -> str:
    """SQL for (entity_key, anchor_at, period_on): everyone with a seat at the end of each period.

    Without a seat roster, everyone who was there then.

    Args:
        grain: Users, or users in accounts.
    """
    # a user may have several seats, but nobody is there twice
    return f"""SELECT DISTINCT {grain.key} AS entity_key, {AT} AS anchor_at, p.period_on
        FROM period p JOIN seat s ON s.valid_from < p.on_at AND s.valid_to >= p.on_at
        UNION ALL SELECT s.entity_key, {AT}, p.period_on
        FROM period p JOIN {grain.present} s ON s.valid_from < p.on_at AND s.valid_to >= p.on_at
        WHERE NOT EXISTS (SELECT 1 FROM seat)"""


def window_sql(days: str) -> str:
    """SQL for the relation `window_day`, over as many days as the SQL says."""
    return f"""SELECT c.day, p.period_on, p.on_day, p.on_at
        FROM period p JOIN calendar c ON c.day > p.on_day - {days} AND c.day <= p.on_day"""


WINDOW_DAY = window_sql("$window_days::INTEGER")
"""SQL for the relation `window_day`: every day of the `$window_days` days up to each period's end.

Facts meet it by `day`: an equality is quicker than a range, by far where there are many periods.
"""

WINDOW_SPAN = """SELECT p.period_on, c.begins_at, p.on_at AS ends_at
        FROM period p JOIN calendar c ON c.day = p.on_day - $window_days::INTEGER + 1"""
"""SQL for the relation `window_span`: the instants between which the same days lie, for what has an instant alone."""


def active_sql(asked: Asked, within: str = "") -> str:
    """SQL for (entity_key, anchor_at, period_on), over `window_day`: who was active in each period's window.

    Everyone is met once, at the last active day `d` before the end.

    Args:
        asked: The question.
        within: SQL that leaves out those for whom that day of the window `p` is too long ago.
    """
    return f"""SELECT d.entity_key, {AT} AS anchor_at, p.period_on
        FROM window_day p JOIN {asked.grain.day} d ON d.day = p.day AND d.next_day > p.on_day {within}"""


def eligible_sql(asked: Asked, conditions: Conditions) -> str:
    """SQL for (entity_key, period_on): who could use a feature at the end of each period.

    Conditions are on attributes of the user and of the account, as they were then; `id` is the entity's
    id itself. A user of several accounts is eligible if one of them makes the user so; an account, if
    one of its members is.
    """
    joins, tests = _tests(asked, conditions, "p.on_at")
    return f"""SELECT DISTINCT m.entity_key, p.period_on FROM period p CROSS JOIN ({_members(asked)}) m {joins}
        WHERE m.valid_from < p.on_at AND m.valid_to >= p.on_at AND {tests}"""


def eligible_spans_sql(asked: Asked, conditions: Conditions, grain: Grain | None = None) -> str:
    """SQL for (entity_key, valid_from, valid_to): since when until when each could use a feature.

    Whoever is in a span at the end of a day is who `eligible_sql` finds for it; spans of one entity may overlap.

    Args:
        asked: The question.
        conditions: Who can use it, as for `eligible_sql`.
        grain: Who is meant, if not the question's.
    """
    members, joins = f"({_members(asked, grain)})", []
    begins, ends = ["m.valid_from"], ["m.valid_to"]
    for number, condition in enumerate(conditions):
        side = condition.property.partition(".")[0]
        joins.append(
            f"JOIN ({_held_sql(condition, asked.plan.product.timezone)}) c{number}"
            f" ON c{number}.{side}_key IS NOT DISTINCT FROM m.{side}_key"
        )
        begins.append(f"c{number}.valid_from")
        ends.append(f"c{number}.valid_to")
    return f"""SELECT entity_key, valid_from, valid_to FROM (
            SELECT m.entity_key, greatest({", ".join(begins)}) AS valid_from, least({", ".join(ends)}) AS valid_to
            FROM {members} m {" ".join(joins)}
        ) WHERE valid_from < valid_to"""


def _held_sql(condition: Condition, zone: str) -> str:
    """SQL for (user_key or account_key, valid_from, valid_to): when a condition held, also of nobody (NULL)."""
    side, _, attribute = condition.property.partition(".")
    key = f"{side}_key"
    if attribute == "id":
        known = f"SELECT {key}, {side}_id AS text, {ALWAYS} AS valid_from, {NEVER} AS valid_to FROM {side}s"
        known += f" UNION ALL SELECT NULL, NULL, {ALWAYS}, {NEVER}"
        test = property_sql(condition, "text", number_of("text"), zone)
        return f"SELECT {key}, valid_from, valid_to FROM ({known}) WHERE {test}"
    said = f"SELECT * FROM {side}_attribute WHERE name = {literal(attribute)}"
    # between what was said, and of whom nothing was, the attribute is missing: some conditions hold then
    silent = f"""
            SELECT {key}, NULL::VARCHAR AS text, NULL::DOUBLE AS number, valid_to AS valid_from,
                coalesce(lead(valid_from) OVER (PARTITION BY {key} ORDER BY valid_from), {NEVER}) AS valid_to FROM ({said})
            UNION ALL SELECT {key}, NULL, NULL, {ALWAYS}, min(valid_from) FROM ({said}) GROUP BY {key}
            UNION ALL SELECT {key}, NULL, NULL, {ALWAYS}, {NEVER} FROM (
                SELECT {key} FROM {side}s UNION ALL SELECT NULL
            ) ANTI JOIN ({said}) USING ({key})"""
    return f"""SELECT {key}, valid_from, valid_to FROM (
            SELECT {key}, text, number, valid_from, valid_to FROM ({said}) UNION ALL {silent}
        ) WHERE valid_from < valid_to AND {property_sql(condition, "text", "number", zone)}"""


def open_from_sql(asked: Asked, conditions: Conditions, started: str) -> str:
    """SQL for (entity_key, open_at): since when each could use a feature, not before it started.

    Args:
        asked: The question.
        conditions: Who can use it, as for `eligible_sql`.
        started: SQL for (entity_key, reached_at).
    """
    if not conditions:
        return f"SELECT entity_key, reached_at AS open_at FROM ({started})"
    return f"""SELECT entity_key, min(greatest(reached_at, valid_from)) AS open_at
        FROM ({started}) JOIN ({eligible_spans_sql(asked, conditions)}) USING (entity_key)
        WHERE greatest(reached_at, valid_from) < least(valid_to, $as_of) GROUP BY entity_key"""


def _members(asked: Asked, grain: Grain | None = None) -> str:
    """SQL for (entity_key, user_key, account_key, valid_from, valid_to): by whom an entity is judged, and when.

    Whoever has no membership is judged by what is known of that side alone.
    """
    whose = grain or asked.grain
    return f"""SELECT {whose.key} AS entity_key, * FROM (
                SELECT user_key, account_key, valid_from, valid_to FROM membership
                UNION ALL SELECT user_key, NULL, valid_from, valid_to FROM user_presence
                    ANTI JOIN membership USING (user_key)
                UNION ALL SELECT NULL, account_key, valid_from, valid_to FROM account_presence
                    ANTI JOIN membership USING (account_key)
            ) WHERE {whose.needs}"""


def _tests(asked: Asked, conditions: Conditions, until: str) -> tuple[str, str]:
    """Joins to the attributes of `m` just before an instant, and SQL that holds where all conditions do."""
    zone = asked.plan.product.timezone
    joins, tests = [], []
    for number, condition in enumerate(conditions):
        side, _, attribute = condition.property.partition(".")
        alias = f"c{number}"
        if attribute == "id":
            joins.append(f"LEFT JOIN {side}s {alias} ON {alias}.{side}_key = m.{side}_key")
            tests.append(property_sql(condition, f"{alias}.{side}_id", number_of(f"{alias}.{side}_id"), zone))
            continue
        joins.append(
            f"LEFT JOIN {side}_attribute {alias} ON {alias}.{side}_key = m.{side}_key"
            f" AND {alias}.name = {literal(attribute)}"
            f" AND {alias}.valid_from < {until} AND {alias}.valid_to >= {until}"
        )
        tests.append(property_sql(condition, f"{alias}.text", f"{alias}.number", zone))
    return " ".join(joins), " AND ".join(tests) if tests else "true"
