"""What an answer says first, by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.reports.headline import as_drawn, compared, headline

JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))


def answer(rows: list[dict[str, Any]], kind: str = "share", by: tuple[str, ...] = (), **params: Any) -> Result:
    return Result(
        name="activation_rate",
        kind=kind,
        unit="share",
        params={"entity": "user", "date_to": "2026-09-12", "period": None, **params},
        as_of=datetime(2026, 9, 13),
        plan_version="",
        definition=entry("activation_rate").definition,
        population="users",
        columns=(),
        rows=rows,
        sql="",
        by=by,
    )


def row(estimate: float | None, **more: Any) -> dict[str, Any]:
    return {"n": 10, "estimate": estimate, "status": "closed", **more}


def test_the_last_period_that_is_over_is_said_and_compared_with_the_one_before() -> None:
    found = headline(
        answer(
            [row(0.3, period_on=JULY), row(0.4, period_on=AUGUST), row(0.9, period_on=SEPTEMBER, open=5)],
            period="month",
        )
    )
    assert (found.row or {})["estimate"] == 0.4
    assert (found.before or {})["estimate"] == 0.3
    assert (found.first_on, found.last_on) == (AUGUST, date(2026, 8, 31))


def test_a_snapshot_of_a_period_under_way_is_said_as_of_the_last_day() -> None:
    found = headline(answer([row(0.4, period_on=AUGUST), row(0.5, period_on=SEPTEMBER)], period="month"))
    assert (found.row or {})["estimate"] == 0.5
    assert found.last_on == date(2026, 9, 12)


def test_a_period_in_progress_is_not_said() -> None:
    rows = [row(40, period_on=AUGUST), row(9, period_on=SEPTEMBER, status="in_progress")]
    found = headline(answer(rows, "count", period="month"))
    assert (found.row or {})["estimate"] == 40
    assert found.before is None


def test_one_number_is_said_alone_or_against_an_earlier_one() -> None:
    now, before = answer([row(0.5)]), answer([row(0.4)])
    assert headline(now).before is None
    assert (compared(now, before).before or {})["estimate"] == 0.4
    assert compared(now, answer([])).before is None


def test_of_rows_that_always_come_together_one_stands_for_all() -> None:
    rows = [row(0.9, step="a"), row(0.2, step="complete"), row(0.8, step="b")]
    assert (headline(answer(rows, by=("step",))).row or {})["estimate"] == 0.2


def test_of_segments_the_highest_and_the_lowest_are_said() -> None:
    rows = [row(0.4, plan="Pro"), row(None, plan="New"), row(0.7, plan="Max"), row(0.1, plan="Free")]
    found = headline(answer(rows, by=("plan",)))
    assert found.row is None
    assert (found.highest or {})["plan"] == "Max"
    assert (found.lowest or {})["plan"] == "Free"
    assert headline(answer(rows[:1], by=("plan",))).lowest is None


def test_segments_are_compared_in_a_period_that_is_over_for_all_of_them() -> None:
    rows = [row(0.4, plan="Pro", period_on=AUGUST), row(0.6, plan="Free", period_on=AUGUST)]
    rows += [row(0.9, plan="Pro", period_on=SEPTEMBER, open=0), row(0.1, plan="Free", period_on=SEPTEMBER, open=4)]
    found = headline(answer(rows, by=("plan",), period="month"))
    assert (found.first_on, (found.highest or {})["plan"]) == (AUGUST, "Free")


def test_retention_is_said_of_a_later_unit_or_of_the_last_one_that_is_over() -> None:
    rows = [row(1 - unit / 10, row="weighted", unit_index=unit, first_unit=unit) for unit in range(4)]
    rows += [row(None, row="weighted", unit_index=4, first_unit=4), row(0.1, row="simple", unit_index=3, first_unit=3)]
    assert (headline(answer(rows, "retention", unit="month")).row or {})["unit_index"] == 3
    assert (headline(answer(rows, "retention", unit="week")).row or {})["unit_index"] == 3
    assert headline(answer([], "retention", unit="week")).row is None


def test_of_runs_of_units_the_one_that_holds_the_later_unit_is_said() -> None:
    """Week 4 is in the run of weeks 3 to 6, not in the fifth run."""
    runs = [(0, 0), (1, 1), (2, 2), (3, 6), (7, 20)]
    rows = [
        row(0.5, row="weighted", unit_index=index, first_unit=first, last_unit=last)
        for index, (first, last) in enumerate(runs)
    ]
    found = headline(answer(rows, "retention", unit="week", criterion="brackets")).row or {}
    assert (found["first_unit"], found["last_unit"]) == (3, 6)


def test_of_a_power_curve_half_of_the_days_are_said() -> None:
    rows = [row(0.01, days=day, at_least=1 - day / 30) for day in range(1, 29)]
    assert (headline(answer(rows, "power", window_days=28)).row or {})["estimate"] == 1 - 14 / 30


def test_nothing_is_said_of_nothing() -> None:
    for kind in ("share", "features", "power", "retention", "duration"):
        found = headline(answer([], kind, period="month"))
        assert found.row is found.highest is found.before is None


def test_a_period_in_which_some_still_have_time_is_drawn_in_progress() -> None:
    assert [one["status"] for one in as_drawn([row(1, open=0), row(1, open=3), row(1)])] == [
        "closed",
        "in_progress",
        "closed",
    ]
