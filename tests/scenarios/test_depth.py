"""How intensively features are used, as ranks among peers, counted by hand and by a plain loop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
AS_OF = {"as_of": LAST.isoformat()}
PLAN = """
features:
  tasks: {events: [task]}
  boards: {events: [board], eligible: {account.plan: Pro}}
  reports: {events: [report], tag: advanced, launched_on: 2025-03-24}
"""
ACCOUNTS = [{"account_id": "a", "plan": "Pro"}, {"account_id": "b", "plan": "Free"}]


def uses(user: str, event: str, *back: int, account: str = "a") -> list[dict[str, Any]]:
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    return [
        {"event": event, "user_id": user, "account_id": account, "timestamp": noon - timedelta(days=day)}
        for day in back
    ]


def seats(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"account_id": account, "user_id": user, "valid_from": "2025-01-01"} for account, user in pairs]


def world(home: Path, events: list[dict[str, Any]], held: list[dict[str, Any]]) -> uptake.Workspace:
    workspace = uptake.open(home)
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    workspace.import_rows(pa.Table.from_pylist(ACCOUNTS), "accounts")
    workspace.import_rows(pa.Table.from_pylist(held), "seats")
    return workspace


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Of ten in account a, `deep` did 8 tasks and `some` 2, `new` 2 in the week since it came; seven never came.

    All were first seen, or could be, 40 days ago, when `deep` did something else. In account b one did a task.
    """
    events = [
        *uses("deep", "other", 40), *uses("deep", "task", *range(8)), *uses("some", "task", 20, 21),
        *uses("new", "task", 0, 6), *uses("deep", "board", 1), *uses("free", "board", 2, account="b"),
        *uses("free", "task", 2, account="b"), *uses("some", "report", 2),
    ]  # fmt: skip
    held = seats(*(("a", f"idle{number}") for number in range(7)), ("a", "deep"), ("a", "some"), ("b", "free"))
    created = [{"user_id": user, "account_id": "a", "created_at": "2025-01-01"} for user in ("some",)]
    created += [{"user_id": "new", "account_id": "a", "created_at": "2025-03-24"}]
    created += [{"user_id": "free", "account_id": "b", "created_at": "2025-01-01"}]
    with world(new_home(PLAN), events, held) as workspace:
        workspace.import_rows(pa.Table.from_pylist(created), "users")
        yield workspace


def ranks(workspace: uptake.Workspace, feature: str, **asked: Any) -> dict[str, float]:
    found = workspace.people("depth", {"feature": feature}, feature=feature, **{**AS_OF, **asked})
    return {row["user_id"]: row["value"] for row in found.rows}


def test_many_who_never_used_it_share_one_rank(used: uptake.Workspace) -> None:
    """Golden case 18. Eleven could use tasks. Seven with none: (0 + 7/2) / 11. free has 1: 7.5 / 11. some 2: 8.5 / 11.

    new had 2 in 7 days, taken for 14 at least: 4 in 28 days, 9.5 / 11. deep 8: 10.5 / 11. Together 0.5 each.
    """
    found = ranks(used, "tasks")
    assert {user: rank for user, rank in found.items() if not user.startswith("idle")} == {
        "free": pytest.approx(7.5 / 11), "some": pytest.approx(8.5 / 11),
        "new": pytest.approx(9.5 / 11), "deep": pytest.approx(10.5 / 11),
    }  # fmt: skip
    assert [rank for user, rank in found.items() if user.startswith("idle")] == [pytest.approx(3.5 / 11)] * 7
    assert sum(found.values()) / len(found) == pytest.approx(0.5)


def test_without_scaling_for_a_short_time_the_new_are_level(used: uptake.Workspace) -> None:
    """Scaled up from 28 days at least, new has 2 like some: (8 + 1) / 11 both."""
    found = ranks(used, "tasks", least_days=28)
    assert found["new"] == found["some"] == pytest.approx(9 / 11)


def test_only_who_could_use_it_is_a_peer(used: uptake.Workspace) -> None:
    """Boards are Pro's: free's use is not counted, and ten are ranked: nine without use 4.5 / 10, deep 9.5 / 10."""
    found = ranks(used, "boards")
    assert len(found) == 10
    assert found["deep"] == pytest.approx(0.95)
    assert found["new"] == pytest.approx(0.45)


def test_peers_have_an_attribute_in_common(used: uptake.Workspace) -> None:
    """free is alone on the Free plan: half of one."""
    found = ranks(used, "tasks", entity="member", peers="account.plan")
    assert found["free"] == 0.5
    assert found["deep"] == pytest.approx(9.5 / 10)
    with pytest.raises(QuestionError, match=r"cannot be told apart by account\.plan"):
        used.metric("depth", peers="account.plan")


def test_a_feature_launched_lately_is_not_held_against_a_month(used: uptake.Workspace) -> None:
    """One use of reports in the 7 days since the launch is 2 in 28 for everybody: ranks are the same as unscaled."""
    assert ranks(used, "reports")["some"] == pytest.approx(10.5 / 11)


def test_an_account_is_the_mean_of_its_users(used: uptake.Workspace) -> None:
    """Of a: (7 x 3.5 + 8.5 + 9.5 + 10.5) / 11 / 10. Of b: free alone."""
    found = by(used.metric("depth", entity="account", feature="tasks", by="account.id", **AS_OF), "account.id")
    assert found == {"a": pytest.approx((24.5 + 28.5) / 110), "b": pytest.approx(7.5 / 11)}


def test_a_word_for_features(used: uptake.Workspace) -> None:
    for word, names in (
        ("core", {"tasks", "boards"}),
        ("advanced", {"reports"}),
        ("all", {"tasks", "boards", "reports"}),
    ):
        assert {row["feature"] for row in used.metric("depth", feature=word, **AS_OF).rows} == names
    with pytest.raises(QuestionError, match=r"feature is 'x'. Allowed: core, advanced, all, boards, reports, tasks"):
        used.metric("depth", feature="x")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plain_count_gives_the_same_ranks(new_home: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    people: dict[str, list[int]] = {}
    events = []
    for number in range(30):
        first = chance.choice([3, 10, 20, 40])
        people[f"u{number}"] = [chance.randint(0, first) for _ in range(chance.choice([0, 0, 1, 2, 5]))]
        events += uses(f"u{number}", "other", first) + uses(f"u{number}", "task", *people[f"u{number}"])
        people[f"u{number}"].append(first)
    with world(new_home(PLAN), events, seats(("a", "u0"))) as workspace:
        found = ranks(workspace, "tasks")
    rates = {}
    for user, back in people.items():
        seen = max(back) + 1
        rates[user] = sum(day < 28 for day in back[:-1]) * 28 / max(14, min(28, seen))
    expected = {
        user: sum(1.0 if other < rate else 0.5 if other == rate else 0.0 for other in rates.values()) / len(rates)
        for user, rate in rates.items()
    }
    assert found == {user: pytest.approx(rank) for user, rank in expected.items()}


@pytest.mark.parametrize("entity", ["user", "account"])
def test_uses_too_many_to_be_listed_give_the_same_ranks(
    used: uptake.Workspace, entity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"feature": "all", "entity": entity, "period": "week", "window_days": 20, "least_days": 3, **AS_OF}
    listed = used.metric("depth", **asked).rows
    monkeypatch.setattr("uptake.metrics.parts.rates.LISTED", 0)
    assert used.metric("depth", **asked).rows == listed
    assert len({row["ci_lower"] for row in listed}) > 2
