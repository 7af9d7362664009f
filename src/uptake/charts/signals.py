"""What those who left did more or less often in their first days than those who stayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.difference_bars import difference_bars
from uptake.charts.frame import Row, Spec, cell_of
from uptake.charts.segments import segment_of, shortened

MOST = 15


def signals(rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = ()) -> Spec:
    """Draws the largest differences with their intervals.

    Args:
        rows: Rows with `signal`, `estimate`, `ci_lower`, `ci_upper`, `share_left`, `share_stayed`, `n_left`, `n_stayed` and
            `adjusted_pvalue`, the largest first.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns; each bar names its segment.

    Returns:
        A Vega-Lite specification; bars that might as well be 0 are pale.
    """
    valued = sorted(
        (row for row in rows if words.finite(row.get("estimate")) is not None), key=lambda row: -abs(row["estimate"])
    )
    about = f"{subtitle} Share of those who left less share of those who stayed.".strip()
    groups = {"tip_left": "Of those who left", "tip_stayed": "Of those who stayed"}
    drawn = [_bar(row, by) for row in valued[:MOST]]
    return difference_bars(drawn, "In the first days", groups, title=title, subtitle=about)


def _bar(row: Row, by: Sequence[str]) -> dict[str, Any]:
    lower, upper = words.finite(row.get("ci_lower")), words.finite(row.get("ci_upper"))
    adjusted = words.finite(row.get("adjusted_pvalue"))
    segment = segment_of(row, by)
    return {
        "name": shortened(f"{row['signal']}{f' · {segment}' if segment else ''}", 32),
        "estimate": row["estimate"],
        "lower": lower,
        "upper": upper,
        "is_sure": adjusted is not None and adjusted < 0.05,
        "tip_value": f"{words.MINUS if row['estimate'] < 0 else '+'}{words.points(row['estimate'])}",
        "tip_interval": words.interval(lower, upper, "share", 3),
        "tip_left": f"{words.share(row['share_left'], 3)} of {words.count(row['n_left'])}",
        "tip_stayed": f"{words.share(row['share_stayed'], 3)} of {words.count(row['n_stayed'])}",
        "tip_pvalue": words.number(adjusted),
        **cell_of(row),
    }
