"""Differences of two groups: a bar each, to the right where the first has more, pale where it might as well be 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, quantity, steps, tooltip, word
from uptake.charts.segments import segment_of, shortened

ROW = 36
POINTS = "(datum.value > 0 ? '+' : '') + format(datum.value * 100, '.3~g')"
"""Differences of shares are in points."""


def largest(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows with the largest differences, the largest first; rows without one are none of them."""
    valued = [row for row in rows if words.finite(row.get("estimate")) is not None]
    return sorted(valued, key=lambda row: -abs(row["estimate"]))[:most]


def difference_bar(row: Row, name: str, **groups: str) -> dict[str, Any]:
    """A bar of `difference_bars`.

    Args:
        row: A row with `estimate`, `ci_lower`, `ci_upper` and `adjusted_pvalue`.
        name: What stands beside the bar.
        groups: Column -> line of the tooltip about either group.
    """
    lower, upper = words.finite(row.get("ci_lower")), words.finite(row.get("ci_upper"))
    adjusted = words.finite(row.get("adjusted_pvalue"))
    return {
        "name": name,
        "estimate": row["estimate"],
        "lower": lower,
        "upper": upper,
        "is_sure": adjusted is not None and adjusted < 0.05,
        "tip_value": f"{words.MINUS if row['estimate'] < 0 else '+'}{words.points(row['estimate'])}",
        "tip_interval": words.interval(lower, upper, "share", 3),
        **groups,
        "tip_pvalue": words.number(adjusted),
        **cell_of(row),
    }


def named(row: Row, column: str, by: Sequence[str]) -> str:
    """What a bar is of, with its segment where the answer is broken down."""
    segment = segment_of(row, by)
    return shortened(f"{row[column]}{f' · {segment}' if segment else ''}", 32)


def _grid(ends: Sequence[float]) -> list[float]:
    """Round differences with 0 among them, no further to either side than the bars and their intervals go."""
    right = steps(max([0.0, *map(abs, ends)]), 3)
    both = [-value for value in reversed(right[1:])] + right
    step = right[1]
    return [value for value in both if min([0.0, *ends]) - step < value < max([0.0, *ends]) + step]


def difference_bars(drawn: Sequence[Row], noun: str, groups: Mapping[str, str], *, title: str, subtitle: str) -> Spec:
    """Draws differences of shares with their intervals.

    Args:
        drawn: Bars as `difference_bar` makes them, with the columns of `groups`, the topmost first.
        noun: What a bar stands for.
        groups: Column -> title of the lines of the tooltip about either group.
        title: What is shown.
        subtitle: The definition.

    Returns:
        A Vega-Lite specification.
    """
    grid = _grid([row[name] for row in drawn for name in ("estimate", "lower", "upper") if row[name] is not None])
    labels = {"grid": False, "labelLimit": 210, "title": None, "domain": False}
    y = word("name", scale={"domain": [row["name"] for row in drawn], "padding": 0}, axis=labels)
    axis = {"values": grid, "labelExpr": POINTS, "title": "points", "grid": True, "domain": False, "ticks": False}
    x = quantity("estimate", scale={"domain": [grid[0], grid[-1]], "nice": False}, axis=axis)
    place = word("name")
    tip = tooltip(name=noun, tip_value="Difference", tip_interval="95 % interval", **groups, tip_pvalue="Adjusted p")
    bar: Spec = {"height": 14, "cornerRadiusEnd": 2}
    sure, unsure = ([row for row in drawn if row["is_sure"] is wanted] for wanted in (True, False))
    whiskers = [row for row in drawn if row["lower"] is not None and row["upper"] is not None]
    layers = [
        layer("bar", "series", sure, {**bar, "opacity": 0.9}, x=x, y=y, tooltip=tip),
        layer("bar", "series", unsure, {**bar, "opacity": 0.35}, x=x, y=y, tooltip=tip),
        layer("rule", "whisker", whiskers, x=quantity("lower"), x2={"field": "upper"}, y=place),
        layer("rule", "axis-zero", [{"zero": 0}], x=quantity("zero")),
    ]
    return frame(layers, title=title, subtitle=subtitle, height=max(len(drawn), 1) * ROW)
