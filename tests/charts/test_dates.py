from datetime import UTC, date, datetime

import pytest

from uptake.charts import dates


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("day", "2 March 2026"),
        ("week", "Week of 2 March 2026"),
        ("month", "March 2026"),
        ("quarter", "Q1 2026"),
        ("year", "2026"),
    ],
)
def test_a_period_is_written_out(unit: str, said: str) -> None:
    assert dates.period(date(2026, 3, 2), unit) == dates.period("2026-03-02", unit) == said


def test_quarters_change_in_the_right_months() -> None:
    assert [dates.period(date(2026, month, 1), "quarter")[:2] for month in (3, 4, 6, 7, 9, 10, 12)] == [
        *("Q1", "Q2", "Q2", "Q3", "Q3", "Q4", "Q4"),
    ]


def test_no_period_is_all_time_and_no_date_is_said() -> None:
    assert dates.period(None) == "all time"
    assert dates.day(None) == dates.day("soon") == dates.instant(None) == "no date"


def test_dates_are_written_out() -> None:
    assert dates.day(date(2026, 9, 30)) == dates.day("2026-09-30") == "30 September 2026"
    assert dates.day(datetime(2026, 9, 30, 23, 59)) == "30 September 2026"


def test_an_instant_is_shown_in_the_products_zone_across_midnight_and_the_change_of_clocks() -> None:
    assert dates.instant(datetime(2026, 9, 30, 22, 30), "Europe/Berlin") == "1 October 2026, 00:30"
    assert dates.instant(datetime(2026, 3, 29, 0, 59), "Europe/Berlin") == "29 March 2026, 01:59"
    assert dates.instant(datetime(2026, 3, 29, 1, 0), "Europe/Berlin") == "29 March 2026, 03:00"
    assert dates.instant(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == "29 March 2026, 01:00"


def test_an_instant_at_the_edge_of_time_is_said_in_utc() -> None:
    assert dates.instant(datetime.max, "Asia/Tokyo") == "31 December 9999, 23:59"
    assert dates.instant(datetime.min, "America/New_York") == "1 January 1, 00:00"
