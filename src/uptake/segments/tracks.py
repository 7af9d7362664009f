"""The placements of a plan as tracks of history."""

from __future__ import annotations

from functools import partial

import numpy as np

from uptake.plan import Placement, Plan
from uptake.scores.history import Track
from uptake.scores.rules import Meanings
from uptake.scores.spans import Whole
from uptake.segments.placing import place
from uptake.signals.panel import Panel


def name_of(scheme: str) -> str:
    """The name of a placement's track."""
    return f"placement.{scheme}"


def tracks(plan: Plan, others: Meanings | None = None) -> list[Track]:
    """A track for every placement and whom it places: the number of the label."""
    return [
        Track(name_of(scheme.name), entity, partial(_codes, scheme, others))
        for scheme in plan.all_placements.values()
        for entity in scheme.entities
    ]


def _codes(scheme: Placement, others: Meanings | None, panel: Panel) -> Whole:
    return place(panel, scheme, others).astype(np.int32)[None]
