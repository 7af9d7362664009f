"""Signals of everyone on the last day that is over, by id: what lists of users and accounts show beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import isnan

from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.names import names_of
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Plan
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.store.projection import Cursor

Values = dict[str, float | None]


def snapshot(cursor: Cursor, plan: Plan, entity: str, names: Sequence[str], last: date) -> dict[str, Values]:
    """Id -> signal -> its value on a day; None where there is nothing to say. Whoever is not there is left out.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        entity: user or account.
        names: The signals.
        last: The day.

    Raises:
        QuestionError: There is no such signal, or it is not said of them.
    """
    zone = plan.product.timezone
    until = begin_of(last + timedelta(days=1), zone)
    question = Question("signals", entity, {}, None, last, None, until, last, zone, plan.product.week_start)
    panel = Panel(Asked(question, plan, GRAINS[entity], cursor, ""), last, last)
    known = names_of(cursor, entity, until, panel.keys.tolist())
    values = {name: read(panel, name)[:, -1].tolist() for name in names}
    is_there = panel.present[:, -1]
    return {
        known[int(key)][0]: {name: None if isnan(values[name][row]) else values[name][row] for name in names}
        for row, key in enumerate(panel.keys)
        if is_there[row]
    }
