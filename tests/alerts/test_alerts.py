"""Alerts of a workspace: by hand, against somebody who asks for scores every evening, and after late events."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
alerts:
  silent:
    title: Nobody came
    when: {days_since_active: {gte: 5}}
    clears: {days_since_active: {lt: 2}}
    quiet_days: 10
    severity: high
    owner: account.owner
"""
HEALTH = "scores: {health: {entities: [account], shrink: false, components: {active_days: {params: {window_days: 7}, best: 3}}}}"


def active(account: str, *days: int) -> list[dict[str, Any]]:
    """A task of the account's user at noon of days of March 2025."""
    return [
        {"event": "task", "user_id": f"u{account}", "account_id": account, "timestamp": f"2025-03-{day:02}T12:00:00Z"}
        for day in days
    ]


@pytest.fixture
def workspace(new_home: Callable[..., Path]) -> Any:
    """a comes on 1, 2 and 20; b on 1, 8, 9, 10 and 20; c on 1, 8, 13 and 25; d keeps the data going until the 31st.

    a is silent for 5 days on the 7th. b: on the 6th, clears on the 8th, and again on the 15th, within 10 days of the 6th, so
    it is quiet; silent again on the 25th. c: on the 6th, clears on the 8th, 5 days silent on the 13th? It came on the 13th,
    which is day 0; silent on the 18th, 12 days after the 6th; clears on the 25th, silent on the 30th.
    """
    events = [
        *active("a", 1, 2, 20),
        *active("b", 1, 8, 9, 10, 20),
        *active("c", 1, 8, 13, 25),
        *active("d", *range(1, 32)),
    ]
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(events), "events")
        made.import_rows(
            pa.Table.from_pylist([{"account_id": "a", "name": "Acme", "owner": "Ann", "valid_from": "2025-01-01"}]),
            "accounts",
        )
        yield made


def told(workspace: uptake.Workspace, **given: Any) -> list[tuple[str, int, int | None]]:
    """(account, day, day on which it cleared), in the order of accounts and days."""
    rows = workspace.alerts(**({"since": "2025-03-01"} | given)).rows
    return sorted((row["id"], row["on"].day, row["cleared_on"].day if row["cleared_on"] else None) for row in rows)


def test_by_hand(workspace: uptake.Workspace) -> None:
    expected = [
        ("a", 7, 20),
        ("a", 25, None),
        ("b", 6, 8),
        ("b", 25, None),
        ("c", 6, 8),
        ("c", 18, 25),
        ("c", 30, None),
    ]
    assert told(workspace) == expected
    assert told(workspace, as_of="2025-03-24") == [("a", 7, 20), ("b", 6, 8), ("c", 6, 8), ("c", 18, None)]
    assert told(workspace, since="2025-03-26") == [("c", 30, None)]
    assert told(workspace, id="b") == [("b", 6, 8), ("b", 25, None)]
    assert told(workspace, severity="low") == []
    first = workspace.alerts(id="a", since="2025-03-01").rows[-1]
    assert {name: first[name] for name in ("name", "owner", "value", "before", "threshold", "status")} == {
        "name": "Acme", "owner": "Ann", "value": 5.0, "before": 4.0, "threshold": 5.0, "status": "cleared",
    }  # fmt: skip
    assert first["crossed"] == "Days since active 5, 4 the day before (at least 5)"
    assert workspace.alerts(since="2025-03-01").rows[-1]["owner"] is None


def test_a_change_of_place_is_an_alert(new_home: Callable[..., Path]) -> None:
    """Came on 1 to 20 March, then no more; a week without anybody is idle, from the 27th on."""
    plan = """
placements:
  use: {labels: [{name: idle, title: Nobody there, when: {days_since_active: {gte: 7}}}, {name: busy}]}
alerts:
  left: {when: {placement.use: idle}, clears: {placement.use: busy}}
"""
    with uptake.open(new_home(plan)) as made:
        made.import_rows(pa.Table.from_pylist([*active("a", *range(1, 21)), *active("d", *range(1, 32))]), "events")
        (row,) = made.alerts(since="2025-03-01").rows
    assert (row["id"], row["on"], row["value"]) == ("a", date(2025, 3, 27), None)
    assert (
        row["crossed"] == "Use: Nobody there, busy the day before"
        or row["crossed"] == "Use: Nobody there; Busy the day before"
    )


def test_refusals(workspace: uptake.Workspace) -> None:
    for given, message in (
        ({"alert": "x"}, "no alert 'x'"),
        ({"colour": 1}, "no parameter 'colour'"),
        ({"severity": "huge"}, "huge"),
        ({"since": "2026-01-01"}, "after 2025-03-31"),
    ):
        with pytest.raises(QuestionError, match=message):
            workspace.alerts(**given)


def events(seed: int, count: int, first: date, days: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    begin = datetime(first.year, first.month, first.day)
    made = []
    for _ in range(count):
        user = chance.randrange(9)
        # each account has good and bad weeks
        day = chance.random() * days
        if (int(day // 9) + user) % 3 or chance.random() < 0.1:
            made.append(
                {"event": chance.choice(["task", "board"]), "user_id": f"u{user}", "account_id": "abc"[user % 3],
                 "timestamp": begin + timedelta(days=day)}
            )  # fmt: skip
    return made


def test_the_alerts_that_come_by_themselves_are_what_an_observer_of_scores_would_tell(
    new_home: Callable[..., Path],
) -> None:
    with uptake.open(new_home(HEALTH)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events(5, 160, date(2025, 1, 6), 60)), "events")
        found = workspace.alerts(since="2025-01-06", alert="health_poor").rows
        first, last = date(2025, 1, 6), date(2025, 3, 6)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        scores = {
            day: {one.id: one.score for one in workspace.scores("health", as_of=day).everyone}
            for day in days
            if day < last
        }
        expected = []
        for account in "abc":
            is_armed, is_known, was_over, quiet_until = False, False, False, first
            for day, of in scores.items():
                score = of.get(account)
                if score is None:
                    continue
                if score < 40:
                    if (is_armed or (is_known and not was_over)) and day >= quiet_until:
                        expected.append((day, account, round(score, 2)))
                        quiet_until = day + timedelta(days=28)
                    is_armed, was_over = False, True
                elif score >= 45:
                    is_armed = True
                is_known = True
        assert sorted((row["on"], row["id"], row["value"]) for row in found) == sorted(expected)
        assert found


def test_of_falls_those_are_told_that_last(new_home: Callable[..., Path]) -> None:
    """a, b and c come on Mondays, Wednesdays and Fridays: 3 days of 7, health 100. c has one week with a Monday alone, b none.

    From 27 January on a comes on Mondays only. On the 29th 2 days of 7 are left, a third less than eight weeks before.
    It is told when that has lasted for two usage intervals: on 11 February, the 14th day.
    """
    begin = date(2024, 7, 1)

    def comes(account: str, week: int) -> tuple[int, ...]:
        return (0,) if (account, week) == ("c", 27) or (account == "a" and week >= 30) else (0, 2, 4)

    rows = [
        {"event": "task", "user_id": f"u{account}", "account_id": account,
         "timestamp": f"{begin + timedelta(days=7 * week + day)}T12:00:00Z"}
        for account in "abc" for week in range(36) for day in comes(account, week)
    ]  # fmt: skip
    with uptake.open(new_home(HEALTH)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        found = workspace.alerts(since="2024-10-01", alert="health_fell").rows
        assert [(row["id"], row["on"], row["value"]) for row in found] == [
            ("a", date(2025, 2, 11), pytest.approx(1 / 3, abs=1e-3))
        ]


def test_late_events_are_found_by_whoever_asks_later(workspace: uptake.Workspace) -> None:
    """a came on the 5th after all: it is silent on the 10th, not on the 7th. Whoever was told of the 7th is not left alone."""
    told(workspace)
    workspace.import_rows(pa.Table.from_pylist(active("a", 5)), "events")
    rows = workspace.alerts(id="a", since="2025-03-01").rows
    assert [(row["on"].day, row["status"]) for row in rows] == [
        (25, "open"), (10, "cleared"), (7, "not by what is known now"),
    ]  # fmt: skip
    assert rows[2]["crossed"] == "Days since active 5, 4 the day before (at least 5)"
    assert told(workspace, id="a", as_of="2025-03-31") == [("a", 10, 20), ("a", 25, None)]  # a replay remembers nothing
    assert [row["status"] for row in workspace.alerts(id="b", since="2025-03-01").rows] == ["open", "cleared"]


def test_another_plan_takes_no_alert_back_and_seen_stays_seen(workspace: uptake.Workspace) -> None:
    told(workspace)
    assert workspace.state.see_alert("silent", "account", "a", date(2025, 3, 7))
    assert not workspace.state.see_alert("silent", "account", "a", date(2025, 3, 8))
    (workspace.home.plan / "plan.yml").write_text(PLAN.replace("gte: 5", "gte: 6"))
    workspace.reload_plan()
    found = workspace.alerts(id="a", since="2025-03-01")
    rows = found.rows
    assert found.title.startswith("2 alerts from")
    assert found.title.endswith(", beside 2 told before that would not be told today")
    assert [(row["on"].day, row["status"]) for row in rows] == [
        (26, "open"), (25, "not by today's plan"), (8, "cleared"), (7, "not by today's plan"),
    ]  # fmt: skip
    assert [row["seen_at"] is not None for row in rows] == [False, False, False, True]
