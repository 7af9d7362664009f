"""Answers that pages share: each is worked out once per state of plan and data, the urgent ones first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import IntEnum
from itertools import count
from queue import Empty, PriorityQueue
from typing import Any, TypeVar

from uptake.store.projection import Cursor, meta
from uptake.workspace import Workspace

MOST = 300
"""Answers kept; those not asked for longest go first."""
QUIET_S = 2.0
"""How long nothing has to be asked before work begins that perhaps nobody ever asks for."""

T = TypeVar("T")
Work = Callable[[Cursor], Any]
State = tuple[str, str, str]
Place = tuple[int, int, Future[Any] | None]
"""Urgency, order, the answer; no answer ends the thread."""
Queue = PriorityQueue[Place]


class Urgency(IntEnum):
    """Who waits for an answer: a person for a page, a page for a part of it, nobody yet, or perhaps nobody ever."""

    PAGE = 0
    PART = 1
    AHEAD = 2
    IDLE = 3


class Answers:
    """Answers about one workspace.

    Three questions are worked on at a time: a question leaves cores idle while it is planned and its answer is read.
    One of the three places is kept for those a page waits for, one for those and for its parts. What nobody waits for
    is not begun while a request is served: it would take much of the machine from whoever made it; and what perhaps
    nobody ever waits for, only once nothing was asked for a while. An answer under way is shared: who asks the same
    meanwhile waits for it and starts nothing. An error is told to those who wait for it and forgotten.

    Args:
        workspace: The workspace; has to stay open until this is closed.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._waiting: dict[Future[Any], Work] = {}
        self._queues = {most: Queue() for most in (Urgency.IDLE, Urgency.PART, Urgency.PAGE)}
        """The lines of the places: each takes what is so urgent, or more."""
        self._order = count()
        self._threads: list[threading.Thread] = []
        self._requests = 0
        self._held: list[Place] = []
        self._idle: list[Place] = []
        self._is_quiet = False
        self._was_asked = False
        """Whether there was a request since quiet was last looked for."""
        self._is_closed = False

    def ask(self, key: Hashable, work: Callable[[Cursor], T], urgency: Urgency = Urgency.PAGE) -> Future[T]:
        """The answer to a question: known, under way, or to be worked out as soon as its turn comes.

        Args:
            key: What is asked, and of which `state`.
            work: Works it out with a cursor of its own; must not wait for further answers.
            urgency: Who waits for it.

        Returns:
            The answer; cancelled, if this is closed.
        """
        with self._lock:
            if self._is_closed:
                # Work under way asks ahead; threads started for it now would take the sign meant for those that end.
                late: Future[T] = Future()
                late.cancel()
                return late
            self._start_threads()
            found = self._known.get(key)
            if found is None or (found.done() and found.exception() is not None):
                found = self._known[key] = Future()
                self._waiting[found] = work
            self._known.move_to_end(key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            if found in self._waiting:
                # It may stand in line more than once; the entry that comes up later finds nothing to do.
                for most, queue in self._queues.items():
                    if urgency <= most:
                        queue.put((urgency, next(self._order), found))
        return found

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Holds back what nobody waits for while a request is served."""
        with self._lock:
            self._requests += 1
            self._is_quiet, self._was_asked = False, True
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
                if not self._requests:
                    held, self._held = self._held, []
                    self._put_back(held)

    def state(self) -> State:
        """Numbers of the plan, of the facts made with it, and of the data: answers of one state go together.

        A plan that comes back has a new number: an answer that was under way while the plan changed may be of
        the facts of the other one.
        """
        made_with, applied = self._workspace.read(
            lambda cursor: (meta(cursor, "plan_version"), meta(cursor, "applied"))
        )
        return str(self._workspace.plans_read), made_with, applied

    def close(self) -> None:
        """Waits for the answers being worked out; those that still wait for their turn are cancelled."""
        with self._lock:
            self._is_closed = True
            waiting, self._waiting = self._waiting, {}
            threads, self._threads = self._threads, []
        for future in waiting:
            future.cancel()
        for queue in self._queues.values() if threads else ():
            queue.put((Urgency.PAGE, next(self._order), None))
        for thread in threads:
            thread.join()

    def _start_threads(self) -> None:
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._serve, args=[queue], daemon=True) for queue in self._queues.values()
            ]
            for thread in self._threads:
                thread.start()

    def _serve(self, queue: Queue) -> None:
        while (future := (place := self._next(queue))[2]) is not None:
            with self._lock:
                if place[0] is Urgency.IDLE and not self._is_quiet:
                    self._idle.append(place)
                    continue
                if self._requests and place[0] >= Urgency.AHEAD:
                    self._held.append(place)
                    continue
                work = self._waiting.pop(future, None)
            if work is not None and future.set_running_or_notify_cancel():
                self._run(future, work)

    def _next(self, queue: Queue) -> Place:
        """The next place in a line; waits for it, and meanwhile for quiet where something waits for that."""
        while True:
            try:
                return queue.get(timeout=QUIET_S if self._idle and queue is self._queues[Urgency.IDLE] else None)
            except Empty:
                with self._lock:
                    if not self._requests and not self._was_asked:
                        self._is_quiet, idle, self._idle = True, self._idle, []
                        self._put_back(idle)
                    self._was_asked = self._requests > 0

    def _put_back(self, places: list[Place]) -> None:
        for place in places:
            self._queues[Urgency.IDLE].put(place)

    def _run(self, future: Future[Any], work: Work) -> None:
        try:
            answer = self._workspace.read(work)
        except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
            future.set_exception(error)
        else:
            future.set_result(answer)
