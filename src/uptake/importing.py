"""One import: rows are read, checked, sealed in the archive, and become true and visible together.

    chunks -> intake (one a kind) -> archive files -> [ projection | ledger ] commit

Nothing is true before the ledger says so, and the ledger says so last but for the projection's own
commit. Whatever ends an import before leaves files that no manifest names, and they are swept away.
A projection that could not commit any more is behind the ledger, and catches up before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from uptake import flow
from uptake.kinds import BY_NAME
from uptake.plan import Plan
from uptake.sources.files import Chunk, Reading
from uptake.sources.reading import printable
from uptake.store import archive
from uptake.store.apply import apply
from uptake.store.detect import detect
from uptake.store.home import Home
from uptake.store.intake import Counts, Intake
from uptake.store.ledger import ArchiveFile, Import, Ledger, Rejected, summed
from uptake.store.projection import Cursor, set_meta, transaction
from uptake.store.reads import Reads

LOOKED_AT = 250_000
"""Rows of a file that tell how its columns are read: enough for a day beyond the twelfth in dates of any kind."""
READING = "reading"
"""The stage in which an import has stored nothing yet: a report that raises ends it without a trace."""
KNOWN, ARCHIVE, INDEXING, FACTS = "telling new rows from known ones", "writing the archive", "indexing", "facts"
STAGES = {READING: 0.17, KNOWN: 0.06, ARCHIVE: 0.24, INDEXING: 0.16, FACTS: 0.37}
"""Stage -> share of the time that it takes of an import of millions of events, as measured; it depends on the machine."""
FACT_STAGES = len(flow.FROM_EVENTS) + 2
"""How often `flow.refresh` says what it is at."""


@dataclass(frozen=True)
class Progress:
    """How far a long piece of work is.

    Args:
        stage: What is being done, in words.
        done: How much of it is done, in its own unit (bytes read).
        total: How much there is; 0 if it is not known.
        rows: Rows read so far.
        share: How much of an import is behind, all its stages taken together, 0 to 1; estimated, None if it is not
            known.
    """

    stage: str
    done: int = 0
    total: int = 0
    rows: int = 0
    share: float | None = None


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
        left_aside: Files of a folder that were not read, because their names say no format.
    """

    kind: str
    read: int
    stored: int
    known: int
    rejected: int
    reasons: tuple[tuple[str, str, int], ...]
    detected: tuple[Reads, ...]
    imports: tuple[Import, ...]
    left_aside: tuple[str, ...] = ()


Report = Callable[[Progress], None]
Confirm = Callable[[Reading, tuple[Reads, ...]], None]


def silent(progress: Progress) -> None:
    """A report that tells nobody."""
    del progress


@dataclass(frozen=True)
class Options:
    """How an import is to be done; see `Workspace.import_rows`."""

    renames: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None
    report: Report = silent
    confirm: Confirm | None = None


class Importing:
    """One import under way.

    Args:
        home: The workspace's files.
        ledger: Its ledger.
        plan: Its plan.
        cursor: The one cursor that may write to its projection.
        reading: What is read.
        options: How.
    """

    def __init__(
        self, home: Home, ledger: Ledger, plan: Plan, cursor: Cursor, reading: Reading, options: Options
    ) -> None:
        self._home = home
        self._ledger = ledger
        self._plan = plan
        self._cursor = cursor
        self._reading = reading
        self._options = options
        self._received_at = datetime.now(UTC).replace(tzinfo=None)
        self._intakes: dict[str, Intake] = {}
        self._detected: dict[tuple[str, ...], tuple[Reads, ...]] = {}
        self._rows = 0
        self._ahead = 0
        self._facts_told = 0

    def run(self) -> Summary:
        """Reads everything, then stores it.

        Returns:
            What was read and stored.
        """
        if self._options.confirm is not None:
            is_told = self._reading.segment
            reads = () if is_told else self._detect(self._reading.kind, "", self._reading.sample)
            self._options.confirm(self._reading, reads)
        try:
            self._tell(READING, 0, self._reading.bytes_total)  # so that the clock begins before the first rows
            for chunk in self._reading.chunks():
                self._take(chunk)
            self._tell(KNOWN)
            counts = {kind: intake.finish() for kind, intake in self._intakes.items()}
            return self._store({kind: found for kind, found in counts.items() if _rows(found)})
        finally:
            for intake in self._intakes.values():
                intake.close()

    def _tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Says how far a stage is.

        Args:
            stage: One of `STAGES`.
            done: How much of it is done.
            total: How much there is; 0 if it is not known.
        """
        share = _share(stage, done, total)
        if stage != READING:
            done = total = 0  # only bytes are worth showing
        self._options.report(Progress(stage, done, total, self._rows + self._ahead, share))

    def _tell_fact(self, stage: str) -> None:
        share = _share(FACTS, min(self._facts_told, FACT_STAGES), FACT_STAGES)
        self._facts_told += 1
        self._options.report(Progress(stage, rows=self._rows, share=share))

    def _detect(self, kind: str, file: str, sample: pa.Table) -> tuple[Reads, ...]:
        """How columns are read; looked at anew in every file, and where a file has further columns later on."""
        key = (kind, file, *sample.column_names)
        if key not in self._detected:
            self._detected[key] = detect(
                self._cursor,
                sample,
                BY_NAME[kind],
                renames=self._options.renames,
                fixed=self._options.fixed,
                timezone=self._plan.product.timezone,
                time_format=self._options.time_format,
                file=(file or printable(str(self._reading.files[0]))) if self._reading.files else "",
            )
        return self._detected[key]

    def _take(self, chunk: Chunk) -> None:
        if chunk.rows.num_rows or chunk.rejects:
            if chunk.kind not in self._intakes:
                kind = BY_NAME[chunk.kind]
                self._intakes[chunk.kind] = Intake(self._cursor, kind, self._ledger.salt, self._received_at)
            intake = self._intakes[chunk.kind]
            intake.refuse(Rejected(reject.file, reject.line, reject.reason, reject.raw) for reject in chunk.rejects)
            if chunk.rows.num_rows:
                sample = chunk.rows.slice(0, LOOKED_AT)
                intake.add(chunk.rows, chunk.file, self._detect(chunk.kind, chunk.file, sample))
                self._rows += chunk.rows.num_rows
        self._ahead = chunk.held
        self._tell(READING, chunk.bytes_done, self._reading.bytes_total)

    def _store(self, counts: Mapping[str, Counts]) -> Summary:
        """Seals the rows of every kind, then makes all of them true at once."""
        first_id = self._ledger.next_import_id()
        done = [self._import(first_id + number, kind, found) for number, (kind, found) in enumerate(counts.items())]
        try:
            files = {one: self._seal(one, number, len(done)) for number, one in enumerate(done)}
            with transaction(self._cursor):
                self._apply(files)
                self._ledger.commit((one, files[one], self._intakes[one.kind].rejected()) for one in done)
        except BaseException:
            if self._ledger.next_import_id() == first_id:
                archive.sweep(self._home.archive, set(), first_id)
            raise
        reasons = [
            (one.kind, reason, rows) for one in done for reason, rows in self._intakes[one.kind].reasons().items()
        ]
        return Summary(
            kind=self._reading.kind,
            read=sum(one.rows_read for one in done),
            stored=sum(one.rows_stored for one in done),
            known=sum(one.rows_known for one in done),
            rejected=sum(one.rows_rejected for one in done),
            reasons=tuple(summed(reasons)),
            detected=next(iter(self._detected.values()), ()),
            imports=tuple(done),
            left_aside=self._reading.left_aside,
        )

    def _import(self, import_id: int, kind: str, found: Counts) -> Import:
        return Import(
            import_id,
            kind,
            tuple(str(path) for path in self._reading.files),
            self._received_at.replace(tzinfo=UTC),
            _rows(found),
            found.fresh,
            found.known,
            found.rejected,
        )

    def _seal(self, done: Import, number: int, of: int) -> list[ArchiveFile]:
        self._tell(ARCHIVE, number, of)
        if not done.rows_stored:
            return []
        intake = self._intakes[done.kind]
        files = archive.seal(self._cursor, self._home.archive, intake.kind, intake.fresh, done.import_id)
        intake.release()
        return files

    def _apply(self, done: Mapping[Import, list[ArchiveFile]]) -> None:
        """Makes the projection of what has been sealed, as a rebuild would."""
        self._tell(INDEXING)
        fresh = {one.import_id: one.kind for one in done if one.rows_stored}
        for one, files in done.items():
            if files:
                rows, keys = archive.read(self._home.archive, files), self._intakes[one.kind].keys
                apply(self._cursor, one.kind, rows, one.import_id, self._plan.product.timezone, keys)
        if fresh:
            flow.refresh(self._cursor, self._plan, fresh, self._tell_fact)
        if done:
            note(self._cursor, list(done)[-1])


def note(cursor: Cursor, done: Import) -> None:
    """Writes down that the projection holds this import and all before it."""
    set_meta(cursor, "applied", str(done.import_id))
    set_meta(cursor, "received_at", done.imported_at.replace(tzinfo=None).isoformat(sep=" "))


def _share(stage: str, done: int, total: int) -> float:
    """The share of an import that is behind when a stage is so far.

    >>> _share("indexing", 0, 0), _share("facts", 1, 2)
    (0.47, 0.815)
    """
    stages = list(STAGES)
    behind = sum(STAGES[one] for one in stages[: stages.index(stage)])
    return round(behind + STAGES[stage] * (min(done / total, 1) if total else 0), 4)


def _rows(found: Counts) -> int:
    return found.fresh + found.known + found.rejected
