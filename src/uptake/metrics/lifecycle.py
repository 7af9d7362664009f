"""Lifecycle.

Who came for the first time, who came again, who came back and who stayed away, period by period.

Formula: new: active in the period in which they started. Current: active in it and in the one before, not
    new. Resurrected: active in it, not in the one before, not new. Dormant: active in the one before, not in
    it. new + current + resurrected = active. Pulse: (new + resurrected) / dormant; above 1 the product grows
Unit: count; pulse is a ratio
Grain: user, account (any of its users active), or user in one account
Population: entities active in the period or in the one before it
Empty: 0 where others are in another state; no row where nobody is in any; no pulse where nobody went
Interval: Wilson on the share of those with a state, scaled back to a count; for pulse on the share of those
    who came among those who came or went, 95 %
Pitfall: new is by the start of life, never by the first event in the range or of a kind: somebody created in
    January who is first active in March is resurrected then. A period that is not over makes too many dormant
Source: definitions 5.4; Amplitude (pulse), PostHog (new by creation)
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.core.periods import COLUMN, NUMBER
from uptake.metrics.kinds.count import Count
from uptake.metrics.kinds.odds import ODDS
from uptake.metrics.parts import lifecycle_counts
from uptake.metrics.parts.activity import ACTIVE, days_sql
from uptake.metrics.parts.lifecycle_counts import STATES
from uptake.metrics.parts.population import AT
from uptake.metrics.parts.tallies import is_possible
from uptake.store.sql import literal

ORDER = f"ENUM({', '.join(literal(state) for state in STATES)})"


def rows(asked: Asked) -> Sql:
    """Everyone with a state in a period: for the counts once a state, for pulse once if they came or went."""
    if asked.param("output") == "pulse":
        wanted = """s.state IN ('new', 'resurrected') AS is_gain, NOT p.is_closed AS is_open
        FROM stated s JOIN numbered p USING (number) WHERE s.state <> 'current'"""
        select = f"SELECT entity_key, anchor_at, period_on, is_gain::INT AS value, is_open FROM ({_stated(wanted)})"
    else:
        every = ", ".join(literal(state) for state in STATES)
        wanted = f"""w.state::{ORDER} AS state, (s.state = w.state)::INT AS value, NOT p.is_closed AS is_open
        FROM stated s JOIN numbered p USING (number) CROSS JOIN (SELECT unnest([{every}]) AS state) w"""
        select = _stated(wanted)
    return Sql(
        select,
        relations={
            **_units(asked),
            "came": f"SELECT DISTINCT d.entity_key, u.number FROM ({days_sql(asked, asked.param('active'))}) d"
            " JOIN unit u USING (day)",
            "stated": """SELECT coalesce(here.entity_key, before.entity_key) AS entity_key,
            coalesce(here.number, before.number + 1) AS number,
            CASE WHEN here.number IS NULL THEN 'dormant' WHEN here.number = s.number THEN 'new'
                WHEN before.number IS NOT NULL THEN 'current' ELSE 'resurrected' END AS state
        FROM came here FULL JOIN came before ON before.entity_key = here.entity_key AND before.number = here.number - 1
        LEFT JOIN started s ON s.entity_key = here.entity_key""",
        },
    )


def totals(asked: Asked) -> Sql | None:
    """The counts without a row per entity, from active days in memory."""
    if not is_possible(asked):
        return None
    count = lifecycle_counts.pulse if asked.param("output") == "pulse" else lifecycle_counts.states
    return Sql(counted=partial(count, asked))


def _stated(columns: str) -> str:
    return f"SELECT s.entity_key, {AT} AS anchor_at, p.period_on, {columns}"


def _units(asked: Asked) -> dict[str, str]:
    """Relations: every known day, every start and every period with a number that grows by one from period to period."""
    column = COLUMN[str(asked.question.period)]
    number = NUMBER[str(asked.question.period)]
    return {
        "unit": f"SELECT day, {number.format(day=column)} AS number FROM calendar WHERE day <= $last_day",
        "started": f"""SELECT entity_key, {number.format(day=column)} AS number
        FROM {asked.grain.start} JOIN calendar c ON c.day = started_on WHERE started_at < $as_of""",
        "numbered": f"SELECT *, {number.format(day='period_on')} AS number FROM period",
    }


class States(Count):
    """Counts of entities by state, which add up to a column of a picture."""

    name = "states"


def kind(params: Mapping[str, Any]) -> Kind:
    """Counts or odds."""
    return ODDS if params["output"] == "pulse" else States()


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """States are a label of their own; pulse is one number of them all."""
    return () if params["output"] == "pulse" else ("state",)


METRIC = Metric(
    kind=kind,
    unit="count",
    rows=rows,
    events="activity",
    totals=totals,
    splits_totals=is_possible,
    params=(
        Param("active", "selector", "What counts as being there: active, or an event or feature.", default=ACTIVE),
        Param("output", "choice", "The states, or pulse.", default="states", choices=("states", "pulse")),
    ),
    labels=labels,
    default_period="week",
)
