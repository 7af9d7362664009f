from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from uptake.charts import calendar


def test_the_period_is_found_from_the_smallest_gap() -> None:
    first = date(2026, 1, 1)
    assert calendar.period_of([first, first + timedelta(days=1)]) == "day"
    assert calendar.period_of([first, first + timedelta(days=7), first + timedelta(days=28)]) == "week"
    assert calendar.period_of([date(2026, 2, 1), date(2026, 3, 1)]) == "month"
    assert calendar.period_of([date(2026, 1, 1), date(2026, 4, 1)]) == "quarter"
    assert calendar.period_of([date(2025, 1, 1), date(2026, 1, 1)]) == "year"
    assert calendar.period_of([first]) == "day"
    assert calendar.period_of([], "unit") == "unit"


def test_the_next_period_begins_after_december_and_leap_days() -> None:
    assert calendar.next_first_day(date(2025, 12, 1), "month") == date(2026, 1, 1)
    assert calendar.next_first_day(date(2025, 10, 1), "quarter") == date(2026, 1, 1)
    assert calendar.next_first_day(date(2024, 2, 29), "day") == date(2024, 3, 1)
    assert calendar.next_first_day(date(2024, 1, 31), "month") == date(2024, 2, 1)
    assert calendar.next_first_day(date(2026, 3, 2), "week") == date(2026, 3, 9)


def test_a_first_day_may_be_a_date_an_instant_or_text() -> None:
    day = date(2026, 3, 2)
    assert calendar.first_day(day) == calendar.first_day(datetime(2026, 3, 2, 5)) == calendar.first_day("2026-03-02")


def test_ticks_of_months_fall_on_january() -> None:
    months = [date(2025 + index // 12, index % 12 + 1, 1) for index in range(24)]
    assert [(day.year, day.month) for day in calendar.ticks(months, "month")] == [
        *((2025, 1), (2025, 4), (2025, 7), (2025, 10)),
        *((2026, 1), (2026, 4), (2026, 7), (2026, 10)),
    ]


def test_ticks_of_many_days_are_first_days_of_months() -> None:
    days = [date(2026, 1, 1) + timedelta(days=index) for index in range(150)]
    assert [day.day for day in calendar.ticks(days, "day")] == [1] * 5


@given(st.dates(min_value=date(1971, 1, 1), max_value=date(2099, 1, 1)), st.integers(1, 900))
def test_there_are_never_more_ticks_than_fit(start: date, count: int) -> None:
    for period in ("day", "week"):
        days = [start + timedelta(days=index * calendar.DAYS[period]) for index in range(count)]
        ticks = calendar.ticks(days, period)
        assert 0 < len(ticks) <= calendar.MOST_TICKS
        assert set(ticks) <= set(days)


def test_the_year_stands_at_the_first_tick_and_where_it_changes() -> None:
    axis = calendar.time_axis([date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)], "month")
    assert axis["labelExpr"].startswith('[["Nov", "2025"], "Dec", ["Jan", "2026"]]')
    assert axis["values"][2] == {"year": 2026, "month": 1, "date": 1, "utc": True}
