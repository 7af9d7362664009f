"""Segment calls become rows of our kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome import Outcome, ReadCalls, lines, read, without_line

from uptake.kinds import BY_NAME
from uptake.sources.segment import COLUMNS

AT = "2026-05-01T10:00:00.000Z"
LATER = "2026-05-02T10:00:00+00:00"


@pytest.fixture
def read_calls(tmp_path: Path) -> ReadCalls:
    def read_file(*calls: Any, **options: Any) -> Outcome:
        path = tmp_path / "calls.jsonl"
        path.write_text("".join((call if isinstance(call, str) else json.dumps(call)) + "\n" for call in calls))
        return read(path, **options)

    return read_file


def track(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Task Created", "userId": "u1", "messageId": "m1", "timestamp": AT} | more


def test_every_column_is_one_of_its_kind() -> None:
    for kind, columns in COLUMNS.items():
        assert all(BY_NAME[kind].column(name) for name in columns if name != "properties")


def test_a_track_call_is_an_event(read_calls: ReadCalls) -> None:
    outcome = read_calls(
        track(
            anonymousId=None,
            properties={"size": 3, "done": True},
            context={"groupId": "acme", "ip": "::1"},
            channel="server",
        )
    )
    assert outcome.reading.segment
    assert outcome.by_kind == {
        "events": [
            {
                "message_id": "m1",
                "event_name": "Task Created",
                "user_id": "u1",
                "anonymous_id": None,
                "account_id": "acme",
                "event_at": AT,
                "properties": '{"done":true,"size":3}',
                "_line": 1,
            }
        ]
    }


def test_campaigns_become_utm_properties_and_give_way_to_those_sent(read_calls: ReadCalls) -> None:
    campaign = {"name": "spring", "source": "ads", "medium": "cpc", "term": "x"}
    rows = read_calls(track(context={"campaign": campaign}, properties={"utm_source": "own"})).rows
    assert json.loads(rows[0]["properties"]) == {"utm_campaign": "spring", "utm_medium": "cpc", "utm_source": "own"}


@pytest.mark.parametrize("call", ["page", "screen"])
def test_page_and_screen_are_events_with_their_name_as_property(read_calls: ReadCalls, call: str) -> None:
    row = read_calls(
        {
            "type": call,
            "name": "Board",
            "category": "Work",
            "userId": "u1",
            "timestamp": AT,
            "properties": {"url": "/b"},
        }
    ).rows[0]
    assert (row["event_name"], row["message_id"]) == (call, None)
    assert json.loads(row["properties"]) == {"name": "Board", "category": "Work", "url": "/b"}


def test_identify_is_a_user_from_its_time_on_and_an_alias_of_the_anonymous_id(read_calls: ReadCalls) -> None:
    outcome = read_calls(
        {
            "type": "identify",
            "userId": "u1",
            "anonymousId": "a1",
            "messageId": "m1",
            "timestamp": AT,
            "context": {"groupId": "acme"},
            "traits": {"plan": "pro", "createdAt": "2026-01-01", "age": 5},
        }
    )
    assert without_line(outcome.by_kind["users"]) == [
        {
            "message_id": "m1",
            "user_id": "u1",
            "account_id": "acme",
            "created_at": "2026-01-01",
            "valid_from": AT,
            "properties": '{"age":5,"plan":"pro"}',
        }
    ]
    assert without_line(outcome.by_kind["aliases"]) == [
        {"message_id": "m1#alias", "previous_id": "a1", "is_anonymous": "true", "user_id": "u1", "alias_at": AT}
    ]


def test_group_is_an_account_and_a_membership(read_calls: ReadCalls) -> None:
    outcome = read_calls(
        {
            "type": "group",
            "groupId": 42,
            "userId": "u1",
            "messageId": "m1",
            "timestamp": AT,
            "traits": {"name": "Acme"},
        },
        {"type": "group", "groupId": "solo", "anonymousId": "a1", "timestamp": AT},
    )
    assert without_line(outcome.by_kind["accounts"]) == [
        {"message_id": "m1", "account_id": "42", "created_at": None, "valid_from": AT, "properties": '{"name":"Acme"}'},
        {"message_id": None, "account_id": "solo", "created_at": None, "valid_from": AT, "properties": "{}"},
    ]
    assert without_line(outcome.by_kind["memberships"]) == [
        {"message_id": "m1#membership", "user_id": "u1", "account_id": "42", "valid_from": AT, "valid_to": None}
    ]


def test_alias_names_the_id_that_goes(read_calls: ReadCalls) -> None:
    outcome = read_calls(
        {"type": "alias", "previousId": "old", "userId": "u1", "timestamp": AT},
        {"type": "alias", "anonymousId": "a1", "userId": "u1", "timestamp": AT},
    )
    assert [(row["previous_id"], row["is_anonymous"], row["user_id"]) for row in outcome.by_kind["aliases"]] == [
        ("old", "false", "u1"),
        ("a1", "true", "u1"),
    ]


def test_a_pair_of_ids_is_told_once_and_again_only_when_another_user_came_between(read_calls: ReadCalls) -> None:
    pairs = [("a1", "u1"), ("a1", "u1"), ("a2", "u1"), ("a1", "u2"), ("a1", "u1"), ("u1", "u1")]
    outcome = read_calls(*(track(anonymousId=anonymous, userId=user) for anonymous, user in pairs))
    assert len(outcome.rows) == 6
    assert [(row["previous_id"], row["user_id"]) for row in outcome.by_kind["aliases"]] == [
        ("a1", "u1"),
        ("a2", "u1"),
        ("a1", "u2"),
        ("a1", "u1"),
    ]


@pytest.mark.parametrize(
    ("more", "user", "account"),
    [
        ({"properties": {"userId": "gone", "groupId": "acme"}}, "gone", "acme"),
        ({"properties": {"accountId": 7}}, "u1", "7"),
        ({"context": {"groupId": "ctx"}}, "u1", "ctx"),
    ],
)
def test_account_removed_user_is_an_event_and_ends_a_membership(
    read_calls: ReadCalls, more: dict[str, Any], user: str, account: str
) -> None:
    outcome = read_calls(track(event="Account Removed User", **more))
    assert outcome.rows[0]["event_name"] == "Account Removed User"
    assert without_line(outcome.by_kind["memberships"]) == [
        {"message_id": "m1#membership", "user_id": user, "account_id": account, "valid_from": None, "valid_to": AT}
    ]


def test_account_removed_user_without_account_is_an_event_only(read_calls: ReadCalls) -> None:
    assert set(read_calls(track(event="Account Removed User")).by_kind) == {"events"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"timestamp": LATER, "originalTimestamp": AT, "sentAt": AT, "receivedAt": AT}, LATER),
        # The sender's clock is an hour ahead; it waited two minutes before sending.
        (
            {
                "originalTimestamp": "2026-05-01T11:00:00.250Z",
                "sentAt": "2026-05-01T11:02:00.250Z",
                "receivedAt": "2026-05-01T10:02:01+00:00",
            },
            "2026-05-01T10:00:01+00:00",
        ),
        (
            {
                "originalTimestamp": "2026-05-01T12:00:00+02:00",
                "sentAt": "2026-05-01T10:00:00Z",
                "receivedAt": "2026-05-01T05:30:00.5-05:00",
            },
            "2026-05-01T10:30:00.500000+00:00",
        ),
        ({"originalTimestamp": AT, "sentAt": LATER}, AT),
        ({"originalTimestamp": AT, "sentAt": "soon", "receivedAt": LATER}, AT),
        ({"originalTimestamp": AT, "sentAt": "2026-05-01T10:00:00", "receivedAt": LATER}, AT),
        (
            {"originalTimestamp": "9999-12-31T23:59:59Z", "sentAt": "0001-01-01T00:00:00Z", "receivedAt": LATER},
            "9999-12-31T23:59:59Z",
        ),
        ({"receivedAt": LATER, "sentAt": AT}, LATER),
        ({"sentAt": AT}, AT),
        ({"timestamp": "yesterday"}, "yesterday"),
    ],
)
def test_the_time_is_the_one_sent_or_corrected_by_the_clocks(
    read_calls: ReadCalls, times: dict[str, str], expected: str
) -> None:
    outcome = read_calls({"type": "track", "event": "x", "userId": "u1"} | times)
    assert outcome.rows[0]["event_at"] == expected


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (track(userId=None), "call has neither userId nor anonymousId"),
        (track(userId="  ", anonymousId=""), "call has neither userId nor anonymousId"),
        (track(event=None), "track has no event"),
        (track(event=" "), "track has no event"),
        (track(timestamp=None), "call has no timestamp"),
        (track(type="order"), "type is 'order', allowed: track, page, screen, identify, group, alias"),
        (track(type=None), "type is 'None', allowed"),
        (track(type="identify", userId=None, anonymousId="a1"), "identify has no userId"),
        (track(type="group"), "group has no groupId"),
        (track(type="alias"), "alias has no previousId"),
        (track(type="alias", userId=None, anonymousId="a1"), "alias has no userId"),
        (
            track(userId={"id": 1}),
            "row is not a Segment call: expected `int | str | null`, got `object` - at `$.userId`",
        ),
        (track(properties=[1]), "row is not a Segment call: expected `object | null`, got `array` - at `$.properties`"),
        (track(userId="u\0"), "row holds a NUL character"),
        ("[]", "row is not a Segment call: expected `object`, got `array`"),
        ("{", "row is not a Segment call: input data was truncated"),
        ('{"type":"track","properties":' + '{"a":' * 5_000, "row is not a Segment call: it is nested too deeply"),
        ('{"type":"track","event":NaN}', "row is not a Segment call: invalid character"),
    ],
)
def test_a_call_without_what_it_needs_is_rejected(
    read_calls: ReadCalls, call: str | dict[str, Any], reason: str
) -> None:
    outcome = read_calls(track(), "", call, track())
    assert lines(outcome.rows) == [1, 4]
    assert [reject.line for reject in outcome.rejects] == [3]
    assert outcome.rejects[0].reason.startswith(reason)


def test_batches_lend_their_context_and_times_and_number_their_calls(read_calls: ReadCalls) -> None:
    batch = {
        "batch": [
            {"type": "track", "event": "a", "userId": "u1", "originalTimestamp": AT},
            {"type": "track", "event": "b", "userId": "u1", "timestamp": AT, "context": {"groupId": "own"}},
            {"type": "nonsense", "userId": "u1", "timestamp": AT},
            {"type": "track", "event": "c", "userId": "u1", "timestamp": AT},
            5,
        ],
        "context": {"groupId": "lent", "campaign": {"source": "ads"}},
        "integrations": {},
        "sentAt": "2026-05-01T10:00:10Z",
        "receivedAt": "2026-05-01T10:00:15Z",
    }
    outcome = read_calls(batch, track(), {"batch": []}, *[""] * 9, track())
    assert [(row["_line"], row["event_name"], row["account_id"]) for row in outcome.rows] == [
        (1, "a", "lent"),
        (2, "b", "own"),
        (4, "c", "lent"),
        (6, "Task Created", None),
        (13, "Task Created", None),
    ]
    assert outcome.rows[0]["event_at"] == "2026-05-01T10:00:05+00:00"
    assert outcome.rows[1]["properties"] == '{"utm_source":"ads"}'
    assert [(reject.line, reject.raw[:3]) for reject in outcome.rejects] == [(1, '{"t'), (1, "5")]


def test_one_envelope_over_several_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"batch": [track(), track(messageId="m2")], "writeKey": "k"}, indent=2))
    assert [row["message_id"] for row in read(path).rows] == ["m1", "m2"]


def test_links_are_told_once_over_all_files_and_again_in_a_second_reading(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(json.dumps(track(anonymousId="a1")) + "\n")
    outcome = read(tmp_path)
    assert len(outcome.by_kind["aliases"]) == 1
    assert [chunk.kind for chunk in outcome.reading.chunks()] == ["events", "aliases", "events"]


def test_what_merely_resembles_a_call_is_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"type":"track","event":"x","user_id":"u"}\n{"event":"y","batch":[1]}\n')
    assert not read(path).reading.segment


def test_the_format_may_be_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(track()) + "\n")
    assert read(path, format="json").rows[0]["userId"] == "u1"
    assert read(path, format="segment").rows[0]["user_id"] == "u1"


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.lists(st.integers(), max_size=1)
    | st.just({"a": 1})
)
FIELDS = [
    "event",
    "name",
    "userId",
    "anonymousId",
    "previousId",
    "groupId",
    "messageId",
    "timestamp",
    "properties",
    "traits",
]


@given(
    calls=st.lists(
        st.builds(
            lambda kind, more: {"type": kind} | more,
            st.sampled_from(["track", "page", "identify", "group", "alias"]),
            st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_call_makes_rows_or_one_reject(
    tmp_path_factory: pytest.TempPathFactory, calls: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("calls") / "a.jsonl"
    path.write_text("".join(json.dumps(call) + "\n" for call in calls))
    outcome = read(path, format="segment")
    found = {row["_line"] for rows in outcome.by_kind.values() for row in rows}
    rejected = [reject.line for reject in outcome.rejects]
    assert sorted([*found, *rejected]) == list(range(1, len(calls) + 1))
    for kind, rows in outcome.by_kind.items():
        required = [column.name for column in BY_NAME[kind].columns if column.required]
        assert all(row[name] for row in rows for name in required)
