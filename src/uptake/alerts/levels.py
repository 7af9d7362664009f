"""Where everyone stands before an alert on every day: beyond its rule, cleared, or between the two."""

from __future__ import annotations

from functools import partial

import numpy as np

from uptake.plan import Alert, Condition, Group, Plan
from uptake.scores.history import Track
from uptake.scores.rules import Meanings, Texts, holds, met, told
from uptake.scores.spans import NOTHING, Whole
from uptake.segments.placing import meanings
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags, joined

CLEAR, BETWEEN, OVER = 0, 1, 2
"""Cleared; not met, but not cleared either; met. Of whom too little is known there is nothing."""
TRACK = "alert."


def tracks(plan: Plan, words: Meanings) -> list[Track]:
    """A track of history for every alert; levels change seldom, so it is short.

    Args:
        plan: The plan.
        words: What words before a dot mean beside those that placements know themselves (`benchmark`).
    """
    meant = meanings(words)
    return [
        Track(TRACK + alert.name, alert.entity, partial(_levels, alert, meant)) for alert in plan.all_alerts.values()
    ]


def levels(panel: Panel, alert: Alert, meant: Meanings) -> Whole:
    """The level of everyone on every day; -1 where too little is known."""
    over = holds(panel, alert.when, meant)
    is_not = fails(panel, alert.when, meant)
    clear = is_not if alert.clears is None else holds(panel, alert.clears, meant) & ~over
    made = np.where(over, OVER, np.where(clear, CLEAR, np.where(is_not, BETWEEN, NOTHING)))
    return np.where(panel.present, made, NOTHING).astype(np.int32)


def fails(panel: Panel, rule: Group, meant: Meanings) -> Flags:
    """Where a rule does not hold whatever is not known; where neither this nor `holds` is true, it cannot be told."""
    parts = [_fails(panel, condition, meant) for condition in rule.conditions]
    parts += [fails(panel, group, meant) for group in rule.of]
    joint = np.logical_or if rule.kind == "all" else np.logical_and
    return joined(parts, joint)


def _fails(panel: Panel, condition: Condition, meant: Meanings) -> Flags:
    is_not = ~met(panel, condition, meant)
    if condition.test == "exists" or condition.property.partition(".")[0] in ("user", "account"):
        return is_not  # that there is none is an answer
    found = told(panel, condition.property, meant)
    if isinstance(found, Texts):
        unknown = [number for number, text in enumerate(found.texts) if text is None]
        return is_not & ~np.isin(found.numbers % len(found.texts), unknown)  # -1 is the last
    return is_not & ~np.isnan(found)


def _levels(alert: Alert, meant: Meanings, panel: Panel) -> Whole:
    return levels(panel, alert, meant)[None]
