"""What another plan would change: by hand, and equal to what is told once it is in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.reports.effect_words import headlines
from uptake.workspace import Progress

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """\
features:
  tasks: {events: [task]}
  boards: {events: [board]}
scores:
  use:
    title: Use of the product
    entities: [account]
    shrink: false
    components:
      features_used: {worst: 0, best: 2}
    bands: {good: 70, poor: 40}
placements:
  stand:
    entities: [account]
    labels:
      - {name: strong, when: {score.use: {gte: 80}}}
      - {name: weak, title: Hardly used}
"""
BY_BOTH = ("a", "b", "c")


@pytest.fixture
def board(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """a and d use both features, b and c one: scores of 100 and 50. b renews in 20 days, c in 90."""
    with uptake.open(new_home(PLAN)) as workspace:
        rows = [("a", "task"), ("a", "board"), ("b", "task"), ("c", "board"), ("d", "task"), ("d", "board")]
        events = [
            {"event": name, "user_id": f"u{account}", "account_id": account, "timestamp": "2025-03-01T10:00:00Z"}
            for account, name in rows
        ]
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        accounts = [
            {"account_id": "b", "name": "Beta", "renewal_on": "2025-03-21", "created_at": "2025-01-01"},
            {"account_id": "c", "name": "Gamma", "renewal_on": "2025-05-30", "created_at": "2025-01-01"},
        ]
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        yield workspace


def effect(workspace: uptake.Workspace, old: str, new: str, **more: Any) -> Any:
    assert old in PLAN
    return workspace.effect_of({"plan/plan.yml": PLAN.replace(old, new)}, workspace.plans.texts("in-use"), **more)


def test_a_threshold_moves_those_between_it_and_the_one_before(board: uptake.Workspace) -> None:
    """Poor begins below 60 instead of 40: b and c, with 50, are poor. b renews within 60 days."""
    found = effect(board, "poor: 40", "poor: 60")
    assert [(change.key, change.place) for change in found.changes] == [("scores.use.bands.poor", "plan/plan.yml:11")]
    (shift,) = found.shifts
    assert (shift.name, shift.entity, shift.total, shift.moved, shift.rescored, shift.near) == (
        "use",
        "account",
        4,
        2,
        0,
        1,
    )
    assert shift.labels == (("good", 2, 2), ("average", 2, 0), ("poor", 0, 2))
    assert shift.moves == (("average", "poor", 2),)
    assert [(one.id, one.name, one.label_after, one.renews_in) for one in shift.people] == [
        ("b", "Beta", "poor", 20),
        ("c", "Gamma", "poor", 90),
    ]
    assert shift.mean_before == shift.mean_after == 75.0


def test_scores_move_and_so_do_those_who_stand_by_them(board: uptake.Workspace) -> None:
    """Of three features instead of two, 100 becomes 66.7 and 50 becomes 33.3: a and d are strong no more."""
    found = effect(board, "best: 2", "best: 3")
    use, stand = found.shifts
    assert (use.moved, use.rescored) == (4, 4)
    assert use.mean_before == 75.0
    assert use.mean_after == pytest.approx(50.0)
    assert use.bins_before == (0, 0, 0, 0, 0, 2, 0, 0, 0, 2)
    assert use.bins_after == (0, 0, 0, 2, 0, 0, 2, 0, 0, 0)
    assert [one.id for one in use.movers] == ["a", "d", "b", "c"]
    assert [(one.id, one.score_before, round(one.score_after or 0, 1)) for one in use.people[:1]] == [("b", 50.0, 33.3)]
    assert (stand.kind, stand.moves) == ("placement", (("strong", "weak", 2),))
    assert (stand.called("weak"), stand.called("strong"), stand.called("not_there")) == (
        "Hardly used",
        "Strong",
        "not there",
    )
    assert len(effect(board, "best: 2", "best: 3", limit=1).shifts[0].people) == 1


SEGMENTS = """
segments:
  strong: {entity: account, title: Strong ones, when: {placement.stand: strong}}
  early: {entity: account, where: {name: [Beta, Gamma]}}
  some: {entity: account, ids: [a, b]}
"""


def test_who_enters_or_leaves_a_segment(board: uptake.Workspace) -> None:
    """Strong is from 40 points on instead of 80: b and c, with 50, enter; b renews within 60 days. Attributes and lists stay."""
    before = PLAN + SEGMENTS
    after = before.replace("score.use: {gte: 80}", "score.use: {gte: 40}")
    found = board.effect_of({"plan/plan.yml": after}, {"plan/plan.yml": before})
    assert [(shift.kind, shift.name) for shift in found.shifts] == [("placement", "stand"), ("segment", "strong")]
    shift = found.shifts[1]
    assert (shift.title, shift.total, shift.moved, shift.near) == ("Strong ones", 4, 2, 1)
    assert shift.labels == (("in it", 2, 4), ("not in it", 2, 0))
    assert [(one.id, one.label_before, one.label_after) for one in shift.people] == [
        ("b", "not in it", "in it"),
        ("c", "not in it", "in it"),
    ]
    assert (
        "Strong ones: 2 accounts of 4 would enter or leave, 1 of them with a renewal within 60 days. "
        "4 would be in it instead of 2."
    ) in headlines(found)
    gone = board.effect_of({"plan/plan.yml": after.replace("[Beta, Gamma]", "Beta")}, {"plan/plan.yml": after})
    ((name, moves),) = [(shift.name, shift.moves) for shift in gone.shifts]
    assert (name, moves) == ("early", (("in it", "not in it", 1),))


def test_a_plan_with_other_facts_has_facts_of_its_own(board: uptake.Workspace) -> None:
    """A board that is no feature any more leaves c with nothing, and a and d with half."""
    found = effect(board, "  boards: {events: [board]}\n", "")
    (use,) = [shift for shift in found.shifts if shift.name == "use"]
    assert {one.id: one.score_after for one in use.movers} == {"a": 50.0, "d": 50.0, "c": 0.0}
    before = board.scores("use").everyone
    (board.home.plan / "plan.yml").write_text(PLAN.replace("  boards: {events: [board]}\n", ""))
    assert board.scores("use").everyone == before, "not taken into use by asking"
    board.follow_plan()
    assert {one.id: one.score for one in board.scores("use").everyone} == {"a": 50.0, "b": 50.0, "c": 0.0, "d": 50.0}


def test_a_score_that_only_one_plan_has(board: uptake.Workspace) -> None:
    found = effect(
        board, "  use:\n    title: Use of the product", "  used:\n    title: Use of the product".replace("x", "")
    )
    assert {(shift.name, shift.moves[0][0]) for shift in found.shifts if shift.kind == "score"} == {
        ("used", "not there"),
        ("use", "good"),
    }
    (stand,) = [shift for shift in found.shifts if shift.kind == "placement"]
    assert "There is no score 'use'" in stand.problem


def test_the_same_plan_changes_nothing(board: uptake.Workspace) -> None:
    found = effect(board, "poor: 40}", "poor: 40.0}  # as before")
    assert (found.changes, found.shifts) == ((), ())
    assert board.plan_effect().changes == ()


RULES = """
alerts:
  weak:
    when: {score.use: {lt: 40}}
    clears: {score.use: {gte: 60}}
qualified:
  strong: {title: Strong ones, when: {score.use: {gte: 80}}}
"""


def test_of_whom_an_alert_holds_and_who_qualifies(board: uptake.Workspace) -> None:
    """b and c, with 50, are below 55 and were between 40 and 60; a and d, with 100, are clear. From 45 on, b and c qualify."""
    before = PLAN + RULES
    after = before.replace("lt: 40", "lt: 55").replace(
        "strong: {title: Strong ones, when: {score.use: {gte: 80}}}",
        "strong: {title: Strong ones, when: {score.use: {gte: 45}}}",
    )
    found = board.effect_of({"plan/plan.yml": after}, {"plan/plan.yml": before})
    assert [change.told for change in found.changes] == [
        "Alert Weak, score.use below 55, was 40",
        "Rule Strong ones, score.use at least 45, was 80",
    ]
    alert, qualified = found.shifts
    assert (alert.kind, alert.total, alert.moved, alert.near) == ("alert", 4, 2, 1)
    assert alert.labels == (("it holds", 0, 2), ("between", 2, 0), ("clear", 2, 2))
    assert (qualified.kind, qualified.labels) == ("qualified", (("qualifies", 2, 4), ("does not", 2, 0)))
    weak, strong = headlines(found)
    near = "1 of them with a renewal within 60 days"
    assert weak == f"Weak: 2 accounts of 4 would begin or cease to fit, {near}. Its rule would hold of 2 instead of 0."
    assert (
        strong == f"Strong ones: 2 accounts of 4 would begin or cease to qualify, {near}. 4 would qualify instead of 2."
    )


def test_an_alert_that_comes_by_itself_is_told_as_it_was(board: uptake.Workspace) -> None:
    """Written with another threshold: one change, and the other alert is gone, for those of a plan stand alone."""
    written = "features: {tasks: {events: [task]}}\nalerts: {health_poor: {when: {score.health: {lt: 30}}}}\n"
    told = [
        change.told
        for change in board.effect_of({"a.yml": written}, {"a.yml": "features: {tasks: {events: [task]}}\n"}).changes
    ]
    assert "Alert Health poor, score.health below 30, was 40" in told
    assert any("Alert Health score fell lastingly is gone" in one for one in told)


def test_it_is_told_how_far_it_is(board: uptake.Workspace) -> None:
    """Everyone is asked by one plan and then by the other; where nothing is changed, by the first alone."""
    told: list[tuple[str, float | None]] = []

    def report(progress: Progress) -> None:
        told.append((progress.stage, progress.share))

    def stages() -> list[str]:
        shares = [share for _, share in told if share is not None]
        assert shares == sorted(shares)
        return list(dict.fromkeys(stage for stage, _ in told))

    board.plan_effect(report=report)
    assert told[0] == ("asking by the plan before", 0.0)
    assert stages() == ["asking by the plan before"]
    told.clear()
    (board.home.plan / "plan.yml").write_text(PLAN.replace("poor: 40}", "poor: 30}"))
    board.plan_effect(report=report)
    assert ("asking by the other plan", 0.5) in told
    assert stages() == ["asking by the plan before", "asking by the other plan"]
    told.clear()
    (board.home.plan / "plan.yml").write_text(PLAN.replace("tasks: {", "tasks: {adopted: {days: 5}, "))
    board.plan_effect(report=report)
    assert ("counting by the other plan: feature life", 0.5) in told
    assert stages() == [
        "asking by the plan before",
        "counting by the other plan: feature life",
        "counting by the other plan: feature silence",
        "asking by the other plan",
    ]
