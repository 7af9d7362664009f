"""Who works broadly and often, worked out from feature sets in memory: no row for each interval of a life."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column, EntityDays

PROFICIENT = pa.schema([("entity_key", pa.int64()), ("days", pa.int64())])


def proficient(
    sets: EntityDays,
    activated: dict[str, Any],
    last: int,
    of_core: np.uint64,
    *,
    core_features: int,
    days: int,
    intervals: int,
    interval_days: int,
) -> pa.Table:
    """Rows (entity_key, days): after how many days since activation each had got there; nobody else has a row.

    Args:
        sets: The features used on each day, with whether it was an active one.
        activated: The columns entity_key and activated_on of those who were activated.
        last: The last day that counts, since 1970.
        of_core: The bits of the core features.
        core_features: How many of them are used in an interval that is good enough.
        days: How many active days it has.
        intervals: How many such intervals run one after another.
        interval_days: Days of an interval.
    """
    began = _began(sets, activated)
    day = sets.day.astype(np.int32)
    rows = np.flatnonzero((day >= began) & (day <= last))
    if not len(rows):
        return PROFICIENT.empty_table()
    entity, began, number = sets.entity[rows], began[rows], (day - began)[rows] // interval_days
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (entity[1:] != entity[:-1]) | (number[1:] != number[:-1])
    first = np.flatnonzero(is_first)
    entity, began, number = entity[first], began[first], number[first]
    is_good = np.add.reduceat(sets.values["is_active"][rows], first, dtype=np.int32) >= days
    is_good &= np.bitwise_count(np.bitwise_or.reduceat(sets.values["bits"][rows], first) & of_core) >= core_features
    is_good &= (number + 1) * interval_days <= last - began + 1  # is over
    entity, number = entity[is_good], number[is_good]
    # of so many good ones in a row the last is so far from the first
    ago = min(intervals - 1, len(entity))
    apart = number[ago:] - number[: len(number) - ago]
    ends = ago + np.flatnonzero((entity[ago:] == entity[: len(entity) - ago]) & (apart == intervals - 1))
    who, at = np.unique(entity[ends], return_index=True)
    return pa.table(
        [pa.array(who, pa.int64()), pa.array((number[ends][at] + 1) * interval_days, pa.int64())], PROFICIENT
    )


def _began(sets: EntityDays, activated: dict[str, Any]) -> Column:
    """For each row the day its entity was activated, since 1970; of who was not, a day that never comes."""
    found = np.full(len(sets.entity), np.iinfo(np.int32).max, np.int32)
    keys = activated["entity_key"]
    if not len(keys) or not len(found):
        return found
    order = np.argsort(keys)
    keys, on = keys[order], activated["activated_on"][order].astype("M8[D]").astype(np.int32)
    begins = np.flatnonzero(np.append(True, sets.entity[1:] != sets.entity[:-1]))
    entities = sets.entity[begins]
    place = np.searchsorted(keys, entities).clip(max=len(keys) - 1)
    return np.repeat(np.where(keys[place] == entities, on[place], found[0]), np.diff(begins, append=len(found)))
