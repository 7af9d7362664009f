"""What the command line and a running server say to each other, as JSON.

Answers are the same objects a workspace gives in process, so both ways print the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from uptake import errors
from uptake.errors import ServerFailed, UptakeError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.asking.people import People
from uptake.metrics.core.result import Result
from uptake.store.reads import Reads

FOUND, PROGRESS, DONE, FAILED = "found", "progress", "done", "failed"
"""What a line of a stream holds: what an import detected, how far it is, the answer, or an error."""
CELLS = {"date": date.fromisoformat, "instant": datetime.fromisoformat}
"""Types of columns that JSON has only as text -> how they are read."""

T = TypeVar("T")


@dataclass(frozen=True)
class ImportOrder:
    """An import, as a person asks for it.

    Args:
        paths: Files and folders.
        kind: What the rows are.
        renames: Canonical name -> column of the file.
        fixed: Canonical name -> one value for all rows.
        time_format: How times are written, if they can be read in two ways.
        file_format: The files' format, if their names do not say.
    """

    paths: tuple[str, ...]
    kind: str
    renames: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None
    file_format: str | None = None


@dataclass(frozen=True)
class RetryOrder:
    """A retry of quarantined rows; the fields mean what those of an import mean, no kind means all."""

    kind: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None


@dataclass(frozen=True)
class Found:
    """What an import is about to read.

    Args:
        format: The files' format.
        files: The files in the order they are read.
        bytes_total: Their size, bytes.
        rows_total: How many rows they hold, if the format says.
        timezone: Where a bare date begins.
        reads: How each column is read; none where the rows name their own kinds.
    """

    format: str
    files: tuple[str, ...]
    bytes_total: int
    rows_total: int | None
    timezone: str
    reads: tuple[Reads, ...]


@dataclass(frozen=True)
class Problem:
    """An error meant for people, on its way through JSON."""

    type: str
    what: str
    allowed: tuple[str, ...] = ()
    do: str = ""


def problem(error: UptakeError) -> Problem:
    """The error as a message."""
    return Problem(type(error).__name__, error.what, error.allowed, error.do)


def error(told: Problem) -> UptakeError:
    """The message as the error it was.

    >>> error(Problem("QuestionError", "There is no metric 'x'.", ("retention",)))
    QuestionError("There is no metric 'x'. Allowed: retention.")
    """
    kind = getattr(errors, told.type, None)
    if not isinstance(kind, type) or not issubclass(kind, UptakeError):
        kind = UptakeError
    # Not through the class: some make their sentences of other arguments.
    made = kind.__new__(kind)
    UptakeError.__init__(made, told.what, allowed=told.allowed, do=told.do)
    return made


def encode(message: object) -> bytes:
    """A message as one line of JSON; nan becomes null, and rows that an answer keeps as columns become rows."""
    return msgspec.json.encode(replace(message, rows=message.rows) if isinstance(message, Result) else message)


def decode(data: bytes | msgspec.Raw, type_: type[T]) -> T:
    """A message of a type.

    Raises:
        ServerFailed: It is none.
    """
    try:
        message = msgspec.json.decode(data, type=type_)
    except msgspec.MsgspecError as failure:
        raise ServerFailed(
            f"The server's answer is not understood: {failure}.",
            do="It may be of another version of Uptake. Stop 'uptake serve' and start it again.",
        ) from None
    return _with_cells(message) if isinstance(message, Result | People | Listed) else message  # type: ignore[return-value]  # as it was


def _with_cells(result: Result | People | Listed) -> Result | People | Listed:
    reads = {column.name: CELLS[column.type] for column in result.columns if column.type in CELLS}
    return replace(result, rows=[{name: _cell(reads, name, cell) for name, cell in row.items()} for row in result.rows])


def _cell(reads: Mapping[str, Any], name: str, cell: Any) -> Any:  # noqa: ANN401 - cells are of any type
    return reads[name](cell) if name in reads and isinstance(cell, str) else cell
