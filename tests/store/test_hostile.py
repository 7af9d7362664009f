"""Names, values and times that are meant to break something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import uptake
from uptake.errors import ImportFailed, QuestionError
from uptake.importing import Summary
from uptake.sources.tables import open_table

pytestmark = pytest.mark.usefixtures("one_thread")

NASTY = [
    "O'Brien",
    '"quoted"',
    "a.b",
    "a/b~c",
    "~0~1",
    "[0]",
    "$.x",
    "$as_of",
    "$last_day",
    "'; DROP TABLE event; --",
    "-- comment",
    "/* comment */",
    "{braces} {0}",
    "%s %(x)s",
    "back\\slash",
    "line\nbreak\ttab",
    "emoji 🙂 ẞ",
    "\u202eright to left",
    "null",
    "NaN",
    "*",
    "?",
    "entity_row",
    "x" * 190,
    "1e5",
    "00123",
    "1.10",
]


def table(**columns: Any) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def events(names: list[str], **further: Any) -> pa.Table:
    """One event a name, an hour apart."""
    at = [f"2025-03-{number // 24 + 1:02}T{number % 24:02}:00:00Z" for number in range(len(names))]
    return table(event=names, user_id=[f"u{number}" for number in range(len(names))], timestamp=at, **further)


@pytest.fixture(scope="module")
def nasty(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Nasty event names, ids, properties, attributes and values, all at once."""
    with uptake.open(new_home()) as workspace:
        properties = [json.dumps({name: name, "amount": number}) for number, name in enumerate(NASTY)]
        assert workspace.import_rows(events(NASTY, properties=properties), "events").stored == len(NASTY)
        users = table(user_id=[f"u{n}" for n in range(len(NASTY))], traits=[json.dumps({name: name}) for name in NASTY])
        assert workspace.import_rows(users, "users").stored == len(NASTY)
        accounts = table(account_id=NASTY, **{name: [name] * len(NASTY) for name in NASTY})
        assert workspace.import_rows(accounts, "accounts").stored == len(NASTY)
        members = table(user_id=[f"u{number}" for number in range(len(NASTY))], account_id=NASTY)
        assert workspace.import_rows(members, "memberships").stored == len(NASTY)
        yield workspace


def estimate(workspace: uptake.Workspace, **question: Any) -> dict[tuple[Any, ...], int]:
    """Labels -> active users, the same from the answer and from the SQL it shows."""
    result = workspace.metric("active_users", window="28", **question)
    shown = workspace.rows_of(result.sql)
    assert [row["estimate"] for row in shown] == [row["estimate"] for row in result.rows]
    return {tuple(row[label] for label in result.by): row["estimate"] for row in result.rows}


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_events_properties_and_attributes_of_any_name_are_found(nasty: uptake.Workspace, name: str) -> None:
    tests: list[dict[str, Any]] = [{}, {name: name}, {name: {"contains": name}}, {name: {"exists": True}}]
    for returns in ({"event": name, "where": test} for test in tests):
        result = nasty.metric("retention", unit="day", units=1, returns=returns)
        assert sum(row["returned"] for row in result.rows if row["row"] == "cohort") == 1, returns
        assert sum(row["returned"] for row in nasty.rows_of(result.sql)) == 1
    assert estimate(nasty, where={f"user.{name}": name}) == {(): 1}
    assert estimate(nasty, where={f"user.{name}": {"exists": True}}) == {(): 1}
    found = estimate(nasty, by=[f"user.{name}"])
    assert found == {(name,): 1, ("(none)",): len(NASTY) - 1}


def test_accounts_of_any_name_are_told_apart(nasty: uptake.Workspace) -> None:
    assert estimate(nasty, by="account.id") == {(name,): 1 for name in NASTY}
    result = nasty.metric("active_users", by=["user.$as_of", "account.O'Brien"], where={"account.id": NASTY})
    assert nasty.rows_of(result.sql)[0].keys() >= {"user.$as_of", "account.O'Brien"}


def test_names_that_differ_in_case_alone_are_two(workspace: uptake.Workspace) -> None:
    rows = table(user_id=["u1"], Plan=["big"], plan=["small"], PLAN=["none"])
    workspace.import_rows(rows, "users")
    workspace.import_rows(events(["task"]).set_column(1, "user_id", [["u1"]]), "events")
    assert estimate(workspace, by="user.Plan") == {("big",): 1}
    assert estimate(workspace, by="user.plan") == {("small",): 1}
    with pytest.raises(QuestionError, match="differ in case alone"):
        estimate(workspace, by=["user.plan", "user.Plan"])
    assert estimate(workspace, by=["user.plan", "user.plan"]) == {("small",): 1}


def take(workspace: uptake.Workspace, rows: pa.Table, kind: str = "events", **options: Any) -> Summary:
    return workspace.import_rows(rows, kind, **options)


def reasons(summary: Summary) -> list[str]:
    return [reason for _, reason, _ in summary.reasons]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nul\0inside", "event_name holds a NUL character"),
        ("", "event_name is missing"),
        (" \t\u00a0", "event_name is missing"),
        ("x" * 1001, "event_name has ... characters; allowed 1000"),
        (None, "event_name is missing"),
    ],
)
def test_an_event_that_has_no_usable_name_is_in_quarantine(
    workspace: uptake.Workspace, name: str | None, reason: str
) -> None:
    summary = take(workspace, table(event=[name, "task"], user_id=["u1", "u2"], timestamp=["2025-03-01T10:00:00Z"] * 2))
    assert (summary.stored, summary.rejected, reasons(summary)) == (1, 1, [reason])
    (row,) = workspace.ledger.quarantine()
    assert row.line == 1
    assert json.loads(row.raw)["user_id"] == "u1"


def test_blanks_around_ids_are_cut_away(workspace: uptake.Workspace) -> None:
    take(workspace, table(event=[" task\t"], user_id=["\u00a0u1 "], timestamp=[" 2025-03-01T10:00:00Z "]))
    rows = workspace.rows_of(
        "SELECT event_name, user_id FROM event JOIN event_names USING (name_key) JOIN users USING (user_key)"
    )
    assert rows == [{"event_name": "task", "user_id": "u1"}]


IMPOSSIBLE = [
    "0001-01-01", "0001-01-01T00:00:00Z", "1970-06-01T00:00:00Z", "9999-12-31", "9999-12-31T23:59:59Z", "infinity",
    "-infinity", "epoch", "294247-01-10T04:00:54Z", "2025-02-30", "2025-03-01T25:00:00Z", "yesterday", "1e999",
]  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_time_that_cannot_be_is_in_quarantine(new_home: Callable[..., Path], zone: str) -> None:
    with uptake.open(new_home(f"product: {{timezone: {zone}}}")) as workspace:
        times = [*IMPOSSIBLE, "2025-03-01T10:00:00Z"]
        names = [f"n{number}" for number in range(len(times))]
        summary = take(workspace, table(event=names, user_id=names, timestamp=times))
        assert (summary.stored, summary.rejected) == (1, len(IMPOSSIBLE))
        told = [row.reason.removeprefix("event_at is '").split("'")[0] for row in workspace.ledger.quarantine("events")]
        assert told[5:] == IMPOSSIBLE[5:8] + ["294247-01-10 04:00:54"] + IMPOSSIBLE[9:]
        assert take(workspace, table(user_id=names, created_at=times, seen=times), "users").rejected == len(IMPOSSIBLE)
        assert take(workspace, table(account_id=names, churned_on=times), "accounts").rejected == len(IMPOSSIBLE)
        assert take(workspace, table(user_id=names, churned_on=times, created_on=times), "users").rejected == 0
        workspace.rebuild()


def test_a_start_of_life_that_cannot_be_is_none(new_home: Callable[..., Path]) -> None:
    plan = "product: {timezone: Asia/Tokyo}\nstart: {user: [{attribute: seen}]}"
    with uptake.open(new_home(plan)) as workspace:
        seen = ["2025-03-01", "294247-01-10 04:00:00", "infinity", "0001-01-01", "9999-12-31", "soon", "12"]
        users = [f"u{number}" for number in range(len(seen))]
        take(workspace, table(user_id=users, seen=seen), "users")
        found = workspace.rows_of(
            "SELECT user_id, started_on::VARCHAR AS day FROM user_start JOIN users USING (user_key)"
        )
        assert {row["user_id"]: row["day"] for row in found if row["day"]} == {"u0": "2025-03-01"}


def test_an_event_of_next_week_is_in_quarantine_a_contract_that_begins_then_is_not(workspace: uptake.Workspace) -> None:
    ahead = "2190-01-01T00:00:00Z"
    assert take(workspace, table(event=["a"], user_id=["u"], timestamp=[ahead])).rejected == 1
    assert take(workspace, table(account_id=["a"], mrr=["10"], started_on=[ahead]), "subscriptions").stored == 1


NUMBERS = {
    "1e308": True, "-1e308": True, "1e309": False, "NaN": False, "nan": False, "inf": False, "-Infinity": False,
    "9223372036854775807": True, "-9223372036854775808": True, "18446744073709551616": True, "9" * 400: False,
    "1.10": True, "00123": True, "1e5": True, "0x10": False, "1,5": False, "": False, "-0": True,
}  # fmt: skip
"""Text -> whether it is a number one can count with."""


def test_numbers_of_any_size_are_kept_as_they_were_written(workspace: uptake.Workspace) -> None:
    texts = list(NUMBERS)
    for source in ("csv", "json"):
        users = [f"{source}{number}" for number in range(len(texts))]
        rows = table(
            user_id=users, **({"n": texts} if source == "csv" else {"traits": [json.dumps({"n": t}) for t in texts]})
        )
        take(workspace, rows, "users")
        held = workspace.rows_of(
            f"SELECT user_id, text, number FROM user_attribute JOIN users USING (user_key) WHERE user_id LIKE '{source}%'"
        )
        found = {texts[int(row["user_id"].removeprefix(source))]: row for row in held}
        for text, is_number in NUMBERS.items():
            if text or source == "json":
                assert found[text]["text"] == text
                assert (found[text]["number"] is not None) == is_number, text


def test_numbers_that_cannot_be_counted_with_break_no_question(workspace: uptake.Workspace) -> None:
    texts = list(NUMBERS)
    users = [f"u{number}" for number in range(len(texts))]
    take(workspace, table(user_id=users, n=texts), "users")
    take(workspace, table(event=["task"] * len(users), user_id=users, timestamp=["2025-03-01"] * len(users), n=texts))
    numbers = sum(NUMBERS.values())
    assert estimate(workspace, where={"n": {"gte": -1.7e308}}) == {(): numbers}
    assert estimate(workspace, where={"n": {"lt": 0}}) == {(): 2}
    assert estimate(workspace, where={"n": 9223372036854775807}) == {(): 1}
    assert estimate(workspace, where={"n": [1.1, 123, 100000]}) == {(): 3}
    assert estimate(workspace, where={"n": "1.1"}) == {(): 0}
    result = workspace.metric("retention", returns={"event": "task", "where": {"n": {"gt": 1e307}}}, unit="day")
    assert result.rows[0]["returned"] == 1


@pytest.mark.parametrize("mrr", ["NaN", "inf", "1e999", "ten", "1,5"])
def test_a_number_that_is_none_is_in_quarantine_where_the_kind_wants_one(workspace: uptake.Workspace, mrr: str) -> None:
    rows = table(account_id=["a"], mrr=[mrr], started_on=["2025-03-01"])
    assert reasons(take(workspace, rows, "subscriptions")) == ["mrr is '...'; expected a number"]
    seats = table(account_id=["a"], mrr=["1"], seats=["3.5"], started_on=["2025-03-01"])
    assert reasons(take(workspace, seats, "subscriptions")) == ["seats is '...'; expected an integer"]


def test_what_pandas_makes_of_numbers_with_holes_is_read_as_it_was_meant(workspace: uptake.Workspace) -> None:
    """A missing value turns the ids 7 and 8 into 7.0 and 8.0, and itself into nan."""
    rows = table(
        event=["a", "b", "c"], user_id=[7.0, 8.0, 7.0], account_id=[float("nan"), 1.0, 2.5],
        timestamp=[1740823200000.0, 1740823200000.0, 1740823200000.0], size=[4.0, 4.5, float("nan")],
    )  # fmt: skip
    take(workspace, rows)
    found = workspace.rows_of(
        "SELECT event_name, user_id, account_id, event_at::VARCHAR AS at, properties FROM event JOIN event_names"
        " USING (name_key) JOIN users USING (user_key) LEFT JOIN accounts USING (account_key) ORDER BY 1"
    )
    at = "2025-03-01 10:00:00"
    assert [tuple(row.values()) for row in found] == [
        ("a", "7", "2.5", at, '{"size":4}'),  # it names no account, and user 7 is seen in this one
        ("b", "8", "1", at, '{"size":4.5}'),
        ("c", "7", "2.5", at, None),
    ]


def test_a_value_given_for_all_rows_is_read_like_one_of_a_file(workspace: uptake.Workspace) -> None:
    rows = table(event=["a"], user_id=["u1"])
    fixed = {"event_at": "2025-03-01T10:00:00+02:00", "channel": 'we"b', "size": "4", "source": "crm"}
    assert take(workspace, rows, fixed=fixed).stored == 1
    (found,) = workspace.rows_of("SELECT event_at::VARCHAR AS at, properties FROM event")
    assert found["at"] == "2025-03-01 08:00:00"
    assert json.loads(found["properties"]) == {"channel": 'we"b', "size": 4}


@pytest.mark.parametrize("fixed", [{"event_at": "soon"}, {"event_at": ""}, {"user_id": " "}])
def test_a_value_given_for_all_rows_that_cannot_be_read_is_refused(
    workspace: uptake.Workspace, fixed: dict[str, str]
) -> None:
    with pytest.raises(ImportFailed, match="--set"):
        take(workspace, table(event=["a"], user_id=["u1"], timestamp=["2025-03-01"]), fixed=fixed)
    assert workspace.ledger.last_import_id == 0


def test_two_columns_that_would_be_one_property_are_refused(workspace: uptake.Workspace) -> None:
    rows = table(event=["a"], user_id=["u1"], timestamp=["2025-03-01"], color=["red"], colour=["blue"])
    with pytest.raises(ImportFailed, match="'color', 'colour' would both be 'color'"):
        take(workspace, rows, renames={"color": "colour"})


def test_a_column_called_properties_that_holds_no_objects_is_a_property(workspace: uptake.Workspace) -> None:
    take(workspace, table(user_id=["u1", "u2"], properties=["house", "flat"], _id=["7", "8"]), "users")
    held = workspace.rows_of("SELECT name, text FROM user_attribute ORDER BY ALL")
    assert [tuple(row.values()) for row in held] == [
        ("_id", "7"),
        ("_id", "8"),
        ("properties", "flat"),
        ("properties", "house"),
    ]


def test_objects_that_are_none_are_in_quarantine_where_the_column_holds_objects(workspace: uptake.Workspace) -> None:
    head = open_table(table(user_id=["u1"] * 10_000, traits=['{"a": 1}'] * 10_000), "users").sample
    rows = pa.concat_tables([head.drop_columns(["_line"]), table(user_id=["u2", "u3"], traits=["[1]", "{broken"])])
    summary = take(workspace, rows, "users")
    assert (summary.rejected, reasons(summary)) == (2, ["traits is '...'; expected a JSON object"])


def test_a_quarantined_row_keeps_everything_it_had(workspace: uptake.Workspace) -> None:
    rows = table(
        event=["a"] * 2, user_id=["u1"] * 2, timestamp=["2025-03-01", "never"], Note=["", "y" * 50_000], note=["n"] * 2
    )
    take(workspace, rows)
    (row,) = workspace.ledger.quarantine()
    assert json.loads(row.raw) == {
        "_line": 2, "event": "a", "user_id": "u1", "timestamp": "never", "Note": "y" * 50_000, "note": "n",
    }  # fmt: skip
    assert (row.file, row.line, row.kind) == ("table", 2, "events")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=4))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_attribute_is_kept_as_it_was_said(workspace: uptake.Workspace, said: dict[str, str]) -> None:
    user = str(hash(frozenset(said.items())))
    take(workspace, table(user_id=[user], traits=[json.dumps(said)]), "users")
    held = workspace.rows_of(
        f"SELECT name, text FROM user_attribute JOIN users USING (user_key) WHERE user_id = '{user}'"
    )
    assert {row["name"]: row["text"] for row in held} == said


def test_an_event_id_that_is_the_type_of_event_is_no_message_id(workspace: uptake.Workspace) -> None:
    """Six events of two types are six events, and the type stays a property; said with --map it is the id."""
    rows = events(["a"] * 6, event_id=[1, 2] * 3)
    assert workspace.import_rows(rows, "events").stored == 6
    found = workspace.rows_of("SELECT DISTINCT properties FROM event ORDER BY 1")
    assert [row["properties"] for row in found] == ['{"event_id":1}', '{"event_id":2}']
    assert workspace.import_rows(rows, "events", renames={"message_id": "event_id"}).stored == 2


@pytest.mark.parametrize("column", ["event_id", "insert_id", "uuid", "messageId"])
def test_rows_that_were_sent_twice_leave_their_id_an_id(workspace: uptake.Workspace, column: str) -> None:
    """Four events, one of them sent again as it was and once more with a corrected time: four events."""
    rows = events(["a"] * 6, **{column: ["m1", "m2", "m3", "m4", "m1", "m1"]}).to_pylist()
    rows[4] = rows[0]
    assert workspace.import_rows(pa.Table.from_pylist(rows), "events").stored == 4


def test_an_alias_that_is_no_id_leaves_the_next_one(workspace: uptake.Workspace) -> None:
    rows = events(["a"] * 6, uuid=["device"] * 6, event_id=["m1", "m2", "m3", "m4", "m5", "m5"])
    assert workspace.import_rows(rows, "events").stored == 5


def test_an_event_id_beside_no_name_of_the_event_says_what_to_do(workspace: uptake.Workspace) -> None:
    rows = events(["a"] * 6, event_id=[1, 2] * 3).drop_columns(["event"])
    with pytest.raises(ImportFailed, match="--map event_name=COLUMN"):
        workspace.import_rows(rows, "events")
    assert workspace.import_rows(rows, "events", renames={"event_name": "event_id"}).stored == 6


def test_a_file_of_bad_rows_only_is_told_and_leaves_no_rows(workspace: uptake.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("event,user_id,timestamp\n" + "".join(f",u{n},2025-03-01\n" for n in range(50)))
    summary = workspace.import_rows(path, "events")
    assert (summary.read, summary.stored, summary.rejected) == (50, 0, 50)
    assert [row.line for row in workspace.ledger.quarantine()] == list(range(2, 52))
    assert workspace.ledger.quarantine_reasons() == [("events", "event_name is missing", 50)]
    assert not list((workspace.home.archive).rglob("*.parquet"))
    home = workspace.home.folder
    workspace.close()
    with uptake.open(home) as reopened:
        assert reopened.rows_of("SELECT value FROM meta WHERE name = 'applied'") == [{"value": "1"}]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20260105T100000Z", "2026-01-05 10:00:00"),
        ("20260105T1000Z", "2026-01-05 10:00:00"),
        ("20260105T100000", "2026-01-05 10:00:00"),
        ("20260105T100000.25+0130", "2026-01-05 08:30:00.25"),
        ("20260105T100000,25-05:30", "2026-01-05 15:30:00.25"),
        ("20260105T100000+01", "2026-01-05 09:00:00"),
    ],
)
def test_the_basic_form_of_iso_8601_is_read(workspace: uptake.Workspace, written: str, meant: str) -> None:
    summary = take(workspace, table(event=["a"], user_id=["u1"], timestamp=[written]))
    assert summary.detected[-1].format == "ISO 8601"
    assert workspace.rows_of("SELECT event_at::VARCHAR AS at FROM event") == [{"at": meant}]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-02-30T10:00:00Z", "2026-13-01 10:00", "20260230T100000Z"])
def test_a_day_that_does_not_exist_is_told_as_that(workspace: uptake.Workspace, day: str) -> None:
    rows = table(event=["a", "b"], user_id=["u1", "u2"], timestamp=["2026-02-28", day])
    take(workspace, rows)
    assert [row.reason for row in workspace.ledger.quarantine()] == [f"event_at is '{day}'; there is no such day"]


@pytest.mark.parametrize(
    "text", ["2026-02-28T25:00:00Z", "20260228T9900Z", "2026-0x-30", "yesterday", "20260228T10005"]
)
def test_a_time_that_is_none_of_a_day_that_exists_is_told_as_before(workspace: uptake.Workspace, text: str) -> None:
    take(workspace, table(event=["a", "b"], user_id=["u1", "u2"], timestamp=["2026-02-28", text]))
    assert [row.reason for row in workspace.ledger.quarantine()] == [
        f"event_at is '{text}'; expected a time (ISO 8601)"
    ]


@pytest.mark.parametrize(
    ("kind", "begins", "ends", "further"),
    [
        ("memberships", "valid_from", "valid_to", {"user_id": "u1"}),
        ("seats", "valid_from", "valid_to", {"user_id": "u1"}),
        ("subscriptions", "started_on", "ended_on", {"mrr": "1"}),
    ],
)
def test_what_ends_before_it_begins_is_in_quarantine(
    workspace: uptake.Workspace, kind: str, begins: str, ends: str, further: dict[str, str | None]
) -> None:
    spans = [("2026-02-01", end) for end in ("2026-01-31", "2026-02-01", None, "9999-12-31")]
    rows = [{"account_id": f"a{at}", begins: one, ends: other} | further for at, (one, other) in enumerate(spans)]
    assert take(workspace, pa.Table.from_pylist(rows), kind).stored == 3
    assert [row.reason for row in workspace.ledger.quarantine()] == [
        f"it ends before it begins: {ends} is '2026-01-31 00:00:00', {begins} is '2026-02-01 00:00:00'"
    ]
    assert workspace.ledger.quarantine_reasons() == [(kind, f"it ends before it begins: {ends} is '...'", 1)]


@pytest.mark.parametrize("column", ["mrr", "seats"])
def test_a_subscription_of_less_than_nothing_is_in_quarantine(workspace: uptake.Workspace, column: str) -> None:
    row = {"account_id": ["a", "b"], "mrr": ["1", "1"], "seats": ["1", "1"], "started_on": ["2025-03-01"] * 2}
    summary = take(workspace, table(**row | {column: ["-1", "0"]}), "subscriptions")
    assert (summary.stored, reasons(summary)) == (1, [f"{column} is '...'; allowed 0 or more"])
