"""The events that begin, end and disturb tasks, as sorted columns: read once and kept in memory."""

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


@dataclass(frozen=True, eq=False)
class TaskEvents:
    """Events of one task, person by person, from the first to the last.

    A person is a user in an account, with one value of the task's key.

    Args:
        person: Numbers of the persons, ascending.
        at: When each event happened, in microseconds since 1970.
        mark: What it is to the task, a place in `MARKS`.
        user: Of each person the user's key, or `NOBODY`.
        account: Of each person the account's key, or `NOBODY`.
    """

    person: NDArray[np.int32]
    at: NDArray[np.int64]
    mark: NDArray[np.int8]
    user: NDArray[np.int32]
    account: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(column.nbytes for column in (self.person, self.at, self.mark, self.user, self.account))

    def before(self, instant: int) -> TaskEvents:
        """Those before an instant, microseconds since 1970; themselves if all are."""
        own = self.at < instant
        if own.all():
            return self
        return TaskEvents(self.person[own], self.at[own], self.mark[own], self.user, self.account)


def read(cursor: Cursor, kept: Kept, marks: str) -> TaskEvents:
    """The events of a task, read now or kept from before.

    Args:
        cursor: A cursor of the projection.
        kept: What is kept of this projection.
        marks: SQL for (mark, key, account_key, user_key, event_at, import_id, ordinal), without parameters.
    """
    return kept.get(cursor, ("task_events", marks), lambda: _read(cursor, marks))


def _read(cursor: Cursor, marks: str) -> TaskEvents:
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
    person = np.cumsum(is_new, dtype=np.int32)
    is_new[:1] = True
    return TaskEvents(person, columns["at"], columns["mark"], columns["user"][is_new], columns["account"][is_new])
