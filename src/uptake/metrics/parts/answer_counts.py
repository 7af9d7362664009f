"""How many of those who keep a feature answered surveys about it, and how many of them favourably, counted in memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Rows
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.feature_lives import ADOPTED, LAST, NEVER, NEXT
from uptake.metrics.parts.feedback import feedback_sql
from uptake.metrics.parts.span_counts import NOBODY, SpanCounts

Counts = NDArray[np.int64]
ANSWERS = """SELECT a.entity_key, f.feature_key AS part, a.score, a.feedback_at FROM ({}) a
        JOIN (SELECT DISTINCT feature_key, unnest([lower(feature), lower(title)]) AS called FROM features) f
            ON f.called = lower(a.feature)
        WHERE a.survey IN ('ces', 'csat') ORDER BY a.feedback_at, a.import_id, a.ordinal"""
"""SQL for the answers about each feature, in the order in which the latest is the one that counts."""


def contents(counts: SpanCounts, favourable: float) -> pa.Table:
    """Rows (number, feature_key, labels, answered, satisfied): the latest answers of those who had adopted and were not silent.

    Args:
        counts: What is counted of the features.
        favourable: The lowest score that is favourable.
    """
    answers = counts.facts.parts(ANSWERS.format(feedback_sql(counts.asked)))
    keys = [key for key in counts.features if key in answers]
    counts.read()
    found = side_by_side(lambda key: _of_feature(counts, key, answers[key], favourable), keys)
    both = np.concatenate(found, axis=1) if found else np.zeros((2, 0), np.int64)
    return pa.table({**counts.told("feature_key", keys), "answered": both[0], "satisfied": both[1]})


def _of_feature(counts: SpanCounts, key: int, answers: Rows, favourable: float) -> Counts:
    """How many answered, and how many favourably: (2, groups * periods)."""
    feature, periods = counts.features[key], len(counts.ends)
    who, place = np.unique(answers.number, return_inverse=True)
    adopted_on, silences = _adopted(counts, key, who), _silences(counts, key, who)
    until = np.searchsorted(answers.values["feedback_at"], [at for _, at in counts.ends])
    latest, read = np.full(len(who), np.nan), 0
    found = np.zeros((2, len(counts.groups), periods), np.int64)
    for number, (on, _) in enumerate(counts.ends):
        # of several values for one place the last one stays
        latest[place[read : until[number]]] = answers.values["score"][read : until[number]]
        read = int(until[number])
        kept = ~np.isnan(latest) & (adopted_on <= on)
        kept[silences.number[(silences.values[LAST] <= on) & (silences.values[NEXT] > on)]] = False
        for able in counts.able[feature.eligible]:
            own = np.flatnonzero(kept & (able.begins[who] <= number) & (able.ends[who] > number))
            group = able.group[who[own]]
            found[0, :, number] += np.bincount(group, minlength=len(counts.groups))
            found[1, :, number] += np.bincount(group[latest[own] >= favourable], minlength=len(counts.groups))
    return found.reshape(2, -1)


def _adopted(counts: SpanCounts, key: int, who: NDArray[np.int32]) -> NDArray[np.int32]:
    """The day on which each of those who answered had adopted the feature; `NEVER` of who had not."""
    rows = counts.lives.lives.get(key, NOBODY)
    found = np.full(len(counts.facts.everyone), NEVER, np.int32)
    found[rows.number] = rows.values[ADOPTED]
    return found[who]


def _silences(counts: SpanCounts, key: int, who: NDArray[np.int32]) -> Rows:
    """The silences of those who answered, by their places; `last_on` is the day on which one begins."""
    rows = counts.lives.silences.get(key, NOBODY)
    place = np.full(len(counts.facts.everyone), -1, np.int32)
    place[who] = np.arange(len(who), dtype=np.int32)
    own = np.flatnonzero(place[rows.number] >= 0)
    begins = rows.values[LAST][own].astype(np.int32) + counts.rules(counts.features[key]).quiet_days
    return Rows(place[rows.number[own]], {LAST: begins, NEXT: rows.values[NEXT][own]})
