"""How long those who went on took: a histogram, with the median marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, measure, quantity, steps, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import EndLabels, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 260
GAP = 0.06
"""The part of a bin's width that stays free on both sides of its bar."""
TITLES = {"tip_value": "Share", "tip_n": "So many", "tip_interval": "95 % interval"}


def time_to_convert(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws a bar for each bin; with segments a line for each, as bars would cover each other.

    Args:
        rows: Rows with `from_s`, `to_s` (missing for the bin of all that took longer), `n`, `count`, `estimate`,
            `ci_lower`, `ci_upper`, `median_s`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification.
    """
    kept, of = largest(rows, by)
    drawn = [row for row in rows if segment_of(row, by) in kept]
    width = next((row["to_s"] - row["from_s"] for row in drawn if row.get("to_s") is not None), 1.0)
    end = max((row["from_s"] + width for row in drawn), default=width)
    divisor, counts = measure("seconds", [end])
    points = [_point(row, width, divisor, by) for row in drawn]
    points.sort(key=lambda point: (point["segment"], point["place"]))
    grid = steps(max((point["estimate"] for point in points if point["estimate"] is not None), default=1.0))
    scale = {"domain": [0, end / divisor], "nice": False}
    x = quantity("place", scale=scale, axis={"title": counts, "format": ",.12~r", "tickCount": 8})
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known)
    if by:
        last = list({point["segment"]: point for point in points}.values())
        labels = end_labels(last, HEIGHT, grid[-1], look)
        layers = [layer("line", "series", points, x=x, y=y, **look.line)]
    else:
        labels = EndLabels([], 16, [])
        sides: Spec = {"x": quantity("left", scale=scale, axis=x["axis"]), "x2": {"field": "right"}}
        layers = [
            layer("rect", "series", points, {"opacity": 0.85}, y=y, y2={"datum": 0}, **sides),
            *_median(drawn, divisor),
        ]
    layers += [*labels.layers, *hover(points, x, look, "Took", TITLES)]
    about = shown(subtitle, len(kept), of)
    return frame(layers, title=title, subtitle=about, height=HEIGHT, right=labels.room, key=labels.key)


def _point(row: Row, width: float, divisor: float, by: Sequence[str]) -> dict[str, Any]:
    left, right, segment = row["from_s"], row["from_s"] + width, segment_of(row, by)
    is_last = row.get("to_s") is None
    return {
        "place": (left + right) / 2 / divisor,
        "left": (left + GAP * width) / divisor,
        "right": (right - GAP * width) / divisor,
        "segment": segment,
        "text": shortened(segment),
        "estimate": words.finite(row.get("estimate")),
        "tip_at": f"{words.duration(left)} or more" if is_last else words.interval(left, right, "seconds", 3),
        "tip_value": words.share(row.get("estimate"), 3),
        "tip_n": f"{words.count(row.get('count'))} of {words.count(row.get('n'))}",
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), "share", 3),
        **cell_of(row),
    }


def _median(rows: Sequence[Row], divisor: float) -> list[Spec]:
    found = next((value for row in rows if (value := words.finite(row.get("median_s"))) is not None), None)
    if found is None:
        return []
    marked = [{"at": found / divisor, "text": f"half took at most {words.duration(found)}"}]
    beside = {"align": "left", "baseline": "top", "dx": 6, "dy": 2}
    return [
        layer("rule", "mean", marked, x=quantity("at")),
        layer("text", "label", marked, beside, x=quantity("at"), y={"value": 0}, text=word("text")),
    ]
