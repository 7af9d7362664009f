"""Paths by reading events one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

END, OPEN, START = "(end)", "(in progress)", "(start)"


class Seen(NamedTuple):
    """An event; sorted by entity, instant and arrival."""

    entity: str
    at: int
    node: str


class Step(NamedTuple):
    """A step of a path: which path it is of, when its anchor was, where it leaves and leads to, and how long it took."""

    entity: str
    path: int
    anchor_at: int
    position: int
    origin: str
    target: str
    took: int | None


def naive_steps(
    events: Sequence[Seen],
    *,
    gap: int,
    depth: int,
    until: int,
    after: str | None = None,
    before: str | None = None,
    is_dropped: bool = False,
) -> list[Step]:
    found: list[Step] = []
    number = -1
    for entity, own in groupby(events, key=lambda one: one.entity):
        run: list[Seen] = []
        runs = [run]
        for one in own:
            if run and one.at - run[-1].at >= gap:
                run = []
                runs.append(run)
            run.append(one)
        for run in runs:
            number += 1
            visits = [one for one, later in pairwise(run) if later.node != one.node] + run[-1:]
            found += _followed(entity, number, visits, gap, depth, until, after, before, is_dropped)
    return found


def _followed(
    entity: str, number: int, visits: list[Seen], gap: int, depth: int, until: int,
    after: str | None, before: str | None, is_dropped: bool,
) -> list[Step]:  # fmt: skip
    nodes = [one.node for one in visits]
    ending = END if visits[-1].at + gap <= until else OPEN
    if after is None and before is not None:
        if before not in nodes:
            return []
        goal = nodes.index(before)
        part = visits[max(0, goal - depth + 1) : goal + 1]
        steps = [
            Step(entity, number, visits[goal].at, place - len(part) + 1, one.node, two.node, two.at - one.at)
            for place, (one, two) in enumerate(pairwise(part))
        ]
        if len(part) == goal + 1 < depth:
            steps.insert(0, Step(entity, number, visits[goal].at, -len(part), START, part[0].node, None))
        return steps
    if after is not None:
        if after not in nodes:
            return []
        visits = visits[nodes.index(after) :]
        nodes = [one.node for one in visits]
    is_over = True
    if before is not None:
        is_there = before in nodes[1:]
        if is_there == is_dropped:
            return []
        if is_there:
            visits = visits[: nodes.index(before, 1) + 1]
            is_over = False
    part = visits[:depth]
    steps = [
        Step(entity, number, part[0].at, place, one.node, two.node, two.at - one.at)
        for place, (one, two) in enumerate(pairwise(part), 1)
    ]
    if is_over and len(visits) < depth:
        steps.append(Step(entity, number, part[0].at, len(part), part[-1].node, ending, None))
    return steps
