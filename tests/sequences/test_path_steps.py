"""Steps of paths over columns, by hand and against a reading of events one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_paths import END, OPEN, START, Seen, Step, naive_steps

from uptake.facts.path_events import PathEvents
from uptake.sequences import paths
from uptake.sequences.paths import Cut, walks

NAMES = {0: "a", 1: "b", 2: "c", paths.END: END, paths.OPEN: OPEN, paths.START: START}
KEYS = {name: key for key, name in NAMES.items()}


def followed(events: list[Seen], **cut: Any) -> list[Step]:
    """What the columns of the same events give."""
    keyed = {name: None if cut.get(name) is None else KEYS[cut[name]] for name in ("after", "before")}
    found = walks(
        np.array([int(one.entity) for one in events], np.int64),
        np.array([one.at for one in events], np.int64),
        np.array([KEYS[one.node] for one in events], np.int64),
        Cut(**{**cut, **keyed}),
    ).steps
    columns = (
        found.entity,
        found.path,
        found.anchor_at,
        found.position,
        found.origin,
        found.target,
        found.microseconds,
    )
    assert (found.is_first == (found.position == (-1 if Cut(**{**cut, **keyed}).is_backward else 1))).all()
    return [
        Step(str(entity), path, at, position, NAMES[origin], NAMES[target], None if took < 0 else took)
        for entity, path, at, position, origin, target, took in zip(*(one.tolist() for one in columns), strict=True)
    ]


def seen(text: str) -> list[Seen]:
    """Events of one entity: a letter and the minute it happened in, with blanks between."""
    return [Seen("1", int(one[1:]), one[0]) for one in text.split()]


def edges(found: list[Step]) -> list[tuple[int, str, str]]:
    return [(one.position, one.origin, one.target) for one in found]


def test_a_gap_of_exactly_30_splits_and_29_does_not() -> None:
    found = followed(seen("a0 b29 c59"), gap=30, depth=5, until=1000)
    assert [(one.path, one.origin, one.target) for one in found] == [(0, "a", "b"), (0, "b", END), (1, "c", END)]


def test_repeats_are_one_visit_at_the_last_of_them() -> None:
    """a at 0, 5 and 10, b at 12: the step took 2, and 12 minutes are no pause of 11, as the repeats stand between."""
    (step, _) = followed(seen("a0 a5 a10 b12"), gap=11, depth=5, until=1000)
    assert (step.origin, step.target, step.took, step.anchor_at) == ("a", "b", 2, 10)


def test_a_path_that_may_go_on_has_no_end_yet() -> None:
    """Last seen at 10: over at 40, when nothing has come for 30; at 39 something still may."""
    assert followed(seen("a10"), gap=30, depth=5, until=40)[0].target == END
    assert followed(seen("a10"), gap=30, depth=5, until=39)[0].target == OPEN


def test_after_begins_with_the_first_and_before_leads_to_the_first() -> None:
    events = seen("c0 a1 b2 a3 c4 b5 c6")
    asked = {"gap": 30, "depth": 4, "until": 1000}
    assert edges(followed(events, after="b", **asked)) == [(1, "b", "a"), (2, "a", "c"), (3, "c", "b")]
    assert edges(followed(events, before="b", **asked)) == [(-3, START, "c"), (-2, "c", "a"), (-1, "a", "b")]
    assert edges(followed(events, after="a", before="c", **asked)) == [(1, "a", "b"), (2, "b", "a"), (3, "a", "c")]
    assert followed(events, after="a", before="c", is_dropped=True, **asked) == []
    assert edges(followed(seen("a0 b1"), after="a", before="c", is_dropped=True, **asked)) == [
        (1, "a", "b"),
        (2, "b", END),
    ]


def test_depth_cuts_without_an_end() -> None:
    """Three visits and a depth of three: whether the path ended there is not looked at."""
    assert edges(followed(seen("a0 b1 c2"), gap=30, depth=3, until=1000)) == [(1, "a", "b"), (2, "b", "c")]
    assert edges(followed(seen("a0 b1"), gap=30, depth=3, until=1000)) == [(1, "a", "b"), (2, "b", END)]


def test_nothing_gives_nothing() -> None:
    for cut in ({}, {"after": "a"}, {"before": "a"}, {"after": "a", "before": "b"}):
        assert followed([], gap=30, depth=3, until=10, **cut) == []


def test_entities_are_followed_in_parts_of_which_none_is_cut() -> None:
    """Entities of 1, 3 and 2 events: of two events at a time the second part is longer."""
    at, node = np.array([0, 0, 1, 2, 0, 9], np.int64), np.array([0, 0, 1, 0, 1, 0])
    events = PathEvents(np.array([5, 6, 9]), np.array([0, 1, 4, 6]), at, np.array([7, 8]), node)
    assert [[one.tolist() for one in part] for part in events.parts(rows=2)] == [
        [[0, 1, 1, 1], [0, 0, 1, 2], [0, 0, 1, 0]],
        [[2, 2], [0, 9], [1, 0]],
    ]
    assert [part.entity.tolist() for part in events.before(1).parts(rows=1)] == [[0], [1], [2]]
    assert [part.entity.tolist() for part in events.before(0).parts()] == [[]]


def test_nodes_are_named_anew_and_those_without_a_name_are_no_events() -> None:
    """Entities of 1, 3 and 2 events of the nodes 7, 8 and 9."""
    at, node = np.array([0, 0, 1, 2, 0, 9], np.int64), np.array([0, 0, 1, 2, 1, 0], np.uint8)
    events = PathEvents(np.array([5, 6, 9]), np.array([0, 1, 4, 6]), at, np.array([7, 8, 9]), node)

    def named(names: dict[int, int]) -> list[tuple[int, int, int]]:
        found = events.named(names)
        owners = np.repeat(found.entities, np.diff(found.starts))
        return [*zip(owners.tolist(), found.at.tolist(), found.nodes.take(found.node).tolist(), strict=True)]

    assert named({7: 30, 8: 2, 9: 1}) == [(5, 0, 30), (6, 0, 30), (6, 1, 2), (6, 2, 1), (9, 0, 2), (9, 9, 30)]
    assert named({7: 2, 8: 2, 9: 1}) == [(5, 0, 2), (6, 0, 2), (6, 1, 2), (6, 2, 1), (9, 0, 2), (9, 9, 2)]
    assert named({8: 3, 9: 3}) == [(6, 1, 3), (6, 2, 3), (9, 0, 3)]
    assert named({}) == []


EVENTS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 120), st.sampled_from("abc")), max_size=25).map(
    lambda rows: [Seen(str(entity), at, node) for entity, at, node in sorted(rows, key=lambda row: row[:2])]
)


@settings(max_examples=400)
@given(
    events=EVENTS,
    gap=st.integers(1, 40),
    depth=st.integers(2, 6),
    until=st.integers(100, 170),
    after=st.sampled_from([None, "a", "b"]),
    before=st.sampled_from([None, "a", "b", "c"]),
    dropped=st.booleans(),
)
def test_columns_give_what_reading_one_by_one_gives(
    events: list[Seen], gap: int, depth: int, until: int, after: str | None, before: str | None, dropped: bool
) -> None:
    cut: dict[str, Any] = {"gap": gap, "depth": depth, "until": until, "after": after, "before": before}
    cut["is_dropped"] = dropped and None not in (after, before)
    found = followed(events, **cut)
    assert found == naive_steps(events, **cut)
    firsts = [one for one in found if one.position == (-1 if after is None and before is not None else 1)]
    assert len({one.path for one in found}) == len(firsts)  # each path has one first step
