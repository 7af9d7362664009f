"""Differences of two groups: a bar each, to the right where the first has more, pale where it might as well be 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uptake.charts.frame import PERCENT, Row, Spec, frame, layer, quantity, steps, tooltip, word

ROW = 36


def difference_bars(drawn: Sequence[Row], noun: str, groups: Mapping[str, str], *, title: str, subtitle: str) -> Spec:
    """Draws differences of shares with their intervals.

    Args:
        drawn: Rows with `name`, `estimate`, `lower`, `upper`, `is_sure`, `tip_value`, `tip_interval`, `tip_pvalue` and the
            columns of `groups`, the topmost first.
        noun: What a bar stands for.
        groups: Column -> title of the lines of the tooltip about either group.
        title: What is shown.
        subtitle: The definition.

    Returns:
        A Vega-Lite specification.
    """
    ends = [abs(row[name]) for row in drawn for name in ("estimate", "lower", "upper") if row[name] is not None]
    right = steps(max([0.0, *ends]), 3)
    grid = [-value for value in reversed(right[1:])] + right
    labels = {"grid": False, "labelLimit": 210, "title": None, "domain": False}
    y = word("name", scale={"domain": [row["name"] for row in drawn], "padding": 0}, axis=labels)
    axis = {"values": grid, "labelExpr": PERCENT, "title": None, "grid": True, "domain": False, "ticks": False}
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
