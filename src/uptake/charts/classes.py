"""How everybody is shared out among a few ordered classes, period by period: stacked columns that end at 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.columns import column_axis
from uptake.charts.frame import LETTER, Row, Spec, frame, layer, quantity, tooltip, value_axis, word
from uptake.charts.segments import Look

HEIGHT = 280
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
LAST = "neutral"
"""The style of the last class, who were not there or hardly: it has no shade of its own."""


def classes(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), period: str = "month"
) -> Spec:
    """Draws a column a period: the shares of all classes, the first on top in the strongest shade.

    Args:
        rows: Rows of a result with `period_on`, `class`, `count`, `n`, `ci_lower`, `ci_upper` and `status`; classes in
            their order, the last being those who were least there.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the class; their parts are added up.
        period: day, week, month or quarter.

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """
    order = list(dict.fromkeys(str(row["class"]) for row in rows))
    drawn = _columns(rows, order, period)
    # the ramp's last shade is the strongest, and belongs to the first class
    look = Look(tuple(reversed(order[:-1])), range="ordinal")
    x = column_axis(period)
    y = quantity("from", scale={"domain": [0, 1], "nice": False}, axis=value_axis(GRID, "share"))
    tip = tooltip(period="Period", segment="Class", tip_value="Share", tip_interval="95 % interval", tip_n="Of them",
                  tip_status="")  # fmt: skip
    layers = []
    for is_open, opacity in ((False, 0.95), (True, 0.45)):
        for style, some in (("series", order[:-1]), (LAST, order[-1:])):
            part = [row for row in drawn if row["is_open"] == is_open and row["segment"] in some]
            options = {"opacity": opacity * (0.45 if style == LAST else 1)}
            color = look.color if style == "series" else {}
            layers.append(layer("bar", style, part, options, x=x, y=y, y2={"field": "to"}, tooltip=tip, **color))
    layers += _key(order, look)
    about = f"{subtitle} Added up over all groups." if by else subtitle
    return frame(layers, title=title, subtitle=about, height=HEIGHT)


def _columns(rows: Sequence[Row], order: Sequence[str], period: str) -> list[dict[str, Any]]:
    """The parts of every column from the bottom up: the last class first."""
    cells: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        cells.setdefault(str(row["period_on"]), {}).setdefault(str(row["class"]), []).append(row)
    drawn = []
    for period_on in sorted(cells):
        first_day, at = calendar.first_day(period_on), 0.0
        for name in reversed(order):
            own = cells[period_on].get(name, [])
            n, count = (sum(words.finite(row.get(of)) or 0 for row in own) for of in ("n", "count"))
            end = at + (count / n if n else 0.0)
            is_open = any(row.get("status") == "in_progress" for row in own)
            drawn.append({
                "begin": first_day.isoformat(),
                "period": dates.period(first_day, period),
                "segment": name,
                "from": at,
                "to": end,
                "is_open": is_open,
                "tip_value": words.share(count / n if n else None, 3),
                "tip_interval": words.interval(own[0].get("ci_lower"), own[0].get("ci_upper"), "share", 3)
                if len(own) == 1
                else words.NO_INTERVAL,
                "tip_n": f"{words.count(count)} of {words.count(n)}",
                "tip_status": words.status("in_progress") if is_open else "",
            })  # fmt: skip
            at = end
    return drawn


def _key(order: Sequence[str], look: Look) -> list[Spec]:
    """What the shades mean, above the plot."""
    found, at = [], 0.0
    for name in order:
        color = look.color if name in look.order else {}
        place: Spec = {"x": {"value": 0}, "y": {"value": 0}}
        above = {"align": "left", "baseline": "bottom", "dy": -8}
        row = [{"dot": "■", "text": name, "segment": name}]
        dot = {**above, "dx": at, "opacity": 1.0 if color else 0.45}
        found.append(layer("text", "series" if color else LAST, row, dot, text=word("dot"), **place, **color))
        found.append(layer("text", "note", row, {**above, "dx": at + 14}, text=word("text"), **place))
        at += 14 + LETTER * (len(name) + 3)
    return found
