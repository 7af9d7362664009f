"""What goes with conversion: how much more often those convert for whom something holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uptake.charts import words
from uptake.charts.difference_bars import difference_bar, difference_bars, largest, named
from uptake.charts.frame import Row, Spec

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
    about = ". ".join(
        part for part in (subtitle, "Conversion with it less conversion without it; observed, not caused") if part
    )
    groups = {"tip_with": "With it", "tip_without": "Without it"}
    return difference_bars(
        [_bar(row, by) for row in largest(rows, MOST)], "Of those who", groups, title=title, subtitle=about
    )


def _bar(row: Row, by: Sequence[str]) -> Row:
    sides = {
        f"tip_{side}": f"{words.share(row[f'share_{side}'], 3)} of {words.count(row[f'n_{side}'])}"
        for side in ("with", "without")
    }
    return difference_bar(row, named(row, "driver", by), **sides)
