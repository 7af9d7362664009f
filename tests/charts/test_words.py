from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.charts import words


def plain(text: str) -> str:
    return text.replace(words.SPACE, " ")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.5834, "58 %"),
        (0.06, "6.0 %"),
        (0.0583, "5.8 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.996, "99.6 %"),
        (0.9996, "99.96 %"),
        (0.99999, "> 99.99 %"),
        (0.00002, "< 0.01 %"),
        (0.0001, "0.010 %"),
        (1.04, "104 %"),
        (0.9999999999999999, "100 %"),
        (1e-17, "0 %"),
    ],
)
def test_a_share_is_said_in_percent_and_never_rounds_to_all_or_nothing(value: float, said: str) -> None:
    assert plain(words.share(value)) == said


def test_a_share_in_a_table_has_three_digits() -> None:
    assert [plain(words.share(value, 3)) for value in (0.5834, 0.6, 0.0583, 1, 0.9996)] == [
        *("58.3 %", "60.0 %", "5.83 %"),
        *("100 %", "99.96 %"),
    ]


@pytest.mark.parametrize("missing", [None, nan, inf, -inf, "", "seven", True])
def test_missing_is_a_word_in_every_unit(missing: object) -> None:
    said = [words.value(missing, unit) for unit in ("share", "seconds", "count", "days", "per_week", "currency")]
    assert said == ["no value"] * 6
    assert words.points(missing) == words.money(missing) == words.count(missing) == "no value"


def test_missing_dates_and_texts_are_words_too() -> None:
    assert words.value(None, "date") == words.value(None, "text") == words.value("", "text") == "no value"
    assert words.value(nan, "seconds", missing="not reached") == "not reached"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 s"),
        (0.25, "250 ms"),
        (5.2, "5.2 s"),
        (45, "45 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3599.7, "1 h"),
        (11_400, "3 h 10 min"),
        (86_390, "1 day"),
        (86_400, "1 day"),
        (449_280, "5.2 days"),
        (14 * 86_400, "14 days"),
        (14.44 * 86_400, "14.4 days"),
        (1095 * 86_400, "1,095 days"),
        (-90, "−1 min 30 s"),
    ],
)
def test_a_length_of_time_is_said_in_the_units_that_matter(value: float, said: str) -> None:
    assert plain(words.duration(value)) == said


@given(st.floats(min_value=0, max_value=1e12))
def test_no_length_of_time_shows_sixty_of_a_unit_or_a_day_of_hours(seconds: float) -> None:
    said = plain(words.duration(seconds))
    assert "60 s" not in said
    assert "60 min" not in said
    assert "24 h" not in said


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_share_strictly_between_never_reads_all_or_nothing(share: float) -> None:
    if 1e-12 < share < 1 - 1e-12:
        assert plain(words.share(share)) not in ("0 %", "100 %")


@pytest.mark.parametrize(
    ("value", "said"),
    [(12345.6, "12,346"), (9.996, "10.0"), (5.2678, "5.27"), (0.05, "0.0500"), (7, "7"), (-3.14159, "−3.14")],
)
def test_a_number_has_three_digits_and_keeps_its_thousands(value: float, said: str) -> None:
    assert words.number(value) == said


def test_counts_money_and_points() -> None:
    assert [words.count(value) for value in (0, 12345, 1e9, -4)] == ["0", "12,345", "1,000,000,000", "−4"]
    assert [plain(words.money(value, "EUR")) for value in (12345.6, 9.5, 9, 99.999, -20)] == [
        *("€12,346", "€9.50", "€9", "€100", "−€20"),
    ]
    assert plain(words.money(20, "chf")) == "20 CHF"
    assert words.money(20) == "20"
    assert [words.points(value) for value in (0.04, -0.04, 0.01, 0.0052, 0.123, 0)] == [
        *("4 points", "4 points", "1 point", "0.52 points", "12 points", "0 points"),
    ]


def test_huge_numbers_stay_short() -> None:
    assert len(words.number(1e300)) < 12
    assert len(words.share(1e300)) < 16


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "said"),
    [
        (0.55, 0.61, "share", "55–61 %"),
        (0.581, 0.584, "share", "58.1–58.4 %"),
        (0, 0.04, "share", "0–4.0 %"),
        (-0.02, 0.03, "share", "−2.0 to 3.0 %"),
        (-0.0071, 0.12, "share_difference", "−0.71 to 12 points"),
        (0.01, 0.02, "share_difference", "1–2 points"),
        (0.00001, 0.04, "share", "< 0.01 % to 4.0 %"),
        (4.1 * 86_400, 6.3 * 86_400, "seconds", "4.1–6.3 days"),
        (86_400, 3 * 86_400, "seconds", "1–3 days"),
        (10_800, 18_600, "seconds", "3 h to 5 h 10 min"),
        (11_400, 15_000, "seconds", "3 h 10 min to 4 h 10 min"),
        (4.1 * 86_400, nan, "seconds", "from 4.1 days, upper end not reached"),
        (None, 0.6, "share", "up to 60 %, lower end unknown"),
        (None, nan, "share", "no interval"),
        (5.1, 5.44, "count", "5.1–5.4"),
        (3.3, 3.5, "per_week", "3.3–3.5 a week"),
        (0.58, 0.58, "share", "58 %"),
    ],
)
def test_an_interval_says_its_unit_once_where_it_can(lower: float, upper: float, unit: str, said: str) -> None:
    assert plain(words.interval(lower, upper, unit)) == said


def test_an_interval_of_money_keeps_its_symbols() -> None:
    assert words.interval(1200, 1500, "currency", currency="EUR") == "€1,200–€1,500"


def test_states_are_words() -> None:
    assert words.status("closed") == words.status(None) == words.status("") == ""
    assert words.status("in_progress") == "in progress"
    assert words.status("too_few", 7) == "too few (n = 7)"
    assert words.status("too_few") == "too few"
    assert words.status("not_eligible") == "not eligible"
