"""Trials of accounts, counted by hand: who is on one, what is done since when, and the days that are left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import uptake
from uptake.errors import DefinitionMissing, PlanError, QuestionError
from uptake.plan import parse

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: Europe/Berlin}
trial:
  accounts: {account.plan: [Trial, Pro]}
  within_days: 14
  criteria:
    data: {title: Own data in, event: imported}
    team: {any: [{event: invited, at_least: 2}, joined]}
"""
BEGIN = datetime(2026, 3, 2, 22, 30)
"""Half past eleven in the evening in Berlin."""


def event(account: str, name: str, day: float, user: str = "u") -> dict[str, Any]:
    return {
        "event": name,
        "user_id": f"{user}_{account}",
        "account_id": account,
        "timestamp": BEGIN + timedelta(days=day),
    }


def known(account: str, plan: str = "Trial", day: float = 0, **more: Any) -> dict[str, Any]:
    return {"account_id": account, "created_at": BEGIN + timedelta(days=day), "valid_from": BEGIN + timedelta(days=day),
            "plan": plan, "name": account.upper(), **more}  # fmt: skip


ACCOUNTS = [
    known("half"), known("done"), known("bought"), known("over", day=-20), known("free", "Free"), known("direct"),
    known("later", day=12), known("turned", "Free"), {**known("turned", day=5), "created_at": BEGIN},
]  # fmt: skip
EVENTS = [
    *(event(one, "came", 0) for one in ("half", "done", "bought", "free", "direct")), event("over", "came", -20),
    # one invite twice by one user, one by each of two, one after the day that is asked about
    event("half", "imported", 1.05), event("half", "invited", 2),
    event("done", "imported", 3), event("done", "invited", 2), event("done", "invited", 4, "v"),
    event("bought", "joined", 1), event("over", "imported", -1), event("half", "invited", 9), event("later", "came", 12),
]  # fmt: skip
PAID = [
    {"account_id": "bought", "mrr": 100, "started_on": date(2026, 3, 7)},
    {"account_id": "direct", "mrr": 100, "started_on": date(2026, 3, 2)},
]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as opened:
        assert not opened.import_rows(ACCOUNTS, "accounts").reasons
        opened.import_rows(EVENTS, "events")
        assert not opened.import_rows(PAID, "subscriptions").reasons
        yield opened


def rows(workspace: uptake.Workspace, **given: Any) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in workspace.trials(as_of="2026-03-10", **given).rows}


def test_each_criterion_is_ticked_since_the_day_on_which_it_was_met(workspace: uptake.Workspace) -> None:
    """Until the end of 10 March, 00:00 of the 11th in Berlin. half and done began on 2 March at 23:30 there and have until
    the 16th at 23:30: five days and 23.5 hours, so 6 are left. turned began with its plan on the 7th and has until the 21st.
    half imported a day and 72 minutes later, which is the 4th; its second invite comes later. done has two invites by two
    users, the second on the 6th. free never was on trial, direct paid at once, bought on the 7th.
    """
    found = rows(workspace)
    assert list(found) == ["half", "done", "turned"]
    half, done = found["half"], found["done"]
    assert (half["began_on"], half["ends_on"], half["days_left"]) == (date(2026, 3, 2), date(2026, 3, 16), 6)
    assert (half["met"], half["criteria"], half["data"], half["team"]) == (1, 2, date(2026, 3, 4), None)
    assert (done["met"], done["data"], done["team"]) == (2, date(2026, 3, 5), date(2026, 3, 6))
    assert (found["turned"]["began_on"], found["turned"]["days_left"]) == (date(2026, 3, 7), 11)


def test_trials_that_ended_and_that_converted(workspace: uptake.Workspace) -> None:
    """over ended on 24 February; bought converted with its criterion met before."""
    assert list(rows(workspace, state="ended")) == ["over"]
    (bought,) = rows(workspace, state="converted").values()
    assert (bought["converted_on"], bought["team"], bought["days_left"]) == (date(2026, 3, 7), date(2026, 3, 3), None)
    assert set(rows(workspace, state="all")) == {"half", "done", "turned", "over", "bought"}
    early = {row["id"]: row["state"] for row in workspace.trials(as_of="2026-03-05", state="all").rows}
    assert early == {"half": "open", "done": "open", "bought": "open", "over": "ended"}


def test_without_conditions_every_new_account_is_on_trial(
    workspace: uptake.Workspace, new_home: Callable[..., Path]
) -> None:
    with uptake.open(new_home("trial: {criteria: {data: {event: imported}}}")) as own:
        own.import_rows([event("a", "imported", 0)], "events")
        (row,) = own.trials(as_of="2026-03-03").rows
        assert (row["days_left"], row["data"]) == (29, date(2026, 3, 2))  # a day and an hour and a half are over


def test_what_cannot_be_asked(workspace: uptake.Workspace, new_home: Callable[..., Path]) -> None:
    with pytest.raises(QuestionError, match="state is 'lost'"):
        workspace.trials(state="lost")
    with uptake.open(new_home()) as bare, pytest.raises(DefinitionMissing, match="what a trial is"):
        bare.trials()
    for wrong in ("{}", "{criteria: {}}", "{criteria: {a: {title: x}}}", "{criteria: {a: {event: x}}, within_days: 0}"):
        with pytest.raises(PlanError):
            parse({"plan.yml": f"trial: {wrong}"})


def test_conversion_by_segment_and_by_what_was_done(workspace: uptake.Workspace) -> None:
    """Of half, done, free, turned, over and later none pays; bought had its team on the day of the split."""
    asked: dict[str, Any] = {"entity": "account", "within_days": 7, "date_from": "2026-03-01", "as_of": "2026-03-20"}
    split = {"any": [{"event": "invited", "at_least": 2}, "joined"]}
    found = {row["split"]: row for row in workspace.metric("paid_conversion", split=split, split_days=3, **asked).rows}
    assert (found["reached"]["n"], found["reached"]["count"]) == (1, 1)
    by_plan = {
        row["account.plan"]: row["count"]
        for row in workspace.metric("paid_conversion", by="account.plan", **asked).rows
    }
    assert by_plan["Trial"] == 1
    by_segment = workspace.metric("paid_conversion", by="placement.segment", properties="most_recent", **asked)
    assert sum(row["count"] for row in by_segment.rows) == 1
