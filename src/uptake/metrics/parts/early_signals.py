"""Who left, and what they had done in their first days, counted in memory: no row for each signal that somebody gave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.tallies import numbered
from uptake.metrics.parts.windows import EPOCH

NEVER = 2**20
"""A day that never comes, of who has not started."""
STAYED, LEFT = 1, 2
GAVE = pa.schema(
    [
        ("signal_key", pa.int32()),
        *((f"{name}_{side}", pa.int64()) for name in ("n", "did", "times") for side in ("left", "stayed")),
    ]
)


def gave(asked: Asked, early: str) -> pa.Table:
    """For each signal how many of those who left by inactivity and of those who stayed gave it, and how often in all.

    Args:
        asked: The question, of the metric `churn_signals`.
        early: SQL for (entity_key, signal_key, times): what everybody did in their first days.
    """
    facts = numbered(asked)
    state = _judged(asked, facts)
    n_stayed, n_left = np.bincount(state, minlength=LEFT + 1)[STAYED:].tolist()
    given = facts.rows(early)
    # a place for each signal and state; those who were not judged have one too
    signal = given.values["signal_key"].astype(np.int32)
    place = signal * (LEFT + 1) + state[given.number]
    size = (int(signal.max(initial=-1)) + 1) * (LEFT + 1)
    did = np.bincount(place, minlength=size).reshape(-1, LEFT + 1)
    times = np.bincount(place, given.values["times"], size).astype(np.int64).reshape(-1, LEFT + 1)
    keys = np.flatnonzero(did[:, STAYED:].any(axis=1))
    everybody = [np.full(len(keys), number) for number in (n_left, n_stayed)]
    columns = [counts[keys, side] for counts in (did, times) for side in (LEFT, STAYED)]
    return pa.table([pa.array(column) for column in (keys.astype(np.int32), *everybody, *columns)], schema=GAVE)


def _judged(asked: Asked, facts: Numbered) -> NDArray[np.int8]:
    """Of each by number whether they left or stayed; 0 of who is not judged."""
    first, silent, judged = (asked.param(name) for name in ("first_days", "inactive_days", "outcome_days"))
    question = asked.question
    started = facts.told(
        f"SELECT entity_key, (started_on - DATE '1970-01-01')::INTEGER AS value FROM {asked.grain.start}", NEVER
    )
    days = facts.days(f"SELECT entity_key, day FROM {asked.grain.day}")
    lived = days.day - started[days.number]

    def came(begin: int, end: int) -> NDArray[np.bool_]:
        """Who was active on a day of their life from one on and before another."""
        found = np.zeros(len(facts.everyone), np.bool_)
        found[days.number[(lived >= max(begin, 0)) & (lived < end)]] = True
        return found

    is_judged = came(first - silent, first)
    is_judged &= started + judged - 1 <= (question.last_day - EPOCH).days
    is_judged &= started <= (question.date_to - EPOCH).days
    if question.date_from is not None:
        is_judged &= started >= (question.date_from - EPOCH).days
    has_left = ~came(judged - silent, judged)
    return is_judged * (STAYED + has_left.astype(np.int8))
