"""What charts of stacked columns, one a period, have in common: the axis along which they stand."""

from __future__ import annotations

from uptake.charts.frame import Spec, word

SHORT = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}
"""How an axis writes the first day of a period."""


def column_axis(period: str) -> Spec:
    """The encoding of the column `begin`, the first day of each period, in the order of the rows."""
    return word(
        "begin",
        sort=None,
        axis={
            "labelAngle": 0,
            "labelOverlap": "parity",
            "labelSeparation": 8,
            "title": None,
            "grid": False,
            "labelExpr": f"utcFormat(toDate(datum.value), '{SHORT[period]}')",
        },
        scale={"paddingInner": 0.15},
    )
