"""Where two groups go differently: a bar a step, to the right where the first group takes it more often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.difference_bars import difference_bars
from uptake.charts.frame import Row, Spec
from uptake.charts.segments import shortened

MOST = 12


def path_difference(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the largest differences with their intervals.

    Args:
        rows: Rows with `position`, `from_node`, `to_node`, `estimate`, `ci_lower`, `ci_upper`, `share_a`, `share_b`,
            `paths_a`, `paths_b`, `n_a`, `n_b` and `adjusted_pvalue`, the largest first.
        title: What is shown.
        subtitle: The definition.
        by: The breakdown, whose value names both groups.
        known: Not looked at: no colour stands for a group.

    Returns:
        A Vega-Lite specification; bars that might as well be 0 are pale.
    """
    del known
    valued = [row for row in rows if words.finite(row.get("estimate")) is not None]
    drawn = [_bar(row) for row in valued[:MOST]]
    about = " ".join(part for part in (subtitle, f"{_groups(rows, by)}: share of paths, first less second.") if part)
    said = {"tip_a": "First group", "tip_b": "Second group"}
    return difference_bars(drawn, "Step", said, title=title, subtitle=about)


def _groups(rows: Sequence[Row], by: Sequence[str]) -> str:
    return next((str(row[name]).capitalize() for row in rows for name in by if row.get(name)), "Two groups")


def _bar(row: Row) -> dict[str, Any]:
    lower, upper = words.finite(row.get("ci_lower")), words.finite(row.get("ci_upper"))
    adjusted = words.finite(row.get("adjusted_pvalue"))
    return {
        "name": f"{row['position']}. {shortened(str(row['from_node']), 16)} → {shortened(str(row['to_node']), 16)}",
        "estimate": row["estimate"],
        "lower": lower,
        "upper": upper,
        "is_sure": adjusted is not None and adjusted < 0.05,
        "tip_value": f"{'−' if row['estimate'] < 0 else '+'}{words.points(row['estimate'])}",
        "tip_interval": words.interval(lower, upper, "share", 3),
        "tip_a": f"{words.share(row['share_a'], 3)} ({words.count(row['paths_a'])} of {words.count(row['n_a'])} paths)",
        "tip_b": f"{words.share(row['share_b'], 3)} ({words.count(row['paths_b'])} of {words.count(row['n_b'])} paths)",
        "tip_pvalue": words.number(adjusted),
    }
