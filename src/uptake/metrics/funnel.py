"""Funnel.

How many of those who take the first step take the next ones, where the others stop, and how long it takes.

Formula: of the entities that enter in the range, those that also did step k within the window / those that entered.
    An entity enters with an event that fits the first step (in any order: any step); its window runs from there, its
    bound included, in exact seconds, so a day is 24 hours whatever the clocks do. Later steps may lie after the
    range. An entity counts once, in each period in which it enters, with the pass that `entry` chooses; with
    `count=totals` every attempt counts, with `count=pairs` an entity once with each value that is held. One event
    serves one step, so a step named twice needs two events. `step_conversion_rate` is of those who did the required
    step before; `dropped` are the others
Unit: share
Grain: user, account (the events of all its users together), or user in one account
Population: entities that enter in the range. Those whose window is not over at `as_of` are open: they are counted
    beside, never as failed, unless `open` is count
Empty: no value where nobody entered, or nobody's window is over
Interval: Wilson, 95 %, for both conversions; with `count=totals` or `pairs` of a ratio of sums over entities
    (linearisation, on log odds), as what one entity does resembles itself. The median times have none
Pitfall: who converts later than the window has failed. Systems differ in the entry that counts, in ties and in
    what an excluded event does: `preset` says how one of them counts. Attributes are those of the moment of entry
Source: definitions 5.6 and "Where peers disagree" 4-9; PostHog, Amplitude, Mixpanel and ClickHouse
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.funnels import driver_counts
from uptake.metrics.funnels.drivers import LESS_TIME, OBSERVED, are_ambiguous, drivers_sql
from uptake.metrics.funnels.passes import passes_of
from uptake.metrics.funnels.rules import (
    APART,
    ATTRIBUTIONS,
    BETWEEN,
    COUNT,
    ENTITIES,
    ENTRIES,
    EXCLUSIONS,
    FIRST_TOUCH,
    ORDERS,
    PAIRS,
    PRESETS,
    TOTALS,
    Funnel,
    counted,
    event_properties_of,
)
from uptake.metrics.funnels.sql import pass_sql
from uptake.metrics.funnels.touches import touched_sql
from uptake.metrics.kinds.drivers import DRIVERS
from uptake.metrics.kinds.drivers_of_attempts import DRIVERS_OF_ATTEMPTS
from uptake.metrics.kinds.funnel import FUNNEL
from uptake.metrics.kinds.funnel_attempts import FUNNEL_OF_ATTEMPTS
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.kinds.time_of_attempts import TIME_OF_ATTEMPTS
from uptake.metrics.kinds.time_to_convert import TIME_TO_CONVERT
from uptake.metrics.kinds.tries import SHARE_OF_TRIES
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.store.sql import literal

STEPS, TREND, TIME, DRIVE = "steps", "trend", "time_to_convert", "drivers"
NO_SQL = (
    "No SQL gives these numbers: the query shown reads the events, and uptake.sequences follows them from step to step."
)
SEVERAL = (
    "Every value has a funnel of its own: who enters with several counts with each, so rows do not add up to the whole."
)
ATTEMPTS = (
    "Every attempt counts, several of one entity too. What one does resembles what it did before: intervals come from how"
    " much each entity sways a share."
)
OF_PAIRS = (
    "Each pair of somebody and a value that is held counts once, so several of one entity may. Intervals come from how much"
    " each entity sways a share."
)
OF_ENTITIES: dict[str, Kind] = {STEPS: FUNNEL, TREND: SHARE, TIME: TIME_TO_CONVERT, DRIVE: DRIVERS}
OF_ATTEMPTS: dict[str, Kind] = {
    STEPS: FUNNEL_OF_ATTEMPTS,
    TREND: SHARE_OF_TRIES,
    TIME: TIME_OF_ATTEMPTS,
    DRIVE: DRIVERS_OF_ATTEMPTS,
}


def rows(asked: Asked) -> Sql:
    """Everyone who entered, with when each step was done."""
    passes = passes_of(asked)
    found, events = passes.found, passes.wanted
    is_open = (
        "false"
        if found.counts_open or found.rules.window is None
        else (f"epoch_us($as_of::TIMESTAMP) - epoch_us(entered_at) <= {found.rules.window}")
    )
    properties = event_properties_of(asked.question)
    more = [*(["properties"] if properties else []), *(["attempt"] if found.counts_again else [])]
    columns = ", ".join(["entity_key", "entered_at AS anchor_at", "period_on", f"{is_open} AS is_open", *more])
    relation = "touched" if properties and not found.by_value else "pass"
    notes: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    if asked.param("output") == TREND:
        first, last = _ends(asked, found)
        value = f"(done_at[{last}] IS NOT NULL)::INT AS value"
        select = f"SELECT {columns}, {value} FROM {relation} WHERE done_at[{first}] IS NOT NULL"
    elif asked.param("output") == TIME:
        first, last = _ends(asked, found)
        select = f"""SELECT * FROM (
            SELECT {columns}, (epoch_us(done_at[{last}]) - epoch_us(done_at[{first}])) / 1e6 AS duration_s FROM {relation}
        ) WHERE duration_s IS NOT NULL AND NOT is_open"""
    elif asked.param("output") == DRIVE:
        first, last = _ends(asked, found)
        done = f"done_at[{last}] AS converted_at, converted_at IS NOT NULL AS converted"
        closed = f"SELECT {columns}, {done} FROM {relation} WHERE done_at[{first}] IS NOT NULL AND NOT ({is_open})"
        select = drivers_sql(asked, found, closed)
        notes += (OBSERVED, *([LESS_TIME] if asked.param("drivers") == "events" else []))
        values["least_n"] = asked.param("least_n")
    else:
        select = f"SELECT {columns}, done_at FROM {relation}"
    written = pass_sql(asked, found, events)
    return Sql(
        select,
        relations={
            **({"pass": written} if written else {}),
            **({"touched": touched_sql(asked, found, events, properties)} if relation == "touched" else {}),
            "funnel_step(step, name, previous)": _steps(found),
        },
        tables={"pass": passes.table},
        reads="" if written else events.sql(),
        values=values,
        notes=(
            *(() if written else (NO_SQL,)),
            *_ties(passes.ties),
            *([SEVERAL] if found.by_value else []),
            *([ATTEMPTS] if found.is_of_attempts else []),
            *([OF_PAIRS] if found.count == PAIRS else []),
            *notes,
        ),
    )


def _ties(ties: int) -> Iterator[str]:
    if ties:
        yield (
            f"{ties:,} {'event' if ties == 1 else 'events'} of a step happened at the same instant as one of another:"
            " the order of arrival decides; with tolerance_seconds=0 either order counts."
        )


def totals(asked: Asked) -> Sql | None:
    """The counts without a row per pass, or per pass and attribute."""
    passes = passes_of(asked)
    if asked.param("output") == STEPS:
        return Sql(counted=passes.counts)
    if asked.param("output") != DRIVE or asked.param("drivers") != "attributes" or not is_of_everybody(asked):
        return None
    if passes.found.counts_again or are_ambiguous(asked):
        return None
    ends = _ends(asked, passes.found)
    return Sql(counted=lambda: driver_counts.counts(asked, passes, *ends))


def _tells_groups_apart(asked: Asked) -> bool:
    return asked.param("output") in (STEPS, DRIVE) and is_of_everybody(asked)


def _steps(found: Funnel) -> str:
    lines = [
        f"({number}, {literal(name)}, {literal(None if before is None else before + 1)}::INTEGER)"
        for number, (name, before) in enumerate(zip(found.names, found.previous, strict=True), 1)
    ]
    return f"VALUES {', '.join(lines)}"


def _ends(asked: Asked, found: Funnel) -> tuple[int, int]:
    """Numbers of the steps from which and to which conversion is measured."""
    first, last = asked.param("from_step"), asked.param("to_step") or len(found.steps)
    if last > len(found.steps):
        raise QuestionError(f"to_step is {last}.", allowed=[f"up to {len(found.steps)}, the number of steps"])
    if first > last or (first == last and len(found.steps) > 1):
        raise QuestionError(f"from_step is {first}.", allowed=[f"a step before {last}"])
    return first, last


def kind(params: Mapping[str, Any]) -> Kind:
    """Steps, the share that went through, how long it took, or what goes with it."""
    kinds = OF_ENTITIES if counted(params) == ENTITIES else OF_ATTEMPTS
    return kinds[str(params.get("output") or STEPS)]


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=_tells_groups_apart,
    params=(
        Param("steps", "steps", "The steps in their order: events, or selectors with label, optional and"
              " within_days; the plan's onboarding steps if not given."),
        Param("order", "choice", "One after another with anything between, with nothing else between, or in any order.",
              default="ordered", choices=ORDERS),
        Param("window_days", "duration", "From the first step to each later one, at most: days, or 30m, 1h, 2w, none;"
              " 14 days if nothing else says."),
        Param("entry", "choice", "Which of its entries an entity counts with: the earliest or latest that goes deepest,"
              " the one closest to the last step, or the first, however it ends.", choices=ENTRIES),
        Param("count", "choice", "Entities, each once; pairs: each once with every value held; or totals: every attempt,"
              " where the next begins after the one before is over. Entities if not given; with hold and preset=amplitude"
              " pairs.", choices=(ENTITIES, PAIRS, TOTALS)),
        Param("exclude", "exclusions", "What may not happen between two steps: events, or selectors with after and"
              " before, numbers of steps; between the first and the last if not given."),
        Param("exclusion", "choice", "What an excluded event does: the entity stops at the step before, all its steps"
              " but the first are undone, or it is removed.", choices=EXCLUSIONS),
        Param("tolerance_seconds", "number", "Events at most so far apart count in either order; without it the order of"
              " arrival decides.", least=0, most=86_400),
        Param("between", "choice", "What strict order lets lie between two steps: nothing, repeats of the step before,"
              " or repeats of any step so far, else the entity halts.", choices=BETWEEN),
        Param("hold", "text", "What must be the same in all steps: account, or a property of the events."),
        Param("attribution", "choice", "Broken down by event.NAME: the value of the first step of a pass that has one, of the"
              " last, of one step, or a funnel for each value in which all steps have it.", default=FIRST_TOUCH,
              choices=ATTRIBUTIONS),
        Param("attribution_step", "integer", "With attribution=step, the step.", default=1, least=1),
        Param("preset", "choice", "Count as another system does, where a parameter is not given.", choices=tuple(PRESETS)),
        Param("open", "choice", "Entries whose window is not over: apart from the others, or counted.",
              choices=(APART, COUNT)),
        Param("output", "choice", "Every step; conversion as one number for each period; how long it took; or what"
              " goes with conversion.", default=STEPS, choices=(STEPS, TREND, TIME, DRIVE)),
        Param("from_step", "integer", "For one number and for times: from this step.", default=1, least=1),
        Param("to_step", "integer", "For one number and for times: to this step; the last if not given.", least=1),
        Param("drivers", "choice", "With output=drivers: attributes at the moment of entry, properties of the event of entry,"
              " or events on the way.", default="attributes", choices=("attributes", "properties", "events")),
        Param("least_n", "integer", "With output=drivers: the fewest with something, and without it.", default=20, least=1),
    ),
    is_snapshot=False,
    events="rows",
    is_of_newcomers=False,
)  # fmt: skip
