"""When a property counts: as it was then, as it is now, or as it ever was; and a model that reads rows one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alike import assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_answers import by, only
from scenario_rows import Scenario

import uptake
from uptake.metrics.asking.ask import ask
from uptake.plan import parse

pytestmark = pytest.mark.usefixtures("one_thread")

MONTHS = {"window": "calendar", "period": "month", "date_from": "2025-04-01"}


def by_month(result: Any, label: str) -> dict[Any, Any]:
    return {(row["period_on"].month, row[label]): row["estimate"] for row in result.rows}


def active(result: Any) -> dict[int, int]:
    return {row["period_on"].month: row["estimate"] for row in result.rows}


def test_most_recent_is_what_holds_at_as_of_in_every_period(scenario: Scenario) -> None:
    """`upgrader` is Pro from 15 May, `leaver` Pro, `unknown` never said; all are active in April and in May."""
    workspace = scenario("plans")
    asked = {"by": "plan", "properties": "most_recent", **MONTHS}
    result = workspace.metric("active_users", as_of="2025-05-31", **asked)
    assert by_month(result, "user.plan") == {(4, "Pro"): 2, (4, "(none)"): 1, (5, "Pro"): 2, (5, "(none)"): 1}
    assert result.notes == ("user.plan is the value at as_of, in earlier periods too.",)
    before = workspace.metric("active_users", as_of="2025-05-14", **asked)
    assert by_month(before, "user.plan") == {(4, "Free"): 1, (4, "Pro"): 1, (4, "(none)"): 1, (5, "Free"): 0, (5, "Pro"): 0, (5, "(none)"): 0}  # fmt: skip


def test_who_has_no_value_yet_is_told_how_to_ask_for_what_it_is_now(scenario: Scenario) -> None:
    """`unknown` never said; together with the others it is one group of several, and nothing has to be told."""
    workspace = scenario("plans")
    asked = {"by": "plan", "as_of": "2025-05-31", **MONTHS}
    alone = workspace.metric("active_users", where={"user.id": "unknown"}, **asked)
    assert {row["user.plan"] for row in alone.rows} == {"(none)"}
    assert alone.notes[-1].startswith("Nobody had user.plan at the moment that counts")
    assert workspace.metric("active_users", **asked).notes == ()


def test_any_time_is_every_value_up_to_as_of(scenario: Scenario) -> None:
    workspace = scenario("plans")
    asked = {"by": "plan", "properties": "any_time", **MONTHS}
    result = workspace.metric("active_users", as_of="2025-05-31", **asked)
    expected = {(4, "Free"): 1, (4, "Pro"): 2, (4, "(none)"): 1, (5, "Free"): 1, (5, "Pro"): 2, (5, "(none)"): 1}
    assert by_month(result, "user.plan") == expected
    assert "do not add up" in result.notes[0]
    before = workspace.metric("active_users", as_of="2025-04-30", **asked)
    assert by_month(before, "user.plan") == {(4, "Free"): 1, (4, "Pro"): 1, (4, "(none)"): 1}


def test_the_three_modes_of_one_condition(scenario: Scenario) -> None:
    workspace = scenario("plans")

    def kept(condition: object, **more: Any) -> dict[int, int]:
        return active(workspace.metric("active_users", where=condition, as_of="2025-05-31", **MONTHS, **more))

    assert kept("plan=Free") == {4: 1}
    assert kept("plan@most_recent=Free") == {}
    assert kept("plan@any_time=Free") == {4: 1, 5: 1} == kept("plan=Free", properties="any_time")
    assert kept("plan!=Free") == {4: 2, 5: 3}
    assert kept("plan@any_time!=Free") == {4: 2, 5: 2}
    assert kept({"plan@any_time": {"exists": False}}) == {4: 1, 5: 1}
    assert kept({"user.plan@any_time": {"exists": True}}) == {4: 2, 5: 2}
    assert kept(["plan@any_time=Free", "plan@any_time=Pro"]) == {4: 1, 5: 1}
    assert kept(["plan=Free", "plan@most_recent=Pro"]) == {4: 1}
    assert kept("plan@at_event=Free", properties="most_recent") == {4: 1}


def test_what_was_then_beside_what_is_now(scenario: Scenario) -> None:
    result = scenario("plans").metric(
        "active_users", by=["plan", "plan@most_recent"], as_of="2025-05-31", date_to="2025-04-30", **MONTHS
    )
    assert by(result, "user.plan", "user.plan@most_recent") == {
        ("Free", "Pro"): 1,
        ("Pro", "Pro"): 1,
        ("(none)", "(none)"): 1,
    }


def test_golden_5_again_in_every_mode(scenario: Scenario) -> None:
    """`mover` began in Chrome and came back in Firefox: a return of the row that the mode puts the start in."""
    asked = {"unit": "week", "units": 1, "by": "browser", "date_to": "2025-03-09", "as_of": "2025-03-23"}

    def returned(mode: str) -> dict[Any, int]:
        rows = scenario("golden 5").metric("retention", properties=mode, **asked).rows
        return {(row["user.browser"], row["unit_index"]): row["returned"] for row in rows if row["row"] == "cohort"}

    chrome, firefox = {("Chrome", 0): 1, ("Chrome", 1): 1}, {("Firefox", 0): 1, ("Firefox", 1): 0}
    assert returned("at_event") == chrome | firefox
    assert returned("most_recent") == {("Firefox", 0): 2, ("Firefox", 1): 1}
    assert returned("any_time") == chrome | {("Firefox", 0): 2, ("Firefox", 1): 1}


HOSTILE = ["{alias}", "a@any_time", "{0}", "it's $as_of", 'q"uote', "segment.x", "a -- b", "any"]


def test_names_may_look_like_anything(new_home: Callable[..., Path]) -> None:
    """Also like a mode: the attribute `a@any_time` is itself, and with a mode behind it it has that."""
    with uptake.open(new_home("segments: {x: {entity: user, where: {user.any: '1'}}}")) as workspace:
        workspace.import_rows([{"user_id": "u", "properties": dict.fromkeys(HOSTILE, "1")}], "users")
        workspace.import_events([{"event": "task", "user_id": "u", "timestamp": "2025-03-03"}])
        for name in HOSTILE:
            for word in (f"user.{name}", *(f"user.{name}@{mode}" for mode in ("at_event", "most_recent", "any_time"))):
                asked = {"by": word, "where": {word: "1"}, "segment": "x"}
                result = workspace.metric("active_users", **asked)
                assert [row["estimate"] for row in result.rows] == [1], word
                assert_alike(workspace.rows_of(result.sql), [{k: v for k, v in row.items() if k in ("n", "estimate")} | {result.by[0]: "1", "is_closed": True} for row in result.rows], result.sql)  # fmt: skip
        plain = workspace.metric("active_users", by="user.a@any_time")
        assert plain.by == ("user.a@any_time",)


# A model that reads rows one by one.

PLANS, SIZES = ("Free", "Pro", None), ("1", "20", "300", None)
AS_OF = datetime(2025, 6, 1, tzinfo=UTC)
Said = list[tuple[datetime, dict[str, str | None]]]


def history(chance: random.Random) -> Said:
    """What was said of one user: from when on, plan and size; None means that it is gone."""
    moments = sorted(datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=chance.randint(0, 2400)) for _ in range(3))
    return [(at, {"plan": chance.choice(PLANS), "size": chance.choice(SIZES)}) for at in moments]


@pytest.fixture(scope="module")
def told(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, dict[str, Said], dict[str, set[int]]]]:
    chance = random.Random(5)  # noqa: S311 - no secret
    people = {f"u{number}": history(chance) for number in range(40)}
    months: dict[str, set[int]] = defaultdict(set)
    rows, events = [], []
    for user, said in people.items():
        rows += [{"user_id": user, "valid_from": at.isoformat(), "properties": values} for at, values in said]
        for _ in range(3):
            at = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=chance.randint(0, 2200))
            months[user].add(at.month)
            events.append({"event": "task", "user_id": user, "timestamp": at.isoformat()})
    with uptake.open(new_home()) as workspace:
        # JSON's null says that an attribute is gone
        workspace.import_rows(rows, "users")
        workspace.import_events(events)
        yield workspace, people, months


def value_at(said: Said, name: str, at: datetime) -> str | None:
    value = None
    for moment, values in said:
        if moment < at:
            value = values[name]
    return value


def values_up_to(said: Said, name: str) -> set[str]:
    ends = [moment for moment, _ in said[1:]] + [AS_OF]
    return {value for (at, values), end in zip(said, ends, strict=True) if at < end and (value := values[name])}


def fits(value: str | None, test: str, operand: Any) -> bool:
    match test:
        case "is":
            return value in operand
        case "is_not":
            return value not in operand
        case "exists":
            return (value is not None) is operand
        case "gte":
            return value is not None and float(value) >= operand
    raise AssertionError(test)


leaves = st.one_of(
    st.tuples(
        st.just("plan"), st.sampled_from(["is", "is_not"]), st.sampled_from([["Free"], ["Pro"], ["Free", "Pro"]])
    ),
    st.tuples(st.sampled_from(["plan", "size"]), st.just("exists"), st.booleans()),
    st.tuples(st.just("size"), st.just("gte"), st.sampled_from([1, 20, 21, 1000])),
)
trees = st.recursive(leaves, lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)), max_leaves=5)  # fmt: skip


def written(tree: Any) -> dict[str, Any]:
    if len(tree) == 2:
        return {tree[0]: [written(part) for part in tree[1]]}
    name, test, operand = tree
    return {name: {test: operand}}


def holds(tree: Any, said: Said, at: datetime) -> bool:
    if len(tree) == 2:
        return (all if tree[0] == "all" else any)(holds(part, said, at) for part in tree[1])
    name, test, operand = tree
    return fits(value_at(said, name, at), test, operand)


def end_of(month: int) -> datetime:
    return datetime(2025, month + 1, 1, tzinfo=UTC)


@settings(max_examples=40)
@given(tree=trees, mode=st.sampled_from(["at_event", "most_recent"]))
def test_a_segment_holds_where_the_model_says(
    told: tuple[uptake.Workspace, dict[str, Said], dict[str, set[int]]], tree: Any, mode: str
) -> None:
    """Everybody active in a month, split by whether the conditions hold at its end, or at as_of."""
    workspace, people, months = told
    plan = parse({"plan.yml": repr({"segments": {"s": {"entity": "user", "where": written(tree)}}}).replace("True", "true").replace("False", "false")})  # fmt: skip
    asked = {"by": "segment.s", "properties": mode, "as_of": "2025-05-31", **MONTHS, "date_from": "2025-03-01"}
    split = workspace.read(lambda cursor: ask(cursor, plan, "active_users", asked))
    expected: dict[Any, int] = defaultdict(int)
    for month in (3, 4, 5):
        for user, said in people.items():
            at = end_of(month) if mode == "at_event" else AS_OF
            expected[month, "in" if holds(tree, said, at) else "not in"] += month in months[user]
    found = by_month(split, "segment.s")
    assert found == {key: count for key, count in expected.items() if count or key in found}
    whole = workspace.metric("active_users", as_of="2025-05-31", **(MONTHS | {"date_from": "2025-03-01"}))
    for month, count in active(whole).items():
        assert found.get((month, "in"), 0) + found.get((month, "not in"), 0) == count
    filtered = workspace.read(lambda cursor: ask(cursor, plan, "active_users", asked | {"by": (), "segment": "s"}))
    assert active(filtered) == {month: count for (month, label), count in found.items() if label == "in"}


@settings(max_examples=25)
@given(leaf=leaves)
def test_any_time_is_what_the_model_says(
    told: tuple[uptake.Workspace, dict[str, Said], dict[str, set[int]]], leaf: Any
) -> None:
    """Some value fits, or, for `is_not` and `exists: false`, none of what they deny."""
    workspace, people, months = told
    name, test, operand = leaf
    asked = {
        "where": {f"{name}@any_time": {test: operand}},
        "as_of": "2025-05-31",
        "period": "month",
        "window": "calendar",
    }
    denied = {"is_not": ("is", operand), "exists": ("exists", True)}
    expected: dict[int, int] = defaultdict(int)
    for user, said in people.items():
        values = values_up_to(said, name)
        positive, against = denied.get(test, (test, operand))
        is_met = any(fits(value, positive, against) for value in values)
        if test == "is_not" or (test == "exists" and operand is False):
            is_met = not is_met
        for month in months[user]:
            expected[month] += is_met
    found = active(workspace.metric("active_users", **asked))
    assert {month: count for month, count in found.items() if count} == {m: c for m, c in expected.items() if c}
    groups: dict[Any, int] = defaultdict(int)
    for user, said in people.items():
        for value in values_up_to(said, name) or {"(none)"}:
            groups[value] += 5 in months[user]
    split = workspace.metric("active_users", by=f"{name}@any_time", as_of="2025-05-31", date_from="2025-05-01", window="calendar")  # fmt: skip
    assert {key: count for key, count in by(split, f"user.{name}@any_time").items() if count} == {
        k: c for k, c in groups.items() if c
    }


def test_the_model_has_everybody(told: tuple[uptake.Workspace, dict[str, Said], dict[str, set[int]]]) -> None:
    workspace, people, _ = told
    assert only(workspace.metric("active_users", window="28", as_of="2025-05-31"))["n"] == len(people)
