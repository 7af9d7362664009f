"""Where accounts and features stand on two measures, counted by hand and by a plain loop."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by

import uptake
from uptake.errors import QuestionError
from uptake.metrics.axes import AXES

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
AS_OF = {"as_of": LAST.isoformat()}
MEDIANS: dict[str, Any] = {"y": "seats_active", "x_split": "median", "y_split": "median", **AS_OF}
PLAN = """
product: {timezone: America/New_York}
active: [task, board, file, report]
features:
  tasks: {events: [task]}
  boards: {events: [board]}
  files: {events: [file]}
  reports: {events: [report]}
  looks: {events: [page]}
value_moments: {done: {event: report}}
"""


def did(account: str, user: str, event: str, *back: int) -> list[dict[str, Any]]:
    noon = datetime(LAST.year, LAST.month, LAST.day, 16)
    return [
        {"event": event, "user_id": user, "account_id": account, "timestamp": noon - timedelta(days=day)}
        for day in back
    ]


def world(home: Path, events: list[dict[str, Any]], seats: dict[str, list[str]]) -> uptake.Workspace:
    workspace = uptake.open(home)
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    held = [
        {"account_id": account, "user_id": user, "valid_from": "2025-01-01"}
        for account, own in seats.items()
        for user in own
    ]
    workspace.import_rows(pa.Table.from_pylist(held), "seats")
    workspace.import_rows(pa.table({"account_id": ["a"], "name": ["Acme"]}), "accounts")
    return workspace


@pytest.fixture(scope="module")
def accounts(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Of five features all core: a uses four by two of two seats, b four by one of four, c one by two of two, d none."""
    events = [
        *did("a", "a1", "task", 1), *did("a", "a1", "board", 1), *did("a", "a2", "file", 2, 3),
        *did("a", "a2", "report", 2), *did("b", "b1", "task", 0, 1, 2), *did("b", "b1", "board", 4),
        *did("b", "b1", "file", 4), *did("b", "b1", "report", 5), *did("c", "c1", "task", 9),
        *did("c", "c2", "task", 9), *did("d", "d1", "task", 60), *did("e", "e1", "task", 1),
    ]  # fmt: skip
    seats = {"a": ["a1", "a2"], "b": ["b1", "b2", "b3", "b4"], "c": ["c1", "c2"], "d": ["d1", "d2", "d3"]}
    with world(new_home(PLAN), events, seats) as workspace:
        yield workspace


def test_every_account_with_seats_has_a_place(accounts: uptake.Workspace) -> None:
    """Breadth 4/5, 4/5, 1/5 and 0; seats 2/2, 1/4, 2/2 and 0/3. Medians: 0.5, and 0.625. e has no seat."""
    result = accounts.metric("adoption_map", **MEDIANS)
    rows = {row["point"]: row for row in result.rows}
    assert {
        point: (row["title"], row["n"], row["x"], row["estimate"], row["quadrant"]) for point, row in rows.items()
    } == {
        "a": ("Acme", 2, 0.8, 1.0, "embedded"),
        "b": ("b", 4, 0.8, 0.25, "shelfware"),
        "c": ("c", 2, 0.2, 1.0, "thin"),
        "d": ("d", 3, 0.0, 0.0, "dormant"),
    }
    assert {(row["x_split"], row["y_split"]) for row in result.rows} == {(0.5, 0.625)}
    assert result.params["entity"] == "account"
    assert all(row["ci_lower"] <= row["estimate"] <= row["ci_upper"] for row in result.rows)


def test_splits_may_be_given_and_what_lies_on_one_is_high(accounts: uptake.Workspace) -> None:
    held = {"y": "seats_active", **AS_OF}
    found = by(accounts.metric("adoption_map", x_split=0.8, y_split=0.25, **held), "point", of="quadrant")
    assert found == {"a": "embedded", "b": "embedded", "c": "thin", "d": "dormant"}
    found = by(accounts.metric("adoption_map", x_split=0.81, y_split=0, **held), "point", of="quadrant")
    assert set(found.values()) == {"thin"}


def test_a_quadrant_has_its_accounts(accounts: uptake.Workspace) -> None:
    result = accounts.metric("adoption_map", **MEDIANS)
    for row in result.rows:
        found = accounts.people("adoption_map", result.cell_of(row), **MEDIANS)
        assert (found.ids(), found.total) == ([row["point"]], row["quadrant_n"])


def test_a_filter_moves_the_medians(accounts: uptake.Workspace) -> None:
    """Of a and b alone: both on the split of breadth, and 0.625 between their seats."""
    rows = accounts.metric("adoption_map", where="account.id=a|b", **MEDIANS).rows
    assert {(row["point"], row["quadrant"], row["x_split"]) for row in rows} == {
        ("a", "embedded", 0.8), ("b", "shelfware", 0.8),
    }  # fmt: skip


def test_the_splits_are_those_of_the_placement_and_it_says_the_same(accounts: uptake.Workspace) -> None:
    """Half of the features, a quarter of the seats, or of the users: e has no seat, and its one user came."""
    result = accounts.metric("adoption_map", **AS_OF)
    assert {row["point"]: (row["n"], row["members"], row["x"], row["estimate"], row["quadrant"]) for row in result.rows} == {
        "a": (2, 2, 0.8, 1.0, "embedded"), "b": (4, 1, 0.8, 0.25, "embedded"), "c": (2, 2, 0.2, 1.0, "thin"),
        "d": (3, 0, 0.0, 0.0, "dormant"), "e": (1, 1, 0.2, 1.0, "thin"),
    }  # fmt: skip
    assert {(row["x_split"], row["y_split"]) for row in result.rows} == {(0.5, 0.25)}
    placed = {one.id: one.label for one in accounts.placements("fit", **AS_OF).everyone}
    assert placed == by(result, "point", of="quadrant")


@pytest.mark.parametrize("x", [axis for axis in AXES if axis != "people_active"])
def test_every_axis_says_what_its_metric_says(accounts: uptake.Workspace, x: str) -> None:
    """Accounts by the metric itself, asked by account over the same days; who was not active has 0."""
    rows = by(accounts.metric("adoption_map", x=x, y="seats_adopted", **AS_OF), "point", of="x")
    axis = AXES[x]
    name = {id(entry.metric): name for name, entry in _catalogue().items()}[id(axis.metric)]
    given = {axis.window: 28} if axis.window else {}
    expected = defaultdict(list)
    for row in accounts.metric(name, entity="account", by="account.id", **given, **AS_OF).rows:
        if row.get("measure") in (None, x.removeprefix("seats_")):
            expected[row["account.id"]].append(row["estimate"])
    for account in "abcd":
        said = expected.get(account, [0.0])
        assert rows[account] == pytest.approx(sum(said) / len(said)), (account, x)


def _catalogue() -> dict[str, Any]:
    from uptake.metrics.catalogue import catalogue

    return catalogue()


def test_only_who_was_active_is_a_user_of_a_feature(new_home: Callable[..., Path]) -> None:
    """Golden case 9: ten look at pages, which is a feature and no activity; one of them did a task on three days.

    One is active: 1 of 1 used tasks, on 3 days, and 1 of 1 looked, on one day. Nobody used boards.
    """
    events = [one for number in range(10) for one in did("a", f"u{number}", "page", 1)] + did(
        "a", "u0", "task", 1, 2, 3
    )
    with world(new_home(PLAN), events, {"a": ["u0"]}) as workspace:
        rows = {row["point"]: row for row in workspace.metric("engagement_matrix", **AS_OF).rows}
    assert [(rows[name]["n"], rows[name]["x"], rows[name]["estimate"]) for name in ("tasks", "looks", "boards")] == [
        (1, 1.0, 3.0), (1, 1.0, 1.0), (1, 0.0, None),
    ]  # fmt: skip
    assert (rows["boards"]["quadrant"], rows["boards"]["status"]) == (None, "not_eligible")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plain_count_gives_the_same_matrix(new_home: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = {"task": "tasks", "board": "boards", "file": "files", "report": "reports", "page": "looks"}
    events: list[dict[str, Any]] = []
    used: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    active: set[int] = set()
    for number in range(20):
        for _ in range(chance.randint(0, 12)):
            event, back = chance.choice(list(names)), chance.randint(0, 45)
            events += did("ab"[number % 2], f"u{number}", event, back)
            if back < 30:
                used[names[event]][number].add(back)
                active |= {number} if event != "page" else set()
    with world(new_home(PLAN), events, {"a": ["u0"]}) as workspace:
        for x, y in (("share_of_active", "days"), ("users", "uses")):
            rows = workspace.metric("engagement_matrix", x=x, y=y, **AS_OF).rows
            places = {}
            for feature in names.values():
                own = {user: days for user, days in used[feature].items() if user in active}
                done = sum(
                    event["event"] == next(key for key, name in names.items() if name == feature)
                    and int(event["user_id"][1:]) in own
                    and (datetime(2025, 3, 30, 16) - event["timestamp"]).days < 30
                    for event in events
                )
                mean = {"days": sum(map(len, own.values())), "uses": done}[y] / len(own) if own else None
                places[feature] = (len(own) / (len(active) if x == "share_of_active" else 1), mean)
            assert {row["point"]: (row["x"], row["estimate"]) for row in rows} == {
                feature: (pytest.approx(along), pytest.approx(up)) for feature, (along, up) in places.items()
            }
            splits = (
                median(place[0] for place in places.values()),
                median(p[1] for p in places.values() if p[1] is not None),
            )
            assert (rows[0]["x_split"], rows[0]["y_split"]) == pytest.approx(splits)


def test_one_feature_makes_no_matrix_of_others(accounts: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="feature is 'x'"):
        accounts.metric("engagement_matrix", feature="x")
    with pytest.raises(QuestionError, match=r"cannot be asked with entity='user'. Allowed: account\."):
        accounts.metric("adoption_map", entity="user")
