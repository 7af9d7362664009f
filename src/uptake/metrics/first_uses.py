"""How long first uses of features took, counted from columns in memory: no row for a clock that is still running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics import periods
from uptake.metrics.metric import Asked, Row
from uptake.metrics.population import open_from_sql
from uptake.metrics.question import begin_of
from uptake.metrics.tallies import instant, numbered
from uptake.plan import Conditions, Feature
from uptake.stats.life_table import counts_of_watched

Instants = NDArray[np.datetime64]
Seconds = NDArray[np.signedinteger]
NOT_YET = np.datetime64("NaT", "us")
SECOND = np.timedelta64(1, "s")
OUTSIDE = -1
"""The period of those to whom a feature was opened in none."""


class Crowd(NamedTuple):
    """To whom some features were opened at the same moments, by number.

    Args:
        open_at: When that was; missing for those to whom they never were.
        period: The period it lies in, or `OUTSIDE`.
        watched: For how many seconds each was watched since.
        everybody: Of each period, for how long those it was opened to in it were watched, in increasing order.
    """

    open_at: Instants
    period: NDArray[np.signedinteger]
    watched: Seconds
    everybody: list[Seconds]


def first_uses(asked: Asked, features: dict[int, Feature], started: str) -> list[Row]:
    """For each period and feature how many first used it after so long, and how many were last seen without, as arrays.

    Args:
        asked: The question, of the metric `feature_discovery_lag` without those who left being censored.
        features: Key -> feature.
        started: SQL for (entity_key, reached_at): since when each could use anything.
    """
    facts = numbered(asked)
    cut = periods.read(asked.cursor, asked.question, asked.plan)
    used = facts.parts(f"SELECT entity_key, feature_key AS part, first_at FROM {asked.grain.life}")
    opened = _opened(asked, facts, started)
    crowds: dict[tuple[Conditions, date | None], Crowd] = {}
    found: dict[tuple[int, int], Row] = {}
    for key, feature in features.items():
        alike = feature.eligible, feature.launched_on
        if alike not in crowds:
            crowds[alike] = _crowd(asked, opened(feature.eligible), feature.launched_on, [one[1:] for one in cut])
        crowd = crowds[alike]
        for number, duration, watched in _by_period(asked, crowd, used.get(key)):
            names = {"period_on": cut[number][0]} if asked.question.period else {}
            counts = counts_of_watched(duration, watched, crowd.everybody[number])
            columns = dict(zip(("duration_s", "reached", "censored"), counts, strict=True))
            found[number, key] = {**names, "feature": feature.name, **columns}
    return [found[place] for place in sorted(found)]


def _opened(asked: Asked, facts: Numbered, started: str) -> Callable[[Conditions], Instants]:
    """Gives since when each could use the features of a class; where conditions bear on it, that is read each time."""

    def opened(conditions: Conditions) -> Instants:
        sql = open_from_sql(asked, conditions, started)
        if not conditions:
            return facts.told(f"SELECT entity_key, open_at AS value FROM ({sql})", NOT_YET)
        columns = asked.cursor.execute(sql, {"as_of": asked.question.as_of}).fetchnumpy()
        number = facts.everyone.numbers(np.asarray(columns["entity_key"]))
        open_at = np.full(len(facts.everyone), NOT_YET)
        open_at[number[number >= 0]] = np.asarray(columns["open_at"])[number >= 0]
        return open_at

    return opened


def _crowd(asked: Asked, open_at: Instants, launched_on: date | None, cut: list[tuple[object, object]]) -> Crowd:
    """Those to whom features were opened, not before their launch."""
    launched_at = begin_of(launched_on or date(1970, 1, 1), asked.plan.product.timezone)
    open_at = np.maximum(open_at, instant(launched_at))  # what is missing stays missing
    begins, ends = (np.array([edges[side] for edges in cut], "M8[us]") for side in (0, 1))
    place = np.searchsorted(begins, open_at, side="right") - 1
    as_of = instant(asked.question.as_of)
    is_in = (place >= 0) & (open_at < as_of)
    is_in[is_in] = open_at[is_in] < ends[place[is_in]]
    period = np.where(is_in, place, OUTSIDE).astype(np.min_scalar_type(-len(cut) - 1))
    seconds = _seconds(as_of - open_at[is_in])
    watched: Seconds = np.zeros(len(open_at), np.min_scalar_type(-int(seconds.max(initial=1))))
    watched[is_in] = seconds
    return Crowd(open_at, period, watched, [np.sort(watched[period == number]) for number in range(len(cut))])


def _by_period(asked: Asked, crowd: Crowd, used: Rows | None) -> Iterator[tuple[int, Seconds, Seconds]]:
    """Each period in which somebody is, with how long it took those who used a feature and how long these were watched."""
    if used is None:
        used = Rows(np.empty(0, np.int32), {"first_at": np.empty(0, "M8[us]")})
    period, first_at = crowd.period[used.number], used.values["first_at"]
    is_in = (period != OUTSIDE) & (first_at < instant(asked.question.as_of))
    # few bits are sorted by counting
    rows = slice(None) if len(crowd.everybody) == 1 and is_in.all() else np.argsort(period, kind="stable")
    if not isinstance(rows, slice) and not is_in.all():
        rows = rows[is_in[rows]]
    number = used.number[rows]
    watched = crowd.watched[number]
    duration = _seconds(first_at[rows] - crowd.open_at[number]).astype(watched.dtype)
    edges = np.searchsorted(period[rows], np.arange(len(crowd.everybody) + 1))
    for place, everybody in enumerate(crowd.everybody):
        if len(everybody):
            own = slice(edges[place], edges[place + 1])
            yield place, duration[own], watched[own]


def _seconds(interval: NDArray[np.timedelta64]) -> NDArray[np.int64]:
    """Whole seconds as the engine rounds them, halves to even ones; no less than none."""
    whole: NDArray[np.int64] = np.rint(interval / SECOND).clip(min=0).astype(np.int64)
    return whole
