"""Journey: by step how many are there, how many of those who came went on, and how long it took them.

Rows are an account and a step it entered: `step`, `is_here`, `is_reached` (went on) and `duration_s`.
"""

from __future__ import annotations

from itertools import groupby

from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.listing import Listing
from uptake.metrics.kinds.status import present, status
from uptake.stats.estimate import undefined
from uptake.stats.proportion import wilson
from uptake.stats.survival import kaplan_meier_from_counts

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

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """One row per label; the last step leads nowhere."""
        del asked
        names = plain(labels)
        answers = []
        for key, group in groupby(rows, key=lambda row: [row[name] for name in names]):
            table = list(group)
            entered, moved, here = (sum(row[name] for row in table) for name in ("entered", "moved", "here"))
            # the last step leads nowhere
            share = undefined(entered) if table[0]["step"] == STEPS[-1] else wilson(moved, entered)
            median = kaplan_meier_from_counts(
                [row["duration_s"] for row in table],
                [row["moved"] for row in table],
                [row["entered"] - row["moved"] for row in table],
            ).median()
            answers.append(
                dict(zip(names, key, strict=True))
                | {"here": here, "n": entered, "moved": moved, "status": status(entered)}
                | {name: present(getattr(share, name)) for name in ("estimate", "ci_lower", "ci_upper")}
                | {
                    name: present(getattr(median, of) / DAY) if share.estimate == share.estimate else None
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
