"""Days of entities in memory: the active days of a grain as two columns, entity by entity and day by day.

A day of a long window at the end of each of many periods is looked at many times. In the engine that is a row of a hash
table for each time; in sorted columns it is a number that is read in passing.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class EntityDays:
    """Days with activity, one for each entity and day.

    Args:
        entity: Keys of the entities, ascending.
        day: Days since 1970, ascending within an entity.
    """

    entity: NDArray[Any]
    day: NDArray[np.uint16]

    @property
    def nbytes(self) -> int:
        """Bytes they take, with what is worked out from them."""
        return 2 * self.entity.nbytes + 3 * self.day.nbytes

    @cached_property
    def by_gap(self) -> tuple[NDArray[Any], NDArray[np.uint16], NDArray[np.uint16]]:
        """Entity, day and number of days to the entity's next active day, from the shortest gap on within each entity.

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


def read(cursor: Cursor, kept: Kept, entity: str, zone: str) -> EntityDays:
    """The active days, read now or kept from before.

    Args:
        cursor: A cursor of the projection, or of a cut.
        kept: What is kept of this projection.
        entity: user, account or member.
        zone: The time zone of the days.
    """
    return kept.get(cursor, ("entity_days", entity, zone), lambda: _read(cursor, entity))


def _read(cursor: Cursor, entity: str) -> EntityDays:
    found = cursor.execute(
        f"SELECT {entity}_key AS entity_key, (day - DATE '1970-01-01')::USMALLINT AS day FROM {entity}_day"
    ).fetchnumpy()
    key, day = np.asarray(found["entity_key"]), np.asarray(found["day"])
    if len(key) == 0 or key.max() >= MOST_PACKED:
        order = np.lexsort((day, key))
        return EntityDays(key[order], day[order])
    packed = _packed(key, day)
    packed.sort()
    return EntityDays((packed >> DAY_BITS).astype(key.dtype), _days(packed))


def _packed(key: NDArray[Any], days: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Keys, above days, in one number."""
    packed = key.astype(np.int64) << DAY_BITS
    packed |= days
    return packed


def _days(packed: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The days of packed numbers: their lowest bits."""
    return packed.astype(np.uint16)
