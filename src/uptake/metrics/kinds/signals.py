"""Signals: what those who left did more or less often than those who stayed.

Rows are of two sorts: one per entity (`signal_key` missing), which make the denominators, and one per entity and signal
it gave, with how many times (`value`). The relation `signal` says what signals are called.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side, unit_of_difference
from uptake.metrics.kinds.differences import adjusted, difference
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson


class Signals(Kind):
    """Differences of shares, the largest first."""

    name = "signals"
    by_period = False

    def select(self, labels: tuple[str, ...]) -> str:
        """Per signal, how many of those who left and of those who stayed gave it, and how often on average."""
        columns = "".join(f"{label}, " for label in labels)
        outer = "".join(f"a.{label}, " for label in labels)
        same = " AND ".join(f"g.{label} IS NOT DISTINCT FROM a.{label}" for label in labels) or "true"
        sides = ", ".join(
            f"count(*) FILTER ({test}) AS did_{side}, coalesce(sum(value) FILTER ({test}), 0)::DOUBLE AS times_{side}"
            for side, test in (("left", "has_left"), ("stayed", "NOT has_left"))
        )
        return f"""SELECT {outer}signal, a.n_left, a.n_stayed, g.did_left, g.did_stayed,
            g.times_left / nullif(a.n_left, 0) AS mean_left, g.times_stayed / nullif(a.n_stayed, 0) AS mean_stayed,
            g.did_left / nullif(a.n_left, 0) - g.did_stayed / nullif(a.n_stayed, 0) AS estimate
        FROM (
            SELECT {columns}count(*) FILTER (has_left) AS n_left, count(*) FILTER (NOT has_left) AS n_stayed
            FROM labelled WHERE signal_key IS NULL GROUP BY ALL
        ) a JOIN (SELECT {columns}signal_key, {sides} FROM labelled WHERE signal_key IS NOT NULL GROUP BY ALL) g ON {same}
        JOIN signal USING (signal_key)
        ORDER BY {outer}abs(estimate) DESC NULLS LAST, signal"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds shares, intervals and p-values, adjusted for how many signals are compared."""
        del labels, asked
        return adjusted([_compared(row) for row in rows])

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The signal, both groups, their difference."""
        del asked
        return (
            Column("signal", "text"),
            *(Column(name, "integer", "count") for name in ("n", "n_left", "n_stayed", "did_left", "did_stayed")),
            *(Column(name, "number", unit) for name in ("share_left", "share_stayed")),
            *(Column(name, "number", unit_of_difference(unit)) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "number", "count") for name in ("mean_left", "mean_stayed")),
            *(Column(name, "number") for name in ("pvalue", "adjusted_pvalue")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who left and those who stayed, by whether they gave the signal."""
        del labels, asked
        sides = (
            Side("did_left", "did it and left", "has_left", "did_left"),
            Side("did_stayed", "did it and stayed", "NOT has_left", "did_stayed"),
        )
        return Cells(
            sides,
            "SELECT * FROM labelled JOIN signal USING (signal_key)",
            coordinates=("signal",),
            value="value",
            value_title="Times",
            value_unit="count",
        )


def _compared(row: Row) -> Row:
    left, stayed = wilson(row["did_left"], row["n_left"]), wilson(row["did_stayed"], row["n_stayed"])
    return (
        row
        | difference(left, stayed)
        | {
            "n": row["n_left"] + row["n_stayed"],
            "share_left": present(left.estimate),
            "share_stayed": present(stayed.estimate),
            "status": status(min(row["n_left"], row["n_stayed"])),
        }
    )


SIGNALS = Signals()
