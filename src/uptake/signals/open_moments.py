"""Value moments as signals need them: on which days one is open to whom."""

from __future__ import annotations

from uptake.facts.milestone import value_moments
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.plan import Conditions, ValueMoment
from uptake.plan.criterion import leaves
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags


def open_moments(panel: Panel) -> list[tuple[ValueMoment, range, Flags | None]]:
    """Every value moment with its leaves of `value_day` and to whom it is open; None: to everybody on every day."""
    is_open: dict[Conditions, Flags | None] = {(): None}
    found, begins = [], 0
    for moment in value_moments(panel.asked.plan):
        if moment.eligible not in is_open:
            is_open[moment.eligible] = panel.spans(eligible_spans_sql(panel.asked, moment.eligible))
        ends = begins + len(list(leaves(moment.criteria)))
        found.append((moment, range(begins, ends), is_open[moment.eligible]))
        begins = ends
    return found
