"""A panel: everyone of one grain over consecutive days, as of the end of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.grain import MEMBER, Grain
from uptake.metrics.metric import Asked
from uptake.metrics.question import begin_of
from uptake.signals.windows import Bits, Counts, Flags, Floats, latest, means, trailing_sum
from uptake.store.projection import Cursor
from uptake.store.sql import literal

BEFORE = -(10**9)
"""Days before the panel's first day that stand for "since ever"."""


class Panel:
    """Everyone of a grain over the days `[first, last]`.

    Arrays of a panel have a row per entity, in the order of `keys`, and a column per day. A signal is asked for with
    `signal`, once; whoever was not there at the end of a day has nan in all of them but `present`.

    Args:
        asked: The question a signal is asked within: plan, grain, cursor.
        first: First day.
        last: Last day.
    """

    def __init__(self, asked: Asked, first: date, last: date) -> None:
        self.asked, self.first, self.last = asked, first, last
        self.days = (last - first).days + 1
        found = self._fetch(f"SELECT DISTINCT entity_key FROM {self.grain.present} ORDER BY ALL")
        self.keys: NDArray[np.int64] = found["entity_key"].astype(np.int64)
        self.n = len(self.keys)
        self._active: Flags | None = None
        self._signals: dict[tuple[str, tuple[tuple[str, Any], ...]], Floats] = {}
        self.made: dict[Hashable, Any] = {}
        """What was worked out for the whole panel and will be asked for again."""

    @property
    def grain(self) -> Grain:
        """Whose rows they are."""
        return self.asked.grain

    @property
    def cursor(self) -> Cursor:
        """For reading facts."""
        return self.asked.cursor

    @property
    def dates(self) -> list[date]:
        """The days, a column each."""
        return [self.first + timedelta(days=n) for n in range(self.days)]

    @property
    def ends_at(self) -> datetime:
        """The end of the last day; what happens from this instant on is not known."""
        return begin_of(self.last + timedelta(days=1), self.asked.question.timezone)

    def once(self, name: str, params: tuple[tuple[str, Any], ...], made: Callable[[Panel], Floats]) -> Floats:
        """A signal, made when it is asked for first; nan for who was not there."""
        key = (name, params)
        if key not in self._signals:
            values = made(self).astype(np.float64, copy=False)
            np.copyto(values, np.nan, where=self._absent)
            self._signals[key] = values
        return self._signals[key]

    def forget(self) -> None:
        """Gives the memory of everything that was worked out free, at once: some of it knows the panel."""
        for name in ("present", "started", "members", "of_member"):
            made = self.__dict__.pop(name, None)
            if isinstance(made, Panel):
                made.forget()
        self._signals.clear()
        self.made.clear()

    @cached_property
    def present(self) -> Flags:
        """Whether someone was there at the end of the day."""
        return self.spans(f"SELECT entity_key, valid_from, valid_to FROM {self.grain.present}")

    @cached_property
    def _absent(self) -> Flags:
        return ~self.present

    @cached_property
    def started(self) -> Floats:
        """The first day of life, counted from the panel's first day; nan for who has not begun."""
        return self.column(f"SELECT entity_key, started_on FROM {self.grain.start}", "started_on")

    @cached_property
    def members(self) -> Panel:
        """The users in accounts over the same days."""
        return Panel(replace(self.asked, grain=MEMBER), self.first, self.last)

    @cached_property
    def of_member(self) -> NDArray[np.int64]:
        """For every row of `members` the row of its account here; -1 where it has none."""
        return self.rows(self.members.keys >> 32)

    def mean_of_members(self, values: Floats) -> tuple[Floats, Floats]:
        """The mean over the members of each account, and how many of them have a value."""
        return means(values, self.of_member, self.n)

    # Instants into days

    def on(self, instant: str) -> str:
        """SQL for the local day on which an instant lies."""
        if self.asked.question.timezone == "UTC":  # the engine takes long for what is nothing to do
            return f"({instant})::DATE"
        return f"timezone({literal(self.asked.question.timezone)}, timezone('UTC', {instant}))::DATE"

    def day_of(self, instant: str) -> str:
        """SQL for the local day of an instant, counted from the first; far off where there is no such day."""
        return f"""CASE WHEN {instant} < TIMESTAMP '1970-01-02' THEN {BEFORE}
            WHEN {instant} > TIMESTAMP '2099-01-01' THEN {-BEFORE} ELSE {self.on(instant)} - $first::DATE END"""

    # Facts into arrays

    def daily(self, relation: str, back: int, value: str = "1", where: str = "true") -> NDArray[Any]:
        """What happened on each day, added up; whole numbers wherever all are.

        Args:
            relation: A relation with `entity_key` and `day`.
            back: Days before the first that are read too; the answer has as many columns more.
            value: SQL for what is added up.
            where: SQL that rows have to meet.
        """
        values = f"sum({value})::DOUBLE AS value"
        cell, found = self._cells(f"{relation} WHERE {where}", back, values, "GROUP BY ALL")
        value_of = found["value"][cell >= 0]
        is_whole = bool(np.all(value_of == np.trunc(value_of))) and np.abs(value_of).sum() < np.iinfo(np.int32).max
        made: NDArray[Any] = np.zeros(self.n * (back + self.days), dtype=np.int32 if is_whole else np.float64)
        made[cell[cell >= 0]] = value_of
        return made.reshape(self.n, back + self.days)

    def was_daily(self, relation: str, back: int, where: str = "true") -> Flags:
        """Whether anything happened on each day; else like `daily`."""
        cell, _ = self._cells(f"{relation} WHERE {where}", back)
        made = np.zeros(self.n * (back + self.days), dtype=np.bool_)
        made[cell[cell >= 0]] = True
        return made.reshape(self.n, back + self.days)

    def was_active(self, back: int) -> Flags:
        """Whether somebody was active on each day, and on some days before the first; read once for all who ask."""
        if self._active is None or self._active.shape[1] < back + self.days:
            self._active = self.was_daily(self.grain.day, back)
        return self._active[:, self._active.shape[1] - back - self.days :]

    def bits_daily(self, back: int) -> dict[int, Bits]:
        """Which features were used on each day, a bit each; word -> bits, as `facts.feature_set` has them."""
        cell, found = self._cells(f"{self.grain.of('feature_set')} WHERE bits > 0", back, "word, bits")
        made = {}
        for word in np.unique(found["word"]).tolist():
            chosen = (found["word"] == word) & (cell >= 0)
            bits = found["bits"][chosen]
            narrow = np.min_scalar_type(bits.max(initial=0))
            cells = np.zeros(self.n * (back + self.days), dtype=narrow)
            np.bitwise_or.at(cells, cell[chosen], bits.astype(narrow))
            made[int(word)] = cells.reshape(self.n, back + self.days)
        return made

    def column(self, relation: str, day: str) -> Floats:
        """A day of everyone, counted from the panel's first; nan where there is none. The earliest, if there are several."""
        found = self._fetch(
            f"""SELECT entity_key, (min({day}) - $first::DATE)::DOUBLE AS value FROM ({relation}) GROUP BY ALL"""
        )
        return self._column(found)

    def last_day(self, relation: str, where: str = "true") -> Floats:
        """The last day up to each day on which something happened, counted from the panel's first; nan before it did."""
        before = self._column(
            self._fetch(
                f"""SELECT entity_key, (max(day) - $first::DATE)::DOUBLE AS value FROM {relation}
                WHERE day < $first::DATE AND {where} GROUP BY ALL"""
            )
        )
        return latest(self.was_daily(relation, 0, where), before)

    def spans(self, relation: str) -> Flags:
        """Where any of somebody's spans `[valid_from, valid_to)` holds at the end of the day."""
        found = self._fetch(
            f"""SELECT entity_key, epoch_us(valid_from) AS begins, epoch_us(valid_to) AS ends FROM ({relation})
            WHERE valid_from < valid_to"""
        )
        row, width = self.rows(found["entity_key"]), self.days + 1
        known = row >= 0
        edges = np.zeros(self.n * width, dtype=np.int32)
        for edge, step in (("begins", 1), ("ends", -1)):
            # told here, as the engine takes long to tell the local days of instants
            day = np.searchsorted(self._day_ends, found[edge][known], side="right")
            np.add.at(edges, row[known] * width + day, np.int32(step))
        cells = edges.reshape(self.n, width)[:, : self.days]
        return np.cumsum(cells, axis=1, out=cells) > 0

    def by_day(self, relation: str) -> str:
        """SQL for the same rows with `begins` and `ends`: the days at whose end a span `[valid_from, valid_to)` holds."""
        return (
            f"""SELECT *, {self.day_of("valid_from")} AS begins, {self.day_of("valid_to")} AS ends FROM ({relation})"""
        )

    def total(self, relation: str) -> Counts:
        """How many of everyone's spans hold at the end of each day.

        Args:
            relation: SQL for (entity_key, begins, ends): a span holds from the day `begins` until before `ends`.
        """
        return self.totals(relation, "1")[0]

    def totals(self, relation: str, *values: str) -> list[Counts]:
        """What everyone's spans that hold at the end of each day add up to, for each of some values.

        Args:
            relation: As for `total`.
            values: SQL for what is added up, whole numbers: sums of others would keep a rest of what is over.
        """
        sums = ", ".join(f"coalesce(sum({value}), 0)::BIGINT AS v{number}" for number, value in enumerate(values))
        found = self._held(relation, sums, 0, "GROUP BY ALL")
        row, width, made = self.rows(found["entity_key"]), self.days + 1, list[Counts]()
        known = row >= 0
        begins, ends = (row[known] * width + found[edge][known] for edge in ("begins", "ends"))
        for number in range(len(values)):
            value = found[f"v{number}"][known]
            is_small = np.abs(value).sum() < np.iinfo(np.int32).max
            total: Counts = np.zeros(self.n * width, dtype=np.int32 if is_small else np.int64)
            np.add.at(total, begins, value.astype(total.dtype))
            np.subtract.at(total, ends, value.astype(total.dtype))
            cells = total.reshape(self.n, width)[:, : self.days]
            np.cumsum(cells, axis=1, out=cells)
            made.append(cells)
        return made

    def held(self, relation: str, value: str = "value", back: int = 0) -> Floats:
        """The value of the span that holds at the end of each day; nan where none does.

        Args:
            relation: SQL for (entity_key, begins, ends) and what `value` is made of, as for `total`.
            value: SQL for the value, a number; of several spans the one with the smallest.
            back: Days before the first that are read too; the answer has as many columns more.
        """
        found = self._held(relation, f"({value})::DOUBLE AS held", back, "ORDER BY held DESC")
        width = back + self.days
        row = self.rows(found["entity_key"])
        known = (row >= 0) & ~np.isnan(found["held"])
        begins, long = found["begins"][known], (found["ends"] - found["begins"])[known]
        within = np.arange(long.sum()) - np.repeat(np.cumsum(long) - long, long)
        made = np.full(self.n * width, np.nan)
        made[np.repeat(row[known] * width + begins, long) + within] = np.repeat(found["held"][known], long)
        return made.reshape(self.n, width)

    def rows(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        """The row of each key; -1 where nobody has it."""
        if not self.n:
            return np.full(len(keys), -1, dtype=np.int64)
        keys = np.asarray(keys).astype(np.int64, copy=False)
        if self._row_of is not None:  # quicker than to look among them
            made: NDArray[np.int64] = self._row_of[np.minimum(keys, len(self._row_of) - 1)]
            return made
        at = np.minimum(np.searchsorted(self.keys, keys), self.n - 1)
        return np.where(self.keys[at] == keys, at, -1).astype(np.int64, copy=False)

    # Below

    @cached_property
    def _day_ends(self) -> NDArray[np.int64]:
        """When each day ends, in microseconds."""
        zone = self.asked.question.timezone
        ends = [begin_of(day + timedelta(days=1), zone) for day in self.dates]
        return np.array(ends, dtype="datetime64[us]").astype(np.int64)

    @cached_property
    def _row_of(self) -> NDArray[np.int64] | None:
        """The row of each key, where keys are no larger than many: those of users and accounts."""
        if self.keys[-1] > 10 * self.n + 1_000_000:
            return None
        made = np.full(self.keys[-1] + 2, -1, dtype=np.int64)
        made[self.keys] = np.arange(self.n)
        return made

    def _cells(
        self, rows: str, back: int, values: str = "", rest: str = ""
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Rows with `entity_key` and `day` of the panel's days and some before: their cells, -1 of who is not here."""
        width = back + self.days
        found = self._fetch(
            f"""SELECT entity_key, (day - $first::DATE)::INTEGER + {back} AS at{", " if values else ""}{values}
            FROM {rows} AND day >= $first::DATE - {back} AND day <= $last::DATE {rest}"""
        )
        row = self.rows(found["entity_key"])
        return np.where(row >= 0, row * width + found["at"], -1), found

    def _held(self, relation: str, values: str, back: int, rest: str) -> dict[str, NDArray[Any]]:
        """Spans that hold on any day, cut to these days, with some values."""
        return self._fetch(
            f"""SELECT entity_key, greatest(0, begins + {back})::BIGINT AS begins,
                least({back + self.days}, ends + {back})::BIGINT AS ends, {values}
            FROM ({relation}) WHERE begins < ends AND begins < {self.days} AND ends > {-back} {rest}"""
        )

    def _fetch(self, sql: str) -> dict[str, NDArray[Any]]:
        known = {"first": self.first, "last": self.last, "as_of": self.ends_at}
        values = {name: value for name, value in known.items() if f"${name}" in sql}
        found: dict[str, Any] = self.cursor.execute(sql, values).fetchnumpy()
        return {name: _filled(column) for name, column in found.items()}

    def _column(self, found: dict[str, NDArray[Any]]) -> Floats:
        row = self.rows(found["entity_key"])
        made = np.full(self.n, np.nan)
        made[row[row >= 0]] = found["value"][row >= 0]
        return made


def _filled(column: Any) -> NDArray[Any]:  # noqa: ANN401 - the engine masks columns that may hold NULL
    """NULL as nan."""
    if np.ma.isMaskedArray(column):
        return np.ma.filled(column.astype(np.float64), np.nan) if column.dtype.kind in "iuf" else np.asarray(column)
    return np.asarray(column)


def in_window(daily: NDArray[Any], window: int, days: int) -> Floats:
    """The sum over the window that ends with each day, as numbers."""
    return trailing_sum(daily, window, days).astype(np.float64, copy=False)
