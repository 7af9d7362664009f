"""What goes with conversion: how much more often those convert for whom something holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.difference_bars import difference_bars
from uptake.charts.frame import Row, Spec, cell_of
from uptake.charts.segments import segment_of, shortened

MOST = 15


def drivers(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the largest differences with their intervals.

    Args:
        rows: Rows with `driver`, `estimate`, `ci_lower`, `ci_upper`, `share_with`, `share_without`, `n_with`, `n_without`
            and `adjusted_pvalue`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns; each bar names its segment.
        known: Not needed: bars have no colours of segments.

    Returns:
        A Vega-Lite specification; bars that might as well be 0 are pale.
    """
    del known
    valued = sorted(
        (row for row in rows if words.finite(row.get("estimate")) is not None), key=lambda row: -abs(row["estimate"])
    )
    about = ". ".join(
        part for part in (subtitle, "Conversion with it less conversion without it; observed, not caused") if part
    )
    groups = {"tip_with": "With it", "tip_without": "Without it"}
    return difference_bars(
        [_bar(row, by) for row in valued[:MOST]], "Of those who", groups, title=title, subtitle=about
    )


def _bar(row: Row, by: Sequence[str]) -> dict[str, Any]:
    lower, upper = words.finite(row.get("ci_lower")), words.finite(row.get("ci_upper"))
    adjusted = words.finite(row.get("adjusted_pvalue"))
    segment = segment_of(row, by)
    return {
        "name": shortened(f"{row['driver']}{f' · {segment}' if segment else ''}", 32),
        "estimate": row["estimate"],
        "lower": lower,
        "upper": upper,
        "is_sure": adjusted is not None and adjusted < 0.05,
        "tip_value": f"{words.MINUS if row['estimate'] < 0 else '+'}{words.points(row['estimate'])}",
        "tip_interval": words.interval(lower, upper, "share", 3),
        "tip_with": f"{words.share(row['share_with'], 3)} of {words.count(row['n_with'])}",
        "tip_without": f"{words.share(row['share_without'], 3)} of {words.count(row['n_without'])}",
        "tip_pvalue": words.number(adjusted),
        **cell_of(row),
    }
