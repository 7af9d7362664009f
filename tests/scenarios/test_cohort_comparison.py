"""One cohort against another, by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import scipy.stats

import uptake
from uptake.errors import QuestionError
from uptake.stats.difference import difference_of_shares
from uptake.stats.logrank import logrank
from uptake.stats.proportion import wilson
from uptake.stats.survival import kaplan_meier

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC}
activation: {user: {event: task, at_least: 2, within_days: 3}}
value_moments: {shipped: {event: ship}}
"""
EARLY, LATE = "2025-03-03/2025-03-04", "2025-03-10/2025-03-10"
LINES = """
a1 task 03T10:00 k
a1 task 04T10:00 k
a1 ship 05T10:00 k
a2 task 04T10:00 l
b1 task 10T10:00 k
b1 task 11T10:00 k
b1 ship 10T22:00 k
b2 task 10T10:00 k
b2 task 11T12:00 k
b3 task 10T10:00 l
c1 task 07T10:00 k
c1 task 08T10:00 k
z  task 20T10:00 m"""


@pytest.fixture(scope="module")
def world(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Early: a1 (3 March, back the next day) and a2 (the 4th, never back). Late: b1 and b2 back, b3 not. c1 in neither."""
    rows = [line.split() for line in LINES.strip().splitlines()]
    with uptake.open(new_home(PLAN)) as workspace:
        columns = {"user_id": 0, "event": 1, "account_id": 3}
        times = [f"2025-03-{row[2]}:00Z" for row in rows]
        workspace.import_rows(
            pa.table({name: [row[at] for row in rows] for name, at in columns.items()} | {"timestamp": times}), "events"
        )
        yield workspace


def compared(workspace: uptake.Workspace, **asked: Any) -> dict[str, Any]:
    given = {"cohort": LATE, "against": EARLY, "unit": "day", "at": 1, **asked}
    result = workspace.metric("cohort_comparison", **given)
    (row,) = result.rows
    (shown,) = workspace.rows_of(result.sql)
    assert shown == {name: row[name] for name in shown}
    assert "observational" in result.notes[-1]
    return row


def test_retention_of_two_ranges_of_starts(world: uptake.Workspace) -> None:
    """Late 2 of 3, early 1 of 2: a sixth more, Newcombe's interval; a third more than the early half. Of that the delta method
    says 4 * 2/27 + 4/9 * 1/8 * 16 = 32/27 is the variance.
    """
    row = compared(world)
    assert (row["count_a"], row["n_a"], row["count_b"], row["n_b"]) == (2, 3, 1, 2)
    apart = difference_of_shares(wilson(2, 3), wilson(1, 2))
    assert (row["estimate"], row["ci_lower"], row["ci_upper"]) == pytest.approx(apart[1:])
    assert row["estimate"] == pytest.approx(1 / 6)
    assert row["relative_change"] == pytest.approx(1 / 3)
    freedom = (2 / 27 + 1 / 8) ** 2 / ((2 / 27) ** 2 / 2 + (1 / 8) ** 2 / 1)
    half_width = scipy.stats.t.ppf(0.975, freedom) * (32 / 27) ** 0.5
    assert row["relative_change_ci_upper"] == pytest.approx(1 / 3 + half_width)
    assert row["relative_change_ci_lower"] == pytest.approx(1 / 3 - half_width)
    assert row["status"] == "too_few"
    assert row["pvalue"] > 0.05


def test_people_of_either_cohort(world: uptake.Workspace) -> None:
    """Late: b1 and b2 came back, b3 did not. Early: a1 came back, a2 did not. Nobody has still time."""
    asked: dict[str, Any] = {"cohort": LATE, "against": EARLY, "unit": "day", "at": 1}
    (row,) = (result := world.metric("cohort_comparison", **asked)).rows
    found = {
        side.name: world.people("cohort_comparison", result.cell_of(row), side=side.name, **asked).ids()
        for side in result.sides
    }
    assert found == {
        "did_a": ["b1", "b2"], "did_not_a": ["b3"], "open_a": [], "did_b": ["a1"], "did_not_b": ["a2"], "open_b": [],
    }  # fmt: skip
    with pytest.raises(QuestionError, match="ranges such as"):
        world.people("cohort_comparison", {}, cohort="Pro", against="Free")


def test_a_range_is_days_even_where_units_are_weeks(world: uptake.Workspace) -> None:
    """The week of the 3rd has c1 too, who started on the 7th; the range ends on the 4th."""
    assert compared(world, unit="week", at=0)["n_b"] == 2


def test_who_has_not_had_the_time_is_open(world: uptake.Workspace) -> None:
    """As of the end of the 10th day 1 is not over for anybody who started on the 10th."""
    row = compared(world, as_of="2025-03-10")
    assert (row["n_a"], row["open_a"], row["n_b"], row["estimate"], row["status"]) == (0, 3, 2, None, "in_progress")


def test_activation(world: uptake.Workspace) -> None:
    """Two tasks within 3 days: b1 and b2 of three, a1 of two; within 1 day (24 h, inclusive) b1 alone of three, and a1."""
    row = compared(world, measure="activation")
    assert (row["count_a"], row["n_a"], row["count_b"], row["n_b"]) == (2, 3, 1, 2)
    assert compared(world, measure="activation", within_days=1)["count_a"] == 1


def test_two_values_of_a_breakdown(world: uptake.Workspace) -> None:
    """In k start a1, b1, b2, c1 and all are back; in l a2 and b3 and none is."""
    row = compared(world, by="account.id", cohort="k", against="l")
    assert (row["count_a"], row["n_a"], row["count_b"], row["n_b"]) == (4, 4, 0, 2)
    assert row["account.id"] == "k less l"


def test_ranges_within_a_breakdown(world: uptake.Workspace) -> None:
    rows = world.metric("cohort_comparison", cohort=LATE, against=EARLY, unit="day", at=1, by="account.id").rows
    assert {row["account.id"]: (row["count_a"], row["n_a"], row["count_b"], row["n_b"]) for row in rows} == {
        "k": (2, 2, 1, 1), "l": (0, 1, 0, 1),
    }  # fmt: skip


def test_time_to_value_has_a_log_rank_test(world: uptake.Workspace) -> None:
    """Late: 12 hours, and two still waiting since 10 March 10:00. Early: 48 hours, and one waiting since the 4th."""
    result = world.metric("cohort_comparison", cohort=LATE, against=EARLY, measure="time_to_value", as_of="2025-03-20")
    hour, days = 3600, 86_400
    late = kaplan_meier([12 * hour, 10 * days + 14 * hour, 10 * days + 14 * hour], [1, 0, 0])
    early = kaplan_meier([48 * hour, 16 * days + 14 * hour], [1, 0])
    found = {row["cohort"]: row for row in result.rows}
    assert set(found) == {LATE, EARLY}
    assert (found[LATE]["n"], found[LATE]["reached"], found[EARLY]["n"]) == (3, 1, 2)
    assert found[LATE]["by_1d"] == pytest.approx(1 / 3)
    assert found[LATE]["pvalue"] == pytest.approx(logrank([late, early]).pvalue)
    assert result.unit == "seconds"
    curve = world.metric("cohort_comparison", cohort=LATE, against=EARLY, measure="time_to_value", output="curve")
    assert {row["cohort"] for row in curve.rows} == {LATE, EARLY}


def test_of_late_are_28_days_that_have_had_the_time(world: uptake.Workspace) -> None:
    """Day 1 is judged after 3 days: as of 20 March the latest starts are of 18 February to 17 March, 6 users."""
    row = compared(world, cohort="latest", against="before")
    assert (row["n_a"], row["n_b"], row["status"]) == (6, 0, "in_progress" if row["open_b"] else "not_eligible")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cohort": LATE, "against": LATE}, "cohort is '2025-03-10/2025-03-10' and against is"),
        ({"cohort": "2025-03-10/2025-03-01", "against": EARLY}, "ends before it begins"),
        ({"cohort": "Pro", "against": "Free"}, "'Pro' is no range of days"),
    ],
)
def test_what_is_no_cohort_is_refused(world: uptake.Workspace, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        world.metric("cohort_comparison", **asked)
