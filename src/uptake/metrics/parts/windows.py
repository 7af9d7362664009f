"""What entities did in the window of each period, worked out from their days in memory.

The windows of many periods share most of their days, so the engine would put each day into several rows of a hash table
by entity and period. Where a relation can be made from sorted columns instead, it is; people are shown its SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from uptake.facts import entity_days
from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.core import periods
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked, Source
from uptake.metrics.parts.activity import bare_days_sql

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Window:
    """The rows of one period's window, entity by entity and day by day; nobody is there without a row.

    Args:
        on: The last day, since 1970.
        entity: Whose rows they are, one key for each entity.
        begins: At which of the rows those of each entity begin.
        day: The days, since 1970.
        values: What else is known of each row, by name.
    """

    on: int
    entity: Column
    begins: Column
    day: Column
    values: Mapping[str, Column]

    @property
    def days(self) -> Column:
        """How many rows each entity has."""
        return np.diff(self.begins, append=len(self.day))

    @property
    def first_on(self) -> Column:
        """The first day of each entity."""
        return self.day[self.begins].astype("M8[D]")

    @property
    def last_ago(self) -> Column:
        """How many days before the last day of the window each entity was active last."""
        last: Column = self.day[self.begins + self.days - 1]
        return np.subtract(self.on, last, dtype=np.int32)

    def intervals(self, days: int, most: int | None = None) -> Column:
        """In how many intervals of so many days, cut backwards from the last day, each entity has a day.

        Args:
            days: Days of an interval.
            most: How many intervals are looked at; None: all there are.
        """
        number = (np.uint16(self.on) - self.day) // np.uint16(days)
        is_first = np.ones(len(number), np.bool_)
        np.not_equal(number[1:], number[:-1], out=is_first[1:])
        is_first[self.begins] = True
        if most is not None:
            is_first &= number < most
        return np.add.reduceat(is_first, self.begins, dtype=np.int64)


def worked_out(
    asked: Asked,
    grain: Grain,
    chosen: Any,  # noqa: ANN401 - a selector in any form
    name: str,
    sql: str,
    work: Callable[[EntityDays], pa.Table] | None,
) -> Source:
    """A relation over the days of what was asked for, made from columns in memory where facts of all events tell them.

    Args:
        asked: The question.
        grain: Whose days they are.
        chosen: A selector as the plan writes it, or `active`.
        name: The relation's name.
        sql: SQL that gives its rows.
        work: Makes the same rows; None: only the engine can.
    """
    if work is None or grain.is_narrowed:
        # not a relation: where rows are asked for once a value of a property, each has days of its own
        return Source(f"({sql})")
    return Source(
        name, {name: sql}, {name: lambda: work(read(asked, bare_days_sql(replace(asked, grain=grain), chosen)))}
    )


def are_many(asked: Asked) -> bool:
    """Whether there are so many windows that it is worth reading all days into memory."""
    return asked.question.period is not None


def read(asked: Asked, sql: str) -> EntityDays:
    """The rows of a query for (entity_key, day, more columns) in memory."""
    return entity_days.read(asked.cursor, asked.kept, sql, asked.question.timezone)


def windows(asked: Asked, days: EntityDays, window_days: int) -> Iterator[tuple[date | None, Window]]:
    """Each period, with what lies in its window.

    Args:
        asked: The question.
        days: Rows of days.
        window_days: How many days a window has.
    """
    for period_on, on in _ends(asked):
        inside = np.flatnonzero((days.day > max(on - window_days, 0)) & (days.day <= on))
        entity, begins = _runs(days.entity[inside])
        values = {name: column[inside] for name, column in days.values.items()}
        yield period_on, Window(on, entity, begins, days.day[inside], values)


def counted(
    asked: Asked,
    days: EntityDays,
    window_days: int,
    columns: Callable[[Window], Mapping[str, Column]],
    among: Callable[[Window], Column] | None = None,
) -> pa.Table:
    """A row for each entity with a row in a period's window: entity_key, period_on, on_day and more columns.

    Args:
        asked: The question.
        days: Rows of days.
        window_days: How many days a window has.
        columns: More columns, from the window; one value for each entity.
        among: Which of the entities have a row, from the window; None: all.
    """
    parts = []
    for period_on, window in windows(asked, days, window_days):
        part = _part(window.entity, period_on, window.on, columns(window))
        is_among = among(window) if among is not None else None
        parts.append(part if is_among is None or is_among.all() else part.filter(pa.array(is_among)))
    return pa.concat_tables(parts)


def typical_gaps(asked: Asked, days: EntityDays, window_days: int) -> pa.Table:
    """A row for each entity that came twice in a period's window, with `gap`, the rounded median of days between.

    Args:
        asked: The question.
        days: The active days.
        window_days: How many days a window has.
    """
    entities, day, gaps = days.by_gap
    back = day + gaps
    parts = []
    for period_on, on in _ends(asked):
        inside = np.flatnonzero((day > max(on - window_days, 0)) & (back <= on))
        entity, begins = _runs(entities[inside])
        gap, sizes = gaps[inside].astype(np.int32), np.diff(begins, append=len(inside))
        median = (gap[begins + (sizes - 1) // 2] + gap[begins + sizes // 2] + 1) // 2
        parts.append(_part(entity, period_on, on, {"gap": median}))
    return pa.concat_tables(parts)


def _ends(asked: Asked) -> Iterator[tuple[date | None, int]]:
    """Each period with its last day that was over, since 1970."""
    # of no periods nothing is made, which has columns too
    for period_on, on_day in periods.ends(asked.cursor, asked.question, asked.plan) or [(None, EPOCH)]:
        yield period_on, (on_day - EPOCH).days


def _runs(entity: Column) -> tuple[Column, Column]:
    """The different keys of a sorted column, and where each begins."""
    is_first = np.ones(len(entity), np.bool_)
    np.not_equal(entity[1:], entity[:-1], out=is_first[1:])
    begins = np.flatnonzero(is_first)
    return entity[begins], begins


def _part(entity: Column, period_on: date | None, on: int, columns: Mapping[str, Column]) -> pa.Table:
    first = pa.nulls(len(entity), pa.date32()) if period_on is None else _same(period_on, len(entity))
    last = _same(EPOCH.fromordinal(EPOCH.toordinal() + on), len(entity))
    named = {"entity_key": entity, "period_on": first, "on_day": last, **columns}
    return pa.table({name: pa.array(column) for name, column in named.items()})


def _same(day: date, times: int) -> pa.Array:
    return pa.array(np.full(times, np.datetime64(day, "D")))
