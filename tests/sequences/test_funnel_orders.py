"""Funnels by hand: ties, strict order, any order, one event for one step."""

from __future__ import annotations

import numpy as np
import pytest
from funnel_by_hand import asked, depths, times

from uptake.sequences.events import Events
from uptake.sequences.funnel import funnel
from uptake.sequences.rules import Between, Rules

SECOND = 1_000_000


def test_a_step_named_twice_needs_two_events() -> None:
    """Golden case 8, in every order and with ties left open."""
    for rules in (Rules(), Rules(order="strict"), Rules(order="unordered"), Rules(tolerance=0), Rules(tolerance=2)):
        assert depths(asked("AAB", "A0 B1", "A0 A0 B1", rules=rules))[1:] == [3]
    assert depths(asked("AAB", "A0 B1")) == [1]
    assert depths(asked("AAB", "A0 B1", rules=Rules(order="unordered"))) == [2]
    assert depths(asked("AA", "A0", rules=Rules(tolerance=0))) == [1]


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [(None, [2, 1, 1, 1, 1]), (0, [2, 2, 1, 1, 1]), (SECOND, [2, 2, 2, 1, 1]), (2 * SECOND, [2, 2, 2, 2, 1])],
)
def test_both_orders_count_within_the_tolerance(tolerance: int | None, expected: list[int]) -> None:
    """Golden case 7: arrival decides here; PostHog frees one instant, Amplitude 1 s, Mixpanel 2 s."""
    histories = ("A0 B0", "B0 A0", f"B0 A{SECOND}", f"B0 A{2 * SECOND}", f"B0 A{2 * SECOND + 1}")
    assert depths(asked("AB", *histories, rules=Rules(tolerance=tolerance))) == expected


def test_a_step_that_is_missing_is_not_passed_over_where_ties_are_open() -> None:
    assert depths(asked("ABC", "A0 C1", "A0 C0", rules=Rules(tolerance=0))) == [1, 1]


def test_instants_at_the_ends_of_time_are_not_mixed_up_where_ties_are_open() -> None:
    history = f"A{-4 * 10**18} B{4 * 10**18} A{4 * 10**18}"
    outcome = asked("AB", *[history] * 5, rules=Rules(tolerance=0, entry="latest"))
    assert depths(outcome) == [2] * 5
    assert times(outcome, 4) == [4 * 10**18] * 2


def test_what_may_lie_between_in_strict_order() -> None:
    histories = ("A0 B1 C2", "A0 B1 B2 C3", "A0 B1 A2 C3", "A0 X1 A2 B3 C4", "A0 B1 X2 C3", "X0 A1 B2 C3")
    expected: dict[Between, list[int]] = {
        "nothing": [3, 2, 2, 3, 2, 3],
        "repeats": [3, 3, 2, 3, 2, 3],
        "halt": [3, 3, 3, 1, 2, 3],
    }
    for between, found in expected.items():
        assert depths(asked("ABC", *histories, rules=Rules(order="strict", between=between))) == found


def test_a_step_that_comes_too_late_does_not_halt() -> None:
    rules = Rules(order="strict", between="halt", window=5)
    assert depths(asked("AB", "A0 B9 A10 B11", "A0 X9 A10 B11", rules=rules)) == [2, 1]


def test_nobody_enters_again_after_a_halt() -> None:
    rules = Rules(order="strict", between="halt", entry="latest")
    assert asked("AB", "A0 A1 X2 A3", rules=rules).entered_at.tolist() == [1]


def test_any_step_may_begin_where_there_is_no_order() -> None:
    outcome = asked("ABC", "C0 A4 B10", "C0 A4 B11", "B5", rules=Rules(order="unordered", window=10))
    assert depths(outcome) == [3, 2, 1]
    assert times(outcome) == [0, 4, 10]
    assert outcome.counts_by_step.tolist() == [3, 2, 1]


def test_an_event_that_fits_two_steps_serves_the_one_that_lets_more_steps_be_done() -> None:
    """The first event fits steps 0 and 1, the second only 0: so the first serves 1."""
    steps = [np.array([True, True]), np.array([True, False])]
    events = Events(np.array([1, 1]), np.array([0, 1]), steps)
    assert depths(funnel(events, Rules(order="unordered"))) == [2]
