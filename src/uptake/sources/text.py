"""Text files in blocks of whole lines: unpacked, checked for UTF-8, no line longer than 1 MB in memory."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from uptake.errors import ImportFailed
from uptake.sources.reading import MOST_RAW_BYTES, Reject, Source, rejected

BLOCK_BYTES = 4 << 20
LONGEST_LINE = 1_000_000
MARK = b"\0"
"""Stands where a line was too long, so that lines keep their numbers and no row closes over the gap."""
NO_ACCIDENT = 10
"""So many bad lines, or NUL bytes, are how a file was written and not a slip."""
PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""First bytes of a compressed file -> its codec. The name of a file decides nothing here."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE = {
    b"\xff\xfe\0\0": "UTF-32LE",
    b"\0\0\xfe\xff": "UTF-32BE",
    b"\xff\xfe": "UTF-16LE",
    b"\xfe\xff": "UTF-16BE",
}

_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True)
class Block:
    """Some whole lines of a file.

    Args:
        first_line: The number of its first line, from 1.
        data: Lines, each ended by a line feed, also the last of a file. A lone carriage return is a
            line end too. A line of `MARK` alone stands for one that was too long.
        rejects: The lines that were too long.
        position: Bytes of the file read so far, as they are on disk.
        is_last: The file ends here; only this block may hold no line.
    """

    first_line: int
    data: bytes
    rejects: tuple[Reject, ...]
    position: int
    is_last: bool = False

    @property
    def marked(self) -> frozenset[int]:
        """The lines that stand for one that was too long."""
        return frozenset(reject.line for reject in self.rejects)


class Stream:
    """A file being read, unpacked.

    Args:
        file: The file on disk.
        unpacked: The same, or what a decompressor makes of it.
    """

    def __init__(self, file: pa.NativeFile, unpacked: pa.NativeFile) -> None:
        self._file = file
        self._unpacked = unpacked

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end."""
        data: bytes = self._unpacked.read(size)
        return data

    def position(self) -> int:
        """Bytes read so far, as they are on disk."""
        position: int = self._file.tell()
        return position


@contextmanager
def opened(source: Source) -> Iterator[Stream]:
    """Opens a file, compressed (gzip, zstd) or not.

    Raises:
        ImportFailed: It cannot be opened, or its compressed stream is cut or broken.
    """
    codec = None
    try:
        with pa.OSFile(os.fsencode(source.path)) as file:
            codec = codec_of(file.read(4))
            file.seek(0)
            yield Stream(file, pa.CompressedInputStream(file, codec) if codec else file)
    except OSError as error:
        raise unreadable(source.name, error, codec) from error


def codec_of(start: bytes) -> str | None:
    """The compression a file's first four bytes name, or None."""
    return next((codec for magic, codec in PACKED.items() if start.startswith(magic)), None)


def unreadable(name: str, error: OSError, codec: str | None = None) -> ImportFailed:
    """The error for a file the system or the decompressor does not give us."""
    if isinstance(error, PermissionError):
        return ImportFailed(f"{name} may not be read by this user.", do="Give yourself the right to read it.")
    if error.errno is not None or codec is None:
        return ImportFailed(f"{name} cannot be read: {error.strerror or error}.")
    what = "ends in the middle" if "runcated" in str(error) else "is damaged"
    return ImportFailed(
        f"{name} is compressed with {codec} and its compressed stream {what}.",
        do="Nothing of it was stored. Get the file again.",
    )


def head(source: Source, size: int = 64 << 10) -> bytes:
    """The first bytes of a file, unpacked, without byte order mark."""
    with opened(source) as stream:
        data = stream.read(size)
    check_encoding(data, source)
    return data.removeprefix(BYTE_ORDER_MARK)


def whole(source: Source, limit: int) -> bytes | None:
    """All of a file, unpacked, or None if it is larger than `limit` bytes."""
    with opened(source) as stream:
        data = stream.read(limit + 1)
        # A read may stop early inside compressed files.
        while len(data) <= limit and (more := stream.read(limit + 1 - len(data))):
            data += more
    if len(data) > limit:
        return None
    check_encoding(data[:BLOCK_BYTES], source)
    return data.removeprefix(BYTE_ORDER_MARK)


def blocks(source: Source) -> Iterator[Block]:
    """Reads a text file in blocks of whole lines.

    Raises:
        ImportFailed: It cannot be read, or is not UTF-8.
    """
    line, pending, rejects = 1, b"", list[Reject]()
    too_long, start = 0, b""
    with opened(source) as stream:
        for text in _with_line_feeds(stream, source):
            data = text
            if too_long:
                end = data.find(b"\n")
                too_long += len(data) if end < 0 else end
                if end >= 0:
                    rejects.append(_too_long(source, line, too_long, start))
                    data, too_long = MARK + data[end:], 0
            if not too_long:
                data = pending + data
                end = data.rfind(b"\n") + 1
                data, pending = data[:end], data[end:]
                data, found = _without_long_lines(data, line, source)
                if data:
                    yield Block(line, data, (*rejects, *found), stream.position())
                    rejects = []
                line += data.count(b"\n")
                if len(pending) > LONGEST_LINE:
                    too_long, start, pending = len(pending), pending[:MOST_RAW_BYTES], b""
    if too_long:
        rejects.append(_too_long(source, line, too_long, start))
        pending = MARK
    yield Block(line, pending + b"\n" if pending else b"", tuple(rejects), source.size, is_last=True)


def undecodable(data: bytes) -> frozenset[int]:
    """Which lines are not UTF-8, counted from 0; usually none, and then it takes no time."""
    if data.isascii():
        return frozenset()
    try:
        data.decode()
    except UnicodeDecodeError:
        return frozenset(number for number, line in enumerate(data.split(b"\n")) if not _is_utf8(line))
    return frozenset()


def check_encoding(data: bytes, source: Source) -> None:
    """Refuses text that is not UTF-8 but was written in another encoding all along.

    A few bad lines among good ones are no reason: those are rejected one by one.

    Args:
        data: The beginning of the file.
        source: The file.

    Raises:
        ImportFailed: It names the encoding to convert from.
    """
    encoding = next((name for mark, name in WIDE.items() if data.startswith(mark)), None) or _wide(data[:4096])
    if encoding:
        raise _wrong_encoding(source, f"is {encoding}", encoding)
    if not data.isascii():
        lines = data.split(b"\n")
        foreign = [line for line in lines if not line.isascii()]
        bad = sum(not _is_utf8(line) for line in foreign)
        # The last line may be cut inside a character.
        bad -= bool(lines[-1]) and not _is_utf8(lines[-1]) and _is_utf8(lines[-1], is_whole=False)
        if bad > len(lines) / 2 or (bad >= NO_ACCIDENT and bad > len(foreign) / 2):
            if b"\0" in data[:4096]:
                raise ImportFailed(f"{source.name} is not a text file.", do="Export it as CSV, JSON lines or Parquet.")
            raise _wrong_encoding(source, "is not UTF-8, probably Windows-1252 (Latin-1)", "WINDOWS-1252")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Latin text is NUL."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    more, less = max(even, odd), min(even, odd)
    if more < NO_ACCIDENT or more <= len(data) / 4 or less > more / 10:
        return None
    return "UTF-16LE" if odd > even else "UTF-16BE"


def _wrong_encoding(source: Source, what: str, encoding: str) -> ImportFailed:
    do = f"Convert it, for example: iconv -f {encoding} -t UTF-8 FILE > NEW."
    return ImportFailed(f"{source.name} {what}.", allowed=["UTF-8"], do=do)


def _is_utf8(data: bytes, is_whole: bool = True) -> bool:
    try:
        codecs.utf_8_decode(data, "strict", is_whole)
    except UnicodeDecodeError:
        return False
    return True


def _with_line_feeds(stream: Stream, source: Source) -> Iterator[bytes]:
    """The text of a file, lone carriage returns made line feeds."""
    data, held = stream.read(BLOCK_BYTES), b""
    check_encoding(data, source)
    data = data.removeprefix(BYTE_ORDER_MARK)
    while data:
        data = held + data
        # What follows the last carriage return says whether it stands alone.
        held = data[-1:] if data.endswith(b"\r") else b""
        data = data.removesuffix(b"\r")
        returns = data.count(b"\r")
        yield _LONE_RETURN.sub(b"\n", data) if returns and returns != data.count(b"\r\n") else data
        data = stream.read(BLOCK_BYTES)
    if held:
        yield b"\n"


def _without_long_lines(data: bytes, line: int, source: Source) -> tuple[bytes, list[Reject]]:
    rejects, kept, start = list[Reject](), list[bytes](), 0
    position = 0
    while len(data) - position > LONGEST_LINE:
        end = data.rfind(b"\n", position, position + LONGEST_LINE + 1)
        if end < 0:
            end = data.index(b"\n", position)
            line += data.count(b"\n", start, position)
            rejects.append(_too_long(source, line, end - position, data[position : position + MOST_RAW_BYTES]))
            kept += [data[start:position], MARK]
            start = end
        position = end + 1
    return (b"".join([*kept, data[start:]]) if kept else data), rejects


def _too_long(source: Source, line: int, size: int, start: bytes) -> Reject:
    return rejected(source.name, line, f"line is {size / 1e6:.1f} MB, allowed {LONGEST_LINE / 1e6:.0f} MB", start)
