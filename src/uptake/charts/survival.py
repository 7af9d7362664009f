"""The share that has reached something by each day since the start, with its band."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, measure, quantity, steps, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import EndLabels, Look, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 280
MOST_POINTS = 240
LOG_FROM_DAYS = 21
DAY_TICKS = (0, 1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1095, 1825)
HALF = 0.5
TITLES = {"tip_value": "Reached", "tip_n": "Still at risk", "tip_interval": "95 % interval"}


def survival(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    known: Iterable[str] = (),
) -> Spec:
    """Draws Kaplan-Meier curves as the share reached, a step at every time of `at_s`.

    Up to three weeks the time axis is linear; beyond, it is linear to one day and logarithmic after, so that the
    first week keeps its room.

    Args:
        rows: Rows with `at_s` (seconds since the start), `n` (at risk), `reached`, `estimate` (share 0..1),
            `ci_lower` and `ci_upper`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification; the time at which a single curve reaches one half is marked and written out.
    """
    kept, of = largest(rows, by)
    curves = {name: _curve([row for row in rows if segment_of(row, by) == name], name) for name in kept}
    divisor, counts = measure("seconds", (row.get("at_s") for row in rows))
    points = [{**point, "at": point["at_s"] / divisor} for curve in curves.values() for point in curve]
    end = max((point["at"] for point in points), default=1.0)
    is_log = counts == "days" and end > LOG_FROM_DAYS
    ticks = [day for day in DAY_TICKS if day <= end] if is_log else steps(end, 6)
    domain = [0, end if is_log else ticks[-1]]
    scale = {"type": "symlog", "constant": 1, "domain": domain} if is_log else {"domain": domain, "nice": False}
    x = quantity("at", scale=scale, axis={"values": ticks, "title": f"{counts} since the start", "format": ",.12~r"})
    grid = steps(max([0.5, *(point["upper"] or point["estimate"] for point in points)]))
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known)
    last = [curve[-1] for curve in curves.values() if curve]
    labels = end_labels(last, HEIGHT, grid[-1], look) if by else EndLabels([], 24, [])
    step = {"interpolate": "step-after"}
    layers = [
        *([] if len(kept) > 3 else [_band(points, step, x, look)]),
        layer("line", "series", points, step, x=x, y=y, **look.line),
        *([] if by else _half(points, x)),
        *labels.layers,
        *hover(_together(curves, divisor), x, look, "By", TITLES),
    ]
    return frame(
        layers, title=title, subtitle=shown(subtitle, len(kept), of), height=HEIGHT, right=labels.room, key=labels.key
    )


def _curve(rows: Sequence[Row], segment: str) -> list[dict[str, Any]]:
    """The points of one curve in order, thinned to what can be seen, beginning at nothing."""
    known = [row for row in rows if words.finite(row.get("estimate")) is not None]
    ordered: list[Row] = sorted(known, key=lambda row: float(row["at_s"]))
    if ordered and ordered[0]["at_s"] > 0:
        start = {"at_s": 0, "n": ordered[0].get("n"), "estimate": 0.0, "ci_lower": 0.0, "ci_upper": 0.0}
        ordered.insert(0, start)
    stride = -(-len(ordered) // MOST_POINTS) or 1
    thinned = [*ordered[:-1:stride], *ordered[-1:]]
    return [_point(row, segment) for row in thinned]


def _point(row: Row, segment: str) -> dict[str, Any]:
    estimate = words.finite(row["estimate"]) or 0.0
    value = words.share(estimate)
    return {
        "at_s": float(row["at_s"]),
        "segment": segment,
        "estimate": estimate,
        "lower": words.finite(row.get("ci_lower")),
        "upper": words.finite(row.get("ci_upper")),
        "text": f"{shortened(segment)} {value}" if segment else value,
        "tip_at": words.duration(float(row["at_s"])),
        "tip_value": words.share(estimate, 3),
        "tip_n": words.count(row.get("n")),
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), "share", 3),
        **cell_of(row),
    }


def _band(points: Sequence[Row], step: Spec, x: Spec, look: Look) -> Spec:
    rows = [point for point in points if point["lower"] is not None and point["upper"] is not None]
    return layer("area", "ribbon", rows, step, x=x, y=quantity("lower"), y2={"field": "upper"}, **look.color)


def _half(points: Sequence[Row], x: Spec) -> list[Spec]:
    reached = next((point for point in points if point["estimate"] >= HALF), None)
    if reached is None:
        return []
    row = {"at": reached["at"], "zero": 0, "half": HALF, "text": f"half by {words.duration(reached['at_s'])}"}
    drop = {"strokeDash": [2, 3]}
    beside = {"align": "left", "baseline": "top", "dx": 8, "dy": 8}
    return [
        layer("rule", "guide", [row], drop, x=x, y=quantity("zero"), y2={"field": "half"}),
        layer("point", "series", [row], {"filled": True, "size": 60, "opacity": 1}, x=x, y=quantity("half")),
        layer("text", "label-strong", [row], beside, x=x, y=quantity("half"), text=word("text")),
    ]


def _together(curves: Mapping[str, list[dict[str, Any]]], divisor: float) -> list[dict[str, Any]]:
    """All curves at the times of any of them, so that hovering a time says them all."""
    times = sorted({point["at_s"] for curve in curves.values() for point in curve})
    stride = -(-len(times) // MOST_POINTS) or 1
    found = []
    for curve in curves.values():
        starts = [point["at_s"] for point in curve]
        for at_s in times[::stride]:
            step = bisect_right(starts, at_s) - 1
            if step >= 0 and at_s <= starts[-1]:
                at = at_s / divisor
                found.append({**curve[step], "at": at, "place": at, "tip_at": words.duration(at_s)})
    return found
