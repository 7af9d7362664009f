"""Points: one place per account or feature on two measures, and the quadrant it lies in.

Rows are points already: they bring `point` and `title` (what it is), `n` (how many it stands for), `x`, `y`, and
`members`: how many of the n it is about, where `y` is their share, or NULL. The splits are the medians of the points if none
are given; what lies on a split lies above it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import nan

import numpy as np

from uptake.metrics.core.columnar import Cells, Columnar
from uptake.metrics.core.metric import Asked, Kind, Row, plain
from uptake.metrics.core.metric import Cells as Found
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import TOO_FEW, status
from uptake.stats.proportion import wilson
from uptake.store.projection import Cursor
from uptake.store.sql import literal


@dataclass(frozen=True)
class Points(Kind):
    """Places with quadrants.

    Args:
        quadrants: Names: much of both, much of x alone, much of y alone, little of both.
        unit_of: Unit of an axis, by its name.
    """

    quadrants: tuple[str, str, str, str]
    unit_of: Callable[[str], str]

    is_share_of_members = True
    """Whether `members` of `n` are what `y` is, so that they tell its interval."""
    name = "points"
    by_period = True

    def split_by(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Within which of the labels medians are taken: segments share one map, periods do not."""
        return tuple(label for label in labels if label == "period_on")

    def points(self, labels: tuple[str, ...]) -> str:
        """SQL for the points: labels, point, title, n, x, y, members."""
        columns = "".join(f"{label}, " for label in labels)
        return f"SELECT entity_key, anchor_at, {columns}point, title, n, x, y, members FROM labelled"

    def select(self, labels: tuple[str, ...]) -> str:
        """Every point with its quadrant and how many there are in it."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}point, title, n::BIGINT AS n, x, estimate, members, quadrant,
            CASE WHEN quadrant IS NOT NULL THEN count(*) OVER (PARTITION BY {columns}quadrant) END AS quadrant_n,
            x_split, y_split
        FROM ({self._placed(labels)}) ORDER BY {columns}point"""

    def _placed(self, labels: tuple[str, ...]) -> str:
        both, x_alone, y_alone, neither = map(literal, self.quadrants)
        group = ", ".join(self.split_by(labels))
        partition = f"PARTITION BY {group}" if group else ""
        return f"""SELECT *, CASE WHEN x IS NULL OR estimate IS NULL THEN NULL
                WHEN x >= x_split THEN CASE WHEN estimate >= y_split THEN {both} ELSE {x_alone} END
                WHEN estimate >= y_split THEN {y_alone} ELSE {neither} END AS quadrant
            FROM (
                SELECT * EXCLUDE (y), y AS estimate, coalesce($x_split::DOUBLE, median(x) OVER ({partition})) AS x_split,
                    coalesce($y_split::DOUBLE, median(y) OVER ({partition})) AS y_split
                FROM ({self.points(labels)})
            )"""

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row with all columns as arrays: there can be a point for every account and period."""
        del labels
        table = answer.to_arrow_table()
        named = zip(table.column_names, table.columns, strict=True)
        return [{name: column.to_numpy(zero_copy_only=False) for name, column in named}]

    def placed(self, points: Mapping[str, Cells], splits: tuple[float | None, float | None]) -> Row:
        """What `select` makes of points of periods and groups and `read` returns of it, from columns.

        Args:
            points: Name -> cells of period_on, the breakdowns, point, title, n, x, y and members, in the order of the answer.
            splits: From where on x and y are high; None: their median in each period.
        """
        if not points:
            return {}
        parts = _runs(points["period_on"])
        split_of = {}
        for axis, given in zip(("x", "y"), splits, strict=True):
            cells = points[axis]
            each = [given if given is not None else _median(cells[part]) for part in parts]
            split_of[axis] = np.repeat(np.array(each, np.float64), [part.stop - part.start for part in parts])
        is_high = {axis: points[axis] >= split_of[axis] for axis in split_of}
        # the order of the names: much of both, of x alone, of y alone, of neither; none where a place is missing
        quadrant = np.where(is_high["x"], np.where(is_high["y"], 0, 1), np.where(is_high["y"], 2, 3))
        quadrant[np.isnan(points["x"]) | np.isnan(points["y"])] = len(self.quadrants)
        sizes = np.full(len(quadrant), np.nan)
        by = [label for label in points if label not in ("point", "title", "n", "x", "y", "members")]
        for part in _runs(*(points[label] for label in by)):
            count = np.bincount(quadrant[part], minlength=len(self.quadrants) + 1).astype(np.float64)
            count[-1] = np.nan
            sizes[part] = count[quadrant[part]]
        return {
            **{name: points[name] for name in (*by, "point", "title", "n", "x", "members")},
            "estimate": points["y"],
            "quadrant": np.array([*self.quadrants, None], object)[quadrant],
            "quadrant_n": sizes,
            "x_split": split_of["x"],
            "y_split": split_of["y"],
        }

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> Columnar:
        """Adds the interval where y is a share of those the point stands for, the names of the axes, and status."""
        (columns,) = rows
        names = [*plain(labels), *(column.name for column in self.columns(asked.unit, asked))]
        if not columns:
            return Columnar({name: np.empty(0) for name in names})
        n, members = columns["n"], columns["members"].astype(np.float64)
        shares = wilson(members if self.is_share_of_members else np.full(len(n), nan), n)
        told = np.array([status(peers) for peers in range(TOO_FEW + 1)], object)[np.minimum(n, TOO_FEW)]
        told[columns["quadrant"] == None] = "not_eligible"  # noqa: E711 - cell by cell
        columns |= {
            "ci_lower": shares.ci_lower,
            "ci_upper": shares.ci_upper,
            **{f"{side}_axis": np.broadcast_to(np.array(asked.param(side), object), len(n)) for side in ("x", "y")},
            "members": _whole(columns["members"]),
            "quadrant_n": _whole(columns["quadrant_n"]),
            "status": told,
        }
        # in the order of the answer, so that nobody has to put its rows in order again
        return Columnar({name: columns[name] for name in names})

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Point, n, members, place, interval, quadrant with its size, splits, axes, status."""
        del unit
        x_unit, y_unit = self.unit_of(asked.param("x")), self.unit_of(asked.param("y"))
        return (
            Column("point", "text"),
            Column("title", "text"),
            Column("n", "integer", "count"),
            Column("members", "integer", "count"),
            Column("x", "number", x_unit),
            *(Column(part, "number", y_unit) for part in ("estimate", "ci_lower", "ci_upper")),
            Column("quadrant", "text"),
            Column("quadrant_n", "integer", "count"),
            Column("x_split", "number", x_unit),
            Column("y_split", "number", y_unit),
            Column("x_axis", "text"),
            Column("y_axis", "text"),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Found:
        """The entities of a point's quadrant."""
        return Found(
            (Side("in_quadrant", "in the quadrant", "quadrant IS NOT NULL", "quadrant_n"),),
            self._placed(labels),
            coordinates=("quadrant",),
            value="estimate",
            value_title="Value",
            value_unit=self.unit_of(asked.param("y")),
        )


def _runs(*labels: Cells) -> list[slice]:
    """The runs of rows that have the same labels."""
    begins = np.ones(len(labels[0]), np.bool_)
    begins[1:] = np.logical_or.reduce([one[1:] != one[:-1] for one in labels])
    return [slice(*edges) for edges in pairwise([*np.flatnonzero(begins).tolist(), len(begins)])]


def _median(cells: Cells) -> float:
    """The median of what is not missing; nan of nothing."""
    told = cells[~np.isnan(cells)]
    return float(np.median(told)) if len(told) else nan


def _whole(cells: Cells) -> Cells:
    """Counts, some of which may be missing, as they are told: whole."""
    if cells.dtype.kind != "f":
        return cells
    whole = np.full(len(cells), None, object)
    is_told = ~np.isnan(cells)
    whole[is_told] = cells[is_told].astype(np.int64)
    return whole
