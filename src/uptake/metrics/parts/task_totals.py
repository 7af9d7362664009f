"""How many tasks were done, counted from their events in memory: no row for each start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.task_events import COMPLETE, ERROR, NOBODY, START, TaskEvents, read
from uptake.metrics.core import periods
from uptake.metrics.core.grain import ACCOUNT, USER
from uptake.metrics.core.metric import Asked, Row
from uptake.plan import Task

MINUTE = 60_000_000
"""Microseconds of a minute."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Tries(NamedTuple):
    """Starts of a task, with how each ended.

    Args:
        entity: Whose they are.
        at: When it was, in microseconds since 1970.
        is_done: Whether the task was completed in time.
        is_again: Whether it was begun again in time instead.
        has_error: Whether something went wrong before its end.
        took: Microseconds to the end, where there is one.
    """

    entity: Ints
    at: Ints
    is_done: Bools
    is_again: Bools
    has_error: Bools
    took: Ints

    def of(self, rows: Bools) -> Tries:
        """Some of them."""
        return Tries(
            self.entity[rows],
            self.at[rows],
            self.is_done[rows],
            self.is_again[rows],
            self.has_error[rows],
            self.took[rows],
        )


def counted(asked: Asked, tasks: Mapping[str, tuple[Task, str]], within_minutes: int | None) -> list[Row]:
    """For each period and task what the kind `attempts` adds up of its starts.

    Args:
        asked: The question.
        tasks: Name -> task, and SQL for its events without parameters, as `facts.task_events` reads them.
        within_minutes: The time for all of them, if not the plan's.
    """
    as_of = periods.microseconds_of(asked.question.as_of)
    found: list[tuple[int, Row]] = []
    for task, marks in tasks.values():
        within = (within_minutes or task.within_minutes) * MINUTE
        tries = _tries(asked, read(asked.cursor, asked.kept, marks).before(as_of), within)
        for number, period_on, own in _by_period(asked, tries):
            names = {"period_on": period_on} if asked.question.period else {}
            sums = _sums(own, own.at + within >= as_of, knows_errors=task.error is not None)
            found.append((number, {**names, "task": task.name, **sums}))
    return [row for _, row in sorted(found, key=lambda one: one[0])]


def _tries(asked: Asked, events: TaskEvents, within: int) -> Tries:
    """The starts of those who are asked about."""
    entity = _entity(asked, events)
    starts = np.flatnonzero(events.mark == START)
    starts = starts[entity[events.person[starts]] != NOBODY]
    end, has_end = _next(events, events.mark != ERROR, starts)
    took = events.at[end] - events.at[starts]
    is_in_time = has_end & (took <= within)
    is_done = events.mark[end] == COMPLETE
    error, has_error = _next(events, events.mark == ERROR, starts)
    has_error &= (events.at[error] - events.at[starts] <= within) & (~has_end | (error < end))
    return Tries(
        entity[events.person[starts]], events.at[starts], is_in_time & is_done, is_in_time & ~is_done, has_error, took
    )


def _entity(asked: Asked, events: TaskEvents) -> Ints:
    """Whose the events of each person are."""
    user, account = events.user.astype(np.int64), events.account.astype(np.int64)
    if asked.grain is USER:
        return user
    if asked.grain is ACCOUNT:
        return account
    return np.where((user == NOBODY) | (account == NOBODY), NOBODY, account << 32 | user)


def _next(events: TaskEvents, is_one: Bools, after: Ints) -> tuple[Ints, Bools]:
    """The place of the next event that is one of some, after others and of the same person; and whether there is one."""
    places = np.append(np.flatnonzero(is_one), len(is_one))
    found = places[np.searchsorted(places, after, side="right").clip(max=len(places) - 1)]
    is_there = found < len(is_one)
    found = np.where(is_there, found, after)
    return found, is_there & (events.person[found] == events.person[after])


def _by_period(asked: Asked, tries: Tries) -> Iterator[tuple[int, date | None, Tries]]:
    """Each period with a start in it, by number."""
    for number, (period_on, begins_at, ends_at) in enumerate(periods.read(asked.cursor, asked.question, asked.plan)):
        begins, ends = periods.microseconds_of(begins_at), periods.microseconds_of(ends_at)
        is_in = (tries.at >= begins) & (tries.at < ends)
        if is_in.any():
            yield number, period_on, tries if is_in.all() else tries.of(is_in)


def _sums(tries: Tries, is_open: Bools, *, knows_errors: bool) -> Row:
    """The sums; what is still open is only counted."""
    closed = tries.of(~is_open)
    n, count = len(closed.at), int(np.count_nonzero(closed.is_done))
    _, entity = np.unique(closed.entity, return_inverse=True)
    each, done = np.bincount(entity), np.bincount(entity, closed.is_done).astype(np.int64)
    return {
        "n": n,
        "count": count,
        "open": int(np.count_nonzero(is_open)),
        "entities": len(each),
        "estimate": count / n if n else None,
        "median_s": float(np.median(closed.took[closed.is_done])) / 1e6 if count else None,
        "error_share": int(np.count_nonzero(closed.has_error)) / n if n and knows_errors else None,
        "again_share": int(np.count_nonzero(closed.is_again)) / n if n else None,
        "done_done": int((done * done).sum()),
        "done_tries": int((done * each).sum()),
        "tries_tries": int((each * each).sum()),
    }
