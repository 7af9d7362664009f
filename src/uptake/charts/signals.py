"""What those who left did more or less often in their first days than those who stayed."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.charts import words
from uptake.charts.difference_bars import difference_bar, difference_bars, largest, named
from uptake.charts.frame import Row, Spec

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
    about = f"{subtitle} Share of those who left less share of those who stayed.".strip()
    groups = {"tip_left": "Of those who left", "tip_stayed": "Of those who stayed"}
    drawn = [_bar(row, by) for row in largest(rows, MOST)]
    return difference_bars(drawn, "In the first days", groups, title=title, subtitle=about)


def _bar(row: Row, by: Sequence[str]) -> Row:
    sides = {
        f"tip_{side}": f"{words.share(row[f'share_{side}'], 3)} of {words.count(row[f'n_{side}'])}"
        for side in ("left", "stayed")
    }
    return difference_bar(row, named(row, "signal", by), **sides)
