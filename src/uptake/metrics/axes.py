"""Metrics as the axes of a map: what each says of every account, as SQL inside another metric's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa

from uptake.metrics import (
    active_days_per_week,
    adoption_rate,
    breadth,
    consistency,
    depth,
    features_used,
    frequency,
    sessions_per_week,
)
from uptake.metrics.core import params
from uptake.metrics.core.metric import Asked, Metric
from uptake.metrics.parts import people_active
from uptake.metrics.parts.tallies import is_of_everybody, is_possible
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
        work: Makes the same rows in memory; None: only the engine can.
        is_workable: Whether that can be done for a question about many periods.
    """

    metric: Metric
    window: str = "window_days"
    given: Mapping[str, Any] = field(default_factory=dict)
    where: str = "true"
    of_active: bool = True
    work: Callable[[Asked], pa.Table] | None = None
    is_workable: Callable[[Asked], bool] = is_possible

    def sql(self, asked: Asked, prefix: str) -> tuple[str, dict[str, Any]]:
        """SQL for (entity_key, period_on, value) and the values it takes.

        Args:
            asked: The question; has the parameter `window_days`.
            prefix: What the names of those values begin with, so that two axes do not share them.
        """
        made = self.metric.rows(self._asked(asked, prefix))
        relations = ", ".join(f"{relation} AS ({body})" for relation, body in made.relations.items())
        text = f"""{f"WITH {relations} " if relations else ""}SELECT entity_key, period_on, avg(value) AS value
        FROM ({made.select}) WHERE {self.where} GROUP BY ALL"""
        return renamed(text, made.values, prefix), {f"{prefix}{key}": value for key, value in made.values.items()}

    def tables(self, asked: Asked, prefix: str) -> dict[str, Callable[[], pa.Table]]:
        """The relation of that axis, if it is worked out here; arguments as of `sql`."""
        work, own = self.work, self._asked(asked, prefix)
        return {f"{prefix}axis": lambda: work(own)} if work and self.is_workable(own) else {}

    def _asked(self, asked: Asked, prefix: str) -> Asked:
        """The question about what lies on the axis."""
        given = {**self.given} | ({self.window: asked.param("window_days")} if self.window else {})
        question = replace(asked.question, params=params.read(self.metric, given, asked.plan, prefix))
        return replace(asked, question=question, unit=self.metric.unit)


def _seats(measure: str, window: str) -> Axis:
    """A share of the seats of an account."""
    work = partial(adoption_rate.shares_of_accounts, measure=measure)
    return Axis(adoption_rate.METRIC, window, where=f"measure = '{measure}'", of_active=False, work=work)


AXES: dict[str, Axis] = {
    "breadth": Axis(breadth.METRIC, work=breadth.of_each, is_workable=breadth.is_counted),
    "people_active": Axis(people_active.SHARE_OF_PEOPLE, of_active=False, work=people_active.of_each),
    "features_used": Axis(features_used.METRIC, work=features_used.of_each, is_workable=features_used.is_counted),
    "depth": Axis(depth.METRIC, work=depth.of_each, is_workable=is_of_everybody),
    "seats_active": _seats("active", "active_days"),
    "seats_adopted": _seats("adopted", ""),
    "frequency": Axis(frequency.METRIC, work=frequency.of_each),
    "consistency": Axis(consistency.METRIC, "", work=consistency.of_each),
    "active_days_per_week": Axis(active_days_per_week.METRIC, work=active_days_per_week.of_each),
    "sessions_per_week": Axis(sessions_per_week.METRIC, work=sessions_per_week.of_each),
}
"""Name of an axis -> what it measures; each has a meaning for accounts."""
PEOPLE_ACTIVE = "people_active"
SEATS = ("seats_active", "seats_adopted")
"""Axes that are shares of the seats that an account holds."""
