"""Days, weeks and windows where clocks change."""

from __future__ import annotations

import pytest
from scenario_answers import by_day, only
from scenario_rows import Scenario

DAYS = {"window": "calendar", "period": "day"}


@pytest.mark.parametrize(
    ("name", "zone", "before", "day", "after"),
    [
        ("berlin 23 hours", "Europe/Berlin", "2025-03-29", "2025-03-30", "2025-03-31"),
        ("berlin 25 hours", "Europe/Berlin", "2025-10-25", "2025-10-26", "2025-10-27"),
        ("new york 23 hours", "America/New_York", "2025-03-08", "2025-03-09", "2025-03-10"),
        ("new york 25 hours", "America/New_York", "2025-11-01", "2025-11-02", "2025-11-03"),
        ("two midnights", "America/Havana", "2025-11-01", "2025-11-02", "2025-11-03"),
    ],
)
def test_a_day_of_23_or_25_hours_is_one_day(
    scenario: Scenario, name: str, zone: str, before: str, day: str, after: str
) -> None:
    """u1 in the last second of the day before, u2 in the first instant of the day (in Havana, half past its first
    midnight), u3 in its last second, u4 in the first instant of the next.
    """
    workspace = scenario(name, f"product: {{timezone: {zone}}}")
    active = by_day(workspace.metric("active_users", date_from=before, **DAYS))
    assert active == {before: 1, day: 2, after: 1}
    started = by_day(
        workspace.metric("activation_rate", criteria="task", within_days=1, period="day", date_from=before), "open"
    )
    counted = by_day(
        workspace.metric("activation_rate", criteria="task", within_days=1, period="day", date_from=before), "n"
    )
    assert {one: started[one] + counted[one] for one in started} == {before: 1, day: 2, after: 1}


def test_the_same_instants_are_other_days_elsewhere(scenario: Scenario) -> None:
    """In UTC the four instants of the Berlin spring day are 22:59, 23:00 on the 29th and 21:59, 22:00 on the 30th."""
    result = scenario("berlin 23 hours").metric("active_users", date_from="2025-03-29", **DAYS)
    assert by_day(result) == {"2025-03-29": 2, "2025-03-30": 2}


@pytest.mark.parametrize(
    ("week_start", "weeks"),
    [
        ("monday", {"2025-03-03": 2, "2025-03-10": 2}),
        ("sunday", {"2025-03-02": 1, "2025-03-09": 2, "2025-03-16": 1}),
        ("saturday", {"2025-03-08": 3, "2025-03-15": 1}),
    ],
)
def test_weeks_begin_on_the_day_the_plan_says(scenario: Scenario, week_start: str, weeks: dict[str, int]) -> None:
    """u1 on Saturday 8 March and Sunday the 16th, u2 on Sunday the 9th, u3 on Monday the 10th."""
    workspace = scenario("weekend", f"product: {{week_start: {week_start}}}")
    assert by_day(workspace.metric("active_users", window="calendar", period="week")) == weeks


def test_a_window_of_seven_days_is_168_hours_across_a_change_of_the_clock(scenario: Scenario) -> None:
    """`exact` does the task 7 x 86,400 s after the start, though the clock on the wall says an hour more: in time.
    `same wall clock` does it when the wall shows the same time again, 169 hours later: too late.
    """
    plan = "product: {timezone: Europe/Berlin}\nactivation: {user: {within_days: 7, event: task}}"
    workspace = scenario("bound across DST", plan)
    spring = workspace.metric("activation_rate", date_from="2025-03-25", date_to="2025-03-25", as_of="2025-11-20")
    assert (only(spring)["count"], only(spring)["n"]) == (1, 1)
    autumn = workspace.metric("activation_rate", date_from="2025-10-21", date_to="2025-10-21", as_of="2025-11-20")
    assert (only(autumn)["count"], only(autumn)["n"]) == (0, 1)
