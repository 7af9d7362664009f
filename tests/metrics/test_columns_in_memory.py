"""Numbers of entities, and facts of days and spans by these numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from quick_world import workspace

import uptake
from uptake.facts import entity_days
from uptake.facts.day_order import DayOrder, Everyone, Numbered, Successions
from uptake.metrics.parts import span_counts
from uptake.metrics.parts.feature_lives import NEVER, Rule, life
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

__all__ = ["workspace"]  # a fixture


def test_keys_have_numbers_whether_they_are_listed_or_searched_for() -> None:
    """3, 5 and 9 are 0, 1 and 2; far apart they are searched for. Whoever is not known has none."""
    for far in (0, 2**40):
        everyone = Everyone(np.array([3, 5, 9], np.int64) + far)
        assert everyone.numbers(np.array([9, 3, 4, 5, 20, 9]) + far).tolist() == [2, 0, -1, 1, -1, 2]
    assert Everyone(np.empty(0, np.int64)).numbers(np.array([1])).tolist() == [-1]


def test_users_in_several_accounts_have_a_number_for_each() -> None:
    """Users 1 to 9 are in account 2, users 4 and 5 in account 7 as well: the lower half of a key does not tell them apart."""
    members = np.array([*(2 << 32 | user for user in range(1, 10)), 7 << 32 | 4, 7 << 32 | 5])
    asked = np.array([7 << 32 | 5, 2 << 32 | 5, 2 << 32 | 9, 7 << 32 | 9, 3 << 32 | 4, 2 << 32 | 4, 2 << 32 | 99])
    assert Everyone(members).numbers(asked).tolist() == [10, 4, 8, -1, -1, 3, -1]


def test_what_stands_for_no_value_is_what_was_asked_for(workspace: uptake.Workspace) -> None:
    """The same values are read twice, with something else for who has none: two and three."""
    values = "SELECT * FROM (VALUES (1, 10), (2, NULL), (4, 30)) said(entity_key, value)"
    everybody = "SELECT unnest([1, 2, 3, 4]) AS entity_key"

    def read(cursor: Cursor) -> list[list[int]]:
        facts = Numbered(cursor, Kept(), "UTC", everybody)
        return [facts.told(values, missing).tolist() for missing in (-1, 0)]

    assert workspace.read(read) == [[10, -1, -1, 30], [10, 0, 0, 30]]


def test_who_could_use_a_feature_now_and_then_has_a_span_for_each_time() -> None:
    """Over four periods: 0 never could, 1 from the second on, 2 in the first and the last, 3 all the time, 4 once."""
    could = np.array([[0, 0, 1, 1, 0], [0, 1, 0, 1, 1], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0]], bool)
    first, second = span_counts.spans_of(iter(could), 5, 4)
    assert first.begins.tolist() == [4, 1, 0, 0, 1]
    assert first.ends.tolist() == [4, 4, 1, 4, 2]
    assert (second.begins.tolist(), second.ends.tolist()) == ([4, 4, 3, 4, 4], [4, 4, 4, 4, 4])


def test_a_life_is_made_of_days_of_use() -> None:
    """Adopted on 3 days within 10, silent after 5 days: 0 on its third day, with a pause and an end; 1 too late; 2 too seldom.

    0 uses it on days 10 (twice), 12, 15, 16 and 30; 1 on 10, 12 and 20; 2 on 40 and 41.
    """
    days = [(0, 10), (0, 10), (1, 10), (0, 12), (1, 12), (0, 15), (0, 16), (1, 20), (0, 30), (2, 40), (2, 41)]
    number, day = np.array(days, np.int32).T
    lives, silences = life(DayOrder(number, day.astype(np.uint16)), Rule(3, 10, 5))
    assert lives.number.tolist() == [0, 1, 2]
    assert lives.values["first_on"].tolist() == [10, 10, 40]
    assert lives.values["adopted_on"].tolist() == [15, NEVER, NEVER]
    assert (silences.number.tolist(), silences.values["last_on"].tolist()) == ([0, 0], [16, 30])
    assert silences.values["next_on"].tolist() == [30, NEVER]
    nobody, nothing = life(DayOrder(np.empty(0, np.int32), np.empty(0, np.uint16)), Rule(1, 1, 1))
    assert (len(nobody.number), len(nothing.number)) == (0, 0)


def test_who_changes_groups_has_a_span_in_each() -> None:
    """Over four periods: 0 is in the first group all the time, 1 in the second, then the first, 2 left out in between."""
    groups = np.array([[1, 2, 2], [1, 2, 0], [1, 1, 0], [1, 1, 2]], np.int8)
    first, second = span_counts.spans_of(iter(groups), 3, 4)
    assert (first.begins.tolist(), first.ends.tolist(), first.group.tolist()) == ([0, 0, 0], [4, 2, 1], [0, 1, 1])
    assert (second.begins.tolist(), second.ends.tolist(), second.group.tolist()) == ([4, 2, 3], [4, 4, 4], [0, 0, 1])


def test_days_are_in_the_same_order_where_keys_are_too_large_to_be_packed(
    workspace: uptake.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace.projection.reading() as cursor:
        sql = "SELECT user_key AS entity_key, day, bits, is_active FROM feature_set"
        packed = entity_days.read(cursor, Kept(), sql, "")
        monkeypatch.setattr(entity_days, "MOST_PACKED", 0)
        sorted_twice = entity_days.read(cursor, Kept(), sql, "")
        for name in ("entity", "day"):
            np.testing.assert_array_equal(getattr(packed, name), getattr(sorted_twice, name))
        for name in ("bits", "is_active"):
            np.testing.assert_array_equal(packed.values[name], sorted_twice.values[name])


def test_features_beyond_the_first_word_of_bits_are_counted(tmp_path: Path) -> None:
    """130 features, three words: u1 uses the first, the 65th and the last (by name), u2 a hidden one."""
    names = [f"f{number:03}" for number in range(130)]
    lines = [f"  {name}: {{events: [{name}]}}" for name in names]
    lines[3] = "  f003: {events: [f003], tag: hidden}"
    home = uptake.init(tmp_path / "many", {"plan.yml": "\n".join(["features:", *lines])})
    events = pa.table(
        {
            "user_id": ["u1", "u1", "u1", "u1", "u2"],
            "event": ["f000", "f000", "f064", "f129", "f003"],
            "timestamp": [f"2026-03-0{day}T10:00:00Z" for day in (1, 2, 2, 3, 3)],
        }
    )
    with uptake.open(home.folder) as workspace:
        workspace.import_events(events)
        assert workspace.rows_of("SELECT DISTINCT word FROM feature_set ORDER BY word") == [
            {"word": 0}, {"word": 1}, {"word": 2},
        ]  # fmt: skip
        used = workspace.metric("features_used").rows[0]
        assert (used["n"], used["estimate"]) == (2, 1.5)
        assert workspace.metric("breadth").rows[0]["estimate"] == pytest.approx(3 / 129 / 2)


def test_what_everybody_was_is_looked_up_once_between_two_changes() -> None:
    """1 is red from the 2nd to the 5th; 3 is blue from the 4th on. A day begins what it says and ends what was before."""
    days = [np.datetime64(f"2026-01-0{day}", "us") for day in (2, 4, 5)]
    spans = Successions(
        np.array([0, 0, 1, 1, 2], np.int32),
        np.array([1, 3], np.int32),
        np.array([days[0], days[1]]),
        np.array([days[2], np.datetime64("9999-12-31", "us")]),
        np.array([7, 8]),
        np.array([*days, np.datetime64("9999-12-31", "us")]),
    )
    moment = np.timedelta64(1, "us")
    assert spans.just_before(days[0], 0).tolist() == [0, 0, 0, 0]
    assert spans.just_before(days[0] + moment, 0).tolist() == [0, 7, 0, 0]
    assert spans.just_before(days[2], 0).tolist() == [0, 7, 0, 8]
    assert spans.just_before(days[2] + moment, 0).tolist() == [0, 0, 0, 8]
    stretches = [spans.stretch(at) for day in days for at in (day, day + moment)]
    assert stretches == [0, 1, 1, 2, 2, 3]
    who = np.array([1, 1, 3, 0, -1], np.int32)
    at = np.array([days[2], days[2] + moment, days[2], days[2], days[2]])
    assert spans.just_before_each(who, at, 0).tolist() == [7, 0, 8, 0, 0]
