"""By what share a score is below what it was: its own mean of the four weeks before.

Falls are of scores as history has them, so that whoever reads it finds the same: of accounts to the hundredth of a
point, of users to the point.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.plan import Plan, Score
from uptake.scores.scored import scored
from uptake.scores.spans import NOTHING, Whole, hundredths
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats, blank, trailing_min, trailing_sum
from uptake.store.sql import literal

DAYS = 28
"""Days of the mean, which end the day before."""
MADE = 400_000
"""Entities times days of a block that is worked out at once: small ones stay near the processor, and their memory is used
again."""
HISTORY_FROM = "history from"
"""Marks the first day that history has, among what a panel knows whose days before it are written down already."""
KEPT = "points before"
"""Marks, among what a panel has worked out, points of the days before it."""


def fall(panel: Panel, score: Score) -> Floats:
    """1 - the score / the mean of its last 28 days that have one, the day itself left out; negative where it rose.

    nan where there is no score, or on fewer than 28 days before.
    """
    points = with_days_before(panel, score, DAYS)
    now, before = points[:, DAYS:], points[:, :-1]
    total = trailing_sum(before, DAYS, panel.days)
    is_told = (trailing_min(before, DAYS, panel.days) != NOTHING) & (now != NOTHING) & (total > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(is_told, 1.0 - now / (total / DAYS), np.nan)


def written(panel: Panel, score: Score) -> Whole:
    """The score as history has it, in hundredths of points; -1 where there is none."""
    if ("written", score.name) not in panel.made:
        points = scored(panel, score).points
        is_of_accounts = panel.grain.name == "account"
        panel.made["written", score.name] = hundredths(points if is_of_accounts else np.rint(points))
    made: Whole = panel.made["written", score.name]
    return made


def with_days_before(panel: Panel, score: Score, days: int) -> Whole:
    """A score, as history has it, on so many days before a panel and on its own; they are worked out once."""
    kept, own = (KEPT, score.name), written(panel, score)
    if kept not in panel.made or panel.made[kept].points.shape[1] < days:
        first, last = panel.first - timedelta(days=days), panel.first - timedelta(days=1)
        are_known = panel.facts is not None and panel.facts.first <= first
        before = Panel(panel.asked, first, last, panel.facts if are_known else None, ever=False)
        if HISTORY_FROM in panel.made and panel.made[HISTORY_FROM] <= before.first:
            points = _looked_up(before, score)
        else:
            parts = before.parts(max(panel.days, panel.days_of(MADE)))
            points = np.concatenate([written(part, score) for part in parts], axis=1)
        panel.made[kept] = _Before(before.keys, points)
    panel.made[kept] = panel.made[kept].among(panel.keys)
    known: Whole = panel.made[kept].points
    return np.concatenate([known[:, known.shape[1] - days :], own], axis=1)


def carried_on(panel: Panel) -> dict[Hashable, Any]:
    """What the panel of the days that follow would have to work out again: the points of the last of these."""
    return {
        key: before.after(written(panel, panel.asked.plan.all_scores[key[1]]))
        for key, before in panel.made.items()
        if isinstance(key, tuple) and key[0] == KEPT
    }


def known_before(panel: Panel, plan: Plan) -> dict[Hashable, Any]:
    """What another plan, whose signals are the same, would work out again: the points before of scores that it has alike."""
    own = panel.asked.plan.all_scores
    return {
        key: before
        for key, before in panel.made.items()
        if isinstance(key, tuple) and key[0] == KEPT and plan.all_scores.get(key[1]) == own[key[1]]
    }


@dataclass(frozen=True)
class _Before:
    """Points of the days before.

    Args:
        keys: Whose, ascending.
        points: A row for each.
    """

    keys: NDArray[np.int64]
    points: Whole

    def after(self, days: Whole) -> _Before:
        """As many days, of which these are the last."""
        points = np.concatenate([self.points, days], axis=1)[:, -self.points.shape[1] :]
        return _Before(self.keys, points.copy(order="K"))

    def among(self, keys: NDArray[np.int64]) -> _Before:
        """The same with a row for everybody, of whom those not known have nothing."""
        if len(self.keys) == len(keys):
            return self
        points = blank(len(keys), self.points.shape[1], NOTHING, self.points.dtype)
        points[np.searchsorted(keys, self.keys)] = self.points
        return _Before(keys, points)


def _looked_up(panel: Panel, score: Score) -> Whole:
    held = f"""SELECT entity_key, valid_from - $first::DATE AS begins, valid_to - $first::DATE AS ends, value FROM history
        WHERE track = {literal(f"score.{score.name}")} AND entity = {literal(panel.grain.name)}
            AND valid_from <= $last AND valid_to > $first"""
    return np.nan_to_num(panel.held(held), nan=NOTHING).astype(np.int16)
