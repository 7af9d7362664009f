"""What everybody did in the window of each period, as one number for each entity.

Where an answer needs no entity's name, only how many have which value, nothing has to be brought to entities and periods
first: the days of a window are added up in a row of numbers, and the values of a period are summed where they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core import periods
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked, Sql
from uptake.metrics.parts.windows import EPOCH, are_many


class End(NamedTuple):
    """The end of a period.

    Args:
        period_on: The period.
        on_at: The instant after it.
    """

    period_on: date | None
    on_at: np.datetime64


Values = tuple[End, Column, NDArray[np.float64]]
"""The end of a period, who has a value, by number, and the values."""


class Sums(NamedTuple):
    """What the kind `mean` is made of."""

    n: int
    total: float | None
    total_squares: float | None
    estimate: float | None
    median: float | None

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Sums:
        """The sums of values; of none there are none."""
        if not len(values):
            return cls(0, None, None, None, None)
        # squares are not multiplied as vectors: that would take threads of its own
        squares, total, n = float(np.square(values).sum()), float(values.sum()), len(values)
        return cls(n, total, squares, total / n, median(values))

    @classmethod
    def of_counts(cls, values: NDArray[np.float64], members: Column) -> Sums:
        """The sums of ascending values that so many have."""
        n, total = int(members.sum()), float((values * members).sum())
        middle = np.searchsorted(np.cumsum(members), [(n + 1) // 2, n // 2 + 1])
        squares = float((np.square(values) * members).sum())
        return cls(n, total, squares, total / n, float(values[middle].mean()))


@dataclass(frozen=True, eq=False)
class Tally:
    """The rows of one period's window, day by day.

    Args:
        period_on: The period.
        on: The last day, since 1970.
        on_at: The instant after it.
        everyone: How many entities there are; each answer has one value for every one of them.
        rows: The rows.
    """

    period_on: date | None
    on: int
    on_at: np.datetime64
    everyone: int
    rows: DayOrder

    @property
    def end(self) -> End:
        """The end of the period."""
        return End(self.period_on, self.on_at)

    @property
    def days(self) -> Column:
        """How many rows each has."""
        return np.bincount(self.rows.number, minlength=self.everyone)

    @property
    def first(self) -> Column:
        """The first day of each, since 1970; of who has none a day that never comes."""
        found = np.full(self.everyone, np.iinfo(np.int32).max, np.int32)
        # of several values for one place the last one stays: from the latest day on, the first day
        found[self.rows.number[::-1]] = self.rows.day[::-1]
        return found

    def came_within(self, days: int) -> NDArray[np.bool_]:
        """Who has a row in the last so many days."""
        return self._came(self.on - days + 1, self.on)

    def intervals(self, days: int, number: int) -> Column:
        """In how many of so many intervals, cut backwards from the last day, each has a row."""
        found = np.zeros(self.everyone, np.int32)
        for last in range(self.on, self.on - days * number, -days):
            found += self._came(last - days + 1, last)
        return found

    def _came(self, first: int, last: int) -> NDArray[np.bool_]:
        came = np.zeros(self.everyone, np.bool_)
        came[self.rows.between(first, last).number] = True
        return came

    def has(self, flag: str) -> NDArray[np.bool_]:
        """Who has a row of which a column is true."""
        found = np.zeros(self.everyone, np.bool_)
        found[self.rows.number.take(np.flatnonzero(self.rows.values[flag]))] = True
        return found

    def bits(self) -> NDArray[np.uint64]:
        """The bits of each, joined by or."""
        found = np.zeros(self.everyone, np.uint64)
        np.bitwise_or.at(found, self.rows.number, self.rows.values["bits"])
        return found


def is_possible(asked: Asked, grain: Grain | None = None) -> bool:
    """Whether there are many windows, over facts of all events."""
    return are_many(asked) and not (grain or asked.grain).is_narrowed


def is_of_everybody(asked: Asked) -> bool:
    """Whether facts of all events can answer."""
    return not asked.grain.is_narrowed


def numbered(asked: Asked, grain: Grain | None = None) -> Numbered:
    """The facts of a grain, of everybody who was ever known.

    Args:
        asked: The question.
        grain: Whose, if not the question's.
    """
    one = grain or asked.grain
    everybody = " UNION ".join(f"SELECT entity_key FROM {table}" for table in (one.start, one.present, one.day))
    return Numbered(asked.cursor, asked.kept, asked.question.timezone, everybody)


def tallies(asked: Asked, facts: Numbered, sql: str, window_days: int) -> Iterator[Tally]:
    """Each period, with the rows of its window.

    Args:
        asked: The question.
        facts: The facts of whose days they are.
        sql: SQL for (entity_key, day, more columns).
        window_days: How many days a window has.
    """
    return tallied(asked, facts, facts.days(sql), window_days)


def tallied(asked: Asked, facts: Numbered, rows: DayOrder, window_days: int) -> Iterator[Tally]:
    """Each period, with the part of some rows that lies in its window; arguments as of `tallies`."""
    for period_on, on_day, on_at, *_ in edges(asked):
        on = (on_day - EPOCH).days
        yield Tally(period_on, on, instant(on_at), len(facts.everyone), rows.between(on - window_days + 1, on))


def edges(asked: Asked) -> list[tuple[date | None, date, datetime, date, datetime]]:
    """The periods of the question, as `periods.edges` has them, looked up once."""
    if "edges" not in asked.made:
        asked.made["edges"] = periods.edges(asked.cursor, asked.question, asked.plan)
    found: list[tuple[date | None, date, datetime, date, datetime]] = asked.made["edges"]
    return found


def instant(at: datetime) -> np.datetime64:
    """A UTC instant as columns have it."""
    return np.datetime64(at, "us")


def median(values: Column) -> float:
    """The median of values, of which there is at least one."""
    # one place is put right in a third of the time of two; of an even number the one before is the most of the lower
    n = len(values)
    halves = np.partition(values, n // 2)
    return float(halves[n // 2] if n % 2 else np.mean([halves[: n // 2].max(), halves[n // 2]]))


def groups(
    asked: Asked, at: np.datetime64, chosen: NDArray[np.bool_]
) -> Iterator[tuple[tuple[str, ...], NDArray[np.bool_]]]:
    """Each group of which somebody is chosen, by name, with who of those chosen is in it just before an instant.

    Args:
        asked: The question; without a breakdown all are one group.
        at: The instant.
        chosen: Of everybody whether they are chosen.
    """
    if asked.split is None:
        yield from [((), chosen)] if chosen.any() else []
        return
    group, names = asked.split.numbers(at), asked.split.names
    for number in sorted(range(len(names)), key=names.__getitem__):
        members = chosen & (group == number)
        if members.any():
            yield names[number], members


def seen_from(asked: Asked, facts: Numbered, grain: Grain | None = None) -> NDArray[np.int32]:
    """The first day, since 1970, on which each could be seen, but for what they did before; as of `observed.seen_from`."""
    one = grain or asked.grain
    begins = (
        asked.plan.product.data_from or asked.cursor.execute("SELECT min(day) FROM event").fetchall()[0][0] or EPOCH
    )
    started = facts.told(f"SELECT entity_key, (started_on - DATE '1970-01-01')::INTEGER AS value FROM {one.start}", 0)
    found: NDArray[np.int32] = np.maximum(started, np.int32((begins - EPOCH).days))
    return found


def means(asked: Asked, values: Iterable[Values]) -> Sql:
    """The sums of the kind `mean`, by period and group.

    Args:
        asked: The question.
        values: The values of each period that has any; they are read once.
    """

    def rows() -> Iterator[tuple[Any, ...]]:
        for end, who, found in values:
            if asked.split is None:
                yield from [(end.period_on, Sums.of(found))] if len(found) else []
            else:
                for names, places in asked.split.parts(end.on_at, who):
                    yield end.period_on, *names, Sums.of(found[places])

    return summed(rows, *(asked.split.labels if asked.split else ()))


def rows_of_each(facts: Numbered, values: Iterable[Values]) -> pa.Table:
    """Rows (entity_key, period_on, value).

    Args:
        facts: The facts whose numbers are meant.
        values: The values of each period.
    """
    keys = facts.everyone.keys
    parts = [(keys[who], np.full(len(who), np.datetime64(end.period_on, "D")), found) for end, who, found in values]
    schema = pa.schema(
        [("entity_key", pa.from_numpy_dtype(keys.dtype)), ("period_on", pa.date32()), ("value", pa.float64())]
    )
    return pa.concat_tables([schema.empty_table(), *(pa.table([*map(pa.array, part)], schema) for part in parts)])


def summed(rows: Callable[[], Iterable[tuple[Any, ...]]], *labels: str) -> Sql:
    """The sums of the kind `mean`, by period and labels.

    Args:
        rows: Makes the rows: the period, the labels, the sums.
        *labels: Names of the labels, which are text.
    """
    schema = pa.schema(
        [
            ("period_on", pa.date32()),
            *((label, pa.string()) for label in labels),
            ("n", pa.int64()),
            *((name, pa.float64()) for name in Sums._fields[1:]),
        ]
    )

    def table() -> pa.Table:
        flat = [(*row[:-1], *row[-1]) for row in rows()]
        return pa.table(list(map(list, zip(*flat, strict=True))), schema) if flat else schema.empty_table()

    return Sql("SELECT * FROM sums ORDER BY ALL", tables={"sums": table})
