"""Answers that pages share: each is worked out once per state of plan and data, the urgent ones first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from enum import IntEnum
from itertools import count
from queue import PriorityQueue
from typing import Any, TypeVar

from uptake.store.projection import Cursor, meta
from uptake.workspace import Workspace

WORKERS = 2
"""Questions worked on at the same time: each uses all cores, so more of them would only slow each other."""
MOST = 300
"""Answers kept; those not asked for longest go first."""

T = TypeVar("T")
Work = Callable[[Cursor], Any]


class Urgency(IntEnum):
    """Who waits for an answer: a person for a page, a page for a part of it, or nobody yet."""

    PAGE = 0
    PART = 1
    AHEAD = 2


class Answers:
    """Answers about one workspace.

    An answer under way is shared: who asks the same meanwhile waits for it and starts nothing. An error is
    told to those who wait for it and forgotten.

    Args:
        workspace: The workspace; has to stay open until this is closed.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._waiting: dict[Future[Any], Work] = {}
        self._queue: PriorityQueue[tuple[int, int, Future[Any] | None]] = PriorityQueue()
        self._order = count()
        self._threads: list[threading.Thread] = []

    def ask(self, key: Hashable, work: Callable[[Cursor], T], urgency: Urgency = Urgency.PAGE) -> Future[T]:
        """The answer to a question: known, under way, or to be worked out as soon as its turn comes.

        Args:
            key: What is asked, and of which `state`.
            work: Works it out with a cursor of its own; must not ask for further answers.
            urgency: Who waits for it.
        """
        with self._lock:
            self._start_threads()
            found = self._known.get(key)
            if found is None or (found.done() and found.exception() is not None):
                found = self._known[key] = Future()
                self._waiting[found] = work
            self._known.move_to_end(key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            if found in self._waiting:
                # A place nearer to the front is a second entry; the one that comes up later finds nothing to do.
                self._queue.put((urgency, next(self._order), found))
        return found

    def is_known(self, key: Hashable) -> bool:
        """Whether the answer is there already."""
        with self._lock:
            found = self._known.get(key)
        return found is not None and found.done()

    def state(self) -> tuple[str, str]:
        """Versions of plan and data: answers to questions of one state go together."""
        cursor = self._workspace.projection.cursor()
        try:
            return self._workspace.plan.version, meta(cursor, "applied")
        finally:
            cursor.close()

    def close(self) -> None:
        """Waits for the answers being worked out; those that still wait for their turn are cancelled."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            threads, self._threads = self._threads, []
        for future in waiting:
            future.cancel()
        for _ in threads:
            self._queue.put((Urgency.PAGE, next(self._order), None))
        for thread in threads:
            thread.join()

    def _start_threads(self) -> None:
        while len(self._threads) < WORKERS:
            thread = threading.Thread(target=self._serve, name="answers", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        while (future := self._queue.get()[2]) is not None:
            with self._lock:
                work = self._waiting.pop(future, None)
            if work is not None and future.set_running_or_notify_cancel():
                self._run(future, work)

    def _run(self, future: Future[Any], work: Work) -> None:
        try:
            cursor = self._workspace.projection.cursor()
            try:
                answer = work(cursor)
            finally:
                cursor.close()
        except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
            future.set_exception(error)
        else:
            future.set_result(answer)
