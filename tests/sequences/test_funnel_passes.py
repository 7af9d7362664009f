"""Funnels by hand: windows, entries and what comes out."""

from __future__ import annotations

import numpy as np
from funnel_by_hand import asked, depths, times

from uptake.sequences.rules import DAY, Entry, Rules


def test_other_events_may_lie_between_and_who_never_enters_is_not_there() -> None:
    outcome = asked("ABC", "A1 X2 C3 B4 X5 C6", "B1 C2", "X0 A3")
    assert outcome.entity.tolist() == [0, 2]
    assert outcome.entered_at.tolist() == [1, 3]
    assert depths(outcome) == [3, 1]
    assert times(outcome) == [1, 4, 6]
    assert times(outcome, 1) == [3, None, None]
    assert outcome.counts_by_step.tolist() == [2, 1, 1]


def test_events_of_two_entities_are_never_one_pass() -> None:
    assert depths(asked("AB", "A1", "B2 A3", "B4")) == [1, 1]


def test_without_events_nobody_enters() -> None:
    outcome = asked("AB")
    assert outcome.entity.tolist() == []
    assert outcome.instants.shape == (0, 2)
    assert outcome.counts_by_step.tolist() == [0, 0]


def test_the_bound_of_the_window_is_within_it() -> None:
    window = 14 * DAY
    outcome = asked("AB", f"A0 B{window}", f"A0 B{window + 1}", rules=Rules(window=window))
    assert depths(outcome) == [2, 1]


def test_the_window_counts_from_the_first_step_not_from_the_last() -> None:
    assert depths(asked("ABC", "A0 B6 C12", rules=Rules(window=10))) == [2]


def test_the_bound_of_a_window_of_a_step_is_within_it() -> None:
    rules = Rules(step_windows=[None, 5])
    assert depths(asked("AB", "A0 B5", "A0 B6", rules=rules)) == [2, 1]


def test_the_first_event_of_a_step_may_be_too_early_for_the_window_of_the_next() -> None:
    """B at 1 is 9 before C, B at 8 only 2; the greedy choice would stop at B."""
    outcome = asked("ABC", "A0 B1 B8 C10", rules=Rules(step_windows=[None, None, 5]))
    assert times(outcome) == [0, 8, 10]


def test_windows_of_steps_choose_the_earliest_events_that_go_as_deep() -> None:
    outcome = asked("ABC", "A0 B1 B6 B7 C10 C11", rules=Rules(step_windows=[None, None, 5], window=10))
    assert times(outcome) == [0, 6, 10]


def test_windows_of_steps_do_not_stretch_the_window_of_the_pass() -> None:
    outcome = asked("ABC", "A0 B4 C8", rules=Rules(step_windows=[None, 5, 5], window=6))
    assert times(outcome) == [0, 4, None]


def test_who_goes_equally_deep_twice_counts_with_the_entry_that_is_asked_for() -> None:
    history = "A0 A1 B2 A3 B4 A5"
    expected: dict[Entry, list[int | None]] = {"earliest": [0, 2], "closest": [1, 2], "latest": [3, 4], "first": [0, 2]}
    for entry, instants in expected.items():
        assert times(asked("AB", history, rules=Rules(entry=entry))) == instants


def test_only_the_first_entry_counts_where_that_is_asked_for() -> None:
    """The first A is 11 before C and its window is not begun again at the second."""
    assert depths(asked("ABC", "A0 A5 B6 C11", rules=Rules(window=10, entry="first"))) == [2]
    assert depths(asked("ABC", "A0 A5 B6 C11", rules=Rules(window=10))) == [3]


def test_a_user_with_each_value_of_a_property_counts_once() -> None:
    """User 7 browses item 1 and buys it; user 8 browses one and buys the other."""
    outcome = asked("AB", "A3", "A5 B6", "A0", "B1")
    merged = outcome.best_by(np.array([7, 7, 8]), "earliest")
    assert merged.entity.tolist() == [7, 8]
    assert depths(merged) == [2, 1]
    assert merged.counts_by_step.tolist() == [2, 1]
    assert depths(outcome.best_by(np.array([7, 7, 8]), "first")) == [1, 1]


def test_instants_read_as_dates_with_the_missing_ones_as_such() -> None:
    assert np.isnat(asked("AB", "A0").instants.view("M8[us]")).tolist() == [[False, True]]
