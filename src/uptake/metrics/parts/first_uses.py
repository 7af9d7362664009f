"""How long first uses of features took, or how many sessions, counted from columns in memory.

There is no row for a clock that is still running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.question import begin_of
from uptake.metrics.parts.population import open_from_sql
from uptake.metrics.parts.session_clock import SessionClock, used_sql
from uptake.metrics.parts.tallies import instant, numbered
from uptake.plan import Conditions, Feature
from uptake.stats.life_table import counts_of_watched

Instants = NDArray[np.datetime64]
Lengths = NDArray[np.signedinteger]
NOT_YET = np.datetime64("NaT", "us")
SECOND = np.timedelta64(1, "s")
TIME, SESSIONS = "time", "sessions"
"""What a lag is counted in."""
OUTSIDE = -1
"""The cell of those to whom a feature was opened in no period, and of those who are left out."""


class Clock(Protocol):
    """What lengths are counted by.

    Args:
        length: What the column of lengths is called.
        used: SQL for (entity_key, part, first_at, reading): first uses of features with what the clock said then.
    """

    length: str
    used: str

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """What the clock of everybody says at an instant of its own."""
        ...

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """The lengths between readings; no less than none."""
        ...


class InTime:
    """Whole seconds as the engine rounds them, halves to even ones."""

    length = "duration_s"

    def __init__(self, asked: Asked) -> None:
        self.used = f"SELECT entity_key, feature_key AS part, first_at, first_at AS reading FROM {asked.grain.life}"

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """The instants themselves."""
        return instants

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Seconds."""
        return _seconds(until.astype("M8[us]") - since.astype("M8[us]"))


class InSessions:
    """Sessions that began in between."""

    length = "sessions"

    def __init__(self, asked: Asked, facts: Numbered) -> None:
        self.used, self._clock = used_sql(asked.grain), SessionClock(facts, asked.grain)

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """How many had begun before."""
        return self._clock.before(instants)

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Sessions."""
        return (until.astype(np.int64) - since.astype(np.int64)).clip(min=0)


class Crowd(NamedTuple):
    """To whom some features were opened at the same moments, by number.

    Args:
        opened: What the clock of each said then.
        cell: The period it lies in and the group each was in then, as one number, or `OUTSIDE`.
        watched: For how long each was watched since.
        everybody: Of each cell, for how long those in it were watched, in increasing order.
    """

    opened: NDArray[np.generic]
    cell: NDArray[np.signedinteger]
    watched: Lengths
    everybody: list[Lengths]


def first_uses(asked: Asked, features: dict[int, Feature], started: str) -> list[Row]:
    """How many first used a feature after so long, and how many were last seen without, as arrays.

    For each period, feature and group, in this order.

    Args:
        asked: The question, of the metric `feature_discovery_lag` without those who left being censored.
        features: Key -> feature.
        started: SQL for (entity_key, reached_at): since when each could use anything.
    """
    facts = numbered(asked)
    cut = periods.read(asked.cursor, asked.question, asked.plan)
    clock: Clock = InSessions(asked, facts) if asked.param("unit") == SESSIONS else InTime(asked)
    used = facts.parts(clock.used)
    opened = _opened(asked, facts, started)
    labels, groups = (asked.split.labels, asked.split.names) if asked.split else ((), [()])
    crowds: dict[tuple[Conditions, date | None], Crowd] = {}
    found: dict[tuple[int, int, tuple[str, ...]], Row] = {}
    for key, feature in features.items():
        alike = feature.eligible, feature.launched_on
        if alike not in crowds:
            crowds[alike] = _crowd(
                asked, clock, opened(feature.eligible), feature.launched_on, [one[1:] for one in cut]
            )
        crowd = crowds[alike]
        for cell, duration, watched, compared in _by_cell(asked, clock, crowd, used.get(key), len(groups)):
            number, group = divmod(cell, len(groups))
            period = {"period_on": cut[number][0]} if asked.question.period else {}
            names = {**period, "feature": feature.name, **dict(zip(labels, groups[group], strict=True))}
            counts = counts_of_watched(duration, watched, crowd.everybody[cell], compared)
            columns = dict(zip((clock.length, "reached", "censored"), counts, strict=True))
            found[number, key, groups[group]] = {**names, **columns}
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


def _crowd(
    asked: Asked, clock: Clock, open_at: Instants, launched_on: date | None, cut: list[tuple[object, object]]
) -> Crowd:
    """Those to whom features were opened, not before their launch."""
    launched_at = begin_of(launched_on or date(1970, 1, 1), asked.plan.product.timezone)
    open_at = np.maximum(open_at, instant(launched_at))  # what is missing stays missing
    begins, ends = (np.array([edges[side] for edges in cut], "M8[us]") for side in (0, 1))
    place = np.searchsorted(begins, open_at, side="right") - 1
    as_of = instant(asked.question.as_of)
    is_in = (place >= 0) & (open_at < as_of)
    is_in[is_in] = open_at[is_in] < ends[place[is_in]]
    groups = 1
    if asked.split is not None:
        group, groups = asked.split.numbers_of(np.arange(len(open_at)), open_at), len(asked.split.names)
        place = place * groups + group
        is_in &= group >= 0
    cells = len(cut) * groups
    cell = np.where(is_in, place, OUTSIDE).astype(np.min_scalar_type(-cells - 1))
    opened = clock.at(open_at)
    lengths = clock.between(opened[is_in], clock.at(np.full(len(open_at), as_of))[is_in])
    # what holds -128 need not hold 128
    watched: Lengths = np.zeros(len(open_at), np.min_scalar_type(-int(lengths.max(initial=1)) - 1))
    watched[is_in] = lengths
    return Crowd(opened, cell, watched, [np.sort(watched[cell == number]) for number in range(cells)])


def _by_cell(
    asked: Asked, clock: Clock, crowd: Crowd, used: Rows | None, groups: int
) -> Iterator[tuple[int, Lengths, Lengths, Lengths | None]]:
    """Each cell in which somebody is: how long it took those who used a feature, how long these were watched.

    Where there are groups, also how long it took anybody of the same period.
    """
    if used is None:
        nothing = np.empty(0, "M8[us]")
        used = Rows(np.empty(0, np.int32), {"first_at": nothing, "reading": nothing})
    cell, first_at = crowd.cell[used.number], used.values["first_at"]
    is_in = (cell != OUTSIDE) & (first_at < instant(asked.question.as_of))
    # few bits are sorted by counting
    rows = slice(None) if len(crowd.everybody) == 1 and is_in.all() else np.argsort(cell, kind="stable")
    if not isinstance(rows, slice) and not is_in.all():
        rows = rows[is_in[rows]]
    number = used.number[rows]
    watched = crowd.watched[number]
    duration = clock.between(crowd.opened[number], used.values["reading"][rows]).astype(watched.dtype)
    edges = np.searchsorted(cell[rows], np.arange(len(crowd.everybody) + 1))
    for first in range(0, len(crowd.everybody), groups):
        # with counts it sorts, which is quicker than hashing that many
        everybodys = duration[edges[first] : edges[first + groups]]
        compared = np.unique(everybodys, return_counts=True)[0] if groups > 1 else None
        for place in range(first, first + groups):
            if len(crowd.everybody[place]):
                own = slice(edges[place], edges[place + 1])
                yield place, duration[own], watched[own], compared


def _seconds(interval: NDArray[np.timedelta64]) -> NDArray[np.int64]:
    """Whole seconds as the engine rounds them, halves to even ones; no less than none."""
    whole: NDArray[np.int64] = np.rint(interval / SECOND).clip(min=0).astype(np.int64)
    return whole
