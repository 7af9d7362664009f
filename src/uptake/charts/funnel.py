"""How many get from step to step: a bar for each step, with those who stopped before it hatched beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import PERCENT, Row, Spec, frame, layer, quantity, tooltip, word
from uptake.charts.segments import HUES, largest, look_of, segment_of, shortened, shown

STEP, SEGMENT = 76, 26
"""Heights in pixels: a step without segments; the bar of a segment, or the name above several."""
NAME_AT, NOTE_AT = -25, 23
BAR, THIN = 20, 14
WIDE = 1.6
"""Where bars have their words at the end, the axis goes on so far, that a full bar leaves room for them."""
TITLES = {
    "tip_step": "Step",
    "tip_segment": "Segment",
    "tip_value": "Of those who entered",
    "tip_interval": "95 % interval",
    "tip_before": "Of the step before",
    "tip_dropped": "Stopped before it",
    "tip_time": "Half took",
}


def funnel(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the steps from the top down; with segments, a bar for each of the largest ones under every step.

    Args:
        rows: Rows with `step`, `name`, `n`, `count`, `estimate`, `ci_lower`, `ci_upper`, `step_conversion_rate`,
            `dropped`, `dropped_share`, `median_s` and `status`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification.
    """
    kept, of = largest(rows, by, HUES)
    drawn = [_bar(row, by) for row in rows if segment_of(row, by) in kept]
    return (
        _by_segment(drawn, title, shown(subtitle, len(kept), of), kept, known) if by else _plain(drawn, title, subtitle)
    )


def _plain(drawn: list[dict[str, Any]], title: str, subtitle: str) -> Spec:
    place = word("line")
    y = word("line", scale={"domain": [bar["line"] for bar in drawn], "padding": 0}, axis=None)
    x = quantity("estimate", scale={"domain": [0, 1], "nice": False}, axis=_axis())
    tip = _tip(without=("tip_segment",))
    valued = [bar for bar in drawn if bar["estimate"] is not None]
    lost = [bar for bar in valued if bar["before"] is not None and bar["before"] > bar["estimate"]]
    thick = {"height": BAR, "cornerRadiusEnd": 2}
    left, right = {"x": {"value": 0}, "y": place}, {"x": {"value": "width"}, "y": place}
    whole = {"x": {"value": 0}, "x2": {"value": "width"}, "y": y, "tooltip": tip}
    head = {"yOffset": NAME_AT}
    layers = [
        layer("bar", "track", drawn, {"height": BAR}, **whole),
        layer(
            "bar",
            "in-progress-cell",
            lost,
            {"height": BAR},
            x=quantity("estimate"),
            x2={"field": "before"},
            y=place,
            tooltip=tip,
        ),
        layer("bar", "series", valued, thick, x=x, y=place, tooltip=tip),
        layer("rule", "whisker", _whiskers(valued), x=quantity("lower"), x2={"field": "upper"}, y=place),
        layer("text", "label-strong", drawn, {"align": "left", **head}, text=word("label"), **left),
        layer("text", "label-strong", drawn, {"align": "right", **head}, text=word("text"), **right),
        layer("text", "note", drawn, {"align": "left", "yOffset": NOTE_AT}, text=word("note"), **left),
    ]
    return frame(layers, title=title, subtitle=subtitle, height=max(len(drawn), 1) * STEP, right=16)


def _by_segment(drawn: list[dict[str, Any]], title: str, subtitle: str, kept: list[str], known: Iterable[str]) -> Spec:
    look = look_of(kept, known)
    heads = list({bar["step"]: {**bar, "line": f"step {bar['step']}"} for bar in drawn}.values())
    order: list[str] = []
    for head in heads:
        order += [head["line"], *(bar["line"] for bar in drawn if bar["step"] == head["step"])]
    place = word("line")
    y = word("line", scale={"domain": order, "padding": 0}, axis=None)
    x = quantity("estimate", scale={"domain": [0, WIDE], "nice": False}, axis=_axis())
    tip = _tip()
    valued = [bar for bar in drawn if bar["estimate"] is not None]
    empty = [bar for bar in drawn if bar["estimate"] is None]
    after = {"align": "left", "dx": 8}
    at = {"x": {"value": 0}, "y": place}
    layers = [
        layer(
            "text",
            "label-strong",
            heads,
            {"align": "left", "baseline": "middle"},
            text=word("label"),
            x={"value": 0},
            y=y,
        ),
        layer(
            "bar",
            "series",
            valued,
            {"height": THIN, "cornerRadiusEnd": 2, "opacity": 0.85},
            x=x,
            y=place,
            tooltip=tip,
            **look.color,
        ),
        layer("rule", "whisker", _whiskers(valued), x=quantity("lower"), x2={"field": "upper"}, y=place),
        layer("text", "label", valued, after, x=quantity("end"), y=place, text=word("said")),
        layer("text", "note", empty, after, text=word("said"), **at),
    ]
    return frame(layers, title=title, subtitle=subtitle, height=max(len(order), 1) * SEGMENT, right=16)


def _axis() -> Spec:
    return {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": PERCENT, "domain": False, "ticks": False}


def _tip(without: Sequence[str] = ()) -> list[Spec]:
    return tooltip(**{name: title for name, title in TITLES.items() if name not in without})


def _bar(row: Row, by: Sequence[str]) -> dict[str, Any]:
    estimate, upper = words.finite(row.get("estimate")), words.finite(row.get("ci_upper"))
    before = words.finite(row.get("step_conversion_rate"))
    came = (row["count"] + row["dropped"]) / row["n"] if row.get("n") else None
    segment, count = segment_of(row, by), words.count(row.get("count"))
    said = words.status(row.get("status"), row.get("n"))
    value = said if estimate is None else words.share(estimate, 3)
    text = value if estimate is None else f"{count} · {value}"
    dropped = f"{words.count(row.get('dropped'))} stopped ({words.share(row.get('dropped_share'))})"
    time = words.finite(row.get("median_s"))
    half = "" if time is None else f"half took at most {words.duration(time)}"
    is_first = row["step"] == 1
    return {
        "step": row["step"],
        "line": f"{row['step']} {segment}",
        "segment": segment,
        "label": shortened(f"{row['step']}  {row['name']}", 40),
        "estimate": estimate,
        "before": None if is_first else came,
        "lower": words.finite(row.get("ci_lower")),
        "upper": upper,
        "end": max(estimate or 0.0, upper or 0.0),
        "text": text,
        "said": f"{shortened(segment)}  {value}",
        "note": "" if is_first or before is None else " · ".join(part for part in (dropped, half) if part),
        "tip_step": f"{row['step']}. {row['name']}",
        "tip_segment": segment,
        "tip_value": f"{count} of {words.count(row.get('n'))}, {value}",
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), "share", 3),
        "tip_before": "" if is_first else words.share(before, 3),
        "tip_dropped": "" if is_first else dropped,
        "tip_time": "" if time is None else words.duration(time),
    }


def _whiskers(valued: Sequence[Row]) -> list[Row]:
    return [bar for bar in valued if bar["step"] > 1 and bar["lower"] is not None and bar["upper"] is not None]
