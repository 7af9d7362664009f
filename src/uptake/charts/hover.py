"""Hovering: what all lines say at the pointer's place on the horizontal axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from uptake.charts.frame import Row, Spec, cell_of, layer, quantity, tooltip
from uptake.charts.segments import Look, shortened
from uptake.charts.words import NO_INTERVAL

WORDS_OF_THE_TOOLTIP = ("title", "image")


def hover(points: Sequence[Row], x: Spec, look: Look, heading: str, titles: Mapping[str, str]) -> list[Spec]:
    """Layers that mark the points at the pointer's place and say them.

    Vega-Lite's own search for the nearest point shows no texts, so every place gets an invisible strip instead.

    Args:
        points: Points of all lines, also those without a value: `place` (a number on the axis), `segment`,
            `estimate`, `tip_at` (the place in words), `tip_value`, `tip_n`, `tip_interval`; `line` where its name is
            not the segment.
        x: The horizontal encoding, whose unit `place` has.
        look: How the lines are told apart. The tooltip of a single series has a line for everything that is known
            of the point, the tooltip of several a line for each.
        heading: Title of the line that says the place.
        titles: Column -> title of the lines of a single series.
    """
    places = sorted({float(point["place"]) for point in points})
    if not places:
        return []
    names = list(dict.fromkeys(_name(point) for point in points)) if look.order else []
    strips: dict[float, dict[str, Any]] = {
        place: {"key": str(place), "left": left, "right": right}
        for place, (left, right) in zip(places, edges(places), strict=True)
    }
    for point in points:
        strip = strips[float(point["place"])]
        strip["tip_at"] = point["tip_at"]
        if names:
            strip[f"line_{names.index(_name(point))}"] = _said(point)
            if "cell" in point and point["estimate"] is not None:
                strip.setdefault("cells", []).append([point["estimate"], point["cell"]])
        else:
            strip |= cell_of(point)
            strip.update({name: point[name] for name in titles})
    lines = {f"line_{index}": _title(name) for index, name in enumerate(names)} if names else dict(titles)
    near = {"type": "point", "on": "pointerover", "clear": "pointerout", "fields": ["key"]}
    opacity = {"condition": {"param": "near", "empty": False, "value": 1}, "value": 0}
    marked = [
        {**point, "key": str(float(point["place"]))}
        for point in points
        if point["estimate"] is not None and (not look.order or point["segment"] in look.order)
    ]
    at: Spec = {"x": x, "y": quantity("estimate")}
    height: Spec = {"y": {"value": 0}, "y2": {"value": "height"}}
    sides: Spec = {"x": {**x, "field": "left"}, "x2": {"field": "right"}}
    tip = tooltip(tip_at=heading, **lines)
    return [
        layer("point", "series", marked, {"filled": True, "size": 80}, **at, opacity=opacity, **look.color),
        layer("rect", "paper", strips.values(), {"opacity": 0, "clip": True}, tooltip=tip, **sides, **height)
        | {"params": [{"name": "near", "select": near}]},
    ]


def edges(places: Sequence[float]) -> list[tuple[float, float]]:
    """Where the strip of each place begins and ends: half-way to its neighbours, the outer ones as wide outwards.

    Examples:
        >>> edges([0, 2, 6])
        [(-1.0, 1.0), (1.0, 4.0), (4.0, 8.0)]
    """
    middles = [(before + after) / 2 for before, after in pairwise(places)]
    first = places[0] - (middles[0] - places[0] if middles else 1)
    last = places[-1] + (places[-1] - middles[-1] if middles else 1)
    return list(pairwise([float(first), *middles, float(last)]))


def _name(point: Row) -> str:
    return str(point.get("line") or point["segment"])


def _said(point: Row) -> str:
    if point["estimate"] is None:
        return str(point["tip_value"])
    interval = f" ({point['tip_interval']})" if point["tip_interval"] != NO_INTERVAL else ""
    return f"{point['tip_value']}{interval}, n = {point['tip_n']}"


def _title(segment: str) -> str:
    # The tooltip gives these two names a meaning of their own.
    return f"{segment} " if segment in WORDS_OF_THE_TOOLTIP else shortened(segment, 40)
