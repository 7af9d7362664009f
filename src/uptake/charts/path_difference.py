"""Where two groups go differently: a bar a step, to the right where the first group takes it more often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uptake.charts import words
from uptake.charts.difference_bars import difference_bar, difference_bars, largest
from uptake.charts.frame import Row, Spec, cell_of
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
        A Vega-Lite specification; bars that might as well be 0 are pale, and lead to the group that goes there more.
    """
    del known
    drawn = [_bar(row) for row in largest(rows, MOST)]
    about = " ".join(part for part in (subtitle, f"{_groups(rows, by)}: share of paths, first less second.") if part)
    said = {"tip_a": "First group", "tip_b": "Second group"}
    return difference_bars(drawn, "Step", said, title=title, subtitle=about)


def _groups(rows: Sequence[Row], by: Sequence[str]) -> str:
    return next((str(row[name]).capitalize() for row in rows for name in by if row.get(name)), "Two groups")


def _bar(row: Row) -> Row:
    name = f"{row['position']}. {shortened(str(row['from_node']), 16)} → {shortened(str(row['to_node']), 16)}"
    sides = {
        f"tip_{side}": f"{words.share(row[f'share_{side}'], 3)}"
        f" ({words.count(row[f'paths_{side}'])} of {words.count(row[f'n_{side}'])} paths)"
        for side in "ab"
    }
    more = "a" if row["estimate"] > 0 else "b"
    return difference_bar(row, name, **sides) | cell_of({"cell": row.get(f"cell_{more}")})
