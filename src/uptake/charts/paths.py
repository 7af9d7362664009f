"""Paths as a flow from left to right: nodes in layers, and between them bands as wide as the paths that take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uptake.charts import words
from uptake.charts.bars import bars
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, quantity, tooltip, word
from uptake.charts.segments import Look, segment_of

HEIGHT = 440
GAP = 0.03
"""Room between two nodes of a layer, of the height of all paths."""
NODE = 0.035
"""Width of a node, of the distance between two layers."""
COLUMN = 130
"""Pixels that a layer and its names need; a page too narrow for all of them lets the picture scroll."""
LABEL = 13
"""Pixels of height that a label needs."""
PITCH = 0.05
"""The least distance of two nodes of a layer, of the height of all paths; with it most have room for their labels."""
POINTS = 12
"""Points of a band's edge."""
CURVE = [
    {"calculate": f"sequence({POINTS + 1})", "as": "point"},
    {"flatten": ["point"]},
    {"calculate": f"datum.point / {POINTS}", "as": "along"},
    {"calculate": f"datum.x0 + datum.along * {1 - NODE}", "as": "x"},
    {"calculate": "datum.y0 + datum.rise * datum.along * datum.along * (3 - 2 * datum.along)", "as": "y"},
    {"calculate": "datum.y + datum.height", "as": "y2"},
]
"""How a band becomes points: drawn from one row each, hundreds of bands stay small."""
OTHER, OPEN, END, START = "(other)", "(in progress)", "(end)", "(start)"
LAST = (OTHER, OPEN, END, START)
"""Nodes that are no event stand below those that are, in this order."""
ON, OFF = "goes on", "ends here"
LOOK = Look((ON, OFF))
"""Two of the theme's hues: paths that go on, and paths that stop."""


@dataclass
class Node:
    """One node of a layer; edges fill its sides from the top down.

    Args:
        name: What it is called.
        size: Share of all paths that come through.
        top: Where it begins, 0 the top of the picture and 1 the height of all paths.
        left: Where the next band that comes in begins.
        right: Where the next band that goes out begins.
    """

    name: str
    size: float
    top: float = 0.0
    left: float = field(default=0.0, repr=False)
    right: float = field(default=0.0, repr=False)


def paths(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws the steps of paths.

    Args:
        rows: Rows with `position`, `from_node`, `to_node`, `paths`, `people`, `n`, `estimate`, `ci_lower`, `ci_upper` and
            `median_s`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns; the segment with the most paths is drawn.
        known: Not looked at: one segment is drawn.

    Returns:
        A Vega-Lite specification. Where paths end the band has another colour and leads to a node that says so.
    """
    del known
    rows, subtitle = _largest(rows, subtitle, by)
    layers = _layers(rows)
    height = _place(layers)
    first, last = min(layers, default=0), max(layers, default=1)
    # the last layer's names need room as well
    x = quantity("x", scale={"domain": [first, last + 0.75], "nice": False}, axis=None)
    y = quantity("y", scale={"domain": [height, 0], "nice": False}, axis=None)
    bands = [_band(row, layers) for row in _ordered(rows, layers)]
    nodes = [_node(number, node) for number, members in layers.items() for node in members.values()]
    labelled = _labelled(layers, height)
    tip = tooltip(step="Step", tip_value="Of all paths", tip_paths="Paths", tip_people="Of", tip_median="Median time")
    names = {"align": "left", "baseline": "middle", "dx": 10, "limit": {"expr": f"width / {last - first + 0.75} - 18"}}
    flow = layer("area", "series", bands, {"opacity": 0.32}, x=x, y=y, y2={"field": "y2"}, detail=word("edge"),
                 tooltip=tip, **LOOK.color)  # fmt: skip
    spec_layers = [
        flow | {"transform": CURVE},
        layer("rect", "series", [node for node in nodes if not node["is_end"]], {"cornerRadius": 1}, x=x,
              x2={"field": "x2"}, y=y, y2={"field": "y2"}, tooltip=tooltip(label="Event", tip_value="Of all paths"),
              color={"datum": ON, "type": "nominal", "scale": LOOK.color["color"]["scale"], "legend": None}),
        layer("rect", "series", [node for node in nodes if node["is_end"]], {"cornerRadius": 1}, x=x,
              x2={"field": "x2"}, y=y, y2={"field": "y2"}, tooltip=tooltip(label="Event", tip_value="Of all paths"),
              color={"datum": OFF, "type": "nominal", "scale": LOOK.color["color"]["scale"], "legend": None}),
        layer("text", "label", [node for node in nodes if (node["x"], node["label"]) in labelled], names, x=x,
              y=quantity("middle"), text=word("text")),
        layer("text", "note", _heads(layers, first < 0), {"align": "left", "baseline": "bottom", "dy": -10}, x=x,
              y={"value": 0}, text=word("text")),
    ]  # fmt: skip
    spec = frame(spec_layers, title=title, subtitle=subtitle, height=HEIGHT, right=8)
    spec["usermeta"]["min_width"] = round(COLUMN * (last - first + 0.75))
    return spec


def sequences(
    rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = (), known: Iterable[str] = ()
) -> Spec:
    """Draws whole paths as bars, the most frequent first.

    Args:
        rows: Rows with `sequence` and those of `bars`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        known: All segments of the property, so that colours agree between charts.
    """
    return bars(rows, title=title, subtitle=subtitle, by=["sequence", *by], known=known)


def _largest(rows: Sequence[Row], subtitle: str, by: Sequence[str]) -> tuple[list[Row], str]:
    """The rows of the segment with the most paths."""
    sizes = {segment_of(row, by): words.finite(row.get("n")) or 0.0 for row in rows}
    if len(sizes) < 2:
        return list(rows), subtitle
    drawn = max(sizes, key=lambda name: (sizes[name], name))
    return [
        row for row in rows if segment_of(row, by) == drawn
    ], f"{subtitle} Drawn: {drawn}; the table has all.".strip()


def _layers(rows: Sequence[Row]) -> dict[int, dict[str, Node]]:
    """Layer -> its nodes by name, in the order in which they stand."""
    came: dict[tuple[int, str], float] = defaultdict(float)
    went: dict[tuple[int, str], float] = defaultdict(float)
    for row in rows:
        went[row["position"], row["from_node"]] += row["estimate"] or 0.0
        came[row["position"] + 1, row["to_node"]] += row["estimate"] or 0.0
    sizes = {key: max(came[key], went[key]) for key in {*came, *went}}
    ordered = sorted(sizes, key=lambda key: (key[0], key[1] in LAST and LAST.index(key[1]) + 1, -sizes[key], key[1]))
    layers: dict[int, dict[str, Node]] = {}
    for number, name in ordered:
        layers.setdefault(number, {})[name] = Node(name, sizes[number, name])
    return layers


def _place(layers: Mapping[int, Mapping[str, Node]]) -> float:
    """Gives every node its place; returns the height of the highest layer."""
    heights = [1.0]
    for members in layers.values():
        at = 0.0
        for node in members.values():
            node.top = node.left = node.right = at
            # small nodes stand as far apart as their labels are high
            at += max(node.size + GAP, PITCH)
        heights.append(at - GAP)
    return max(heights)


def _labelled(layers: Mapping[int, Mapping[str, Node]], height: float) -> set[tuple[int, str]]:
    """The nodes whose names cover no other: in each layer the largest first."""
    found: set[tuple[int, str]] = set()
    for number, members in layers.items():
        taken: list[float] = []
        for name, node in sorted(members.items(), key=lambda one: -one[1].size):
            middle = (node.top + node.size / 2) / height * HEIGHT
            if all(abs(middle - other) >= LABEL for other in taken):
                taken.append(middle)
                found.add((number, name))
    return found


def _ordered(rows: Sequence[Row], layers: Mapping[int, Mapping[str, Node]]) -> list[Row]:
    """Edges so that bands fill both sides of a node without crossing at it."""
    return sorted(
        rows,
        key=lambda row: (
            row["position"],
            layers[row["position"]][row["from_node"]].top,
            layers[row["position"] + 1][row["to_node"]].top,
        ),
    )


def _band(row: Row, layers: Mapping[int, Mapping[str, Node]]) -> dict[str, Any]:
    """Where one band begins, how far it rises or falls, and how high it is."""
    position, size = row["position"], row["estimate"] or 0.0
    one, other = layers[position][row["from_node"]], layers[position + 1][row["to_node"]]
    begin, end = one.right, other.left
    one.right, other.left = begin + size, end + size
    return {
        "x0": round(position + NODE, 4),
        "y0": round(begin, 5),
        "rise": round(end - begin, 5),
        "height": round(size, 5),
        "edge": f"{position} {one.name} {other.name}",
        "segment": OFF if other.name == END else ON,
        "step": f"{one.name} → {other.name}",
        "tip_value": f"{words.share(size, 3)} ({words.interval(row.get('ci_lower'), row.get('ci_upper'), 'share', 3)})",
        "tip_paths": f"{words.count(row['paths'])} of {words.count(row['n'])}",
        "tip_people": f"{words.count(row['people'])} users or accounts",
        "tip_median": words.value(row.get("median_s"), "seconds", missing=""),
        **cell_of(row),
    }


def _node(number: int, node: Node) -> dict[str, Any]:
    value = words.share(node.size)
    return {
        "x": number,
        "x2": number + NODE,
        "y": round(node.top, 5),
        "y2": round(node.top + node.size, 5),
        "middle": round(node.top + node.size / 2, 5),
        "label": node.name,
        "text": f"{value} {node.name}",
        "tip_value": value,
        "is_end": node.name == END,
    }


def _heads(layers: Mapping[int, object], is_backward: bool) -> list[dict[str, Any]]:
    """What stands above each layer."""
    if is_backward:
        return [{"x": number, "text": "then" if number == 0 else f"{-number} before"} for number in layers]
    return [{"x": number, "text": "first" if number == 1 else f"step {number}"} for number in layers]
