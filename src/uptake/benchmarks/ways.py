"""The way of everyone to the benchmark of their type, and how forecasts of a past day did: both from the same weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from uptake.benchmarks.attainment import mean_of_known
from uptake.benchmarks.forecast import HORIZON, Forecast, forecast
from uptake.benchmarks.measured import NO_TYPE, Measured, measured
from uptake.benchmarks.pace import Paces, paces
from uptake.benchmarks.progress import WEEKS, Reached, held, reached
from uptake.benchmarks.record import Record, record
from uptake.benchmarks.weekly import weekly
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats

READ_WEEKS = WEEKS + HORIZON
"""Weeks that are read: those that are shown, which today's forecasts ask, and those before them, which the past day's do."""


@dataclass(frozen=True)
class Ways:
    """The way of everyone; rows are the panel's.

    Args:
        attainment: By week, the last `WEEKS` of them.
        reached: Whether the target was, in these weeks.
        forecast: When it will be, by accounts like each.
        pace: When it will be, by the account's own last weeks.
        record: How forecasts of `HORIZON` weeks ago did.
    """

    attainment: Floats
    reached: Reached
    forecast: Forecast
    pace: Paces
    record: Record


def ways(made: Measured) -> Ways:
    """Every week since the start of life against the benchmark of the last day."""
    panel = made.panel
    values = weekly(panel, made.parts, READ_WEEKS)
    attainment, target, weeks = _attained(made, panel, values)
    there = held(attainment, target, weeks)
    shown = attainment[:, -WEEKS:]
    return Ways(
        shown, reached(shown, target, weeks), forecast(attainment, target, there), paces(attainment, target),
        _record(made, values),
    )  # fmt: skip


def _record(made: Measured, values: Floats) -> Record:
    """What had been forecast, by the benchmark and the weeks of that time, and what came."""
    panel = made.panel
    on = panel.last - timedelta(days=7 * HORIZON)
    past = Panel(panel.asked, on, on, panel.facts)
    attainment, target, weeks = _attained(measured(past, panel.asked.plan.all_benchmarks), panel, values)
    there = held(attainment, target, weeks)
    until = attainment.shape[1] - HORIZON
    waiting = past.present[past.rows(panel.keys), -1] & ~reached(attainment[:, :until], target, weeks).holds
    before = attainment[:, :until]
    said, own = forecast(before, target, there[:, :until]), paces(before, target)
    return record(on, said, own, there[:, until:], waiting)


def _attained(made: Measured, panel: Panel, values: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Attainment by week since the start of life, target and weeks it has to hold, of the rows of a panel.

    Args:
        made: Whose last day's benchmark and types count.
        panel: Whose rows.
        values: Of them, by part and week.
    """
    rows = made.panel.rows(panel.keys)
    type_of = np.where(rows < 0, NO_TYPE, made.type_of[rows, -1])
    attainment = np.full(values.shape[1:], np.nan)
    for number in range(len(made.types)):
        parts = made.attained_by_type(number, values, made.median[number, :, -1][:, None, None])
        attainment[type_of == number] = mean_of_known(parts)[type_of == number]
    week_ends = np.arange(1 - values.shape[2], 1) * 7
    attainment[panel.started[:, None] > week_ends] = np.nan
    target = np.where(type_of == NO_TYPE, np.nan, np.array([one.target for one in made.types])[np.maximum(type_of, 0)])
    weeks = np.where(type_of == NO_TYPE, 1, np.array([one.weeks for one in made.types])[np.maximum(type_of, 0)])
    return attainment, target, weeks.astype(np.int64)
