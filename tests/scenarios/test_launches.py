"""How a launched feature is taken up, counted by hand and by a plain loop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import DefinitionMissing, PlanError, QuestionError
from uptake.plan import parse

pytestmark = pytest.mark.usefixtures("one_thread")

LAUNCHED = date(2025, 3, 3)
PLAN = """
product: {timezone: Europe/Berlin}
features:
  boards:
    events: [board]
    eligible: {account.plan: Pro}
    launched_on: 2025-03-03
    cadence_days: 7
    adopted: {days: 2, within_days: 10}
launches:
  boards: {feature: boards, target: 0.5, target_of: tried, within_days: 20}
  admins: {feature: boards, population: {user.role: admin}, clock: exposure, within_days: 20}
"""
ASKED = {"launch": "boards", "as_of": "2025-03-16"}


def boards(user: str, *days: int, account: str = "a") -> list[dict[str, Any]]:
    """A board at 23:30 UTC of so many days after the launch, which in Berlin is half past midnight of the next one."""
    begin = datetime(LAUNCHED.year, LAUNCHED.month, LAUNCHED.day, 23, 30)
    return [
        {"event": "board", "user_id": user, "account_id": account, "timestamp": begin + timedelta(days=day - 1)}
        for day in days
    ]


def world(home: Path, events: list[dict[str, Any]], users: list[dict[str, Any]]) -> uptake.Workspace:
    workspace = uptake.open(home)
    workspace.import_rows(pa.table({"account_id": ["a", "b"], "plan": ["Pro", "Free"]}), "accounts")
    workspace.import_rows(pa.Table.from_pylist(users), "users")
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    return workspace


def known(user: str, account: str = "a", created: str = "2025-01-01", **more: Any) -> dict[str, Any]:
    return {"user_id": user, "account_id": account, "created_at": created, "role": None, "valid_from": None, **more}


@pytest.fixture(scope="module")
def launched(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Four could use boards at the launch: `quick`, `slow`, `once`, `never`. `late` came on 10 March. `free` may not."""
    events = [
        *boards("quick", -5, 0, 1, 9), *boards("slow", 2, 13), *boards("once", 4), *boards("late", 7, 8),
        *boards("free", 0, 1, account="b"),
    ]  # fmt: skip
    users = [known(name) for name in ("quick", "slow", "once", "never")]
    users += [known("late", created="2025-03-10"), known("free", "b")]
    users += [
        known("slow", role="admin", valid_from="2025-03-10"),
        known("quick", role="admin", valid_from="2025-01-01"),
    ]
    with world(new_home(PLAN), events, users) as workspace:
        yield workspace


def curve(workspace: uptake.Workspace, name: str, of: str = "count", **asked: Any) -> dict[int, Any]:
    rows = workspace.metric("launch_adoption", **{**ASKED, **asked}).rows
    return {row["day"]: row[of] for row in rows if row["curve"] == name}


def test_each_curve_rises_on_the_day_somebody_gets_there(launched: uptake.Workspace) -> None:
    """As of the end of 16 March days 0 to 13 are over. quick: days 0 and 1, adopted on 1, used again on 9 = kept.

    slow: days 2 and 13, which are 11 apart and no adoption. once: day 4. What quick did before the launch is left out.
    """
    assert curve(launched, "tried") == {
        day: (day >= 0) + (day >= 2) + (day >= 4) if day < 14 else 0 for day in range(21)
    }
    assert curve(launched, "again") == {day: (day >= 1) + (day >= 13) if day < 14 else 0 for day in range(21)}
    assert curve(launched, "adopted") == {day: int(1 <= day < 14) for day in range(21)}
    assert curve(launched, "kept") == {day: int(9 <= day < 14) for day in range(21)}


def test_days_that_are_not_over_are_in_progress(launched: uptake.Workspace) -> None:
    assert curve(launched, "tried", of="n") == {day: 4 if day < 14 else 0 for day in range(21)}
    assert curve(launched, "tried", of="status")[14] == "in_progress"
    assert curve(launched, "tried", of="estimate")[14] is None
    assert curve(launched, "tried", of="estimate")[13] == 0.75


def test_the_target_stands_where_it_is_due(launched: uptake.Workspace) -> None:
    rows = launched.metric("launch_adoption", **ASKED).rows
    assert [(row["curve"], row["day"], row["target"]) for row in rows if row["target"] is not None] == [
        ("tried", 20, 0.5)
    ]


def test_with_a_clock_of_their_own_those_who_came_later_are_counted(launched: uptake.Workspace) -> None:
    """late could use it from 10 March, day 0, and did at once and a day later: by its day 1 adopted.

    Its day 6 is over, its day 7 is not, so it is in n up to day 6.
    """
    assert curve(launched, "adopted", clock="exposure")[1] == 2
    n = curve(launched, "tried", of="n", clock="exposure")
    assert [n[day] for day in (0, 6, 7, 13, 14)] == [5, 5, 4, 4, 0]


def test_the_clock_starts_with_a_role(launched: uptake.Workspace) -> None:
    """quick was admin at the launch. slow became one on 10 March, so its use on the 16th is its day 6, and the first."""
    n, tried = (curve(launched, "tried", of=of, launch="admins") for of in ("n", "count"))
    assert [n[day] for day in (0, 6, 7)] == [2, 2, 1]
    assert [tried[day] for day in (0, 5, 6, 7)] == [1, 1, 2, 1]


def test_behind_a_point_are_those_who_got_there(launched: uptake.Workspace) -> None:
    cell = {"curve": "tried", "day": 3}
    assert launched.people("launch_adoption", cell, launch="boards", as_of="2025-03-16").ids() == ["quick", "slow"]
    away = launched.people("launch_adoption", cell, side="not_yet", launch="boards", as_of="2025-03-16")
    assert away.ids() == ["never", "once"]


def test_which_launch_has_to_be_said(launched: uptake.Workspace, workspace: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match=r"several launches.*Allowed: boards, admins"):
        launched.metric("launch_adoption")
    with pytest.raises(QuestionError, match=r"launch is 'x'"):
        launched.metric("launch_adoption", launch="x")
    with pytest.raises(DefinitionMissing, match="no launches"):
        workspace.metric("launch_adoption")


def test_before_the_launch_nobody_is_counted(launched: uptake.Workspace) -> None:
    rows = launched.metric("launch_adoption", launch="boards", as_of="2025-03-02").rows
    assert all(row["n"] == 0 for row in rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("launches: {x: {feature: boards}}", "launches.x.feature is 'boards'"),
        ("features: {boards: {events: [b]}}\nlaunches: {x: {feature: boards}}", "launches.x.launched_on is missing"),
        (
            "features: {boards: {events: [b], launched_on: 2025-01-01}}\nlaunches: {x: {feature: board}}",
            "Did you mean boards",
        ),
        (
            "features: {boards: {events: [b], launched_on: 2025-01-01}}\nlaunches: {x: {feature: boards, target: 30}}",
            "launches.x.target is 30. Allowed: at most 1",
        ),
        (
            "features: {boards: {events: [b], launched_on: 2025-01-01}}\nlaunches: {x: {feature: boards, clock: now}}",
            "launches.x.clock is 'now'. Allowed: launch, exposure",
        ),
        (
            "features: {boards: {events: [b], launched_on: 2025-01-01}}\nlaunches: {x: {feature: boards, population: {role: a}}}",
            "is no attribute. Allowed: user.role, account.role",
        ),
    ],
)
def test_a_wrong_launch_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse({"plan.yml": text})
    assert said in str(caught.value)
    assert "plan.yml:" in str(caught.value)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plain_count_gives_the_same_curves(new_home: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    users, events, starts = [], [], {}
    used: dict[str, set[int]] = {}
    for number in range(30):
        name, account = f"u{number}", "ab"[chance.random() < 0.2]
        came = chance.choice([-30, -30, 0, 3, 8])
        users.append(known(name, account, created=str(LAUNCHED + timedelta(days=came))))
        own = {day for day in (chance.randint(-3, 20) for _ in range(chance.randint(0, 5))) if day >= came}
        events += boards(name, *own, account=account)
        if account == "a":
            starts[name], used[name] = max(came, 0), own
    with world(new_home(PLAN), events, users) as workspace:
        for clock in ("launch", "exposure"):
            rows = workspace.metric("launch_adoption", launch="boards", clock=clock, as_of="2025-03-19").rows
            expected = {}
            for name, day in ((row["curve"], row["day"]) for row in rows):
                n = count = 0
                for user, start in starts.items():
                    if (clock == "launch" and start > 0) or start + day > 16:
                        continue
                    days = sorted(one - start for one in used[user] if start <= one <= 16)
                    adopted = [one for one in days if days and one < days[0] + 10][1:2]
                    kept = [one for one in days if adopted and one >= adopted[0] + 7][:1]
                    got = {"tried": days[:1], "again": days[1:2], "adopted": adopted, "kept": kept}[name]
                    n, count = n + 1, count + bool(got and got[0] <= day)
                expected[name, day] = (n, count)
            assert {(row["curve"], row["day"]): (row["n"], row["count"]) for row in rows} == expected


CAMPAIGN = PLAN.replace(
    "boards: {feature: boards, target: 0.5, target_of: tried, within_days: 20}",
    "boards: {feature: boards, target: 0.5, target_of: tried, within_days: 20,"
    " channels: {mail: {event: opened, where: {of: boards}}, banner: clicked, fair: null}}",
)


def touch(user: str, day: int, event: str = "opened", of: str | None = "boards") -> dict[str, Any]:
    at = datetime(LAUNCHED.year, LAUNCHED.month, LAUNCHED.day, 12) + timedelta(days=day)
    return {"event": event, "user_id": user, "account_id": "a", "timestamp": at, "of": of}


def test_whom_a_campaign_reached_beside_the_others(new_home: Callable[..., Path]) -> None:
    """By day 7 mail reached a, b (twice) and c; e after it, f about something else, g before the launch. quick tried sooner
    and is left out. Of those reached a and b tried by day 20; of the four others f, while e tried too late: 2/3 less 1/4.
    The banner reached c alone.
    """
    tries = {"a": 9, "b": 20, "e": 21, "f": 12, "quick": 3}
    events = [touch("a", 0), touch("b", 7), touch("b", 2), touch("c", 3), touch("quick", 1), touch("e", 8)]
    events += [touch("f", 2, of="goals"), touch("g", -1), touch("c", 4, "clicked", None)]
    events += [one for user, day in tries.items() for one in boards(user, day)]
    users = [known(user) for user in ("a", "b", "c", "d", "e", "f", "g", "quick")]
    asked: dict[str, Any] = {"launch": "boards", "output": "campaign", "as_of": "2025-04-30"}
    with world(new_home(CAMPAIGN), events, users) as workspace:
        result = workspace.metric("launch_adoption", **asked)
        found = {row["driver"]: row for row in result.rows}
        counts = ("n", "n_with", "converted_with", "n_without", "converted_without")
        assert [found["mail"][name] for name in counts] == [7, 3, 2, 4, 1]
        assert [found["banner"][name] for name in counts] == [7, 1, 0, 6, 3]
        assert [found["any channel"][name] for name in counts] == [7, 3, 2, 4, 1]
        assert found["mail"]["estimate"] == pytest.approx(2 / 3 - 1 / 4)
        assert found["mail"]["ci_lower"] < 0 < found["mail"]["ci_upper"]
        assert any("not caused" in note for note in result.notes)
        assert workspace.people("launch_adoption", {"driver": "mail"}, side="dropped", **asked).ids() == ["c"]
        later = {row["driver"]: row for row in workspace.metric("launch_adoption", **asked, reached_by=8).rows}
        assert [later["mail"][name] for name in counts] == [7, 4, 2, 3, 1]
        assert workspace.metric("launch_adoption", **{**asked, "as_of": "2025-03-16"}).rows == []


def test_a_launch_whose_channels_say_nothing_has_no_campaign(launched: uptake.Workspace) -> None:
    with pytest.raises(DefinitionMissing, match="whom the channels"):
        launched.metric("launch_adoption", **ASKED, output="campaign")


def test_channels_are_words_or_each_with_its_event() -> None:
    def channels(text: str) -> list[tuple[str, bool]]:
        plan = parse({"plan.yml": f"features: {{a: {{events: [x]}}}}\nlaunches: {{l: {{feature: a, launched_on: 2025-01-01,"
                                  f" channels: {text}}}}}"})  # fmt: skip
        return [(one.name, one.reached is not None) for one in plan.launches["l"].channels]

    assert channels("[mail, fair]") == [("mail", False), ("fair", False)]
    assert channels("{mail: opened, fair: null}") == [("mail", True), ("fair", False)]
    for wrong in ("mail", "{mail: 3}", "[3]"):
        with pytest.raises(PlanError):
            channels(wrong)
