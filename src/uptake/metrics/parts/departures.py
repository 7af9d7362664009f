"""Who left by falling silent, counted from columns in memory: when, whether they had adopted, since when use was falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered
from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.parts.adopted import habits
from uptake.metrics.parts.tallies import edges, instant, numbered
from uptake.metrics.parts.windows import EPOCH, read

NEVER = np.iinfo(np.int32).max
"""A day that never comes."""


def departures(asked: Asked, decays: pa.Table) -> DayOrder:
    """Everyone by their last day before a silence, with the day of leaving and since when use had been falling.

    The columns are `churned_on` and, `NEVER` of those who left without having adopted, `decay_on`.

    Args:
        asked: The question, of the metric `churn_kind` by inactivity.
        decays: Rows (entity_key, churned_on, decay_on): when use began to fall, as of the metric.
    """
    facts, silent_days = numbered(asked), asked.param("window_days")
    left = facts.days(f"SELECT entity_key, day FROM {asked.grain.day} WHERE next_day - day > {silent_days}")
    churned = left.day.astype(np.int32) + silent_days
    adopted = _adopted(asked, facts)[left.number]
    decay = np.maximum(_decayed(facts, decays, left.number, churned), adopted)
    return DayOrder(
        left.number, left.day, {"churned_on": churned, "decay_on": np.where(adopted < churned, decay, NEVER)}
    )


def counted(asked: Asked, left: DayOrder, kinds: tuple[str, str]) -> list[Row]:
    """Those of each kind among all who left, of each period and group.

    Args:
        asked: The question.
        left: Everyone who ever left.
        kinds: What it is called to leave without having adopted, and after.
    """
    labels, names = (asked.split.labels, asked.split.names) if asked.split else ((), [()])
    ends = [end for *_, end in periods.read(asked.cursor, asked.question, asked.plan)]
    rows = list[Row]()
    for (period_on, on_day, _, before, begins_at), ends_at in zip(edges(asked), ends, strict=True):
        first, last = ((day - EPOCH).days - asked.param("window_days") for day in (before, on_day))
        gone = left.between(first + 1, last)
        group = (
            asked.split.numbers(instant(begins_at))[gone.number] if asked.split else np.zeros(len(gone.day), np.int8)
        )
        decay = gone.values["decay_on"]
        days = gone.values["churned_on"] - decay
        adopted = decay != NEVER
        of_period = list(_of_groups(group, adopted, days, len(names)))
        for kind, is_slow in zip(kinds, (False, True), strict=True):
            for number in sorted(range(len(names)), key=names.__getitem__):
                n, slow, median = of_period[number]
                if n:
                    period = {"period_on": period_on} if asked.question.period else {}
                    rows.append(
                        {**period, "kind": kind, **dict(zip(labels, names[number], strict=True)), "n": n}
                        | {"estimate": slow if is_slow else n - slow, "mrr": None}
                        | {"decay_days": median if is_slow else None, "is_closed": ends_at <= asked.question.as_of}
                    )
    return rows


def _of_groups(
    group: NDArray[np.int8], adopted: NDArray[np.bool_], days: Column, groups: int
) -> Iterator[tuple[int, int, float | None]]:
    """Of each group how many left, how many of them had adopted, and the median of how long use of these had fallen."""
    for number in range(groups):
        own = group == number
        slow = days[own & adopted]
        yield int(np.count_nonzero(own)), len(slow), float(np.median(slow)) if len(slow) else None


def _adopted(asked: Asked, facts: Numbered) -> NDArray[np.int32]:
    """The first day on which value and a habit were there, of everybody."""
    days: EntityDays = read(asked, f"SELECT entity_key, day FROM {asked.grain.day}")
    rows, habit_on = habits(days, asked.plan.product.usage_interval_days)
    found = np.full(len(facts.everyone), NEVER, np.int32)
    found[facts.everyone.numbers(days.entity[rows])] = habit_on
    if asked.plan.value_moments:
        zone = asked.plan.product.timezone
        value_on = f"""SELECT entity_key, timezone('{zone}', timezone('UTC', reached_at))::DATE - DATE '1970-01-01' AS value
            FROM {asked.grain.milestone} WHERE milestone = 'value'"""
        found = np.maximum(found, facts.told(value_on, NEVER))
    return found


def _decayed(facts: Numbered, decays: pa.Table, number: NDArray[np.int32], churned: Column) -> NDArray[np.int32]:
    """Since when the use of those who left on a day was falling; a day before all of whom nothing is known."""
    columns = {name: decays[name].to_numpy() for name in decays.column_names}
    whose = facts.everyone.numbers(columns["entity_key"]).astype(np.int64)
    day, decay = (columns[name].astype("M8[D]").astype(np.int64) for name in ("churned_on", "decay_on"))
    known = whose << 32 | day
    order = np.argsort(known)
    known, decay = known[order], decay[order]
    asked = number.astype(np.int64) << 32 | churned
    place = np.searchsorted(known, asked).clip(max=max(len(known) - 1, 0))
    found = np.full(len(asked), -NEVER, np.int32)
    if len(known):
        is_known = known[place] == asked
        found[is_known] = decay[place[is_known]]
    return found
