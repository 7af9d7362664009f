"""What a workspace can be asked: every question of the Python API, each a method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

from uptake.alerts.ask import alerts
from uptake.alerts.told import remembered
from uptake.benchmarks.answer import Benchmarks
from uptake.benchmarks.ask import benchmark
from uptake.benchmarks.telling import with_reasons
from uptake.benchmarks.words import WORDS
from uptake.errors import QuestionError
from uptake.flow import Told, not_told
from uptake.importing import Progress, Report, silent
from uptake.metrics.asking.ask import ask
from uptake.metrics.asking.listed import Listed
from uptake.metrics.asking.people import People, people
from uptake.metrics.asking.recheck import zone_of
from uptake.metrics.core.result import Result
from uptake.plan import Plan, changes, parse
from uptake.plans import FILES, IN_USE, Plans
from uptake.reports.plan_effect import LISTED, Effect, Standing, effect, have_signals_in_common, standing
from uptake.roles.champions import champions
from uptake.roles.qualified import qualified
from uptake.roles.trials import trials
from uptake.scores.ask import Explained, Scores, explain, scores
from uptake.scores.grouped import Grouped, grouped
from uptake.scores.history import Held, of_one
from uptake.segments.ask import Placements, placements
from uptake.segments.movement import Movement, movement
from uptake.segments.tracks import needs_history
from uptake.store.kept import Kept
from uptake.store.projection import Cursor
from uptake.store.state import State

Answer = TypeVar("Answer")
OTHER_FACTS = "Made of the facts of another plan, or of what had been received by then: the SQL reads those."
"""The note of an answer whose SQL, run on the facts in use, gives other numbers."""


MAKING = 0.7
"""How much of asking by a plan is making its facts, where they have to be made."""
FACTS = ("plan_version", "known_by")
"""What a question says of plan and arrival."""


def apart(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a question says of plan and arrival, and the rest."""
    facts = {name: given[name] for name in FACTS if given.get(name) is not None}
    return facts, {name: value for name, value in given.items() if name not in FACTS}


def require_facts_in_use(facts: Mapping[str, Any]) -> None:
    """Raises `QuestionError` where a question that history answers is about another plan, or what was known by then."""
    if facts:
        what = "Placements, and segments by rule, are told here by the plan in use and of all that is known."
        raise QuestionError(what, do="Leave plan_version and known_by out, or ask for the placement itself.")


def of_facts(found: Result, facts: Mapping[str, Any]) -> Result:
    """An answer that says of which facts it is made, if they are not those in use."""
    return replace(found, params={**found.params, **facts}, notes=(*found.notes, OTHER_FACTS)) if facts else found


class Asking(ABC):
    """Answers questions from whatever reads the facts.

    Args:
        plan: The adoption plan.
        plans: Every plan that was in use.
        kept: What questions read from the projection and will read again.
        state: What people wrote.
    """

    plan: Plan
    plans: Plans
    kept: Kept
    state: State

    @abstractmethod
    def read(self, question: Callable[[Cursor], Answer]) -> Answer:
        """Asks something with a cursor of the projection; may be called twice."""

    @abstractmethod
    def facts_for(
        self, given: Mapping[str, Any], cursor: Cursor, plan: Plan, told: Told = not_told
    ) -> AbstractContextManager[None]:
        """Lets a cursor find the facts that a question is about while the block lasts."""

    @abstractmethod
    def bring_history_up(self) -> None:
        """Makes what is written down of every day, where it is not there yet or no longer true."""

    def metric(self, name: str, **given: Any) -> Result:
        """Answers a question.

        Args:
            name: The metric, one of `uptake.metrics`.
            **given: `entity` (user, account, member), `by`, `where`, `date_from`, `date_to`, `period`, `as_of`,
                `timezone`, `week_start`, and the metric's own parameters; the reference page lists them. `plan_version` and
                `known_by`, as for `scores`.

        Returns:
            Rows with n and interval, the SQL, and what was asked, complete.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        plan, facts, asked = self._apart(given)
        kept = None if facts else self.kept

        def answer(cursor: Cursor) -> Result:
            with self.facts_for(given, cursor, plan):
                return ask(cursor, plan, name, asked, kept)

        found = self.read(answer)
        return of_facts(found, facts)

    def _apart(self, given: Mapping[str, Any]) -> tuple[Plan, dict[str, Any], dict[str, Any]]:
        """The plan of a question to a metric, what it says of plan and arrival, and the rest; history is there if needed."""
        facts, rest = apart(given)
        plan = self._plan_of(facts.get("plan_version"))
        if needs_history(plan, given):
            require_facts_in_use(facts)
            self.bring_history_up()
        return plan, facts, rest

    def _plan_of(self, plan_version: str | None) -> Plan:
        return self.plan if plan_version is None else self.plans.read(plan_version)

    def _kept_for(self, plan_version: str | None, given: Mapping[str, Any]) -> Kept | None:
        """Where what a score is made of is kept; nowhere, if it is made of other facts than those in use."""
        return self.kept if plan_version is None and given.get("known_by") is None else None

    def people(
        self,
        name: str,
        cell: Mapping[str, Any] | None = None,
        *,
        side: str = "",
        limit: int | None = None,
        **given: Any,
    ) -> People:
        """The users or accounts behind a number of an answer.

        Args:
            name: The metric.
            cell: Which row of the answer, by period, breakdowns and the like: `result.cell_of(row)`.
            side: Which of those the row counts (`result.sides` has them); the first if not given.
            limit: How many at most; None: all.
            **given: The question, as `metric` takes it.

        Returns:
            Ids and names, with how many are on each side.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        plan, facts, asked = self._apart(given)
        kept = None if facts else self.kept

        def found(cursor: Cursor) -> People:
            with self.facts_for(given, cursor, plan):
                return people(cursor, plan, name, cell or {}, asked, side=side, limit=limit, kept=kept)

        return self.read(found)

    def scores(self, name: str, *, plan_version: str | None = None, **given: Any) -> Scores:
        """A score of every user or account on a day.

        Args:
            name: The score, one of `plan.all_scores`.
            plan_version: The plan it is made by: a version that was in use, a folder of plan files, `files`; the plan in
                use, if not given.
            **given: `entity` (user or account), `as_of`, `since` (the earlier day that changes are told from), `timezone`,
                `known_by` (a day or an instant: nothing that was received later counts).

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
            PlanError: That plan cannot be read.
        """
        plan, kept = self._plan_of(plan_version), self._kept_for(plan_version, given)

        def answer(cursor: Cursor) -> Scores:
            with self.facts_for(given, cursor, plan):
                return scores(cursor, plan, name, given, kept)

        return self.read(answer)

    def score_groups(self, name: str, by: str, *, plan_version: str | None = None, **given: Any) -> Grouped:
        """The mean of a score in groups on a day, with n and interval: by channel, by plan, by band of revenue.

        Args:
            name: The score, one of `plan.all_scores`.
            by: An attribute: `account.arr`, `user.acquisition_channel`.
            plan_version: As for `scores`.
            **given: `entity` (user or account), `as_of`, `timezone`, `known_by`, as for `scores`; `who` counts:
                everyone, or only those who ever came.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
            PlanError: That plan cannot be read.
        """
        plan, kept = self._plan_of(plan_version), self._kept_for(plan_version, given)

        def answer(cursor: Cursor) -> Grouped:
            with self.facts_for(given, cursor, plan):
                return grouped(cursor, plan, name, by, given, kept)

        return self.read(answer)

    def explain(self, name: str, id_: str, *, plan_version: str | None = None, **given: Any) -> Explained:
        """Why the score of a user or an account is what it is, in lines that add up; parameters as for `scores`."""
        plan, kept = self._plan_of(plan_version), self._kept_for(plan_version, given)

        def answer(cursor: Cursor) -> Explained:
            with self.facts_for(given, cursor, plan):
                return explain(cursor, plan, name, id_, given, kept)

        return self.read(answer)

    def plan_effect(
        self,
        after: str = FILES,
        before: str = IN_USE,
        *,
        as_of: object = None,
        limit: int = LISTED,
        report: Report = silent,
    ) -> Effect:
        """What another plan would change: what it says otherwise, who would stand elsewhere, and how scores would move.

        Both plans are asked of the same day and the same data. Nothing is changed by asking.

        Args:
            after: The other plan: `files` as they are now, a version that was in use, or a folder of plan files.
            before: The plan before, named alike; `in-use`: the one that was taken into use last.
            as_of: The day; the data's last if not given.
            limit: How many people are named for each score and placement.
            report: Told how far it is.

        Raises:
            QuestionError: No plan is called so.
            PlanError: One of them cannot be read.
        """
        return self.effect_of(
            self.plans.texts(after), self.plans.texts(before), as_of=as_of, limit=limit, report=report
        )

    def effect_of(
        self,
        after: Mapping[str, str],
        before: Mapping[str, str],
        *,
        as_of: object = None,
        limit: int = LISTED,
        report: Report = silent,
    ) -> Effect:
        """As `plan_effect`, for plans that are given as the texts of their files."""
        changed, plans = changes(before, after), (parse(before), parse(after))

        def asked(cursor: Cursor, number: int, day: object, beside: Standing | None = None) -> Standing:
            said, behind = ("the plan before", "the other plan")[number], number / 2

            def making(fact: str, share: float) -> None:
                nonlocal behind
                behind = (number + MAKING) / 2
                report(Progress(f"counting by {said}: {fact}", share=(number + MAKING * share) / 2))

            def standing_by(share: float) -> None:
                report(Progress(f"asking by {said}", share=behind + share * ((number + 1) / 2 - behind)))

            with self.facts_for({}, cursor, plans[number], making):
                return standing(cursor, plans[number], day, beside, standing_by)

        def found(cursor: Cursor) -> Effect:
            one = other = asked(cursor, 0, as_of)
            if changed:
                other = asked(cursor, 1, one.as_of, one if have_signals_in_common(changed) else None)
            return effect(cursor, (plans[0], one), (plans[1], other), changed, limit)

        return self.read(found)

    def score_history(self, name: str, id_: str, entity: str = "account") -> list[Held]:
        """A user's or an account's score on every day of the last year, in hundredths of points; made up to date first."""
        self.bring_history_up()
        return self.read(lambda cursor: of_one(cursor, f"score.{name}", entity, id_))

    def placements(self, name: str, *, plan_version: str | None = None, **given: Any) -> Placements:
        """Where every user or account stands on a day: how many where, who, since when and why.

        Since when is written down for the plan in use and all that is known; with another plan, or `known_by`, it is not
        told.

        Args:
            name: The placement, one of `plan.all_placements`.
            plan_version: The plan they are placed by, as for `scores`.
            **given: `entity` (user or account), `as_of`, `timezone`, `known_by`, as for `scores`; whom to list: `label`,
                `id`, `limit`, `offset`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
            PlanError: That plan cannot be read.
        """
        plan = self._plan_of(plan_version)
        if plan.version == self.plan.version and not given.get("known_by"):
            self.bring_history_up()

        def answer(cursor: Cursor) -> Placements:
            with self.facts_for(given, cursor, plan):
                return placements(cursor, plan, name, given, WORDS)

        return self.read(answer)

    def movement(self, name: str, *, plan_version: str | None = None, **given: Any) -> Movement:
        """Who moved from where to where between two days, and why.

        Args:
            name: The placement, one of `plan.all_placements`.
            plan_version: The plan they are placed by on both days, as for `scores`.
            **given: `entity`, `since` (the earlier day; four weeks before, if not given), `as_of`, `timezone`, `known_by`, as
                for `scores`; whom to list: `before` and `after` (labels), `id`, `stayed` (true: also those who did not
                move), `limit`, `offset`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
            PlanError: That plan cannot be read.
        """
        plan = self._plan_of(plan_version)

        def answer(cursor: Cursor) -> Movement:
            with self.facts_for(given, cursor, plan):
                return movement(cursor, plan, name, given, WORDS)

        return self.read(answer)

    def benchmark(self, **given: Any) -> Benchmarks:
        """Every account against the benchmark of its type, the furthest first, with its way there and what it lacks.

        Args:
            **given: `as_of`; `by`, an attribute that cohorts are made of instead of months of signing; `timezone`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """

        def answer(cursor: Cursor) -> Benchmarks:
            with self.facts_for(given, cursor, self.plan):
                return benchmark(cursor, self.plan, given)

        found = self.read(answer)
        return with_reasons(found, self.state.reasons(found.on))

    def alerts(self, **given: Any) -> Listed:
        """Alerts of some days, the newest first: who crossed what, when, and by how much.

        What is listed counts as shown from then on: if later rows or another plan change the past, it stays on the list and
        says so. With `as_of` nothing is remembered: these are the alerts that today's plan finds in what was known then.

        Args:
            **given: `alert` (a name), `entity` (user or account), `id`, `severity`, `since` (the last four weeks if not
                given), `as_of`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        self.bring_history_up()
        found = self.read(lambda cursor: alerts(cursor, self.plan, given))
        return found if given.get("as_of") else remembered(self.state, found)

    def champions(self, **given: Any) -> Listed:
        """Who carries each account, whether they still come, and which roles nobody fills.

        Args:
            **given: `account` (an id: only that one), `champion_roles` and `owner_roles` (what they are called), `roles`
                (those an account needs; the plan's if not given), `window_days` of activity, `as_of`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        return self.read(lambda cursor: champions(cursor, self.plan, given))

    def qualified(self, **given: Any) -> Listed:
        """Who qualifies by a rule of the plan, since when and why: power users, references, who is ready to buy.

        Args:
            **given: `name` of the rule (one of `plan.all_qualified`), `as_of`.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        self.bring_history_up()
        return self.read(lambda cursor: qualified(cursor, self.plan, given))

    def trials(self, **given: Any) -> Listed:
        """Accounts on trial, each criterion of the plan with the day since when it is done, and the days that are left.

        Args:
            **given: `state` (open, converted, ended or all; open if not given), `as_of`.

        Raises:
            QuestionError: The plan describes no trial, or a value is not known; the message says what is.
        """
        return self.read(lambda cursor: trials(cursor, self.plan, given))

    def rows_of(self, sql: str) -> list[dict[str, Any]]:
        """Runs a query that a result showed, on the same data; for checking that it gives the same number."""

        def rows(cursor: Cursor) -> list[dict[str, Any]]:
            with self.facts_for({"timezone": zone_of(sql)}, cursor, self.plan):
                result = cursor.execute(sql)
                names = [column[0] for column in result.description]
                return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        return self.read(rows)
