"""Facts of days in memory: as columns, entity by entity and day by day.

A day of a long window at the end of each of many periods is looked at many times. In the engine that is a row of a hash
table for each time; in sorted columns it is a number that is read in passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.store.kept import Kept
from uptake.store.projection import Cursor

DAY_BITS = 16
"""Bits that hold a day since 1970, up to the year 2149, or a number of days."""
MOST_PACKED, MOST_PACKED_TWICE = 2 ** (63 - DAY_BITS), 2 ** (63 - 2 * DAY_BITS)
"""Keys below these fit into one number beside a day, or beside two. One number sorts several times quicker."""
MERGED = {"bits": np.bitwise_or, "is_active": np.logical_or}
"""Columns of which an entity has one value a day, however many rows -> what makes one of two."""

Column = NDArray[Any]


@dataclass(frozen=True, eq=False)
class EntityDays:
    """Rows of entities and days.

    Args:
        entity: Keys of the entities, ascending.
        day: Days since 1970, ascending within an entity.
        values: What else is known of each row, by name.
    """

    entity: Column
    day: NDArray[np.uint16]
    values: Mapping[str, Column] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes they take, with what is worked out from them."""
        return 2 * self.entity.nbytes + 3 * self.day.nbytes + sum(column.nbytes for column in self.values.values())

    @cached_property
    def by_gap(self) -> tuple[Column, NDArray[np.uint16], NDArray[np.uint16]]:
        """Entity, day and number of days to the entity's next day, from the shortest gap on within each entity.

        Last days, which nothing follows, are left out.
        """
        is_followed = self.entity[1:] == self.entity[:-1]
        entity, day = self.entity[:-1][is_followed], self.day[:-1][is_followed]
        gap = self.day[1:][is_followed] - day
        if len(entity) == 0 or entity[-1] >= MOST_PACKED_TWICE:
            order = np.lexsort((gap, entity))
            return entity[order], day[order], gap[order]
        packed = _packed(_packed(entity, gap), day)
        packed.sort()
        return (packed >> 2 * DAY_BITS).astype(entity.dtype), _days(packed), _days(packed >> DAY_BITS)


def read(cursor: Cursor, kept: Kept, sql: str, zone: str) -> EntityDays:
    """The rows of a query, read now or kept from before.

    Args:
        cursor: A cursor of the projection, or of a cut.
        kept: What is kept of this projection.
        sql: SQL for (entity_key, day, more columns).
        zone: The time zone of the days.
    """
    return kept.get(cursor, ("entity_days", sql, zone), lambda: _read(cursor, sql))


def _read(cursor: Cursor, sql: str) -> EntityDays:
    found = cursor.execute(f"SELECT * REPLACE ((day - DATE '1970-01-01')::USMALLINT AS day) FROM ({sql})").fetchnumpy()
    columns = {name: _whole(np.asanyarray(column)) for name, column in found.items()}
    entity, day = columns.pop("entity_key"), columns.pop("day")
    if len(entity) == 0 or entity.max() >= MOST_PACKED:
        order = np.lexsort((day, entity))
        return _merged(entity[order], day[order], {name: column[order] for name, column in columns.items()})
    packed = _packed(entity, day)
    if columns:
        order = np.argsort(packed)
        packed, columns = packed[order], {name: column[order] for name, column in columns.items()}
    else:
        packed.sort()
    return _merged((packed >> DAY_BITS).astype(entity.dtype), _days(packed), columns)


def _merged(entity: Column, day: NDArray[np.uint16], values: dict[str, Column]) -> EntityDays:
    """One row for each entity and day, where the columns are such that several can be made one."""
    if not values or not values.keys() <= MERGED.keys():
        return EntityDays(entity, day, values)
    is_first = np.ones(len(entity), np.bool_)
    is_first[1:] = (entity[1:] != entity[:-1]) | (day[1:] != day[:-1])
    begins = np.flatnonzero(is_first)
    if len(begins) < len(entity):
        values = {name: MERGED[name].reduceat(column, begins) for name, column in values.items()}
    return EntityDays(entity[begins], day[begins], values)


def _whole(column: Column) -> Column:
    """A column as the engine gives it, missing numbers as nan."""
    return column.filled(np.nan) if isinstance(column, np.ma.MaskedArray) else column


def _packed(key: Column, days: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Keys, above days, in one number."""
    packed = key.astype(np.int64) << DAY_BITS
    packed |= days
    return packed


def _days(packed: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The days of packed numbers: their lowest bits."""
    return packed.astype(np.uint16)
