"""Retention.

The share of those who started in a period that came back in the first, second, third ... unit after.

Formula: members of the cohort with a return in unit n / members of the cohort for whom unit n is over.
    `on`: in exactly that unit; `on_or_after`: in it or later, as far as is known; `brackets`: in runs of units.
    `first_unit` and `last_unit` say which units a column spans. With `reference=previous`: members with a return in
    unit n / members with a return in the unit before, of those for whom both are over.
    Calendar units are hours, days, weeks (by the plan's first day), months and quarters of the product's time
    zone; rolling units are n x 24 h (week 7, month 30, quarter 90 days) after one's own start, whose instants
    `floor=hour` moves back to the last full hour: 17:59 to 17:00 the next day is day 1 then, else day 0. With
    `floor=day` whole days are counted: week 1 begins seven dates after the start, at whatever hour
Unit: share
Grain: user, account (any of its users came back), or user in one account
Population: entities whose start lies in the range, whose first and last cohorts are whole; the start is the start of
    life, a milestone of the plan (activated, value, ...), or an event: the first that matches ever, the first of that
    name if it matches, or the first match of every cohort's period, or every match: a member came back in unit n of
    any of its starts in the cohort, and unit n is over when it is for all of them
Empty: no value in a cell whose unit is over for nobody: "in progress", never 0
Interval: Wilson for cells; the weighted mean pools members; the simple mean gives each cohort one vote; the delta
    method on the logarithm for `reference=previous`
Pitfall: unit 0 is the share that returned in the unit of the start itself; it is 100 % only where the start
    is itself a return, or with `unit_0=cohort`. Attributes are those of the start: a later change moves nobody to
    another row. With `reference=previous` more can come back than came in the unit before: a value above 100 %
Source: definitions 5.3; Amplitude, Mixpanel and PostHog differ ("Where peers disagree" 1-3)
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.kinds.retention import MOST_UNITS, RETENTION
from uptake.metrics.kinds.retention_of_previous import RETENTION_OF_PREVIOUS
from uptake.metrics.parts.retention_counts import counts
from uptake.metrics.parts.retention_totals import totals
from uptake.metrics.parts.retention_units import activity_sql, spans, started_sql
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.metrics.parts.tallies import is_of_everybody


def rows(asked: Asked) -> Sql:
    """One row per cohort member: when it started, which units it came back in, how many are over."""
    columns = spans(asked)
    bits = [_bits(*span) for span in columns]
    units = ", ".join(
        f"({index}, {first}, {'NULL::INTEGER' if last is None else last}, {bits[index]}::HUGEINT,"
        f" {bits[index - 1] if index else 0}::HUGEINT)"
        for index, (first, last) in enumerate(columns)
    )
    # the start itself is what everybody did in unit 0
    mask = "coalesce(b.mask, 0::HUGEINT)" + (" | 1::HUGEINT" if asked.param("unit_0") == "cohort" else "")
    columns_of_start = f"s.started_at AS anchor_at, s.cohort_on, {mask} AS mask, s.closed_units"
    together = ""
    if asked.param("entry") == "every":
        columns_of_start = f"""min(s.started_at) AS anchor_at, s.cohort_on, bit_or({mask}) AS mask,
        min(s.closed_units) AS closed_units"""
        together = "GROUP BY s.entity_key, s.cohort_on"
    return Sql(
        f"""
    SELECT s.entity_key, {columns_of_start}
    FROM started s LEFT JOIN ({_came_back(asked)}) b USING (entity_key, started_at) {together}""",
        {"at_least": asked.param("at_least")},
        {
            "unit(unit_index, first_unit, last_unit, bits, bits_before)": f"VALUES {units}",
            "started": started_sql(asked),
        },
    )


def _bits(first: int, last: int | None) -> int:
    return (1 << ((MOST_UNITS if last is None else last) + 1)) - (1 << first)


def _came_back(asked: Asked) -> str:
    """SQL for (entity_key, started_at, mask): bit k is set if unit k had enough returns."""
    activity, last = activity_sql(asked), spans(asked)[-1][1]
    bit, within = "unit_index::INTEGER", f"unit_index BETWEEN 0 AND {last}"
    if last is None:
        # however late a return is, it is one after
        last, bit, within = MOST_UNITS, f"least(unit_index, {MOST_UNITS})::INTEGER", "unit_index >= 0"
    # 64-bit masks are several times quicker than 128-bit ones, and are enough for most triangles
    one = "1::UBIGINT" if last < 64 else "1::HUGEINT"
    mask = f"bit_or({one} << {bit})::HUGEINT AS mask"
    if asked.param("at_least") == 1:
        return f"SELECT entity_key, started_at, {mask} FROM ({activity}) WHERE {within} GROUP BY ALL"
    return f"""SELECT entity_key, started_at, {mask} FROM (
            SELECT entity_key, started_at, unit_index FROM ({activity}) WHERE {within}
            GROUP BY ALL HAVING sum(times) >= $at_least
        ) GROUP BY ALL"""


def kind(params: Mapping[str, Any]) -> Kind:
    """Shares of the cohort, or of those who came in the unit before."""
    return RETENTION_OF_PREVIOUS if params["reference"] == "previous" else RETENTION


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    events="start",
    totals=lambda asked: counts(asked) or totals(asked),
    splits_totals=is_of_everybody,
    params=(
        Param("unit", "choice", "Length of a unit; cohorts of hours are those of a day.", default="week",
              choices=("hour", "day", "week", "month", "quarter")),
        Param("units", "integer", "Units after the start.", default=12, least=1, most=MOST_UNITS - 1),
        Param("start", "selector", "What begins a member's time: start_of_life, a milestone of the plan (activated,"
              " value, value:NAME, step:NAME), or an event.", default=START_OF_LIFE),
        Param(
            "entry",
            "choice",
            "With an event as start: the first match ever, the first of that name if it matches, the first match of the range,"
            " every period's first, or every match, each with units of its own.",
            default="first_time",
            choices=("first_time", "first_ever", "first_in_range", "recurring", "every"),
        ),
        Param("returns", "selector", "What counts as coming back: active, or an event or feature.", default="active"),
        Param(
            "criterion",
            "choice",
            "In exactly the unit, in it or later, or in runs of units.",
            default="on",
            choices=("on", "on_or_after", "brackets"),
        ),
        Param("brackets", "list", "Lengths of the runs in units, from unit 0; for instance 1,3,4.", least=1),
        Param("mode", "choice", "Calendar units, or units after one's own start.", default="calendar",
              choices=("calendar", "rolling")),
        Param("floor", "choice", "With rolling units: instants as they are, moved back to the full hour, or whole days.",
              default="none", choices=("none", "hour", "day")),
        Param("at_least", "integer", "Times a return must happen within a unit.", default=1, least=1),
        Param("unit_0", "choice", "Unit 0 counts who came back within it, or the whole cohort.", default="returns",
              choices=("returns", "cohort")),
        Param("reference", "choice", "Shares of those who started, or of those who came in the unit before.",
              default="start", choices=("start", "previous")),
    ),
    is_snapshot=False,
)  # fmt: skip
