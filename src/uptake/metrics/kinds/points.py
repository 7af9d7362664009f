"""Points: one place per account or feature on two measures, and the quadrant it lies in.

Rows are points already: they bring `point` and `title` (what it is), `n` (how many it stands for), `x`, `y`, and
`members`: how many of the n it is about, where `y` is their share, or NULL. The splits are the medians of the points if none
are given; what lies on a split lies above it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from uptake.metrics.kinds.status import present, status
from uptake.metrics.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.result import Column, Side
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
        """One row with all columns as lists: there can be a point for every account and period."""
        del labels
        names = [column[0] for column in answer.description]
        return [dict(zip(names, map(list, zip(*answer.fetchall(), strict=True)), strict=False))]

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the interval where y is a share of those the point stands for, the names of the axes, and status."""
        (columns,) = rows
        if not columns:
            return []
        n, quadrants = columns["n"], columns["quadrant"]
        members = [nan if known is None or not self.is_share_of_members else known for known in columns["members"]]
        shares = wilson(members, n)
        columns |= {
            "ci_lower": [present(share) for share in shares.ci_lower.tolist()],
            "ci_upper": [present(share) for share in shares.ci_upper.tolist()],
            "x_axis": [asked.param("x")] * len(n),
            "y_axis": [asked.param("y")] * len(n),
            "status": [
                status(peers) if quadrant is not None else "not_eligible"
                for peers, quadrant in zip(n, quadrants, strict=True)
            ],
        }
        # in the order of the answer, so that nobody has to put its rows in order again
        names = [*plain(labels), *(column.name for column in self.columns(asked.unit, asked))]
        return [dict(zip(names, row, strict=True)) for row in zip(*(columns[name] for name in names), strict=True)]

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

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """The entities of a point's quadrant."""
        return Cells(
            (Side("in_quadrant", "in the quadrant", "quadrant IS NOT NULL", "quadrant_n"),),
            self._placed(labels),
            coordinates=("quadrant",),
            value="estimate",
            value_title="Value",
            value_unit=self.unit_of(asked.param("y")),
        )
