"""What was asked of segments, stages, levels, maturity and state in so many words, of the placements every plan has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import mean
from typing import Any

import pyarrow as pa
import pytest

import uptake

Told = Callable[..., uptake.Workspace]

LAST = date(2026, 3, 30)
CORE = ("task", "board", "note", "file")
PLAN = """
features:
  tasks: {events: [task]}
  boards: {events: [board]}
  notes: {events: [note]}
  files: {events: [file]}
  reports: {events: [report], tag: advanced}
activation: {user: {event: task, within_days: 7}, account: {members: 1, within_days: 14}}
value_moments: {done: {event: ship}}
"""


def did(user: str, events: str, *days: int, account: str = "a") -> str:
    """Lines of events, each of several so many days before the last day."""
    return "\n".join(
        f"{user} {event} {LAST - timedelta(days=day):%m-%d} {10 + place}:00 @{account}"
        for day in days
        for place, event in enumerate(events.split())
    )


def table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = dict.fromkeys(key for row in rows for key in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


def made(told: Told, *parts: str, plan: str = PLAN, **since: int) -> uptake.Workspace:
    """A workspace; who is not among `since` (user -> days of age) has been there for a year."""
    text = "\n".join(parts)
    workspace = told(text, plan=plan)
    users = {line.split()[0] for line in text.splitlines()}
    workspace.import_rows(
        table([{"user_id": user, "created_at": f"{LAST - timedelta(days=since.get(user, 365))}"} for user in users]),
        "users",
    )
    return workspace


def labels(workspace: uptake.Workspace, name: str, entity: str = "user", on: date = LAST) -> dict[str, str]:
    return {one.id: one.label for one in workspace.placements(name, entity=entity, as_of=on).everyone}


WEEKS = (1, 8, 15, 22)
DAILY = tuple(range(1, 85))


def test_segments_of_users_are_those_of_the_definition(told: Told) -> None:
    """5.25 with a usage interval of a week, so 14 days without anything are inactive. p, s and t have adopted and use four,
    three and three of four core features: what is usual is 3/4. Below half of that is at risk: one of four is, two are not.
    """
    workspace = made(
        told,
        did("p", "task board note file ship", *WEEKS), did("s", "task board note ship", *WEEKS),
        did("t", "task board file ship", *WEEKS), did("two", "task board", *WEEKS), did("one", "task", *WEEKS),
        did("never", "board note file", *WEEKS), did("away13", "task board note", 13, 20), did("away14", "task board note", 14, 20),
        did("fresh", "board", 1), did("week", "board note", 1), did("last", "task", 0), did("x", "look", 80),
        fresh=6, week=7,
    )  # fmt: skip
    assert labels(workspace, "segment") == {
        "p": "power", "s": "steady", "t": "steady", "two": "steady", "one": "at_risk",
        "never": "at_risk",  # was never activated, whatever else
        "away13": "steady", "away14": "inactive",
        "fresh": "new",  # its seventh day
        "week": "at_risk",  # the time for activation is over
        "last": "at_risk", "x": "inactive",
    }  # fmt: skip


def test_who_falls_by_a_fifth_against_their_own_four_weeks_is_at_risk(told: Told) -> None:
    """`fell` came every day with three features until ten days ago: not inactive yet. The fall is against the mean of the
    28 days before, as history has them: of users in whole points.
    """
    others = [did(user, "task board note ship", *DAILY) for user in "pst"]
    workspace = made(told, *others, did("fell", "task board note", *range(10, 85)))
    on = {}
    for back in range(29):
        day = LAST - timedelta(days=back)
        scores = {one.id: one.score for one in workspace.scores("adoption", entity="user", as_of=day).everyone}
        assert scores["fell"] is not None
        on[back] = round(scores["fell"])
    usual = mean(score for back, score in on.items() if back)
    share = 1 - on[0] / usual
    (found,) = workspace.placements("segment", entity="user", as_of=LAST, id="fell").everyone
    assert (found.label, share >= 0.2) in {("at_risk", True), ("steady", False)}
    falls = [reason.found for reason in found.reasons if reason.subject == "fall.adoption"]
    assert falls == ([pytest.approx(share)] if share >= 0.2 else [])
    assert share >= 0.2, "ten days of 28 are more than a fifth"


def test_nobody_is_at_risk_where_all_are_well(told: Told) -> None:
    """Thresholds are absolute: no fixed share is at risk however well everybody does."""
    workspace = made(told, *(did(user, "task board note ship", *DAILY) for user in "abcdefghij"))
    assert set(labels(workspace, "segment").values()) == {"steady"}
    assert set(labels(workspace, "segment", "account").values()) == {"steady"}


def test_an_account_is_inactive_without_value_however_busy(told: Told) -> None:
    """No value event in two usage intervals: quiet last shipped 14 days ago and works every day; well shipped 13 days ago."""
    workspace = made(
        told,
        did("q", "task board note", *DAILY, account="quiet"), did("q", "ship", 14, account="quiet"),
        did("w", "task board note", *DAILY, account="well"), did("w", "ship", 13, account="well"),
    )  # fmt: skip
    found = labels(workspace, "segment", "account")
    assert (found["quiet"], found["well"]) == ("inactive", "steady")


def test_who_comes_every_month_is_silent_after_two_months(told: Told) -> None:
    """D6, E8. An account whose user comes every 28 days and ships each time: 27 days later it is steady, as a weekly one is
    not. 28 days are known as its rhythm as long as two of its days lie in the last 84: until day 56, which are two rhythms.
    """
    workspace = made(
        told, did("m", "task board note ship", 27, 55, 83, account="monthly"),
        did("w", "task board note ship", 27, 34, 41, account="weekly"), did("t", "task board note ship", *DAILY, account="well"),
    )  # fmt: skip
    for entity, (monthly, weekly) in {"account": ("monthly", "weekly"), "user": ("m", "w")}.items():
        found = labels(workspace, "segment", entity)
        assert (found[monthly], found[weekly]) == ("steady", "inactive")
        states = labels(workspace, "state", entity)
        assert (states[monthly], states[weekly]) == ("thriving", "fading")
    (one,) = workspace.placements("segment", entity="account", id="weekly", as_of=LAST).everyone
    assert {reason.subject: reason.found for reason in one.reasons} == {
        "days_since_value": 27, "rhythms_since_value": pytest.approx(27 / 7)
    }  # fmt: skip
    ends = {"user_id": "t", "account_id": "well", "event": "ship", "timestamp": "2026-05-05T10:00:00Z"}
    workspace.import_rows(table([ends]), "events")
    later = LAST + timedelta(days=28)
    for days in (
        1,
        14,
        28,
    ):  # four weeks show nothing of it then, so that its score fell: which says nothing of who comes monthly
        on = LAST + timedelta(days=days)
        assert labels(workspace, "segment", "account", on=on)["monthly"] == "steady"
        assert labels(workspace, "segment", on=on)["m"] == "steady"
    assert labels(workspace, "state", "account", on=later)["monthly"] == "thriving"
    assert labels(workspace, "state", "account", on=later + timedelta(days=1))["monthly"] == "fading"
    assert labels(workspace, "segment", "account", on=later + timedelta(days=1))["monthly"] == "inactive"


def test_stages_rise_fall_back_and_are_recorded(told: Told) -> None:
    """C12. A user comes on 5 January, is activated on the 7th, reaches value on the 14th, works with reports on the 15th to
    the 18th, and with tasks weekly until 10 February.

    discovery; activation from the 7th; adoption from the 14th (value, and active in two of four weeks); from the 18th four
    days of reports and value within 28 days; the value of the 14th is in the window until 10 February, the reports of the 15th
    until the 11th; of the last activity the weeks run out after.
    """
    workspace = made(
        told,
        """
        u look 01-05 10:00 @a
        u task 01-07 10:00 @a
        u ship 01-14 10:00 @a
        u report 01-15 10:00 @a
        u report 01-16 10:00 @a
        u report 01-17 10:00 @a
        u report 01-18 10:00 @a
        u task 01-27 10:00 @a
        u task 02-03 10:00 @a
        u task 02-10 10:00 @a
        z look 01-01 10:00 @z
        z look 03-31 10:00 @z
        """.strip(),
        u=(LAST - date(2026, 1, 5)).days,
    )  # fmt: skip

    def stage(month: int, day: int) -> str:
        return labels(workspace, "stage", on=date(2026, month, day))["u"]

    assert [stage(1, day) for day in (5, 6, 7, 13, 14, 17, 18)] == [
        "discovery", "discovery", "activation", "activation", "adoption", "adoption", "value_realisation",
    ]  # fmt: skip
    assert [stage(2, day) for day in (10, 11, 12)] == ["value_realisation", "deepening", "adoption"]
    # the weeks up to 2 March, cut backwards, begin on 3 February: two of them had somebody. Those up to 3 March one.
    assert [stage(3, day) for day in (2, 3)] == ["adoption", "activation"]
    (later,) = workspace.placements("stage", entity="user", as_of=LAST, id="u").everyone
    assert (later.label, later.before, later.is_down, later.since) == ("activation", "adoption", True, date(2026, 3, 3))
    moved = workspace.movement("stage", entity="user", since="2026-02-10", as_of="2026-02-12").moves
    assert [(one.id, one.is_down) for one in moved if one.id == "u"] == [("u", True)]


def test_levels_of_users(told: Told) -> None:
    """C11: none; light: a core feature; regular: on half of the days expected; deep: advanced features weekly."""
    workspace = made(
        told, did("none", "look", *WEEKS), did("light", "task", 1), did("regular", "task", 1, 8),
        did("deep", "task report", *WEEKS), did("three", "task report", 1, 8, 15), did("x", "look", 80),
    )  # fmt: skip
    found = labels(workspace, "level")
    assert found == {
        "none": "none",
        "light": "light",
        "regular": "regular",
        "deep": "deep",
        "three": "regular",
        "x": "none",
    }


def test_states_of_users_and_who_moved(told: Told) -> None:
    """C19: value or none, against activity within two usage intervals. `t` goes quiet, `b` reaches value."""
    workspace = made(
        told, did("t", "ship task", 20), did("f", "ship", 41), did("f", "task", 40), did("b", "task", 20, 2),
        did("b", "ship", 2), did("n", "look", 60), did("s", "task", 10),
    )  # fmt: skip
    earlier = LAST - timedelta(days=10)
    assert labels(workspace, "state", on=earlier) == {
        "t": "thriving", "f": "fading", "b": "busy_but_shallow", "n": "not_started", "s": "busy_but_shallow",
    }  # fmt: skip
    assert labels(workspace, "state") == {
        "t": "fading", "f": "fading", "b": "thriving", "n": "not_started", "s": "busy_but_shallow",
    }  # fmt: skip
    moves = workspace.movement("state", entity="user", since=earlier, as_of=LAST).cells
    moved = {(cell.before, cell.after): cell.count for cell in moves if cell.before != cell.after}
    assert moved == {("thriving", "fading"): 1, ("busy_but_shallow", "thriving"): 1}


def test_states_of_accounts_ask_for_value_as_the_segment_does(told: Told) -> None:
    """C19. Value within two of its own rhythms, and more than a quarter of the people: thriving. No value since: fading,
    however busy. Never any, or by few of many: busy but shallow. Four of the five seats of `shelf` have nobody.
    """
    workspace = made(
        told, did("t", "task ship", 13, 2, account="thrives"), did("f", "ship", 14, account="fades"),
        did("f", "task", *DAILY, account="fades"), did("b", "task", 3, account="busy"), did("s", "task ship", *DAILY, account="shelf"),
        did("n", "task", 60, account="silent"), did("gone", "ship", 60, account="gone"),
    )  # fmt: skip
    bought = {"account_id": "shelf", "subscription_id": "s", "seats": 5, "mrr": 1.0, "started_on": "2025-01-01"}
    workspace.import_rows(table([bought]), "subscriptions")
    assert labels(workspace, "state", "account") == {
        "thrives": "thriving", "fades": "fading", "busy": "busy_but_shallow", "shelf": "busy_but_shallow",
        "silent": "not_started", "gone": "fading",
    }  # fmt: skip


def test_product_and_people_of_accounts(told: Told) -> None:
    """C10, N11: half of the four core features or not, against a quarter of the five seats or not; the map says the same."""
    many = [did(f"wide{n}", "task board", 1, account="embedded") for n in range(2)]
    thin = [did(f"thin{n}", "task", 1, account="thin") for n in range(2)]
    workspace = made(
        told, *many, did("few", "task board", 1, account="shelf"), *thin, did("gone", "task", 60, account="dormant")
    )
    seats = [{"account_id": account, "seats": 5, "valid_from": "2025-01-01", "subscription_id": account, "mrr": 1.0}
             | {"started_on": "2025-01-01"} for account in ("embedded", "shelf", "thin", "dormant")]  # fmt: skip
    workspace.import_rows(
        table([{k: v for k, v in row.items() if k != "valid_from"} for row in seats]), "subscriptions"
    )
    assert labels(workspace, "fit", "account") == {
        "embedded": "embedded", "shelf": "shelfware", "thin": "thin", "dormant": "dormant",
    }  # fmt: skip
    found = workspace.metric("adoption_map", as_of=LAST).rows
    assert {row["point"]: (row["quadrant"], row["n"]) for row in found} == {
        "embedded": ("embedded", 5), "shelf": ("shelfware", 5), "thin": ("thin", 5), "dormant": ("dormant", 5),
    }  # fmt: skip


def test_maturity_and_what_the_next_level_lacks(told: Told) -> None:
    """E15: breadth times seat coverage, over what is usual among accounts that adopted: 3/4, the median of those of A to E.

    A 1 x 1, B and C 3/4 x 1, E 3/4 x 1/2, D (2/4 + 0)/2 x 1/2 and F 3/4 x 1/4. Over 3/4: 1.33, 1, 1, 0.5, 0.17, 0.25.
    A has value and no goals: advanced. B has a goal that it missed.
    """
    three, two = "task board note", "task board"
    workspace = made(
        told,
        did("a1", f"{three} file ship", *WEEKS, account="A"), did("b1", f"{three} ship", *WEEKS, account="B"),
        did("c1", f"{three} ship", *WEEKS, account="C"), did("d1", f"{two} ship", *WEEKS, account="D"),
        did("d2", "look", 1, account="D"), did("e1", f"{three} ship", *WEEKS, account="E"),
        did("e2", three, *WEEKS, account="E"), did("f1", f"{three} ship", *WEEKS, account="F"),
        *(did(f"f{n}", three, *WEEKS, account="F") for n in (2, 3, 4)),
    )  # fmt: skip
    goal = {"goal_id": "g", "account_id": "B", "goal": "faster", "due_on": "2026-03-01", "met_on": None}
    workspace.import_rows(table([goal | {"valid_from": "2026-01-01"}]), "goals")
    assert labels(workspace, "maturity", "account") == {
        "A": "advanced", "B": "established", "C": "advanced", "D": "low", "E": "established", "F": "developing",
    }  # fmt: skip
    (b,) = workspace.placements("maturity", entity="account", as_of=LAST, id="B").everyone
    assert b.next == "advanced"
    assert (b.lacks[0].subject, b.lacks[0].found) == ("goals_met", 0.0)
    (d,) = workspace.placements("maturity", entity="account", as_of=LAST, id="D").everyone
    assert d.next == "developing"
    assert d.lacks[0].found == pytest.approx(1 / 6)
    assert d.lacks[0].missing == pytest.approx(0.25 - 1 / 6)


LICENCE = """
placements:
  licence_use:
    entities: [account]
    needs: [seats_used]
    labels:
      - {name: green, when: {any: [{tenure_days: {lte: 180}, seats_used: {gt: 0.5}}, {seats_used: {gt: 0.75}}]}}
      - {name: yellow, when: {tenure_days: {lte: 270}, seats_used: {gt: 0.5}}}
      - {name: red}
"""


def test_as_much_used_is_green_early_yellow_later_and_red_at_last(told: Told) -> None:
    """5.15, GitLab's table: three of five seats are green within six months, yellow until nine, then red; four of five are
    always green. Who bought nothing has no label.
    """
    ages = {
        "m6": (180, 3),
        "m7": (181, 3),
        "m9": (270, 3),
        "m10": (271, 3),
        "y": (300, 4),
        "few": (30, 2),
        "free": (30, 3),
    }
    lines = [
        did(f"{account}{n}", "task", 1, account=account) for account, (_, used) in ages.items() for n in range(used)
    ]
    workspace = made(told, *lines, plan=PLAN + LICENCE)
    accounts = [
        {"account_id": account, "created_at": f"{LAST - timedelta(days=days - 1)}"}
        for account, (days, _) in ages.items()
    ]
    bought = [{"subscription_id": account, "account_id": account, "seats": 5, "mrr": 5.0, "started_on": "2025-01-01"}
              for account in ages if account != "free"]  # fmt: skip
    workspace.import_rows(table(accounts), "accounts")
    workspace.import_rows(table(bought), "subscriptions")
    assert labels(workspace, "licence_use", "account") == {
        "m6": "green", "m7": "yellow", "m9": "yellow", "m10": "red", "y": "green", "few": "red", "free": "unknown",
    }  # fmt: skip
