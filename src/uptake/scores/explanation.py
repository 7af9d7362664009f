"""Why a score is what it is, and why it is another than it was: lines whose points add up exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, isnan
from typing import Literal

import numpy as np

from uptake.scores import linear
from uptake.scores.scored import Scored
from uptake.signals.windows import Floats

NOISE = 1e-11
"""Points below which a line is what is left of the last digits."""
LineKind = Literal["component", "ranks", "weights", "shrinkage", "peers", "decides"]


@dataclass(frozen=True)
class Line:
    """One line of a sum.

    Args:
        kind: `component`; `ranks`: what a component that is a rank has moved because the peers did; `weights`: the weight
            of missing components, carried by the others; `shrinkage`: drawn towards the peers; `peers`: the mean of the
            peers has moved; `decides`: the worst component of a strict score.
        component: Its name; empty for the others.
        points: What it adds.
        raw: The signal as it is, None where missing or where there is none.
        value: The component, 0 to 1, None where missing; of `shrinkage` how much of the score is its own, of `peers`
            their mean score.
        reference: What it is held against: the mean of the peers, or the value before.
        raw_reference: The same of the signal.
        weight: The component's share of all weights.
        n: Of how many users it is the mean.
        title: What the line is called.
        says: The line as a sentence.
    """

    kind: LineKind
    component: str
    points: float
    raw: float | None = None
    value: float | None = None
    reference: float | None = None
    raw_reference: float | None = None
    weight: float | None = None
    n: int | None = None
    title: str = ""
    says: str = ""


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

    @property
    def words(self) -> tuple[str, ...]:
        """The three largest lines as sentences."""
        return tuple(line.says for line in self.lines if abs(line.points) > NOISE)[:3]


def level(scored: Scored, row: int) -> Explanation | None:
    """Why somebody's score is what it is on the last day, beginning with that of the peers' mean components.

    Args:
        scored: The scores.
        row: Whose.

    Returns:
        None where there is no score.
    """
    end = float(scored.points[row, -1])
    if isnan(end):
        return None
    if scored.score.model == "strict":
        return _strict(scored, row)
    values, baseline = scored.values[:, row, -1], scored.baseline[:, row, -1]
    points, weights = linear.contributions(values, baseline, scored.weights)
    raw = scored.raw_baseline[:, row, -1]
    lines = [_line(scored, number, row, points[number], baseline[number], raw[number]) for number in range(len(values))]
    own = float(scored.own[row, -1])
    lines.append(Line("weights", "", weights))
    lines.append(_drawn(scored, row, end - own))
    return Explanation(own - fsum(points) - weights, end, _largest_first(lines))


def change(before: Scored, after: Scored, row: int, held: Floats | None = None) -> Explanation | None:
    """Why somebody's score is another than on an earlier day.

    Components stand with their declared weight; what missing ones leave to the others is a line of its own, as is how
    much less, or more, the score is drawn towards its peers, and how far these have moved.

    Args:
        before: The scores of the earlier day.
        after: Those of the later day.
        row: Whose.
        held: The components of the later day, ranks among the peers of the earlier one; None: no component is a rank.

    Returns:
        None where there is no score on either day.
    """
    start, end = float(before.points[row, -1]), float(after.points[row, -1])
    if isnan(start) or isnan(end):
        return None
    if after.score.model == "strict":
        decisive = _strict(after, row).lines[0]
        number = after.names.index(decisive.component)
        told = replace(
            decisive,
            points=end - start,
            reference=_known(before.values[number, row, -1]),
            raw_reference=_known(before.raw[number, row, -1]),
        )
        return Explanation(start, end, (told,))
    was, now, raw = before.values[:, row, -1], after.values[:, row, -1], before.raw[:, row, -1]
    held = now if held is None else held
    both = ~np.isnan(was) & ~np.isnan(now)
    points = np.where(both, 100.0 * after.weights * (np.where(both, held, 0.0) - np.where(both, was, 0.0)), 0.0)
    moved = np.where(both, 100.0 * after.weights * (np.where(both, now, 0.0) - np.where(both, held, 0.0)), 0.0)
    lines = [_line(after, number, row, points[number], was[number], raw[number]) for number in range(len(now))]
    lines += [
        replace(_line(after, number, row, moved[number], held[number], raw[number]), kind="ranks")
        for number in np.flatnonzero(moved).tolist()
    ]
    own = float(after.own[row, -1] - before.own[row, -1])
    lines.append(Line("weights", "", own - fsum((*points, *moved))))
    drawn = 1.0 - float(after.shrunk.weight[row, -1])
    mean, mean_before = float(after.shrunk.peers[row, -1]), float(before.shrunk.peers[row, -1])
    peers = drawn * (mean - mean_before)
    lines.append(Line("peers", "", peers, value=mean, reference=mean_before))
    lines.append(_drawn(after, row, end - start - own - peers, float(before.shrunk.weight[row, -1])))
    return Explanation(start, end, _largest_first(lines))


def _strict(scored: Scored, row: int) -> Explanation:
    """The one component that decides, from 100 down."""
    values, end = scored.values[:, row, -1], float(scored.points[row, -1])
    decisive = int(np.nanargmin(values))
    line = _line(scored, decisive, row, end - 100.0, 1.0, scored.raw_baseline[decisive, row, -1])
    return Explanation(100.0, end, (replace(line, kind="decides"),))


def _line(scored: Scored, number: int, row: int, points: float, reference: float, raw: float) -> Line:
    n = float(scored.n[number, row, -1])
    return Line(
        "component",
        scored.names[number],
        float(points),
        _known(scored.raw[number, row, -1]),
        _known(scored.values[number, row, -1]),
        _known(reference),
        _known(raw),
        float(scored.weights[number]),
        None if isnan(n) else int(n),
    )


def _drawn(scored: Scored, row: int, points: float, before: float | None = None) -> Line:
    """The line of what drawing towards the peers did; its n is that of the component of the most users."""
    n = np.nanmax(scored.n[:, row, -1])
    return Line("shrinkage", "", points, value=float(scored.shrunk.weight[row, -1]), reference=before, n=int(n))


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _largest_first(lines: list[Line]) -> tuple[Line, ...]:
    """Lines by the size of what they add; those that are not components and add nothing but noise are left out."""
    kept = [line for line in lines if line.kind == "component" or abs(line.points) > NOISE]
    return tuple(sorted(kept, key=lambda line: (-abs(line.points), line.kind, line.component)))
