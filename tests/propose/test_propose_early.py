"""Who is counted for an early action, and which of them came back: counted by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from propose_world import BEGIN, Rows, event, world

from uptake.propose.association import Fourfold
from uptake.propose.early import AT_LEAST, WITHIN_DAYS, EarlyAction, count, later_window

INTERVAL = 14
"""A usage interval that is as long as the longest early window: alive is who was seen at all. Back is days 28 to 56."""
HOUR = 1 / 24
SECOND = HOUR / 3600


def counted(
    folder: Path, rows: Rows, end: float = 200, plan: str = "", interval: int = INTERVAL, **kinds: Rows
) -> dict[tuple[str, int, int], Fourfold]:
    """(event, times, days) -> both halves together; coming back is told by the event `task`."""
    with world(folder, plan, **kinds, events=rows) as (_, cursor):
        names = dict(cursor.execute("SELECT event_name, name_key FROM event_names").fetchall())
        chosen = f"name_key = {names['task']}"
        found = count(cursor, names.values(), chosen, interval, BEGIN + timedelta(days=end))
    events = {key: name for name, key in names.items()}
    return {(events[action.event], action.at_least, action.within_days): together(action) for action in found}


def together(action: EarlyAction) -> Fourfold:
    return Fourfold(*(one + other for one, other in zip(action.discovery, action.confirmation, strict=True)))


def test_early_actions_and_coming_back_are_counted_by_user(tmp_path: Path) -> None:
    rows = [
        # invites on day 0 and 2, comes back
        *[event("invite", "a", 0), event("invite", "a", 2), event("task", "a", 30)],
        # invites once on day 5, does not come back
        *[event("open", "b", 0), event("invite", "b", 5)],
        # never invites, comes back
        *[event("open", "c", 0), event("task", "c", 55)],
        # invites too late to count, and comes back
        *[event("open", "d", 0), event("invite", "d", 20), event("task", "d", 40)],
        # three invitations within a day; activity before and after the window only
        *[event("invite", "e", 0), event("invite", "e", 0.1), event("invite", "e", 0.2)],
        *[event("task", "e", 27), event("task", "e", 57)],
    ]
    found = counted(tmp_path, rows)
    assert len(found) == len(AT_LEAST) * len(WITHIN_DAYS) * 3
    # five users, of whom a, c and d came back
    assert found["invite", 1, 1] == Fourfold(both=1, reached=2, returned=3, n=5)  # a, e
    assert found["invite", 2, 1] == Fourfold(both=0, reached=1, returned=3, n=5)  # e
    assert found["invite", 2, 3] == Fourfold(both=1, reached=2, returned=3, n=5)  # a, e
    assert found["invite", 3, 14] == Fourfold(both=0, reached=1, returned=3, n=5)  # e
    assert found["invite", 1, 7] == Fourfold(both=1, reached=3, returned=3, n=5)  # a, b, e
    assert found["open", 1, 1] == Fourfold(both=2, reached=3, returned=3, n=5)  # b, c, d
    assert found["task", 1, 14] == Fourfold(both=0, reached=0, returned=3, n=5)


def test_windows_hold_their_first_instant_and_not_their_last(tmp_path: Path) -> None:
    rows = [
        *[event("open", "a", 0), event("invite", "a", 1), event("task", "a", 28)],
        *[event("open", "b", 0), event("invite", "b", 1 - SECOND), event("task", "b", 56)],
        *[event("open", "c", 0), event("invite", "c", 7 - SECOND), event("task", "c", 56 - SECOND)],
        *[event("open", "d", 0), event("invite", "d", 7), event("task", "d", 28 - SECOND)],
    ]
    found = counted(tmp_path, rows)
    assert found["invite", 1, 1] == Fourfold(both=0, reached=1, returned=2, n=4)  # b; a and c came back
    assert found["invite", 1, 7] == Fourfold(both=2, reached=3, returned=2, n=4)  # a, b, c
    assert found["invite", 1, 14] == Fourfold(both=2, reached=4, returned=2, n=4)


@pytest.mark.parametrize(("end", "n"), [(56, 1), (56 - SECOND, 0)])
def test_nobody_is_counted_before_the_window_is_over(tmp_path: Path, end: float, n: int) -> None:
    found = counted(tmp_path, [event("task", "a", 0), event("task", "a", 30)], end)
    assert found["task", 1, 7] == Fourfold(both=n, reached=n, returned=n, n=n)


def test_users_from_before_the_data_are_not_counted_for_their_first_days_were_not_seen(tmp_path: Path) -> None:
    users = [
        {"user_id": "old", "created_at": (BEGIN - timedelta(days=1)).isoformat()},
        {"user_id": "new", "created_at": BEGIN.isoformat()},
    ]
    rows = [event("task", user, day) for user in ("old", "new") for day in (0, 30)]
    assert counted(tmp_path, rows, users=users)["task", 1, 7] == Fourfold(both=1, reached=1, returned=1, n=1)


def test_users_who_left_are_counted_up_to_the_day_they_left(tmp_path: Path) -> None:
    # No reward for living longer: who left on day 5 is out of "within 7 days", reached or not.
    member = {"account_id": "a1", "valid_from": BEGIN.isoformat()}
    memberships = [
        member | {"user_id": "left", "valid_to": (BEGIN + timedelta(days=5)).isoformat()},
        member | {"user_id": "left_on_7", "valid_to": (BEGIN + timedelta(days=7)).isoformat()},
        member | {"user_id": "stays"},
    ]
    rows = [event("task", user, 0) for user in ("left", "left_on_7", "stays")]
    found = counted(tmp_path, [*rows, event("task", "stays", 30)], memberships=memberships)
    assert {days: found["task", 1, days].n for days in WITHIN_DAYS} == {1: 3, 3: 3, 7: 1, 14: 1}
    assert found["task", 1, 3] == Fourfold(both=1, reached=3, returned=1, n=3)


def test_users_are_counted_from_the_day_they_were_first_seen(tmp_path: Path) -> None:
    created = {"created_at": BEGIN.isoformat()}
    users = [{"user_id": user} | created for user in ("at_once", "on_day_5", "never")]
    rows = [event("task", "at_once", 0), event("open", "on_day_5", 5), event("task", "on_day_5", 30)]
    found = counted(tmp_path, rows, users=users)
    assert {days: found["open", 1, days].n for days in WITHIN_DAYS} == {1: 1, 3: 1, 7: 2, 14: 2}
    assert found["open", 1, 7] == Fourfold(both=1, reached=1, returned=1, n=2)


@pytest.mark.parametrize("interval", [1, 7])
def test_users_who_were_silent_for_a_usage_interval_or_a_week_are_not_alive(tmp_path: Path, interval: int) -> None:
    # Both do the same in the first week; only one is there in the second.
    rows = [
        *[event("task", "gone", 0), event("task", "gone", 7 - SECOND)],
        *[event("task", "here", 0), event("open", "here", 7), event("task", "here", 30)],
    ]
    found = counted(tmp_path, rows, interval=interval)
    assert {days: found["open", 1, days].n for days in WITHIN_DAYS} == {1: 2, 3: 2, 7: 2, 14: 1}
    assert found["open", 1, 14] == Fourfold(both=1, reached=1, returned=1, n=1)


def test_a_start_of_life_of_the_plan_is_the_clock(tmp_path: Path) -> None:
    plan = "start: {user: [{event: signup}]}"
    rows = [
        *[event("task", "a", 0), event("signup", "a", 3), event("task", "a", 4), event("task", "a", 3 + 56)],
        *[event("task", "no_signup", 0), event("task", "no_signup", 30)],
    ]
    found = counted(tmp_path, rows, plan=plan)
    assert found["task", 1, 3] == Fourfold(both=0, reached=1, returned=0, n=1)
    assert found["task", 2, 14] == Fourfold(both=0, reached=0, returned=0, n=1)


def test_the_later_window_begins_after_every_early_one() -> None:
    for days in range(1, 400):
        assert later_window(days).begins >= max(WITHIN_DAYS)
        assert later_window(days).ends - later_window(days).begins >= days
