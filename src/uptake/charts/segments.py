"""Names, colours and label places of the segments of a breakdown: the same segment looks the same in every chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uptake.charts.frame import LETTER, Spec, layer, quantity, word
from uptake.charts.words import finite

NOT_SET = "not set"
HUES = 5
MOST = 10
LABEL_HEIGHT = 17
BESIDE = "beside-"
SOLID, DASHED = [1, 0], [5, 4]


def segment_of(row: Mapping[str, Any], by: Sequence[str]) -> str:
    """The name of the row's segment, "Pro · Germany"; a missing property is "not set", no breakdown is ""."""
    values = (row.get(name) for name in by)
    return " · ".join(NOT_SET if value is None or value == "" else str(value) for value in values)


def largest(rows: Iterable[Mapping[str, Any]], by: Sequence[str], most: int = MOST) -> tuple[list[str], int]:
    """The segments worth drawing.

    Args:
        rows: Rows with `n` (or `eligible`, or `cohort_size`).
        by: Breakdown columns.
        most: How many at most.

    Returns:
        Their names in the order of the alphabet, and how many there are in all. Too many: those with the largest n.
    """
    sizes: dict[str, float] = {}
    for row in rows:
        size = finite(row.get("n", row.get("eligible", row.get("cohort_size")))) or 0.0
        name = segment_of(row, by)
        sizes[name] = max(sizes.get(name, 0.0), size)
    kept = sorted(sizes, key=lambda name: (-sizes[name], name))[:most]
    return sorted(kept), len(sizes)


def shown(subtitle: str, kept: int, of: int) -> str:
    """The subtitle, saying so where segments were left out."""
    note = f"The {kept} largest of {of:,} segments; the table has all." if of > kept else ""
    return " ".join(part for part in (subtitle, note) if part)


@dataclass(frozen=True)
class Look:
    """How the lines or bars of a chart are told apart.

    Args:
        order: The segments' names; their place decides. " 0" and the like keep a place free.
        range: Range of the theme: category for segments, ordinal for what has an order of its own.
        plain: Style of what has no segment.
        is_dashed: Whether dashes tell further segments apart, after all hues are taken.
    """

    order: tuple[str, ...] = ()
    range: str = "category"
    plain: str = "series"
    is_dashed: bool = False

    @property
    def color(self) -> Spec:
        """The colour encoding, empty without segments."""
        scale = {"domain": list(self.order), "range": self.range}
        return {"color": {"field": "segment", "type": "nominal", "legend": None, "scale": scale}} if self.order else {}

    @property
    def line(self) -> Spec:
        """Encodings for lines: colour, and dashes where hues do not suffice."""
        if not self.is_dashed:
            return self.color
        dashes = [SOLID if index // HUES % 2 == 0 else DASHED for index in range(len(self.order))]
        scale = {"domain": list(self.order), "range": dashes}
        return {**self.color, "strokeDash": {"field": "segment", "type": "nominal", "legend": None, "scale": scale}}

    @property
    def stroke(self) -> Spec:
        """The colours as an edge, for hollow points."""
        return {"stroke": self.color["color"]} if self.order else {}

    def name_of(self, segment: str) -> str:
        """The class that gives a page's own key the same colour: hue-0, shade-4, plain-mean."""
        if segment not in self.order:
            return f"plain-{self.plain}"
        return f"{'hue' if self.range == 'category' else 'shade'}-{self.order.index(segment) % HUES}"


@dataclass(frozen=True)
class EndLabels:
    """Labels at the end of lines.

    Args:
        layers: Their layers, named so that a page too narrow for them can leave them out.
        room: Pixels they need beside the plot.
        key: What such a page shows instead: [{text, look}] from the top down.
    """

    layers: list[Spec]
    room: float
    key: list[dict[str, str]]


def look_of(names: Sequence[str], known: Iterable[str] = ()) -> Look:
    """The look of segments.

    A name's place in the alphabet decides, so a segment keeps its look from chart to chart. After five hues the
    same hues come again with dashed lines.

    Args:
        names: The segments drawn; "" alone means there are none.
        known: All segments of the property, where charts that show only some of them must agree.
    """
    order = tuple(sorted({*names, *known} - {""}))
    return Look(order, is_dashed=len(order) > HUES)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Moves labels apart so that none covers another, each as near to its place as that allows.

    Args:
        places: Where each label belongs, in the units of the axis.
        gap: The least distance between two labels.
        low: The lowest place allowed.
        high: The highest; where the labels do not fit, the gap shrinks.

    Returns:
        The new places, in the order given.

    Examples:
        >>> spread([0.5, 0.5, 0.9], 0.1, 0, 1)
        [0.45, 0.55, 0.9]
    """
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    if len(order) > 1:
        gap = min(gap, (high - low) / (len(order) - 1))
    # Groups of touching labels share the mean of what their members want; two groups that touch become one.
    groups: list[tuple[float, int]] = []
    for index in order:
        centre, size = min(max(places[index], low), high), 1
        while groups and centre - groups[-1][0] < gap * (size + groups[-1][1]) / 2 - 1e-12:
            other, other_size = groups.pop()
            centre, size = (centre * size + other * other_size) / (size + other_size), size + other_size
            half = gap * (size - 1) / 2
            centre = min(max(centre, low + half), high - half)
        groups.append((centre, size))
    placed = [centre + gap * (step - (size - 1) / 2) for centre, size in groups for step in range(size)]
    result = [0.0] * len(places)
    for index, place in zip(order, placed, strict=True):
        result[index] = round(place, 9)
    return result


def end_labels(last: Sequence[Mapping[str, Any]], height: int, top: float, look: Look) -> EndLabels:
    """Names at the right end of lines, each behind a dot in its colour.

    Args:
        last: The last point of each line: `estimate`, `segment` and the `text` to write.
        height: Height of the plot in pixels.
        top: Upper end of the vertical axis, which starts at zero.
        look: How the lines are told apart; a line whose segment is unknown to it gets a dot of its plain style.
    """
    places = spread([row["estimate"] for row in last], LABEL_HEIGHT / height * top, 0, top)
    rows = [{**row, "place": place} for row, place in zip(last, places, strict=True)]
    dot: Spec = {"filled": True, "opacity": 1, "size": 56, "xOffset": 14}
    at = {"x": {"value": "width"}, "y": quantity("place")}
    beside = {"align": "left", "baseline": "middle", "dx": 24}
    known = [row for row in rows if row["segment"] in look.order]
    plain = [row for row in rows if row["segment"] not in look.order]
    layers = [layer("text", "label", rows, beside, text=word("text"), **at)]
    if known:
        layers.append(layer("point", "series", known, dot, **look.color, **at))
    if plain:
        layers.append(layer("point", look.plain, plain, dot, **at))
    key = [{"text": row["text"], "look": look.name_of(row["segment"])} for row in reversed(_by_place(rows))]
    room = max((len(row["text"]) for row in rows), default=0) * LETTER + 32
    return EndLabels([{**drawn, "name": f"{BESIDE}{index}"} for index, drawn in enumerate(layers)], room, key)


def _by_place(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: float(row["place"]))


def shortened(name: str, most: int = 26) -> str:
    """A name that fits beside a line; the tooltip has all of it."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
