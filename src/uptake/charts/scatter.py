"""Accounts, or features, on two measures: a place for each, and four named quadrants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.dot_names import HEIGHT, names
from uptake.charts.frame import LETTER, Row, Spec, frame, layer, quantity, steps, tooltip, value_axis, word
from uptake.charts.segments import BESIDE, LABEL_HEIGHT, Look, largest, look_of, segment_of, shortened, shown

BELOW = 22
"""Pixels between the plot and its axis, where the names of the lower quadrants stand."""
AXES: dict[str, tuple[str, str]] = {
    "breadth": ("core features in use", "share"),
    "features_used": ("core features used by an active user", "count"),
    "depth": ("depth of use, rank among all users", "share"),
    "people_active": ("people active", "share"),
    "seats_active": ("seats active", "share"),
    "seats_adopted": ("seats adopted", "share"),
    "frequency": ("active days of those expected", "share"),
    "consistency": ("usage intervals with activity", "share"),
    "active_days_per_week": ("active days a week", "per_week"),
    "sessions_per_week": ("sessions a week", "per_week"),
    "share_of_active": ("share of those active who used it", "share"),
    "users": ("users", "count"),
    "days": ("days of use per user", "days"),
    "uses": ("uses per user", "count"),
}
"""Axis -> how it is called and its unit."""
WHOLE = 0.5
"""A share whose points reach this far is drawn up to all."""


def scatter(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws a dot for each point, lines at the splits, and in every corner the quadrant with how many are in it.

    Args:
        rows: Rows of a result with `point`, `title`, `n`, `x`, `estimate`, `ci_lower`, `ci_upper`, `quadrant`,
            `x_split`, `y_split`, `x_axis`, `y_axis` and `status`; those without a place are left out.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns, which give the dots their colour; without any the quadrants do.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification. The area of a dot is how many stand behind it, where that differs.
    """
    kept, of = largest(rows, by)
    placed = [row for row in rows if row.get("quadrant") is not None and segment_of(row, by) in kept]
    axes = [AXES[str(rows[0][name])] if rows else ("", "share") for name in ("x_axis", "y_axis")]
    (x_title, x_unit), (y_title, y_unit) = axes
    points = [_point(row, by, x_unit, y_unit) for row in placed]
    corners = _corners(placed)
    look = look_of(kept, known) if by else Look(tuple(corners))
    x_grid, y_grid = _grid(placed, "x", x_unit), _grid(placed, "estimate", y_unit)
    x = quantity(
        "x",
        scale={"domain": [0, x_grid[-1]], "nice": False},
        axis=value_axis(x_grid, x_unit) | {"title": x_title, "grid": False, "offset": BELOW},
    )
    y = quantity(
        "y",
        scale={"domain": [0, y_grid[-1]], "nice": False},
        axis=value_axis(y_grid, y_unit) | {"title": y_title, "grid": False, "titleY": -30},
    )
    sizes = {point["n"] for point in points}
    area: Spec = {}
    if len(sizes) > 1:
        scale = {"type": "linear", "domain": [0, max(sizes)], "range": [16, 260]}
        area = {"size": {"field": "n", "type": "quantitative", "legend": None, "scale": scale}}
    tip = tooltip(title="Name", tip_x=_capital(x_title), tip_y=_capital(y_title), tip_interval="95 % interval",
                  tip_n="n", quadrant="Quadrant")  # fmt: skip
    # the largest first, so that small ones lie on top of them
    points.sort(key=lambda point: -point["n"])
    dots: Spec = {"filled": True, "opacity": 0.7, "clip": False} | ({} if area else {"size": 90})
    layers = [
        *_splits(placed, x_grid[-1], y_grid[-1]),
        layer("point", "series", points, dots, x=x, y=y, tooltip=tip, **area, **look.color),
        *names(points, x_grid[-1], y_grid[-1]),
        *_labels(corners),
    ]
    about = shown(subtitle, len(kept), of)
    key = [{"text": name, "look": look.name_of(name)} for name in kept] if by else []
    room = max((len(shortened(name)) for name in kept), default=0) * LETTER + 40 if by else 24
    return frame([*layers, *_key(kept, look)], title=title, subtitle=about, height=HEIGHT, right=room, key=key)


def _point(row: Row, by: Sequence[str], x_unit: str, y_unit: str) -> dict[str, Any]:
    title = str(row.get("title") or row["point"])
    return {
        "x": words.finite(row["x"]),
        "y": words.finite(row["estimate"]),
        "n": words.finite(row["n"]) or 0,
        "title": title,
        "text": shortened(title),
        "segment": segment_of(row, by) if by else str(row["quadrant"]),
        "quadrant": str(row["quadrant"]),
        "tip_x": words.value(row["x"], x_unit, 3),
        "tip_y": words.value(row["estimate"], y_unit, 3),
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), y_unit, 3),
        "tip_n": words.count(row["n"]),
    }


def _grid(rows: Sequence[Row], name: str, unit: str) -> list[float]:
    top = max((words.finite(row[name]) or 0.0 for row in rows), default=1.0)
    if unit == "share" and top > WHOLE:
        return [0.0, 0.25, 0.5, 0.75, 1.0]
    return steps(top)


def _splits(rows: Sequence[Row], right: float, top: float) -> list[Spec]:
    if len({(row["x_split"], row["y_split"]) for row in rows}) != 1:
        return []  # there is nothing to split, or segments have splits of their own
    split = {"x": words.finite(rows[0]["x_split"]), "y": words.finite(rows[0]["y_split"])}
    found = []
    if split["x"] is not None and split["x"] <= right:
        found.append(layer("rule", "reference-edge", [split], x=quantity("x")))
    if split["y"] is not None and split["y"] <= top:
        found.append(layer("rule", "reference-edge", [split], y=quantity("y")))
    return found


def _corners(rows: Sequence[Row]) -> dict[str, tuple[bool, bool, int]]:
    """Quadrant -> whether it lies right, whether on top, and how many are in it; in the order of a reader."""
    found: dict[str, tuple[bool, bool, int]] = {}
    for row in rows:
        place = (row["x"] >= row["x_split"], row["estimate"] >= row["y_split"])
        found[str(row["quadrant"])] = (*place, found.get(str(row["quadrant"]), (*place, 0))[2] + 1)
    return dict(sorted(found.items(), key=lambda item: (not item[1][1], item[1][0])))


def _labels(corners: dict[str, tuple[bool, bool, int]]) -> list[Spec]:
    """Names beyond the plot's upper and lower edges, where no dots lie."""
    found = []
    for name, (is_right, is_top, count) in corners.items():
        place: Spec = {"x": {"value": "width" if is_right else 0}, "y": {"value": 0 if is_top else "height"}}
        options = {
            "align": "right" if is_right else "left",
            "baseline": "bottom" if is_top else "top",
            "dx": 0,
            "dy": -10 if is_top else 9,
        }
        row = {"text": f"{_capital(name)} {words.count(count)}"}
        found.append(layer("text", "label-strong", [row], options, text=word("text"), **place))
    return found


def _key(names: Sequence[str], look: Look) -> list[Spec]:
    """The colours of a breakdown, beside the plot."""
    found = []
    for number, name in enumerate(name for name in names if name):
        row = [{"segment": name, "dot": "●", "text": shortened(name)}]
        place: Spec = {"x": {"value": "width"}, "y": {"value": 12 + LABEL_HEIGHT * number}}
        options = {"align": "left", "baseline": "middle"}
        dot = layer("text", "series", row, {**options, "dx": 14}, text=word("dot"), **place, **look.color)
        said = layer("text", "label", row, {**options, "dx": 28}, text=word("text"), **place)
        found += [dot | {"name": f"{BESIDE}dot-{number}"}, said | {"name": f"{BESIDE}key-{number}"}]
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
