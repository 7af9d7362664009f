"""What pages say in words, held against sentences written by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from uptake.charts.words import SPACE
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.plan import parse
from uptake.reports.headline import headline
from uptake.web.words import plan_words as wording
from uptake.web.words.made_of import made_of
from uptake.web.words.sentences import sentence

ROW = {"n": 912, "estimate": 0.58, "ci_lower": 0.55, "ci_upper": 0.61, "status": "closed"}
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def said(name: str, rows: list[dict[str, Any]], by: tuple[str, ...] = (), kind: str = "", **params: Any) -> str:
    found = entry(name)
    defaults = {param.name: None if callable(param.default) else param.default for param in found.metric.params}
    given = {"entity": "user", "period": None, "date_from": None, "date_to": "2026-04-30", **defaults, **params}
    kind = kind or found.metric.kind_for(given).name
    unit = found.metric.unit
    definition = found.definition
    at = datetime(2026, 5, 1)
    result = Result(name, kind, unit, given, at, "", definition, "users", (), rows, "", by)
    return sentence(result, headline(result), parse({"plan.yml": "product: {name: Planboard}"})).replace(SPACE, " ")


@pytest.mark.parametrize(
    ("name", "row", "params", "expected"),
    [
        ("activation_rate", {}, {}, "58 % (95 % interval 55–61 %) of users who started up to 30 April 2026 were activated."),
        (
            "onboarding_completion", {"step": "complete"}, {"date_from": "2026-02-01", "entity": "account"},
            ("58 % (95 % interval 55–61 %) of accounts that started between 1 February 2026 and 30 April 2026"
            " finished setting up."),
        ),
        (
            "time_to_first_value", {"estimate": 432_000, "ci_lower": 345_600, "ci_upper": None}, {"output": "summary"},
            ("Half of the users who started up to 30 April 2026 reached first value within 5 days"
            " (95 % interval from 4 days, upper end not reached)."),
        ),
        (
            "time_to_first_value", {"estimate": None, "status": "in_progress"}, {"output": "summary"},
            "Fewer than half of the 912 users who started up to 30 April 2026 have reached first value so far.",
        ),
        (
            "sessions_per_week", {"estimate": 3.2, "ci_lower": 3.1, "ci_upper": 3.4}, {"window_days": 28},
            "Active users came for 3.20 (95 % interval 3.1–3.4) sessions a week in the 28 days to 30 April 2026.",
        ),
        (
            "active_users", {"estimate": 1204, "ci_lower": 1180, "ci_upper": 1230}, {"window": "1"},
            "1,204 (95 % interval 1,180–1,230) users were active on 30 April 2026.",
        ),
        (
            "stickiness", {"days": 22}, {"short_days": 7, "long_days": 30},
            ("Of the users active within 30 days, 58 % (95 % interval 55–61 %) were active within 7 days,"
            " on average over 22 days up to 30 April 2026."),
        ),
        ("adoption_rate", {}, {"entity": "member"}, "58 % (95 % interval 55–61 %) of seats have adopted Planboard."),
        ("breadth", {"estimate": None, "status": "too_few", "n": 3}, {}, "Breadth: too few (n = 3)."),
    ],
)  # fmt: skip
def test_one_number_is_said_of_whom_and_when(
    name: str, row: dict[str, Any], params: dict[str, Any], expected: str
) -> None:
    by = ("step",) if "step" in row else ()
    assert said(name, [ROW | row], by, **params) == expected


@pytest.mark.parametrize(
    ("period", "first", "second", "expected"),
    [
        ("month", MARCH, APRIL, "in April 2026 were activated, 8 points more than in March 2026"),
        ("week", date(2026, 4, 13), date(2026, 4, 20), "in the week of 20 April 2026 were activated, 8 points more than in the week of 13 April 2026"),
        ("day", date(2026, 4, 13), date(2026, 4, 14), "on 14 April 2026 were activated, 8 points more than on 13 April 2026"),
        ("quarter", date(2026, 1, 1), APRIL, "in Q2 2026 were activated, 8 points more than in Q1 2026"),
    ],
)  # fmt: skip
def test_a_period_is_compared_with_the_one_before(period: str, first: date, second: date, expected: str) -> None:
    rows = [ROW | {"period_on": first, "estimate": 0.5}, ROW | {"period_on": second}]
    assert (
        said("activation_rate", rows, period=period) == f"58 % (95 % interval 55–61 %) of users who started {expected}."
    )


def test_a_mean_of_the_last_days_of_a_period_says_how_many() -> None:
    rows = [ROW | {"period_on": MARCH, "days": 7, "estimate": 0.5}, ROW | {"period_on": APRIL, "days": 7}]
    assert said("stickiness", rows, period="month") == (
        "Of the users active within 30 days, 58 % (95 % interval 55–61 %) were active within one day,"
        " on average over 7 days up to 30 April 2026, 8 points more than in March 2026."
    )


def test_segments_features_and_curves_have_sentences_of_their_own() -> None:
    rows = [ROW | {"plan": "Pro"}, ROW | {"plan": "{value}", "estimate": 0.1, "ci_lower": 0.05, "ci_upper": 0.2}]
    assert said("breadth", rows, ("plan",), window_days=30) == (
        "Breadth by plan in the 30 days to 30 April 2026: highest in Pro (58 %), lowest in {value} (10 %)."
    )
    rows[1] |= {"estimate": 0.5, "ci_upper": 0.55}
    assert said("breadth", rows, ("plan",), window_days=30) == (
        "Breadth by plan in the 30 days to 30 April 2026: highest in Pro (58 %), lowest in {value} (50 %);"
        " their intervals overlap, so the order may be chance."
    )
    features = [ROW | {"title": "Boards"}, ROW | {"title": "Goals", "estimate": 0.08}]
    assert (
        said("feature_adoption", features)
        == "Boards is adopted most, by 58 % of eligible users; Goals least, by 8.0 %."
    )
    assert said("feature_adoption", []) == "No feature could be used by anybody yet."
    curve = [{"at_s": 0, "estimate": 0.0}, {"at_s": 86_400, "estimate": 0.3}]
    assert said("time_to_first_value", curve, output="curve") == (
        "Of the users who started up to 30 April 2026, 30 % have reached first value within 1 day."
    )
    curve.append({"at_s": 172_800, "estimate": 0.6})
    assert said("time_to_first_value", curve, output="curve") == (
        "Of the users who started up to 30 April 2026, half have reached first value within 2 days."
    )
    power = [ROW | {"days": day, "at_least": 0.4} for day in range(1, 29)]
    assert said("stickiness", power, output="power") == "40 % of active users were active on at least 14 of 28 days."


@pytest.mark.parametrize(
    ("criterion", "runs", "expected"),
    [
        ("on", [(week, week) for week in range(9)], "week 4 after their start"),
        ("on_or_after", [(week, None) for week in range(9)], "week 4 or later after their start"),
        ("brackets", [(0, 0), (1, 3), (4, 7)], "weeks 4–7 after their start"),
        ("brackets", [(0, 0), (1, 1)], "week 1 after their start"),
    ],
)
def test_retention_is_said_of_units_not_of_columns(
    criterion: str, runs: list[tuple[int, int | None]], expected: str
) -> None:
    rows = [
        ROW | {"row": "weighted", "unit_index": index, "first_unit": first, "last_unit": last}
        for index, (first, last) in enumerate(runs)
    ]
    said_of = said("retention", rows, criterion=criterion)
    assert said_of == f"58 % (95 % interval 55–61 %) of users came back in {expected}."


PLAN = parse(
    {
        "plan.yml": """
product: {session_gap_minutes: 20}
active: [a, {feature: boards}]
features: {boards: {events: [{event: [b, c], where: {view: [x, y], n: {gte: 2}}}], eligible: {account.plan: {is_not: Free}}}}
onboarding: {steps: [{name: one, event: a}, {name: two, event: b}, {name: three, event: c, required: false}]}
activation: {user: {all: [{event: a, at_least: 3}, {any: [b, {feature: boards}]}]}}
value_moments: {shipped: {event: c}, sold: {event: d}}
start: {user: [{event: {event: signup}}, created_at], account: [signed_on, {attribute: live_on}]}
""".replace("{event: {event: signup}}", "{event: signup}")
    }
)


@pytest.mark.parametrize(
    ("metric", "params", "expected"),
    [
        ("activation_rate", {}, "3 times a and (b or the feature boards) within 7 days"),
        ("activation_rate", {"within_days": 3}, ""),
        ("onboarding_completion", {}, "One and Two within 7 days of the first signup or else creation"),
        ("time_to_first_value", {"milestone": "value"}, "Median time from the first signup or else creation to Shipped or Sold"),
        ("time_to_first_value", {"milestone": "activated"}, ""),
        ("features_used", {"window_days": 14}, "Of Boards, in 14 days"),
        ("sessions_per_week", {"window_days": 28}, "In 28 days; a session ends with 20 minutes of rest"),
        (
            "stickiness", {"short_days": 1, "long_days": 30},
            "Active in a day of those active in 30; active means a or the feature boards",
        ),
        ("value_realisation", {"window_days": 30}, "Shipped or Sold, of those active in 30 days"),
        ("adoption_rate", {"interval_days": 7}, "Reached Shipped or Sold, and active in 2 of the last 4 weeks"),
        ("adoption_rate", {"interval_days": 14}, "Reached Shipped or Sold, and active in 2 of the last 4 intervals of 14 days"),
        ("retention", {}, ""),
    ],
)  # fmt: skip
def test_a_number_says_what_it_is_made_of(metric: str, params: dict[str, Any], expected: str) -> None:
    assert made_of(metric, PLAN, params) == expected


def test_the_plan_is_said_in_words() -> None:
    boards = PLAN.features["boards"]
    assert wording.selectors(boards.events) == "b or c where n is at least 2 and view is x or y"
    assert wording.conditions(boards.eligible) == "account.plan is not Free"
    assert wording.adopted(boards) == "2 days of use within 14 days"
    assert wording.start(PLAN.start.account) == "the signed contract or else the attribute live_on"
