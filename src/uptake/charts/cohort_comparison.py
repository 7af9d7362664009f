"""Two cohorts as bars with their intervals, and how far they lie apart in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.bars import bars
from uptake.charts.frame import Row, Spec


def cohort_comparison(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws a bar for each cohort.

    Args:
        rows: Rows with the first of `by` as "one less other", `n_`, `share_`, `share_..._ci_lower` and `_ci_upper` of the
            sides `a` and `b`, `estimate`, `ci_lower`, `ci_upper` and `status`.
        title: What is shown.
        subtitle: The definition; the difference is said behind it where there is one row.
        by: What tells cohorts apart, then breakdown columns.
        known: Not looked at.
    """
    del known
    drawn = [_bar(row, side, place, by) for row in rows for place, side in enumerate("ab")]
    if len(rows) == 1 and words.finite(rows[0].get("estimate")) is not None:
        row = rows[0]
        interval = words.interval(row.get("ci_lower"), row.get("ci_upper"), "share_difference")
        sign = words.MINUS if row["estimate"] < 0 else "+"
        subtitle = f"{subtitle} Difference {sign}{words.points(row['estimate'])} ({interval}); observational.".strip()
    return bars(drawn, title=title, subtitle=subtitle, by=by)


def _bar(row: Row, side: str, place: int, by: Sequence[str]) -> dict[str, Any]:
    names = str(row.get(by[0], "") if by else "").split(" less ")
    return {
        **{name: row.get(name) for name in by[1:]},
        **({by[0]: names[place] if len(names) > place else side} if by else {}),
        "cell": row.get(f"cell_{side}"),
        "n": row.get(f"n_{side}"),
        "estimate": row.get(f"share_{side}"),
        "ci_lower": row.get(f"share_{side}_ci_lower"),
        "ci_upper": row.get(f"share_{side}_ci_upper"),
        "status": row.get("status") if row.get(f"share_{side}") is None else "closed",
    }
