"""How many tasks were done, counted from their starts in memory: no row for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.task_events import NEVER, NOBODY, Starts, read
from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.parts.tallies import numbered
from uptake.plan import Task

MINUTE = 60_000_000
"""Microseconds of a minute."""
TRIED = pa.schema(
    [
        ("entity_key", pa.int64()),
        ("anchor_at", pa.timestamp("us")),
        ("period_on", pa.date32()),
        ("tries", pa.int64()),
        ("done", pa.int64()),
    ]
)
Tasks = Mapping[str, tuple[Task, str]]
"""Name -> task, and SQL for its events without parameters, as `facts.task_events` reads them."""
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]


class Tries(NamedTuple):
    """Starts of a task whose time is over, with how each ended.

    Args:
        entity: Whose they are.
        is_done: Whether the task was completed in time.
        is_again: Whether it was begun again in time instead.
        has_error: Whether something went wrong before its end.
        took: Microseconds to the end, where there is one.
        at: When it was, in microseconds since 1970.
        waiting: Whose the others are, which are still open.
        waiting_at: When those were.
    """

    entity: Ints
    is_done: Bools
    is_again: Bools
    has_error: Bools
    took: Ints
    at: Ints
    waiting: Ints
    waiting_at: Ints

    def of(self, closed: Ints, waiting: Ints) -> Tries:
        """Some of those whose time is over, and some of the others, by place."""
        return Tries(
            self.entity.take(closed),
            self.is_done.take(closed),
            self.is_again.take(closed),
            self.has_error.take(closed),
            self.took.take(closed),
            self.at.take(closed),
            self.waiting.take(waiting),
            self.waiting_at.take(waiting),
        )


def counted(asked: Asked, tasks: Tasks, within_minutes: int | None) -> list[Row]:
    """For each period and task what the kind `attempts` adds up of its starts.

    Args:
        asked: The question.
        tasks: The tasks.
        within_minutes: The time for all of them, if not the plan's.
    """
    found: list[Row] = []
    for period_on, begins_at, ends_at in periods.read(asked.cursor, asked.question, asked.plan):
        names = {"period_on": period_on} if asked.question.period else {}
        for (task, _), tries in zip(
            tasks.values(), _tries(asked, tasks, begins_at, ends_at, within_minutes), strict=True
        ):
            for labels, own in _groups(asked, tries):
                if len(own.entity) or len(own.waiting):
                    sums = _sums(own, knows_errors=task.error is not None)
                    found.append({**names, "task": task.name, **labels, **sums})
    return found


def _groups(asked: Asked, tries: Tries) -> Iterator[tuple[Row, Tries]]:
    """The labels of each group, in their order, with the tries of those who were in it when they began."""
    if asked.split is None:
        yield {}, tries
        return
    everyone, names = numbered(asked).everyone, asked.split.names
    tries = tries._replace(entity=everyone.numbers(tries.entity), waiting=everyone.numbers(tries.waiting))
    closed = asked.split.numbers_of(tries.entity, tries.at.view("datetime64[us]"))
    waiting = asked.split.numbers_of(tries.waiting, tries.waiting_at.view("datetime64[us]"))
    for number in sorted(range(len(names)), key=names.__getitem__):
        labels = dict(zip(asked.split.labels, names[number], strict=True))
        yield labels, tries.of(np.flatnonzero(closed == number), np.flatnonzero(waiting == number))


def tried(asked: Asked, tasks: Tasks, spans: list[tuple[date | None, datetime, datetime]]) -> pa.Table:
    """How many tasks each began, and how many of them were done: those whose time is over.

    Args:
        asked: The question.
        tasks: The tasks.
        spans: Of each period the instants between which starts count.

    Returns:
        (entity_key, anchor_at, period_on, tries, done).
    """
    parts = [TRIED.empty_table()]
    for period_on, begins_at, ends_at in spans:
        begins, ends = _between(asked, begins_at, ends_at)
        every = []
        for task, marks in tasks.values():
            starts, entity = _over(asked, marks, begins, ends, task.within_minutes * MINUTE)
            every.append((entity, starts.is_done & (starts.ended_at <= starts.at + task.within_minutes * MINUTE)))
        entity, tries, done = _each(*map(np.concatenate, zip(*every, strict=True)))
        who = np.flatnonzero(tries)
        anchor_at = np.full(len(who), np.datetime64(ends_at, "us") - np.timedelta64(1, "us"))
        on = pa.array([period_on], pa.date32()).take(pa.array(np.zeros(len(who), np.int64)))
        parts.append(pa.table([entity[who], anchor_at, on, tries[who], done[who]], TRIED))
    return pa.concat_tables(parts)


def begun(asked: Asked, tasks: Tasks) -> pa.Table:
    """Every start with what came next to it, as known at `as_of`.

    Returns:
        (task, user_key, account_key, event_at, ended_at, is_done, error_at, is_error_first).
    """
    as_of, parts = periods.microseconds_of(asked.question.as_of), []
    for task, marks in tasks.values():
        starts = read(asked.cursor, asked.kept, marks).between(-NEVER, as_of)
        parts.append(pa.table({
            "task": pa.repeat(task.name, len(starts.at)),
            "user_key": pa.array(starts.user, mask=starts.user == NOBODY),
            "account_key": pa.array(starts.account, mask=starts.account == NOBODY),
            "event_at": _instants(starts.at, as_of),
            "ended_at": _instants(starts.ended_at, as_of),
            "is_done": pa.array(starts.is_done),
            "error_at": _instants(starts.error_at, as_of),
            "is_error_first": pa.array(starts.is_error_first),
        }))  # fmt: skip
    return pa.concat_tables(parts)


def _instants(at: Ints, as_of: int) -> pa.Array:
    """Instants that had come by `as_of`."""
    return pa.array(at.view("datetime64[us]"), mask=at >= as_of)


def _tries(
    asked: Asked, tasks: Tasks, begins_at: datetime, ends_at: datetime, within_minutes: int | None = None
) -> Iterator[Tries]:
    """Of each task the starts between two instants, of those who are asked about."""
    begins, ends = _between(asked, begins_at, ends_at)
    for task, marks in tasks.values():
        within = (within_minutes or task.within_minutes) * MINUTE
        closed, entity = _over(asked, marks, begins, ends, within)
        waiting, whose = _of_somebody(asked, marks, max(begins, _open_from(asked, within)), ends)
        is_in_time = closed.ended_at <= closed.at + within
        yield Tries(
            entity,
            is_in_time & closed.is_done,
            is_in_time & ~closed.is_done,
            closed.is_error_first & (closed.error_at <= closed.at + within),
            closed.ended_at - closed.at,
            closed.at,
            whose,
            waiting.at,
        )


def _between(asked: Asked, begins_at: datetime, ends_at: datetime) -> tuple[int, int]:
    """Two instants in microseconds since 1970, nothing of it after `as_of`."""
    as_of = periods.microseconds_of(asked.question.as_of)
    return periods.microseconds_of(begins_at), min(periods.microseconds_of(ends_at), as_of)


def _open_from(asked: Asked, within: int) -> int:
    """From which instant on the time of a start is not over."""
    return periods.microseconds_of(asked.question.as_of) - within


def _over(asked: Asked, marks: str, begins: int, ends: int, within: int) -> tuple[Starts, Ints]:
    """The starts whose time is over, and whose they are: all that came of them happened before `as_of`."""
    return _of_somebody(asked, marks, begins, min(ends, _open_from(asked, within)))


def _of_somebody(asked: Asked, marks: str, begins: int, ends: int) -> tuple[Starts, Ints]:
    """The starts of those who are asked about from an instant on and before another, and whose they are."""
    starts = read(asked.cursor, asked.kept, marks).between(begins, ends)
    entity = _entity(asked, starts)
    is_somebody = entity != NOBODY
    # nearly always all are somebody's, and then nothing is copied
    return (starts, entity) if is_somebody.all() else (starts.of(is_somebody), entity[is_somebody])


def _entity(asked: Asked, starts: Starts) -> Ints:
    """Whose the starts are."""
    if asked.grain.name == "user":
        return starts.user.astype(np.int64)
    if asked.grain.name == "account":
        return starts.account.astype(np.int64)
    is_nobody = (starts.user == NOBODY) | (starts.account == NOBODY)
    return np.where(is_nobody, NOBODY, starts.account.astype(np.int64) << 32 | starts.user)


def _each(entity: Ints, is_done: Bools) -> tuple[Ints, Ints, Ints]:
    """Entities, with how many tries each had, which may be none, and how many were done."""
    if len(entity) and entity.max() >= 1 << 32:  # keys of two
        keys, entity = np.unique(entity, return_inverse=True)
    else:
        keys = np.arange(entity.max(initial=-1) + 1)
    tries = np.bincount(entity, minlength=len(keys))
    return keys, tries, np.bincount(entity[is_done], minlength=len(keys))


def _sums(tries: Tries, *, knows_errors: bool) -> Row:
    """The sums; what is still open is only counted."""
    n, count = len(tries.entity), int(np.count_nonzero(tries.is_done))
    _, each, done = _each(tries.entity, tries.is_done)
    return {
        "n": n,
        "count": count,
        "open": len(tries.waiting),
        "entities": int(np.count_nonzero(each)),
        "estimate": count / n if n else None,
        "median_s": float(np.median(tries.took[tries.is_done])) / 1e6 if count else None,
        "error_share": int(np.count_nonzero(tries.has_error)) / n if n and knows_errors else None,
        "again_share": int(np.count_nonzero(tries.is_again)) / n if n else None,
        "done_done": int((done * done).sum()),
        "done_tries": int((done * each).sum()),
        "tries_tries": int((each * each).sum()),
    }
