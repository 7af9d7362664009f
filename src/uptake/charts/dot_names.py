"""Names beside the dots of a scatter, where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from uptake.charts.frame import LETTER, Row, Spec, layer, quantity, word
from uptake.charts.segments import BESIDE, LABEL_HEIGHT

HEIGHT = 380
WIDTH, NARROW = 640, 280
"""What the width of the plot is taken for when names are placed: those that fit the narrow one too stand on a phone."""
DOT = 9
"""Pixels from the middle of a dot to where its name begins."""
MOST_NAMED = 14
"""With more points than these their names would cover each other; hovering says them."""

Box = tuple[float, float, float]
"""Where a name begins and ends, and its middle above the axis, in pixels."""


@dataclass(frozen=True)
class Place:
    """Where a name may stand beside its dot.

    Args:
        align: Which part of the name is nearest to the dot.
        dx: Pixels from the dot to that part, to the right.
        up: The same, upwards.
    """

    align: Literal["left", "center", "right"]
    dx: int
    up: int

    def box(self, x: float, y: float, length: float) -> Box:
        """What a name of this length covers beside a dot."""
        begin = x + self.dx - length * {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return begin, begin + length, y + self.up


RIGHT, LEFT = Place("left", DOT, 0), Place("right", -DOT, 0)
OVER, UNDER = Place("center", 0, LABEL_HEIGHT), Place("center", 0, -LABEL_HEIGHT)
PLACES = (RIGHT, LEFT, OVER, UNDER)
"""Tried in this order."""


def names(points: Sequence[Row], right: float, top: float) -> list[Spec]:
    """The names of few points beside them, where they cover neither a name nor a point; some fit wide plots only.

    Args:
        points: Dots with their `x`, `y` and `text`.
        right: What the right edge of the plot stands for.
        top: What its upper edge stands for.
    """
    if len(points) > MOST_NAMED:
        return []
    wide, narrow = (_places(points, right, top, width) for width in (WIDTH, NARROW))
    found = []
    for number, place in enumerate(PLACES):
        on_all = [point for point, chosen in zip(points, narrow, strict=True) if chosen is place]
        on_wide = [
            point
            for point, chosen, on_narrow in zip(points, wide, narrow, strict=True)
            if chosen is place and on_narrow is None
        ]
        options = {"align": place.align, "baseline": "middle", "dx": place.dx, "dy": -place.up}
        for part, name in ((on_all, "name"), (on_wide, f"{BESIDE}name")):
            text = layer("text", "note", part, options, x=quantity("x"), y=quantity("y"), text=word("text"))
            found.append(text | {"name": f"{name}-{number}"})
    return found


def _places(points: Sequence[Row], right: float, top: float, width: int) -> list[Place | None]:
    """For each point where its name stands; None: there is no room."""
    at = [(point["x"] / right * width, point["y"] / top * HEIGHT) for point in points]
    taken = [(x - DOT / 2, x + DOT / 2, y) for x, y in at]
    found: list[Place | None] = []
    for number, (point, (x, y)) in enumerate(zip(points, at, strict=True)):
        others = [box for other, box in enumerate(taken) if other != number]
        chosen = None
        # away from the nearer edge first
        for place in (LEFT, RIGHT, OVER, UNDER) if x > 0.75 * width else PLACES:
            box = place.box(x, y, len(point["text"]) * LETTER)
            is_inside = box[0] >= 0 and box[1] <= width + 24 and 0 <= box[2] <= HEIGHT
            if is_inside and not any(_cover(box, other) for other in others):
                chosen = place
                taken.append(box)
                break
        found.append(chosen)
    return found


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < LABEL_HEIGHT
