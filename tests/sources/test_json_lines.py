"""JSON lines as exports, SDKs and crashes write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome import Write, lines, read, without_line

from uptake.errors import ImportFailed
from uptake.sources.reading import CUT


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(*records: Any, name: str = "events.jsonl") -> Path:
        path = tmp_path / name
        texts = [r if isinstance(r, bytes) else (r if isinstance(r, str) else json.dumps(r)).encode() for r in records]
        path.write_bytes(b"\n".join(texts) + b"\n")
        return path

    return write_file


def test_wanted_keys_are_columns_and_the_rest_is_packed_with_sorted_keys(write: Write) -> None:
    outcome = read(
        write({"event": "login", "user_id": 7, "zone": "b", "active": True, "n": 1.5, "properties": {"a": None}})
    )
    assert outcome.rows == [
        {
            "event": "login",
            "user_id": "7",
            "properties": '{"a":null,"active":true,"n":1.5,"zone":"b"}',
            "_line": 1,
        }
    ]


def test_equal_content_gives_equal_text_whatever_the_order_of_keys(write: Write) -> None:
    rows = read(write('{"b":{"y":1,"x":2},"a":1}', '{"a":1,"b":{"x":2,"y":1}}')).rows
    assert rows[0]["properties"] == rows[1]["properties"] == '{"a":1,"b":{"x":2,"y":1}}'


def test_a_top_level_key_wins_over_one_of_properties_and_these_over_traits(write: Write) -> None:
    record = {"plan": "top", "properties": {"plan": "inner", "n": 1}, "traits": {"n": 2, "m": 3}}
    assert read(write(record)).rows[0]["properties"] == '{"m":3,"n":1,"plan":"top"}'


def test_properties_that_are_no_object_stay_what_they_are(write: Write) -> None:
    rows = read(write({"properties": "x"}, {"properties": None}, {"properties": [1]})).rows
    assert [row["properties"] for row in rows] == ['{"properties":"x"}', "{}", '{"properties":[1]}']


def test_scalars_become_the_text_a_csv_would_hold(write: Write) -> None:
    values = ["x", "", 5, 12345678901234567890123, 1.5, True, False, None, {"b": 1, "a": 2}, [1, "x"]]
    rows = read(write(*({"event": value} for value in values))).rows
    assert [row["event"] for row in rows] == [
        "x", "", "5", "12345678901234567890123", "1.5", "true", "false", None, '{"a":2,"b":1}', '[1,"x"]',
    ]  # fmt: skip


def test_keys_may_come_late_and_vary(write: Write) -> None:
    rows = read(write({"event": "a"}, {"event": "b", "user_id": "u"}, {"user_id": "v", "new": 1})).rows
    assert without_line(rows) == [
        {"event": "a", "user_id": None, "properties": "{}"},
        {"event": "b", "user_id": "u", "properties": "{}"},
        {"event": None, "user_id": "v", "properties": '{"new":1}'},
    ]


def test_keys_are_found_whatever_their_case_and_punctuation(write: Write) -> None:
    row = read(write({"userId": "u", "Event-Name": "x", "$insert_id": "i"})).rows[0]
    assert row == {"userId": "u", "Event-Name": "x", "$insert_id": "i", "_line": 1}


def test_the_caller_says_which_keys_are_columns_also_inside_objects(write: Write) -> None:
    record = {
        "event": "x",
        "uid": "u",
        "properties": {"time": 5, "city": "Oslo"},
        "context": {"groupId": "g", "ip": "::1"},
    }
    columns = frozenset({"uid", "properties.time", "context.groupId"})
    assert without_line(read(write(record), columns=columns).rows) == [
        {
            "uid": "u",
            "properties.time": "5",
            "context.groupId": "g",
            "properties": '{"city":"Oslo","context":{"ip":"::1"},"event":"x"}',
        }
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "row is not JSON: input data was truncated"),
        ('{"a":1} x', "row is not JSON: trailing characters (byte 9)"),
        ('{"a":NaN}', "row is not JSON: invalid character (byte 5)"),
        ('{"a":Infinity}', "row is not JSON: invalid character (byte 5)"),
        ('{"a":"\\ud800"}', "row is not JSON: input data was truncated"),
        ('{"a":"\\udfff\\ud800x"}', "row is not JSON"),
        ('{"a":1e999}', "row is not JSON: number out of range"),
        ('{"a":' + "9" * 10_000 + "}", "row is not JSON: integer value out of range"),
        ("[" * 1000 + "]" * 1000, "row is not JSON: it is nested too deeply"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "row is not JSON: it is nested too deeply"),
        ("[1,2]", "row is not a JSON object"),
        ('"text"', "row is not a JSON object"),
        ("5", "row is not a JSON object"),
        ("null", "row is not a JSON object"),
        (b'{"event":"\xff"}', "row is not UTF-8"),
        (b'{"event":"a\0b"}', "row is not JSON: invalid character"),
        ('{"event":"a\\u0000b"}', "row holds a NUL character"),
        (b"\0", "row is not JSON"),
        (b'{"a":"' + b"x" * 10_000_000 + b'"}', "line is 10.0 MB, allowed 1 MB" + CUT),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_the_rest_is_kept(
    write: Write, text: str | bytes, reason: str
) -> None:
    outcome = read(write({"event": "a"}, "", text, {"event": "b"}))
    assert lines(outcome.rows) == [1, 4]
    assert [reject.line for reject in outcome.rejects] == [3]
    assert outcome.rejects[0].reason.startswith(reason)


def test_an_escaped_nul_among_the_packed_keys_stays_escaped(write: Write) -> None:
    assert read(write('{"event":"x","note":{"a":"\\u0000"}}')).rows[0]["properties"] == '{"note":{"a":"\\u0000"}}'


def test_of_a_repeated_key_the_last_counts(write: Write) -> None:
    assert read(write('{"event":"a","event":"b","n":1,"n":2}')).rows[0]["event"] == "b"


def test_a_file_cut_in_the_middle_of_a_record_loses_that_record_only(write: Write) -> None:
    path = write({"event": "a"}, {"event": "b"})
    path.write_bytes(path.read_bytes()[:-5])
    outcome = read(path)
    assert (lines(outcome.rows), outcome.faults) == ([1], [(2, "row is not JSON: input data was truncated")])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_and_a_byte_order_mark_are_fine(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + end.join([b'{"event":"a"}', b"", b'{"event":"b"}']))
    assert lines(read(path).rows) == [1, 3]


def test_a_file_that_is_one_array_is_read_with_the_lines_of_its_records(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[\n  {"event": "a",\n   "n": 1},\n  5,\n  {"event": "b"}\n]\n')
    outcome = read(path)
    assert [(row["_line"], row["event"]) for row in outcome.rows] == [(2, "a"), (5, "b")]
    assert outcome.faults == [(4, "row is not a JSON object")]


def test_records_that_share_a_line_are_numbered_on(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"event":"a"},{"event":"b"},{"event":"c"}\n,{"event":"d"}\n\n\n,{"event":"e"}]')
    assert lines(read(path).rows) == [1, 2, 3, 4, 5]


def test_a_long_array_on_one_line_is_read_and_too_long_elements_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"event": "a", "n": n} for n in range(100_000)] + [{"event": "x" * 2_000_000}]))
    outcome = read(path)
    assert len(outcome.rows) == 100_000
    assert outcome.faults == [(100_001, "row is 2.0 MB, allowed 1 MB" + CUT)]


def test_one_object_over_several_lines_is_one_record(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n  "event": "a",\n  "user_id": "u"\n}\n')
    assert without_line(read(path).rows) == [{"event": "a", "user_id": "u"}]


@pytest.mark.parametrize("content", ['[{"event":"a"},{"eve', "[" * 100_000, '{\n"a":\n', '[{"a":1}]\n[{"a":2}]\n'])
def test_a_broken_array_or_object_is_refused_as_a_whole(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(ImportFailed, match="begins like one JSON document and cannot be read as one"):
        read(path)


def test_an_array_too_large_to_hold_is_refused_and_told_how_to_be_split(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b" " * (65 << 20) + b"]")
    with pytest.raises(ImportFailed, match=r"more than 64 MB.*jq"):
        read(path)


@pytest.mark.parametrize("content", ["", "\n\n  \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(ImportFailed, match="is empty"):
        read(path)


def test_utf16_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"event":"a"}\n'.encode("utf-16-le") * 9)
    with pytest.raises(ImportFailed, match="UTF-16LE"):
        read(path)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))  # a row with NUL is refused
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@given(
    records=st.lists(st.dictionaries(st.text(max_size=5).map(lambda key: "x " + key), VALUES, max_size=4), min_size=1)
)
def test_what_is_packed_means_what_it_meant(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records))
    outcome = read(path, columns=frozenset({"none"}))
    assert outcome.rejects == []
    assert [json.loads(row.get("properties") or "{}") for row in outcome.rows] == records


@given(
    content=st.lists(
        st.sampled_from([b"{", b"}", b'"', b"a", b":", b"1", b",", b"\n", b"[", b"]", b"\xff", b"\0", b"\\u"]),
        max_size=10,
    )
)
def test_whatever_the_bytes_every_line_is_a_row_or_a_reject(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_bytes(b'{"event":"first"}\n' * 20 + b"".join(content))
    outcome = read(path)
    filled = [number for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    assert sorted(lines(outcome.rows) + [reject.line for reject in outcome.rejects]) == filled
