"""Who is in the cohorts of retention, from columns in memory, and the calendar that their units are counted by."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Sql
from uptake.metrics.core.periods import COLUMN, NUMBER
from uptake.metrics.core.periods import weeks as weeks_of
from uptake.metrics.core.query import compose
from uptake.metrics.kinds.retention import MOST_UNITS
from uptake.metrics.parts.retention_units import LENGTH, cohort_period, is_elapsed
from uptake.metrics.parts.starts import START_OF_LIFE, starts_sql
from uptake.metrics.parts.tallies import instant


@dataclass(frozen=True, eq=False)
class Members:
    """Members of cohorts, those of one cell of cohort and group together.

    Args:
        unit: The number of the calendar's unit that each started in.
        who: Their numbers.
        started_at: When each started.
        started_on: The day of that, since 1970.
        closed: How many units are over for each.
        cell: The number of its cohort, times the number of groups, and the number of its group.
    """

    unit: Column
    who: Column
    started_at: NDArray[np.datetime64]
    started_on: Column
    closed: Column
    cell: Column

    def of(self, chosen: slice | Column) -> Members:
        """Some of them."""
        return Members(*(getattr(self, one.name)[chosen] for one in fields(self)))


class Calendar:
    """The cohorts of a question, and the units of its calendar.

    Args:
        asked: The question.
    """

    def __init__(self, asked: Asked) -> None:
        unit, cohort = asked.param("unit"), COLUMN[cohort_period(asked)]
        days = asked.cursor.execute(
            *compose(
                asked,
                Sql(
                    f"""SELECT (day - DATE '1970-01-01')::INTEGER AS day, {cohort} AS cohort_on,
                    {NUMBER[unit].format(day=COLUMN[unit])}::INTEGER AS unit,
                    coalesce({cohort} BETWEEN coalesce((SELECT {cohort} FROM calendar WHERE day = $date_from), {cohort})
                        AND (SELECT {cohort} FROM calendar WHERE day = $date_to), false) AS is_in
                FROM calendar WHERE day <= $last_day + 1 ORDER BY day"""
                ),
            )
        ).fetchnumpy()
        self.day, self.unit = np.asarray(days["day"]), np.asarray(days["unit"])
        is_in = np.asarray(days["is_in"], np.bool_)
        is_in[-1:] = False  # the day after the last one
        self.cohorts, cohort_of = np.unique(np.asarray(days["cohort_on"])[is_in].astype("M8[D]"), return_inverse=True)
        self.cohort = np.full(len(self.day), -1, np.int32)
        """Of each day the number of its cohort; -1 of none."""
        self.cohort[is_in] = cohort_of

    def units_of(self, day: Column) -> Column:
        """The numbers of the units of some days, since 1970; of those before all known ones of the first."""
        return np.asarray(self.unit[np.maximum(day.astype(np.int32) - self.day[0], 0)])

    def days_of(self, unit: int) -> tuple[int, int]:
        """First and last day of a unit, of those known."""
        first, after = np.searchsorted(self.unit[:-1], [unit, unit + 1])
        return (int(self.day[first]), int(self.day[after - 1])) if first < after else (1, 0)


def is_life(asked: Asked) -> bool:
    """Whether cohorts begin with the start of life."""
    return asked.param("start") in (None, START_OF_LIFE)


def starts_again(asked: Asked) -> bool:
    """Whether a member may start several times in a cohort, with units of its own each time."""
    return asked.param("entry") == "every" and not is_life(asked) and cohort_period(asked) != asked.param("unit")


def opening_sql(asked: Asked) -> str:
    """SQL for (entity_key, started_at, started_on): every start that opens a cohort or a unit; days since 1970.

    Where members start again in a cohort there is `began_at` too: when each did first in it.
    """
    column = COLUMN[cohort_period(asked)]
    if starts_again(asked):
        starts = f"""SELECT entity_key, started_at, started_on,
                min(started_at) OVER (PARTITION BY entity_key, cohort_on) AS began_at
            FROM (
                SELECT s.entity_key, c.{column} AS cohort_on, min(s.started_at) AS started_at,
                    min(s.started_on) AS started_on
                FROM ({starts_sql(asked, column)}) s JOIN calendar c ON c.day = s.started_on
                GROUP BY s.entity_key, c.{column}, c.{COLUMN[asked.param("unit")]}
            )"""
        return _numbered_days(asked, starts, ", began_at")
    if asked.param("entry") == "every" and not is_life(asked):
        # of starts in one unit the first has the returns of all
        params = {**asked.question.params, "entry": "recurring"}
        asked = replace(asked, question=replace(asked.question, params=params))
    return _numbered_days(asked, starts_sql(asked, column))


def _numbered_days(asked: Asked, starts: str, more: str = "") -> str:
    # a start of every week needs to know on which day weeks begin
    weeks = "".join(f"WITH {relation} AS ({body}) " for relation, body in weeks_of(asked.question, asked.plan).items())
    return f"""{weeks}SELECT entity_key, started_at, (started_on - DATE '1970-01-01')::INTEGER AS started_on{more}
        FROM ({starts}) WHERE started_on IS NOT NULL"""


def members_of(asked: Asked, facts: Numbered, calendar: Calendar, starts: str, groups: int) -> Members:
    """Who is in the cohorts."""
    rows = facts.rows(starts)
    place = rows.values["started_on"].astype(np.int32) - (calendar.day[0] if len(calendar.day) else 0)
    is_in = (place >= 0) & (place < len(calendar.day))
    is_in[is_in] = calendar.cohort[place[is_in]] >= 0
    is_in &= rows.values["started_at"] < instant(asked.question.as_of)
    who, started_at, place = rows.number[is_in], rows.values["started_at"][is_in], place[is_in]
    cell, unit = calendar.cohort[place], calendar.unit[place]
    if asked.split:
        # who starts again in a cohort is what it was at first
        group = asked.split.numbers_of(who, rows.values.get("began_at", rows.values["started_at"])[is_in])
        is_there = group >= 0
        who, started_at, unit, place = who[is_there], started_at[is_there], unit[is_there], place[is_there]
        cell = cell[is_there] * groups + group[is_there]
    if is_elapsed(asked):
        closed = (instant(asked.question.as_of) - started_at).astype(np.int64) // LENGTH[asked.param("unit")]
        order = cell
    else:
        closed = calendar.unit[-1] - unit
        order = (unit - unit.min(initial=0)) * np.int64(len(calendar.cohorts) * groups) + cell if len(unit) else cell
    if len(order):
        order = order - order.min()
        # 16 bits are sorted by counting
        order = order.astype(np.uint16) if order.max() < 2**16 else order
    found = Members(unit, who, started_at, calendar.day[place], np.minimum(closed, MOST_UNITS), cell)
    return found.of(np.argsort(order, kind="stable"))
