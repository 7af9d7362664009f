"""How many days people were active: exactly that many as bars, at least that many as a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, quantity, steps, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import EndLabels, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 260
COLUMNS = ("days", "weeks", "months")
"""What rows may count: their column of that name."""
TITLES = {
    "tip_exactly": "Exactly so many",
    "tip_interval": "95 % interval",
    "tip_value": "At least so many",
    "tip_n": "n",
}


def power_curve(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the distribution of active days, weeks or months.

    Args:
        rows: Rows with `days` (or `weeks`, `months`), `n`, `estimate` (share active on exactly that many), `at_least`
            (share active on at least as many), `ci_lower` and `ci_upper` of the former.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification. Both series are named where they are, without a legend; of segments only the line
        of at least so many days is drawn, bars would cover each other.
    """
    kept, of = largest(rows, by)
    column = counted(rows)
    on = "on" if column == "days" else "in"
    points = [_point(row, by, column) for row in rows if segment_of(row, by) in kept]
    points.sort(key=lambda point: (point["segment"], point["place"]))
    days = [point["place"] for point in points] or [1, 28]
    grid = steps(max((point[name] or 0.0 for point in points for name in ("exactly", "estimate")), default=1.0))
    scale = {"domain": [min(days) - 0.5, max(days) + 0.5], "nice": False}
    step = {"days": 7, "weeks": 4, "months": 3}[column] if max(days) > 7 else 1
    ticks = sorted({min(days), *range(step, max(days) + 1, step)})
    x = quantity("place", scale=scale, axis={"values": ticks, "title": f"active {column}", "format": "d"})
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known)
    line = [point for point in points if point["estimate"] is not None]
    layers = [
        *([] if by else _bars(points, x)),
        layer("line", "series", line, x=x, y=y, **look.line),
        layer("point", "series", line, {"filled": True, "size": 24, "opacity": 1}, x=x, y=y, **look.color),
    ]
    labels = EndLabels(_names(points, line, grid[-1], f"{on} %s so many {column}"), 8, [])
    if by:
        labels = end_labels(list({point["segment"]: point for point in line}.values()), HEIGHT, grid[-1], look)
    layers += [*labels.layers, *hover(points, x, look, f"Active {on}", TITLES)]
    about = shown(subtitle, len(kept), of)
    return frame(layers, title=title, subtitle=about, height=HEIGHT, right=labels.room, key=labels.key)


def counted(rows: Sequence[Row]) -> str:
    """What the rows of a power curve count: days, weeks or months."""
    return next((column for column in COLUMNS if rows and column in rows[0]), COLUMNS[0])


def _bars(points: Sequence[Row], x: Spec) -> list[Spec]:
    whiskers = [point for point in points if point["lower"] is not None and point["upper"] is not None]
    sides: Spec = {"x": quantity("left"), "x2": {"field": "right"}}
    return [
        layer("rect", "soft", points, y=quantity("exactly"), y2={"datum": 0}, **sides),
        layer("rule", "whisker", whiskers, {"opacity": 0.35}, x=x, y=quantity("lower"), y2={"field": "upper"}),
    ]


def _point(row: Row, by: Sequence[str], column: str) -> dict[str, Any]:
    days = int(row[column])
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
        "tip_at": f"{days}{words.SPACE}{column if days != 1 else column[:-1]}",
        "tip_exactly": words.value(row.get("estimate"), "share"),
        "tip_value": words.value(row.get("at_least"), "share"),
        # The interval is that of exactly so many days, which only a single series tells.
        "tip_interval": words.NO_INTERVAL if by else words.interval(*bounds, "share", 3),
        "tip_n": words.count(row.get("n")),
        **cell_of(row),
    }


def _names(points: Sequence[Row], line: Sequence[Row], top: float, text: str) -> list[Spec]:
    """The line's name above a point a third along, the bars' name above the bars of few days."""
    named = [
        {"place": point["place"], "at": point["estimate"], "text": text % "at least"}
        for point in line[len(line) // 4 : len(line) // 4 + 1]
    ]
    early = [point for point in points[2 : len(points) // 3] if point["exactly"] is not None]
    if early:
        top_of_bars = max(max(point["exactly"], point["upper"] or 0.0) for point in early) + 0.01 * top
        named.append({"place": early[0]["place"], "at": top_of_bars, "text": (text % "exactly").rpartition(" ")[0]})
    beside = {"align": "left", "baseline": "bottom", "dx": 6, "dy": -4}
    return [layer("text", "label-strong", named, beside, x=quantity("place"), y=quantity("at"), text=word("text"))]
