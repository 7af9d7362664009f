"""Alerts in levels, by hand and against a machine that goes day by day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.alerts.crossings import NEVER, crossings
from uptake.scores.spans import NOTHING, Spans

LEVELS = {"c": 0, "b": 1, "o": 2, ".": NOTHING}


def found(days: list[str], quiet_days: int = 0) -> list[tuple[int, int, int]]:
    """(who, day, cleared) of levels that are written as a letter a day: clear, between, over, or nothing."""
    whole = np.array([[LEVELS[letter] for letter in row] for row in days], dtype=np.int64)
    spans = Spans(1)
    spans.know(np.arange(len(days)))
    ended = [spans.add(whole[None]), spans.end()]
    key, begins, level = (
        np.concatenate([np.asarray(part).astype(np.int64) for part in parts])
        for parts in zip(*((one.key, one.begins, one.values[0]) for one in ended), strict=True)
    )
    order = np.lexsort((begins, key))
    made = crossings(key[order], begins[order], level[order], quiet_days)
    return list(zip(made.key.tolist(), made.day.tolist(), made.cleared.tolist(), strict=True))


@pytest.mark.parametrize(
    ("days", "quiet_days", "expected"),
    [
        ("ccoocc", 0, [(2, 4)]),  # told on the day it begins, not on the next
        ("oooooo", 0, []),  # a level from the first day on is no crossing
        ("..oooo", 0, []),  # nor is the first thing that is known
        ("bboooo", 0, [(2, NEVER)]),  # it was not over before, though not clear either
        ("cobobo", 0, [(1, NEVER)]),  # it wavers between the two thresholds: told once
        ("obobco", 0, [(5, NEVER)]),  # was over from the beginning, so it has to clear first
        ("coco.o", 0, [(1, 2), (3, NEVER)]),  # a day of which nothing is known changes nothing
        ("c..o..", 0, [(3, NEVER)]),
        ("cococo", 3, [(1, 2), (5, NEVER)]),  # day 3 is two days after day 1, day 5 is four
        ("cococo", 2, [(1, 2), (3, 4), (5, NEVER)]),
        ("......", 0, []),
    ],
)
def test_by_hand(days: str, quiet_days: int, expected: list[tuple[int, int]]) -> None:
    assert found([days], quiet_days) == [(0, *one) for one in expected]


def day_by_day(days: str, quiet_days: int) -> list[tuple[int, int]]:
    """The same, told by somebody who looks every evening and remembers."""
    told: list[tuple[int, int]] = []
    is_armed, is_known, was_over, last = False, False, False, -1000
    for day, letter in enumerate(days):
        if letter == "o":
            if (is_armed or (is_known and not was_over)) and day - last >= quiet_days:
                later = days.find("c", day)
                told.append((day, later))
                last = day
            is_armed, was_over = False, True
        elif letter == "c":
            is_armed = True
        is_known = is_known or letter != "."
    return told


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("cbo.", min_size=12, max_size=12), min_size=1, max_size=6), st.integers(0, 6))
def test_all_at_once_is_as_day_by_day(days: list[str], quiet_days: int) -> None:
    expected = [(who, *one) for who, row in enumerate(days) for one in day_by_day(row, quiet_days)]
    assert found(days, quiet_days) == expected
