"""Facts of everyone of one grain over consecutive days, as arrays: what happened on each day."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import begin_of
from uptake.signals.windows import Bits, Counts, Flags, Floats, blank, latest
from uptake.store.projection import Cursor
from uptake.store.sql import literal

BEFORE = -(10**9)
"""Days before the first day that stand for "since ever"."""
USER_BITS = 0xFFFFFFFF
"""The part of the key of a user in an account that is the user's; all of the key of a user or an account."""


class FactsByDay:
    """Everyone of a grain, and what happened to them on the days `[first, last]`.

    Arrays have a row per entity, in the order of `keys`, and a column per day; in memory day follows day.

    Args:
        asked: The question they are read for: plan, grain, cursor.
        first: First day.
        last: Last day.
        facts: The same of days that have these among them: facts are read for all of its days, once, and taken from
            there. None: they are read for these days.
        ever: Whether those are among them who come after the last day only.
    """

    def __init__(self, asked: Asked, first: date, last: date, facts: Self | None = None, *, ever: bool = True) -> None:
        self.asked, self.first, self.last, self.ever = asked, first, last, ever
        self.days = (last - first).days + 1
        self.facts = facts
        self.keys: NDArray[np.int64] = facts.keys if facts else self._everybody()
        self.n = len(self.keys)
        self._known: dict[Hashable, Any] = {}
        self._active: Flags | None = None

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

    def filled(self, value: float, dtype: Any = np.float64) -> NDArray[Any]:  # noqa: ANN401 - as numpy has it
        """The same value for everyone on every day."""
        return blank(self.n, self.days, value, dtype)

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

    def known(self, what: Hashable, read: Callable[[Self], Any]) -> Any:  # noqa: ANN401 - whatever is read
        """What is read the same way for many days, once: by the panel of the facts where there is one."""
        if self.facts:
            return self.facts.known(what, read)
        if what not in self._known:
            self._known[what] = read(self)
        return self._known[what]

    def of_facts(self, what: Hashable, made: Callable[[Self], NDArray[Any]]) -> NDArray[Any]:
        """An array that is worked out for all days of the facts at once, for the panel of whatever days asks.

        Args:
            what: What it is called.
            made: Makes it, with a column for each day of the panel that it is given.
        """
        return self._days_of(what, 0, made)

    def daily(self, relation: str, back: int, value: str = "1", where: str = "true") -> NDArray[Any]:
        """What happened on each day, added up; whole numbers wherever all are.

        Args:
            relation: A relation with `entity_key` and `day`.
            back: Days before the first that are read too; the answer has as many columns more.
            value: SQL for what is added up.
            where: SQL that rows have to meet.
        """

        def read(panel: Self) -> NDArray[Any]:
            values = f"sum({value})::DOUBLE AS value"
            cell, found = panel._cells(f"{relation} WHERE {where}", back, values, "GROUP BY ALL")
            value_of = found["value"]
            is_whole = bool(np.all(value_of == np.trunc(value_of))) and np.abs(value_of).sum() < np.iinfo(np.int32).max
            made: NDArray[Any] = np.zeros(panel.n * (back + panel.days), dtype=np.int32 if is_whole else np.float64)
            made[cell] = value_of
            return panel._by_entity(made, back + panel.days)

        return self._days_of(("daily", relation, back, value, where), back, read)

    def so_far(self, relation: str, back: int, where: str = "true") -> Counts:
        """How often something has ever happened, up to the day that lies `back` days before each; else like `daily`."""

        def read(panel: Self) -> Counts:
            found = panel._fetch(
                f"""SELECT entity_key, greatest(0, day - $first::DATE + {back})::BIGINT AS at, count(*) AS value
                FROM {relation} WHERE {where} AND day <= $last::DATE - {back} GROUP BY ALL"""
            )
            row = panel.rows(found["entity_key"])
            made = np.zeros((panel.days, panel.n), dtype=np.int32)
            made[found["at"][row >= 0], row[row >= 0]] = found["value"][row >= 0]
            return np.cumsum(made, axis=0, out=made).T

        return self._days_of(("so_far", relation, back, where), 0, read)

    def was_daily(self, relation: str, back: int, where: str = "true") -> Flags:
        """Whether anything happened on each day; else like `daily`."""

        def read(panel: Self) -> Flags:
            cell, _ = panel._cells(f"{relation} WHERE {where}", back)
            made = np.zeros(panel.n * (back + panel.days), dtype=np.bool_)
            made[cell] = True
            return panel._by_entity(made, back + panel.days)

        return self._days_of(("was_daily", relation, back, where), back, read)

    def was_active(self, back: int) -> Flags:
        """Whether somebody was active on each day, and on some days before the first; read once for all who ask."""
        if self.facts:
            return self._own_days(self.facts.was_active(back), back)
        if self._active is None or self._active.shape[1] < back + self.days:
            self._active = self.was_daily(self.grain.day, back)
        return self._active[:, self._active.shape[1] - self.days - back :]

    def bits_daily(self, back: int) -> dict[int, Bits]:
        """Which features were used on each day, a bit each; word -> bits, as `facts.feature_set` has them."""

        def read(panel: Self) -> dict[int, Bits]:
            cell, found = panel._cells(f"{panel.grain.of('feature_set')} WHERE bits > 0", back, "word, bits")
            made = {}
            words = np.unique(found["word"]).tolist()
            for word in words:
                chosen: slice | Flags = slice(None) if len(words) == 1 else found["word"] == word
                bits = found["bits"][chosen]
                narrow = np.min_scalar_type(bits.max(initial=0))
                cells = np.zeros(panel.n * (back + panel.days), dtype=narrow)
                at, bits = cell[chosen], bits.astype(narrow)
                cells[at] = bits  # of most cells there is one row; joining row by row is slow
                is_lost = (cells[at] & bits) != bits
                np.bitwise_or.at(cells, at[is_lost], bits[is_lost])
                made[int(word)] = panel._by_entity(cells, back + panel.days)
            return made

        words: dict[int, Bits] = self.known(("bits_daily", back), read)
        return {word: self._own_days(bits, back) for word, bits in words.items()}

    def column(self, relation: str, day: str) -> Floats:
        """A day of everyone, counted from the panel's first; nan where there is none. The earliest, if there are several."""

        def read(panel: Self) -> Floats:
            return panel._column(
                panel._fetch(
                    f"""SELECT entity_key, (min({day}) - $first::DATE)::DOUBLE AS value FROM ({relation}) GROUP BY ALL"""
                )
            )

        made: Floats = self.known(("column", relation, day), read)
        return made - self._skipped

    def last_day(self, relation: str, where: str = "true") -> Floats:
        """The last day up to each day on which something happened, counted from the panel's first; nan before it did."""

        def read(panel: Self) -> Floats:
            before = panel._column(
                panel._fetch(
                    f"""SELECT entity_key, (max(day) - $first::DATE)::DOUBLE AS value FROM {relation}
                    WHERE day < $first::DATE AND {where} GROUP BY ALL"""
                )
            )
            return latest(panel.was_daily(relation, 0, where), before)

        return self._days_of(("last_day", relation, where), 0, read) - self._skipped

    def rows(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        """The row of each key; -1 where nobody has it."""
        if not self.n:
            return np.full(len(keys), -1, dtype=np.int64)
        keys = np.asarray(keys).astype(np.int64, copy=False)
        if self._row_of is None:
            return self._looked_up(keys)
        # quicker than to look among them: most users are in one account
        made: NDArray[np.int64] = self._row_of[np.minimum(keys & USER_BITS, len(self._row_of) - 1)]
        other = np.flatnonzero((made >= 0) & (self.keys[made] != keys))
        made[other] = self._looked_up(keys[other])
        return made

    # Below

    def _everybody(self) -> NDArray[np.int64]:
        until = "true" if self.ever else "valid_from < $as_of"
        found = self._fetch(f"SELECT DISTINCT entity_key FROM {self.grain.present} WHERE {until} ORDER BY ALL")
        return found["entity_key"].astype(np.int64)

    @property
    def _skipped(self) -> int:
        """Days of the panel of the facts before the first of these."""
        return (self.first - self.facts.first).days if self.facts else 0

    def _days_of(self, what: Hashable, back: int, read: Callable[[Self], NDArray[Any]]) -> NDArray[Any]:
        return self._own_days(self.known(what, read), back)

    def _own_days(self, made: NDArray[Any], back: int) -> NDArray[Any]:
        """These days, and those before them, of what was read; nobody may write into it, as others read it."""
        made = made[:, self._skipped : self._skipped + back + self.days]
        made.flags.writeable = False
        return made

    def _by_entity(self, cells: NDArray[Any], width: int) -> NDArray[Any]:
        return cells.reshape(width, self.n).T

    @cached_property
    def _row_of(self) -> NDArray[np.int64] | None:
        """The row of each key, of users in accounts the last of each user; None where keys are larger than many."""
        key = self.keys & USER_BITS
        most = int(key.max())
        if most > 10 * self.n + 1_000_000:
            return None
        made = np.full(most + 2, -1, dtype=np.int64)
        made[key] = np.arange(self.n)
        return made

    def _looked_up(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        at = np.minimum(np.searchsorted(self.keys, keys), self.n - 1)
        return np.where(self.keys[at] == keys, at, -1).astype(np.int64, copy=False)

    def _cells(
        self, rows: str, back: int, values: str = "", rest: str = ""
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Rows with `entity_key` and `day` of the panel's days and some before, but for who is not here, and their cells."""
        found = self._fetch(
            f"""SELECT entity_key, (day - $first::DATE)::INTEGER + {back} AS at{", " if values else ""}{values}
            FROM {rows} AND day >= $first::DATE - {back} AND day <= $last::DATE {rest}"""
        )
        row = self.rows(found["entity_key"])
        if len(row) and row.min() < 0:
            found = {name: column[row >= 0] for name, column in found.items()}
            row = row[row >= 0]
        return found["at"] * np.int64(self.n) + row, found

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
