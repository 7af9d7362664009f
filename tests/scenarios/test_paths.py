"""Paths through the real import: by hand, and against a reading of events one by one."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_paths import Seen, naive_steps

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

NewHome = Callable[..., Path]
PLAN = """
product: {timezone: UTC}
features: {boards: {events: [board]}, tasks: {events: [task, done]}}
"""


def opened(new_home: NewHome, lines: str) -> uptake.Workspace:
    """A workspace of lines "user event instant [account]", instants in March 2025."""
    rows = [line.split() for line in lines.strip().splitlines()]
    workspace = uptake.open(new_home(PLAN))
    workspace.import_rows(
        pa.table(
            {
                "user_id": [row[0] for row in rows],
                "event": [row[1] for row in rows],
                "timestamp": [f"2025-03-{row[2]}:00Z" for row in rows],
                "account_id": [row[3] if len(row) > 3 else "k" for row in rows],
            }
        ),
        "events",
    )
    return workspace


def steps(workspace: uptake.Workspace, of: str = "paths", **asked: Any) -> dict[tuple[int, str, str], Any]:
    """(layer, from, to) -> a column of the answer, which its own query gives too."""
    result = workspace.metric("paths", **asked)
    shown = workspace.rows_of(result.sql)
    names = ("position", "from_node", "to_node", "paths", "people", "n", "median_s")
    assert [[row[name] for name in names] for row in shown] == [[row[name] for name in names] for row in result.rows]
    return {(row["position"], row["from_node"], row["to_node"]): row[of] for row in result.rows}


TWO_USERS = """
    u board 03T10:00
    u board 03T10:01
    u task  03T10:05
    u done  03T10:20
    u board 03T12:00
    u task  03T12:29
    u done  03T12:59
    v board 04T10:00
    v done  04T10:10
    v task  04T10:39
    z other 09T10:00"""


def test_edges_count_paths_and_people_stand_beside_them(new_home: NewHome) -> None:
    """u: board (10:01, the last of two) task done | 12:00 board task | 12:59, 30 minutes later, done. v: board done task,
    29 minutes apart. Four paths; board to task twice, both by u, after 4 and 29 minutes: median 990 s.
    """
    with opened(new_home, TWO_USERS) as workspace:
        asked = {"date_to": "2025-03-08"}
        assert steps(workspace, **asked) == {
            (1, "board", "task"): 2,
            (1, "board", "done"): 1,
            (1, "done", "(end)"): 1,
            (2, "task", "(end)"): 1,
            (2, "task", "done"): 1,
            (2, "done", "task"): 1,
            (3, "done", "(end)"): 1,
            (3, "task", "(end)"): 1,
        }
        assert steps(workspace, "people", **asked)[1, "board", "task"] == 1
        assert steps(workspace, "n", **asked)[1, "board", "task"] == 4
        assert steps(workspace, "median_s", **asked)[1, "board", "task"] == 990
        assert steps(workspace, "estimate", **asked)[1, "board", "task"] == 0.5


def test_a_longer_gap_joins_paths(new_home: NewHome) -> None:
    """With 31 minutes 12:59 belongs to 12:29; 10:20 to 12:00 are still apart. With 24 hours u has one path."""
    with opened(new_home, TWO_USERS) as workspace:
        assert steps(workspace, gap_minutes=31, date_to="2025-03-08")[2, "task", "done"] == 2
        assert steps(workspace, gap_minutes=1440, date_to="2025-03-08", depth=10)[5, "task", "done"] == 1


def test_after_before_and_between(new_home: NewHome) -> None:
    """From board to done: u's first path in three steps, v's in two. u's second path breaks off after task."""
    with opened(new_home, TWO_USERS) as workspace:
        asked = {"date_to": "2025-03-08"}
        assert steps(workspace, after="task", **asked) == {
            (1, "task", "(end)"): 2, (1, "task", "done"): 1, (2, "done", "(end)"): 1,
        }  # fmt: skip
        assert steps(workspace, before="done", **asked) == {
            (-3, "(start)", "board"): 1, (-2, "board", "task"): 1, (-1, "task", "done"): 1,
            (-2, "(start)", "board"): 1, (-1, "board", "done"): 1, (-1, "(start)", "done"): 1,
        }  # fmt: skip
        assert steps(workspace, after="board", before="done", **asked) == {
            (1, "board", "done"): 1, (1, "board", "task"): 1, (2, "task", "done"): 1,
        }  # fmt: skip
        assert steps(workspace, after="board", before="done", outcome="dropped", **asked) == {
            (1, "board", "task"): 1, (2, "task", "(end)"): 1,
        }  # fmt: skip


def test_events_are_chosen_left_out_or_called_by_features(new_home: NewHome) -> None:
    with opened(new_home, TWO_USERS) as workspace:
        asked = {"date_to": "2025-03-08"}
        assert steps(workspace, events="board,done", **asked)[1, "board", "done"] == 2
        assert steps(workspace, exclude=["task"], **asked) == steps(workspace, events=["board", "done"], **asked)
        by_feature = steps(workspace, nodes="features", **asked)
        # task and done are one feature, so in a row one visit: the path of u at 10:00 and that of v are boards, tasks
        assert by_feature[1, "boards", "tasks"] == 3
        assert by_feature[1, "tasks", "(end)"] == 1
        assert steps(workspace, events=[{"feature": "tasks"}, "board"], **asked)[1, "board", "tasks"] == 3


def test_what_is_not_among_the_largest_of_a_layer_is_other(new_home: NewHome) -> None:
    """Layer 1: board 3, done 1 (other). Layer 2: task 2, done 1 (other). Layer 3: done and task 1 each, by name done."""
    with opened(new_home, TWO_USERS) as workspace:
        assert steps(workspace, most=1, date_to="2025-03-08") == {
            (1, "board", "task"): 2, (1, "board", "(other)"): 1, (1, "(other)", "(end)"): 1,
            (2, "task", "(end)"): 1, (2, "task", "done"): 1, (2, "(other)", "(other)"): 1,
            (3, "done", "(end)"): 1, (3, "(other)", "(end)"): 1,
        }  # fmt: skip


def test_whole_paths(new_home: NewHome) -> None:
    """10:01 to 10:20 is 1,140 s; a path of one event has no duration."""
    with opened(new_home, TWO_USERS) as workspace:
        result = workspace.metric("paths", output="sequences", date_to="2025-03-08")
        found = {row["sequence"]: (row["length"], row["paths"], row["n"], row["median_s"]) for row in result.rows}
        assert found == {
            "board → task → (end)": (2, 1, 4, 1740),
            "board → task → done → (end)": (3, 1, 4, 1140),
            "board → done → task → (end)": (3, 1, 4, 2340),
            "done → (end)": (1, 1, 4, None),
        }


def test_sequences_that_read_alike_are_one() -> None:
    """u does "a → b" and then "c", v does "a" and then "b → c"."""
    events = pa.table(
        {
            "user": ["u", "u", "v", "v"],
            "event": ["a → b", "c", "a", "b → c"],
            "at": [f"2025-03-03T10:0{minute}:00Z" for minute in range(4)],
        }
    )
    with uptake.from_events(events, user="user", event="event", at="at") as workspace:
        (row,) = workspace.metric("paths", output="sequences", as_of="2025-03-09").rows
        assert (row["sequence"], row["paths"], row["n"]) == ("a → b → c → (end)", 2, 2)


def test_an_account_is_what_its_users_did_one_after_the_other(new_home: NewHome) -> None:
    with opened(new_home, "u board 03T10:00\nv task 03T10:10\nu done 03T10:20\nz other 09T10:00 l") as workspace:
        asked = {"date_to": "2025-03-08"}
        assert steps(workspace, entity="account", **asked)[2, "task", "done"] == 1
        assert (2, "task", "done") not in steps(workspace, **asked)


def test_a_path_counts_on_the_day_of_its_anchor(new_home: NewHome) -> None:
    """23:50 to 00:10: the path begins on the 3rd, its task is on the 4th."""
    with opened(new_home, "u board 03T23:50\nu task 04T00:10\nz other 09T10:00") as workspace:
        assert steps(workspace, date_from="2025-03-04", date_to="2025-03-04") == {}
        assert steps(workspace, date_from="2025-03-03", date_to="2025-03-03")[1, "board", "task"] == 1
        assert steps(workspace, date_from="2025-03-04", date_to="2025-03-04", after="task") == {(1, "task", "(end)"): 1}
        assert steps(workspace, as_of="2025-03-03") == {(1, "board", "(in progress)"): 1}


def test_groups_and_their_difference(new_home: NewHome) -> None:
    """In k two users go on to task, one stops; in l none of three goes on: 2/3 less 0/3."""
    lines = "\n".join(
        [f"k{n} board 03T10:0{n} k" for n in range(3)] + [f"k{n} task 03T10:1{n} k" for n in range(2)]
        + [f"l{n} board 03T10:0{n} l" for n in range(3)] + ["z other 09T10:00"]
    )  # fmt: skip
    with opened(new_home, lines) as workspace:
        asked = {"by": "account.id", "date_to": "2025-03-08"}
        rows = workspace.metric("paths", **asked).rows
        assert {(row["account.id"], row["from_node"], row["to_node"]): row["estimate"] for row in rows} == {
            ("k", "board", "task"): 2 / 3, ("k", "board", "(end)"): 1 / 3, ("k", "task", "(end)"): 2 / 3,
            ("l", "board", "(end)"): 1.0,
        }  # fmt: skip
        result = workspace.metric("paths", output="difference", groups="k,l", **asked)
        found = {(row["from_node"], row["to_node"]): row for row in result.rows}
        gone_on = found["board", "task"]
        assert (gone_on["paths_a"], gone_on["n_a"], gone_on["paths_b"], gone_on["n_b"]) == (2, 3, 0, 3)
        assert gone_on["estimate"] == pytest.approx(2 / 3)
        assert gone_on["ci_lower"] < gone_on["estimate"] < gone_on["ci_upper"]
        assert all(row["pvalue"] <= row["adjusted_pvalue"] <= 1 for row in result.rows)
        swapped = workspace.metric("paths", output="difference", groups="l,k", **asked)
        assert {(row["from_node"], row["to_node"]): -row["estimate"] for row in swapped.rows} == pytest.approx(
            {key: row["estimate"] for key, row in found.items()}
        )
        shown = workspace.rows_of(result.sql)
        assert [row["estimate"] for row in shown] == [row["estimate"] for row in result.rows]
        stopped = result.cell_of(found["board", "(end)"])
        behind: dict[str, Any] = {"output": "difference", "groups": "k,l", **asked}
        assert workspace.people("paths", stopped, **behind).ids() == ["k2"]
        assert workspace.people("paths", stopped, side="through_b", **behind).ids() == ["l0", "l1", "l2"]


def test_what_makes_no_sense_is_refused(new_home: NewHome) -> None:
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"outcome": "dropped", "after": "board"}, "needs both after and before"),
        ({"output": "difference"}, "of one breakdown"),
        ({"output": "difference", "by": "account.id"}, "groups is ''"),
        ({"output": "difference", "by": "account.id", "groups": "k,k"}, "groups is 'k,k'"),
        ({"nodes": "features", "events": "task"}, "Both events and nodes=features"),
    )
    with opened(new_home, TWO_USERS) as workspace:
        for asked, said in refused:
            with pytest.raises(QuestionError, match=said):
                workspace.metric("paths", **asked)
            with pytest.raises(QuestionError, match=said):
                workspace.people("paths", {"position": 1, "from_node": "board", "to_node": "task"}, **asked)


def test_an_event_nobody_sent_is_told(new_home: NewHome) -> None:
    with opened(new_home, TWO_USERS) as workspace:
        result = workspace.metric("paths", events=["board", "bored"])
        assert result.notes == ("No event 'bored' has been imported: nothing matches it.",)


class World(NamedTuple):
    """A workspace and what happened in it: when, who, in which account, what."""

    workspace: uptake.Workspace
    happened: list[tuple[datetime, str, str, str]]


@pytest.fixture(scope="module")
def world(new_home: NewHome) -> Iterator[World]:
    """Twelve users of three accounts on ten days, busy enough for ties, repeats and gaps of exactly half an hour."""
    chance = random.Random(4)  # noqa: S311 - no secret
    happened = []
    for number in range(12):
        for _ in range(chance.randint(2, 40)):
            at = datetime(2025, 3, 3 + chance.randint(0, 9), chance.randint(7, 11)) + timedelta(
                minutes=5 * chance.randint(0, 11)
            )
            happened.append(
                (at, f"u{number}", "klm"[number % 3], chance.choice(["board", "task", "task", "done", "login"]))
            )
    with uptake.open(new_home(PLAN)) as workspace:
        columns = zip(*happened, strict=True)
        names = ("timestamp", "user_id", "account_id", "event")
        workspace.import_rows(pa.table(dict(zip(names, map(list, columns), strict=True))), "events")
        yield World(workspace, happened)


def expected(world: World, asked: dict[str, Any]) -> dict[tuple[int, str, str], tuple[int, int, int, float | None]]:
    """(layer, from, to) -> paths, people, all paths and median seconds, over the days from 5 to 10 March."""
    begin, end, until = (int(datetime(2025, 3, day, tzinfo=UTC).timestamp()) for day in (5, 11, 12))
    left_out = {"login", *(asked["exclude"] or ())} - {asked["after"], asked["before"]}
    seen = [
        (user if asked["entity"] == "user" else account, int(at.replace(tzinfo=UTC).timestamp()), number, name)
        for number, (at, user, account, name) in enumerate(world.happened)
        if name not in left_out
    ]
    events = [Seen(entity, at, node) for entity, at, _, node in sorted(seen) if at < until]
    found = naive_steps(
        events,
        gap=asked["gap_minutes"] * 60,
        depth=asked["depth"],
        until=until,
        after=asked["after"],
        before=asked["before"],
        is_dropped=asked["outcome"] == "dropped",
    )
    found = [one for one in found if begin <= one.anchor_at < end]
    n = len({one.path for one in found})
    by_step: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for one in found:
        by_step[one.position, one.origin, one.target].append(one)
    return {
        step: (
            len(ones),
            len({one.entity for one in ones}),
            n,
            median([one.took for one in ones]) if ones[0].took is not None else None,
        )
        for step, ones in by_step.items()
    }


QUESTIONS = st.fixed_dictionaries(
    {
        "entity": st.sampled_from(["user", "account"]),
        "gap_minutes": st.sampled_from([5, 25, 30, 60, 1440]),
        "depth": st.integers(2, 6),
        "after": st.sampled_from([None, "board", "task"]),
        "before": st.sampled_from([None, "done", "task"]),
        "outcome": st.sampled_from(["reached", "dropped"]),
        "exclude": st.sampled_from([None, ["done"], ["board"]]),
    }
).map(lambda asked: asked | ({"outcome": "reached"} if None in (asked["after"], asked["before"]) else {}))


@settings(max_examples=40)
@given(asked=QUESTIONS)
def test_the_answer_is_what_reading_one_by_one_gives(world: World, asked: dict[str, Any]) -> None:
    given = {**asked, "date_from": "2025-03-05", "date_to": "2025-03-10", "as_of": "2025-03-11", "most": 100}
    result = world.workspace.metric("paths", **given)
    assert {
        (row["position"], row["from_node"], row["to_node"]): (row["paths"], row["people"], row["n"], row["median_s"])
        for row in result.rows
    } == expected(world, asked)


@settings(max_examples=20)
@given(asked=QUESTIONS, top=st.integers(1, 3))
def test_what_comes_into_a_node_goes_out_of_it_or_is_cut(world: World, asked: dict[str, Any], top: int) -> None:
    rows = world.workspace.metric("paths", **asked, most=top).rows
    came: Counter[tuple[int, str]] = Counter()
    went: Counter[tuple[int, str]] = Counter()
    for row in rows:
        came[row["position"] + 1, row["to_node"]] += row["paths"]
        went[row["position"], row["from_node"]] += row["paths"]
    layers = sorted({layer for layer, _ in went})
    is_forward = not layers or layers[0] > 0
    for layer, following in pairwise(layers):
        assert following == layer + 1
        for node in {node for at, node in went if at == following} - {"(start)"}:
            assert went[following, node] <= came[following, node]
            if is_forward and not asked["before"]:
                assert went[following, node] == came[following, node]
    if rows:
        counted = sum(row["paths"] for row in rows if row["position"] == (1 if is_forward else -1))
        assert {row["n"] for row in rows} == {counted}
