"""Reading a workspace: answers that are shared and kept, now or later, and the history that some are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from uptake.directory import listing
from uptake.errors import StillMaking
from uptake.plan import Plan
from uptake.scores import written
from uptake.scores.history import is_current
from uptake.store.projection import Cursor
from uptake.web.cache import Answers, Urgency
from uptake.web.making import Making
from uptake.workspace import Workspace

T = TypeVar("T")


class Reading:
    """Reads a workspace for one request; all its answers are of one state of plan and data.

    Args:
        workspace: The workspace.
        answers: The answers all requests share.
        making: How far history is that is being made.
    """

    def __init__(self, workspace: Workspace, answers: Answers, making: Making | None = None) -> None:
        self.making = making or Making()
        self.plan: Plan = workspace.plan
        self._workspace = workspace
        self._answers = answers
        self._state = answers.state()

    def moment(self) -> tuple[datetime, date]:
        """The instant the data ends, UTC, and the last local day that was over then."""
        return self._now(("moment",), lambda cursor: listing.moment(cursor, self.plan, None))

    def plan_of(self, version: str) -> Plan:
        """A plan that was in use; the one in use where nothing is named."""
        return self._workspace.plans.read(version) if version else self.plan

    @cached_property
    def history(self) -> tuple[str, str, str]:
        """What tells one state of history from another; answers made of it are of one."""
        return self._workspace.read(written.state)

    def history_is_current(self) -> bool:
        """Whether history has everything that is known."""
        return self._now(("history", self.history), lambda cursor: is_current(cursor, self.plan))

    def bring_history_up(self, urgency: Urgency = Urgency.IDLE) -> None:
        """Lets history be made, once it is quiet if nobody waits for it."""
        report = self.making.report
        self._later(("bring history up", self.history), lambda _: self._workspace.bring_history_up(report), urgency)

    def _history_for(self, is_needed: bool) -> tuple[str, ...]:
        """Which history an answer is made of, none if it needs none; history that is not there is begun."""
        if is_needed and not self.history_is_current():
            # who asks again and again until it is there leaves no quiet
            self.bring_history_up(Urgency.PART)
        return self.history if is_needed else ()

    def _last_held(self, cursor: Cursor) -> date | None:
        """The last finished day that history has; None if it has none."""
        return written.last_day(cursor, listing.moment(cursor, self.plan, None)[1])

    def _require(self, history: tuple[str, ...], cursor: Cursor) -> None:
        """Raises `StillMaking` if an answer is made of history and history is behind."""
        if history and not is_current(cursor, self.plan):
            raise StillMaking("Where everyone stood on every day is being worked out.", do="Ask again in a moment.")

    def _now(self, key: tuple[object, ...], work: Callable[[Cursor], T]) -> T:
        return self._later(key, work, Urgency.PAGE).result()

    def _later(self, key: tuple[object, ...], work: Callable[[Cursor], T], urgency: Urgency) -> Future[T]:
        return self._answers.ask((self._state, key), work, urgency)


def as_key(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What an answer is kept under: an address has texts where a page has numbers; both ask the same."""
    return tuple(sorted((key, str(value)) for key, value in given.items()))
