"""A workspace: one home directory, opened by one process. This is the Python API.

import uptake
ws = uptake.open("demo-workspace")
ws.metric("retention", unit="week").to_pandas()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from uptake import flow, plan, settings
from uptake.asking import Answer, Asking
from uptake.beginning import init
from uptake.benchmarks.telling import tell
from uptake.catching_up import catch_up, require_same_age
from uptake.errors import DiskFull, ImportFailed, MemoryShort, PlanError, StorageDamaged, UptakeError, WorkspaceClosed
from uptake.facts import arrivals
from uptake.importing import READING, Confirm, Importing, Options, Progress, Report, Summary, silent
from uptake.kinds import BY_NAME
from uptake.metrics.core.question import read_as_of, read_zone
from uptake.plan import Plan, Segment
from uptake.plans import FILES, Plans
from uptake.scores.history import is_current
from uptake.sources.opening import opened
from uptake.store import archive
from uptake.store.cuts import Cuts
from uptake.store.disk import is_full, needing_room
from uptake.store.home import Home, Lock
from uptake.store.kept import Kept
from uptake.store.ledger import Ledger
from uptake.store.projection import Cursor, EngineError, NoMemory, Projection, transaction
from uptake.store.state import State

__all__ = ["READING", "Confirm", "Progress", "Report", "Summary", "Workspace", "init"]


class Workspace(Asking):
    """One workspace, held by this process until it is closed.

    Args:
        folder: The home directory; must have been made by `init`.
        url: Where this process serves the workspace, if it is a server.
        token: What clients on this machine must show the server.
        report: Told what happens, if the projection has to be made again first.
        takes_plan: Whether the plan is taken into use as its files are now; if not, the plan that was in use stays.

    Raises:
        WorkspaceMissing: There is no workspace in the folder.
        WorkspaceBusy: Another process holds it.
        PlanError: The plan cannot be read.
        StorageDamaged: Something that was imported is missing or broken.
        DiskFull: There is no room to open it.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        url: str = "",
        token: str = "",
        report: Report = silent,
        takes_plan: bool = True,
    ) -> None:
        self.home = Home(Path(folder))
        self.home.require()
        self._plan_files = plan.stamps(self.home.plan)  # before they are read: what is written meanwhile is a change
        self.plan_refused: UptakeError | None = None
        """Why the plan is not that of its files: they have errors, or the facts could not be made; None: it is."""
        self.plans_read = 1
        """Grows with every plan that was taken into use."""
        self.settings = settings.read()
        self.kept = Kept()
        """What questions read from the projection and will read again."""
        self._importing = threading.RLock()
        self._is_closed = False
        with ExitStack() as opened, needing_room(self.home.folder):
            self._lock = Lock(self.home, url=url, token=token)
            opened.callback(self._lock.release)
            self.ledger = Ledger(self.home.ledger)
            opened.callback(self.ledger.close)
            self.plans = Plans(self.home.plan, self.ledger)
            """Every plan that was in use."""
            texts = None if takes_plan else self.plans.last()
            if texts is None:
                texts = plan.texts_of(self.home.plan)
            else:
                self._plan_files = ()
            self.plan = plan.parse(texts)
            self.state = State(self.home.state)
            opened.callback(self.state.close)
            archive.remove(self.home.spill)
            self.projection = Projection(self.home.projection, flow.tables(), self.settings, self.home.spill)
            opened.callback(self.projection.close)
            self._cuts = Cuts(self.home.spill)
            with self.projection.reading() as cursor:
                require_same_age(cursor, self.home, self.ledger)
            known = {file.path for file in self.ledger.files()}
            archive.sweep(self.home.archive, known, self.ledger.next_import_id())
            self._catch_up(self.plan, report)
            self.plans.keep(self.plan, texts)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the workspace free, once an import under way in another thread has ended."""
        with self._importing:
            self._is_closed = True
            self._opened.close()
            archive.remove(self.home.spill)

    # Reading

    @contextmanager
    def facts_for(
        self, given: Mapping[str, Any], cursor: Cursor, plan: Plan, told: flow.Told = flow.not_told
    ) -> Iterator[None]:
        """Lets a cursor find the facts that a question is about while the block lasts.

        Args:
            given: The question; its `timezone` may be another than the product's, and with `known_by`, a day or an
                instant, only what had been received by then counts.
            cursor: A cursor as `read` gives it.
            plan: The plan the question is asked by.
            told: Told how far facts are, where they have to be made.
        """
        zone, known_by = read_zone(given, plan), given.get("known_by")
        seen = plan.in_zone(zone)
        if known_by is None:
            if zone == self.plan.product.timezone and flow.serves(self.plan, plan):
                yield
                return
            make, what = partial(flow.cut, plan=seen, facts_of=self.plan, told=told), None
        else:
            what = arrivals.known(self.ledger.imports(), read_as_of(known_by, zone)).required(known_by)
            make = partial(flow.cut_back, plan=seen, known=what)
        with self._cuts.reading(cursor, (zone, plan.version, what), make):
            yield

    def read(self, question: Callable[[Cursor], Answer]) -> Answer:
        """Asks something with a cursor of the projection.

        A projection that turns out to be damaged is made again from the archive, and asked again.

        Args:
            question: What is asked; may be called twice.

        Raises:
            WorkspaceClosed: The workspace was closed, before or while the question was asked.
            MemoryShort: The engine may not use as much memory as the question needs.
        """
        self._require_open()
        generation = self.projection.generation
        with needing_room(self.home.folder):
            try:
                with self.projection.reading() as cursor:
                    return question(cursor)
            except NoMemory as error:
                raise MemoryShort(self.projection.memory_limit) from error
            except EngineError as error:
                self._require_open()
                if self.projection.is_damage(error):
                    self._renew(generation)
                elif not self.projection.has_stopped:
                    raise
            with self.projection.reading() as cursor:
                return question(cursor)

    # Taking in

    def import_events(self, source: object, **options: Any) -> Summary:
        """Imports events from a path, from an Arrow, pandas or polars table, or from dicts; see `import_rows`."""
        return self.import_rows(source, "events", **options)

    def import_rows(
        self,
        source: object,
        kind: str,
        *,
        renames: Mapping[str, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        time_format: str | None = None,
        file_format: str | None = None,
        report: Report = silent,
        confirm: Confirm | None = None,
    ) -> Summary:
        """Takes in rows: all that can be read are stored, the others go to quarantine, or nothing happens at all.

        Args:
            source: A path, several paths, an Arrow, pandas or polars table, a list of dicts, or a reading.
            kind: What the rows are; one of `uptake.kinds.KINDS`.
            renames: Canonical name -> column of the file.
            fixed: Canonical name -> one value for all rows.
            time_format: How times are written, if they can be read in two ways.
            file_format: The file's format, if its name does not say.
            report: Told how far it is.
            confirm: Told what was detected before the first row is taken in, no columns where the rows name
                their own kinds; may raise to stop.

        Raises:
            ImportFailed: The files cannot be read; nothing was stored.
            DiskFull: There is no room; nothing was stored.
            StorageDamaged: The projection could not be read and has been made again; nothing was stored.
            WorkspaceClosed: The workspace was closed; nothing was stored.
        """
        if kind not in BY_NAME:
            raise ImportFailed(f"The kind '{kind}' is unknown.", allowed=BY_NAME)
        reading = opened(source, kind, renames or {}, file_format)
        options = Options(renames or {}, fixed or {}, time_format, report, confirm)
        with self._importing, needing_room(self.home.folder):
            self._catch_up(self.plan, report)
            generation, last_id = self.projection.generation, self.ledger.last_import_id
            try:
                with self.projection.exclusively() as cursor:
                    summary = Importing(self.home, self.ledger, self.plan, cursor, reading, options).run()
            except EngineError as error:
                if is_full(error) and self.ledger.last_import_id != last_id:
                    raise DiskFull(self.home.folder, "The rows are stored, but not yet counted") from error
                if self.projection.is_damage(error):
                    self._renew(generation)
                elif not self.projection.has_stopped or is_full(error):
                    raise
                raise StorageDamaged(
                    f"{self.home.projection} failed and has been made again. Nothing was stored.",
                    do="Import once more.",
                ) from error
            self.projection.checkpoint()
        return summary

    # Staying in line with what is true

    def bring_history_up(self, report: Report = silent) -> None:
        """Makes what is written down of every day, where it is not there yet or no longer true."""
        if self.read(lambda cursor: is_current(cursor, self.plan)):
            return
        with self._importing, self.projection.exclusively() as cursor, transaction(cursor):
            flow.bring_history_up(
                cursor, self.plan, self.projection.reading, lambda share: report(Progress("history", share=share))
            )

    def rebuild(self, report: Report = silent) -> None:
        """Makes the projection again from the archive; answers stay equal, and are given meanwhile.

        Raises:
            StorageDamaged: A file of the archive is missing or broken; the projection stays as it was.
            DiskFull: There is no room; the projection stays as it was.
        """
        with self._importing, needing_room(self.home.folder):
            self._catch_up(self.plan, report, from_nothing=True)

    @property
    def has_new_plan(self) -> bool:
        """Whether the plan's files have changed since they were read."""
        return self._plan_files != plan.stamps(self.home.plan)

    def follow_plan(self, report: Report = silent) -> None:
        """Takes the plan into use as its files are now, if they have changed; else `plan_refused` says why not."""
        if not self.has_new_plan:
            return  # without waiting for an import under way
        with self._importing, suppress(UptakeError):
            if self.has_new_plan:
                self.reload_plan(report)

    def reload_plan(self, report: Report = silent) -> None:
        """Reads the plan's files again and brings the facts in line with them.

        Raises:
            PlanError: They have errors; the plan stays as it was.
            WorkspaceMissing: Their folder has gone.
            DiskFull: There is no room for the facts; the plan stays as it was.
        """
        with self._importing:
            files = plan.stamps(self.home.plan)
            try:
                self.home.require()
                texts = plan.texts_of(self.home.plan)
                read = plan.parse(texts)
                with needing_room(self.home.folder):
                    self._catch_up(read, report)
            except UptakeError as error:
                self._plan_files, self.plan_refused = files, error
                raise
            self._plan_files, self.plan_refused = files, None
            self.plan, self.plans_read = read, self.plans_read + 1
            with needing_room(self.home.folder):
                self.plans.keep(read, texts)

    def save_segment(
        self, name: str, entity: str, ids: Iterable[str], *, title: str | None = None, replace: bool = False
    ) -> Segment:
        """Makes a segment of users or accounts that were chosen: `lists/NAME.csv` and an entry in the plan's files.

        Args:
            name: Its name in the plan: lower case letters, digits and _.
            entity: user or account.
            ids: Who is in it; an id that nobody has is kept, and found by the check.
            title: How people call it; from its name if not given.
            replace: Whether a segment of that name may be overwritten.

        Returns:
            The segment; the plan with it is in use.

        Raises:
            PlanError: One of these cannot be, the name is taken, or the plan's files have errors; nothing was written.
        """
        with self._importing:
            self._require_open()
            plan.save_segment(self.home.plan, name, entity, ids, title=title, replace=replace)
            self.reload_plan()
            return self.plan.segments[name]

    def write_distance_reason(self, account_id: str, reason: str, note: str = "") -> None:
        """Keeps why somebody thinks an account is far from its benchmark.

        Args:
            account_id: The account.
            reason: One of `uptake.benchmarks.answer.REASONS`; empty takes back what was written before.
            note: In their own words.

        Raises:
            QuestionError: There is no such account or reason, or the note is too long.
        """
        self.read(lambda cursor: tell(self.state, cursor, self.plan, account_id, reason, note))

    def delete_segment(self, name: str) -> None:
        """Takes a segment out of the plan's files, with its list.

        Raises:
            PlanError: There is no such segment, or the plan's files have errors; nothing was written.
        """
        with self._importing:
            self._require_open()
            plan.delete_segment(self.home.plan, name)
            self.reload_plan()

    def save_numbers(self, section: plan.NumbersOf, name: str, numbers: plan.Numbers) -> None:
        """Writes numbers of a score or thresholds of a rule into the plan's files, where all else stays as it is.

        Args:
            section: scores, placements, alerts, qualified or segments.
            name: Which one.
            numbers: Where a number stands, ("bands", "good") or ("labels", 0, "when", "breadth", "lt") -> the number.

        Raises:
            PlanError: There is no such thing or number, or the plan would have errors; nothing was written.
        """
        with self._importing:
            self._require_open()
            plan.save_numbers(self.home.plan, section, name, numbers)
            self.reload_plan()

    def restore_plan(self, version: str) -> None:
        """Makes the plan's files what they were in a version that was in use, and takes it into use again.

        Args:
            version: The version, as `plans.log` has it.

        Raises:
            QuestionError: No such plan was in use.
            PlanError: It cannot be read, or the files were changed since they were taken into use; nothing was written.
        """
        with self._importing:
            self._require_open()
            texts = self.plans.kept(version)
            if self.plans.texts(FILES) != self.plans.last():
                raise PlanError(
                    "The plan's files were changed since.", do="Take them into use, or put them back by hand."
                )
            plan.put_files(self.home.plan, texts)
            self.reload_plan()

    def _require_open(self) -> None:
        if self._is_closed:
            raise WorkspaceClosed(f"The workspace {self.home.folder} is closed.", do="Open it again.")

    def _renew(self, generation: int) -> None:
        """Replaces a projection that cannot be read."""
        with self._importing, needing_room(self.home.folder):
            self.projection.renew(generation)
            self._catch_up(self.plan, silent)

    def _catch_up(self, current: Plan, report: Report, *, from_nothing: bool = False) -> None:
        """Brings the projection in line with the archive and a plan; see `uptake.catching_up`."""
        self._require_open()
        with self.projection.exclusively() as cursor:
            home, ledger = self.home, self.ledger
            if not catch_up(cursor, self.projection, home, ledger, current, report, from_nothing=from_nothing):
                return
        self.projection.checkpoint()
