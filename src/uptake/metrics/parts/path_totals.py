"""Steps of paths, and whole paths, counted without a row for each, for every period and group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.path_nodes import nodes
from uptake.metrics.parts.path_steps import Followed, followed
from uptake.metrics.parts.tallies import numbered
from uptake.sequences.path_counts import Counts, Grouped, count, most_cells
from uptake.sequences.paths import SPECIALS
from uptake.sequences.whole_paths import BETWEEN, count_whole

Cut = list[tuple[date | None, datetime, datetime]]
"""Periods: the first day, beginning and end."""
MOST_CELLS = 1 << 22
"""So many cells of sums take 128 MB."""


def is_countable(asked: Asked) -> bool:
    """Whether all steps there could be, of all periods and groups, have room beside each other."""
    cut, groups = periods.read(asked.cursor, asked.question, asked.plan), len(asked.split.names) if asked.split else 1
    return most_cells(len(cut) * groups, asked.param("depth"), asked.param("most")) <= MOST_CELLS


def counted(asked: Asked) -> pa.Table:
    """What the kind makes of the rows: a row for each step, with everything an estimate needs."""
    of = _paths(asked)
    names = dict(of.names)
    labels = [names[key] for key in of.found.nodes.tolist()]
    order = np.empty(len(labels), np.intp)
    order[sorted(range(len(labels)), key=labels.__getitem__)] = np.arange(len(labels))
    counts = count(of.parts, of.cells, order, asked.param("most"), side_by_side)
    return pa.table(
        {
            **of.told(counts.group),
            "position": counts.position,
            "from_node": pa.array([names[key] for key in of.found.keys(counts.origin).tolist()], pa.string()),
            "to_node": pa.array([names[key] for key in of.found.keys(counts.target).tolist()], pa.string()),
            "paths": counts.paths,
            "people": counts.people,
            "n": counts.n,
            "estimate": counts.paths / counts.n,
            "median_s": pa.array(counts.median_s, from_pandas=True),
            "sum_yy": counts.sum_yy,
            "sum_xy": counts.sum_xy,
            "sum_xx": counts.sum_xx,
            "entities": counts.entities,
        }
    )


def counted_whole(asked: Asked) -> pa.Table | None:
    """What the kind makes of the rows of whole paths; None where words do not tell sequences apart."""
    of = _paths(asked)
    names = [of.names[node] for node in (*range(-SPECIALS + 1, 0), *of.found.nodes.tolist())]
    if len({*names}) < len(names) or any(BETWEEN in name for name in names):
        return None
    counts = count_whole(of.parts, of.cells, ["", *names], asked.param("most"))
    return pa.table(
        {
            **of.told(counts.group),
            "sequence": counts.sequence,
            "length": counts.length,
            "paths": counts.paths,
            "people": counts.people,
            "n": counts.n,
            "estimate": counts.paths / counts.n,
            "median_s": pa.array(counts.median_s, from_pandas=True),
            "sum_yy": counts.sum_yy,
            "sum_xy": counts.sum_xy,
            "sum_xx": counts.sum_xx,
            "entities": counts.entities,
        }
    )


@dataclass(frozen=True, eq=False)
class _Paths:
    """The paths of a question by period and group.

    Args:
        asked: The question.
        found: The paths.
        names: What nodes are called, by key.
        cut: The periods.
        groups: The groups: a value of every breakdown; one alone without breakdown.
    """

    asked: Asked
    found: Followed
    names: Mapping[int, str]
    cut: Cut
    groups: Sequence[tuple[str | None, ...]]

    @property
    def cells(self) -> int:
        """How many periods and groups there are, at least 1."""
        return max(1, len(self.cut) * len(self.groups))

    @property
    def parts(self) -> list[Grouped]:
        """The paths, some entities at a time."""
        return [*_grouped(self.asked, self.found, self.cut)]

    def told(self, cells: Counts) -> dict[str, pa.Array]:
        """The period and the group of each line."""
        period, group = np.divmod(cells, len(self.groups))
        told = {}
        if self.asked.question.period:
            told["period_on"] = pa.array([self.cut[one][0] for one in period.tolist()], pa.date32())
        for place, label in enumerate(self.asked.split.labels if self.asked.split else ()):
            told[label] = pa.array([self.groups[one][place] for one in group.tolist()], pa.string())
        return told


def _paths(asked: Asked) -> _Paths:
    cut = periods.read(asked.cursor, asked.question, asked.plan)
    found = followed(asked)
    names = dict(asked.cursor.execute(nodes(asked).names).fetchall())
    return _Paths(asked, found, names, cut, asked.split.names if asked.split else [()])


def _grouped(asked: Asked, found: Followed, cut: Cut) -> Iterator[Grouped]:
    """The paths by period and group; those that are left out are not among them."""
    begins = np.array([periods.microseconds_of(begin) for _, begin, _ in cut], np.int64)
    end = periods.microseconds_of(cut[-1][2]) if cut else 0
    who = numbered(asked).everyone.numbers(found.entities) if asked.split else None
    groups = len(asked.split.names) if asked.split else 1
    for part in found.parts:
        cell = np.searchsorted(begins, part.anchor_at, side="right") - 1
        is_in = (cell >= 0) & (part.anchor_at < end)
        if asked.split is not None and who is not None:
            group = asked.split.numbers_of(who.take(part.entity), part.anchor_at.view("M8[us]"))
            cell = cell * groups + group
            is_in &= group >= 0
        kept = slice(None) if is_in.all() else np.flatnonzero(is_in)
        yield Grouped(part.chosen(kept), cell[kept] if len(cut) * groups > 1 else None)
