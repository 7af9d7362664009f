"""What pages ask a workspace, through answers that are shared and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import date, datetime
from typing import Any

from uptake.asking import apart, of_facts, require_facts_in_use
from uptake.benchmarks.answer import Benchmarks
from uptake.benchmarks.ask import benchmark
from uptake.benchmarks.telling import with_reasons
from uptake.check import Finding
from uptake.directory import listing, vocabulary
from uptake.metrics.asking.ask import ask
from uptake.metrics.asking.people import People, people
from uptake.metrics.core.result import Result
from uptake.plan import Plan
from uptake.plans import Version
from uptake.segments.tracks import needs_history
from uptake.store.kept import Kept
from uptake.store.ledger import Ledger
from uptake.store.projection import Cursor
from uptake.web.cache import Urgency
from uptake.web.reading.lists import Lists
from uptake.web.reading.placed import Placed
from uptake.web.reading.profiles import Profiles
from uptake.web.reading.reading import as_key
from uptake.web.reading.scores import Scores


class Reader(Lists, Profiles, Scores, Placed):
    """Everything that pages read, of one state of plan and data; see `Reading` for what it is made of."""

    @property
    def home(self) -> str:
        """The workspace's folder, for commands."""
        return str(self._workspace.home.folder)

    @property
    def ledger(self) -> Ledger:
        """Imports, archive files and quarantine."""
        return self._workspace.ledger

    def metric(self, name: str, given: Mapping[str, Any], urgency: Urgency = Urgency.PAGE) -> Future[Result]:
        """The answer to a question, now or later; its result raises `QuestionError` if it cannot be asked."""
        plan, facts, asked, kept, history = self._asked(given)

        def work(cursor: Cursor) -> Result:
            self._require(history, cursor)
            with self._workspace.facts_for(given, cursor, plan):
                return of_facts(ask(cursor, plan, name, asked, kept), facts)

        return self._later(("metric", name, as_key(given), history), work, urgency)

    def people(
        self,
        name: str,
        cell: Mapping[str, Any],
        given: Mapping[str, Any],
        side: str,
        sort: str,
        limit: int | None,
        offset: int,
    ) -> People:
        """Who is behind a number; see `uptake.metrics.asking.people`."""
        which = (as_key(cell), side, sort, limit, offset)
        plan, _, asked, kept, history = self._asked(given)

        def work(cursor: Cursor) -> People:
            self._require(history, cursor)
            with self._workspace.facts_for(given, cursor, plan):
                return people(
                    cursor, plan, name, cell, asked, side=side, sort=sort, limit=limit, offset=offset, kept=kept
                )

        return self._now(("people", name, as_key(given), which, history), work)

    def _asked(
        self, given: Mapping[str, Any]
    ) -> tuple[Plan, dict[str, Any], dict[str, Any], Kept | None, tuple[str, ...]]:
        """The plan of a question to a metric, what it says of plan and arrival, the rest, what is kept, which history."""
        facts, asked = apart(given)
        plan = self.plan_of(facts.get("plan_version", ""))
        is_of_history = needs_history(plan, given)
        if is_of_history:
            require_facts_in_use(facts)
        return plan, facts, asked, None if facts else self._workspace.kept, self._history_for(is_of_history)

    def benchmark(self, given: Mapping[str, Any], urgency: Urgency = Urgency.PAGE) -> Future[Benchmarks]:
        """Every account against the benchmark of its type, now or later; without what managers wrote."""

        def work(cursor: Cursor) -> Benchmarks:
            with self._workspace.facts_for(given, cursor, self.plan):
                return benchmark(cursor, self.plan, given)

        return self._later(("benchmark", as_key(given)), work, urgency)

    def with_reasons(self, found: Benchmarks) -> Benchmarks:
        """Benchmarks with what managers wrote, as it is now."""
        return with_reasons(found, self._workspace.state.reasons(found.on))

    def ask_ahead(self, ask: Callable[[Reader, date, date | None], None]) -> None:
        """Lets somebody ask what will be asked soon, once for each state of plan and data; nothing waits for it.

        Args:
            ask: Is given this reader, the last finished day and the first day with events; must not wait for answers.
        """

        def work(cursor: Cursor) -> None:
            ask(self, listing.moment(cursor, self.plan, None)[1], vocabulary.first_day(cursor, self.plan))

        self._later(("ahead",), work, Urgency.AHEAD)

    def plan_log(self, limit: int) -> tuple[Version, ...]:
        """The latest plans that were in use, with what each changed."""
        plans = self._workspace.plans
        return self._now(("plan log", limit), lambda _: plans.log(limit))

    def plan_versions(self, limit: int) -> list[tuple[str, datetime]]:
        """The latest plans that were in use before this one, with when they were taken into use, UTC."""
        uses = self._now(("plan versions", limit), lambda _: self._workspace.plans.log(limit))
        return [(one.version, one.taken_at) for one in uses if one.version != self.plan.version]

    def vocabulary(self) -> vocabulary.Vocabulary:
        """Words that a question may use: attributes, their values, events."""
        return self._now(("vocabulary",), lambda cursor: vocabulary.vocabulary(cursor, self.plan))

    def has_events(self) -> bool:
        """Whether any events were imported."""
        return self._now(("has events",), vocabulary.has_events)

    def first_day(self) -> date | None:
        """The first local day with events that are complete."""
        return self._now(("first day",), lambda cursor: vocabulary.first_day(cursor, self.plan))

    def findings(self, urgency: Urgency = Urgency.PART) -> Future[tuple[Finding, ...]]:
        """What the check found, now or later."""
        from uptake.check.findings import findings

        ledger = self._workspace.ledger
        return self._later(("findings",), lambda cursor: findings(cursor, self.plan, ledger), urgency)

    def rows_of(self, sql: str) -> list[dict[str, Any]]:
        """What a query that a result showed gives now; never an answer that was kept."""
        return self._workspace.rows_of(sql)


def ready(futures: list[Future[Any]], seconds: float | None) -> bool:
    """Waits for answers, or errors, no longer than so many seconds, None: as long as it takes; whether all are there."""
    return not wait(futures, timeout=seconds).not_done
