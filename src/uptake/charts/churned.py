"""Who left early and who slowly, period by period: stacked columns."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.charts import words
from uptake.charts.frame import Row, Spec
from uptake.charts.up_and_down import Amounts, Parts, up_and_down


def _share(counts: Amounts) -> str:
    early, slow = counts.get("early", 0), counts.get("slow", 0)
    return words.share(early / (early + slow)) if early + slow else "nobody left"


KINDS = Parts(("slow", "early"), (), "Entities", ("tip_share", "Share that left early"), _share)


def churned(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), period: str = "month"
) -> Spec:
    """Draws a column a period: who left slowly, and above them who left early.

    Args:
        rows: Rows of a result with `period_on`, `kind`, `estimate` and `status`; those of a list count one each.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the kind; their parts are added up.
        period: day, week, month or quarter.

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """
    counted = [{"estimate": 1, **row} for row in rows]
    return up_and_down(counted, KINDS, "kind", title=title, subtitle=subtitle, by=by, period=period)
