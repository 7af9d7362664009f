"""Funnel: how many get from each step to the next. Rows are passes with `done_at`, when each step was done.

The relation `funnel_step` has the steps: step, name, and previous, the required step before.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson


class Funnel(Kind):
    """Shares of those who entered that did each step, of all of them and of those who did the step before."""

    name = "funnel"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Per label and step: n, open, how many did it and the one before, and the median times it took."""
        columns = "".join(f"{label}, " for label in labels)
        outer = "".join(f"g.{label}, " for label in labels)
        same = "".join(f" AND c.{label} IS NOT DISTINCT FROM g.{label}" for label in labels)
        partition = f" PARTITION BY {', '.join(f'g.{label}' for label in labels)}" if labels else ""
        return f"""SELECT {outer}s.step, s.name, g.n, g.open, coalesce(c.members, 0) AS count,
            list(coalesce(c.members, 0)) OVER ({partition} ORDER BY s.step)[s.previous] AS previous_count,
            coalesce(c.members, 0) / nullif(g.n, 0) AS estimate, c.median_s,
            CASE WHEN s.step > 1 THEN c.median_from_start_s END AS median_from_start_s
        FROM (
            SELECT {columns}count(*) FILTER (NOT is_open) AS n, count(*) FILTER (is_open) AS open
            FROM labelled GROUP BY ALL{"" if labels else " HAVING count(*) > 0"}
        ) g CROSS JOIN funnel_step s LEFT JOIN (
            SELECT {columns}step, count(*) AS members, median(epoch_us(step_at) - epoch_us(done_at[previous])) / 1e6 AS median_s,
                median(epoch_us(step_at) - epoch_us(done_at[1])) / 1e6 AS median_from_start_s
            FROM (SELECT l.*, s.step, s.previous, l.done_at[s.step] AS step_at FROM labelled l CROSS JOIN funnel_step s)
            WHERE NOT is_open AND step_at IS NOT NULL GROUP BY ALL
        ) c ON c.step = s.step{same} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds intervals, and the conversion and the drop-off from the step before."""
        del labels, asked
        if not rows:
            return []
        whole = wilson([row["count"] for row in rows], [row["n"] for row in rows])
        before = [row["n"] if row["previous_count"] is None else row["previous_count"] for row in rows]
        single = wilson([row["count"] for row in rows], before)
        answers = []
        for place, row in enumerate(rows):
            is_first = row.pop("previous_count") is None
            dropped = 0 if is_first else before[place] - row["count"]
            share = None if is_first else present(single.estimate[place])
            answers.append(
                row
                | {
                    # who did the first step are those who entered: no interval where nothing is estimated
                    "ci_lower": None if is_first else present(whole.ci_lower[place]),
                    "ci_upper": None if is_first else present(whole.ci_upper[place]),
                    "step_conversion_rate": share,
                    "step_ci_lower": None if is_first else present(single.ci_lower[place]),
                    "step_ci_upper": None if is_first else present(single.ci_upper[place]),
                    "dropped": dropped,
                    "dropped_share": None if share is None else dropped / before[place],
                    "status": status(row["n"], still_open=row["open"]),
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Step, counts, both conversions with intervals, drop-off, times, status."""
        del asked
        return (
            Column("step", "integer"),
            Column("name", "text"),
            Column("n", "integer", "count"),
            Column("open", "integer", "count"),
            Column("count", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "number", unit) for name in ("step_conversion_rate", "step_ci_lower", "step_ci_upper")),
            Column("dropped", "integer", "count"),
            Column("dropped_share", "number", unit),
            Column("median_s", "number", "seconds"),
            Column("median_from_start_s", "number", "seconds"),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Who did a step, who stopped before it, who did not come so far, and who still has time."""
        del labels, asked
        is_over = "NOT is_open AND"
        return Cells(
            (
                Side("reached", "did this step", f"{is_over} step_at IS NOT NULL", "count"),
                Side(
                    "dropped",
                    "stopped before it",
                    f"{is_over} step_at IS NULL AND done_at[previous] IS NOT NULL",
                    "dropped",
                ),
                Side("missed", "did not do it", f"{is_over} step_at IS NULL", "n", less="count"),
                Side("open", "still have time", "is_open", "open"),
            ),
            "SELECT l.*, s.step, s.previous, l.done_at[s.step] AS step_at FROM labelled l CROSS JOIN funnel_step s",
            coordinates=("step",),
            value="(epoch_us(step_at) - epoch_us(anchor_at)) / 1e6",
            value_title="Time from the start",
            value_unit="seconds",
        )


FUNNEL = Funnel()
