"""The first plan of a workspace loads as it is, and so does one proposed from data, whatever the data's names are."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from uptake.errors import PlanError
from uptake.plan import (
    REFERENCE_RANGES,
    ActivationCandidate,
    All,
    Criterion,
    EventUse,
    Plan,
    Proposal,
    ProposedFeature,
    Selector,
    load,
    parse,
    starter,
    starter_from,
    vanity_warnings,
)
from uptake.plan.quoting import scalar

# No test asserts a time; the first call of a library may be slow on a busy machine.
untimed = settings(deadline=None)

FILES = ["features.yml", "onboarding.yml", "product.yml", "references.yml"]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)


def with_examples(files: dict[str, str]) -> dict[str, str]:
    """The files with their examples switched on, as a person would do it."""
    return {name: re.sub(r"(?m)^(\s*)# ", r"\1", text) for name, text in files.items()}


def test_the_starter_is_the_default_plan_with_a_name_and_references(tmp_path: Path) -> None:
    for name, text in starter("Planboard").items():
        (tmp_path / name).write_text(text)
    plan = load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert plan.product.name == "Planboard"
    assert plan.facts_version == Plan().facts_version
    bare = plan.model_copy(update={"product": Plan().product, "references": {}})
    assert bare.version == Plan().version


def test_the_examples_of_the_starter_load_too() -> None:
    plan = parse(with_examples(starter()))
    assert plan.product.currency == "EUR"
    assert plan.active == (Selector(feature="boards"), Selector(events=("task_created",)))
    assert plan.features["boards"].launched_on is not None
    assert plan.onboarding is not None
    assert plan.activation is not None
    assert list(plan.value_moments) == ["project_shipped"]
    assert list(plan.milestones) == ["first_report"]
    assert vanity_warnings(plan) == ()


def test_the_starter_names_the_six_reference_ranges_and_where_they_come_from() -> None:
    references = parse(starter()).references
    found = {one.metric: (name, dict(one.params), one.low, one.high) for name, one in references.items()}
    assert found == {
        "onboarding_completion": ("onboarding_completion", {}, 0.6, 0.8),
        "time_to_first_value": ("time_to_first_value", {}, None, 24 * 60 * 60),
        "features_used": ("features_used", {}, 5, 7),
        "sessions_per_week": ("sessions_per_week", {}, 3, 5),
        "stickiness": ("weekly_habit", {"short_days": 7, "long_days": 30}, 0.4, None),
        "value_realisation": ("value_realisation", {}, 0.5, 0.7),
    }
    assert {reference.source for reference in references.values()} == {"Product adoption glossary; cites no study"}
    assert [reference.name for reference in REFERENCE_RANGES] == list(references)


HOSTILE = [
    "task created", "yes", "null", "~", "404", "1e3", "2025-06-01", " blank ", "a: b", "a #b", "- a", "[a]", "{a}", "'",
    '"', "\\", "\n", "a\nactive: [x]", "\r\n", "\t", "\x85", "\u2028", "\u2029", "\ufeff", "\x7f", "\x1b[2J", "😀",
    "é", "e\u0301", "!!python/none", "&a", "*a", "%YAML 1.1", "---", "...", "<<", "=", "?", "|", ">", "@", "`", ",",
    "\u202e", "\uffff", "</script>", "'; DROP TABLE events; --", "x" * 200, "\U0010ffff", "\xa0", "\xad",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_survives_as_a_scalar(name: str) -> None:
    assert parse({"a.yml": f"active: [{scalar(name)}]  # {scalar(name)}\n"}).active[0].events == (name,)
    assert YAML(typ="rt", pure=True).load(f"a: {scalar(name)}")["a"] == name


@untimed
@given(texts)
def test_any_name_survives_as_a_scalar_on_one_line_for_every_reader(name: str) -> None:
    written = scalar(name)
    assert written.isprintable()
    assert parse({"a.yml": f"active: [{written}]"}).active[0].events == (name,)
    assert YAML(typ="rt", pure=True).load(f"a: {written}")["a"] == name


def proposal(*names: str) -> Proposal:
    return Proposal(
        product_name=names[0],
        timezone="Europe/Berlin",
        events=tuple(EventUse(name, users=10, days=3, total=1_234) for name in names),
        features=tuple(ProposedFeature(f"f{at}", title=name, events=(name,)) for at, name in enumerate(names)),
        active=names,
        usage_interval_days=5,
        usage_interval_n=812,
        activation_candidates=tuple(ActivationCandidate(name, 3, 14, 400, 1_000, 0.624, 0.311) for name in names),
    )


@untimed
@given(st.lists(texts, min_size=1, max_size=4))
@example(HOSTILE)
def test_every_name_of_the_data_survives_a_proposal(names: list[str]) -> None:
    files = starter_from(proposal(*names))
    plan = parse(files)
    assert sorted(files) == FILES
    assert plan.product.name == names[0]
    assert plan.active == tuple(Selector(events=(name,)) for name in names)
    assert [feature.title for feature in plan.features.values()] == names
    assert [feature.events for feature in plan.features.values()] == [(Selector(events=(name,)),) for name in names]
    assert plan.activation is None


@untimed
@given(texts)
def test_a_hypothesis_works_once_its_comment_signs_are_taken_away(name: str) -> None:
    plan = parse(with_examples(starter_from(proposal(name))))
    assert plan.activation is not None
    assert plan.activation.user.within_days == 14
    assert plan.activation.user.criteria == All(of=(Criterion(selector=Selector(events=(name,)), at_least=3),))


def test_a_proposal_says_what_was_seen_and_what_is_a_hypothesis() -> None:
    files = starter_from(
        Proposal(
            product_name="Planboard",
            events=(EventUse("task_created", 1_200, 90, 45_678), EventUse("task_done", 1, 1, 1)),
            active=("task_created",),
            features=(ProposedFeature("tasks", "Tasks", ("task_created", "task done"), tag="advanced"),),
            usage_interval_days=7,
            usage_interval_n=812,
            activation_candidates=(
                ActivationCandidate("task_created", 3, 7, 412, 1_000, 0.62, 0.31, ci_lower=0.25, ci_upper=0.37),
                ActivationCandidate("invite", 1, 7, 0, 1_000, math.nan, 0.4),
            ),
        )
    )
    assert (
        "usage_interval_days: 7         # 4 of 5 of 812 users come back within this many days" in files["product.yml"]
    )
    assert (
        "##   task_created: 1,200 users, 90 days, 45,678 times\n##   task_done: 1 user, 1 day, once\n"
        in files["features.yml"]
    )
    assert '    tag: advanced\n    events: [task_created, "task done"]\n' in files["features.yml"]
    assert (
        "## Hypothesis 1: task_created at least 3 times within 7 days.\n"
        "## 412 of 1,000 users did. 62 % of them came back later,\n"
        "## 31 % of the others. Difference +31 points, 95 % interval +25 to +37.\n"
    ) in files["onboarding.yml"]
    assert (
        "## Hypothesis 2: invite at least once within 7 days.\n"
        "## 0 of 1,000 users did. an unknown share of them came back later,\n"
        "## 40 % of the others.\n"
    ) in files["onboarding.yml"]


def test_a_proposal_without_anything_is_the_starter() -> None:
    assert starter_from(Proposal("Planboard")) == starter("Planboard") | {
        "features.yml": starter_from(Proposal("Planboard"))["features.yml"]
    }
    assert parse(starter_from(Proposal("Planboard"))).version == parse(starter("Planboard")).version


def test_a_long_list_of_events_is_cut_and_counted() -> None:
    many = tuple(EventUse(f"event_{number}", 1, 1, 1) for number in range(100))
    text = starter_from(Proposal("x", events=many))["features.yml"]
    assert "event_39:" in text
    assert "event_40:" not in text
    assert "##   and 60 more\n" in text


def test_a_proposal_that_is_no_plan_is_refused() -> None:
    with pytest.raises(PlanError, match=r"features\.yml:[0-9]+: features\.Bad Name is not a name\."):
        starter_from(Proposal("x", features=(ProposedFeature("Bad Name", "Bad", ("a",)),)))
