"""Why a score is what it is, and why it is another than it was: lines whose points add up exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, isnan
from typing import Literal

import numpy as np

from uptake.scores import linear
from uptake.scores.scored import Scored

NOISE = 1e-11
"""Points below which a line is what is left of the last digits."""
LineKind = Literal["component", "weights", "shrinkage", "peers", "decides"]


@dataclass(frozen=True)
class Line:
    """One line of a sum.

    Args:
        kind: `component`; `weights`: the weight of missing components, carried by the others; `shrinkage`: drawn towards
            the peers; `peers`: the peers have moved; `decides`: the worst component of a strict score.
        component: Its name; empty for the others.
        points: What it adds.
        raw: The signal as it is, None where missing or where there is none.
        value: The component, 0 to 1, None where missing.
        reference: What it is held against: the mean of the peers, or the component as it was before.
        weight: The component's share of all weights.
        n: Of how many users it is the mean.
    """

    kind: LineKind
    component: str
    points: float
    raw: float | None = None
    value: float | None = None
    reference: float | None = None
    weight: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Explanation:
    """A sum that leads from one score to another.

    Args:
        start: What the lines begin with: the peers' score, or the score before.
        end: The score.
        lines: What lies between, the largest first.
    """

    start: float
    end: float
    lines: tuple[Line, ...]

    @property
    def difference(self) -> float:
        """How far the lines are from adding up; 0 but for the last digits."""
        return self.end - fsum((self.start, *(line.points for line in self.lines)))


def level(scored: Scored, row: int, day: int) -> Explanation | None:
    """Why somebody's score is what it is, beginning with that of the peers' mean components.

    Args:
        scored: The scores.
        row: Whose.
        day: Which day's, by column.

    Returns:
        None where there is no score.
    """
    end = float(scored.points[row, day])
    if isnan(end):
        return None
    values, baseline = scored.values[:, row, day], scored.baseline[:, row, day]
    if scored.score.model == "strict":
        return _strict(scored, row, day)
    points, weights = linear.contributions(values, baseline, scored.weights)
    lines = [_line(scored, number, row, day, points[number], baseline[number]) for number in range(len(values))]
    lines.append(Line("weights", "", weights))
    lines.append(Line("shrinkage", "", end - float(scored.own[row, day])))
    start = float(scored.own[row, day]) - fsum(points) - weights
    return Explanation(start, end, _largest_first(lines))


def change(scored: Scored, row: int, before: int, after: int) -> Explanation | None:
    """Why somebody's score is another than on an earlier day.

    Components stand with their declared weight; what missing ones leave to the others is a line of its own, as is how
    much less, or more, the score is drawn towards its peers, and how far these have moved.

    Args:
        scored: The scores of both days.
        row: Whose.
        before: The earlier day, by column.
        after: The later one.

    Returns:
        None where there is no score on either day.
    """
    start, end = float(scored.points[row, before]), float(scored.points[row, after])
    if isnan(start) or isnan(end):
        return None
    was, now = scored.values[:, row, before], scored.values[:, row, after]
    if scored.score.model == "strict":
        decisive = _strict(scored, row, after).lines[0]
        return Explanation(start, end, (replace(decisive, points=end - start, reference=None),))
    both = ~np.isnan(was) & ~np.isnan(now)
    points = np.where(both, 100.0 * scored.weights * (np.where(both, now, 0.0) - np.where(both, was, 0.0)), 0.0)
    lines = [_line(scored, number, row, after, points[number], was[number]) for number in range(len(now))]
    own = float(scored.own[row, after] - scored.own[row, before])
    lines.append(Line("weights", "", own - fsum(points)))
    drawn = 1.0 - float(scored.shrunk.weight[row, after])
    peers = drawn * float(scored.shrunk.peers[row, after] - scored.shrunk.peers[row, before])
    lines.append(Line("peers", "", peers))
    lines.append(Line("shrinkage", "", end - start - own - peers))
    return Explanation(start, end, _largest_first(lines))


def _strict(scored: Scored, row: int, day: int) -> Explanation:
    """The one component that decides, from 100 down."""
    values, end = scored.values[:, row, day], float(scored.points[row, day])
    decisive = int(np.nanargmin(values))
    line = _line(scored, decisive, row, day, end - 100.0, 1.0)
    return Explanation(100.0, end, (replace(line, kind="decides"),))


def _line(scored: Scored, number: int, row: int, day: int, points: float, reference: float) -> Line:
    n = float(scored.n[number, row, day])
    return Line(
        "component",
        scored.names[number],
        float(points),
        _known(scored.raw[number, row, day]),
        _known(scored.values[number, row, day]),
        _known(reference),
        float(scored.weights[number]),
        None if isnan(n) else int(n),
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _largest_first(lines: list[Line]) -> tuple[Line, ...]:
    """Lines by the size of what they add; those that are not components and add nothing but noise are left out."""
    kept = [line for line in lines if line.kind == "component" or abs(line.points) > NOISE]
    return tuple(sorted(kept, key=lambda line: (-abs(line.points), line.kind, line.component)))
