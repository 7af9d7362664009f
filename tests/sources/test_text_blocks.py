"""Text in blocks: compressed streams, memory, long lines, line numbers."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from outcome import lines, read

from uptake.errors import ImportFailed
from uptake.sources.files import open_files
from uptake.sources.reading import CUT, Source
from uptake.sources.text import LONGEST_LINE, MARK, blocks, undecodable

CSV = b"user_id,event\n" + b"".join(b"u%d,login\n" % n for n in range(200_000))
PACK = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor(write_checksum=True).compress}


def source(path: Path) -> Source:
    return Source(path, path.name, path.stat().st_size)


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("name", ["events.csv", "events"])
def test_compressed_files_are_read_and_progress_counts_compressed_bytes(tmp_path: Path, ending: str, name: str) -> None:
    path = tmp_path / f"{name}.{ending}"
    path.write_bytes(PACK[ending](CSV))
    outcome = read(path, chunk_rows=50_000)
    assert lines(outcome.rows) == list(range(2, 200_002))
    assert outcome.reading.bytes_total == path.stat().st_size < len(CSV)
    assert outcome.chunks[-1].bytes_done == outcome.reading.bytes_total


@pytest.mark.parametrize("ending", PACK)
def test_a_compressed_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path, ending: str) -> None:
    (tmp_path / "events.csv").write_bytes(PACK[ending](b"a,b\n1,2\n"))
    assert len(read(tmp_path / "events.csv").rows) == 1
    (tmp_path / "plain.csv.gz").write_bytes(b"a,b\n1,2\n")
    assert len(read(tmp_path / "plain.csv.gz").rows) == 1


@pytest.mark.parametrize("ending", PACK)
def test_several_compressed_streams_in_one_file_are_one_text(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.csv.{ending}"
    path.write_bytes(PACK[ending](b"a,b\n1,2\n3") + PACK[ending](b",4\n"))
    assert [row["a"] for row in read(path).rows] == ["1", "3"]


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("keep", [0.02, 0.5, 0.99])
def test_a_compressed_stream_that_is_cut_fails_and_says_so(tmp_path: Path, ending: str, keep: float) -> None:
    packed = PACK[ending](CSV)
    path = tmp_path / f"a.csv.{ending}"
    path.write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(ImportFailed, match="compressed stream ends in the middle"):
        read(path)


@pytest.mark.parametrize("ending", PACK)
def test_a_compressed_stream_that_is_damaged_fails_and_says_so(tmp_path: Path, ending: str) -> None:
    packed = bytearray(PACK[ending](CSV))
    packed[len(packed) // 2 : len(packed) // 2 + 20] = b"\xff" * 20
    path = tmp_path / f"a.csv.{ending}"
    path.write_bytes(packed)
    with pytest.raises(ImportFailed, match=r"compressed stream (is damaged|ends)"):
        read(path)


@pytest.mark.parametrize("name", ["bomb.csv.zst", "bomb.jsonl.zst"])
def test_a_gigantic_line_without_an_end_takes_no_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    compressor = zstandard.ZstdCompressor().compressobj()
    with path.open("wb") as file:
        file.write(compressor.compress(b'a,b\n1,2\n{"a":1}\n'))
        for _ in range(200):
            file.write(compressor.compress(b"x" * 2_000_000))
        file.write(compressor.flush())
    tracemalloc.start()
    try:
        outcome = read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome.faults[-1] == (4, "line is 400.0 MB, allowed 1 MB" + CUT)
    assert len(outcome.rows) == 1
    assert peak < 50_000_000


def test_many_small_rows_leave_memory_before_the_end_is_reached(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + (b"x" * 5_000 + b",y\n") * 30_000)
    assert max(chunk.rows.nbytes for chunk in open_files([path], "events").chunks()) < 80 << 20


def test_a_line_of_exactly_the_limit_passes_and_one_byte_more_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n" + b"x" * LONGEST_LINE + b"\n" + b"y" * (LONGEST_LINE + 1) + b"\nz\n")
    outcome = read(path)
    assert [row["a"][0] for row in outcome.rows] == ["x", "z"]
    assert outcome.faults == [(3, "line is 1.0 MB, allowed 1 MB" + CUT)]


def test_a_long_line_is_marked_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1\n" + b"x" * 9_000_000 + b"\n3\n" + b"y" * 1_500_000 + b"\n5\n")
    found = list(blocks(source(path)))
    assert b"".join(block.data for block in found) == b"1\n" + MARK + b"\n3\n" + MARK + b"\n5\n"
    assert sorted(line for block in found for line in block.marked) == [2, 4]
    assert found[-1].is_last


@given(data=st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n", "é".encode(), b"\xff"])).map(b"".join))
def test_undecodable_lines_are_those_python_cannot_decode(data: bytes) -> None:
    expected = set()
    for number, line in enumerate(data.split(b"\n")):
        try:
            line.decode()
        except UnicodeDecodeError:
            expected.add(number)
    assert undecodable(data) == expected
