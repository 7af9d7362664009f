"""CSV as it comes out of spreadsheets, databases and crashes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome import Write, lines, read, without_line

from uptake.errors import ImportFailed
from uptake.sources import text
from uptake.sources.reading import CUT


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: bytes | str, name: str = "events.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def test_a_plain_file_comes_out_as_text_with_its_lines(write: Write) -> None:
    outcome = read(write("user_id,n,at\nu1,007,2026-05-01\nu2,,\n"))
    assert outcome.rows == [
        {"user_id": "u1", "n": "007", "at": "2026-05-01", "_line": 2},
        {"user_id": "u2", "n": None, "at": None, "_line": 3},
    ]
    assert outcome.rejects == []
    assert outcome.reading.format == "csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write: Write, delimiter: str) -> None:
    rows = [["id", "name", "price"], ["1", "a, b; c", "1,5"], ["2", "d", "2,5"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    outcome = read(write(out.getvalue()))
    assert without_line(outcome.rows) == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_decimal_commas_do_not_make_a_comma_the_delimiter(write: Write) -> None:
    assert without_line(read(write("id;a;b\n1;1,5;2,5\n2;1,0;7,5\n")).rows)[0] == {"id": "1", "a": "1,5", "b": "2,5"}


def test_a_header_with_two_candidates_takes_the_one_the_rows_agree_on(write: Write) -> None:
    assert without_line(read(write("id;a,b\n1;x\n2;y\n3;z\n")).rows)[0] == {"id": "1", "a,b": "x"}


def test_one_column_needs_no_delimiter_and_its_blank_lines_are_left_out(write: Write) -> None:
    outcome = read(write("user_id\nu1\n\nu2\n"))
    assert outcome.rows == [{"user_id": "u1", "_line": 2}, {"user_id": "u2", "_line": 4}]


def test_lines_stay_right_behind_blank_lines_and_breaks_in_quotes(write: Write) -> None:
    outcome = read(write('\n\na,b\n1,2\n\n  \n"x\ny\nz",3\n4\n5,6\n"7\r\n8",9\n10,11\n'))
    assert [(row["_line"], row["a"]) for row in outcome.rows] == [
        (4, "1"),
        (7, "x\ny\nz"),
        (11, "5"),
        (12, "7\r\n8"),
        (14, "10"),
    ]
    assert outcome.faults == [(10, "row has 1 of 2 columns")]


def test_quotes_inside_quotes_and_inside_text(write: Write) -> None:
    outcome = read(write('a,b\n"say ""hi""",5" screen\nx,"1"2\n"",""""\n'))
    assert without_line(outcome.rows) == [
        {"a": 'say "hi"', "b": '5" screen'},
        {"a": "x", "b": "12"},
        {"a": None, "b": '"'},
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_a_line_end(write: Write, end: str) -> None:
    outcome = read(write(f"a,b{end}1,2{end}{end}3,4{end}5"))
    assert without_line(outcome.rows) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert lines(outcome.rows) == [2, 4]
    assert outcome.faults == [(5, "row has 1 of 2 columns")]


def test_a_byte_order_mark_is_no_part_of_the_first_name(write: Write) -> None:
    assert without_line(read(write(b"\xef\xbb\xbfid,b\n1,2\n")).rows) == [{"id": "1", "b": "2"}]


def test_rows_too_narrow_and_too_wide_are_rejected(write: Write) -> None:
    outcome = read(write("a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n1,2,3\n1,2,3,4,5,6,7,8\nx\n"))
    assert len(outcome.rows) == 1
    assert [(r.line, r.reason, r.raw) for r in outcome.rejects] == [
        (3, "row has 3 of 7 columns", "1,2,3"),
        (4, "row has 8 columns, the header has 7", "1,2,3,4,5,6,7,8"),
        (5, "row has 1 of 7 columns", "x"),
    ]


def test_a_file_cut_in_the_middle_of_a_row_loses_that_row_only(write: Write) -> None:
    outcome = read(write("a,b,c\n1,2,3\n4,5"))
    assert (len(outcome.rows), outcome.faults) == (1, [(3, "row has 2 of 3 columns")])


def test_a_last_row_without_line_end_is_taken_if_it_is_complete(write: Write) -> None:
    assert len(read(write("a,b\n1,2\n3,4")).rows) == 2


def test_a_file_cut_inside_a_quoted_field_loses_that_row_only(write: Write) -> None:
    outcome = read(write('a,b\n1,2\n3,"4 and'))
    assert (len(outcome.rows), outcome.faults) == (1, [(3, "a quote opens here and is not closed")])


def test_a_quote_that_is_never_closed_costs_its_row_and_not_the_rest(write: Write) -> None:
    content = 'a,b\n1,2\n3,"open\n4,5\n' + "".join(f"{n},x\n" for n in range(5, 1000))
    outcome = read(write(content))
    assert [row["a"] for row in outcome.rows] == ["1", "4", *map(str, range(5, 1000))]
    assert lines(outcome.rows)[:3] == [2, 4, 5]
    assert [(r.line, r.reason, r.raw) for r in outcome.rejects] == [
        (3, "a quote opens here and is not closed", '3,"open')
    ]


def test_a_quote_that_a_later_quote_seems_to_close_costs_its_row_only(write: Write) -> None:
    outcome = read(write('a,b\n1,"open\n2,x\n3,"fine"\n4,"also\nfine"\n'))
    assert [(row["_line"], row["b"]) for row in outcome.rows] == [(3, "x"), (4, "fine"), (5, "also\nfine")]
    assert outcome.faults == [(2, "a quote opens here and is not closed")]


def test_the_line_named_is_the_one_where_the_quote_opens(write: Write) -> None:
    outcome = read(write('a,b,c\n"x\ny",2,"open\n4,5,6\n'))
    assert outcome.faults == [(3, "a quote opens here and is not closed")]
    assert outcome.rejects[0].raw == '"x\ny",2,"open'
    assert [row["a"] for row in outcome.rows] == ["4"]


def test_a_quote_left_open_for_more_than_a_megabyte_is_given_up(write: Write) -> None:
    filler = b"".join(b"%d,%s\n" % (n, b"x" * 90) for n in range(100_000))
    outcome = read(write(b'a,b\n1,"open\n' + filler))
    assert outcome.faults == [(2, "a quote opens here and is not closed")]
    assert len(outcome.rows) == 100_000
    assert lines(outcome.rows) == list(range(3, 100_003))


def test_a_proper_quoted_row_of_more_than_a_megabyte_is_rejected(write: Write) -> None:
    long = "\n".join(["x" * 100] * 20_000)
    outcome = read(write(f'a,b\n1,2\n3,"{long}"\n4,5\n'))
    assert [(row["_line"], row["a"]) for row in outcome.rows] == [(2, "1"), (20_003, "4")]
    assert outcome.rejects[0].line == 3


def test_a_line_of_ten_megabytes_is_one_reject(write: Write) -> None:
    outcome = read(write(b"a,b\n1,2\n" + b"x" * 10_000_000 + b"\n3,4\n"))
    assert lines(outcome.rows) == [2, 4]
    assert outcome.faults == [(3, "line is 10.0 MB, allowed 1 MB" + CUT)]
    assert outcome.rejects[0].raw == "x" * 65_536


def test_a_long_line_inside_quotes_does_not_pass_with_a_hole_in_it(write: Write) -> None:
    outcome = read(write(b'a,b\n1,2\n"x\n' + b"y" * 2_000_000 + b'\nz",3\n4,5\n'))
    assert [row["a"] for row in outcome.rows] == ["1", "4"]
    assert outcome.faults == [(3, "row holds a line of more than 1 MB"), (4, "line is 2.0 MB, allowed 1 MB" + CUT)]


def test_a_nul_byte_rejects_its_row(write: Write) -> None:
    outcome = read(write(b'a,b\n1,2\n3\0,4\n5,6\n\0\0\0\n"7\n\0",8\n9,9\n'))
    assert lines(outcome.rows) == [2, 4, 8]
    assert outcome.faults == [(3, "row holds a NUL byte"), (5, "row holds a NUL byte"), (6, "row holds a NUL byte")]
    assert outcome.rejects[0].raw == "3\\x00,4"


def test_a_row_that_is_not_utf8_is_rejected_and_the_rest_is_kept(write: Write) -> None:
    outcome = read(write("a,b\n1,é\n".encode() + b'2,\xe9\n"3\n\xe9",4\n\xff\n' + "5,ü\n".encode()))
    assert without_line(outcome.rows) == [{"a": "1", "b": "é"}, {"a": "5", "b": "ü"}]
    assert outcome.faults == [(3, "row is not UTF-8"), (4, "row is not UTF-8"), (6, "row is not UTF-8")]
    assert outcome.rejects[0].raw == "2,\\xe9"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "UTF-16LE"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("utf-32", "UTF-32LE"),
        ("latin-1", "WINDOWS-1252"),
    ],
)
def test_another_encoding_is_refused_and_named(write: Write, encoding: str, named: str) -> None:
    content = "user_id,name\n" + "u1,André\n" * 50
    with pytest.raises(ImportFailed, match=f"iconv -f {named}"):
        read(write(content.encode(encoding)))


def test_a_picture_is_not_a_text_file(write: Write) -> None:
    with pytest.raises(ImportFailed, match="not a text file"):
        read(write(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(128, 256)) * 20))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,name,id,name\n1,2,3,4\n", "more than one column named 'id', 'name'"),
        ("a,_line\n1,2\n", "'_line', which is Uptake's own name"),
        ('"a,b\n1,2\n', "no header that can be read"),
        ("a\0,b\n1,2\n", "no header that can be read"),
        (b"a\xff,b\n1,2\n" + b"1,2\n" * 9, "no header that can be read"),
        ("x" * 2_000_000, "no header that can be read"),
        (",".join(f"c{n}" for n in range(2001)) + "\n", "2,001 columns, allowed are 2,000"),
        ("," * 500_000 + "\n", "500,001 columns, allowed are 2,000"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(write: Write, content: str | bytes, message: str) -> None:
    with pytest.raises(ImportFailed, match=message):
        read(write(content))


def test_a_header_alone_is_a_file_without_rows(write: Write) -> None:
    outcome = read(write("user_id,event\n"))
    assert outcome.reading.sample.column_names == ["user_id", "event", "_line"]
    assert (outcome.rows, outcome.rejects) == ([], [])


def test_a_missing_header_is_taken_as_one_and_the_store_will_miss_the_columns(write: Write) -> None:
    assert read(write("u1,login\nu2,login\n")).reading.sample.column_names == ["u1", "login", "_line"]


def test_names_lose_their_blanks_and_nameless_columns_get_a_number(write: Write) -> None:
    assert read(write('a, b ,,"c\nd"\n1,2,3,4\n')).rows == [
        {"a": "1", "b": "2", "column_3": "3", "c\nd": "4", "_line": 3}
    ]


def test_two_thousand_columns_are_allowed(write: Write) -> None:
    names = [f"c{n}" for n in range(2000)]
    outcome = read(write(",".join(names) + "\n" + ",".join(["1"] * 2000) + "\n"))
    assert outcome.reading.sample.num_columns == 2001


def test_formulas_terminal_codes_and_markup_are_text(write: Write) -> None:
    hostile = ["=1+1", "<script>alert(1)</script>", "\x1b[31mred", "'; DROP TABLE events --", "\u202egnp.exe"]
    outcome = read(write("a,b\n" + "".join(f"{value},1\n" for value in hostile) + "\x1b[31mred\n"))
    assert [row["a"] for row in outcome.rows] == hostile
    assert outcome.rejects[0].raw == "\\x1b[31mred"


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['"', '""', ",", "\n", "\r", "\r\n", '"\n"', "a\nb", ' "x"', "é"]
)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    block=st.integers(1, 40),
)
def test_what_a_csv_writer_writes_is_read_back_with_its_lines(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    end: str,
    quoting: Literal[0, 1],
    delimiter: str,
    block: int,
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    if any("\r" in value for row in rows for value in row):
        # Python's writer does not quote a lone carriage return of its own accord.
        quoting = csv.QUOTE_ALL
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting, delimiter=delimiter)
    writer.writerow(["first", "second", "third"])
    expected = []
    for row in rows:
        line = _lines_of(out.getvalue()) + 1
        writer.writerow(row)
        # A lone carriage return is a line end, also inside quotes.
        values = [value.replace("\r\n", "\0").replace("\r", "\n").replace("\0", "\r\n") or None for value in row]
        if any(values):
            expected.append((line, values))
    path.write_bytes(out.getvalue().encode())
    with patch.object(text, "BLOCK_BYTES", block):
        outcome = read(path)
    assert outcome.rejects == []
    assert [(row.pop("_line"), list(row.values())) for row in outcome.rows] == expected


def _lines_of(content: str) -> int:
    return content.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@given(
    content=st.lists(
        st.sampled_from([b'"', b",", b"\n", b"\r", b"a", b"\0", b"\xff", b'""', b'\n"', b'",', "é".encode()])
    ),
    block=st.integers(1, 9),
)
def test_whatever_the_bytes_no_line_vanishes_silently(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes], block: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    body = b"".join(content)
    path.write_bytes(b"a,b\n" + body + b"\nlast,row\n")
    with patch.object(text, "BLOCK_BYTES", block):
        try:
            outcome = read(path)
        except ImportFailed:
            return
    every = text._LONE_RETURN.sub(b"\n", body).split(b"\n")
    accounted: set[int] = set()
    for line, breaks in [(row["_line"], sum(str(v).count("\n") for v in row.values())) for row in outcome.rows] + [
        (reject.line - reject.raw.count("\n"), 2 * reject.raw.count("\n")) for reject in outcome.rejects
    ]:
        accounted.update(range(line, line + breaks + 1))
    for number, line in enumerate(every, 2):
        assert number in accounted or not line.replace(b",", b"").replace(b'"', b"").strip(), (number, line)


def test_block_ends_anywhere_change_nothing(write: Write) -> None:
    content = 'a,b\n1,"x ""y""\nz"\r\n\n3\n"open,4\n5,é\n' * 3
    path = write(content)
    whole = read(path)
    for block in range(1, 30):
        with patch.object(text, "BLOCK_BYTES", block):
            cut = read(path)
        assert (cut.rows, sorted(cut.faults)) == (whole.rows, whole.faults)


@given(
    garbage=st.lists(st.lists(st.sampled_from(['"', ",", "a", "\0", '""', ' "', '",'])).map("".join), max_size=30),
    block=st.integers(1, 60),
)
def test_rows_between_garbage_know_their_line(
    tmp_path_factory: pytest.TempPathFactory, garbage: list[str], block: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    texts = ["line,is"]
    for line in garbage:
        texts += [line, f"{len(texts) + 2},ok"]
    path.write_text("\n".join(texts) + "\n")
    with patch.object(text, "BLOCK_BYTES", block):
        outcome = read(path)
    good = [row for row in outcome.rows if row["is"] == "ok" and row["line"].isdigit()]
    assert all(int(row["line"]) == row["_line"] for row in good)


@pytest.mark.parametrize(("size", "is_cut"), [(2_001, False), (65_534, False), (65_535, True), (200_000, True)])
def test_a_refused_row_is_kept_whole_up_to_a_bound_and_told_as_cut_beyond(
    write: Write, size: int, is_cut: bool
) -> None:
    # "," and the third column make two characters more
    (reject,) = read(write("a\n" + "é" * size + ",b\n1\n")).rejects
    assert reject.raw == ("é" * size + ",b")[:65_536]
    cut = "; cut to its first 65,536 characters" if is_cut else ""
    assert reject.reason == "row has 2 columns, the header has 1" + cut
