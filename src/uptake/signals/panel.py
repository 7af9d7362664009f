"""A panel: everyone of one grain over consecutive days, as of the end of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.grain import MEMBER, Grain
from uptake.metrics.metric import Asked
from uptake.signals.windows import Bits, Flags, Floats, latest, means, trailing_sum
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

    def once(self, name: str, params: tuple[tuple[str, Any], ...], made: Callable[[Panel], Floats]) -> Floats:
        """A signal, made when it is asked for first; nan for who was not there."""
        key = (name, params)
        if key not in self._signals:
            self._signals[key] = np.where(self.present, made(self), np.nan)
        return self._signals[key]

    @cached_property
    def present(self) -> Flags:
        """Whether someone was there at the end of the day."""
        return self.spans(f"SELECT entity_key, valid_from, valid_to FROM {self.grain.present}")

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

    # Facts into arrays

    def daily(self, relation: str, back: int, value: str = "1", where: str = "true") -> Floats:
        """What happened on each day, added up.

        Args:
            relation: A relation with `entity_key` and `day`.
            back: Days before the first that are read too; the answer has as many columns more.
            value: SQL for what is added up.
            where: SQL that rows have to meet.
        """
        width = back + self.days
        found = self._fetch(
            f"""SELECT entity_key, (day - $first::DATE)::INTEGER + {back} AS at, sum({value})::DOUBLE AS value
            FROM {relation} WHERE day >= $first::DATE - {back} AND day <= $last::DATE AND {where} GROUP BY ALL"""
        )
        return self._placed(found, width)

    def was_daily(self, relation: str, back: int, where: str = "true") -> Flags:
        """Whether anything happened on each day; else like `daily`."""
        return self.daily(relation, back, "1", where) > 0

    def bits_daily(self, back: int) -> dict[int, Bits]:
        """Which features were used on each day, a bit each; word -> bits, as `facts.feature_set` has them."""
        width = back + self.days
        found = self._fetch(
            f"""SELECT entity_key, (day - $first::DATE)::INTEGER + {back} AS at, word, bits
            FROM {self.grain.of("feature_set")}
            WHERE day >= $first::DATE - {back} AND day <= $last::DATE AND bits > 0"""
        )
        made = {}
        row = self.rows(found["entity_key"])
        for word in np.unique(found["word"]).tolist():
            chosen = (found["word"] == word) & (row >= 0)
            cells = np.zeros(self.n * width, dtype=np.uint64)
            np.bitwise_or.at(cells, row[chosen] * width + found["at"][chosen], found["bits"][chosen].astype(np.uint64))
            made[int(word)] = cells.reshape(self.n, width)
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
        at = np.where(self.was_daily(relation, 0, where), np.arange(self.days, dtype=np.float64), np.nan)
        return latest(at, before)

    def spans(self, relation: str) -> Flags:
        """Where any of somebody's spans `[valid_from, valid_to)` holds at the end of the day."""
        found = self._fetch(
            f"""SELECT entity_key, greatest(0, begins)::BIGINT AS begins, least({self.days}, ends)::BIGINT AS ends FROM (
                SELECT entity_key, {self._day("valid_from")} AS begins, {self._day("valid_to")} AS ends FROM ({relation})
            ) WHERE begins < ends AND begins < {self.days} AND ends > 0"""
        )
        row, width = self.rows(found["entity_key"]), self.days + 1
        known = row >= 0
        edges = np.bincount(row[known] * width + found["begins"][known], minlength=self.n * width).astype(np.int64)
        edges -= np.bincount(row[known] * width + found["ends"][known], minlength=self.n * width)
        return np.cumsum(edges.reshape(self.n, width), axis=1)[:, : self.days] > 0

    def rows(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        """The row of each key; -1 where nobody has it."""
        if not self.n:
            return np.full(len(keys), -1, dtype=np.int64)
        keys = np.asarray(keys).astype(np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), self.n - 1)
        return np.where(self.keys[at] == keys, at, -1).astype(np.int64)

    def relations(self) -> str:
        """SQL for a WITH clause that gives the relation `period`: a row for each day of the panel."""
        return """WITH period AS (
            SELECT day AS period_on, day AS on_day, ends_at AS on_at FROM calendar WHERE day BETWEEN $first AND $last
        )"""

    def flags(self, sql: str) -> Flags:
        """Whether a query over `period` has a row for an entity and a day.

        Args:
            sql: SQL for (entity_key, period_on).
        """
        found = self._fetch(
            f"""{self.relations()} SELECT entity_key, (period_on - $first::DATE)::INTEGER AS at FROM ({sql})"""
        )
        row = self.rows(found["entity_key"])
        made = np.zeros((self.n, self.days), dtype=np.bool_)
        made[row[row >= 0], found["at"][row >= 0]] = True
        return made

    # Below

    def _day(self, instant: str) -> str:
        """SQL for the local day of an instant, counted from the first; far off where there is no such day."""
        local = f"timezone({literal(self.asked.question.timezone)}, timezone('UTC', {instant}))"
        return f"""CASE WHEN {instant} < TIMESTAMP '1970-01-02' THEN {BEFORE}
            WHEN {instant} > TIMESTAMP '2099-01-01' THEN {-BEFORE} ELSE {local}::DATE - $first::DATE END"""

    def _fetch(self, sql: str) -> dict[str, NDArray[Any]]:
        values = {name: day for name, day in (("first", self.first), ("last", self.last)) if f"${name}" in sql}
        found: dict[str, Any] = self.cursor.execute(sql, values).fetchnumpy()
        return {name: _filled(column) for name, column in found.items()}

    def _placed(self, found: dict[str, NDArray[Any]], width: int) -> Floats:
        row = self.rows(found["entity_key"])
        known = row >= 0
        cells = row[known] * width + found["at"][known]
        total = np.bincount(cells, weights=found["value"][known], minlength=self.n * width)
        return total.astype(np.float64).reshape(self.n, width)

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
    return np.asarray(trailing_sum(daily.astype(np.float64), window, days))
