"""How a launched feature is taken up: a line for each step of the way by the days since the launch, and the target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, frame, layer, quantity, steps, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import Look, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 300
CURVES = {"tried": "tried it", "again": "used it again", "adopted": "adopted it", "kept": "kept it"}
"""Curve -> what is written beside its line."""
TITLES = {"tip_value": "Share", "tip_n": "n", "tip_interval": "95 % interval"}


def launch(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    known: Iterable[str] = (),
    since: str = "the launch",
) -> Spec:
    """Draws the curves of a launch; broken down, the one the target is meant for, with a line for each segment.

    Args:
        rows: Rows of a result with `curve`, `day`, `n`, `estimate`, `ci_lower`, `ci_upper`, `target` and `status`; the
            target stands with the day by which it should be reached.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.
        since: What days are counted from.

    Returns:
        A Vega-Lite specification. Days that are over for nobody are hatched.
    """
    aims = [row for row in rows if words.finite(row.get("target")) is not None]
    shown_curve = str(aims[0]["curve"]) if aims else "adopted"
    kept, of = largest(rows, by)
    drawn = [
        _point(row, segment_of(row, by) if by else CURVES[str(row["curve"])])
        for row in rows
        if not by or (row["curve"] == shown_curve and segment_of(row, by) in kept)
    ]
    last_day = max((point["place"] for point in drawn), default=1)
    over = max((point["place"] for point in drawn if point["estimate"] is not None), default=0)
    aim = [{"place": aims[0]["day"], "estimate": words.finite(aims[0]["target"])}] if aims else []
    tops = [point[name] or 0.0 for point in (*drawn, *aim) for name in ("estimate",)]
    grid = steps(max([0.01, *tops]))
    ticks = [day for day in steps(last_day, 6) if day <= last_day]
    x = quantity(
        "place",
        scale={"domain": [0, last_day], "nice": False},
        axis={"values": ticks, "title": f"days since {since}", "format": ",.12~r"},
    )
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known) if by else Look(tuple(CURVES.values()))
    line = [point for point in drawn if point["estimate"] is not None]
    last = list({point["segment"]: point for point in line}.values())
    labels = end_labels(last, HEIGHT, grid[-1], look)
    layers = [
        *_ahead(over, last_day),
        *([] if len(last) > len(CURVES) else [_ribbons(line, look)]),
        layer("line", "series", line, x=x, y=y, **look.line),
        *_target(aim, CURVES[shown_curve], last_day),
        *labels.layers,
        *hover(drawn, x, look, "By", TITLES),
    ]
    about = f"{subtitle} Drawn: the share that {CURVES[shown_curve]}." if by else subtitle
    return frame(
        layers, title=title, subtitle=shown(about, len(kept), of), height=HEIGHT, right=labels.room, key=labels.key
    )


def _point(row: Row, segment: str) -> dict[str, Any]:
    is_open = row.get("status") == "in_progress"
    value = words.share(row.get("estimate"))
    return {
        "place": int(row["day"]),
        "segment": segment,
        "text": f"{shortened(segment)} {value}",
        "estimate": None if is_open else words.finite(row.get("estimate")),
        "lower": words.finite(row.get("ci_lower")),
        "upper": words.finite(row.get("ci_upper")),
        "tip_at": f"day {row['day']}",
        "tip_value": words.status(row["status"], row.get("n")) if is_open else words.share(row.get("estimate"), 3),
        "tip_n": words.count(row.get("n")),
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), "share", 3),
    }


def _ribbons(line: Sequence[Row], look: Look) -> Spec:
    rows = [point for point in line if point["lower"] is not None and point["upper"] is not None]
    options = {"clip": True}
    return layer(
        "area", "ribbon", rows, options, x=quantity("place"), y=quantity("lower"), y2={"field": "upper"}, **look.color
    )


def _ahead(over: int, last_day: int) -> list[Spec]:
    """The days that are not over for anybody."""
    if over >= last_day:
        return []
    row = [{"place": over, "until": last_day, "note": "in progress"}]
    note = {"align": "right", "baseline": "bottom", "dy": -4}
    return [
        layer("rect", "in-progress-column", row, x=quantity("place"), x2={"field": "until"}),
        layer("text", "note", row, note, x={"value": "width"}, y={"value": 0}, text=word("note")),
    ]


def _target(aim: Sequence[Mapping[str, Any]], said: str, last_day: int) -> list[Spec]:
    """The share that should get there, from the first day to the one by which it should."""
    if not aim:
        return []
    row = [{"first": 0, **aim[0], "text": f"Target: {words.share(aim[0]['estimate'])} {said} by day {aim[0]['place']}"}]
    above = {"align": "left", "baseline": "bottom", "dx": 4, "dy": -4}
    dot = {"filled": True, "size": 60, "opacity": 1}
    marks = [
        layer("rule", "mean", row, x=quantity("first"), x2={"field": "place"}, y=quantity("estimate")),
        layer("text", "note", row, above, x=quantity("first"), y=quantity("estimate"), text=word("text")),
    ]
    if aim[0]["place"] <= last_day:
        marks.append(layer("point", "mean", row, dot, x=quantity("place"), y=quantity("estimate")))
    return marks
