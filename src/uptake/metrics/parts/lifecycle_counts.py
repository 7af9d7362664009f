"""Everybody's state in each period, told in memory and counted by group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.core.periods import is_over, shifted
from uptake.metrics.parts.activity import bare_days_sql
from uptake.metrics.parts.tallies import edges, instant, numbered
from uptake.metrics.parts.windows import EPOCH
from uptake.store.sql import literal

STATES = ("new", "current", "resurrected", "dormant")
HERE, NEW, PLACES = 1, 4, 5
"""What tells everybody's state: 1 for being here, 2 more for having been here, 4 of newcomers; and how many there are."""
NEVER = 2**31 - 1
"""A day that never comes."""


def states(asked: Asked) -> list[Row]:
    """How many of each group are in each state.

    Args:
        asked: The question, of the metric `lifecycle` by period.
    """
    rows = [
        (found, {**found, "state": state, **labels, "n": int(counts.sum()), "estimate": int(counts[number])}, number)
        for found, labels, counts in _counts(asked)
        for number, state in enumerate(STATES)
    ]
    names = plain(asked.split.labels) if asked.split else []
    rows.sort(key=lambda one: (one[0]["period_on"], one[2], [one[1][name] for name in names]))
    return [row for _, row, _ in rows]


def pulse(asked: Asked) -> list[Row]:
    """Gains and losses of each group; arguments as of `states`."""
    rows = []
    for found, labels, (new, _, resurrected, dormant) in _counts(asked):
        if new + resurrected + dormant:
            gained, lost = int(new + resurrected), int(dormant)
            odds = gained / lost if lost else None
            rows.append({**found, **labels, "n": gained + lost, "gained": gained, "lost": lost, "estimate": odds})
    names = plain(asked.split.labels) if asked.split else []
    return sorted(rows, key=lambda row: (row["period_on"], [row[name] for name in names]))


def _counts(asked: Asked) -> Iterator[tuple[Row, Row, Column]]:
    """Each period and group in which anybody has a state, with how many have each."""
    facts, period = numbered(asked), str(asked.question.period)
    came = facts.days(bare_days_sql(asked, asked.param("active")))
    begun = f"started_on IS NOT NULL AND started_at < {literal(asked.question.as_of)}"
    day = "(started_on - DATE '1970-01-01')::INTEGER"
    started = facts.told(f"SELECT entity_key, {day} AS value FROM {asked.grain.start} WHERE {begun}", NEVER)

    names = asked.split.names if asked.split else [()]
    in_order = sorted(range(len(names)), key=names.__getitem__)
    labels = [dict(zip(plain(asked.split.labels) if asked.split else (), one, strict=True)) for one in names]
    here_in: dict[tuple[date, date], Column] = {}

    def are_here(first: date, last: date) -> Column:
        # one period is the one before to the next
        if (first, last) not in here_in:
            here_in[first, last] = np.zeros(len(facts.everyone), np.int8)
            here_in[first, last][came.between(_number(first), _number(last)).number] = HERE
        return here_in[first, last]

    for period_on, on_day, on_at, before, _ in edges(asked):
        assert period_on is not None, "lifecycle is asked by period"
        were_here = are_here(shifted(period_on, period, -1), before)
        here_in.clear()
        here = are_here(period_on, on_day)
        after = _number(shifted(period_on, period, 1))
        place = here + 2 * were_here
        place[(here > 0) & (started >= _number(period_on)) & (started < after)] = NEW
        cells: Column = place
        if asked.split is not None:
            cells = asked.split.numbers(instant(on_at)).astype(np.int16)
            cells += 1  # those who are left out are the first
            cells *= PLACES
            cells += place
        counts = np.bincount(cells, minlength=(len(names) + bool(asked.split)) * PLACES).reshape(-1, PLACES)
        found: dict[str, Any] = {
            "period_on": period_on,
            "is_closed": is_over(period_on, period, asked.question.last_day),
        }
        for number in in_order:
            own = counts[number + bool(asked.split)]
            if own[1:].any():
                yield found, labels[number], own[[NEW, HERE + 2, HERE, 2]]


def _number(day: date) -> int:
    return (day - EPOCH) // timedelta(days=1)
