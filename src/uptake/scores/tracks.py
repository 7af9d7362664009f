"""The scores of a plan as tracks of history."""

from __future__ import annotations

from functools import partial

from uptake.plan import Plan, Score
from uptake.scores.fall import written
from uptake.scores.history import Track
from uptake.scores.scored import scored
from uptake.scores.spans import Whole, hundredths
from uptake.signals.panel import Panel
from uptake.signals.windows import stacked


def tracks(plan: Plan) -> list[Track]:
    """A track for every score and whom it is of, in hundredths of points.

    Of accounts with the ends of the interval; of users in whole points, as a rank among many thousands is another by a
    little every day, whatever its user does.
    """
    return [
        Track(
            f"score.{score.name}",
            entity,
            partial(_with_interval if entity == "account" else _points, score),
            3 if entity == "account" else 1,
        )
        for score in plan.all_scores.values()
        for entity in score.entities
    ]


def _points(score: Score, panel: Panel) -> Whole:
    return written(panel, score)[None]


def _with_interval(score: Score, panel: Panel) -> Whole:
    made = scored(panel, score).shrunk
    return stacked([written(panel, score), hundredths(made.lower), hundredths(made.upper)])
