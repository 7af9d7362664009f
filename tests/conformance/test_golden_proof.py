"""Golden cases of experiments and surveys, as far as they are measured: what sends and assigns is not here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import counts
from scipy import stats

import uptake

Told = Callable[..., uptake.Workspace]

GUIDE = """
    t1 eligible 03-02 10:00 arm=guide
    t1 shown    03-02 10:01
    t1 invite   03-02 11:00
    t2 eligible 03-02 10:00 arm=guide
    t2 shown    03-02 10:01
    t2 invite   03-02 11:00
    t3 eligible 03-02 10:00 arm=guide
    t4 eligible 03-02 10:00 arm=guide
    c1 eligible 03-02 10:00 arm=held_out
    c1 invite   03-02 11:00
    c2 eligible 03-02 10:00 arm=held_out
    c3 eligible 03-02 10:00 arm=held_out
    c4 eligible 03-02 10:00 arm=held_out"""
"""A guide for t1 to t4, who could get it at the same moment as c1 to c4, who are held out; t3 and t4 had it blocked."""
ASKED: dict[str, Any] = {"window_days": 7, "as_of": "2026-03-31"}


def arms(workspace: uptake.Workspace, steps: str, **asked: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in workspace.metric("funnel", steps=steps, by="event.arm", **ASKED, **asked).rows:
        found.setdefault(row["event.arm"], []).append(row["count"])
    return found


def test_15_both_arms_count_from_the_moment_they_could_be_exposed(told: Told) -> None:
    """As intended to treat: 2 of 4 against 1 of 4. From what was shown it would be 2 of 2 who were not blocked, and of those held
    out nobody, for whom nothing is ever shown: no control at all instead of a wrong one.
    """
    ws = told(GUIDE)
    assert arms(ws, "eligible,invite") == {"guide": [4, 2], "held_out": [4, 1]}
    assert counts(ws.metric("funnel", steps="shown,invite", **ASKED)) == [2, 2]
    assert arms(ws, "shown,invite") == {"(none)": [2, 2]}


AGAIN = """
    u eligible 03-02 10:00 arm=held_out
    u eligible 03-16 10:00 arm=guide
    u invite   03-16 11:00
    v eligible 03-02 10:00 arm=guide
    v invite   03-02 11:00"""
"""u enters again two weeks later and is given the other arm, as by a fresh draw."""


def test_15_who_enters_again_stays_in_the_first_arm(told: Told) -> None:
    """By the first entry u is held out and did not invite; nobody is in two arms, so both add up to the whole. The best entry,
    which is the default of a funnel, would move u to the arm in which it went well.
    """
    ws = told(AGAIN)
    assert arms(ws, "eligible,invite", entry="first") == {"guide": [1, 1], "held_out": [1, 0]}
    assert counts(ws.metric("funnel", steps="eligible,invite", entry="first", **ASKED)) == [2, 1]
    assert arms(ws, "eligible,invite") == {"guide": [2, 2]}


SURVEYS = """
features:
  weekly: {events: [weekly_shown]}
  quarterly_nps: {events: [nps_shown]}
"""


def test_19_a_survey_that_never_came_is_seen_as_never_asked(told: Told) -> None:
    """A weekly survey and one a quarter with one pause for both: of five the second reached e alone, in thirteen weeks. Four of
    five were never asked, by name, and half of them never waited for it: there is no median.
    """
    weekly = "\n".join(
        f"{user} weekly_shown {month:02}-{day:02} 10:00"
        for user in "abcd"
        for month in (1, 2, 3)
        for day in (5, 12, 19, 26)
    )
    ws = told(f"{weekly}\ne work 01-05 10:00\ne nps_shown 01-05 11:00", plan=SURVEYS)
    asked: dict[str, Any] = {"as_of": "2026-03-31"}
    rows = {row["feature"]: row for row in ws.metric("feature_adoption", **asked).rows}
    assert [(rows[name]["eligible"], rows[name]["tried"]) for name in ("weekly", "quarterly_nps")] == [(5, 4), (5, 1)]
    (lag,) = (row for row in ws.metric("feature_discovery_lag", **asked).rows if row["feature"] == "quarterly_nps")
    assert (lag["n"], lag["reached"], lag["estimate"]) == (5, 1, None)
    never = ws.people("feature_adoption", {"feature": "quarterly_nps"}, side="not_tried", **asked).ids()
    assert never == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("one", "other", "relative", "variance"), [(20, 10, 1.0, 0.4), (10, 20, -0.5, 0.025)])
def test_line_16_a_lift_is_relative_to_the_other_arm(
    told: Told, one: int, other: int, relative: float, variance: float
) -> None:
    """Of forty a side twenty against ten come back the next day: twice as many, or half as many. The delta method's variance of
    2 is 0.25/40/0.0625 + 0.25 * 0.1875/40/0.00390625 = 0.4, that of 1/2 is 0.1875/40/0.25 + 0.0625 * 0.25/40/0.0625 = 0.025.
    Welch's degrees of freedom are those of the plain shares, (0.00625 + 0.0046875)² / ((0.00625² + 0.0046875²) / 39) = 76.4.
    """
    first = [f"a{number} start 03-02 10:00" for number in range(40)] + [
        f"a{number} work 03-03 10:00" for number in range(one)
    ]
    second = [f"b{number} start 03-09 10:00" for number in range(40)] + [
        f"b{number} work 03-10 10:00" for number in range(other)
    ]
    (row,) = (
        told("\n".join(first + second))
        .metric(
            "cohort_comparison",
            cohort="2026-03-02/2026-03-02",
            against="2026-03-09/2026-03-09",
            unit="day",
            at=1,
            as_of="2026-03-31",
        )
        .rows
    )
    freedom = (0.00625 + 0.0046875) ** 2 / ((0.00625**2 + 0.0046875**2) / 39)
    half_width = stats.t.ppf(0.975, freedom) * variance**0.5
    assert row["relative_change"] == pytest.approx(relative)
    assert row["relative_change_ci_lower"] == pytest.approx(relative - half_width)
    assert row["relative_change_ci_upper"] == pytest.approx(relative + half_width)
