"""How many days people were active: exactly that many as bars, at least that many as a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, quantity, steps, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import EndLabels, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 260
TITLES = {
    "tip_exactly": "Exactly so many",
    "tip_interval": "95 % interval",
    "tip_value": "At least so many",
    "tip_n": "n",
}


def power_curve(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the distribution of active days.

    Args:
        rows: Rows with `days`, `n`, `estimate` (share active on exactly that many days), `at_least` (share active on
            at least as many), `ci_lower` and `ci_upper` of the former.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification. Both series are named where they are, without a legend; of segments only the line
        of at least so many days is drawn, bars would cover each other.
    """
    kept, of = largest(rows, by)
    points = [_point(row, by) for row in rows if segment_of(row, by) in kept]
    points.sort(key=lambda point: (point["segment"], point["place"]))
    days = [point["place"] for point in points] or [1, 28]
    grid = steps(max((point[name] or 0.0 for point in points for name in ("exactly", "estimate")), default=1.0))
    scale = {"domain": [min(days) - 0.5, max(days) + 0.5], "nice": False}
    ticks = [min(days), *(day for day in range(7, max(days) + 1, 7))]
    x = quantity("place", scale=scale, axis={"values": ticks, "title": "active days", "format": "d"})
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known)
    line = [point for point in points if point["estimate"] is not None]
    layers = [
        *([] if by else _bars(points, x)),
        layer("line", "series", line, x=x, y=y, **look.line),
        layer("point", "series", line, {"filled": True, "size": 24, "opacity": 1}, x=x, y=y, **look.color),
    ]
    labels = EndLabels(_names(points, line, grid[-1]), 8, [])
    if by:
        labels = end_labels(list({point["segment"]: point for point in line}.values()), HEIGHT, grid[-1], look)
    layers += [*labels.layers, *hover(points, x, look, "Active on", TITLES)]
    about = shown(subtitle, len(kept), of)
    return frame(layers, title=title, subtitle=about, height=HEIGHT, right=labels.room, key=labels.key)


def _bars(points: Sequence[Row], x: Spec) -> list[Spec]:
    whiskers = [point for point in points if point["lower"] is not None and point["upper"] is not None]
    sides: Spec = {"x": quantity("left"), "x2": {"field": "right"}}
    return [
        layer("rect", "soft", points, y=quantity("exactly"), y2={"datum": 0}, **sides),
        layer("rule", "whisker", whiskers, {"opacity": 0.35}, x=x, y=quantity("lower"), y2={"field": "upper"}),
    ]


def _point(row: Row, by: Sequence[str]) -> dict[str, Any]:
    days = int(row["days"])
    segment = segment_of(row, by)
    bounds = row.get("ci_lower"), row.get("ci_upper")
    return {
        "place": days,
        "segment": segment,
        "text": shortened(segment),
        "left": days - 0.36,
        "right": days + 0.36,
        "exactly": words.finite(row.get("estimate")),
        "estimate": words.finite(row.get("at_least")),
        "lower": words.finite(row.get("ci_lower")),
        "upper": words.finite(row.get("ci_upper")),
        "tip_at": words.days(days),
        "tip_exactly": words.value(row.get("estimate"), "share"),
        "tip_value": words.value(row.get("at_least"), "share"),
        # The interval is that of exactly so many days, which only a single series tells.
        "tip_interval": words.NO_INTERVAL if by else words.interval(*bounds, "share", 3),
        "tip_n": words.count(row.get("n")),
        **cell_of(row),
    }


def _names(points: Sequence[Row], line: Sequence[Row], top: float) -> list[Spec]:
    """The line's name above a point a third along, the bars' name above the bars of few days."""
    named = [
        {"place": point["place"], "at": point["estimate"], "text": "on at least so many days"}
        for point in line[len(line) // 4 : len(line) // 4 + 1]
    ]
    early = [point for point in points[2 : len(points) // 3] if point["exactly"] is not None]
    if early:
        top_of_bars = max(max(point["exactly"], point["upper"] or 0.0) for point in early) + 0.01 * top
        named.append({"place": early[0]["place"], "at": top_of_bars, "text": "on exactly so many"})
    beside = {"align": "left", "baseline": "bottom", "dx": 6, "dy": -4}
    return [layer("text", "label-strong", named, beside, x=quantity("place"), y=quantity("at"), text=word("text"))]
