"""What is kept in memory: the same as long as the data is, never more than allowed, the longest unasked goes first."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import uptake
from uptake.store.kept import Kept

ROW = {"event": "task", "user_id": "u", "timestamp": "2026-01-05T08:00:00Z"}


class Counting:
    """Makes arrays of a thousand bytes and remembers for which keys."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def make(self, key: str, size: int = 1000) -> NDArray[np.int8]:
        self.made.append(key)
        return np.zeros(size, np.int8)


def ask(workspace: uptake.Workspace, kept: Kept, counting: Counting, *keys: str) -> None:
    with workspace.projection.reading() as cursor:
        for key in keys:
            kept.get(cursor, key, lambda key=key: counting.make(key))  # type: ignore[misc]  # the key of this turn


def test_a_thing_is_read_once_and_the_longest_unasked_goes_first(workspace: uptake.Workspace) -> None:
    kept, counting = Kept(most_bytes=2500), Counting()
    ask(workspace, kept, counting, "a", "b", "a", "c", "a", "b")
    assert counting.made == ["a", "b", "c", "b"]
    assert kept.nbytes == 2000


def test_what_is_forgotten_is_read_again_and_all_else_stays(workspace: uptake.Workspace) -> None:
    kept, read = Kept(), list[tuple[str, int]]()

    def make(key: tuple[str, int]) -> NDArray[np.int8]:
        read.append(key)
        return np.zeros(1, np.int8)

    with workspace.projection.reading() as cursor:
        for key in (("passes", 1), ("days", 1), ("passes", 2)) * 2:
            kept.get(cursor, key, lambda key=key: make(key))  # type: ignore[misc]  # the key of this turn
        kept.forget("passes", "paths")
        for key in (("passes", 1), ("days", 1)):
            kept.get(cursor, key, lambda key=key: make(key))  # type: ignore[misc]
    assert read == [("passes", 1), ("days", 1), ("passes", 2), ("passes", 1)]


def test_what_is_larger_than_allowed_is_given_and_not_kept(workspace: uptake.Workspace) -> None:
    kept, counting = Kept(most_bytes=999), Counting()
    ask(workspace, kept, counting, "a", "a")
    assert counting.made == ["a", "a"]
    assert kept.nbytes == 0


def test_after_an_import_and_after_a_rebuild_everything_is_read_again(workspace: uptake.Workspace) -> None:
    kept, counting = Kept(), Counting()
    ask(workspace, kept, counting, "a", "b")
    workspace.import_rows(pa.Table.from_pylist([ROW]), "events")
    ask(workspace, kept, counting, "a")
    assert kept.nbytes == 1000
    workspace.rebuild()
    ask(workspace, kept, counting, "a")
    assert counting.made == ["a", "b", "a", "a"]


def test_what_is_read_while_rows_come_in_is_not_kept(workspace: uptake.Workspace) -> None:
    kept, counting = Kept(), Counting()

    def read() -> NDArray[np.int8]:
        workspace.import_rows(pa.Table.from_pylist([ROW]), "events")
        return counting.make("a")

    with workspace.projection.reading() as cursor:
        kept.get(cursor, "a", read)
    assert kept.nbytes == 0


def test_one_question_is_answered_from_things_of_one_state(workspace: uptake.Workspace) -> None:
    """Rows come in after it has begun: what was kept is given as it was, what is read anew is not kept."""
    kept, counting = Kept(), Counting()
    ask(workspace, kept, counting, "a")
    with workspace.projection.reading() as cursor:
        of_question = kept.for_one_question(cursor)
    workspace.import_rows(pa.Table.from_pylist([ROW]), "events")
    ask(workspace, of_question, counting, "a", "b", "b")
    assert counting.made == ["a", "b", "b"]
    ask(workspace, kept, counting, "b", "b")
    ask(workspace, of_question, counting, "b")
    ask(workspace, kept, counting, "b")
    assert counting.made == ["a", "b", "b", "b", "b"]


def test_many_threads_ask_at_once(workspace: uptake.Workspace) -> None:
    kept, counting = Kept(most_bytes=3000), Counting()
    threads = [Thread(target=ask, args=(workspace, kept, counting, *"abcdeabcde")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.nbytes == 3000
    assert set(counting.made) == set("abcde")
