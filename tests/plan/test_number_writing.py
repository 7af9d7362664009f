"""Numbers of scores and placements are written into the plan's files; all else stays as people wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.errors import PlanError
from uptake.plan import Location, changes, parse
from uptake.plan.number_writing import Numbers, Section, named, numbers, with_numbers

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


def written(wanted: Numbers, text: str = TEXT, score: str = "health") -> str:
    return with_numbers({"plan/a.yml": text}, "plan", "scores", score, wanted)["plan/a.yml"]


def another(value: float) -> float:
    """A number that may stand in its place: of a share another share."""
    return value + 1 if value >= 1 else value / 2 + 0.01


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{best: 0.8, weight: 2}", "{weight: 2}"),
        ("{weight: 2, best: 0.8}", "{weight: 2}"),
        ("{weight: 2, best: 0.8, worst: 0.1}   # asked", "{weight: 2, worst: 0.1}   # asked"),
        ("{best: 0.8}", "{}"),
        ("{weight: 2,   # much\n        best: 0.8}", "{weight: 2,   # much\n        }"),
        ("\n        weight: 2   # much\n        best: 0.8   # agreed", "\n        weight: 2   # much"),
        ("\n        best: 0.8", "\n        {}"),
    ],
)
def test_a_number_that_is_taken_out_is_the_signals_own(before: str, after: str) -> None:
    """The rest stays as it was written, comments too; that on the line of the number goes with it."""
    text = f"scores:\n  use:\n    components:\n      breadth: {before}\n      frequency: 1   # often\n"
    made = with_numbers({"plan/a.yml": text}, "plan", "scores", "use", {("components", "breadth", "best"): None})
    assert made["plan/a.yml"] == text.replace(before, after)
    assert parse(made).scores["use"].components["breadth"].best is None


def test_a_weight_cannot_be_taken_out() -> None:
    with pytest.raises(PlanError, match=r"components\.nps\.weight is empty\. Allowed: a number"):
        written({("components", "nps", "weight"): None})


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


def placed(wanted: Numbers, text: str = PLACES, name: str = "care") -> dict[str, str]:
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
    assert found_.told.startswith("Placement Care, labels, new: keep (when ")


@pytest.mark.parametrize("name", parse({}).all_placements)
def test_a_placement_that_comes_by_itself_is_written_out_whole(name: str) -> None:
    """Beside those that somebody wrote, or in a file of its own; only the one number says something else."""
    own = {"plan/a.yml": PLACES}
    for texts in ({}, own):
        before = parse(texts)
        for location, value in numbers(before, "placements", name).items():
            assert value is not None
            made = with_numbers(texts, "plan", "placements", name, {location: another(value)})
            (change,) = changes(texts, made)
            assert f"{another(value):g}, was {value:g}" in change.told
            assert {key: one for key, one in parse(made).all_placements.items() if key != name} == {
                key: one for key, one in before.all_placements.items() if key != name
            }
            if texts:
                start, end = PLACES.split("features:")
                assert made["plan/a.yml"].startswith(start)
                assert made["plan/a.yml"].endswith(f"features:{end}")


def test_when_an_account_has_adopted_is_said_once() -> None:
    """The metric goes by the same number, so it is not written into the placement; one that somebody wrote is their own."""
    texts = {"plan/a.yml": "journey: {adopted_share: 0.5}\n"}
    (own, *_) = parse(texts).all_placements["journey"].labels
    assert own.when is not None
    assert [one.values for _, one in own.when.leaves()] == [(0.5,)]
    assert numbers(parse(texts), "placements", "journey") == {}
    with pytest.raises(PlanError, match="has no number"):
        with_numbers(texts, "plan", "placements", "journey", {("labels", 0, "when", "adopted", "gte"): 0.3})
    written = PLACES.replace("care:", "journey:")
    assert numbers(parse({"plan/a.yml": written}), "placements", "journey")


def test_what_cannot_be_written_in_braces_is_refused() -> None:
    text = "placements: {mine: {labels: [{name: all}]}}\n"
    with pytest.raises(PlanError, match="stands in braces"):
        placed({("labels", 0, "when", "tenure_days", "lte"): 3}, text, "segment")
    with pytest.raises(PlanError, match=r"no number labels\[1\]\.when\.breadth\.gt"):
        placed({("labels", 0, "when", "breadth", "gt"): 3}, text, "mine")
    with pytest.raises(PlanError, match="no placement 'moon'"):
        placed({}, text, "moon")


RULES = """\
alerts:
  weak:   # told to sales
    when: {score.health: {lt: 40}, account.plan: Pro}   # only who pays
    clears:
      score.health: {gte: 45}
qualified: {}
segments:
  large: {entity: account, where: {any: [{seats: {gte: 50}}, {"account.mrr": {gt: 900}}, {plan: Enterprise}]}}  # by size
  stuck:
    entity: user
    when: {frequency: {gte: 0.5}}
    did:
      - {event: import_failed, at_least: 3, last_days: 30}   # again and again
      - {event: import_completed, exactly: 0}
"""


@pytest.mark.parametrize(
    ("section", "name", "location", "value", "before", "after"),
    [
        ("alerts", "weak", ("when", "score.health", "lt"), 35.0, "{lt: 40}", "{lt: 35}"),
        ("alerts", "weak", ("clears", "score.health", "gte"), 50.0, "{gte: 45}", "{gte: 50}"),
        ("segments", "large", ("where", "any", 0, "account.seats", "gte"), 60.0, "{gte: 50}", "{gte: 60}"),
        ("segments", "large", ("where", "any", 1, "account.mrr", "gt"), 950.0, "{gt: 900}", "{gt: 950}"),
        ("segments", "stuck", ("when", "frequency", "gte"), 0.25, "{gte: 0.5}", "{gte: 0.25}"),
        ("segments", "stuck", ("did", 0, "at_least"), 5.0, "at_least: 3", "at_least: 5"),
        ("segments", "stuck", ("did", 0, "last_days"), 14.0, "last_days: 30", "last_days: 14"),
        ("segments", "stuck", ("did", 1, "exactly"), 1.0, "exactly: 0", "exactly: 1"),
    ],
)
def test_numbers_of_alerts_and_segments_are_written_where_they_stand(
    section: Section, name: str, location: Location, value: float, before: str, after: str
) -> None:
    """A segment of accounts may write `seats` for `account.seats`; what was written stays so."""
    made = with_numbers({"plan/a.yml": RULES}, "plan", section, name, {location: value})
    assert made == {"plan/a.yml": RULES.replace(before, after)}
    ((change,),) = [changes({"plan/a.yml": RULES}, made)]
    assert f"{value:g}" in change.told


def test_days_of_quiet_are_put_in() -> None:
    made = with_numbers({"plan/a.yml": RULES}, "plan", "alerts", "weak", {("quiet_days",): 7.0})["plan/a.yml"]
    assert made == RULES.replace("{gte: 45}\n", "{gte: 45}\n    quiet_days: 7\n")
    with pytest.raises(PlanError, match="quiet_days"):
        with_numbers({"plan/a.yml": RULES}, "plan", "alerts", "weak", {("quiet_days",): 7.5})
    with pytest.raises(PlanError, match=r"did\[1\].at_least"):
        with_numbers({"plan/a.yml": RULES}, "plan", "segments", "stuck", {("did", 0, "at_least"): -1.0})


@pytest.mark.parametrize(("section", "name"), [("alerts", "health_poor"), ("qualified", "power_users")])
def test_rules_that_come_by_themselves_are_written_out_whole(section: Section, name: str) -> None:
    """Only the one number says something else, alerts with the others that come; a rule beside those of the plan."""
    for texts in ({}, {"plan/a.yml": "qualified:\n  mine: {when: {breadth: {gte: 0.5}}}  # ours\n"}):
        for location, value in numbers(parse(texts), section, name).items():
            assert value is not None
            made = with_numbers(texts, "plan", section, name, {location: another(value)})
            (change,) = changes(texts, made)
            assert f"{another(value):g}" in change.told
            known, before = named(parse(made), section), named(parse(texts), section)
            assert {key: one for key, one in known.items() if key != name} == {
                key: one for key, one in before.items() if key != name
            }


def test_anchors_are_not_read_so_no_number_stands_in_two_places() -> None:
    text = "alerts:\n  a: {when: &poor {score.health: {lt: 40}}}\n  b: {when: *poor}\n"
    with pytest.raises(PlanError, match="Anchors and aliases"):
        with_numbers({"plan/a.yml": text}, "plan", "alerts", "a", {("when", "score.health", "lt"): 30.0})
