"""CSV, TSV and their kin: cut into whole records here, parsed by Arrow.

A lexer of our own finds where records end, in step with Arrow's rules (a quote opens a field only at
its beginning; two quotes inside are one), so that one unclosed quote costs one row and not the rest
of the file. A row that must go is blanked in place, never cut out: lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from uptake.errors import ImportFailed
from uptake.sources.reading import LINE, Piece, Reject, Source, check_columns, check_width, rejected
from uptake.sources.text import LONGEST_LINE, blocks, undecodable

DELIMITERS = (",", ";", "\t", "|")
LINES_TO_SNIFF = 50

_BLANK_LINES = re.compile(rb"(?:[ \t\r]*+\n)*+")
_QUOTED = re.compile(rb'"[^"]*+"')
_UP_TO_CLOSING = re.compile(rb'"[^"]*+(?:""[^"]*+)*+')
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


class Lexer:
    """Finds the ends of records, and the quotes that are never closed.

    Args:
        delimiter: Between fields, one character.
    """

    def __init__(self, delimiter: str) -> None:
        between = re.escape(delimiter.encode()) + rb"\r\n"
        # On one line Arrow takes text behind a closing quote, and quotes inside an unquoted field are
        # text. Over several lines, text behind a quote says that an earlier quote was never closed.
        closed = rb'"[^"]*+(?:""[^"]*+)*+"(?=[' + between + rb"])"
        on_one_line = rb'"[^"\n]*+(?:""[^"\n]*+)*+"'
        begins, inside = rb"(?<![^" + between + rb"])", rb"(?<=[^" + between + rb"])"
        part = rb'[^"\n]++|' + begins + rb"(?:" + closed + rb"|" + on_one_line + rb")|" + inside + rb'"'
        # Before Python 3.11.5 a possessive repeat of something with alternatives inside forgets how far it came: what is
        # repeated has to be atomic by itself.
        record = rb"(?:(?>" + part + rb"))*+"
        self._record = re.compile(record)
        self._records = re.compile(rb"(?:(?>" + record + rb"\n))*+")

    def first_record(self, data: bytes) -> bytes:
        """The record data begins with, or nothing if its quote is never closed."""
        end = _end(self._record, data, 0)
        return data[: end + 1] if data[end : end + 1] == b"\n" else b""

    def whole_records(self, data: bytes, line: int, file: str, is_last: bool) -> tuple[bytes, bytes, list[Reject]]:
        """Cuts data where its last whole record ends.

        Args:
            data: Whole lines, beginning with a record.
            line: The number of its first line.
            file: For the rejects.
            is_last: No more data follows.

        Returns:
            The records; the rest, to be continued; and the rows whose quote is never closed, whose
            lines are blank in the records.
        """
        if b'"' not in data:
            return data, b"", []
        kept, rejects, start, counted = list[bytes](), list[Reject](), 0, 0
        while (end := _end(self._records, data, start)) < len(data):
            quote = _end(self._record, data, end)
            is_open = _end(_UP_TO_CLOSING, data, quote) == len(data)
            if is_open and not is_last and len(data) - end <= LONGEST_LINE:
                break
            after = data.index(b"\n", quote) + 1
            line += data.count(b"\n", counted, quote)
            rejects.append(rejected(file, line, "a quote opens here and is not closed", data[end:after]))
            kept += [data[start:end], b"\n" * data.count(b"\n", end, after)]
            start, counted = after, quote
        return b"".join([*kept, data[start:end]]), data[end:], rejects


@dataclass(frozen=True)
class Header:
    """What the first line of a file says.

    Args:
        names: The columns.
        delimiter: Between them.
        lines: Lines up to its end.
    """

    names: list[str]
    delimiter: str
    lines: int

    @property
    def empty(self) -> pa.Table:
        """A table of these columns and no rows."""
        return pa.schema([*((name, pa.string()) for name in self.names), (LINE, pa.int64())]).empty_table()


def read(source: Source, kind: str) -> Iterator[Piece]:
    """Reads a CSV file: all columns as text, empty cells as null; lines of nothing but empty cells are left out.

    Args:
        source: The file.
        kind: What its rows are.

    Raises:
        ImportFailed: The file is no text, is not UTF-8, or its header cannot be used.
    """
    header: Header | None = None
    rest, marked = b"", frozenset[int]()
    for block in blocks(source):
        data, line = block.data, block.first_line
        if header is None:
            if not data.strip():
                continue
            header = read_header(data, source.name)
            lexer = Lexer(header.delimiter)
            yield Piece(kind, header.empty, (), 0)
            data = data.split(b"\n", header.lines)[-1]
            line += header.lines
        line -= rest.count(b"\n")
        marked |= block.marked
        records, rest, unclosed = lexer.whole_records(rest + data, line, source.name, block.is_last)
        rows, bad = _parse(records, line, header, marked, source.name)
        if not rest:
            marked = frozenset()
        rejects = sorted((*block.rejects, *unclosed, *bad), key=lambda reject: reject.line)
        yield Piece(kind, rows, tuple(rejects), block.position)


def read_header(data: bytes, file: str) -> Header:
    """Reads the first line that is not blank, with the delimiter that fits it and the lines below.

    Args:
        data: The beginning of the file.
        file: For the errors.

    Raises:
        ImportFailed: The line cannot be a header.
    """
    blank = _end(_BLANK_LINES, data, 0)
    delimiter = _sniff(data[blank:].split(b"\n", LINES_TO_SNIFF)[:LINES_TO_SNIFF])
    record = Lexer(delimiter).first_record(data[blank:])
    if not record or len(record) > LONGEST_LINE or b"\0" in record or undecodable(record):
        raise ImportFailed(
            f"{file} has no header that can be read: its first line is longer than 1 MB, holds a NUL byte,"
            " is not UTF-8, or opens a quote that is never closed.",
            do="The first line must name the columns.",
        )
    check_width(_QUOTED.sub(b"", record).count(delimiter.encode()) + 1, file)
    found = arrow_csv.read_csv(pa.BufferReader(record), parse_options=_parse_options(delimiter)).column_names
    names = [name.strip() or f"column_{number}" for number, name in enumerate(found, 1)]
    check_columns(names, file)
    return Header(names, delimiter, data.count(b"\n", 0, blank + len(record)))


@dataclass(frozen=True)
class _Fault:
    line: int
    reason: str
    text: str


def _parse(
    records: bytes, line: int, header: Header, marked: frozenset[int], file: str
) -> tuple[pa.Table, list[Reject]]:
    if not records:
        return header.empty, []
    foreign = frozenset(line + number for number in undecodable(records))
    # What is not UTF-8 becomes NUL, and a row with a NUL is rejected: one way out for both.
    text = _ESCAPED_BYTE.sub("\0", records.decode("utf-8", "surrogateescape")).encode() if foreign else records
    rows, invalid = _parse_text(text, header)
    has_breaks = text.count(b"\n") > rows.num_rows + len(invalid)
    lines, faults = _number(rows, invalid, line, has_breaks)
    rows, bad = _split_off_bad(rows.append_column(LINE, lines), b"\0" in text, has_breaks)
    for row in bad.to_pylist():
        at, values = row.pop(LINE), "".join(value for value in row.values() if value)
        faults.append(_Fault(at, f"row is {len(values) / 1e6:.1f} MB, allowed 1 MB", values))
    if not faults:
        return rows, []
    found, rejects = records.split(b"\n"), []
    for fault in sorted(faults, key=lambda fault: fault.line):
        span = range(fault.line, fault.line + fault.text.count("\n") + 1)
        if fault.text == "\0" and fault.line in marked:
            continue
        raw = b"\n".join(found[number - line] for number in span)
        rejects.append(rejected(file, fault.line, _reason(fault, span, foreign, marked), raw))
    return rows, rejects


def _reason(fault: _Fault, span: range, foreign: frozenset[int], marked: frozenset[int]) -> str:
    if not foreign.isdisjoint(span):
        return "row is not UTF-8"
    if not marked.isdisjoint(span):
        return "row holds a line of more than 1 MB"
    return "row holds a NUL byte" if "\0" in fault.text else fault.reason


def _parse_text(text: bytes, header: Header) -> tuple[pa.Table, dict[int, arrow_csv.InvalidRow]]:
    """The rows, and by its number (from 1) each row that has not as many columns as the header."""
    invalid: dict[int, arrow_csv.InvalidRow] = {}

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        invalid[row.number] = row
        return "skip"

    rows = arrow_csv.read_csv(
        pa.BufferReader(text),
        # One block, one thread: only then are rows numbered.
        arrow_csv.ReadOptions(column_names=header.names, use_threads=False, block_size=len(text) + 1),
        _parse_options(header.delimiter, set_aside),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header.names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    return rows, invalid


def _parse_options(delimiter: str, invalid_row_handler: object = None) -> arrow_csv.ParseOptions:
    # A blank line is parsed as a row of nulls: it counts as a line and is dropped afterwards.
    return arrow_csv.ParseOptions(
        delimiter=delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=invalid_row_handler,
    )


def _number(
    rows: pa.Table, invalid: Mapping[int, arrow_csv.InvalidRow], line: int, has_breaks: bool
) -> tuple[pa.Array, list[_Fault]]:
    """The line each row begins on, and the rows of the wrong width with theirs."""
    total = rows.num_rows + len(invalid)
    if not invalid and not has_breaks:
        return pa.arange(line, line + total), []
    breaks = iter(_sum(pc.count_substring(column, "\n") for column in rows.columns)) if has_breaks else None
    lines, faults = [], []
    for number in range(1, total + 1):
        if (row := invalid.get(number)) is not None:
            # A blank line may hold blanks.
            if row.text.strip():
                faults.append(_Fault(line, _width(row), row.text))
            line += 1 + row.text.count("\n")
        else:
            lines.append(line)
            line += 1 + (next(breaks) if breaks else 0)
    return pa.array(lines, pa.int64()), faults


def _width(row: arrow_csv.InvalidRow) -> str:
    columns = "1 column" if row.actual_columns == 1 else f"{row.actual_columns} columns"
    if row.actual_columns > row.expected_columns:
        return f"row has {columns}, the header has {row.expected_columns}"
    return f"row has {row.actual_columns} of {row.expected_columns} columns"


def _split_off_bad(rows: pa.Table, has_nul: bool, has_breaks: bool) -> tuple[pa.Table, pa.Table]:
    """Drops blank rows, and parts good rows from those that hold a NUL or are too long."""
    columns = rows.columns[:-1]
    if columns[0].null_count:
        blank = reduce(pc.and_, (pc.is_null(column) for column in columns))
        rows = rows.filter(pc.invert(blank))
        columns = rows.columns[:-1]
    tests = []
    if has_nul:
        tests += [pc.fill_null(pc.match_substring(column, "\0"), False) for column in columns]
    if has_breaks:
        # Lines are short enough, but a record may have many.
        sizes = _sum(pc.binary_length(column) for column in columns)
        tests.append(pa.array([size > LONGEST_LINE for size in sizes], pa.bool_()))
    if not tests:
        return rows, rows.slice(0, 0)
    is_bad = reduce(pc.or_, tests)
    return rows.filter(pc.invert(is_bad)), rows.filter(is_bad)


def _sum(columns: Iterable[pa.ChunkedArray]) -> list[int]:
    """Adds numbers of several columns row by row; null is 0."""
    total: list[int] = reduce(pc.add, (pc.fill_null(column, 0) for column in columns)).to_pylist()
    return total


def _sniff(lines: list[bytes]) -> str:
    """The delimiter whose number in the first line most of the next lines share; a comma if none is there."""

    def fit(delimiter: str) -> tuple[int, int]:
        counts = [_QUOTED.sub(b"", line).count(delimiter.encode()) for line in lines if line.strip()] or [0]
        return (counts.count(counts[0]), counts[0]) if counts[0] else (0, 0)

    return max(DELIMITERS, key=fit)


def _end(pattern: re.Pattern[bytes], data: bytes, start: int) -> int:
    found = pattern.match(data, start)
    return found.end() if found else start
