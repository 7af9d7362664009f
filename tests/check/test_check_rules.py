"""What the check says of rules, alerts, lists of who qualifies and links, each at its line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from check_world import Found, World, event

PLAN = """\
features: {tasks: {events: [task]}}
segments:
  pro: {entity: account, where: {plan: Pro}}
  many_seats: {entity: user, when: {seats: {gte: 3}}}
placements:
  care:
    labels:
      - {name: rescue, when: {score.health: {lt: 40}}}
      - {name: rest}
  grow:
    entities: [account]
    labels:
      - {name: grow, when: {placement.level: deep, segment.pro: yes}}
      - {name: rest}
alerts:
  exact: {when: {score.health: 40}}
  percent: {when: {frequency: {gte: 50}}, owner: account.csm}
  words: {when: {frequency: often}}
  labels: {when: {placement.segment: atrisk}}
  nowhere: {when: {placement.segmnt: at_risk}}
  group: {when: {segment.prp: in}}
  seats: {entity: user, when: {seats_used: {gte: 0.9}}}
  health: {entity: user, when: {score.health: {lt: 40}}}
  fine:
    when:
      segment.pro: in
      placement.segment: {is_not: [power, steady]}
      seats_used: {gte: 1.2}
      any: [{fall.health: {gte: 0.2}}, {pulse: {exists: false}}, {activated: 1}]
qualified:
  ready: {when: {frequency: {gte: 0.5}}, converts: [signd, signed]}
evidence:
  help: {url: "https://help.example.com/"}
  tickets: {url: "https://help.example.com/{account_id}"}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    accounts = [{"account_id": "a1", "plan": "Pro", "owner": "Ann"}]
    outcomes = [{"account_id": "a1", "outcome": "signed", "outcome_at": "2026-03-01"}]
    folder = tmp_path_factory.mktemp("rules") / "home"
    made = World(folder, events=[event("task")], accounts=accounts, outcomes=outcomes)
    yield made
    made.close()


@pytest.fixture(scope="module")
def found(world: World) -> Found:
    return world.check(PLAN)


@pytest.mark.parametrize(
    ("line", "what", "do"),
    [
        (4, "segments.many_seats.when.seats: the rule is about users, and 'seats' is of accounts alone.", "accounts"),
        (8, "placements.care.labels[1].when.score.health: the rule is about users", "adoption, engagement"),
        (13, "placements.grow.labels[1].when.placement.level: the rule is about accounts", "segment, stage"),
        (13, "placements.grow.labels[1].when.segment.pro: 'pro' is never 'yes'.", "Allowed: in, not in."),
        (16, "alerts.exact.when.score.health: it holds at exactly 40 alone.", "{gte: 40} or {lt: 40}"),
        (17, "alerts.percent.when.frequency: it is a share, 0 to 1, and never 50.", "Write 0.5 for 50 %."),
        (17, "alerts.percent.owner: no account has 'account.csm'.", "account.owner"),
        (18, "alerts.words.when.frequency: it is a number, and is held against 'often'.", "{gte: 0.5}"),
        (19, "alerts.labels.when.placement.segment: 'segment' is never 'atrisk'.", "Did you mean at_risk?"),
        (20, "alerts.nowhere.when.placement.segmnt: there is no placement 'segmnt'.", "Did you mean segment?"),
        (21, "alerts.group.when.segment.prp: there is no segment 'prp'.", "Allowed: pro, many_seats."),
        (22, "alerts.seats.when.seats_used: the rule is about users", "ask it of accounts"),
        (23, "alerts.health.when.score.health: the rule is about users", "Of users there are adoption, engagement."),
        (31, "qualified.ready.converts[1] is 'signd', which never came.", "Did you mean signed?"),
        (33, "evidence.help.url leads to the same page for everybody.", "{account_id}"),
    ],
)
def test_what_a_rule_cannot_mean_is_told_with_its_line_and_what_to_do(
    found: Found, line: int, what: str, do: str
) -> None:
    (one,) = [one for one in found if one.where == f"plan/plan.yml:{line}" and one.what.startswith(what)]
    assert one.level == ("warning" if "converts" in what or "evidence" in what else "error")
    assert do in one.do, one


def test_nothing_is_said_of_rules_that_can_be_met(found: Found) -> None:
    assert not [one for one in found if one.where in {f"plan/plan.yml:{line}" for line in (*range(24, 30), 34)}]
