"""Who came and who stayed away, period by period: stacked above zero and below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.frame import LETTER, Row, Spec, cell_of, frame, layer, quantity, steps, tooltip, value_axis, word
from uptake.charts.segments import Look

ABOVE = ("current", "resurrected", "new")
BELOW = "dormant"
HEIGHT = 280
SHORT = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y"}
"""How an axis writes the first day of a period."""
LOOK = Look((*ABOVE, BELOW))
TITLES = {"current": "Current", "resurrected": "Resurrected", "new": "New", BELOW: "Dormant"}


def lifecycle(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), period: str = "week"
) -> Spec:
    """Draws a column a period: who is active stacked above zero, who went below it.

    Args:
        rows: Rows of a result with `period_on`, `state`, `estimate`, `ci_lower`, `ci_upper`, `n` and `status`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the state; their parts are added up.
        period: day, week, month or quarter.

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """
    columns: dict[str, dict[str, Any]] = {}
    for row in rows:
        column = columns.setdefault(str(row["period_on"]), {"status": row.get("status")})
        if not by:
            column.setdefault("cells", {})[row["state"]] = cell_of(row)
        column[row["state"]] = column.get(row["state"], 0) + (words.finite(row.get("estimate")) or 0)
    drawn: list[dict[str, Any]] = []
    for period_on in sorted(columns):
        drawn += _column(calendar.first_day(period_on), columns[period_on], period)
    top = max([row["to"] for row in drawn] + [1.0])
    low = max([-row["to"] for row in drawn] + [0.0])
    above = steps(top)
    grid = [-above[1] * number for number in range(ceil(low / above[1] - 1e-9), 0, -1)] + above
    axis = value_axis(grid, "count") | {
        "labelExpr": "format(abs(datum.value), ',.12~r')",
        "grid": True,
        "domain": False,
    }
    x = word(
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
    y = quantity("from", scale={"domain": [grid[0], grid[-1]], "nice": False}, axis=axis)
    tip = tooltip(period="Period", segment="State", tip_value="Entities", tip_pulse="Pulse", tip_status="")
    over = [row for row in drawn if not row["is_open"]]
    running = [row for row in drawn if row["is_open"]]
    bars = {"x": x, "y": y, "y2": {"field": "to"}, "tooltip": tip, **LOOK.color}
    layers = [
        layer("bar", "series", over, {"opacity": 0.9}, **bars),
        layer("bar", "series", running, {"opacity": 0.4}, **bars),
        layer("rule", "axis-zero", [{"zero": 0}], y=quantity("zero")),
        *_key(),
    ]
    about = f"{subtitle} Added up over {', '.join(by)}." if by else subtitle
    return frame(layers, title=title, subtitle=about, height=HEIGHT)


def _key() -> list[Spec]:
    """What the colours mean, above the plot."""
    found, at = [], 0.0
    for state in (*reversed(ABOVE), BELOW):
        rows = [{"dot": "■", "text": TITLES[state].lower(), "segment": state}]
        for field, look, dx in (("dot", "series", at), ("text", "note", at + 14)):
            options = {"align": "left", "baseline": "bottom", "dx": dx, "dy": -8}
            colour = LOOK.color if field == "dot" else {}
            found.append(layer("text", look, rows, options, x={"value": 0}, y={"value": 0}, text=word(field), **colour))
        at += 14 + LETTER * (len(TITLES[state]) + 3)
    return found


def _column(first_day: date, counts: Mapping[str, Any], period: str) -> list[dict[str, Any]]:
    came, went = counts.get("new", 0) + counts.get("resurrected", 0), counts.get(BELOW, 0)
    said = words.status(counts["status"]) if counts["status"] == "in_progress" else ""
    found, at = [], 0.0
    for state in (*ABOVE, BELOW):
        members = counts.get(state, 0)
        begin, end = (0.0, -members) if state == BELOW else (at, at + members)
        at = at if state == BELOW else end
        found.append({
            "begin": first_day.isoformat(),
            "period": dates.period(first_day, period),
            "segment": state,
            "from": begin,
            "to": end,
            "is_open": counts["status"] == "in_progress",
            "tip_value": words.count(members),
            "tip_pulse": words.number(came / went) if went else "nobody went",
            "tip_status": said,
            **counts.get("cells", {}).get(state, {}),
        })  # fmt: skip
    return found
