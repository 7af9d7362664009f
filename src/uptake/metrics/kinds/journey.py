"""Journey: by step how many are there, how many of those who came went on, and how long it took them.

Rows are an account and a step it entered: `step`, `is_here`, `is_reached` (went on) and `duration_s`.
"""

from __future__ import annotations

import numpy as np

from uptake.metrics.core.columnar import runs_of
from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.listing import Listing
from uptake.metrics.kinds.status import present, status
from uptake.stats.estimate import undefined
from uptake.stats.life_table import from_sorted_counts
from uptake.stats.proportion import wilson
from uptake.stats.survival import Curves
from uptake.store.projection import Cursor

STEPS = ("awareness", "interest", "evaluation", "test", "adoption", "renewal", "expansion")
DAY = 86_400


class Steps(Kind):
    """Counts, conversion and days by step."""

    name = "journey"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Per label and duration how many there are, how many went on and how many are there."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}duration_s, count(*) AS entered, count(*) FILTER (is_reached) AS moved,
            count(*) FILTER (is_here) AS here
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def shown(self, labels: tuple[str, ...], asked: Asked) -> str:
        """The same added up, with the conversion."""
        del asked
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}sum(here)::BIGINT AS here, sum(entered)::BIGINT AS n, sum(moved)::BIGINT AS moved,
            CASE WHEN step <> '{STEPS[-1]}' THEN sum(moved) / sum(entered) END AS estimate
        FROM ({self.select(labels)}) GROUP BY {", ".join(labels)} ORDER BY ALL"""

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row per label with its counts and life table: there are nearly as many durations as accounts."""
        table = answer.to_arrow_table()
        if not len(table):
            return []
        groups, edges = runs_of(table, plain(labels))
        entered, moved, here = (table[name].to_numpy() for name in ("entered", "moved", "here"))
        tables = from_sorted_counts(table["duration_s"].to_numpy(), moved, entered - moved, edges)
        counts = {
            name: np.add.reduceat(column, edges[:-1]).tolist()
            for name, column in (("here", here), ("n", entered), ("moved", moved))
        }
        return [
            {**group, **{name: column[number] for name, column in counts.items()}, "table": tables[number]}
            for number, group in enumerate(groups)
        ]

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """One row per label; the last step leads nowhere."""
        del labels, asked
        answers = []
        for row in rows:
            entered, is_last = row["n"], row["step"] == STEPS[-1]
            share = undefined(entered) if is_last else wilson(row["moved"], entered)
            curve = Curves.of([row.pop("table")]).one(0)
            median = undefined(entered) if is_last else curve.median()
            answers.append(
                row
                | {"status": status(entered)}
                | {name: present(getattr(share, name)) for name in ("estimate", "ci_lower", "ci_upper")}
                | {
                    name: present(getattr(median, of) / DAY)
                    for name, of in (
                        ("median_days", "estimate"),
                        ("median_ci_lower", "ci_lower"),
                        ("median_ci_upper", "ci_upper"),
                    )
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Who is there, who entered, who went on, conversion, days."""
        del asked
        return (
            *(Column(name, "integer", "count") for name in ("here", "n", "moved")),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "number", "days") for name in ("median_days", "median_ci_lower", "median_ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Who is in the step, who entered it, who went on and who did not."""
        del labels, asked
        sides = (
            Side("here", "are there now", "is_here", "here"),
            Side("entered", "entered it", "true", "n"),
            Side("moved", "went on", "is_reached", "moved"),
            Side("stayed", "did not go on", "NOT is_reached", "n", less="moved"),
        )
        return Cells(sides, value="duration_s", value_title="Time in the step", value_unit="seconds")


JOURNEY = Steps()
STUCK = Listing(
    "stuck",
    "account",
    (
        (Column("step", "text"), "step::VARCHAR"),
        (Column("days", "number", "days"), "days"),
        (Column("owner", "text"), "owner"),
        (Column("mrr", "number", "currency"), "mrr"),
    ),
    order="days DESC",
)
"""The accounts by how long they have been in their step, the longest first."""
