"""Milestones as signals need them: whether one was reached by the end of each day."""

from __future__ import annotations

from uptake.facts.membership import NEVER
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags
from uptake.store.sql import literal


def reached(panel: Panel, milestone: str) -> Flags:
    """Whether everyone had reached a milestone by the end of each day."""
    return panel.spans(
        f"""SELECT entity_key, reached_at AS valid_from, {NEVER} AS valid_to FROM {panel.grain.milestone}
        WHERE milestone = {literal(milestone)}"""
    )
