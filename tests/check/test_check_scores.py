"""What the check says of scores and rules, each at its line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from check_world import Found, World, event
from pydantic import Field

from uptake.check.scores import attributes, rules
from uptake.check.subject import subject
from uptake.plan import Plan, Rule, read_rule, rules_in
from uptake.plan.section import Section

PLAN = """\
scores:
  use:
    components:
      frequncy: 1
      depth: {signal: core_use}
      breadth: {params: {window: 7}}
      trend: {params: {window_days: 0}}
      tenure_days: {ranked: false}
      renewal_in: {best: 365}
    peers: account.pln
  people:
    entities: [user]
    components: {breadth: 1, pulse: 1}
  money:
    components: {revenue_kept: 1, seats: 1}
  good:
    entities: [account]
    components: {revenue_kept: 1, seats: 1, use_again: {signal: core_uses, best: 30}}
    peers: plan
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    accounts = [{"account_id": "a1", "plan": "Pro"}]
    made = World(tmp_path_factory.mktemp("scores") / "home", events=[event("task")], accounts=accounts)
    yield made
    made.close()


@pytest.fixture(scope="module")
def found(world: World) -> Found:
    return world.check(PLAN)


@pytest.mark.parametrize(
    ("line", "what", "do"),
    [
        (4, "scores.use.components.frequncy: there is no signal 'frequncy'.", "Did you mean frequency?"),
        (5, "scores.use.components.depth.signal: there is no signal 'core_use'.", "Did you mean core_uses?"),
        (6, "scores.use.components.breadth.params.window: breadth has no parameter 'window'.", "Allowed: window_days."),
        (7, "scores.use.components.trend.params.window_days: window_days is 0.", "Allowed: 1 to 366."),
        (8, "scores.use.components.tenure_days: The component 'tenure_days' does not say which value", "Write best"),
        (10, "scores.use.peers: There is no attribute 'account.pln'.", "account.plan"),
        (13, "scores.people.components.pulse: the signal 'pulse' is said of accounts alone", "Leave it out"),
        (15, "scores.money.components: all of them are said of accounts alone", "entities: account"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(found: Found, line: int, what: str, do: str) -> None:
    (one,) = [one for one in found if one.where == f"plan/plan.yml:{line}"]
    assert one.level == "error"
    assert one.what.startswith(what), one
    assert do in one.do, one


def test_nothing_else_is_said_of_scores(found: Found) -> None:
    """Not of the good one, and not of a component that only says of accounts what the others say of both."""
    assert len([one for one in found if "scores" in one.what]) == 8


def test_places_are_told_by_what_is_said_of_those_who_are_placed(world: World) -> None:
    """Seats are known of accounts alone: the label of accounts may ask for them, the one of both may not."""
    found = world.check("""\
placements:
  care:
    needs: [breadht]
    labels:
      - {name: big, of: account, when: {seats: {gte: 10}}}
      - {name: full, when: {seats_used: {gte: 0.9}}}
      - {name: eager, when: {adopters.frequncy: {gte: 1}}}
      - {name: rest}
""")
    told = {one.where: one.what for one in found if "placements" in one.what}
    assert told == {
        "plan/plan.yml:3": "placements.care.needs[1]: there is no signal 'breadht'.",
        "plan/plan.yml:6": "placements.care.labels[2].when.seats_used: the signal is said of accounts alone,"
        " and this is a place of users.",
        "plan/plan.yml:7": "placements.care.labels[3].when.adopters.frequncy: there is no signal 'frequncy'.",
    }


class Tier(Section):
    """A section with a rule, as those of segments and stages are."""

    when: Rule | None = None


class Ruled(Plan):
    """A plan with rules at every depth."""

    tiers: dict[str, Tier] = Field(default_factory=dict)
    first: Rule = read_rule({"active_days": 1})
    listed: tuple[Rule, ...] = ()


def test_rules_are_found_wherever_they_stand() -> None:
    rule = {"frequency": {"gte": 0.5}}
    made = Ruled.model_validate({"tiers": {"a": {"when": rule}, "b": {}}, "listed": (rule, rule), "first": rule})
    assert [location for location, _ in rules_in(made)] == [
        ("tiers", "a", "when"), ("first",), ("listed", 0), ("listed", 1),
    ]  # fmt: skip
    assert not list(rules_in(Plan()))


def test_rules_ask_for_what_there_is(world: World) -> None:
    """Signals and scores by name, attributes that somebody has; what segments and benchmarks are is told elsewhere."""
    plan = Ruled.model_validate(
        {
            "tiers": {
                "a": {"when": {"any": [{"score.adoptoin": {"lt": 40}}, {"frequncy": {"gte": 1}}]}},
                "b": {"when": {"fall.engagement": {"gte": 0.2}, "account.pln": "Pro", "segment.none": True}},
            }
        }
    )
    with world.workspace.projection.exclusively() as cursor:
        checked = subject(cursor, plan, world.workspace.ledger)
        told = [one.what for check in (rules, attributes) for one in check(checked)]
    assert told == [
        "tiers.a.when.any[1].score.adoptoin: there is no score 'adoptoin'.",
        "tiers.a.when.any[2].frequncy: there is no signal 'frequncy'.",
        "tiers.b.when.account.pln: no account has 'account.pln'.",
    ]
