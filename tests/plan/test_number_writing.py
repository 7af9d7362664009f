"""Numbers of scores and placements are written into the plan's files; all else stays as people wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.errors import PlanError
from uptake.plan import Location, changes, parse
from uptake.plan.number_writing import numbers, with_numbers

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


def written(wanted: dict[Location, float], text: str = TEXT, score: str = "health") -> str:
    return with_numbers({"plan/a.yml": text}, "plan", "scores", score, wanted)["plan/a.yml"]


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
    made = with_numbers({"plan/a.yml": "# mine\n"}, "plan", "scores", "health", {("bands", "good"): 75})
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
def test_what_cannot_be_is_refused(score: str, wanted: dict[Location, float], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        written(wanted, score=score)


RANGES = {"weight": (0.5, 39), "worst": (0.51, 0.79), "best": (1.5, 39), "good": (60, 99), "poor": (1, 39)}
WANTED = st.fixed_dictionaries(
    {},
    optional={
        location: st.floats(*RANGES[str(location[-1])]).map(lambda value: round(value, 3))
        for location in numbers(parse({"plan/a.yml": TEXT}), "scores", "health")
    },
)


@settings(max_examples=40)
@given(wanted=WANTED)
def test_whatever_is_written_is_read_again_and_comments_stay(wanted: dict[Location, float]) -> None:
    text = written(wanted)
    plan = parse({"plan/a.yml": text})
    expected = numbers(parse({"plan/a.yml": TEXT}), "scores", "health")
    expected.update(wanted)
    assert numbers(plan, "scores", "health") == expected
    for comment in (
        "# ours",
        "# three of them",
        "# what counts",
        "# asked twice a year",
        "# as agreed",
        "# the best is a",
    ):
        assert comment in text


PLACES = """\
# ours
placements:
  care:  # who needs whom
    ladder: true
    labels:
      # Enterprise first
      - name: rescue
        when:
          any:            # either will do
            - frequency: {lt: 0.25}   # a quarter
              tenure_days: {gt: 30, lte: 90}
            - {account.plan: Enterprise, score.adoption: {lt: 40.5}}
      - {name: grow, when: {"adopters.breadth": {gte: 1}, renewed: {gt: 2025-01-01}, activated: 1}}
      - name: keep
features: {boards: {events: [board]}}
"""
RESCUE = ("labels", 0, "when", "any")


def placed(wanted: dict[Location, float], text: str = PLACES, name: str = "care") -> dict[str, str]:
    return with_numbers({"plan/a.yml": text}, "plan", "placements", name, wanted)


def test_thresholds_are_numbers_that_something_is_held_against() -> None:
    """Days, and what has to be met exactly, are none."""
    assert numbers(parse({"plan/a.yml": PLACES}), "placements", "care") == {
        (*RESCUE, 0, "frequency", "lt"): 0.25,
        (*RESCUE, 0, "tenure_days", "gt"): 30,
        (*RESCUE, 0, "tenure_days", "lte"): 90,
        (*RESCUE, 1, "score.adoption", "lt"): 40.5,
        ("labels", 1, "when", "adopters.breadth", "gte"): 1,
    }


@pytest.mark.parametrize(
    ("location", "value", "before", "after"),
    [
        ((*RESCUE, 0, "frequency", "lt"), 0.3, "{lt: 0.25}", "{lt: 0.3}"),
        ((*RESCUE, 0, "tenure_days", "lte"), 120.0, "lte: 90", "lte: 120"),
        ((*RESCUE, 1, "score.adoption", "lt"), 45, "40.5", "45"),
        (("labels", 1, "when", "adopters.breadth", "gte"), 1.5, "{gte: 1}", "{gte: 1.5}"),
    ],
)
def test_nothing_but_the_threshold_is_written(location: Location, value: float, before: str, after: str) -> None:
    assert placed({location: value}) == {"plan/a.yml": PLACES.replace(before, after)}
    windows = PLACES.replace("\n", "\r\n")
    assert placed({location: value}, windows) == {"plan/a.yml": windows.replace(before, after)}


def test_the_change_is_told_by_label_and_condition() -> None:
    found = changes({"plan/a.yml": PLACES}, placed({(*RESCUE, 0, "frequency", "lt"): 0.3}))
    assert [(one.place, one.told) for one in found] == [
        ("plan/a.yml:10", "Placement Care, rescue, frequency below 0.3, was 0.25")
    ]
    swapped = (
        PLACES.replace("name: grow", "name: x").replace("name: keep", "name: grow").replace("name: x", "name: keep")
    )
    ((found_,),) = [changes({"plan/a.yml": PLACES}, {"plan/a.yml": swapped})]
    assert found_.told.startswith("Placement Care, labels is [")


@pytest.mark.parametrize("name", parse({}).all_placements)
def test_a_placement_that_comes_by_itself_is_written_out_whole(name: str) -> None:
    """Beside those that somebody wrote, or in a file of its own; only the one number says something else."""
    own = {"plan/a.yml": PLACES}
    for texts in ({}, own):
        before = parse(texts)
        for location, value in numbers(before, "placements", name).items():
            assert value is not None
            made = with_numbers(texts, "plan", "placements", name, {location: value + 1})
            (change,) = changes(texts, made)
            assert f"{value + 1:g}, was {value:g}" in change.told
            assert {key: one for key, one in parse(made).all_placements.items() if key != name} == {
                key: one for key, one in before.all_placements.items() if key != name
            }
            if texts:
                start, end = PLACES.split("features:")
                assert made["plan/a.yml"].startswith(start)
                assert made["plan/a.yml"].endswith(f"features:{end}")


def test_what_cannot_be_written_in_braces_is_refused() -> None:
    text = "placements: {mine: {labels: [{name: all}]}}\n"
    with pytest.raises(PlanError, match="stands in braces"):
        placed({("labels", 0, "when", "tenure_days", "lte"): 3}, text, "segment")
    with pytest.raises(PlanError, match=r"no number labels\[1\]\.when\.breadth\.gt"):
        placed({("labels", 0, "when", "breadth", "gt"): 3}, text, "mine")
    with pytest.raises(PlanError, match="no placement 'moon'"):
        placed({}, text, "moon")
