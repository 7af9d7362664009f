"""Events' own properties: of the events that count as activity, or of the event that began a cohort."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alike import assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

Row = dict[str, Any]
WEEK = {"window": "7", "as_of": "2025-03-05"}


def event(at: str, user: str, name: str = "task", account: str = "a", **properties: Any) -> Row:
    return {"event": name, "user_id": user, "account_id": account, "timestamp": at, "properties": properties}


@pytest.fixture(scope="module")
def small(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """`u1` on the web and on a phone, `u2` on the web, `u3` nobody knows where, `u4` only looked at pages."""
    rows = [
        event("2025-03-03T10:00:00Z", "u1", device="web", seconds=5),
        event("2025-03-03T11:00:00Z", "u1", device="ios", seconds=50),
        event("2025-03-04T10:00:00Z", "u2", device="web", seconds=50),
        event("2025-03-04T10:00:00Z", "u3", account="b"),
        event("2025-03-04T11:00:00Z", "u4", "page_viewed", account="b", device="android"),
    ]
    with uptake.open(new_home("features: {tasks: {events: [task]}}")) as workspace:
        workspace.import_events(rows)
        yield workspace


def test_who_had_several_values_counts_with_each(small: uptake.Workspace) -> None:
    """Among four. Pages are no activity, so `android` is no value."""
    result = small.metric("active_users", by="event.device", **WEEK)
    assert by(result, "event.device") == {"web": 2, "ios": 1, "(none)": 1}
    assert by(result, "event.device", of="n") == {"web": 4, "ios": 4, "(none)": 4}
    assert "do not add up" in result.notes[0]


def test_a_condition_keeps_the_events_that_meet_it(small: uptake.Workspace) -> None:
    def kept(condition: object, **more: Any) -> int:
        return int(only(small.metric("active_users", where=condition, **WEEK, **more))["estimate"])

    assert kept("event.device=web") == 2
    assert kept("event.device=web|ios") == 2
    assert kept("event.device!=web") == 2
    assert kept("event.device?") == 2
    assert kept({"event.device": {"exists": False}}) == 1
    assert kept("event.seconds>=50") == 2
    assert kept(["event.device=web", "event.seconds>=50"]) == 1
    assert kept("event.device=web", entity="account") == 1
    assert kept("event.device=web", entity="member") == 2


def test_a_value_is_what_the_condition_keeps(small: uptake.Workspace) -> None:
    for metric, params in {
        "active_users": {},
        "lifecycle": {"period": "day"},
        "stickiness": {"output": "power"},
    }.items():
        for entity in ("user", "account", "member"):
            asked = {"entity": entity, "as_of": "2025-03-05", **params}
            split = small.metric(metric, by="event.device", **asked)
            for device in ("web", "ios"):
                alone = small.metric(metric, where={"event.device": device}, **asked)
                part = [{k: v for k, v in row.items() if k != "event.device"} for row in split.rows if row["event.device"] == device]  # fmt: skip
                assert_alike(part, alone.rows, split.sql)


def test_two_properties_and_an_attribute_split_together(small: uptake.Workspace) -> None:
    result = small.metric("active_users", by=["event.device", "user.id", "event.seconds"], **WEEK)
    active = {key: count for key, count in by(result, "user.id", "event.device", "event.seconds").items() if count}
    assert active == {
        ("u1", "web", "5"): 1,
        ("u1", "ios", "50"): 1,
        ("u2", "web", "50"): 1,
        ("u3", "(none)", "(none)"): 1,
    }


def test_an_own_choice_of_activity_is_narrowed_too(small: uptake.Workspace) -> None:
    """By the feature, which facts could answer without the condition, and by the event."""
    for active in ("tasks", "task", {"feature": "tasks"}):
        asked = {"active": active, "where": "event.device=ios", "period": "week", "as_of": "2025-03-09"}
        result = small.metric("lifecycle", **asked)
        assert by(result, "state") == {"new": 1, "current": 0, "resurrected": 0, "dormant": 0}
    pages = small.metric("lifecycle", active="page_viewed", by="event.device", period="week", as_of="2025-03-09")
    assert by(pages, "event.device", "state")["android", "new"] == 1


def test_the_sql_shown_gives_the_numbers_and_the_people(small: uptake.Workspace) -> None:
    asked: Row = {"by": ["event.device", "account.id"], "where": "event.seconds>=1", **WEEK}
    result = small.metric("active_users", **asked)
    shown = small.rows_of(result.sql)
    assert_alike([{name: row[name] for name in shown[0] if name in row} for row in result.rows], [{name: row[name] for name in shown[0] if name in result.rows[0]} for row in shown], result.sql)  # fmt: skip
    again = small.metric("active_users", **result.params)
    assert (again.rows, again.sql) == (result.rows, result.sql)
    people = small.people("active_users", {"event.device": "web", "account.id": "a"}, **asked)
    assert {row["user_id"] for row in people.rows} == {"u1", "u2"}


def test_where_it_has_no_meaning_it_is_refused(small: uptake.Workspace) -> None:
    for name, entry in catalogue().items():
        if not entry.metric.events:
            entity = entry.metric.entities[0]
            for given_ in ({"by": "event.device"}, {"where": "event.device=web"}):
                with pytest.raises(QuestionError, match=f"{name} does not count single events"):
                    small.metric(name, entity=entity, **given_)
    with pytest.raises(QuestionError, match=r"No event that counts has event\.colour"):
        small.metric("active_users", by="event.colour")
    with pytest.raises(QuestionError, match=r"and start is start_of_life\. Name an event as start"):
        small.metric("retention", by="event.device")


def test_the_values_beyond_the_largest_are_one(new_home: Callable[..., Path]) -> None:
    """Of 25 values `'24` has two users; `u0` had two of the others and is one of them once. `u9` had none as well."""
    with uptake.open(new_home()) as workspace:
        rows = [event("2025-03-03", f"u{number}", path=f"'{number:02}") for number in range(25)]
        more = [event("2025-03-04", "u0", path="'24"), event("2025-03-04", "u0", path="'22"), event("2025-03-04", "u9")]
        workspace.import_events([*rows, *more, event("2025-03-04", "u0", path="'23")])
        result = workspace.metric("active_users", by="event.path")
        counts = by(result, "event.path")
        assert len(counts) == 22
        assert (counts["'24"], counts["'22"], counts["'23"], counts["(none)"], counts["(other)"]) == (2, 2, 2, 1, 5)
        assert "event.path has 25 values; (other) are those beyond the 20 that most had." in result.notes
        largest = workspace.metric("active_users", by="event.path", top=1)
        assert by(largest, "event.path") == {"'22": 2, "(none)": 1, "(other)": 24}
        everything = workspace.metric("active_users", by="event.path", top=25)
        assert "(other)" not in by(everything, "event.path")
        # beside other breakdowns it is the values of events that are cut
        crossed = by(
            workspace.metric("active_users", by=["event.path", "account.id"], top=1), "event.path", "account.id"
        )
        assert crossed == {("'22", "a"): 2, ("(none)", "a"): 1, ("(other)", "a"): 24}


HOSTILE = ["it's", 'a"b', "$as_of", "a/b~c", "{0}", "a -- b", "x@any_time"]


def test_properties_may_be_called_anything(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home()) as workspace:
        workspace.import_events([event("2025-03-03", "u", **dict.fromkeys(HOSTILE, "'$as_of\" --"))])
        for called in HOSTILE:
            asked = {"by": f"event.{called}", "where": {f"event.{called}": "'$as_of\" --"}}
            assert by(workspace.metric("active_users", **asked), f"event.{called}") == {"'$as_of\" --": 1}


@pytest.fixture(scope="module")
def cohorts(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """All begin on 3 March; `u1` signs up twice at one instant, `u2` by an advert first and by a friend later."""
    rows = [
        event("2025-03-03T10:00:00Z", "u1", "signup"),
        event("2025-03-03T10:00:00Z", "u1", "signup", via="friend"),
        event("2025-03-03T10:00:00Z", "u2", "signup", via="advert"),
        event("2025-03-11T10:00:00Z", "u2", "signup", via="friend"),
        event("2025-03-03T10:00:00Z", "u3", "signup", via="friend"),
        event("2025-03-12T10:00:00Z", "u1"),
        event("2025-03-12T10:00:00Z", "u2", via="other"),
    ]
    with uptake.open(new_home()) as workspace:
        workspace.import_events(rows)
        yield workspace


COHORTS = {"unit": "week", "units": 1, "start": "signup", "returns": "task", "as_of": "2025-03-23"}


def sizes(result: Any, of: str = "cohort_size") -> dict[Any, int]:
    rows = [row for row in result.rows if row["row"] == "cohort" and row["unit_index"] == 1]
    return {(row["cohort_on"].day, row["event.via"]): row[of] for row in rows}


def test_a_cohort_is_split_by_the_event_that_began_it(cohorts: uptake.Workspace) -> None:
    """Of two at one instant the first that was imported counts. Later sign-ups say nothing of the start."""
    result = cohorts.metric("retention", by="event.via", **COHORTS)
    assert sizes(result) == {(3, "(none)"): 1, (3, "advert"): 1, (3, "friend"): 1}
    assert sizes(result, "returned") == {(3, "(none)"): 1, (3, "advert"): 1, (3, "friend"): 0}
    every = cohorts.metric("retention", by="event.via", entry="recurring", **COHORTS)
    assert sizes(every) == {(3, "(none)"): 1, (3, "advert"): 1, (3, "friend"): 1, (10, "friend"): 1}


def test_a_condition_on_the_start_differs_from_another_start(cohorts: uptake.Workspace) -> None:
    """By a friend began `u3`; who ever signed up by a friend began as well `u1` and, later, `u2`."""
    began = cohorts.metric("retention", where="event.via=friend", **COHORTS)
    assert [row["cohort_size"] for row in began.rows if row["row"] == "cohort"] == [1, 1]
    other = cohorts.metric("retention", **COHORTS | {"start": {"event": "signup", "where": {"via": "friend"}}})
    assert sum(row["cohort_size"] for row in other.rows if row["row"] == "cohort" and row["unit_index"] == 0) == 3
    first_ever = cohorts.metric("retention", by="event.via", entry="first_ever", **COHORTS | {"start": {"event": "signup", "where": {"via": {"exists": True}}}})  # fmt: skip
    assert sizes(first_ever) == {(3, "advert"): 1, (3, "friend"): 1}


# A model that reads events one by one.

Told = tuple[uptake.Workspace, list[tuple[date, str, str, str | None, int | None]]]


@pytest.fixture(scope="module")
def told(new_home: Callable[..., Path]) -> Iterator[Told]:
    chance = random.Random(11)  # noqa: S311 - no secret
    happened = []
    rows = []
    for _ in range(160):
        at = datetime(2025, 3, 3, tzinfo=UTC) + timedelta(hours=chance.randint(0, 28 * 24 - 1))
        user, account = f"u{chance.randint(0, 14)}", chance.choice("ab")
        name, device, size = chance.choice(["task", "task", "login"]), chance.choice(["web", "ios", None]), chance.choice([1, 5, None])  # fmt: skip
        given_ = {key: value for key, value in {"device": device, "size": size}.items() if value is not None}
        rows.append(event(at.isoformat(), user, name, account, **given_))
        if name == "task":
            happened.append((at.date(), user, account, device, size))
    with uptake.open(new_home()) as workspace:
        workspace.import_events(rows)
        yield workspace, happened


TESTS: dict[str, Callable[[str | None, int | None], bool]] = {
    "event.device=web": lambda device, _: device == "web",
    "event.device!=web": lambda device, _: device != "web",
    "event.device?": lambda device, _: device is not None,
    "event.size>=2": lambda _, size: size is not None and size >= 2,
    "event.size=1": lambda _, size: size == 1,
}


@settings(max_examples=30)
@given(entity=st.sampled_from(["user", "account", "member"]), tests=st.sets(st.sampled_from(sorted(TESTS)), max_size=2), window=st.sampled_from([1, 7, 28]))  # fmt: skip
def test_actives_by_device_are_those_of_the_model(told: Told, entity: str, tests: set[str], window: int) -> None:
    workspace, happened = told
    expected: dict[tuple[date, str], set[str]] = defaultdict(set)
    every: dict[str, None] = {}
    for day, user, account, device, size in happened:
        if all(TESTS[test](device, size) for test in tests):
            every[device or "(none)"] = None
            for end in (date(2025, 3, 9), date(2025, 3, 16), date(2025, 3, 23), date(2025, 3, 30)):
                if end - timedelta(days=window) < day <= end:
                    who = {"user": user, "account": account, "member": user + account}[entity]
                    expected[end - timedelta(days=6), device or "(none)"].add(who)
    asked = {"entity": entity, "where": sorted(tests), "window": str(window), "period": "week", "date_from": "2025-03-03", "as_of": "2025-03-30"}  # fmt: skip
    if not set(every) - {"(none)"}:
        with pytest.raises(QuestionError, match="No event that counts"):
            workspace.metric("active_users", by="event.device", **asked)
        return
    found = by(workspace.metric("active_users", by="event.device", **asked), "period_on", "event.device")
    assert {key: count for key, count in found.items() if count} == {key: len(who) for key, who in expected.items()}
    assert {device for _, device in found} == set(every)
