"""Who came lately among those who came in a longer while, day by day, counted in memory.

A day on which somebody came covers the days after it until they came again, so nobody counts twice. How much such a span
sways a mean depends on its days alone: equal spans are counted first, and what holds of them is worked out once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core.event_properties import counting
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.parts.tallies import instant, numbered
from uptake.metrics.parts.windows import EPOCH, are_many
from uptake.store.sql import literal


class Looked(NamedTuple):
    """A day that is looked at.

    Args:
        period_on: The period.
        day: The day.
        ends_at: The instant after it.
    """

    period_on: date | None
    day: date
    ends_at: datetime


NOBODY: Row = {"n": 0, "days": 0, "active": None, "estimate": None, "influence": None}
"""The one row of an answer without periods and groups where there is nobody."""


@dataclass(frozen=True, eq=False)
class _Mean:
    """The mean of the shares of one group over the days of a period.

    Args:
        influence: How much each entity sways it, but for the number of days.
        is_there: Who came in the long window of any of the days.
        active: How many came in it, of each day on which anybody did.
        ratio: The share of them who came in the short window.
    """

    influence: NDArray[np.float64]
    is_there: NDArray[np.bool_]
    active: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)

    @property
    def row(self) -> Row:
        """What the kind `ratio` is made of."""
        return {
            "n": int(np.count_nonzero(self.is_there)),
            "days": len(self.ratio),
            "active": float(np.mean(self.active)),
            "estimate": float(np.mean(self.ratio)),
            # squares are not multiplied as vectors: that would take threads of its own
            "influence": float(np.square(self.influence).sum()),
        }


class _Spans:
    """All spans that may reach into some days, by code: equal spans have one code.

    Args:
        days: The days, since 1970, ascending.
        short_days: How many days a span is part of the short window.
        long_days: How many days it is part of the long one.
    """

    def __init__(self, days: NDArray[np.int64], short_days: int, long_days: int) -> None:
        self.first, self.last, self._days = int(days[0]) - long_days + 1, int(days[-1]), len(days)
        self._lengths, self._longest = long_days + 1, long_days
        begins, length = np.divmod(np.arange((self.last - self.first + 1) * self._lengths), self._lengths)
        begins += self.first
        # of the days looked at, which is the first one that it covers, and which the first after it
        self._begin, self._short_end, self._end = (
            np.searchsorted(days, begins + covered) for covered in (0, np.minimum(length, short_days), length)
        )
        self.is_reaching: NDArray[np.bool_] = self._end > self._begin

    def codes(self, came: DayOrder) -> Column:
        """The code of each row from the first of these days to the last."""
        code = came.day.astype(np.intp)
        code -= self.first
        code *= self._lengths
        code += np.minimum(came.values["lasts"], self._longest)
        return code

    def add(self, mean: _Mean, number: Column, code: Column) -> None:
        """Adds to a mean the days looked at.

        Args:
            mean: The mean.
            number: Whose spans they are.
            code: The code of each, which reaches into the days.
        """
        members = np.bincount(code, minlength=len(self._begin))
        came, left, left_short = (
            np.bincount(at, members, self._days + 1) for at in (self._begin, self._end, self._short_end)
        )
        active, lately = np.cumsum(came - left)[:-1], np.cumsum(came - left_short)[:-1]
        some = np.maximum(active, 1)  # where nobody came nobody sways anything
        of_short, of_long = (np.cumsum(np.append(0.0, one)) for one in (1 / some, lately / some / some))
        influence = of_short[self._short_end] - of_short[self._begin] - (of_long[self._end] - of_long[self._begin])
        mean.influence[:] += np.bincount(number, influence[code], len(mean.influence))
        mean.is_there[number] = True
        mean.active.extend(active[active > 0].tolist())
        mean.ratio.extend((lately / some)[active > 0].tolist())


def ratios(asked: Asked, looked: list[Looked]) -> list[Row]:
    """What the kind `ratio` is made of, by period and group.

    Args:
        asked: The question, of the metric `stickiness`.
        looked: The days looked at, period by period and in their order.
    """
    by_period: dict[date | None, list[Looked]] = defaultdict(list)
    for one in looked:
        by_period[one.period_on].append(one)
    facts = numbered(asked)
    came = _came(asked, facts, looked)
    found = []
    for period_on, days in by_period.items():
        for names, mean in sorted(_means(asked, facts, came, days).items()):
            labels = zip(plain(asked.split.labels) if asked.split else (), names, strict=True)
            found.append({"period_on": period_on, **dict(labels), **mean.row})
    if not found and None in by_period and not (asked.split and asked.split.labels):
        return [{"period_on": None, **NOBODY}]
    return found


def _came(asked: Asked, facts: Numbered, looked: list[Looked]) -> DayOrder:
    """The days on which everyone came, and how many days each lasts until the next one; where days are few, of these."""
    sql = f"SELECT entity_key, day, least(next_day - day, {2**16 - 1})::USMALLINT AS lasts FROM {counting(asked).day}"
    if looked and not are_many(asked):
        first = looked[0].day - timedelta(asked.param("long_days") - 1)
        sql += f" WHERE day BETWEEN {literal(first)} AND {literal(looked[-1].day)}"
    return facts.days(sql)


def _means(asked: Asked, facts: Numbered, came: DayOrder, looked: list[Looked]) -> dict[tuple[str, ...], _Mean]:
    """The mean of each group of which anybody came, over the days of a period."""
    everyone = len(facts.everyone)
    found: dict[tuple[str, ...], _Mean] = {}
    for days, group in _runs(asked, looked):
        spans = _Spans(days, asked.param("short_days"), asked.param("long_days"))
        rows = came.between(spans.first, spans.last)
        code = spans.codes(rows)
        reaching = np.flatnonzero(spans.is_reaching[code])
        number, code = rows.number[reaching], code[reaching]
        for names, own in _places(asked, group, number):
            if names not in found:
                found[names] = _Mean(np.zeros(everyone), np.zeros(everyone, np.bool_))
            spans.add(found[names], number[own], code[own])
    return found


def _runs(asked: Asked, looked: list[Looked]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int8]]]:
    """Days one after the other at whose ends everybody is in the same group, with the group of each."""
    run, group = list[int](), np.empty(0, np.int8)
    for one in looked:
        now = asked.split.numbers(instant(one.ends_at)) if asked.split else group
        if run and not np.array_equal(now, group):
            yield np.array(run), group
            run = []
        run.append((one.day - EPOCH).days)
        group = now
    yield np.array(run), group


def _places(asked: Asked, group: NDArray[np.int8], number: Column) -> Iterator[tuple[tuple[str, ...], Column | slice]]:
    """Each group that has some of the rows, by name, with their places."""
    if asked.split is None:
        yield from [((), slice(None))] if len(number) else []
        return
    of_rows = group[number]
    for one, names in enumerate(asked.split.names):
        own = np.flatnonzero(of_rows == one)
        if len(own):
            yield names, own
