"""Reads files to the end, as the store would, and checks what must hold for every reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uptake.sources.files import Chunk, Reading, Reject, open_files

Write = Callable[..., Path]
"""Writes what a test needs and says where."""


@dataclass
class Outcome:
    """What came out: rows as dicts by kind, and rejects."""

    reading: Reading
    by_kind: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.by_kind.get(self.reading.kind, [])

    @property
    def faults(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.rejects]


ReadCalls = Callable[..., Outcome]
"""Writes Segment calls to a file and reads it."""


def read(*paths: Path | str, kind: str = "events", columns: frozenset[str] = frozenset(), **options: Any) -> Outcome:
    """Opens files and reads them to the end."""
    return drain(open_files(paths, kind, columns, **options))


def drain(reading: Reading) -> Outcome:
    """Reads to the end."""
    outcome = Outcome(reading)
    last_line: dict[tuple[str, str], int] = {}
    bytes_done = 0
    for chunk in reading.chunks():
        outcome.chunks.append(chunk)
        outcome.rejects += chunk.rejects
        assert bytes_done <= chunk.bytes_done <= reading.bytes_total
        bytes_done = chunk.bytes_done
        for row in chunk.rows.to_pylist():
            assert row["_line"] > last_line.get((chunk.file, chunk.kind), 0)
            last_line[chunk.file, chunk.kind] = row["_line"]
            outcome.by_kind.setdefault(chunk.kind, []).append(row)
    for reject in outcome.rejects:
        assert len(reject.raw) <= 65_536
        assert all(c.isprintable() or c in "\n\t" for c in reject.raw)
    return outcome


def without_line(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as the file has them."""
    return [{name: value for name, value in row.items() if name != "_line"} for row in rows]


def lines(rows: list[dict[str, Any]]) -> list[int]:
    """Where the rows were found."""
    return [row["_line"] for row in rows]


def each_chunk(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """File, rows and rejects of each chunk."""
    for chunk in reading.chunks():
        yield chunk.file, chunk.rows.num_rows, len(chunk.rejects)
