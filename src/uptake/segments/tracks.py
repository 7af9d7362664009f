"""The placements of a plan as tracks of history."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from uptake.errors import QuestionError
from uptake.metrics.core.question import read_zone
from uptake.plan import Placement, Plan
from uptake.scores.history import Track
from uptake.scores.rules import Meanings
from uptake.scores.spans import Whole
from uptake.segments.membership import is_in
from uptake.segments.placing import meanings, place
from uptake.signals.panel import Panel


def name_of(scheme: str) -> str:
    """The name of a placement's track."""
    return f"placement.{scheme}"


def tracks(plan: Plan, others: Meanings | None = None) -> list[Track]:
    """A track for every segment by rule, and for every placement and whom it places: the number of the label."""
    return [
        *(
            Track(f"segment.{segment.name}", segment.entity, partial(_members, segment.name, others))
            for segment in plan.segments.values()
            if segment.is_by_day
        ),
        *_placements(plan, others),
    ]


def needs_history(plan: Plan, given: Mapping[str, Any]) -> bool:
    """Whether a question asks for what is told from history: a placement, or a segment by rule.

    Raises:
        QuestionError: It does, and cuts days where history does not.
    """
    text = " ".join(str(given[key]) for key in ("by", "where", "segment", "segments") if given.get(key))
    by_rule = [name for name, segment in plan.segments.items() if segment.is_by_day]
    is_needed = "placement." in text or bool(by_rule and ("segment" in text or any(name in text for name in by_rule)))
    if is_needed and read_zone(given, plan) != plan.product.timezone:
        what = "Placements, and segments by rule, are told of days of the product's time zone."
        raise QuestionError(what, allowed=[plan.product.timezone])
    return is_needed


def _members(segment: str, others: Meanings | None, panel: Panel) -> Whole:
    """1 for who is in it, nothing for everyone else."""
    return np.where(is_in(panel, segment, meanings(others)), 1, -1).astype(np.int32)[None]


def _placements(plan: Plan, others: Meanings | None) -> list[Track]:
    return [
        Track(name_of(scheme.name), entity, partial(_codes, scheme, others))
        for scheme in plan.all_placements.values()
        for entity in scheme.entities
    ]


def _codes(scheme: Placement, others: Meanings | None, panel: Panel) -> Whole:
    return place(panel, scheme, others).astype(np.int32)[None]
