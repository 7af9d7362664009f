"""A panel: everyone of one grain over consecutive days, as of the end of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.grain import MEMBER, Grain
from uptake.metrics.metric import Asked
from uptake.metrics.question import begin_of
from uptake.signals.windows import Bits, Counts, Flags, Floats, blank, latest, means, trailing_sum
from uptake.store.projection import Cursor
from uptake.store.sql import literal

BEFORE = -(10**9)
"""Days before the panel's first day that stand for "since ever"."""


class Panel:
    """Everyone of a grain over the days `[first, last]`.

    Arrays of a panel have a row per entity, in the order of `keys`, and a column per day; in memory day follows day. A
    signal is asked for with `signal`, once; whoever was not there at the end of a day has nan in all of them but
    `present`.

    Args:
        asked: The question a signal is asked within: plan, grain, cursor.
        first: First day.
        last: Last day.
        facts: A panel of the same that has these days among its own: facts are read for all of its days, once, and
            taken from there. None: they are read for these days.
    """

    def __init__(self, asked: Asked, first: date, last: date, facts: Panel | None = None) -> None:
        self.asked, self.first, self.last = asked, first, last
        self.days = (last - first).days + 1
        self.facts = facts
        self.keys: NDArray[np.int64] = facts.keys if facts else self._everybody()
        self.n = len(self.keys)
        self._beside: dict[str, Panel] = {}
        self._known: dict[Hashable, Any] = {}
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
            values = values if values.flags.writeable else values.copy(order="K")
            values += self._gone
            self._signals[key] = values
        return self._signals[key]

    def parts(self, days: int) -> Iterator[Panel]:
        """The same days, so many at once, as panels of their own; each is over, and forgotten, when the next is asked for."""
        first = self.first
        while first <= self.last:
            part = Panel(self.asked, first, min(first + timedelta(days=days - 1), self.last), self)
            yield part
            part.forget()
            first = part.last + timedelta(days=1)
        self.forget()

    def forget(self) -> None:
        """Gives the memory of everything that was worked out free, at once: some of it knows the panel."""
        for name in ("present", "started", "_gone"):
            self.__dict__.pop(name, None)
        for panel in self._beside.values():
            panel.forget()
        self._active = None
        for kept in (self._beside, self._known, self._signals, self.made):
            kept.clear()

    @cached_property
    def present(self) -> Flags:
        """Whether someone was there at the end of the day."""
        return self.spans(f"SELECT entity_key, valid_from, valid_to FROM {self.grain.present}")

    @cached_property
    def _gone(self) -> Floats:
        """0 for who was there, else nan: adding is quicker than choosing."""
        return np.where(self.present, 0.0, np.nan)

    @cached_property
    def started(self) -> Floats:
        """The first day of life, counted from the panel's first day; nan for who has not begun."""
        return self.column(f"SELECT entity_key, started_on FROM {self.grain.start}", "started_on")

    def beside(self, grain: Grain) -> Panel:
        """Everyone of another grain over the same days, once."""
        if grain.name not in self._beside:
            facts = None if self.facts is None else self.facts.beside(grain)
            self._beside[grain.name] = Panel(replace(self.asked, grain=grain), self.first, self.last, facts)
        return self._beside[grain.name]

    @property
    def members(self) -> Panel:
        """The users in accounts over the same days."""
        return self.beside(MEMBER)

    @cached_property
    def of_member(self) -> NDArray[np.int64]:
        """For every row of `members` the row of its account here; -1 where it has none."""
        return self.facts.of_member if self.facts else self.rows(self.members.keys >> 32)

    def filled(self, value: float, dtype: Any = np.float64) -> NDArray[Any]:  # noqa: ANN401 - as numpy has it
        """The same value for everyone on every day."""
        return blank(self.n, self.days, value, dtype)

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

    def known(self, what: Hashable, read: Callable[[Panel], Any]) -> Any:  # noqa: ANN401 - whatever is read
        """What is read the same way for many days, once: by the panel of the facts where there is one."""
        if self.facts:
            return self.facts.known(what, read)
        if what not in self._known:
            self._known[what] = read(self)
        return self._known[what]

    def daily(self, relation: str, back: int, value: str = "1", where: str = "true") -> NDArray[Any]:
        """What happened on each day, added up; whole numbers wherever all are.

        Args:
            relation: A relation with `entity_key` and `day`.
            back: Days before the first that are read too; the answer has as many columns more.
            value: SQL for what is added up.
            where: SQL that rows have to meet.
        """

        def read(panel: Panel) -> NDArray[Any]:
            values = f"sum({value})::DOUBLE AS value"
            cell, found = panel._cells(f"{relation} WHERE {where}", back, values, "GROUP BY ALL")
            value_of = found["value"][cell >= 0]
            is_whole = bool(np.all(value_of == np.trunc(value_of))) and np.abs(value_of).sum() < np.iinfo(np.int32).max
            made: NDArray[Any] = np.zeros(panel.n * (back + panel.days), dtype=np.int32 if is_whole else np.float64)
            made[cell[cell >= 0]] = value_of
            return panel._by_entity(made, back + panel.days)

        return self._days_of(("daily", relation, back, value, where), back, read)

    def was_daily(self, relation: str, back: int, where: str = "true") -> Flags:
        """Whether anything happened on each day; else like `daily`."""

        def read(panel: Panel) -> Flags:
            cell, _ = panel._cells(f"{relation} WHERE {where}", back)
            made = np.zeros(panel.n * (back + panel.days), dtype=np.bool_)
            made[cell[cell >= 0]] = True
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

        def read(panel: Panel) -> dict[int, Bits]:
            cell, found = panel._cells(f"{panel.grain.of('feature_set')} WHERE bits > 0", back, "word, bits")
            made = {}
            for word in np.unique(found["word"]).tolist():
                chosen = (found["word"] == word) & (cell >= 0)
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

        def read(panel: Panel) -> Floats:
            return panel._column(
                panel._fetch(
                    f"""SELECT entity_key, (min({day}) - $first::DATE)::DOUBLE AS value FROM ({relation}) GROUP BY ALL"""
                )
            )

        made: Floats = self.known(("column", relation, day), read)
        return made - self._skipped

    def last_day(self, relation: str, where: str = "true") -> Floats:
        """The last day up to each day on which something happened, counted from the panel's first; nan before it did."""

        def read(panel: Panel) -> Floats:
            before = panel._column(
                panel._fetch(
                    f"""SELECT entity_key, (max(day) - $first::DATE)::DOUBLE AS value FROM {relation}
                    WHERE day < $first::DATE AND {where} GROUP BY ALL"""
                )
            )
            return latest(panel.was_daily(relation, 0, where), before)

        return self._days_of(("last_day", relation, where), 0, read) - self._skipped

    def spans(self, relation: str) -> Flags:
        """Where any of somebody's spans `[valid_from, valid_to)` holds at the end of the day."""

        def read(panel: Panel) -> Flags:
            found = panel._fetch(
                f"""SELECT entity_key, epoch_us(valid_from) AS begins, epoch_us(valid_to) AS ends FROM ({relation})
                WHERE valid_from < valid_to"""
            )
            row = panel.rows(found["entity_key"])
            # told here, as the engine takes long to tell the local days of instants
            begins, ends = (np.searchsorted(panel._day_ends, found[edge], side="right") for edge in ("begins", "ends"))
            kept = (row >= 0) & (begins < ends)
            return panel._added_up(row[kept], begins[kept], ends[kept], np.ones(int(kept.sum()), dtype=np.int32)) > 0

        return self._days_of(("spans", relation), 0, read)

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

        def read(panel: Panel) -> list[Counts]:
            sums = ", ".join(f"coalesce(sum({value}), 0)::BIGINT AS v{number}" for number, value in enumerate(values))
            found = panel._held(relation, sums, 0, "GROUP BY ALL")
            row = panel.rows(found["entity_key"])
            known = row >= 0
            row, begins, ends = row[known], found["begins"][known], found["ends"][known]
            made = []
            for number in range(len(values)):
                value = found[f"v{number}"][known]
                is_small = np.abs(value).sum() < np.iinfo(np.int32).max
                made.append(panel._added_up(row, begins, ends, value.astype(np.int32 if is_small else np.int64)))
            return made

        return [self._own_days(made, 0) for made in self.known(("totals", relation, values), read)]

    def held(self, relation: str, value: str = "value", back: int = 0) -> Floats:
        """The value of the span that holds at the end of each day; nan where none does.

        Args:
            relation: SQL for (entity_key, begins, ends) and what `value` is made of, as for `total`.
            value: SQL for the value, a number; of several spans the one with the smallest.
            back: Days before the first that are read too; the answer has as many columns more.
        """

        def read(panel: Panel) -> Floats:
            found = panel._held(relation, f"({value})::DOUBLE AS held", back, "ORDER BY held DESC")
            row = panel.rows(found["entity_key"])
            known = (row >= 0) & ~np.isnan(found["held"])
            begins, long = found["begins"][known], (found["ends"] - found["begins"])[known]
            day = np.arange(long.sum()) - np.repeat(np.cumsum(long) - long - begins, long)
            made = np.full(panel.n * (back + panel.days), np.nan)
            made[day * panel.n + np.repeat(row[known], long)] = np.repeat(found["held"][known], long)
            return panel._by_entity(made, back + panel.days)

        return self._days_of(("held", relation, value, back), back, read)

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

    def _everybody(self) -> NDArray[np.int64]:
        found = self._fetch(f"SELECT DISTINCT entity_key FROM {self.grain.present} ORDER BY ALL")
        return found["entity_key"].astype(np.int64)

    @property
    def _skipped(self) -> int:
        """Days of the panel of the facts before the first of these."""
        return (self.first - self.facts.first).days if self.facts else 0

    def _days_of(self, what: Hashable, back: int, read: Callable[[Panel], NDArray[Any]]) -> NDArray[Any]:
        return self._own_days(self.known(what, read), back)

    def _own_days(self, made: NDArray[Any], back: int) -> NDArray[Any]:
        """These days, and those before them, of what was read; nobody may write into it, as others read it."""
        made = made[:, self._skipped : self._skipped + back + self.days]
        made.flags.writeable = False
        return made

    def _by_entity(self, cells: NDArray[Any], width: int) -> NDArray[Any]:
        return cells.reshape(width, self.n).T

    def _added_up(self, row: Counts, begins: Counts, ends: Counts, value: Counts) -> Counts:
        """What spans add up to on every day, each from the day on that it begins until before that on which it ends."""
        made = np.zeros((self.days + 1) * self.n, dtype=value.dtype)
        np.add.at(made, begins * self.n + row, value)
        np.subtract.at(made, ends * self.n + row, value)
        cells = self._by_entity(made, self.days + 1)
        for day in range(1, self.days):
            cells[:, day] += cells[:, day - 1]
        return cells[:, : self.days]

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
        found = self._fetch(
            f"""SELECT entity_key, (day - $first::DATE)::INTEGER + {back} AS at{", " if values else ""}{values}
            FROM {rows} AND day >= $first::DATE - {back} AND day <= $last::DATE {rest}"""
        )
        row = self.rows(found["entity_key"])
        return np.where(row >= 0, found["at"] * np.int64(self.n) + row, -1), found

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
