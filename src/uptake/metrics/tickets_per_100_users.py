"""Tickets per 100 active users.

Where people need help: support tickets about a feature for every hundred users of it, feature by feature.

Formula: 100 x tickets opened in the `window_days` days up to the end of the period that name the feature, by its name or
    its title in the plan / users who used it in them, summed over accounts. With per=product, all tickets / users who were
    active in them. A later row with the same ticket id says how the ticket went on and is no further ticket, nor is an
    event of that id, where the plan names events that are `tickets`
Unit: count, for 100 users
Grain: account (all its users together), user, or user in one account
Population: everyone who used the feature or opened a ticket about it. A ticket that names an account alone is counted with
    the account, and of no user; one that names a user alone, in the account the user was in, if it was one
Empty: no row where nobody used a feature or asked about it; no value where there are tickets and no users. Before the
    first ticket that was imported nothing is known, and there are no rows
Interval: delta method with the account (or user) as the unit, on logarithms, 95 %: whoever writes often makes it wide; none
    without a ticket
Pitfall: a feature that few use and all ask about is not worse for the desk than one that many use and some ask about: look
    at the tickets too. Tickets that name no feature of the plan stand under (none), without users to hold them against
Source: requirements G5; contact rate of support desks (contacts / active users); the interval and the rows are ours
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.dimensions import MISSING
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.parts.features import shown
from uptake.metrics.parts.opened import first_sql, opened_sql
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.tallies import instant, is_of_everybody
from uptake.metrics.parts.ticket_counts import counted, tickets
from uptake.store.sql import literal

PER_100 = Sums(("tickets", "count"), ("users", "count"), per=100)
FEATURE = "feature"
NO_TICKETS = (
    "No tickets had been imported by then: uptake import FILE --kind tickets. Events that are tickets are named in the plan "
    "under tickets."
)


def rows(asked: Asked) -> Sql:
    """Everyone who used a feature or asked about it, with both numbers."""
    feature = "feature, " if asked.param("per") == FEATURE else ""
    is_known = f"on_at > (SELECT min(opened_at) FROM ({first_sql(asked.cursor, asked.plan)}) WHERE opened_at < $as_of)"
    return Sql(
        f"""
    SELECT s.entity_key, {AT} AS anchor_at, s.period_on, {feature}sum(tickets)::BIGINT AS value, sum(users)::BIGINT AS base
    FROM (SELECT * FROM used UNION ALL SELECT * FROM opened) s JOIN period p ON p.period_on IS NOT DISTINCT FROM s.period_on
    WHERE {is_known} GROUP BY ALL""",
        {"window_days": asked.param("window_days")},
        {
            # of periods before the first ticket nobody has to be counted
            "window_day": f"SELECT * FROM ({WINDOW_DAY}) WHERE {is_known}",
            "named": _named(asked),
            "used": _used(asked),
            "opened": f"""SELECT t.entity_key, p.period_on, coalesce(n.feature, {literal(MISSING)}) AS feature, 0 AS users,
            count(*) AS tickets
        FROM ({opened_sql(asked.cursor, asked.plan, asked.grain)}) t JOIN period p ON t.opened_at < p.on_at
            AND t.opened_at >= (SELECT min(begins_at) FROM calendar c WHERE c.day > p.on_day - $window_days::INTEGER)
        LEFT JOIN named n ON n.said = lower(t.feature) GROUP BY ALL""",
        },
        notes=() if _has_tickets(asked) else (NO_TICKETS,),
    )


def _named(asked: Asked) -> str:
    """SQL for (feature, said): what a ticket may call each feature; a name comes before a title."""
    features = shown(asked).values() if asked.param("per") == FEATURE else ()
    said = {feature.title.lower(): feature.name for feature in features} | {
        one.name.lower(): one.name for one in features
    }
    if not said:
        return "SELECT NULL::VARCHAR AS feature, NULL::VARCHAR AS said WHERE false"
    pairs = ", ".join(f"({literal(name)}, {literal(text)})" for text, name in said.items())
    return f"SELECT * FROM (VALUES {pairs}) v(feature, said)"


def _used(asked: Asked) -> str:
    """SQL for (entity_key, period_on, feature, users, tickets): how many of everyone's users used each feature."""
    if asked.param("per") != FEATURE:
        return f"""SELECT entity_key, period_on, NULL::VARCHAR AS feature, count(*) AS users, 0 AS tickets FROM (
            SELECT DISTINCT d.entity_key, p.period_on, d.user_key
            FROM window_day p JOIN {asked.grain.of("active_day")} d ON d.day = p.day WHERE d.user_key IS NOT NULL
        ) GROUP BY ALL"""
    keys = literal(list(shown(asked)))
    return f"""SELECT entity_key, period_on, feature, count(*) AS users, 0 AS tickets FROM (
            SELECT DISTINCT d.entity_key, p.period_on, d.feature_key, d.user_key
            FROM window_day p JOIN {asked.grain.of("feature_day")} d ON d.day = p.day WHERE d.user_key IS NOT NULL
        ) JOIN features f USING (feature_key) WHERE list_contains({keys}::SMALLINT[], f.feature_key) GROUP BY ALL"""


def _has_tickets(asked: Asked) -> bool:
    return _first(asked) is not None


def _first(asked: Asked) -> Any:  # noqa: ANN401 - a datetime or None; DuckDB's rows are untyped
    """When the first ticket was opened that is known at `as_of`."""
    opened = f"SELECT min(opened_at) FROM ({first_sql(asked.cursor, asked.plan)}) WHERE opened_at < $as_of"
    return asked.cursor.execute(opened, {"as_of": asked.question.as_of}).fetchall()[0][0]


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity."""
    first = _first(asked)
    if not is_of_everybody(asked):
        return None
    if first is None:
        return Sql(counted=list)
    known = tickets(asked, opened_sql(asked.cursor, asked.plan, asked.grain), _named(asked))
    features = shown(asked) if asked.param("per") == FEATURE else None
    if known.are_of_strangers(instant(asked.question.as_of)):
        return None
    return Sql(counted=lambda: list(counted(asked, features, known, instant(first))))


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Features, or none for the whole product."""
    return (FEATURE,) if params["per"] == FEATURE else ()


METRIC = Metric(
    kind=PER_100,
    unit="count",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param(
            "per", "choice", "Users of each feature, or of the product.", default=FEATURE, choices=(FEATURE, "product")
        ),
        Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=3660),
    ),
    labels=labels,
    entities=("account", "user", "member"),
)
