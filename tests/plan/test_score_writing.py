"""Numbers of scores are written into the plan's files; all else stays as people wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.errors import PlanError
from uptake.plan import parse
from uptake.plan.score_writing import numbers, with_numbers

TEXT = """\
# ours
scores:   # three of them
  health:
    # what counts
    components:
      nps: 0.1   # asked twice a year
      breadth: {weight: 0.3,   best: 0.8}  # as agreed
      frequency:
        weight: 2
        # the best is a full week
      trend: { }
  risk: {components: {support_load: 1}, higher_is: worse}
features: {boards: {events: [board]}}
"""


def written(wanted: dict[tuple[str, ...], float], text: str = TEXT, score: str = "health") -> str:
    return with_numbers({"plan/a.yml": text}, "plan", score, wanted)["plan/a.yml"]


def test_a_number_is_written_where_it_stands() -> None:
    assert written({("components", "nps", "weight"): 0.25}) == TEXT.replace("nps: 0.1 ", "nps: 0.25 ")
    assert written({("components", "breadth", "best"): 0.75}) == TEXT.replace("0.8", "0.75")
    assert written({("components", "frequency", "weight"): 3}) == TEXT.replace("weight: 2", "weight: 3")


def test_a_number_that_was_not_there_is_put_in() -> None:
    assert written({("components", "nps", "best"): 50}) == TEXT.replace("nps: 0.1 ", "nps: {weight: 0.1, best: 50} ")
    assert written({("components", "breadth", "worst"): 0.1}) == TEXT.replace("best: 0.8}", "best: 0.8, worst: 0.1}")
    assert written({("components", "trend", "weight"): 4}) == TEXT.replace("trend: { }", "trend: {weight: 4}")
    assert "      trend: { }\n    bands: {good: 80}\n  risk:" in written({("bands", "good"): 80})
    risk = written({("bands", "poor"): 10}, score="risk")
    assert "{support_load: 1}, higher_is: worse, bands: {poor: 10}}" in risk


def test_what_is_as_it_was_is_not_written() -> None:
    assert written({("components", "nps", "weight"): 0.1, ("bands", "good"): 70}) == TEXT


def test_scores_that_come_by_themselves_are_written_out_first() -> None:
    made = with_numbers({"plan/a.yml": "# mine\n"}, "plan", "health", {("bands", "good"): 75})
    assert made["plan/a.yml"] == "# mine\n"
    before, after = parse({}), parse(made)
    assert after.scores["health"].bands.good == 75
    assert {name: one for name, one in after.scores.items() if name != "health"} == {
        name: one for name, one in before.all_scores.items() if name != "health"
    }


@pytest.mark.parametrize(
    ("score", "wanted", "message"),
    [
        ("nobody", {("bands", "good"): 1.0}, "no score 'nobody'. Allowed: health, risk"),
        ("health", {("bands", "best"): 1.0}, "no number bands.best"),
        ("health", {("bands", "good"): 101.0}, "scores.health.bands.good"),
        ("health", {("bands", "good"): 40.0}, "scores.health.bands.poor"),
        ("health", {("components", "nps", "weight"): -1.0}, "scores.health.components.nps.weight"),
    ],
)
def test_what_cannot_be_is_refused(score: str, wanted: dict[tuple[str, ...], float], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        written(wanted, score=score)


RANGES = {"weight": (0.5, 39), "worst": (0.51, 0.79), "best": (1.5, 39), "good": (60, 99), "poor": (1, 39)}
WANTED = st.fixed_dictionaries(
    {},
    optional={
        location: st.floats(*RANGES[location[-1]]).map(lambda value: round(value, 3))
        for location in numbers(parse({"plan/a.yml": TEXT}), "health")
    },
)


@settings(max_examples=40)
@given(wanted=WANTED)
def test_whatever_is_written_is_read_again_and_comments_stay(wanted: dict[tuple[str, ...], float]) -> None:
    text = written(wanted)
    plan = parse({"plan/a.yml": text})
    assert numbers(plan, "health") == {**numbers(parse({"plan/a.yml": TEXT}), "health"), **wanted}
    for comment in (
        "# ours",
        "# three of them",
        "# what counts",
        "# asked twice a year",
        "# as agreed",
        "# the best is a",
    ):
        assert comment in text
