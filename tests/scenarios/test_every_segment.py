"""All segments at once as a breakdown: who is in several counts in each of them, who is in none stays beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from alike import assert_alike
from scenario_answers import by
from scenario_rows import Scenario

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.metrics.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

MONTHS = {"window": "calendar", "period": "month", "date_from": "2025-04-01", "as_of": "2025-05-31"}
PLAN = """
segments:
  free: {entity: user, where: {plan: Free}}
  paying: {entity: user, title: Paying, where: {plan: {is_not: Free, exists: true}}}
  few: {entity: user, ids: [upgrader, nobody]}
  empty: {entity: user, ids: []}
"""


def months(result: Any, label: str = "segment") -> dict[Any, Any]:
    return {(row["period_on"].month, row[label]): row["estimate"] for row in result.rows}


def test_everybody_counts_in_each_segment_they_are_in_then(scenario: Scenario) -> None:
    """`upgrader` is Free, Pro from 15 May, and on the list; `leaver` is Pro; of `unknown` no plan is known.

    April: free and few are `upgrader`, paying is `leaver`. May: paying are `upgrader` and `leaver`, few is `upgrader`.
    At as_of only `upgrader` is in two; `leaver` came in both months and has not left the roster.
    """
    result = scenario("plans", PLAN).metric("active_users", by="segment", **MONTHS)
    assert result.by == ("segment",)
    assert months(result) == {
        (4, "free"): 1, (4, "few"): 1, (4, "paying"): 1, (4, "(none)"): 1,
        (5, "few"): 1, (5, "paying"): 2, (5, "(none)"): 1,
    }  # fmt: skip
    assert result.notes[-1] == (
        "Segments hold 2 of the 3 users at as_of. In more than one: 1, who count in each of their rows,"
        " so these do not add up to the whole."
    )


def test_another_moment_can_be_asked_for(scenario: Scenario) -> None:
    """As of the end of May `upgrader` pays, so in April few and paying, too."""
    workspace = scenario("plans", PLAN)
    now = workspace.metric("active_users", by="segment@most_recent", **MONTHS)
    assert months(now, "segment@most_recent") == {
        (4, "few"): 1, (4, "paying"): 2, (4, "(none)"): 1, (5, "few"): 1, (5, "paying"): 2, (5, "(none)"): 1,
    }  # fmt: skip
    assert workspace.metric("active_users", by="segment", properties="most_recent", **MONTHS).rows == [
        {"segment" if name == "segment@most_recent" else name: value for name, value in row.items()} for row in now.rows
    ]


def test_the_others_count_everybody_once(scenario: Scenario) -> None:
    """Over both months few has 1, free 1, paying 2 people: paying stays; the others are `upgrader`, once."""
    result = scenario("plans", PLAN).metric("active_users", by="segment", top=1, **MONTHS)
    assert months(result) == {
        (4, "paying"): 1, (4, "(other)"): 1, (4, "(none)"): 1, (5, "paying"): 2, (5, "(other)"): 1, (5, "(none)"): 1,
    }  # fmt: skip


def test_people_behind_a_segment_and_behind_none(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)
    asked: dict[str, Any] = {"by": "segment", "window": "calendar", "as_of": "2025-05-31"}
    assert sorted(workspace.people("active_users", {"segment": "paying"}, **asked).ids()) == ["leaver", "upgrader"]
    assert workspace.people("active_users", {"segment": "(none)"}, **asked).ids() == ["unknown"]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("segment=few|free", {4: 1, 5: 1}),
        ("segment!=paying", {4: 2, 5: 1}),
        ("segment?", {4: 2, 5: 2}),
        ("segment!?", {4: 1, 5: 1}),
    ],
)
def test_a_condition_names_segments(scenario: Scenario, condition: str, kept: dict[int, int]) -> None:
    result = scenario("plans", PLAN).metric("active_users", where=condition, **MONTHS)
    assert {row["period_on"].month: row["estimate"] for row in result.rows} == kept
    again = scenario("plans", PLAN).metric("active_users", **result.params)
    assert again.rows == result.rows


OF_BOTH = """
segments:
  late: {entity: account, ids: [b]}
  mine: {entity: user, ids: [single]}
  colours: {entity: user, where: {colour: red}}
"""


def test_users_and_accounts_are_told_apart_by_both_sides(scenario: Scenario) -> None:
    """`both` is in a and b, `single` in a. Nobody has a colour, so that segment is told of instead."""
    workspace = scenario("golden 16", OF_BOTH)
    week = {"window": "7", "as_of": "2025-03-05", "by": "segment"}
    users = workspace.metric("active_users", **week)
    assert by(users, "segment") == {"mine": 1, "late": 1, "(none)": 1}
    assert users.population == "users in accounts (a user counts once in each account)"
    assert users.notes == (
        "Segment 'colours' asks for user.colour, an attribute that no user has. It is not among the rows.",
        "Segments hold 2 of the 3 users in accounts at as_of. Nobody is in more than one.",
    )
    accounts = workspace.metric("active_users", entity="account", **week)
    assert by(accounts, "segment") == {"late": 1, "(none)": 1}
    assert accounts.notes == (
        "Segments of users are not among the rows: an account has many.",
        "Segments hold 1 of the 2 accounts at as_of. Nobody is in more than one.",
    )


def test_what_cannot_be_asked_is_said(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)

    def refused(metric: str = "active_users", **given: Any) -> str:
        with pytest.raises(QuestionError) as caught:
            workspace.metric(metric, **given)
        return str(caught.value)

    assert "All segments of the plan are of users" in refused(entity="account", by="segment")
    assert "must hold at one moment" in refused(by="segment", properties="any_time")
    assert "All segments are asked for twice." in refused(by=["segment", "segment@most_recent"])
    assert "something else than segments. Allowed: free, paying, few, empty." in refused(where="segment=Enterprise")
    assert "everybody is in one group, and segment puts people in several" in refused(
        "adoption_rate", by="segment", interval_days="usage_interval"
    )
    assert "have nobody in common" in refused("cohort_comparison", by="segment", cohort="few", against="paying")
    assert "have nobody in common" in refused("paths", by="segment", output="difference", groups="few,paying")
    with pytest.raises(QuestionError, match="no attribute 'segment'"):
        scenario("plans").metric("active_users", by="segment")


FIRST = datetime(2026, 1, 1, 10)
USED = """
features: {tasks: {events: [task]}, ships: {events: [ship]}}
launches: {first: {feature: tasks, launched_on: 2026-01-02, target: 0.5, within_days: 20}}
journey: {}
onboarding: {steps: [{name: first, event: task}]}
activation: {user: {event: task, at_least: 2}}
tasks: {work: {start: task, complete: ship, within_minutes: 9000}}
value_moments: {shipped: {event: ship}}
segments:
  north: {entity: account, where: {region: EU}}
  large: {entity: account, where: {seats: {gte: 9}}}
  pilot: {entity: account, ids: [a1, a2, a3, a4, a7]}
"""


PAID = [
    {"account_id": f"a{n}", "mrr": 9 + n, "seats": 3, "plan": "Pro", "started_on": "2024-01-01", "ended_on": end}
    for n in range(17)
    for end in (["2026-02-10"] if n % 4 == 3 else [None])
]


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Seventeen users, each in an account of its own; user n starts on day n and does a task every second day or so."""
    rows = [
        {"event": name, "user_id": f"u{n}", "account_id": f"a{n}", "timestamp": FIRST + timedelta(days=day)}
        for n in range(17)
        for day in range(n, 70, n % 4 + 1)
        for name in ("task", *(["ship"] if day > n + 10 and n % 3 else []))
    ]
    accounts = [{"account_id": f"a{n}", "region": "EU" if n % 2 else "US", "seats": n} for n in range(15)]
    with uptake.open(new_home(USED)) as opened:
        opened.import_rows(pa.Table.from_pylist(rows), "events")
        opened.import_rows(pa.Table.from_pylist(accounts), "accounts")
        opened.import_rows(pa.Table.from_pylist(PAID), "subscriptions")
        yield opened


OF_ALL = {"segment", "pvalue", "x_split", "y_split", "quadrant", "quadrant_n"}
"""Columns that say how groups, or all points, lie to each other."""


@pytest.mark.parametrize("metric", list(catalogue()))
@pytest.mark.parametrize("period", [None, "month"])
def test_a_row_is_what_the_segment_alone_gives(used: uptake.Workspace, metric: str, period: str | None) -> None:
    entities = catalogue()[metric].metric.entities
    asked: dict[str, Any] = {"entity": "account" if "account" in entities else entities[0], "period": period}
    try:
        result = used.metric(metric, by="segment", **asked)
    except DefinitionMissing as error:
        pytest.skip(str(error))  # a metric of the CRM, which no events of this plan can answer
    if not result.rows:
        pytest.skip("nobody has to be counted here, in no segment")
    assert {row["segment"] for row in result.rows} == {"north", "large", "pilot", "(none)"}
    for segment in ("north", "large", "pilot", "(none)"):
        only = {"where": "segment!?"} if segment == "(none)" else {"segment": segment}
        alone = used.metric(metric, **asked, **only).rows
        found = [row for row in result.rows if row["segment"] == segment]
        if all("n" in row for row in alone):  # a row for nobody is there only where nothing is told apart
            alone = [row for row in alone if row["n"] or found]
        same = {name for row in alone[:1] for name in row if name in found[0]} - OF_ALL
        alone, found = ([{name: row[name] for name in same} for row in rows] for rows in (alone, found))
        assert_alike(found, alone, result.sql)
    assert differences(result, used.rows_of(result.sql)) == []
    assert used.metric(metric, **result.params).rows == result.rows
