"""A workspace: one home directory, opened by one process. This is the Python API.

    import uptake
    ws = uptake.open("demo-workspace")
    ws.metric("retention", unit="week").to_pandas()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from uptake import flow, plan, settings
from uptake.errors import ImportFailed
from uptake.kinds import BY_NAME, Kind
from uptake.metrics.ask import ask
from uptake.metrics.result import Result
from uptake.sources.files import Chunk, Reading, open_files, open_table
from uptake.store import archive
from uptake.store.detect import Reads, detect
from uptake.store.home import Home, Lock
from uptake.store.intake import Intake
from uptake.store.ledger import Import, Ledger, Rejected
from uptake.store.projection import Cursor, Projection, apply, from_archive, meta, set_meta, transaction


@dataclass(frozen=True)
class Progress:
    """How far a long piece of work is.

    Args:
        stage: What is being done, in words.
        done: How much of it is done, in its own unit (bytes read).
        total: How much there is; 0 if it is not known.
        rows: Rows read so far.
    """

    stage: str
    done: int = 0
    total: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Summary:
    """What an import did.

    Args:
        kind: The kind asked for.
        read: Rows found.
        stored: Rows that are new.
        known: Rows that had been stored before.
        rejected: Rows in quarantine.
        reasons: (kind, reason, rows) of what is in quarantine because of this import.
        detected: How the first file's columns were read.
        imports: The imports it became, one a kind of rows.
    """

    kind: str
    read: int
    stored: int
    known: int
    rejected: int
    reasons: tuple[tuple[str, str, int], ...]
    detected: tuple[Reads, ...]
    imports: tuple[Import, ...]


Report = Callable[[Progress], None]
Confirm = Callable[[Reading, tuple[Reads, ...]], None]


def _silent(progress: Progress) -> None:
    del progress


class Workspace:
    """One workspace, held by this process until it is closed.

    Args:
        folder: The home directory; must have been made by `init`.
        url: Where this process serves the workspace, if it is a server.
        token: What clients on this machine must show the server.
        report: Told what happens, if the projection has to be made again first.

    Raises:
        WorkspaceMissing: There is no workspace in the folder.
        WorkspaceBusy: Another process holds it.
        PlanError: The plan cannot be read.
    """

    def __init__(self, folder: Path | str, *, url: str = "", token: str = "", report: Report = _silent) -> None:
        self.home = Home(Path(folder))
        self.home.require()
        self.plan = plan.load(self.home.plan)
        self.settings = settings.read()
        self._lock = Lock(self.home, url=url, token=token)
        self._importing = threading.Lock()
        try:
            self.ledger = Ledger(self.home.ledger)
            archive.remove(self.home.spill)
            self.projection = Projection(self.home.projection, self.settings, self.home.spill)
            self._catch_up(report)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the workspace free."""
        self.projection.close()
        self.ledger.close()
        archive.remove(self.home.spill)
        self._lock.release()

    # Asking

    def metric(self, name: str, **given: Any) -> Result:  # noqa: ANN401 - parameters of any metric
        """Answers a question.

        Args:
            name: The metric, one of `uptake.metrics`.
            **given: `entity` (user, account, member), `by`, `where`, `date_from`, `date_to`, `period`,
                `as_of`, and the metric's own parameters; the reference page lists them.

        Returns:
            Rows with n and interval, the SQL, and what was asked, complete.

        Raises:
            QuestionError: A name or a value is not known; the message says what is.
        """
        cursor = self.projection.cursor()
        try:
            return ask(cursor, self.plan, name, given)
        finally:
            cursor.close()

    def rows_of(self, sql: str) -> list[dict[str, Any]]:
        """Runs a query that a result showed, on the same data; for checking that it gives the same number."""
        cursor = self.projection.cursor()
        try:
            result = cursor.execute(sql)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        finally:
            cursor.close()

    # Taking in

    def import_events(self, source: object, **options: Any) -> Summary:  # noqa: ANN401 - see import_rows
        """Imports events from a path or from an Arrow, pandas or polars table; see `import_rows`."""
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
        report: Report = _silent,
        confirm: Confirm | None = None,
    ) -> Summary:
        """Takes in rows: all that can be read are stored, the others go to quarantine, or nothing happens at all.

        Args:
            source: A path, several paths, or an Arrow, pandas or polars table.
            kind: What the rows are; one of `uptake.kinds.KINDS`.
            renames: Canonical name -> column of the file.
            fixed: Canonical name -> one value for all rows.
            time_format: How times are written, if they can be read in two ways.
            file_format: The file's format, if its name does not say.
            report: Told how far it is.
            confirm: Told what was detected before the first row is taken in; may raise to stop.

        Raises:
            ImportFailed: The files cannot be read; nothing was stored.
        """
        if kind not in BY_NAME:
            raise ImportFailed(f"The kind '{kind}' is unknown.", allowed=BY_NAME)
        known = _known_columns(BY_NAME[kind], renames or {})
        if isinstance(source, str | Path):
            reading = open_files([source], kind, known, file_format)
        elif isinstance(source, Sequence):
            reading = open_files(list(source), kind, known, file_format)
        else:
            reading = open_table(source, kind)
        with self._importing, self.projection.exclusively() as cursor:
            return _Importing(self, cursor, reading, kind, renames or {}, fixed or {}, time_format, report, confirm).run()

    def rebuild(self, report: Report = _silent) -> None:
        """Makes the projection again from the archive; answers stay equal."""
        with self._importing:
            self.projection.clear()
            self._catch_up(report)

    def reload_plan(self, report: Report = _silent) -> None:
        """Reads the plan's files again and brings the facts in line with them."""
        self.plan = plan.load(self.home.plan)
        with self._importing:
            self._catch_up(report)

    def _catch_up(self, report: Report) -> None:
        """Applies imports that were committed but not projected, and a plan that was changed meanwhile."""
        archive.sweep(self.home.archive, {file.path for file in self.ledger.files()})
        with self.projection.exclusively() as cursor:
            flow.create_tables(cursor)
            applied = int(meta(cursor, "applied") or 0)
            behind = self.ledger.imports(after=applied)
            if not behind and not flow.is_stale(cursor, self.plan):
                return
            with transaction(cursor):
                for number, done in enumerate(behind):
                    report(Progress(f"applying import {done.import_id}", number, len(behind)))
                    files = self.ledger.files(import_id=done.import_id)
                    if files:
                        fresh = from_archive(cursor, self.home.archive, files, self.ledger.salt, done.kind)
                        apply(cursor, done.kind, fresh, done.import_id, self.plan.product.timezone)
                        cursor.execute(f"DROP TABLE {fresh}")
                    _note(cursor, done)
                if behind:
                    set_meta(cursor, "facts_version", "")
                flow.rebuild(cursor, self.plan, lambda stage: report(Progress(stage)))
        self.projection.checkpoint()


def _note(cursor: Cursor, done: Import) -> None:
    set_meta(cursor, "applied", str(done.import_id))
    set_meta(cursor, "received_at", done.imported_at.replace(tzinfo=None).isoformat(sep=" "))


def _known_columns(kind: Kind, renames: Mapping[str, str]) -> frozenset[str]:
    names = {name for column in kind.columns for name in (column.name, *column.aliases)}
    return frozenset(names | set(renames.values()))


class _Importing:
    """One import under way; see `Workspace.import_rows`."""

    def __init__(
        self,
        workspace: Workspace,
        cursor: Cursor,
        reading: Reading,
        kind: str,
        renames: Mapping[str, str],
        fixed: Mapping[str, str],
        time_format: str | None,
        report: Report,
        confirm: Confirm | None,
    ) -> None:
        self._workspace = workspace
        self._cursor = cursor
        self._reading = reading
        self._kind = kind
        self._options = {"renames": renames, "fixed": fixed, "time_format": time_format}
        self._report = report
        self._confirm = confirm
        self._received_at = datetime.now(UTC).replace(tzinfo=None)
        self._intakes: dict[str, Intake] = {}
        self._detected: dict[tuple[str, str], tuple[Reads, ...]] = {}
        self._rejected: dict[str, list[Rejected]] = {}
        self._rows = 0

    def run(self) -> Summary:
        """Reads, stores, projects."""
        if self._confirm is not None and not self._reading.segment:
            self._confirm(self._reading, self._detect(self._kind, "", self._reading.sample))
        try:
            for chunk in self._reading.chunks():
                self._take(chunk)
            imports = [self._store(kind, intake) for kind, intake in self._intakes.items()]
            imports += [
                self._commit(kind, rejected) for kind, rejected in self._rejected.items() if kind not in self._intakes
            ]
        finally:
            for intake in self._intakes.values():
                intake.close()
        self._workspace.projection.checkpoint()
        return Summary(
            kind=self._kind,
            read=sum(done.rows_read for done in imports),
            stored=sum(done.rows_stored for done in imports),
            known=sum(done.rows_known for done in imports),
            rejected=sum(done.rows_rejected for done in imports),
            reasons=_reasons(self._rejected),
            detected=next(iter(self._detected.values()), ()),
            imports=tuple(imports),
        )

    def _detect(self, kind: str, file: str, sample: Any) -> tuple[Reads, ...]:  # noqa: ANN401 - an Arrow table
        key = (kind, file)
        if key not in self._detected:
            self._detected[key] = detect(
                self._cursor, sample, BY_NAME[kind], timezone=self._workspace.plan.product.timezone, **self._options
            )  # type: ignore[arg-type]  # options as they were given
        return self._detected[key]

    def _take(self, chunk: Chunk) -> None:
        self._rejected.setdefault(chunk.kind, []).extend(
            Rejected(reject.file, reject.line, reject.reason, reject.raw, chunk.kind) for reject in chunk.rejects
        )
        if chunk.rows.num_rows:
            if chunk.kind not in self._intakes:
                salt = self._workspace.ledger.salt
                self._intakes[chunk.kind] = Intake(self._cursor, BY_NAME[chunk.kind], salt, self._received_at)
            intake = self._intakes[chunk.kind]
            intake.add(chunk.rows, chunk.file, self._detect(chunk.kind, chunk.file, chunk.rows))
            self._rows += chunk.rows.num_rows
        self._report(Progress("reading", chunk.bytes_done, self._reading.bytes_total, self._rows))

    def _store(self, kind: str, intake: Intake) -> Import:
        self._report(Progress("telling new rows from known ones", rows=self._rows))
        counts = intake.finish()
        rejected = self._rejected.setdefault(kind, [])
        rejected.extend(intake.rejected)
        workspace, cursor = self._workspace, self._cursor
        import_id = workspace.ledger.next_import_id()
        self._report(Progress("writing the archive", rows=self._rows))
        files = archive.seal(cursor, workspace.home.archive, BY_NAME[kind], intake.fresh, import_id)
        done = self._commit(kind, rejected, counts.fresh, counts.known, files)
        with transaction(cursor):
            self._report(Progress("indexing", rows=self._rows))
            if counts.fresh:
                apply(cursor, kind, intake.fresh, import_id, workspace.plan.product.timezone)
                flow.refresh(
                    cursor, workspace.plan, kind, import_id, lambda stage: self._report(Progress(stage, rows=self._rows))
                )
            _note(cursor, done)
        return done

    def _commit(
        self, kind: str, rejected: list[Rejected], fresh: int = 0, known: int = 0, files: list[archive.ArchiveFile] | None = None
    ) -> Import:
        ledger = self._workspace.ledger
        done = Import(
            ledger.next_import_id(),
            kind,
            tuple(str(path) for path in self._reading.files),
            self._received_at.replace(tzinfo=UTC),
            fresh + known + len(rejected),
            fresh,
            known,
            len(rejected),
        )
        ledger.commit(done, files or [], rejected)
        return done


def _reasons(rejected: Mapping[str, list[Rejected]]) -> tuple[tuple[str, str, int], ...]:
    totals: dict[tuple[str, str], int] = {}
    for kind, rows in rejected.items():
        for row in rows:
            key = (kind, row.reason.split(" is '")[0].split(";")[0])
            totals[key] = totals.get(key, 0) + 1
    return tuple(sorted(((*key, count) for key, count in totals.items()), key=lambda row: (-row[2], row)))


def init(folder: Path | str, files: Mapping[str, str] | None = None) -> Home:
    """Makes a workspace with a starter plan, or with the plan files given; an existing plan is kept.

    Returns:
        Where its files are.
    """
    home = Home(Path(folder))
    home.plan.mkdir(parents=True, exist_ok=True)
    if not any(home.plan.glob("*.y*ml")):
        for name, text in (files if files is not None else plan.starter()).items():
            (home.plan / name).write_text(text, encoding="utf-8")
    return home
