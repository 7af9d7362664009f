"""Everything the command line does with a workspace: in its own process, or for it in a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from uptake.benchmarks.answer import Benchmarks
from uptake.errors import ImportStopped, UptakeError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.asking.people import People
from uptake.metrics.core.result import Result
from uptake.plans import Version
from uptake.quarantine import Retried, retry
from uptake.reports.plan_effect import Effect
from uptake.scores.ask import Explained, Scores
from uptake.scores.sentences import described
from uptake.segments.ask import Placements, labels_in_words
from uptake.segments.movement import Movement
from uptake.sources.files import Reading
from uptake.store.ledger import Rejected
from uptake.store.reads import Reads
from uptake.web.lens_answer import lens_answer
from uptake.web.messages import Found, ImportOrder, RetryOrder
from uptake.workspace import READING, Progress, Report, Summary, Workspace

if TYPE_CHECKING:
    from uptake.check import Finding


class Operations:
    """A workspace as the command line uses it.

    Args:
        workspace: The workspace; closed with this object.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workspace.close()

    def metric(self, name: str, given: Mapping[str, Any]) -> Result:
        """Answers a question; see `Workspace.metric`."""
        return self._workspace.metric(name, **given)

    def people(self, name: str, cell: Mapping[str, Any], given: Mapping[str, Any], side: str) -> People:
        """Who is behind a number; see `Workspace.people`."""
        return self._workspace.people(name, cell, side=side, **given)

    def benchmark(self, given: Mapping[str, Any]) -> Benchmarks:
        """Every account against the benchmark of its type; see `Workspace.benchmark`."""
        return self._workspace.benchmark(**given)

    def placements(self, name: str, given: Mapping[str, Any]) -> Placements:
        """Where everyone stands; see `Workspace.placements`."""
        return self._workspace.placements(name, **given)

    def movement(self, name: str, given: Mapping[str, Any]) -> Movement:
        """Who moved from where to where; see `Workspace.movement`."""
        return self._workspace.movement(name, **given)

    def scores(self, name: str, given: Mapping[str, Any]) -> Scores:
        """A score of everyone; see `Workspace.scores`."""
        return self._workspace.scores(name, **given)

    def explain(self, name: str, id_: str, given: Mapping[str, Any]) -> Explained:
        """Why somebody's score is what it is; see `Workspace.explain`."""
        return self._workspace.explain(name, id_, **given)

    def names(self, what: str) -> dict[str, tuple[str, str]]:
        """What the plan has names for: name -> title, and what to know of it.

        Args:
            what: scores, placements or qualified.
        """
        plan = self._workspace.plan
        match what:
            case "scores":
                return {name: (score.title, described(score)) for name, score in plan.all_scores.items()}
            case "placements":
                return {name: (scheme.title, labels_in_words(scheme)) for name, scheme in plan.all_placements.items()}
            case "qualified":
                return {name: (rule.title, f"{rule.entity}s") for name, rule in plan.all_qualified.items()}
        raise ValueError(f"Nothing is called {what}.")

    def listed(self, name: str, given: Mapping[str, Any]) -> Listed:
        """A list of users or accounts, by the name of the workspace's method."""
        lists: Mapping[str, Callable[..., Listed]] = {
            "alerts": self._workspace.alerts,
            "champions": self._workspace.champions,
            "lens": partial(lens_answer, self._workspace),
            "qualified": self._workspace.qualified,
            "trials": self._workspace.trials,
        }
        return lists[name](**given)

    def import_rows(
        self, order: ImportOrder, found: Callable[[Found], None], report: Report, is_stopped: Callable[[], bool]
    ) -> Summary:
        """Imports files; see `Workspace.import_rows`.

        Args:
            order: What to import.
            found: Told what was detected before the first row is taken in.
            report: Told how far it is.
            is_stopped: Asked while files are read; later it is too late to stop, and the import is finished.

        Raises:
            ImportFailed: The files cannot be read; nothing was stored.
            ImportStopped: It was stopped; nothing was stored.
        """

        def report_or_stop(progress: Progress) -> None:
            if progress.stage == READING and is_stopped():
                raise ImportStopped("The import was stopped. Nothing was stored.")
            report(progress)

        def confirm(reading: Reading, reads: tuple[Reads, ...]) -> None:
            files = tuple(str(path) for path in reading.files)
            zone = self._workspace.plan.product.timezone
            found(Found(reading.format, files, reading.bytes_total, reading.rows_total, zone, reads))

        return self._workspace.import_rows(
            list(order.paths),
            order.kind,
            renames=order.renames,
            fixed=order.fixed,
            time_format=order.time_format,
            file_format=order.file_format,
            report=report_or_stop,
            confirm=confirm,
        )

    def rebuild(self, report: Report) -> None:
        """Makes the projection again; see `Workspace.rebuild`."""
        self._workspace.rebuild(report)

    def findings(self) -> tuple[Finding, ...]:
        """Holds the plan, as it is on disk now, against the data.

        Raises:
            PlanError: The plan cannot be read.
        """
        from uptake import check

        self._workspace.reload_plan()
        plan, ledger = self._workspace.plan, self._workspace.ledger
        return self._workspace.read(lambda cursor: check.findings(cursor, plan, ledger))

    def proposed_plan(self) -> dict[str, str]:
        """A plan proposed from the data: file name -> text."""
        from uptake import plan, propose

        current = self._workspace.plan
        return plan.starter_from(self._workspace.read(lambda cursor: propose.proposal(cursor, current)))

    def follow_plan(self, report: Report) -> UptakeError | None:
        """Takes a changed plan into use; gives why it is not; see `Workspace.follow_plan`."""
        self._workspace.follow_plan(report)
        return self._workspace.plan_refused

    def reload_plan(self) -> None:
        """Reads the plan's files again; see `Workspace.reload_plan`."""
        self._workspace.reload_plan()

    def plan_log(self, limit: int | None) -> tuple[Version, ...]:
        """Every plan that was in use, the latest first; see `Plans.log`."""
        return self._workspace.plans.log(limit)

    def plan_effect(self, after: str, before: str, as_of: str | None, limit: int, report: Report) -> Effect:
        """What another plan would change; see `Workspace.plan_effect`."""
        return self._workspace.plan_effect(after, before, as_of=as_of, limit=limit, report=report)

    def quarantine(self, kind: str | None, limit: int, offset: int) -> list[Rejected]:
        """Rows in quarantine, oldest first; a limit of -1 means all."""
        return self._workspace.ledger.quarantine(kind, limit, offset)

    def quarantine_reasons(self) -> list[tuple[str, str, int]]:
        """(kind, reason, rows) of the quarantine, most rows first."""
        return self._workspace.ledger.quarantine_reasons()

    def retry(self, order: RetryOrder) -> tuple[Retried, ...]:
        """Takes quarantined rows in again; see `uptake.quarantine.retry`."""
        return retry(
            self._workspace,
            order.kind,
            renames=order.renames,
            fixed=order.fixed,
            time_format=order.time_format,
        )
