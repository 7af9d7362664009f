"""What pages ask a workspace: metrics and lists, through answers that are shared and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa

from uptake.benchmarks.answer import Benchmarks
from uptake.benchmarks.ask import benchmark
from uptake.benchmarks.distance import distances
from uptake.benchmarks.telling import with_reasons
from uptake.benchmarks.words import WORDS
from uptake.check import Finding
from uptake.directory import account, accounts, feature, listing, names, search, user, users, vocabulary
from uptake.errors import QuestionError
from uptake.metrics.ask import ask
from uptake.metrics.listed import Listed
from uptake.metrics.people import People, people
from uptake.metrics.result import Result
from uptake.plan import Placement, Plan
from uptake.plans import Version
from uptake.roles.champions import champions
from uptake.roles.qualified import qualified
from uptake.roles.trials import trials
from uptake.scores import written
from uptake.scores.ask import Explained, explain, prepare
from uptake.scores.history import Held, is_current, of_one
from uptake.segments import written as placed
from uptake.segments.ask import Placements, Standing, placements, standings
from uptake.segments.movement import Movement, movement
from uptake.segments.tracks import needs_history
from uptake.signals.snapshot import Values, snapshot
from uptake.store.ledger import Ledger
from uptake.store.projection import Cursor
from uptake.web.cache import Answers, Urgency
from uptake.web.making import Making
from uptake.workspace import Workspace

T = TypeVar("T")
Lines = dict[str, list[int]]


class Reader:
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
        # An address has texts where a page has numbers; both ask the same.
        asked = tuple(sorted((key, str(value)) for key, value in given.items()))
        kept = self._workspace.kept

        history = self._history_for(needs_history(self.plan, given))

        def work(cursor: Cursor) -> Result:
            self._require(history, cursor)
            with self._workspace.facts_for(given, cursor, self.plan):
                return ask(cursor, self.plan, name, given, kept)

        return self._later(("metric", name, asked, history), work, urgency)

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
        """Who is behind a number; see `uptake.metrics.people`."""
        asked = tuple(sorted((key, str(value)) for key, value in given.items()))
        kept = self._workspace.kept
        which = (tuple(sorted((key, str(value)) for key, value in cell.items())), side, sort, limit, offset)

        history = self._history_for(needs_history(self.plan, given))

        def work(cursor: Cursor) -> People:
            self._require(history, cursor)
            with self._workspace.facts_for(given, cursor, self.plan):
                return people(
                    cursor, self.plan, name, cell, given, side=side, sort=sort, limit=limit, offset=offset, kept=kept
                )

        return self._now(("people", name, asked, which, history), work)

    def benchmark(self, given: Mapping[str, Any], urgency: Urgency = Urgency.PAGE) -> Future[Benchmarks]:
        """Every account against the benchmark of its type, now or later; without what managers wrote."""

        def work(cursor: Cursor) -> Benchmarks:
            with self._workspace.facts_for(given, cursor, self.plan):
                return benchmark(cursor, self.plan, given)

        return self._later(("benchmark", tuple(sorted(given.items()))), work, urgency)

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

    def moment(self) -> tuple[datetime, date]:
        """The instant the data ends, UTC, and the last local day that was over then."""
        return self._now(("moment",), lambda cursor: listing.moment(cursor, self.plan, None))

    def accounts(self, asked: listing.Ask) -> tuple[listing.Page, Lines]:
        """A page of accounts, and the active users of each in the last weeks."""
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> tuple[listing.Page, Lines]:
            self._require(history, cursor)
            page = accounts.accounts(cursor, self.plan, asked, self._workspace.kept)
            return page, accounts.weekly_active(cursor, page)

        return self._now(("accounts", asked, self.history), work)

    def distances_ahead(self) -> None:
        """Lets be worked out, once it is quiet, how far every account is from its benchmark."""

        def work(cursor: Cursor) -> None:
            distances(cursor, self.plan, None, self._workspace.kept)

        self._later(("distances",), work, Urgency.IDLE)

    def all_accounts(self, asked: listing.Ask) -> pa.Table:
        """All accounts that fit, for a file; as large as it is, it is not kept."""
        return self._whole(asked, lambda cursor: accounts.listing(cursor, self.plan, asked, self._workspace.kept))

    def all_users(self, asked: listing.Ask, account_id: str = "") -> pa.Table:
        """All users that fit, of one account if it is named; not kept either."""
        return self._whole(asked, lambda cursor: users.listing(cursor, self.plan, asked, account_id))

    def _whole(self, asked: listing.Ask, listed: Callable[[Cursor], listing.List]) -> pa.Table:
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> pa.Table:
            self._require(history, cursor)
            return listing.whole(cursor, self.plan, asked, listed(cursor))

        return self._workspace.read(work)

    @cached_property
    def history(self) -> tuple[str, str, str]:
        """What tells one state of history from another; answers made of it are of one."""
        return self._workspace.read(written.state)

    def history_is_current(self) -> bool:
        """Whether history has everything that is known."""
        return self._now(("history", self.history), lambda cursor: is_current(cursor, self.plan))

    def _history_for(self, is_needed: bool) -> tuple[str, ...]:
        """Which history an answer is made of, none if it needs none; history that is not there is begun."""
        if is_needed and not self.history_is_current():
            self.bring_history_up()
        return self.history if is_needed else ()

    def _is_by_day(self, asked: listing.Ask) -> bool:
        """Whether a list is narrowed to segments that are told from history."""
        chosen = (self.plan.segments.get(name) for name in asked.segments)
        return any(segment is not None and segment.is_by_day for segment in chosen)

    def _require(self, history: tuple[str, ...], cursor: Cursor) -> None:
        if history and not is_current(cursor, self.plan):
            what = "Where everyone stood on every day is being worked out."
            raise QuestionError(what, do="Ask again in a moment.")

    def bring_history_up(self) -> None:
        """Lets history be made once it is quiet; nothing waits for it."""
        report = self.making.report
        self._later(
            ("bring history up", self.history), lambda _: self._workspace.bring_history_up(report), Urgency.IDLE
        )

    def stand_ahead(self, score: str, entity: str) -> None:
        """Lets be worked out, once it is quiet, what every explanation of a score today is made of."""
        given = {"entity": entity}

        def work(cursor: Cursor) -> None:
            prepare(cursor, self.plan, score, given, self._workspace.kept)

        self._later(("standing", score, entity), work, Urgency.IDLE)

    def explained(self, score: str, entity: str, id_: str) -> Explained:
        """Why somebody's score is what it is."""
        given = {"entity": entity}

        def work(cursor: Cursor) -> Explained:
            return explain(cursor, self.plan, score, id_, given, self._workspace.kept)

        return self._now(("explained", score, entity, id_), work)

    def score_history(self, score: str, entity: str, id_: str) -> list[Held]:
        """All that history has of somebody's score."""
        return self._now(
            ("score history", score, entity, id_, self.history),
            lambda cursor: of_one(cursor, f"score.{score}", entity, id_),
        )

    def plan_log(self, limit: int) -> tuple[Version, ...]:
        """The latest plans that were in use, with what each changed."""
        plans = self._workspace.plans
        return self._now(("plan log", limit), lambda _: plans.log(limit))

    def owners(self) -> list[str]:
        """Who look after accounts now, by name."""
        return self._now(("owners",), lambda cursor: accounts.owners(cursor, self.plan))

    def score_lines(self, score: str, entity: str, ids: tuple[str, ...]) -> dict[str, list[float | None]]:
        """The scores of some over the last 90 days that history has, every third day."""

        def work(cursor: Cursor) -> dict[str, list[float | None]]:
            last = written.last_day(cursor, listing.moment(cursor, self.plan, None)[1])
            if last is None or not ids:
                return {}
            days = [last - timedelta(days=back) for back in range(90, -1, -3)]
            return written.lines(cursor, score, entity, ids, days)

        return self._now(("score lines", score, entity, ids, self.history), work)

    def users(self, asked: listing.Ask, account_id: str = "") -> listing.Page:
        """A page of users, of one account if it is named."""
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> listing.Page:
            self._require(history, cursor)
            return users.users(cursor, self.plan, asked, account_id)

        return self._now(("users", asked, account_id, self.history), work)

    def account(self, account_id: str) -> account.Account:
        """The profile of an account."""
        return self._now(
            ("account", account_id, self.history),
            lambda cursor: account.account(cursor, self.plan, account_id, kept=self._workspace.kept),
        )

    def account_names(self, account_ids: tuple[str, ...]) -> dict[str, str]:
        """What accounts are called, by id."""

        def work(cursor: Cursor) -> dict[str, str]:
            return names.account_names(cursor, account_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("account names", account_ids), work)

    def accounts_of_users(self, user_ids: tuple[str, ...]) -> dict[str, str]:
        """The names of the accounts each user is in, by the user's id."""

        def work(cursor: Cursor) -> dict[str, str]:
            return names.accounts_of_users(cursor, user_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("accounts of users", user_ids), work)

    def user(self, user_id: str) -> user.User:
        """The profile of a user."""
        return self._now(("user", user_id), lambda cursor: user.user(cursor, self.plan, user_id))

    def accounts_of_feature(self, name: str, asked: listing.Ask) -> listing.Page:
        """A page of accounts with their use of a feature."""
        return self._now(
            ("feature", name, asked), lambda cursor: feature.accounts_of_feature(cursor, self.plan, name, asked)
        )

    def plan_of(self, version: str) -> Plan:
        """A plan that was in use; the one in use where nothing is named."""
        return self._workspace.plans.read(version) if version else self.plan

    def plan_versions(self, limit: int) -> list[tuple[str, datetime]]:
        """The latest plans that were in use before this one, with when they were taken into use, UTC."""
        uses = self._now(("plan versions", limit), lambda _: self._workspace.plans.log(limit))
        return [(one.version, one.taken_at) for one in uses if one.version != self.plan.version]

    def placements(self, name: str, given: Mapping[str, Any], plan_version: str = "") -> Placements:
        """Where everyone stands; since when, if history has been made."""
        plan = self.plan_of(plan_version)

        def work(cursor: Cursor) -> Placements:
            with self._workspace.facts_for(given, cursor, plan):
                return placements(cursor, plan, name, given, WORDS)

        asked = tuple(sorted((key, str(value)) for key, value in given.items()))
        return self._now(("placements", name, asked, plan.version, self.history), work)

    def standings(self, entity: str, id_: str) -> list[tuple[Placement, Standing]]:
        """Where somebody stands by every placement of the plan, since when and why."""
        key = ("standings", entity, id_, self.history)
        return self._now(key, lambda cursor: standings(cursor, self.plan, entity, id_, WORDS))

    def stood(self, entity: str, id_: str) -> list[placed.Stood]:
        """Where somebody stands by every placement, as history has it; nothing while it is made."""

        def work(cursor: Cursor) -> list[placed.Stood]:
            day = written.last_day(cursor, listing.moment(cursor, self.plan, None)[1])
            return placed.of_one(cursor, self.plan, entity, id_, day)

        return self._now(("stood", entity, id_, self.history), work)

    def label_counts(self, entity: str, scheme: str) -> dict[str, int]:
        """Label of a placement -> how many have it, as history has it."""

        def work(cursor: Cursor) -> dict[str, int]:
            day = written.last_day(cursor, listing.moment(cursor, self.plan, None)[1])
            return placed.counts(cursor, self.plan, entity, scheme, day)

        return self._now(("label counts", entity, scheme, self.history), work)

    def movement(self, name: str, given: Mapping[str, Any], plan_version: str = "") -> Movement:
        """Who moved from where to where."""
        plan = self.plan_of(plan_version)

        def work(cursor: Cursor) -> Movement:
            with self._workspace.facts_for(given, cursor, plan):
                return movement(cursor, plan, name, given, WORDS)

        asked = tuple(sorted((key, str(value)) for key, value in given.items()))
        return self._now(("movement", name, asked, plan.version), work)

    def alerts(self, given: Mapping[str, Any]) -> Listed:
        """Alerts of some days; those that are shown are remembered, so no answer is kept."""
        return self._workspace.alerts(**given)

    def champions(self, account_id: str = "") -> Listed:
        """Who carries each account, or one."""
        given = {"account": account_id} if account_id else {}
        return self._now(("champions", account_id), lambda cursor: champions(cursor, self.plan, given))

    def signals(self, entity: str, names: tuple[str, ...]) -> dict[str, Values]:
        """Signals of everyone on the last day that is over, by id."""

        def work(cursor: Cursor) -> dict[str, Values]:
            return snapshot(cursor, self.plan, entity, names, listing.moment(cursor, self.plan, None)[1])

        return self._now(("signals", entity, names), work)

    def qualified(self, name: str) -> Listed:
        """Who qualifies by a rule of the plan; since when, as history has it."""
        return self._now(("qualified", name, self.history), lambda cursor: qualified(cursor, self.plan, {"name": name}))

    def trials(self, state: str) -> Listed:
        """Trials of accounts in a state, with their criteria."""
        return self._now(("trials", state), lambda cursor: trials(cursor, self.plan, {"state": state}))

    def about_accounts(self) -> dict[str, dict[str, Any]]:
        """Name, plan, owner and renewal of every account, by id."""

        def work(cursor: Cursor) -> dict[str, dict[str, Any]]:
            return names.about_accounts(cursor, listing.moment(cursor, self.plan, None)[0])

        return self._now(("about accounts",), work)

    def account_ids_of_users(self, user_ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """The accounts each user is in, by the user's id."""

        def work(cursor: Cursor) -> dict[str, tuple[str, ...]]:
            return names.account_ids_of_users(cursor, user_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("account ids of users", user_ids), work)

    def change_of(self, score: str, id_: str, given: Mapping[str, Any]) -> Explained:
        """Why somebody's score is what it is, and why it is another than before."""
        asked = tuple(sorted((key, str(value)) for key, value in given.items()))
        kept = self._workspace.kept
        return self._now(
            ("change of", score, id_, asked), lambda cursor: explain(cursor, self.plan, score, id_, given, kept)
        )

    def search(self, text: str) -> list[search.Hit]:
        """Everything that holds the text."""
        return self._now(("search", text), lambda cursor: search.search(cursor, self.plan, text))

    def vocabulary(self) -> vocabulary.Vocabulary:
        """Words that a question may use: attributes, their values, events."""
        return self._now(("vocabulary",), vocabulary.vocabulary)

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

    def _now(self, key: tuple[object, ...], work: Callable[[Cursor], T]) -> T:
        return self._later(key, work, Urgency.PAGE).result()

    def _later(self, key: tuple[object, ...], work: Callable[[Cursor], T], urgency: Urgency) -> Future[T]:
        return self._answers.ask((self._state, key), work, urgency)


def ready(futures: list[Future[Any]], seconds: float | None) -> bool:
    """Waits for answers, or errors, no longer than so many seconds, None: as long as it takes; whether all are there."""
    return not wait(futures, timeout=seconds).not_done
