"""The journey of accounts, by hand: CRM stages, use and contracts, each telling its own steps."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from money_world import Filled, Row, filled, subscription
from scenario_answers import by

import uptake
from uptake.metrics.asking.recheck import differences
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.segments.placing import place
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC, currency: EUR}
value_moments: {shipped: {event: ship}}
journey:
  awareness: [Lead]
  interest: [Qualified]
  evaluation: [Proposal, Negotiation]
"""
ASKED: Row = {"as_of": "2025-06-30"}
DEALS = [
    ("whole way", "Lead", "2025-01-01"), ("whole way", "Qualified", "2025-01-11"), ("whole way", "Proposal", "2025-01-21"),
    ("whole way", "Qualified", "2025-05-01"),  # a deal about more seats: no way back to interest
    ("lead", "Lead", "2025-06-01"),
    ("talks", "Qualified", "2025-03-01"), ("talks", "Negotiation", "2025-03-31"),
    ("uses", "Lead", "2025-02-01"),
]  # fmt: skip
CONTRACTS = [
    subscription("whole way", 100, "2025-02-01", "2025-05-01", renewal_on="2025-05-01"),
    subscription("whole way", 150, "2025-05-01", None, renewal_on="2025-08-01"),
    subscription("ended", 50, "2025-01-01", "2025-04-01", renewal_on="2025-04-01"),
]
DAYS = {
    "whole way": ("2025-02-10", "2025-02-18"),
    "uses": ("2025-02-05",),
    "ended": ("2025-01-02",),
    "trial": ("2025-06-20",),
}


@pytest.fixture
def told(filled: Filled) -> uptake.Workspace:
    workspace = filled(CONTRACTS, PLAN)
    deals = [
        {"opportunity_id": f"o{number}", "account_id": account, "stage": stage, "valid_from": on}
        for number, (account, stage, on) in enumerate(DEALS)
    ]
    accounts = [{"account_id": account, "owner": "Ada", "created_at": "2025-01-01"} for account, _, _ in DEALS]
    accounts.append({"account_id": "ended", "owner": "Bo", "created_at": "2025-01-01"})
    events = [
        {"account_id": account, "user_id": f"u of {account}", "event": "ship", "timestamp": f"{day}T12:00:00Z"}
        for account, days in DAYS.items()
        for day in days
    ]
    workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
    workspace.import_rows(pa.Table.from_pylist([{"account_id": "ended", "churned_on": "2025-04-01"}]), "accounts")
    workspace.import_rows(pa.Table.from_pylist(deals), "opportunities")
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    return workspace


def test_who_is_where_and_who_went_on(told: uptake.Workspace) -> None:
    """The whole way: 1 January lead, 11 qualified, 21 proposal, used from 10 February, adopted on the 18th, renewed and
    expanded on 1 May. `uses` was a lead and is testing: nobody wrote down an interest, so it never entered that step.
    """
    found = told.metric("journey", **ASKED)
    assert by(found, "step", of="here") == {
        "awareness": 1, "interest": 0, "evaluation": 1, "test": 2, "adoption": 0, "renewal": 0, "expansion": 1
    }  # fmt: skip
    assert by(found, "step", of="n") == {
        "awareness": 3, "interest": 2, "evaluation": 2, "test": 4, "adoption": 1, "renewal": 1, "expansion": 1
    }  # fmt: skip
    assert by(found, "step") == {
        "awareness": 2 / 3, "interest": 1, "evaluation": 0.5, "test": 0.25, "adoption": 1, "renewal": 1, "expansion": None
    }  # fmt: skip
    days = by(found, "step", of="median_days")
    assert days["interest"] == 10  # 11 to 21 January, and 1 to 31 March: half had gone on after ten days
    assert days["awareness"] == 10  # 10 days, 4.5 days, and a lead of 30 days that waits
    assert days["test"] is None  # one of four went on


def test_who_is_stuck_comes_with_the_owner_the_longest_first(told: uptake.Workspace) -> None:
    found = told.metric("journey", output="stuck", **ASKED)
    assert [(row["account_id"], row["step"], row["owner"], round(row["days"], 1)) for row in found.rows] == [
        ("uses", "test", "Ada", 145.5), ("talks", "evaluation", "Ada", 92), ("lead", "awareness", "Ada", 30),
        ("trial", "test", None, 10.5),
    ]  # fmt: skip


def panel_of(cursor: Cursor, workspace: uptake.Workspace, first: date, last: date) -> Panel:
    """All accounts from one day to another."""
    zone = workspace.plan.product.timezone
    question = Question("", "account", {}, None, last, None, begin_of(last, zone), last, zone, "monday")
    return Panel(Asked(question, workspace.plan, ACCOUNT, cursor, ""), first, last)


def steps(workspace: uptake.Workspace, on: str) -> dict[str, str]:
    return {one.id: one.label for one in workspace.placements("journey", as_of=on).everyone}


def test_every_account_stands_on_one_step_and_back_steps_are_told(told: uptake.Workspace) -> None:
    """The metric says the furthest step; the placement where accounts stand. `whole way` is one user who
    comes on 10 and 18 February only, so all of its people have adopted from the 18th on, when two of the last four weeks
    were active ones. On 10 March the first of them is four weeks away: it is back at test. The stage Qualified of May came
    after the contract and says nothing; `ended` has left.
    """
    nobody_knows = dict.fromkeys(("lead", "talks", "uses"), "unknown")
    assert steps(told, "2025-01-15") == nobody_knows | {"whole way": "interest", "ended": "test"}
    assert steps(told, "2025-02-17") == nobody_knows | {"whole way": "test", "ended": "test", "uses": "test"}
    assert steps(told, "2025-03-09")["whole way"] == "adoption"
    assert steps(told, "2025-06-30") == {
        "whole way": "test", "lead": "awareness", "talks": "evaluation", "uses": "test", "trial": "test"
    }  # fmt: skip
    moved = told.movement("journey", since="2025-03-09", as_of="2025-03-10")
    assert [(one.id, one.before, one.after, one.is_down) for one in moved.moves] == [
        ("whole way", "adoption", "test", True)
    ]


@pytest.mark.parametrize(("share", "entered"), [(0.25, "2025-03-10"), (0.26, None), (0.125, "2025-03-08")])
def test_an_account_adopts_when_enough_of_its_people_have(filled: Filled, share: float, entered: str | None) -> None:
    """Eight people come on 1 March and ship. `u0` comes again on the 8th, `u1` on the 10th: one of eight has adopted, then
    two, a quarter. On the 29th the 1st is four weeks away for both: nobody has, though nobody enters the step once more.
    """
    given = "" if share == 0.25 else f"  adopted_share: {share}\n"
    workspace = filled(CONTRACTS[:1], PLAN + given)
    visits = [("early", "other", "02-01"), *((f"u{n}", "team", "03-01") for n in range(8)),
              ("u0", "team", "03-08"), ("u1", "team", "03-10"), ("early", "other", "04-20")]  # fmt: skip
    events = [
        {"account_id": account, "user_id": user, "event": "ship", "timestamp": f"2025-{day}T12:00:00Z"}
        for user, account, day in visits
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    for day in ("2025-03-07", "2025-03-08", "2025-03-09", "2025-03-10", "2025-03-28", "2025-03-29"):
        is_there = entered is not None and entered <= day < "2025-03-29"
        assert steps(workspace, day)["team"] == ("adoption" if is_there else "test"), day
        ever = workspace.people("journey", {"step": "adoption"}, side="entered", as_of=day).ids()
        assert ever == (["team"] if entered is not None and entered <= day else []), day
    [team] = [one for one in workspace.placements("journey", as_of="2025-03-28").everyone if one.id == "team"]
    [reason] = team.reasons if entered else team.lacks
    assert (reason.subject, reason.values, reason.found) == ("adopted", (share,), 0.25)
    assert reason.says.startswith("Adopted 25\N{NARROW NO-BREAK SPACE}% (at least ")


def test_an_attribute_of_accounts_can_hold_the_stage(filled: Filled) -> None:
    workspace = filled(CONTRACTS[:1], PLAN + "  crm: account.stage\n")
    said = [
        {"account_id": "a", "stage": "Lead", "valid_from": "2025-01-01"},
        {"account_id": "a", "stage": "Proposal", "valid_from": "2025-02-01"},
        {"account_id": "b", "stage": "Lead", "valid_from": "2025-06-29"},
    ]
    workspace.import_rows(pa.Table.from_pylist(said), "accounts")
    found = workspace.metric("journey", **ASKED)
    assert {step: count for step, count in by(found, "step", of="here").items() if count} == {
        "awareness": 1,
        "evaluation": 1,
    }
    before = workspace.metric("journey", as_of="2025-01-15")
    assert by(before, "step", of="here") == {"awareness": 1}


def test_milestones_of_the_plan_can_be_test_and_adoption(filled: Filled) -> None:
    plan = PLAN + "  test: tried\n  adoption: value\nmilestones: {tried: {event: task}}\n"
    workspace = filled(CONTRACTS[:1], plan)
    events = [
        {"account_id": "a", "user_id": "u", "event": event, "timestamp": f"2025-03-0{day}T12:00:00Z"}
        for event, day in (("look", 1), ("task", 3), ("ship", 5))
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    found = workspace.metric("journey", **ASKED)
    assert by(found, "step", of="median_days") == {"test": 2, "adoption": None}


def test_the_sql_shown_gives_the_numbers(told: uptake.Workspace) -> None:
    for given in ({}, {"period": "month"}, {"by": "account.owner"}, {"output": "stuck"}):
        found = told.metric("journey", **given, **ASKED)
        assert found.rows
        assert differences(found, told.rows_of(found.sql)) == []


DEALS_BACK = """
product: {timezone: Europe/Berlin, currency: EUR}
value_moments: {shipped: {event: ship}}
journey: {awareness: [Lead], interest: [Qualified], evaluation: [Proposal]}
"""


def test_deals_that_go_back_and_accounts_that_nobody_knows(filled: Filled) -> None:
    """A deal goes back from proposal to qualified; then a second one comes as a lead: the further of the two counts. A
    stage that means no step (Lost) leaves the one before. `silent` has a contract and nothing else: nobody knows.
    """
    workspace = filled([subscription("silent", 10, "2025-03-01")], DEALS_BACK)
    deals = [
        ("1", "back", "Proposal", "2025-03-01"), ("1", "back", "Qualified", "2025-03-10"), ("2", "back", "Lead", "2025-03-12"),
        ("3", "lost", "Qualified", "2025-03-01"), ("3", "lost", "Lost", "2025-03-05"),
    ]  # fmt: skip
    rows = [{"opportunity_id": n, "account_id": a, "stage": s, "valid_from": at} for n, a, s, at in deals]
    known = [{"account_id": a, "created_at": "2025-02-01"} for a in ("back", "lost", "silent")]
    workspace.import_rows(pa.Table.from_pylist(known), "accounts")
    workspace.import_rows(pa.Table.from_pylist(rows), "opportunities")
    event = {"account_id": "other", "user_id": "u", "event": "login", "timestamp": "2025-03-20T12:00:00Z"}
    workspace.import_rows(pa.Table.from_pylist([event]), "events")
    assert steps(workspace, "2025-03-09") == {"back": "evaluation", "lost": "interest", "silent": "unknown"}
    assert steps(workspace, "2025-03-15") == {"back": "interest", "lost": "interest", "silent": "unknown"}
    moved = workspace.movement("journey", since="2025-03-09", as_of="2025-03-15")
    assert [(one.id, one.is_down) for one in moved.moves] == [("back", True)]


def test_who_has_left_and_is_still_used_adopts_no_more(filled: Filled) -> None:
    """`gone` leaves on 1 March with one day of use and ships again on the 3rd and the 11th; `back` leaves likewise and is a
    customer again from 1 April on, a week after its people had adopted: it gets there on that day.
    """
    workspace = filled([subscription("other", 10, "2025-02-01")], DEALS_BACK)
    days = {"gone": ("02-20", "03-03", "03-11"), "back": ("02-20", "03-17", "03-25"), "other": ("02-10", "04-20")}
    events = [
        {"account_id": account, "user_id": f"u of {account}", "event": "ship", "timestamp": f"2025-{day}T12:00:00Z"}
        for account, used in days.items()
        for day in used
    ]
    left = [
        {"account_id": "gone", "churned_on": "2025-03-01", "signed_on": None},
        {"account_id": "back", "churned_on": "2025-03-01", "signed_on": "2025-04-01"},
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    workspace.import_rows(pa.Table.from_pylist(left), "accounts")
    assert "gone" not in steps(workspace, "2025-03-12")
    assert steps(workspace, "2025-04-02").get("back") == "adoption"
    found = {row["step"]: row for row in workspace.metric("journey", as_of="2025-04-10").rows}
    assert (found["test"]["n"], found["adoption"]["n"], found["adoption"]["here"]) == (3, 1, 1)


def naive_adopters(events: list[dict[str, str]], day: date) -> set[str]:
    """Accounts of which a quarter of those who ever came shipped, and came in two of the last four weeks; of two weeks of
    data nothing is said.
    """
    begin = min(date.fromisoformat(event["timestamp"][:10]) for event in events)
    if (day - begin).days + 1 < 14:
        return set()
    people: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for event in events:
        ago = (day - date.fromisoformat(event["timestamp"][:10])).days
        if ago >= 0:
            people.setdefault(event["account_id"], {}).setdefault(event["user_id"], []).append((ago, event["event"]))
    found = set()
    for account, users in people.items():
        adopted = [
            any(name == "ship" for _, name in came) and len({ago // 7 for ago, _ in came if ago < 28}) >= 2
            for came in users.values()
        ]
        if sum(adopted) / len(adopted) >= 0.25:
            found.add(account)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_furthest_step_of_all_days_is_that_of_the_metric(filled: Filled, seed: int) -> None:
    """Whoever stood where on any day; renewal and expansion come after adoption. One label each, and later rows move no
    earlier day. Stages are said at night, so that each is there at the end of its day.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    accounts = [f"a{number}" for number in range(8)]
    signed = [subscription(a, 10, f"2025-02-{chance.randint(1, 28):02d}") for a in accounts[::3]]
    workspace = filled(signed, DEALS_BACK)
    stages = ["Lead", "Qualified", "Proposal", "Lost"]
    days = [f"2025-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]
    deals = {
        (deal, day): {
            "opportunity_id": deal, "account_id": deal[:2], "stage": chance.choice(stages), "valid_from": f"{day}T20:00:00Z"
        }
        for deal in (f"{chance.choice(accounts[2:])}-{number % 5}" for number in range(25))
        for day in chance.sample(days, 1)
    }  # fmt: skip
    events = [
        {"account_id": (a := chance.choice(accounts[1:6])), "user_id": f"u{a}{chance.randint(1, 5)}",
         "event": chance.choice(["ship", "look"]), "timestamp": f"{chance.choice(days[-45:])}T12:00:00Z"}
        for _ in range(110)
    ]  # fmt: skip
    known = [{"account_id": a, "created_at": "2024-12-01"} for a in accounts]
    workspace.import_rows(pa.Table.from_pylist(known), "accounts")
    workspace.import_rows(pa.Table.from_pylist(list(deals.values())), "opportunities")
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    end = "2025-04-10"
    workspace.import_rows(
        pa.Table.from_pylist([{**events[0], "timestamp": f"{end}T23:00:00Z", "account_id": "z", "user_id": "z"}]),
        "events",
    )
    labels = [label.name for label in workspace.plan.all_placements["journey"].labels_of("account")]

    def codes(cursor: Cursor) -> tuple[dict[int, str], Any]:
        panel = panel_of(cursor, workspace, date(2024, 12, 2), date(2025, 4, 9))
        ids = dict(cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
        return {row: ids[int(key)] for row, key in enumerate(panel.keys)}, place(
            panel, workspace.plan.all_placements["journey"]
        )

    ids, made = workspace.read(codes)
    order = [*reversed(labels[:-1])]
    furthest = {}
    for row, id_ in ids.items():
        stood = [labels[code] for code in made[row] if code >= 0 and labels[code] != "unknown"]
        if stood:
            furthest[id_] = max(stood, key=order.index)
    found = workspace.metric("journey", output="stuck", as_of="2025-04-09")
    assert furthest == {row["account_id"]: row["step"].replace("renewal", "adoption") for row in found.rows}
    first, seen = date(2024, 12, 2), set[str]()
    for day in range(made.shape[1]):
        today = {ids[row] for row in ids if made[row, day] >= 0 and labels[made[row, day]] == "adoption"}
        assert today == naive_adopters(events, first + timedelta(days=day)), first + timedelta(days=day)
        seen |= today
        if day % 10 == 0:
            ever = workspace.people(
                "journey", {"step": "adoption"}, side="entered", as_of=first + timedelta(days=day)
            ).ids()
            assert set(ever) == seen
    half = date(2025, 2, 15)
    one = workspace.read(
        lambda cursor: place(panel_of(cursor, workspace, half, half), workspace.plan.all_placements["journey"])
    )
    assert (one[:, 0] == made[:, (half - date(2024, 12, 2)).days]).all()
