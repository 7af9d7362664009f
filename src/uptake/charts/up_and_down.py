"""What came and what went, period by period: columns stacked above zero and below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.columns import column_axis
from uptake.charts.frame import LETTER, Row, Spec, cell_of, frame, layer, quantity, steps, tooltip, value_axis, word
from uptake.charts.segments import Look

HEIGHT = 280
Amounts = Mapping[str, float]


@dataclass(frozen=True)
class Parts:
    """What a column is made of.

    Args:
        above: What is stacked above zero, from the axis up.
        below: What is stacked below it, from the axis down.
        noun: What is counted.
        more: Name and title of a further line of the tooltip.
        say: What that line says of the amounts of a column.
    """

    above: tuple[str, ...]
    below: tuple[str, ...]
    noun: str
    more: tuple[str, str]
    say: Callable[[Amounts], str]

    @property
    def look(self) -> Look:
        """Each part has its colour."""
        return Look((*self.above, *self.below))


def up_and_down(
    rows: Sequence[Row],
    parts: Parts,
    column: str,
    *,
    title: str,
    subtitle: str,
    by: Sequence[str],
    period: str,
    unit: str = "count",
    currency: str = "",
) -> Spec:
    """Draws a column a period.

    Args:
        rows: Rows with `period_on`, `estimate` and `status`; of what went the amount or its negative.
        parts: What a column is made of.
        column: The column of the rows that names the part.
        title: What is shown.
        subtitle: The definition.
        by: Further breakdown columns; their parts are added up.
        period: day, week, month, quarter or year.
        unit: Unit of the amounts.
        currency: Code for the unit currency.

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """
    columns: dict[str, dict[str, Any]] = {}
    for row in rows:
        found = columns.setdefault(str(row["period_on"]), {"status": row.get("status")})
        if not by:
            found.setdefault("cells", {})[row[column]] = cell_of(row)
        found[row[column]] = found.get(row[column], 0) + abs(words.finite(row.get("estimate")) or 0)
    drawn: list[dict[str, Any]] = []
    for period_on in sorted(columns):
        drawn += _column(period_on, columns[period_on], parts, period, unit, currency)
    top = max([row["to"] for row in drawn] + [1.0])
    low = max([-row["to"] for row in drawn] + [0.0])
    above = steps(top)
    grid = [-above[1] * number for number in range(ceil(low / above[1] - 1e-9), 0, -1)] + above
    counts = parts.noun if unit == "count" else ""
    # what is counted stands above what the colours mean
    axis = value_axis(grid, unit, counts.lower(), currency) | {"grid": True, "domain": False, "titleY": -34}
    if unit != "currency":
        axis["labelExpr"] = "format(abs(datum.value), ',.12~r')"
    x = column_axis(period)
    y = quantity("from", scale={"domain": [grid[0], grid[-1]], "nice": False}, axis=axis)
    tip = tooltip(period="Period", segment="State", tip_value=parts.noun, **dict([parts.more]), tip_status="")
    bars = {"x": x, "y": y, "y2": {"field": "to"}, "tooltip": tip, **parts.look.color}
    layers = [
        layer("bar", "series", [row for row in drawn if not row["is_open"]], {"opacity": 0.9}, **bars),
        layer("bar", "series", [row for row in drawn if row["is_open"]], {"opacity": 0.4}, **bars),
        layer("rule", "axis-zero", [{"zero": 0}], y=quantity("zero")),
        *_key(parts),
    ]
    about = f"{subtitle} Added up over all groups." if by else subtitle
    return frame(layers, title=title, subtitle=about, height=HEIGHT)


def _key(parts: Parts) -> list[Spec]:
    """What the colours mean, above the plot."""
    found, at = [], 0.0
    for part in (*reversed(parts.above), *parts.below):
        rows = [{"dot": "■", "text": part, "segment": part}]
        for field, look, dx in (("dot", "series", at), ("text", "note", at + 14)):
            options = {"align": "left", "baseline": "bottom", "dx": dx, "dy": -8}
            colour = parts.look.color if field == "dot" else {}
            found.append(layer("text", look, rows, options, x={"value": 0}, y={"value": 0}, text=word(field), **colour))
        at += 14 + LETTER * (len(part) + 3)
    return found


def _column(
    period_on: str, amounts: Mapping[str, Any], parts: Parts, period: str, unit: str, currency: str
) -> list[dict[str, Any]]:
    first_day, is_open = calendar.first_day(period_on), amounts["status"] == "in_progress"
    common = {
        "begin": first_day.isoformat(),
        "period": dates.period(first_day, period),
        "is_open": is_open,
        "tip_status": words.status(amounts["status"]) if is_open else "",
        parts.more[0]: parts.say(amounts),
    }
    found = []
    for stacked, sign in ((parts.above, 1), (parts.below, -1)):
        at = 0.0
        for part in stacked:
            amount = amounts.get(part, 0)
            found.append({
                **common,
                "segment": part,
                "from": at,
                "to": at + sign * amount,
                "tip_value": words.value(amount, unit, currency=currency),
                **amounts.get("cells", {}).get(part, {}),
            })  # fmt: skip
            at += sign * amount
    return found
