"""The way to a workspace: in this process if nobody holds it, through the server that does otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from uptake.store.home import Home, holder_of

if TYPE_CHECKING:
    from uptake.benchmarks.answer import Benchmarks
    from uptake.check import Finding
    from uptake.cli.remote import Remote
    from uptake.metrics.asking.listed import Listed
    from uptake.metrics.asking.people import People
    from uptake.metrics.core.result import Result
    from uptake.plans import Version
    from uptake.quarantine import Retried
    from uptake.reports.plan_effect import Effect
    from uptake.scores.ask import Explained, Scores
    from uptake.segments.ask import Placements
    from uptake.segments.movement import Movement
    from uptake.store.ledger import Rejected
    from uptake.web.messages import Found, ImportOrder, RetryOrder
    from uptake.workspace import Report, Summary


class Access(Protocol):
    """What commands do with a workspace; see `uptake.web.operations.Operations`, which does it."""

    def people(self, name: str, cell: Mapping[str, Any], given: Mapping[str, Any], side: str) -> People:
        """Who is behind a number."""
        ...

    def metric(self, name: str, given: Mapping[str, Any]) -> Result:
        """Answers a question."""

    def benchmark(self, given: Mapping[str, Any]) -> Benchmarks:
        """Every account against the benchmark of its type."""
        ...

    def placements(self, name: str, given: Mapping[str, Any]) -> Placements:
        """Where everyone stands."""
        ...

    def movement(self, name: str, given: Mapping[str, Any]) -> Movement:
        """Who moved from where to where."""
        ...

    def scores(self, name: str, given: Mapping[str, Any]) -> Scores:
        """A score of everyone."""
        ...

    def explain(self, name: str, id_: str, given: Mapping[str, Any]) -> Explained:
        """Why somebody's score is what it is."""
        ...

    def names(self, what: str) -> dict[str, tuple[str, str]]:
        """The plan's scores, placements or rules: name -> title, and what to know of it."""
        ...

    def listed(self, name: str, given: Mapping[str, Any]) -> Listed:
        """A list of users or accounts: alerts and the like."""
        ...

    def import_rows(
        self, order: ImportOrder, found: Callable[[Found], None], report: Report, is_stopped: Callable[[], bool]
    ) -> Summary:
        """Imports files."""

    def rebuild(self, report: Report) -> None:
        """Makes the projection again."""

    def findings(self) -> tuple[Finding, ...]:
        """Holds the plan against the data."""

    def proposed_plan(self) -> dict[str, str]:
        """A plan proposed from the data: file name -> text."""

    def reload_plan(self) -> None:
        """Reads the plan's files again."""

    def plan_log(self, limit: int | None) -> tuple[Version, ...]:
        """Every plan that was in use, the latest first."""

    def plan_effect(self, after: str, before: str, as_of: str | None, limit: int, report: Report) -> Effect:
        """What another plan would change."""

    def quarantine(self, kind: str | None, limit: int, offset: int) -> list[Rejected]:
        """Rows in quarantine, oldest first; a limit of -1 means all."""

    def quarantine_reasons(self) -> list[tuple[str, str, int]]:
        """(kind, reason, rows) of the quarantine, most rows first."""

    def retry(self, order: RetryOrder) -> tuple[Retried, ...]:
        """Takes quarantined rows in again."""


@contextmanager
def reach(folder: Path, *, reads_plan: bool = False, takes_plan: bool = True) -> Iterator[Access]:
    """Reaches a workspace for one command, and shows how far it is where something has to be made again first.

    Args:
        folder: Its home directory.
        reads_plan: Whether the command reads the plan's files itself. If not, a server that cannot use them
            works by the plan before, and a warning says so.
        takes_plan: Whether a changed plan may be taken into use.

    Raises:
        WorkspaceMissing: There is no workspace in the folder.
        WorkspaceBusy: A process that is no server holds it.
        ServerFailed: The server that holds it does not answer.
    """
    home = Home(folder)
    home.require()
    holder = holder_of(home)
    if holder is not None and holder.url:
        from uptake.cli.remote import Remote

        with Remote(holder.url, holder.token) as remote:
            if takes_plan and not reads_plan:
                _follow_plan(remote)
            yield remote
        return
    from uptake.cli import progress
    from uptake.web.operations import Operations
    from uptake.workspace import Workspace

    with progress.shown() as report:
        workspace = Workspace(folder, report=report, takes_plan=takes_plan)
    with Operations(workspace) as operations:
        yield operations


def _follow_plan(remote: Remote) -> None:
    from uptake.cli import problems, progress

    with progress.shown() as report:
        refused = remote.follow_plan(report)
    if refused is not None:
        first, *others = refused.what.splitlines()
        more = f"And {len(others)} more: uptake check lists all." if others else ""
        problems.warn("The changed plan is not in use; this is by the plan before.", first, more, refused.do)
