"""The starts of tasks with what came next to each, as columns in the order of time: read once and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.store.kept import Kept
from uptake.store.projection import Cursor

MARKS = ("complete", "error", "start")
"""What an event can be to a task, in the order in which one that is several of these counts."""
COMPLETE, ERROR, START = range(len(MARKS))
NOBODY = -1
"""The key of nobody."""
NEVER = np.iinfo(np.int64).max
"""The instant of what did not happen."""


@dataclass(frozen=True, eq=False)
class Starts:
    """Starts of one task, from the first to the last.

    What comes next to a start is told of the same person: a user in an account, with one value of the task's key.

    Args:
        user: Of each the user's key, or `NOBODY`.
        account: Of each the account's key, or `NOBODY`.
        at: When it was, in microseconds since 1970.
        ended_at: When the task was done or begun again next, or `NEVER`.
        is_done: Whether that was its completion.
        error_at: When something went wrong next, or `NEVER`.
        is_error_first: Whether that was before the end.
    """

    user: NDArray[np.int32]
    account: NDArray[np.int32]
    at: NDArray[np.int64]
    ended_at: NDArray[np.int64]
    is_done: NDArray[np.bool_]
    error_at: NDArray[np.int64]
    is_error_first: NDArray[np.bool_]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(column.nbytes for column in vars(self).values())

    def between(self, begins: int, ends: int) -> Starts:
        """Those from an instant on and before another, microseconds since 1970."""
        return self.of(slice(*np.searchsorted(self.at, [begins, ends])))

    def of(self, places: slice | NDArray[np.bool_]) -> Starts:
        """Some of them."""
        return Starts(*(column[places] for column in vars(self).values()))


def read(cursor: Cursor, kept: Kept, marks: str) -> Starts:
    """The starts of a task, read now or kept from before.

    Args:
        cursor: A cursor of the projection.
        kept: What is kept of this projection.
        marks: SQL for (mark, key, account_key, user_key, event_at, import_id, ordinal), without parameters.
    """
    return kept.get(cursor, ("task_starts", marks), lambda: _read(cursor, marks))


def _read(cursor: Cursor, marks: str) -> Starts:
    numbers = " ".join(f"WHEN '{mark}' THEN {number}" for number, mark in enumerate(MARKS))
    found = cursor.execute(
        f"""SELECT coalesce(account_key, {NOBODY}) AS account, coalesce(user_key, {NOBODY}) AS user, key IS NULL AS is_bare,
            coalesce(key, '') AS key, epoch_us(event_at) AS at, (CASE mark {numbers} END)::TINYINT AS mark
        FROM ({marks}) ORDER BY account, user, is_bare, key, event_at, import_id, ordinal, mark"""
    ).fetchnumpy()
    columns: dict[str, NDArray[Any]] = {name: np.asarray(column) for name, column in found.items()}
    is_new = np.zeros(len(columns["at"]), np.bool_)
    for name in ("account", "user", "is_bare", "key"):
        is_new[1:] |= columns[name][1:] != columns[name][:-1]
    person, at, mark = np.cumsum(is_new, dtype=np.int32), columns["at"], columns["mark"]
    starts = np.flatnonzero(mark == START)
    starts = starts[np.argsort(at[starts], kind="stable")]
    end, has_end = _next(person, mark != ERROR, starts)
    error, has_error = _next(person, mark == ERROR, starts)
    return Starts(
        columns["user"][starts],
        columns["account"][starts],
        at[starts],
        np.where(has_end, at[end], NEVER),
        has_end & (mark[end] == COMPLETE),
        np.where(has_error, at[error], NEVER),
        has_error & (~has_end | (error < end)),
    )


def _next(
    person: NDArray[np.int32], is_one: NDArray[np.bool_], after: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The place of the next event that is one of some, after others and of the same person; and whether there is one."""
    places = np.append(np.flatnonzero(is_one), len(is_one))
    found = places[np.searchsorted(places, after, side="right").clip(max=len(places) - 1)]
    is_there = found < len(is_one)
    found = np.where(is_there, found, after)
    return found, is_there & (person[found] == person[after])
