"""JSON lines, and small files that are one JSON array or object: wanted keys as columns, the rest packed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from uptake.errors import ImportFailed
from uptake.kinds import BY_NAME
from uptake.sources.reading import LINE, Piece, Reject, Source, rejected
from uptake.sources.text import LONGEST_LINE, blocks, head, undecodable, whole

LARGEST_DOCUMENT = 64 << 20
NESTED = ("traits", "properties")
"""Objects whose content is packed with the other keys; the later wins, and a top-level key wins over both."""
PACKED = "properties"
"""The column that holds, as one JSON object, what has no column of its own."""
NOTHING = b"{}"
MOST_KEYS_REMEMBERED = 100_000

encode = msgspec.json.Encoder(order="deterministic").encode
"""Writes a value as JSON with sorted keys: equal content gives equal text."""
_decode = msgspec.json.Decoder().decode
DECODE_ERRORS = (msgspec.MsgspecError, RecursionError, ValueError)


@dataclass(frozen=True)
class Records:
    """Some records of a file, each as its JSON text.

    Args:
        lines: The line each begins on; it grows from record to record.
        texts: The records; blank ones count for nothing.
        rejects: Records that are too long or not UTF-8.
        position: Bytes of the file read so far.
    """

    lines: Sequence[int]
    texts: Sequence[bytes]
    rejects: tuple[Reject, ...]
    position: int


def records(source: Source) -> Iterator[Records]:
    """Cuts a file into JSON records.

    Raises:
        ImportFailed: The file cannot be read, is not UTF-8, or is one JSON document that is broken or too large.
    """
    start = head(source).lstrip()
    if start.startswith(b"[") or start.split(b"\n", 1)[0].rstrip() == b"{":
        yield _document(source)
        return
    for block in blocks(source):
        texts = block.data.split(b"\n")
        rejects = list(block.rejects)
        for number in sorted(undecodable(block.data)):
            rejects.append(rejected(source.name, block.first_line + number, "row is not UTF-8", texts[number]))
            texts[number] = b""
        for line in block.marked:
            texts[line - block.first_line] = b""
        yield Records(range(block.first_line, block.first_line + len(texts)), texts, tuple(rejects), block.position)


def _document(source: Source) -> Records:
    data = whole(source, LARGEST_DOCUMENT)
    if data is None:
        raise ImportFailed(
            f"{source.name} is one JSON document of more than {LARGEST_DOCUMENT >> 20} MB.",
            do="Write one object per line (JSON lines), for example with: jq -c '.[]'.",
        )
    try:
        if data.lstrip().startswith(b"["):
            elements = msgspec.json.decode(data, type=list[msgspec.Raw])
        else:
            elements = [msgspec.json.decode(data, type=msgspec.Raw)]
    except DECODE_ERRORS as error:
        raise ImportFailed(
            f"{source.name} begins like one JSON document and cannot be read as one: {explain(error)}.",
            do="Get the whole file again, or write one object per line (JSON lines).",
        ) from error
    lines, texts, rejects = list[int](), list[bytes](), list[Reject]()
    physical, number, counted, end = 1, 0, 0, 0
    for element in elements:
        text = bytes(element)
        start = data.index(text, end)
        physical += data.count(b"\n", counted, start)
        counted, end = start, start + len(text)
        number = max(physical, number + 1)
        if len(text) > LONGEST_LINE:
            reason = f"row is {len(text) / 1e6:.1f} MB, allowed {LONGEST_LINE / 1e6:.0f} MB"
            rejects.append(rejected(source.name, number, reason, text))
        elif undecodable(text):
            rejects.append(rejected(source.name, number, "row is not UTF-8", text))
        else:
            lines.append(number)
            texts.append(text)
    return Records(lines, texts, tuple(rejects), source.size)


def read(source: Source, kind: str, columns: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Reads JSON records: wanted keys as text columns, everything else as one JSON object in `properties`.

    Args:
        source: The file.
        kind: What its records are.
        columns: The keys that become columns, found whatever their case and punctuation; `outer.inner`
            takes a key out of an object. Empty: the columns of the kind, and their aliases. A column is
            there from the first record on that has the key, `properties` from the first that has other keys. Of a
            key that repeats the last one counts.

    Raises:
        ImportFailed: As for `records`.
    """
    pack = _Packer(source, kind, columns or _known(kind))
    for batch in records(source):
        piece = pack(batch)
        if piece.rows.num_rows or piece.rejects:
            yield piece


def _known(kind: str) -> frozenset[str]:
    return frozenset(name for column in BY_NAME[kind].columns for name in (column.name, *column.aliases))


class _Packer:
    def __init__(self, source: Source, kind: str, columns: frozenset[str]) -> None:
        self._source = source
        self._kind = kind
        self._wanted = {_plain(column) for column in columns}
        self._inner = [(*column.split(".", 1), column) for column in sorted(columns) if "." in column]
        self._found: list[str] = []
        self._packs = False
        self._others: set[str] = {LINE, *NESTED}

    def __call__(self, batch: Records) -> Piece:
        cells: dict[str, list[str | None]] = {name: [] for name in self._found}
        lines, packed, rejects = list[int](), list[bytes](), list(batch.rejects)
        for line, text in zip(batch.lines, batch.texts, strict=True):
            try:
                record = _decode(text)
            except DECODE_ERRORS as error:
                if text.strip():
                    rejects.append(self._reject(line, f"row is not JSON: {explain(error)}", text))
                continue
            if type(record) is not dict:
                rejects.append(self._reject(line, "row is not a JSON object", text))
                continue
            for outer, inner, name in self._inner:
                if type(inside := record.get(outer)) is dict and inner in inside:
                    record.setdefault(name, inside.pop(inner))
            if rb"\u0000" in text and any("\0" in value for value in record.values() if type(value) is str):
                rejects.append(self._reject(line, "row holds a NUL character", text))
                continue
            for name, cell in cells.items():
                value = record.pop(name, None)
                cell.append(value if value is None or type(value) is str else as_text(value))
            if not record.keys() <= self._others:
                for name in self._new(record):
                    cells[name] = [*[None] * len(lines), as_text(record.pop(name))]
            lines.append(line)
            packed.append(encode(_merged(record)))
        arrays = {name: pa.array(cell, pa.string()) for name, cell in cells.items()}
        self._packs = self._packs or any(one != NOTHING for one in packed)
        if PACKED not in cells and self._packs:
            arrays[PACKED] = pa.array(packed, pa.string())
        rows = pa.table({**arrays, LINE: pa.array(lines, pa.int64())})
        return Piece(self._kind, rows, tuple(rejects), batch.position)

    def _new(self, record: dict[str, object]) -> list[str]:
        """Wanted keys that no record had before."""
        if len(self._others) > MOST_KEYS_REMEMBERED:
            self._others = {LINE, *NESTED}
        unknown = [name for name in record if name not in self._others]
        new = [name for name in unknown if _plain(name) in self._wanted]
        self._found += new
        self._others.update(name for name in unknown if name not in new)
        return new

    def _reject(self, line: int, reason: str, text: bytes) -> Reject:
        return rejected(self._source.name, line, reason, text)


def _merged(record: dict[str, object]) -> dict[str, object]:
    inside: dict[str, object] = {}
    for name in NESTED:
        if name in record and ((value := record[name]) is None or isinstance(value, dict)):
            del record[name]
            inside |= value or {}
    return inside | record if inside else record


def as_text(value: object) -> str | None:
    """A JSON value as the text a CSV would hold; objects and lists stay JSON."""
    if value is None or isinstance(value, str):
        return value
    return encode(value).decode()


def explain(error: Exception) -> str:
    """What a decoder found wrong, as the end of a sentence."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    text = str(error).removeprefix("JSON is malformed: ")
    return text[:1].lower() + text[1:]


def _plain(name: str) -> str:
    """A name without case and punctuation, as the store compares them."""
    return re.sub(r"[^a-z0-9$]", "", name.lower())
