"""How long first uses of features took, or how many sessions, counted from columns in memory.

There is no row for a clock that is still running.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows, Told
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.question import begin_of
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.kinds.status import present
from uptake.metrics.parts.cohorts import NOT_YET, OUTSIDE, Cohorts
from uptake.metrics.parts.population import open_from_sql
from uptake.metrics.parts.session_clock import SessionClock
from uptake.metrics.parts.tallies import instant, numbered
from uptake.plan import Conditions, Feature
from uptake.stats.life_table import LifeTable
from uptake.stats.logrank import LogRank
from uptake.stats.watched import Watched

Instants = NDArray[np.datetime64]
SECOND = np.timedelta64(1, "s")
MOMENT = np.timedelta64(1, "us")
TIME, SESSIONS = "time", "sessions"
"""What a lag is counted in."""
WAITING, TIME_BIT, PERIOD_BIT = 64, 7, 48
"""A number of everybody that sorts by period, then time, then whether they are still waiting: the flag of those who are, a
bit above the most groups there are, and at which bits time and period begin."""


NOT_USED = np.int64(2 ** (PERIOD_BIT - TIME_BIT) - 1)
"""Longer than anybody was watched."""


class Clock(Protocol):
    """What lengths are counted by.

    Args:
        length: What the column of lengths is called.
    """

    length: str

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """What the clock of everybody says at an instant of its own."""
        ...

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """What it said at the first uses of a feature."""
        ...

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """The lengths between readings; no less than none."""
        ...


class InTime:
    """Whole seconds as the engine rounds them, halves to even ones."""

    length = "duration_s"

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """The instants themselves."""
        return instants

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """The instants themselves."""
        return used.values["first_at"]

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Seconds."""
        return _seconds(until.astype("M8[us]") - since.astype("M8[us]"))


class InSessions:
    """Sessions that began in between."""

    length = "sessions"

    def __init__(self, asked: Asked, facts: Numbered) -> None:
        self._clock = SessionClock(facts, asked.grain)

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """How many had begun before."""
        return self._clock.before(np.arange(len(instants)), instants)

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """How many had begun by then."""
        first_at: Instants = used.values["first_at"]
        return self._clock.before(used.number, first_at + MOMENT)

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Sessions."""
        return (until.astype(np.int64) - since.astype(np.int64)).clip(min=0)


class Crowd(NamedTuple):
    """To whom some features were opened at the same moments, by number.

    Args:
        open_at: When; nothing of those to whom they never were.
        opened: What the clock of each said then.
        inside: Those to whom they were opened in some period.
        frame: The period it lies in and the group each of them was in then, as one number in which there is room for a
            time.
        waiting: For how long each was watched since, as such a number of who is still waiting.
    """

    open_at: Instants
    opened: NDArray[np.generic]
    inside: NDArray[np.intp]
    frame: NDArray[np.int64]
    waiting: NDArray[np.int64]


class Counted(NamedTuple):
    """First uses of one feature.

    Args:
        tables: Group -> period -> the life table of those who were in the group then.
        tested: For each period the test between its groups.
    """

    tables: dict[int, dict[int, LifeTable]]
    tested: Sequence[LogRank | None]


def first_uses(asked: Asked, features: dict[int, Feature], started: str) -> list[Row]:
    """How many first used a feature after so long, and how many were last seen without, as life tables.

    For each period, feature and group, in this order.

    Args:
        asked: The question, of the metric `feature_discovery_lag` without those who left being censored.
        features: Key -> feature.
        started: SQL for (entity_key, reached_at): since when each could use anything.
    """
    facts, cohorts, question = numbered(asked), Cohorts(asked), asked.question
    clock: Clock = InSessions(asked, facts) if asked.param("unit") == SESSIONS else InTime()
    opened = _opened(asked, facts, started)
    crowds: dict[tuple[Conditions, date | None], Crowd] = {}
    uses: list[tuple[Crowd, NDArray[np.int64]]] = []
    for key, feature in features.items():
        alike = feature.eligible, feature.launched_on
        if alike not in crowds:
            crowds[alike] = _crowd(asked, clock, cohorts, opened(feature.eligible), feature.launched_on)
        took = asked.kept.get(
            asked.cursor,
            ("first_uses", key, *alike, started, asked.grain.life, clock.length, question.as_of, question.timezone),
            partial(_took, asked, facts, clock, crowds[alike], key),
        )
        uses.append((crowds[alike], took.value))

    def counted(use: tuple[Crowd, NDArray[np.int64]]) -> Counted:
        people = _in_order(*use, len(cohorts))
        tables = {group: dict(people.tables(group)) for group in range(cohorts.groups)}
        return Counted(tables, people.compared() if cohorts.groups > 1 else [None] * len(cohorts))

    found: dict[tuple[int, int, int], Row] = {}
    for (key, feature), (tables, tested) in zip(features.items(), side_by_side(counted, uses), strict=True):
        for order, group in cohorts.in_order(tables):
            for period, table in tables[group].items():
                test = tested[period]
                names = cohorts.names(period, group, feature=feature.name)
                found[period, key, order] = {**names, "table": table, "pvalue": present(test.pvalue) if test else None}
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


def _crowd(asked: Asked, clock: Clock, cohorts: Cohorts, open_at: Instants, launched_on: date | None) -> Crowd:
    """Those to whom features were opened, not before their launch."""
    launched_at = begin_of(launched_on or date(1970, 1, 1), asked.plan.product.timezone)
    open_at = np.maximum(open_at, instant(launched_at))  # what is missing stays missing
    as_of = instant(asked.question.as_of)
    period, group = cohorts.cells(np.arange(len(open_at)), open_at)
    inside = np.flatnonzero((period != OUTSIDE) & (open_at < as_of))
    opened = clock.at(open_at)
    watched = clock.between(opened[inside], clock.at(np.full(len(open_at), as_of))[inside])
    frame = period[inside].astype(np.int64) << PERIOD_BIT | group[inside]
    return Crowd(open_at, opened, inside, frame, watched << TIME_BIT | WAITING)


def _took(asked: Asked, facts: Numbered, clock: Clock, crowd: Crowd, feature: int) -> Told:
    """How long it took everybody to use a feature for the first time; `NOT_USED` of those who have not."""
    found = np.full(len(facts.everyone), NOT_USED)
    used = facts.parts(f"SELECT entity_key, feature_key AS part, first_at FROM {asked.grain.life}").get(feature)
    if used is not None:
        is_in = (used.values["first_at"] < instant(asked.question.as_of)) & ~np.isnat(crowd.open_at)[used.number]
        number, reading = used.number[is_in], clock.at_uses(used)[is_in]
        found[number] = clock.between(crowd.opened[number], reading)
    return Told(found)


def _in_order(crowd: Crowd, took: NDArray[np.integer], periods: int) -> Watched:
    """Those to whom a feature was opened, period by period, in the order of time."""
    # nobody was watched for less time than it took them
    line = np.minimum(took[crowd.inside].astype(np.int64) << TIME_BIT, crowd.waiting)
    line |= crowd.frame
    line.sort()
    which = line.astype(np.uint8) & np.uint8(2**TIME_BIT - 1)
    time = line >> TIME_BIT & 2 ** (PERIOD_BIT - TIME_BIT) - 1
    edges = np.searchsorted(line, np.arange(periods + 1) << PERIOD_BIT)
    return Watched(time, which < WAITING, which & np.uint8(WAITING - 1), edges)


def _seconds(interval: NDArray[np.timedelta64]) -> NDArray[np.int64]:
    """Whole seconds as the engine rounds them, halves to even ones; no less than none."""
    whole: NDArray[np.int64] = np.rint(interval / SECOND).clip(min=0).astype(np.int64)
    return whole
