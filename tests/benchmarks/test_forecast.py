"""Forecasts of benchmarks: as soon as accounts like it were there; and how those of a past day did."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.benchmarks.forecast import HORIZON, PAST_WEEKS, TOO_FEW, Forecast, forecast
from uptake.benchmarks.pace import Paces
from uptake.benchmarks.progress import held
from uptake.benchmarks.record import record
from uptake.web.words.benchmark_words import record_words

NAN = float("nan")
TARGET = 0.8


def told(rows: list[list[float]], weeks: int = 1, like: int = 150) -> Forecast:
    attainment, target = np.array(rows), np.full(len(rows), TARGET)
    return forecast(attainment, target, held(attainment, target, np.full(len(rows), weeks)), like)


def test_an_account_is_told_how_it_went_with_those_that_missed_as_much() -> None:
    """Ten missed 0.3. Five were there after one week; five waited two weeks, so that they waited one from the second on.

    Waits of 1 (ten) and 2 (five): after one week 10 / 15 were there, after two all. The eleventh misses 0.3 today.
    """
    quick, slow, asks = [0.5, 0.9, 0.9, 0.9], [0.5, 0.5, 0.9, 0.9], [NAN, NAN, NAN, 0.5]
    found = told([quick] * 5 + [slow] * 5 + [asks])
    assert (found.early[-1], found.middle[-1], found.late[-1]) == (1, 1, 2)
    assert (found.share[-1], found.accounts[-1], found.why_not[-1]) == (1, 10, "")
    assert (found.lower[-1], found.upper[-1]) == (pytest.approx(0.7225, abs=1e-4), 1)


def test_who_left_or_is_not_there_yet_is_neither_dropped_nor_counted_as_never() -> None:
    """Ten missed 0.3 in the first of 14 weeks: four are there after a week, three left after two, three still wait.

    From week 0: 4 of 10 after one week; the rest is followed for 2 or 13 weeks without arriving: 0.4. Later weeks of those
    that wait tell nobody arrived after one: 4 / (10 + 3 * 12 + 3) of them did, and nobody later.
    """
    there, left, waits = [0.5] + [0.9] * 13, [0.5] * 3 + [NAN] * 11, [0.5] * 14
    found = told([there] * 4 + [left] * 3 + [waits] * 3)
    # waits from all weeks: 4 that arrive after one; 3 of 2 and 3 of 1 that left; 3 each of 13, 12, ... 1 that still wait
    assert found.share[-1] == pytest.approx(4 / (4 + 6 + 39))
    assert np.isnan([found.early[-1], found.middle[-1], found.late[-1]]).all()
    assert found.accounts[-1] == 10


def test_too_few_accounts_tell_nothing() -> None:
    found = told([[0.5, 0.9, 0.9]] * 9 + [[NAN, NAN, 0.5]])
    assert found.why_not[-1] == TOO_FEW
    assert np.isnan([found.share[-1], found.middle[-1]]).all()


def test_a_past_that_is_too_short_tells_nothing() -> None:
    """Nobody was followed for 13 weeks and not all arrived: how many would be there by then is not known."""
    found = told([[0.5, 0.9, 0.9]] * 6 + [[0.5, 0.5, 0.5]] * 6)
    assert found.why_not[-1] == TOO_FEW


def test_who_was_there_before_is_held_against_those_who_were() -> None:
    """Twelve fell from the target by 0.3 and were back a week later; twelve who miss as much never were there."""
    back, never = [0.9, 0.5, 0.9] * 5, [0.5] * 15
    found = told([back] * 12 + [never] * 12 + [[0.9] + [0.5] * 14, [0.5] * 15])
    assert found.share[-2] > 0.7
    assert found.share[-1] == 0


value = st.one_of(st.just(NAN), st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.8, 0.9]))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(value, min_size=16, max_size=16), min_size=11, max_size=14),
    st.integers(1, 3),
    st.integers(12, 150),
)
def test_a_naive_reading_says_the_same(rows: list[list[float]], weeks: int, like: int) -> None:
    found = told(rows, weeks, like)
    for account in range(len(rows)):
        share, accounts, ends = _naive(rows, weeks, like, account)
        if share is None:
            assert found.why_not[account] == TOO_FEW
            continue
        assert (found.share[account], found.accounts[account]) == (pytest.approx(float(share)), accounts)
        told_weeks = [found.early[account], found.middle[account], found.late[account]]
        assert [None if np.isnan(one) else one for one in told_weeks] == ends


def _naive(
    rows: list[list[float]], weeks: int, like: int, account: int
) -> tuple[Fraction | None, int, list[int | None]]:
    """Week by week and account by account."""
    last = len(rows[0]) - 1
    there = [
        [
            week + 1 >= weeks and all(one >= TARGET for one in row[week + 1 - weeks : week + 1])
            for week in range(last + 1)
        ]
        for row in rows
    ]

    def before(who: int, week: int) -> bool:
        return any(there[who][max(0, week - PAST_WEEKS + 1) : week + 1])

    missing = TARGET - rows[account][last]
    if np.isnan(missing):
        return None, 0, []
    waits = []
    for week in range(last - 1, -1, -1):
        for who, row in enumerate(rows):
            if np.isnan(row[week]) or there[who][week] or before(who, week) != before(account, last):
                continue
            until = week
            while until < last and not np.isnan(row[until + 1]) and not there[who][until]:
                until += 1
            if until > week:
                waits.append((TARGET - row[week], who, until - week, there[who][until]))
    waits.sort(key=lambda one: one[0])
    middle = (sum(one[0] < missing for one in waits) + sum(one[0] <= missing for one in waits)) // 2
    first = min(max(middle - like // 2, 0), max(len(waits) - like, 0))
    near = waits[first : first + like]
    accounts = len({one[1] for one in near})
    arrived, waiting = {}, Fraction(1)
    for week in range(1, PAST_WEEKS + 1):
        at_risk = sum(one[2] >= week for one in near)
        if at_risk == 0 and waiting > 0:
            break
        waiting *= 1 - Fraction(sum(one[2] == week and one[3] for one in near), max(at_risk, 1))
        arrived[week] = 1 - waiting
    if accounts < 10 or HORIZON not in arrived:
        return None, accounts, []
    ends = [
        next((week for week, share in arrived.items() if share >= part), None)
        for part in (Fraction(1, 5), Fraction(1, 2), Fraction(4, 5))
    ]
    return arrived[HORIZON], accounts, ends


def _said(shares: list[float], middles: list[float]) -> Forecast:
    n, nothing = len(shares), np.full(len(shares), NAN)
    return Forecast(np.array(shares), nothing, nothing, np.full(n, 30), nothing, np.array(middles), nothing, ("",) * n)


def _paced(days: list[float]) -> Paces:
    nothing = np.full(len(days), NAN)
    return Paces(np.array(days), nothing, nothing, ("",) * len(days))


def _spaced(text: str) -> str:
    """With plain spaces instead of those that keep a number and its unit on one line."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def _arriving(weeks: list[int | None]) -> np.ndarray:
    return np.array([[one is not None and week >= one for week in range(1, HORIZON + 1)] for one in weeks])


def test_what_was_forecast_is_held_against_what_came() -> None:
    """Of 24 accounts 24 x 0.5 = 12 were said to be there, 6 were: two in week 4, four in week 9.

    Days by which half should be there: week 5 of 20 of them (due), week 12 of the others (two weeks more are not over).
    Week 4 is within two weeks of 5, week 9 is not: 2 of 20. Two more were not asked: one holds it, one could not be told.
    Lines through their own weeks named week 10 for 21 who waited, four of whom were there in week 9.
    """
    came = [4, 4, 9, 9, 9, 9] + [None] * 18
    said = _said([0.5] * 24 + [0.9, NAN], [5.0] * 20 + [12.0] * 4 + [5.0, NAN])
    own = _paced([70.0] * 21 + [NAN] * 3 + [70.0, NAN])
    found = record(date(2026, 4, 1), said, own, _arriving([*came, 1, 1]), np.array([True] * 24 + [False, True]))
    assert (found.said, found.forecasts, found.arrived) == (12, 24, 6)
    assert (found.due, found.near) == (20, 2)
    assert (found.own_due, found.own_near) == (21, 4)
    assert _spaced(record_words(found)) == (
        "How such forecasts did: 13 weeks before, on 1 April 2026, they said that 12 of 24 accounts would be there by now; "
        "6 were (25 %, 12–45 %). Of 20 days by which half should be there, 2 came true within two weeks (10 %, 2.8–30 %), "
        "4 of 21 at their own pace: "
        "go by the share, not by the day."
    )


def test_too_few_forecasts_say_nothing_of_how_they_do() -> None:
    found = record(
        date(2026, 4, 1), _said([0.5] * 19, [5.0] * 19), _paced([NAN] * 19), _arriving([4] * 19), np.full(19, True)
    )
    assert not found.is_enough
    assert _spaced(record_words(found)) == (
        "How such forecasts do here cannot be said: 13 weeks before, on 1 April 2026, they could be made for 19 accounts, "
        "20 are needed."
    )
    few = _said([0.5] * 20, [5.0] + [NAN] * 19)
    few_dates = record(date(2026, 4, 1), few, _paced([NAN] * 20), _arriving([4] * 20), np.full(20, True))
    assert (few_dates.due, few_dates.near) == (1, 1)
    assert record_words(few_dates).endswith("(n = 1) to say how exact these are.")
