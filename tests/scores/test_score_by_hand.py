"""Scores worked out by hand, through the real import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
PLAN = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task]}, boards: {events: [board]}}
scores:
  use:
    components: {breadth: 1, frequency: {weight: 3}}
    shrink: false
  strict: {model: strict, components: {breadth: 1, frequency: 1}}
  outcome: {components: {breadth: 1, value_reached: 3}, shrink: false}
  risk:
    higher_is: worse
    entities: [account]
    components: {days_since_active: {best: 28, worst: 0}}
"""


def events(user: str, account: str, event: str, *back: int) -> list[dict[str, Any]]:
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    return [
        {"event": event, "user_id": user, "account_id": account, "timestamp": noon - timedelta(days=day)}
        for day in back
    ]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """In account a, `often` is there in each of the last 4 weeks with both features, `seldom` once with one of them.

    In b nobody came for 60 days, and `seat` never did.
    """
    rows = [
        *events("often", "a", "task", 1, 8, 15, 22, 100), *events("often", "a", "board", 1),
        *events("seldom", "a", "task", 3, 100), *events("gone", "b", "task", 60, 100),
    ]  # fmt: skip
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(rows), "events")
        made.import_rows(
            pa.Table.from_pylist([{"account_id": "b", "user_id": "seat", "valid_from": "2024-11-01"}]), "seats"
        )
        yield made


def points(workspace: uptake.Workspace, name: str, **given: Any) -> dict[str, float | None]:
    return {one.id: one.score for one in workspace.scores(name, as_of=LAST, **given).everyone}


def test_users(workspace: uptake.Workspace) -> None:
    """often: breadth 2/2, 4 of 4 days expected -> 100. seldom: (1 * 1/2 + 3 * 1/4) / 4 = 31.25. The others 0."""
    assert points(workspace, "use", entity="user") == {"gone": 0, "seat": 0, "seldom": 31.25, "often": 100}


def test_accounts_are_the_mean_of_their_users(workspace: uptake.Workspace) -> None:
    """a: (100 + 31.25) / 2; b: 0, the seat that never came included."""
    assert points(workspace, "use") == {"b": 0, "a": 65.625}


def test_a_missing_component_leaves_its_weight_to_the_others(workspace: uptake.Workspace) -> None:
    """The plan has no value moments: breadth alone, 100 and 50; not (25 + 0) and (12.5 + 0)."""
    assert points(workspace, "outcome", entity="user")["seldom"] == 50


def test_the_weight_of_what_is_missing_is_a_line(workspace: uptake.Workspace) -> None:
    """Account a has breadth 3/4, its peers 3/8 on average: 100 * 1/4 * 3/8 = 9.375 to begin with and as much again.

    The score is 75, so the weight that value moments leave to breadth makes the other 56.25.
    """
    level = workspace.explain("outcome", "a", as_of=LAST).level
    assert level is not None
    assert level.start == pytest.approx(9.375)
    points = {(line.kind, line.component): line.points for line in level.lines}
    assert points == {
        ("component", "breadth"): pytest.approx(9.375),
        ("component", "value_reached"): 0,
        ("weights", ""): pytest.approx(56.25),
    }


def test_the_worst_component_decides_a_strict_score(workspace: uptake.Workspace) -> None:
    """seldom: breadth 1/2, frequency 1/4."""
    assert points(workspace, "strict", entity="user")["seldom"] == 25
    level = workspace.explain("strict", "seldom", entity="user", as_of=LAST).level
    assert level is not None
    assert [(line.kind, line.component, line.points) for line in level.lines] == [("decides", "frequency", -75)]


def test_a_score_of_risk_is_good_where_it_is_low(workspace: uptake.Workspace) -> None:
    """Golden case 13: a was active yesterday, 100 * 1/28; b 60 days ago, 100."""
    found = {one.id: (one.score, one.band) for one in workspace.scores("risk", as_of=LAST).everyone}
    assert found == {"a": (pytest.approx(100 / 28), "good"), "b": (100, "poor")}


def test_what_happened_later_changes_nothing(workspace: uptake.Workspace) -> None:
    """On the 21st of March `often` had come on 2 days of the last 28 with one feature: (1 * 1/2 + 3 * 2/4) / 4."""
    early = LAST - timedelta(days=9)
    then = {one.id: one.score for one in workspace.scores("use", entity="user", as_of=early).everyone}
    assert then["often"] == 50
    now = workspace.scores("use", entity="user", as_of=LAST, since=early)
    assert {one.id: one.before for one in now.everyone} == then


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("none", {}, "There is no score"),
        ("risk", {"entity": "user"}, "is not of users"),
        ("use", {"since": "2025-04-01"}, "not before"),
        ("use", {"color": "red"}, "takes no parameter"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    workspace: uptake.Workspace, name: str, given: dict[str, str], says: str
) -> None:
    with pytest.raises(QuestionError, match=says):
        workspace.scores(name, as_of=LAST, **given)


def test_nobody_of_that_id(workspace: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="no account 'zzz'"):
        workspace.explain("use", "zzz", as_of=LAST)


def test_the_scores_that_come_with_every_plan_can_be_asked(new_home: Callable[..., Path]) -> None:
    """Without events there is nobody, and no error."""
    with uptake.open(new_home()) as empty:
        for score in empty.plan.all_scores.values():
            for entity in score.entities:
                assert empty.scores(score.name, entity=entity).everyone == ()


POINTS = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task]}, boards: {events: [board]}}
scores:
  ladder:
    shrink: false
    components:
      breadth: 1
      active_days:
        weight: 3
        params: {window_days: 28}
        points: [{at: 1, points: 10}, {at: 3, points: 50}, {at: 10, points: 100}]
"""


def test_points_by_bands_of_a_component(new_home: Callable[..., Path]) -> None:
    """2, 3, 9 and 10 days are worth 10, 50, 50 and 100; 0 days as much as the lowest band. Everybody uses one of two features.

    (3 x 10 + 50) / 4 = 20, (3 x 50 + 50) / 4 = 50, (3 x 100 + 50) / 4 = 87.5; idle: (3 x 10 + 0) / 4 = 7.5. In the
    account somebody was there on 10 days, and of the two features its users use 0.4: (3 x 100 + 40) / 4 = 85.
    """
    expected = {"two": 20.0, "three": 50.0, "nine": 50.0, "ten": 87.5, "idle": 7.5}
    days = {"two": 2, "three": 3, "nine": 9, "ten": 10}
    rows = [row for user, count in days.items() for row in events(user, "a", "task", *range(1, count + 1))]
    rows += events("idle", "a", "task", 90)
    with uptake.open(new_home(POINTS)) as made:
        made.import_rows(pa.Table.from_pylist(rows), "events")
        found = made.scores("ladder", entity="user", as_of=LAST).everyone
        assert {one.id: one.score for one in found} == pytest.approx(expected)
        (account,) = made.scores("ladder", entity="account", as_of=LAST).everyone
        assert account.score == pytest.approx(85)
        level = made.explain("ladder", "ten", entity="user", as_of=LAST).level
        assert level is not None
        assert level.start + sum(line.points for line in level.lines) == pytest.approx(87.5, abs=1e-9)
