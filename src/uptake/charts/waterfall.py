"""From one number to another, line by line: what each adds or takes, in the order of their size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, frame, layer, quantity, steps, tooltip, word
from uptake.charts.segments import shortened

ROW = 32
ROOM = 44
"""Pixels beside a bar for its number."""


def waterfall(
    rows: Sequence[Row], *, start: float, end: float, first: str, last: str, title: str, subtitle: str
) -> Spec:
    """Draws the lines that lead from a number to another.

    Args:
        rows: `title`, `points` and `says` of each line, in order.
        start: What the lines begin with.
        end: Where they lead.
        first: What the beginning is called.
        last: What the end is called.
        title: What is shown.
        subtitle: The definition.

    Returns:
        A Vega-Lite specification: bars from where the line before ended, those that add filled, those that take away
        in another colour, and a sign with the number of each.
    """
    bars, at = [_total(first, start)], start
    for row in rows:
        bars.append(_bar(row, at))
        at += row["points"]
    bars.append(_total(last, end))
    names = list[str]()
    for bar in bars:  # two components may be of one signal
        while bar["name"] in names:
            bar["name"] += " "
        names.append(bar["name"])
    low, high = min(bar["low"] for bar in bars[1:-1] or bars), max(bar["high"] for bar in bars)
    grid = _grid(min(low, 0.0), high)  # from 0 on: the ends are bars too
    y = word(
        "name",
        scale={"domain": names, "padding": 0},
        axis={"grid": False, "labelLimit": 190, "domain": False, "ticks": False},
    )
    place = word("name")
    axis = {"values": grid, "grid": True, "domain": False, "ticks": False, "format": ",.12~r"}
    x = quantity("low", scale={"domain": [grid[0], grid[-1]], "nice": False}, axis=axis)
    tip = tooltip(name="Line", tip_points="Points", says="Why")
    form: Spec = {"height": 16, "cornerRadius": 2}
    color = {
        "field": "way",
        "type": "nominal",
        "scale": {"domain": ["adds", "takes"], "range": "category"},
        "legend": None,
    }
    totals, parts = [bars[0], bars[-1]], bars[1:-1]
    links = [{"name": before["name"], "next": after["name"], "at": before["end"]} for before, after in pairwise(bars)]
    right = {"align": "left", "baseline": "middle", "dx": 6}
    layers = [
        layer("bar", "neutral", totals, {**form, "opacity": 0.7}, x=x, x2={"field": "high"}, y=y, tooltip=tip),
        layer("bar", "series", parts, form, x=x, x2={"field": "high"}, y=y, color=color, tooltip=tip),
        layer("rule", "guide", links, x=quantity("at"), y=word("name"), y2={"field": "next"}),
        layer("text", "label", parts, right, x=quantity("high"), y=place, text=word("text")),
        layer("text", "label-strong", totals, right, x=quantity("high"), y=place, text=word("text")),
    ]
    return frame(layers, title=title, subtitle=subtitle, height=len(bars) * ROW, right=ROOM)


def _bar(row: Row, at: float) -> dict[str, Any]:
    points = float(row["points"])
    size = f"{abs(points):.1f}"
    said = size if size == "0.0" else f"{words.MINUS if points < 0 else '+'}{size}"
    return {
        "name": shortened(str(row["title"]), 28),
        "low": min(at, at + points),
        "high": max(at, at + points),
        "end": at + points,
        "way": "adds" if points > 0 else "takes",
        "text": said,
        "tip_points": said,
        "says": row["says"],
    }


def _total(name: str, value: float) -> dict[str, Any]:
    said = f"{value:.1f}"
    return {
        "name": name, "low": 0.0, "high": value, "end": value, "way": "", "text": said, "tip_points": said, "says": "",
    }  # fmt: skip


def _grid(low: float, high: float) -> list[float]:
    """Round values from below the lowest to above the highest."""
    step = steps(max(high - low, 1e-9), 4)[1]
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * number, 9) for number in range(first, last + 1)]
