"""What counts as the same answer."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bench.contest import first_difference, in_order, moments
from bench.questions import Question

COLUMNS = ("period_on", "n", "estimate")
DAY = date(2025, 1, 6)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ([(DAY, 5, 0.25)], [(DAY, 5, 0.25 + 1e-12)]),
        ([(DAY, 5, 1e6)], [(DAY, 5, 1e6 + 1e-4)]),
        ([(DAY, 5, 12.0)], [(DAY, 5, 12)]),
        ([(DAY, 5, None)], [(DAY, 5, None)]),
        ([], []),
    ],
)
def test_answers_that_differ_in_rounding_only_are_the_same(ours: list[object], theirs: list[object]) -> None:
    assert first_difference(COLUMNS, ours, theirs) == ""  # type: ignore[arg-type]  # rows of any cells


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([(DAY, 5, 0.25)], [(DAY, 6, 0.25)], "n is 5 in Uptake and 6 in ClickHouse"),
        ([(DAY, 5, 0.25)], [(DAY, 5, 0.2500001)], "estimate is 0.25 in Uptake"),
        ([(DAY, 5, 0.25)], [(DAY, 5, None)], "None in ClickHouse"),
        ([(DAY, 5, 0.25)], [], "1 rows in Uptake and 0 in ClickHouse"),
        ([(DAY, 5, 0.25)], [(DAY, 5, float("nan"))], "nan in ClickHouse"),
    ],
)
def test_a_difference_is_told_with_both_values(ours: list[object], theirs: list[object], said: str) -> None:
    assert said in first_difference(COLUMNS, ours, theirs)  # type: ignore[arg-type]  # rows of any cells


def test_rows_are_put_in_one_order_whatever_order_they_come_in() -> None:
    question = Question("active_users_daily", "", "active_users", ("n", "estimate"))
    rows = [{"n": 10, "estimate": 1, "more": 0}, {"n": 9, "estimate": 2, "more": 0}]

    assert in_order(question, rows) == in_order(question, rows[::-1]) == [(10, 1), (9, 2)]


def test_the_last_day_is_the_day_before_the_data_end() -> None:
    assert moments(datetime(2026, 1, 6)) == {
        "first_day": "2025-01-06",
        "last_day": "2026-01-05",
        "as_of": "2026-01-06 00:00:00.000",
    }
