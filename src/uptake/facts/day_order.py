"""Facts of days in memory, in the order of days: whatever lies in a window is one piece of a column.

Entities have numbers from 0 on, so that what each did in a window is added up in a row of numbers, one for each of them,
without any sorting or looking up. What holds of them for a while is kept as spans of the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.facts.entity_days import Column
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

SPARSE = 4
"""Keys up to so many times their number are looked up in a list; others are searched for."""
LOWER = 2**32 - 1
"""The lower half of a key: of a user in an account the user, of others all of it."""


@dataclass(frozen=True, eq=False)
class Everyone:
    """All entities of a grain, by number.

    Args:
        keys: Their keys, ascending; the number of each is its place.
    """

    keys: Column

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.keys.nbytes

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: Column) -> NDArray[np.int32]:
        """The number of each key; -1 of one that is not known."""
        low = _lower_half(self.keys)
        most = int(low.max(initial=0))
        if not len(self.keys) or self.keys[0] < 0 or most >= SPARSE * len(self.keys):
            return self._searched(keys)
        # nearly every lower half is that of one key alone; of several the last one is listed, the others are searched for
        listed = np.zeros(most + 1, np.int32)
        listed[low] = np.arange(len(self.keys), dtype=np.int32)
        found = listed.take(_lower_half(keys), mode="clip")
        others = np.flatnonzero(self.keys[found] != keys)
        if len(others):
            found[others] = self._searched(keys[others])
        return found

    def _searched(self, keys: Column) -> NDArray[np.int32]:
        if not len(self.keys):
            return np.full(len(keys), -1, np.int32)
        found = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1).astype(np.int32)
        found[self.keys[found] != keys] = -1
        return found


@dataclass(frozen=True, eq=False)
class DayOrder:
    """Rows of entities and days, day by day.

    Args:
        number: Numbers of the entities.
        day: Days since 1970, ascending.
        values: What else is known of each row, by name.
    """

    number: NDArray[np.int32]
    day: NDArray[np.uint16]
    values: Mapping[str, Column] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.number.nbytes + self.day.nbytes + sum(column.nbytes for column in self.values.values())

    def between(self, first: int, last: int) -> DayOrder:
        """The rows of the days from one to another, both included; nothing is copied."""
        days = np.array([min(max(first, 0), 2**16 - 1), min(max(last + 1, 0), 2**16 - 1)], np.uint16)
        return self.of(slice(*np.searchsorted(self.day, days)))

    def of(self, chosen: slice | NDArray[np.bool_]) -> DayOrder:
        """Some of the rows, in their order."""
        values = {name: column[chosen] for name, column in self.values.items()}
        return DayOrder(self.number[chosen], self.day[chosen], values)


@dataclass(frozen=True, eq=False)
class Spans:
    """What holds of entities from one instant to another.

    Args:
        number: Numbers of the entities; one may have several spans.
        valid_from: Instants from which on it holds.
        valid_to: Instants from which on it does not.
    """

    number: NDArray[np.int32]
    valid_from: NDArray[np.datetime64]
    valid_to: NDArray[np.datetime64]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.number.nbytes + self.valid_from.nbytes + self.valid_to.nbytes

    def just_before(self, instant: np.datetime64, everyone: int) -> NDArray[np.bool_]:
        """Of how many there are, for whom it holds just before an instant."""
        holds = np.zeros(everyone, np.bool_)
        # places are taken several times as fast as a mask
        holds[self.number.take(np.flatnonzero((self.valid_from < instant) & (self.valid_to >= instant)))] = True
        return holds


@dataclass(frozen=True, eq=False)
class Successions:
    """What each entity was from one instant to another, one thing after the other.

    Args:
        first: The place of the first span of each entity among the spans, then how many spans there are.
        number: Numbers of the entities, ascending.
        valid_from: Instants from which on it held, ascending within an entity.
        valid_to: Instants from which on it did not.
        value: What it was.
        changes: Every instant at which anybody became something or ceased to be it, ascending.
    """

    first: NDArray[np.int32]
    number: NDArray[np.int32]
    valid_from: NDArray[np.datetime64]
    valid_to: NDArray[np.datetime64]
    value: Column
    changes: NDArray[np.datetime64]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        columns = self.first, self.number, self.valid_from, self.valid_to, self.value, self.changes
        return sum(one.nbytes for one in columns)

    def stretch(self, instant: np.datetime64) -> int:
        """The number of the stretch between two changes in which an instant lies: just before any of it all are the same."""
        return int(np.searchsorted(self.changes, instant))

    def just_before(self, instant: np.datetime64, missing: int) -> Column:
        """What everybody was just before an instant; another value of who was nothing then."""
        found = np.full(len(self.first) - 1, missing, np.int64)
        then = np.flatnonzero((self.valid_from < instant) & (self.valid_to >= instant))
        found[self.number[then]] = self.value[then]
        return found

    def just_before_each(self, number: NDArray[np.int32], instants: NDArray[np.datetime64], missing: int) -> Column:
        """What some entities were, each just before an instant of its own; another value of who was nothing then.

        Args:
            number: The entities; -1 of one that has no number.
            instants: The instant of each; of none nothing is known.
            missing: The other value.
        """
        found = np.full(len(number), missing, np.int64)
        if not len(self.number):
            return found
        begin, end = self.first.take(number, mode="clip"), self.first.take(number + 1, mode="clip")
        end[number < 0] = 0
        low, most = begin.copy(), int(np.diff(self.first).max())
        # the last one that had begun, of all entities at once; most have one
        for _ in range(most.bit_length()):
            middle = (low + end) >> 1
            has_begun = (middle < end) & (self.valid_from.take(middle, mode="clip") < instants)
            low = np.where(has_begun, middle + 1, low)
            end = np.where(has_begun, end, middle)
        last = low - 1
        holds = (last >= begin) & (self.valid_to.take(last, mode="clip") >= instants)
        found[holds] = self.value[last[holds]]
        return found


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of entities, in any order.

    Args:
        number: Numbers of the entities.
        values: What is known of each row, by name.
    """

    number: NDArray[np.int32]
    values: Mapping[str, Column]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.number.nbytes + sum(column.nbytes for column in self.values.values())


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows by what they are of.

    Args:
        rows: What they are of -> rows.
    """

    rows: Mapping[int, Rows]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(rows.nbytes for rows in self.rows.values())


@dataclass(frozen=True, eq=False)
class DayParts:
    """Rows of entities and days by what they are of.

    Args:
        rows: What they are of -> rows, day by day.
    """

    rows: Mapping[int, DayOrder]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(rows.nbytes for rows in self.rows.values())


@dataclass(frozen=True, eq=False)
class Told:
    """One value of each entity.

    Args:
        value: The values, in the order of the numbers.
    """

    value: Column

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.value.nbytes


class Numbered:
    """Facts of one grain in memory, read now or kept from before.

    Args:
        cursor: A cursor of the projection, or of a cut.
        kept: What is kept of this projection.
        zone: The time zone of the days.
        sql: SQL for (entity_key): everybody who is to have a number, each once.
    """

    def __init__(self, cursor: Cursor, kept: Kept, zone: str, sql: str) -> None:
        self._cursor, self._kept, self._zone, self._sql = cursor, kept, zone, sql
        self.everyone = kept.get(
            cursor, ("everyone", sql, zone), lambda: Everyone(np.sort(self._read(sql)["entity_key"]))
        )

    def days(self, sql: str) -> DayOrder:
        """The rows of SQL for (entity_key, day, more columns), of those who have a number."""
        return self._kept.get(self._cursor, ("day_order", self._sql, sql, self._zone), lambda: self._days(sql))

    def parts(self, sql: str) -> Mapping[int, Rows]:
        """The rows of SQL for (entity_key, part, more columns), of those who have a number, by part."""
        return self._kept.get(self._cursor, ("day_parts", self._sql, sql, self._zone), lambda: self._parts(sql)).rows

    def day_parts(self, sql: str) -> Mapping[int, DayOrder]:
        """The rows of SQL for (entity_key, day, part, more columns), of those who have a number, day by day, by part."""
        return self._kept.get(
            self._cursor, ("parts_by_day", self._sql, sql, self._zone), lambda: self._day_parts(sql)
        ).rows

    def rows(self, sql: str) -> Rows:
        """The rows of SQL for (entity_key, more columns), of those who have a number."""
        return self._kept.get(self._cursor, ("day_rows", self._sql, sql, self._zone), lambda: self._rows(sql))

    def spans(self, sql: str) -> Spans:
        """The rows of SQL for (entity_key, valid_from, valid_to), of those who have a number."""
        return self._kept.get(self._cursor, ("day_spans", self._sql, sql, self._zone), lambda: self._spans(sql))

    def successions(self, sql: str) -> Successions:
        """The rows of SQL for (entity_key, value, valid_from, valid_to), of those who have a number.

        Args:
            sql: The query; spans of an entity have nothing in common.
        """
        return self._kept.get(self._cursor, ("successions", self._sql, sql, self._zone), lambda: self._successions(sql))

    def told(self, sql: str, missing: Any) -> Column:  # noqa: ANN401 - a value of the column's type
        """The value of each entity, of the rows of SQL for (entity_key, value); another for who has none.

        Args:
            sql: The query; of several rows of an entity any one counts.
            missing: What stands for no value.
        """
        key = ("day_told", self._sql, sql, self._zone, repr(missing))  # what is not a time is unlike itself
        return self._kept.get(self._cursor, key, lambda: self._told(sql, missing)).value

    def _read(self, sql: str) -> dict[str, Column]:
        return {name: np.asanyarray(column) for name, column in self._cursor.execute(sql).fetchnumpy().items()}

    def _known(self, sql: str) -> dict[str, Column]:
        """The columns of a query, with numbers instead of keys."""
        columns = self._read(sql)
        number = self.everyone.numbers(np.asarray(columns.pop("entity_key")))
        is_known = number >= 0
        if not is_known.all():
            number, columns = number[is_known], {name: column[is_known] for name, column in columns.items()}
        return {"number": number, **columns}

    def _days(self, sql: str) -> DayOrder:
        columns = self._known(f"SELECT * REPLACE ((day - DATE '1970-01-01')::USMALLINT AS day) FROM ({sql})")
        rows = {
            name: _small(np.asarray(column)) if column.dtype.kind == "f" else column for name, column in columns.items()
        }
        if (rows["day"][1:] < rows["day"][:-1]).any():
            order = np.argsort(rows["day"], kind="stable")  # 16 bits are sorted by counting
            rows = {name: column[order] for name, column in rows.items()}
        return DayOrder(rows.pop("number"), rows.pop("day"), rows)

    def _day_parts(self, sql: str) -> DayParts:
        rows = self._days(sql)
        part = rows.values["part"].astype(np.uint16)
        order = np.argsort(part, kind="stable")
        number, day = rows.number[order], rows.day[order]
        values = {name: column[order] for name, column in rows.values.items() if name != "part"}
        ends = np.cumsum(np.bincount(part)).tolist()
        return DayParts(
            {
                key: DayOrder(number[begin:end], day[begin:end], {name: one[begin:end] for name, one in values.items()})
                for key, (begin, end) in enumerate(zip([0, *ends], ends, strict=False))
                if begin < end
            }
        )

    def _parts(self, sql: str) -> Parts:
        columns = self._known(sql)
        part = columns.pop("part").astype(np.uint16)
        order = np.argsort(part, kind="stable")  # 16 bits are sorted by counting
        columns = {name: column[order] for name, column in columns.items()}
        keys, begins = np.unique(part[order], return_index=True)
        ends = np.append(begins, len(part))[1:]
        return Parts(
            {
                int(key): Rows(
                    columns["number"][begin:end],
                    {name: column[begin:end] for name, column in columns.items() if name != "number"},
                )
                for key, begin, end in zip(keys, begins, ends, strict=True)
            }
        )

    def _rows(self, sql: str) -> Rows:
        columns = self._known(sql)
        return Rows(columns.pop("number"), {name: _small(np.asarray(column)) for name, column in columns.items()})

    def _spans(self, sql: str) -> Spans:
        columns = self._known(sql)
        return Spans(columns["number"], np.asarray(columns["valid_from"]), np.asarray(columns["valid_to"]))

    def _successions(self, sql: str) -> Successions:
        columns = self._known(sql)
        number, begins = columns["number"], np.asarray(columns["valid_from"])
        order = np.lexsort((begins, number))
        number = number[order]
        first = np.searchsorted(number, np.arange(len(self.everyone) + 1)).astype(np.int32)
        ends, value = np.asarray(columns["valid_to"])[order], _small(np.asarray(columns["value"]))[order]
        return Successions(first, number, begins[order], ends, value, np.unique(np.concatenate([begins, ends])))

    def _told(self, sql: str, missing: Any) -> Told:  # noqa: ANN401 - a value of the column's type
        columns = self._known(f"SELECT entity_key, value FROM ({sql}) WHERE value IS NOT NULL")
        value = np.full(len(self.everyone), missing, columns["value"].dtype)
        value[columns["number"]] = columns["value"]
        return Told(value)


def _lower_half(keys: Column) -> Column:
    return keys & LOWER if keys.dtype.itemsize > 4 else keys


def _small(column: Column) -> Column:
    """A column as small whole numbers, where that changes none of them."""
    if column.dtype.kind not in "if" or not len(column) or column.min() < 0 or column.max() >= 2**16:
        return column
    small = column.astype(np.uint16)
    return small if np.array_equal(small, column) else column
