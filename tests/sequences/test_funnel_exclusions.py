"""Funnels by hand: what may not happen between steps, and what need not."""

from __future__ import annotations

import pytest
from funnel_by_hand import asked, depths, times

from uptake.sequences.rules import Entry, Rules


def test_an_excluded_event_stops_the_pass_or_removes_the_entity() -> None:
    histories = ("A0 X1 B2", "A0 X1", "A0 B1 X2", "X0 A1 B2", "A0 X1 A2 B3", "A0 B1 A2 X3 B4")
    kept = asked("AB", *histories, exclude=[("X", 0, 1)])
    assert depths(kept) == [1, 1, 2, 2, 2, 2]
    assert kept.is_spoilt.tolist() == [True, True, False, False, False, False]
    removed = asked("AB", *histories, rules=Rules(exclusion="remove"), exclude=[("X", 0, 1)])
    assert depths(removed) == [0, 0, 2, 2, 2, 2]
    assert times(removed) == [None, None]
    assert removed.entered_at.tolist()[0] == 0
    assert removed.counts_by_step.tolist() == [4, 4]


def test_an_excluded_event_undoes_a_pass_down_to_its_entry() -> None:
    """The third history has two clean steps at its end, the fourth did all before; in any order, or in this one."""
    histories = ("A0 B1 X2 C3", "A0 B1 X2", "A0 B1 X2 A3 B4", "A0 B1 C2 X3")
    for order in ("ordered", "unordered"):
        rules = Rules(order=order, exclusion="undo")
        assert depths(asked("ABC", *histories, rules=rules, exclude=[("X", 0, 2)])) == [1, 1, 2, 3]


def test_an_excluded_event_after_the_window_does_not_spoil() -> None:
    outcome = asked("AB", "A0 X5", "A0 X6", rules=Rules(window=5, exclusion="remove"), exclude=[("X", 0, 1)])
    assert depths(outcome) == [0, 1]


def test_an_excluded_event_when_the_next_step_cannot_come_any_more_does_not_spoil() -> None:
    rules = Rules(step_windows=[None, 5])
    assert asked("AB", "A0 X5", "A0 X6", rules=rules, exclude=[("X", 0, 1)]).is_spoilt.tolist() == [True, False]
    rules = Rules(order="strict")
    assert asked("AB", "A0 X1", "A0 Y1 X2", rules=rules, exclude=[("X", 0, 1)]).is_spoilt.tolist() == [True, False]


def test_a_spoilt_pass_counts_as_one_step_deeper_than_it_was_clean() -> None:
    """What is spoilt before B counts as deep as B, so the clean pass that ends at B is as deep."""
    rules = Rules(exclusion="remove")
    assert depths(asked("ABC", "A0 X1 B2 C3 A4 B5", "A0 B1 X2 C3 A4 B5", rules=rules, exclude=[("X", 0, 2)])) == [2, 0]


def test_an_entry_forgotten_for_a_later_one_does_not_save_the_entity() -> None:
    """The window of the first entry ends before the excluded event, that of the second does not."""
    expected: dict[Entry, list[int]] = {"earliest": [2], "closest": [0]}
    for entry, found in expected.items():
        rules = Rules(window=6, entry=entry, exclusion="remove")
        assert depths(asked("ABC", "A0 A2 B3 X7", rules=rules, exclude=[("X", 1, 2)])) == found


def test_what_is_excluded_between_two_steps_may_happen_between_others() -> None:
    assert depths(asked("ABC", "A0 X1 B2 C3", "A0 B1 X2 C3", exclude=[("X", 1, 2)])) == [3, 2]
    assert depths(asked("ABC", "A0 X1 B2 C3", "A0 B1 X2 C3", exclude=[("X", 0, 1)])) == [1, 3]
    assert depths(asked("ABC", "A0 X1 B2 C3", "A0 B1 X2 C3", exclude=[("X", 0, 2)])) == [1, 2]


def test_a_deeper_pass_that_is_spoilt_removes_although_a_shallower_one_is_clean() -> None:
    rules = Rules(exclusion="remove")
    assert depths(asked("ABC", "A0 B1 X2 C3 A4 B5", rules=rules, exclude=[("X", 1, 2)])) == [0]


def test_an_excluded_event_that_is_the_step_itself_does_not_spoil() -> None:
    assert depths(asked("AB", "A0 A1 B2", exclude=[("A", 0, 1)])) == [2]
    assert depths(asked("AB", "A0 A1 B2", rules=Rules(entry="first"), exclude=[("A", 0, 1)])) == [1]


def test_within_the_tolerance_an_excluded_event_is_forgiven() -> None:
    rules = Rules(tolerance=2)
    assert depths(asked("AB", "A0 X2 B9", "A0 X3 B9", "A0 X7 B9", rules=rules, exclude=[("X", 0, 1)])) == [2, 1, 2]


def test_an_excluded_event_ends_the_window_where_there_is_no_order() -> None:
    rules = Rules(order="unordered")
    assert depths(asked("ABC", "B0 X1 A2", "B0 A1 X2 C3", rules=rules, exclude=[("X", 0, 2)])) == [1, 2]


def test_optional_steps_are_counted_where_done_and_missed_by_nobody() -> None:
    rules = Rules(optional=[1])
    outcome = asked("AOB", "A0 O1 B2", "A0 B2", "A0 O1", "O0 A1 B2 O3", "A0 B1 O2 B3", rules=rules)
    assert depths(outcome) == [2, 2, 1, 2, 2]
    assert outcome.done[:, 1].tolist() == [True, False, True, False, False]
    assert outcome.counts_by_step.tolist() == [5, 2, 4]


def test_optional_steps_keep_their_order_and_one_may_be_skipped() -> None:
    outcome = asked("AOPB", "A0 O1 P2 B3", "A0 P1 B3", "A0 P1 O2 B3", rules=Rules(optional=[1, 2]))
    assert [times(outcome, line) for line in range(3)] == [[0, 1, 2, 3], [0, None, 1, 3], [0, 2, None, 3]]


@pytest.mark.parametrize(
    ("history", "rules", "is_done"),
    [
        ("A0 O5 B7", Rules(optional=[1], step_windows=[None, 5, None]), True),
        ("A0 O6 B7", Rules(optional=[1], step_windows=[None, 5, None]), False),
        ("A0 O5", Rules(optional=[1], window=5), True),
        ("A0 O6", Rules(optional=[1], window=5), False),
        ("A0 O1", Rules(optional=[1], order="strict"), True),
        ("A0 Y1 O2", Rules(optional=[1], order="strict"), False),
        ("A0 B2 O3", Rules(optional=[1]), False),
        ("A0 B2 O3", Rules(optional=[1], tolerance=1), True),
        ("A0 B2 O4", Rules(optional=[1], tolerance=1), False),
        ("A0 O1 X2", Rules(optional=[1]), True),
        ("A0 X1 O2", Rules(optional=[1]), False),
    ],
)
def test_optional_steps_keep_the_limits_of_the_pass(history: str, rules: Rules, is_done: bool) -> None:
    assert asked("AOB", history, rules=rules, exclude=[("X", 0, 2)]).done[0, 1] == is_done


def test_optional_steps_may_lie_between_in_strict_order() -> None:
    rules = Rules(order="strict", between="nothing", optional=[1])
    assert depths(asked("AOB", "A0 O1 B2", "A0 B1", "A0 X1 B2", rules=rules)) == [2, 2, 1]
