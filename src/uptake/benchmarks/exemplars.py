"""Exemplary accounts: those the plan names, or the best of their type."""

from __future__ import annotations

import numpy as np

from uptake.plan import Benchmark
from uptake.scores.ask import named
from uptake.scores.rules import holds
from uptake.scores.scored import scored
from uptake.signals.looking_back import tenure
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Flags, Floats


def of_type(panel: Panel, benchmark: Benchmark) -> Flags:
    """Who is of a type on each day, whatever types there are beside it."""
    return panel.present if benchmark.where is None else holds(panel, benchmark.where) & panel.present


def exemplars(panel: Panel, benchmark: Benchmark, among: Flags) -> Flags:
    """Who is exemplary on each day.

    Accounts named by hand are on every day they are there; proposed ones are chosen anew each day by what is known then,
    so that no day knows of a later one.

    Args:
        panel: The accounts and days.
        benchmark: The benchmark.
        among: Who is of the type.
    """
    if benchmark.exemplars is not None:
        found = panel.cursor.execute(
            "SELECT account_key FROM accounts WHERE list_contains($ids, account_id)", {"ids": list(benchmark.exemplars)}
        ).fetchall()
        row = panel.rows(np.array([key for (key,) in found], dtype=np.int64))
        chosen = np.zeros((panel.n, panel.days), dtype=np.bool_)
        chosen[row[row >= 0]] = True
        return chosen & panel.present
    proposed = benchmark.proposed
    with np.errstate(invalid="ignore"):
        is_eligible = among & (tenure(panel) >= proposed.least_tenure_days)
    value = np.where(is_eligible, _standing(panel, benchmark), np.nan)
    order = np.argsort(-value, axis=0, kind="stable")[: proposed.top]  # nan comes last
    best = np.zeros((panel.n, panel.days), dtype=np.bool_)
    np.put_along_axis(best, order, values=True, axis=0)
    return best & ~np.isnan(value)


def _standing(panel: Panel, benchmark: Benchmark) -> Floats:
    """What the best are told by, more being better; of a score the end of its interval that nobody passes by luck.

    Of many accounts the highest are small ones of which few users happen to do well: no measure for others.
    """
    kind, dot, name = (benchmark.proposed.by or panel.asked.plan.best_by).partition(".")
    if dot:
        score = named(panel.asked.plan, name)
        told = scored(panel, score).shrunk
        return told.lower if score.higher_is == "better" else -told.upper
    measure = next((one for one in benchmark.signals.values() if one.signal == kind), None)
    values = read(panel, kind, measure.params if measure else None)
    return -values if measure is not None and measure.better == "lower" else values
