"""Who let go of a feature, and how long its adoption lasts, counted by hand and by a plain loop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.stats.survival import kaplan_meier

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = date(2025, 3, 1)
PLAN = """
product: {timezone: America/New_York}
features:
  tasks: {events: [task], cadence_days: 5, adopted: {days: 2, within_days: 10}}
"""
DAY = 86_400
QUIET = 10


def tasks(user: str, *days: int, account: str = "a") -> list[dict[str, Any]]:
    """A task late in the evening, New York, of so many days after the first of March."""
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, 3, 30) + timedelta(days=1)
    return [
        {"event": "task", "user_id": user, "account_id": account, "timestamp": begin + timedelta(days=day)}
        for day in days
    ]


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Adopted on days 1, 2, 3 and 4: `gone` came last on 6, `kept` to 28, `back` on 4 and after 20, `fresh` on 25.

    `once` came on one day and adopted nothing. A silence is ten days; day 29 is the last.
    """
    rows = [
        *tasks("gone", 0, 1, 6), *tasks("kept", 0, 2, 9, 19, 28), *tasks("back", 0, 4, 20, 21),
        *tasks("fresh", 22, 25, account="b"), *tasks("once", 3),
    ]  # fmt: skip
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        yield workspace


AS_OF = str(FIRST + timedelta(days=29))


def test_who_was_silent_for_two_cadences_has_let_go(used: uptake.Workspace) -> None:
    """On day 29 gone is silent for 23 days, back for 8, kept for 1, fresh for 4; once is not counted."""
    row = only(used.metric("adoption_decay", as_of=AS_OF))
    assert (row["feature"], row["n"], row["count"]) == ("tasks", 4, 1)
    found = used.people("adoption_decay", {"feature": "tasks"}, as_of=AS_OF)
    assert [(one["user_id"], one["value"]) for one in found.rows] == [("gone", 23)]
    kept = used.people("adoption_decay", {"feature": "tasks"}, side="kept", as_of=AS_OF)
    assert {one["user_id"]: one["value"] for one in kept.rows} == {"back": 8, "fresh": 4, "kept": 1}


def test_ten_days_are_a_silence_and_nine_are_none(used: uptake.Workspace) -> None:
    """gone came last on day 6: kept on day 15, let go on day 16. back came on day 4, so it had let go from 14 to 19."""
    counts = {
        day: only(used.metric("adoption_decay", as_of=str(FIRST + timedelta(days=day))))["count"]
        for day in (13, 14, 15, 16, 19, 20)
    }
    assert counts == {13: 0, 14: 1, 15: 1, 16: 2, 19: 2, 20: 1}


def test_an_account_keeps_what_any_of_its_users_keeps(used: uptake.Workspace) -> None:
    found = by(used.metric("adoption_decay", entity="account", by="account.id", as_of=AS_OF), "account.id", of="count")
    assert found == {"a": 0, "b": 0}


def test_the_half_life_counts_from_adoption_to_the_end_of_the_first_silence(used: uptake.Workspace) -> None:
    """gone: adopted on 1, silent by 16: 15 days. back: 4 to 14: 10. kept: 2, its gap of ten days from 9 to 19 is none
    as it came on the tenth: 27 and still there. fresh: adopted on 25, 4 days known.

    Half of four by Kaplan-Meier: at 10 days 2/3 are left (fresh was censored before), at 15 a third: the median is 15.
    """
    row = only(used.metric("adoption_half_life", as_of=AS_OF))
    assert (row["n"], row["reached"], row["estimate"]) == (4, 2, 15 * DAY)


def test_a_shorter_silence_ends_adoption_sooner(used: uptake.Workspace) -> None:
    """Of five days: gone 1, 6 -> 11, back 4 -> 9, kept 2 -> 7 (it came on 9), fresh 25, 4 days known: 10, 5, 5, 4+."""
    row = only(used.metric("adoption_half_life", quiet_intervals=1, as_of=AS_OF))
    assert (row["reached"], row["estimate"]) == (3, 5 * DAY)
    assert only(used.metric("adoption_decay", quiet_intervals=1, as_of=AS_OF))["count"] == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plain_count_gives_the_same(new_home: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    people = {f"u{n}": sorted({chance.randint(0, 45) for _ in range(chance.randint(1, 9))}) for n in range(30)}
    rows = [row for user, days in people.items() for row in tasks(user, *days)]
    lasts, silent, adopters = [], 0, 0
    for days in people.values():
        soon = [day for day in days if day < days[0] + 10]
        if len(soon) < 2:
            continue
        adopted, later = soon[1], [day for day in days if day >= soon[1]]
        adopters += 1
        silent += 45 - days[-1] >= QUIET
        gaps = [
            day
            for day, after in zip(later, [*later[1:], 999], strict=True)
            if after - day > QUIET and day + QUIET <= 45
        ]
        lasts.append((gaps[0] + QUIET - adopted, True) if gaps else (45 - adopted, False))
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        asked = {"as_of": str(FIRST + timedelta(days=45))}
        share, half = (only(workspace.metric(name, **asked)) for name in ("adoption_decay", "adoption_half_life"))
    assert (share["n"], share["count"]) == (adopters, silent)
    curve = kaplan_meier([days * DAY for days, _ in lasts], [gone for _, gone in lasts])
    assert (half["n"], half["reached"]) == (adopters, sum(gone for _, gone in lasts))
    assert half["estimate"] == pytest.approx(curve.median().estimate, nan_ok=True)
