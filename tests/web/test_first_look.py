"""What pages ask first, and what they say of features, tasks and parts, held against sentences written by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from uptake.charts.words import SPACE
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.plan import parse
from uptake.reports.headline import headline
from uptake.web.pages.first_look import first_look, way_to_value
from uptake.web.pages.question import completed
from uptake.web.words.sentences import sentence

PLAN = parse(
    {
        "plan.yml": """
features: {files: {title: Files, events: [f]}, goals: {title: Goals, events: [g]}}
tasks: {load: {title: Load data, start: a, complete: b}}
onboarding: {steps: [{name: one, event: a}, {name: two, event: b, at_least: 2}, {name: three, event: c}]}
value_moments: {shipped: {event: d}}
segments: {large: {entity: account, ids: [x]}, admins: {entity: user, ids: [u]}}
launches: {files_2026: {title: New files, feature: files, launched_on: 2026-01-01}}
"""
    }
)


def said(name: str, rows: list[dict[str, Any]], by: tuple[str, ...], **params: Any) -> str:
    found = entry(name)
    defaults = {param.name: None if callable(param.default) else param.default for param in found.metric.params}
    given = {"entity": "user", "period": None, "date_from": None, "date_to": "2026-04-30", **defaults, **params}
    kind, definition = found.metric.kind_for(given).name, found.definition
    at = datetime(2026, 5, 1)
    result = Result(name, kind, found.metric.unit, given, at, "", definition, "users", (), rows, "", by)
    return sentence(result, headline(result), PLAN).replace(SPACE, " ")


def row(estimate: float | None, status: str = "closed", **labels: Any) -> dict[str, Any]:
    return {"n": 50, "estimate": estimate, "ci_lower": None, "ci_upper": None, "status": status, **labels}


@pytest.mark.parametrize(
    ("name", "by", "rows", "expected"),
    [
        (
            "adoption_decay", "feature", [row(0.62, feature="files"), row(0.34, feature="goals")],
            "Files is let go of most: 62 % of the users who had adopted it no longer use it; Goals least, 34 %.",
        ),
        (
            "feature_discovery_lag", "feature",
            [row(86_400, feature="files"), row(864_000, feature="goals"), row(None, "in_progress", feature="other")],
            ("Half of the users who could use Files had used it within 1 day, the soonest; Goals took 10 days;"
             " 1 feature is used by fewer than half so far."),
        ),
        (
            "depth", "feature", [row(0.5, feature="files"), row(0.5, feature="goals")],
            ("Depth holds users against each other, so the mean of all of them is 50 %: break it down to see who goes"
             " deeper."),
        ),
        ("task_success", "task", [row(0.14, task="load")],
         "14 % of attempts at Load data were finished in time on 30 April 2026."),
        (
            "task_success", "task", [row(0.14, task="load"), row(0.5, task="send")],
            "Load data is finished least: 14 % of attempts in time on 30 April 2026; send most, 50 %.",
        ),
        ("invite_loop", "part", [row(0.23, part="accepted"), row(0.7, part="seats")],
         "On 30 April 2026, 23 % of invites were accepted and 70 % of new seats came by invite."),
    ],
)  # fmt: skip
def test_answers_in_parts_say_what_their_parts_are(
    name: str, by: str, rows: list[dict[str, Any]], expected: str
) -> None:
    assert said(name, rows, (by,)) == expected


def test_a_launch_is_called_by_its_title() -> None:
    rows = [row(share, curve=curve, day=7, target=None) for curve, share in
            (("tried", 0.4), ("again", 0.3), ("adopted", 0.2), ("kept", 0.1))]  # fmt: skip
    assert said("launch_adoption", rows, ()) == (
        "New files, by day 7: of 50 users it is for, 40 % had tried it, 30 % had used it again, 20 % had adopted it and"
        " 10 % had kept it."
    )


@pytest.mark.parametrize(
    ("lower", "sure"),
    [(-0.01, " (95 % interval −1 to 12), which may be chance."), (0.01, " (95 % interval 1 to 12).")],
)
def test_a_difference_of_cohorts_that_may_be_chance_says_so(lower: float, sure: str) -> None:
    rows = [
        {
            **row(0.06),
            "cohort": "latest less before",
            "share_a": 0.7,
            "share_b": 0.64,
            "ci_lower": lower,
            "ci_upper": 0.12,
        }
    ]
    assert said("cohort_comparison", rows, ("cohort",)) == (
        f"70 % of users who started in the latest 28 days came back in week 4, against 64 % of the 28 days before:"
        f" 6 points more{sure} This is observational."
    )


def test_a_funnel_opens_with_the_way_to_value() -> None:
    assert way_to_value(PLAN) == ["a", "c", "d"]  # the second step needs two events
    assert first_look(entry("funnel"), {}, PLAN) == {"steps": ["a", "c", "d"]}
    assert first_look(entry("funnel"), {"steps": "x,y"}, PLAN) == {"steps": "x,y"}
    assert first_look(entry("funnel"), {}, parse({})) == {}


def test_other_metrics_open_with_what_shows_something() -> None:
    assert first_look(entry("adoption_velocity"), {}, PLAN) == {"output": "curve"}
    assert first_look(entry("adoption_velocity"), {"period": "month"}, PLAN) == {"period": "month"}
    assert first_look(entry("depth"), {}, PLAN) == {"by": ["segment.admins"]}
    assert first_look(entry("depth"), {}, parse({})) == {}


def test_a_lag_in_sessions_is_one_number_like_one_in_time() -> None:
    asked = completed(entry("feature_discovery_lag"), {"unit": "sessions"}, date(2026, 4, 30), date(2026, 1, 1))
    assert (asked["unit"], asked["period"]) == ("sessions", "all")
