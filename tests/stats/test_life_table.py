import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.life_table import LifeTable, from_counts, from_durations, from_sorted_counts

people = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40)


def assert_same(table: LifeTable, expected: LifeTable) -> None:
    for column, other in zip(table, expected, strict=True):
        np.testing.assert_array_equal(column, other)


def test_five_people_by_hand() -> None:
    table = from_durations([3, 1, 3, 5, 3], [True, False, True, True, False])
    assert table.times.tolist() == [0, 1, 3, 5]
    assert table.at_risk.tolist() == [5, 5, 4, 1]
    assert table.events.tolist() == [0, 0, 2, 1]


def test_who_reached_it_at_once_stands_in_the_first_line() -> None:
    table = from_durations([0, 0, 4], [1, 0, 1])
    assert table.times.tolist() == [0, 4]
    assert table.at_risk.tolist() == [3, 1]
    assert table.events.tolist() == [1, 1]


def test_nobody_gives_an_empty_table() -> None:
    for table in (from_durations([], []), from_counts([], [], []), from_counts([3, 4], [0, 0], [0, 0])):
        assert [column.size for column in table] == [0, 0, 0]


@given(people)
def test_counts_give_what_the_people_behind_them_give(people: list[tuple[int, bool]]) -> None:
    durations = [duration for duration, _ in people]
    reached = [flag for _, flag in people]
    days = np.random.default_rng(0).permutation(15)
    events = [people.count((day, True)) for day in days]
    censored = [people.count((day, False)) for day in days]
    assert_same(from_counts(days, events, censored), from_durations(durations, reached))


@given(people.filter(len))
def test_everybody_leaves_exactly_once(people: list[tuple[int, bool]]) -> None:
    durations, reached = zip(*people, strict=True)
    table = from_durations(durations, reached)
    assert table.times[0] == 0
    assert (np.diff(table.times) > 0).all()
    assert table.at_risk.tolist() == [sum(duration >= time for duration in durations) for time in table.times]
    assert table.events.sum() == sum(reached)


def test_a_duration_may_come_in_several_lines() -> None:
    assert_same(from_counts([2, 2, 2], [1, 0, 3], [0, 1, 0]), from_counts([2], [4], [1]))


def test_microseconds_of_a_century_stay_exact() -> None:
    century = 100 * 365 * 86_400 * 10**6
    assert from_durations([century, century + 1], [1, 1]).times.tolist() == [0, century, century + 1]


@pytest.mark.parametrize("duration", [-1, None, float("inf")])
def test_a_duration_that_is_none_is_refused(duration: float | None) -> None:
    with pytest.raises(ValueError, match="finite and at least 0"):
        from_durations([duration], [True])


@pytest.mark.parametrize("flag", [None, 2, 0.5, -1])
def test_reached_is_true_or_false(flag: float | None) -> None:
    with pytest.raises(ValueError, match="true or false"):
        from_durations([1], [flag])


@pytest.mark.parametrize("count", [None, -1, 0.5, float("inf")])
def test_a_count_that_counts_nothing_is_refused(count: float | None) -> None:
    with pytest.raises(ValueError, match="whole number"):
        from_counts([1], [count], [0])
    with pytest.raises(ValueError, match="whole number"):
        from_counts([1], [0], [count])


def test_columns_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 durations, 1 counts of events"):
        from_durations([1, 2], [True])


@given(st.lists(people.filter(bool), max_size=5))
def test_groups_that_were_counted_in_order_have_the_tables_of_each_alone(groups: list[list[tuple[int, bool]]]) -> None:
    counted = [
        (number, time, sum(reached for at, reached in group if at == time), sum(at == time for at, _ in group))
        for number, group in enumerate(groups)
        for time in sorted({at for at, _ in group})
    ]
    number, times, events, everybody = np.array(counted, np.int64).reshape(-1, 4).T
    edges = np.searchsorted(number, np.arange(len(groups) + 1))
    tables = from_sorted_counts(times, events, everybody - events, edges)
    for table, group in zip(tables, groups, strict=True):
        assert_same(table, from_durations(*zip(*group, strict=True)))
