"""Metrics as the axes of a map: what each says of every account, as SQL inside another metric's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from uptake.metrics import (
    active_days_per_week,
    adoption_rate,
    breadth,
    consistency,
    depth,
    features_used,
    frequency,
    params,
    sessions_per_week,
)
from uptake.metrics.metric import Asked, Metric
from uptake.store.sql import renamed


@dataclass(frozen=True)
class Axis:
    """What one axis measures.

    Args:
        metric: The metric whose rows say it; of several rows of an entity the mean is taken.
        window: Its parameter that takes the days looked back on; empty: it has none.
        given: Its other parameters.
        where: SQL that holds for the rows that are meant.
        of_active: Whether only active entities have a row, so that the others have 0.
    """

    metric: Metric
    window: str = "window_days"
    given: Mapping[str, Any] = field(default_factory=dict)
    where: str = "true"
    of_active: bool = True

    def sql(self, asked: Asked, prefix: str) -> tuple[str, dict[str, Any]]:
        """SQL for (entity_key, period_on, value) and the values it takes.

        Args:
            asked: The question; has the parameter `window_days`.
            prefix: What the names of those values begin with, so that two axes do not share them.
        """
        given = {**self.given} | ({self.window: asked.param("window_days")} if self.window else {})
        question = replace(asked.question, params=params.read(self.metric, given, asked.plan, prefix))
        made = self.metric.rows(replace(asked, question=question, unit=self.metric.unit))
        relations = ", ".join(f"{relation} AS ({body})" for relation, body in made.relations.items())
        text = f"""{f"WITH {relations} " if relations else ""}SELECT entity_key, period_on, avg(value) AS value
        FROM ({made.select}) WHERE {self.where} GROUP BY ALL"""
        return renamed(text, made.values, prefix), {f"{prefix}{key}": value for key, value in made.values.items()}


AXES: dict[str, Axis] = {
    "breadth": Axis(breadth.METRIC),
    "features_used": Axis(features_used.METRIC),
    "depth": Axis(depth.METRIC),
    "seats_active": Axis(adoption_rate.METRIC, "active_days", where="measure = 'active'", of_active=False),
    "seats_adopted": Axis(adoption_rate.METRIC, "", where="measure = 'adopted'", of_active=False),
    "frequency": Axis(frequency.METRIC),
    "consistency": Axis(consistency.METRIC, ""),
    "active_days_per_week": Axis(active_days_per_week.METRIC),
    "sessions_per_week": Axis(sessions_per_week.METRIC),
}
"""Name of an axis -> what it measures; each has a meaning for accounts."""
SEATS = ("seats_active", "seats_adopted")
"""Axes that are shares of an account's seats."""
