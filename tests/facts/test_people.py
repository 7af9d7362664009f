"""Who became whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from uptake.facts.people import resolve

LINKS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=12)


@given(LINKS)
def test_everyone_ends_up_as_somebody_who_stays(links: list[tuple[int, int]]) -> None:
    became = resolve(links)
    assert not became.keys() & set(became.values())
    assert became.keys() <= {previous for previous, _ in links}


@given(LINKS)
def test_the_two_of_the_latest_link_are_one_person(links: list[tuple[int, int]]) -> None:
    became = resolve(links)
    if links:
        previous, user = links[-1]
        assert became.get(previous, previous) == became.get(user, user)


@given(st.permutations(range(1, 7)))
def test_links_without_a_circle_join_exactly_those_they_connect(order: list[int]) -> None:
    """Two chains of three, linked in any order, are two persons, named by their ends."""
    links = [(order[0], order[1]), (order[1], order[2]), (order[3], order[4]), (order[4], order[5])]
    ends = {order[0]: order[2], order[1]: order[2], order[3]: order[5], order[4]: order[5]}
    assert resolve(links) == ends
    assert resolve(links[::-1]) == ends


def test_a_later_link_of_the_same_id_replaces_the_earlier() -> None:
    assert resolve([(1, 2), (1, 3)]) == {1: 3}
    assert resolve([(1, 2), (2, 3), (1, 4)]) == {1: 4, 2: 3}
