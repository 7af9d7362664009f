"""Files and folders: found, recognised, opened or refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from outcome import Write, each_chunk, read

from uptake.errors import ImportFailed
from uptake.sources.files import open_files
from uptake.sources.reading import Chunk, ahead

CSV = "user_id,event\nu1,login\n"
JSON = '{"user_id":"u1"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    def make(**files: str) -> Path:
        for name, content in files.items():
            path = tmp_path / "data" / name.replace("__", "/").replace("DOT", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path / "data"

    return make


def test_a_folder_gives_its_files_sorted_and_named_under_it(folder: Write) -> None:
    path = folder(bDOTcsv=CSV, aDOTcsv=CSV, sub__cDOTcsv=CSV)
    outcome = read(path)
    assert [chunk.file for chunk in outcome.chunks] == [str(path / name) for name in ("a.csv", "b.csv", "sub/c.csv")]
    assert outcome.reading.files == tuple(path / name for name in ("a.csv", "b.csv", "sub/c.csv"))
    assert [chunk.bytes_done for chunk in outcome.chunks] == [23, 46, 69]


def test_hidden_marked_and_empty_files_are_left_out(folder: Write) -> None:
    path = folder(
        aDOTcsv=CSV, _SUCCESS="", DOThiddenDOTcsv=CSV, _temporary__bDOTcsv=CSV, DOTgit__cDOTcsv=CSV, emptyDOTcsv=""
    )
    assert [file.name for file in read(path).reading.files] == ["a.csv"]


def test_a_file_named_twice_is_read_once(folder: Write) -> None:
    path = folder(aDOTcsv=CSV)
    assert len(read(path / "a.csv", path, path / ".." / "data" / "a.csv").rows) == 1


def test_names_are_as_the_caller_gave_them(folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(aDOTcsv="user_id,event\nu1\n"))
    assert read("a.csv").rejects[0].file == "a.csv"
    assert read(".").rejects[0].file == "a.csv"


def test_mixed_formats_are_refused_and_listed(folder: Write) -> None:
    with pytest.raises(ImportFailed, match=r"different formats: csv \(1, such as .*a.csv\), json \(1"):
        read(folder(aDOTcsv=CSV, bDOTjsonl=JSON))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", CSV, "csv"),
        ("a.TSV", CSV, "csv"),
        ("a.ndjson", JSON, "json"),
        ("a.json", JSON, "json"),
        ("a.txt", CSV, "csv"),
        ("a.txt", JSON, "json"),
        ("a", "  [" + JSON + "]", "json"),
        ("2026.05.01", CSV, "csv"),
    ],
)
def test_the_format_follows_the_ending_then_the_content(tmp_path: Path, name: str, content: str, expected: str) -> None:
    (tmp_path / name).write_text(content)
    assert read(tmp_path / name).reading.format == expected


def test_the_format_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("{user_id},event\nu1,x\n")
    assert read(tmp_path / "a.log", format="csv").rows[0]["{user_id}"] == "u1"


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"PK\x03\x04", "Excel"), (b"SQLite format 3\0", "SQLite"), (b"ARROW1\0\0", "Arrow file"), (b"BZh91", "bzip2")],
)
def test_foreign_files_are_refused_by_what_they_are(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content + b"\0" * 50)
    with pytest.raises(ImportFailed, match=f"{what}.*Export it as CSV"):
        read(tmp_path / "a.xlsx")


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"nothing.csv is not there"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(ImportFailed, match="holds no data files"):
        read(tmp_path)
    with pytest.raises(ImportFailed, match="Nothing was named to read"):
        read()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ImportFailed, match=r"pipe.csv is neither a file nor a folder"):
        read(tmp_path / "pipe.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(ImportFailed, match=r"dangling.csv is not there"):
        read(tmp_path / "dangling.csv")


def test_a_folder_with_a_dangling_link_or_a_pipe_is_refused_rather_than_read_in_part(folder: Write) -> None:
    path = folder(aDOTcsv=CSV)
    (path / "b.csv").symlink_to(path / "gone.csv")
    with pytest.raises(ImportFailed, match=r"b.csv is not there"):
        read(path)
    (path / "b.csv").unlink()
    os.mkfifo(path / "c.csv")
    with pytest.raises(ImportFailed, match=r"c.csv is neither a file nor a folder"):
        read(path)


def test_linked_folders_are_followed_once(folder: Write) -> None:
    path = folder(aDOTcsv=CSV)
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.csv").write_text(CSV)
    (path / "linked").symlink_to(elsewhere)
    (path / "self").symlink_to(path)
    (elsewhere / "back").symlink_to(path)
    assert [file.name for file in read(path).reading.files] == ["a.csv", "b.csv"]


@pytest.fixture
def without_rights(tmp_path: Path) -> Iterator[None]:
    """Whoever runs the tests, files of others are closed to them: root steps down while reading."""
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "txt"])
def test_a_file_without_permission_is_refused(tmp_path: Path, request: pytest.FixtureRequest, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_text(CSV)
    path.chmod(0)
    request.getfixturevalue("without_rights")
    with pytest.raises(ImportFailed, match="may not be read by this user"):
        read(path)


def test_a_folder_without_permission_is_refused(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    closed = tmp_path / "data" / "closed"
    closed.mkdir(parents=True)
    (closed / "a.csv").write_text(CSV)
    closed.chmod(0)
    request.getfixturevalue("without_rights")
    for path in (closed, tmp_path / "data", closed / "a.csv"):
        with pytest.raises(ImportFailed, match="may not be read by this user"):
            read(path)


def test_names_of_bytes_and_terminal_codes_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9\x1b[31m.csv")
    path.write_text("a,b\n1\n")
    outcome = read(path)
    assert outcome.rejects[0].file.endswith("caf\\udce9\\x1b[31m.csv")


def test_unknown_kinds_and_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"no kind 'event'. Allowed: events, users"):
        open_files([tmp_path], "event")
    with pytest.raises(ImportFailed, match=r"no format 'xml'. Allowed: csv, json, segment, parquet"):
        open_files([tmp_path], "events", format="xml")


def test_files_may_differ_in_their_columns(folder: Write) -> None:
    rows = read(folder(aDOTcsv="a,b\n1,2\n", bDOTcsv="b;c\n3;4\n")).rows
    assert rows == [{"a": "1", "b": "2", "_line": 2}, {"b": "3", "c": "4", "_line": 2}]


def test_chunks_hold_no_more_rows_than_asked_and_every_row_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n3\n" * 5_000)
    reading = open_files([path], "events", chunk_rows=1_000)
    assert reading.sample.num_rows == 1_000
    for _ in range(2):
        sizes = list(each_chunk(reading))
        assert max(rows for _, rows, _ in sizes) == 1_000
        assert sum(rows for _, rows, _ in sizes) == sum(rejects for _, _, rejects in sizes) == 5_000


def test_the_sample_is_ten_thousand_rows_at_most(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n" + "1\n" * 30_000)
    assert open_files([path], "events").sample.num_rows == 10_000


def test_a_file_of_rejects_alone_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1\n" * 50_000)
    outcome = read(path)
    assert (len(outcome.rows), len(outcome.rejects)) == (0, 50_000)


def test_a_later_file_that_cannot_be_read_stops_the_reading(folder: Write) -> None:
    path = folder(aDOTcsv=CSV, bDOTcsv="a,a\n1,2\n")
    reading = open_files([path], "events")
    with pytest.raises(ImportFailed, match=r"b.csv has more than one column named 'a'"):
        list(reading.chunks())


def test_chunks_read_ahead_are_the_same_and_an_error_comes_where_it_was() -> None:
    chunks = [Chunk("events", "f", pa.table({"a": [number]}), (), number) for number in range(3)]

    def broken() -> Iterator[Chunk]:
        yield from chunks
        raise ImportFailed("The file is cut off.")

    assert list(ahead(iter(chunks))) == chunks
    reading = ahead(broken())
    assert [next(reading) for _ in chunks] == chunks
    with pytest.raises(ImportFailed, match="cut off"):
        next(reading)


def test_what_has_no_known_ending_is_left_aside_in_a_folder_and_read_where_it_is_named(folder: Write) -> None:
    path = folder(aDOTcsv=CSV, READMEDOTtxt="Read me, please.\n", notes="x,y\n1,2\n", sub__bDOTcsvDOTgz=CSV)
    reading = read(path).reading
    assert [file.name for file in reading.files] == ["a.csv", "b.csv.gz"]
    assert reading.left_aside == (str(path / "README.txt"), str(path / "notes"))
    assert open_files(path / "notes", "events").left_aside == ()
    assert open_files([path, path / "notes"], "events").left_aside == (str(path / "README.txt"),)


def test_a_format_that_is_said_holds_for_all_files_of_a_folder(folder: Write) -> None:
    path = folder(aDOTtxt=CSV, bDOTdat=CSV)
    assert len(open_files(path, "events", format="csv").files) == 2
    with pytest.raises(ImportFailed, match=r"No file in .*data has an ending that says its format, such as .*a\.txt"):
        open_files(path, "events")
