"""Who left, and what they had done in their first days, counted in memory: no row for each signal that somebody gave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.cohorts import NOT_YET
from uptake.metrics.parts.tallies import numbered
from uptake.metrics.parts.windows import EPOCH

NEVER = 2**20
"""A day that never comes, of who has not started."""
STAYED, LEFT = 1, 2
STATES = LEFT + 1
GAVE = [
    ("signal_key", pa.int32()),
    *((f"{name}_{side}", pa.int64()) for name in ("n", "did", "times") for side in ("left", "stayed")),
]


def gave(asked: Asked, early: str, marked: str = "") -> pa.Table:
    """For each signal how many of those who left and of those who stayed gave it, and how often in all.

    Of each group, by what everybody was at the start.

    Args:
        asked: The question, of the metric `churn_signals`.
        early: SQL for (entity_key, signal_key, times): what everybody did in their first days.
        marked: SQL for (entity_key, day): when something said that somebody has left; by inactivity, if not given.
    """
    facts = numbered(asked)
    state = _judged(asked, facts, marked)
    labels, names = (asked.split.labels, asked.split.names) if asked.split else ((), [()])
    if asked.split is not None:
        started_at = facts.told(f"SELECT entity_key, started_at AS value FROM {asked.grain.start}", NOT_YET)
        group = asked.split.numbers_of(np.arange(len(started_at)), started_at)
        state = np.where((state > 0) & (group >= 0), group * np.int16(STATES) + state, 0)
    shape = len(names), STATES
    everybody = np.bincount(state, minlength=len(names) * STATES).reshape(shape)
    given = facts.rows(early)
    # a place for each signal, group and state; those who were not judged have one too
    signal = given.values["signal_key"].astype(np.int32)
    place = signal * (len(names) * STATES) + state[given.number]
    size = (int(signal.max(initial=-1)) + 1) * len(names) * STATES
    did = np.bincount(place, minlength=size).reshape(-1, *shape)
    times = np.bincount(place, given.values["times"], size).astype(np.int64).reshape(-1, *shape)
    keys, groups = np.nonzero(did[:, :, STAYED:].any(axis=2))
    columns = [everybody[groups, side] for side in (LEFT, STAYED)]
    columns += [counts[keys, groups, side] for counts in (did, times) for side in (LEFT, STAYED)]
    called = [[names[number][column] for number in groups.tolist()] for column in range(len(labels))]
    schema = pa.schema([*((label, pa.string()) for label in labels), *GAVE])
    return pa.table([*called, *map(pa.array, (keys.astype(np.int32), *columns))], schema)


def _judged(asked: Asked, facts: Numbered, marked: str) -> NDArray[np.int8]:
    """Of each by number whether they left or stayed; 0 of who is not judged."""
    first, silent, judged = (asked.param(name) for name in ("first_days", "inactive_days", "outcome_days"))
    question, day = asked.question, "(started_on - DATE '1970-01-01')::INTEGER"
    started = facts.told(f"SELECT entity_key, {day} AS value FROM {asked.grain.start}", NEVER)
    if marked:
        marks = f"SELECT entity_key, (day - DATE '1970-01-01')::INTEGER AS value FROM ({marked})"
        after = facts.told(marks, NEVER) - started
        is_judged, has_left = after >= first, after < judged
    else:
        days = facts.days(f"SELECT entity_key, day FROM {asked.grain.day}")
        lived = days.day - started[days.number]

        def came(begin: int, end: int) -> NDArray[np.bool_]:
            """Who was active on a day of their life from one on and before another."""
            found = np.zeros(len(facts.everyone), np.bool_)
            found[days.number[(lived >= max(begin, 0)) & (lived < end)]] = True
            return found

        is_judged, has_left = came(first - silent, first), ~came(judged - silent, judged)
    is_judged &= started + judged - 1 <= (question.last_day - EPOCH).days
    is_judged &= started <= (question.date_to - EPOCH).days
    if question.date_from is not None:
        is_judged &= started >= (question.date_from - EPOCH).days
    state: NDArray[np.int8] = is_judged * (STAYED + has_left.astype(np.int8))
    return state
