"""Who came lately among those who came in a longer while, day by day, counted in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.entity_days import Column
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


class Share(NamedTuple):
    """Those of one group who came in the long window up to a day.

    Args:
        who: Their numbers.
        ratio: The share of them who came in the short window.
        influence: How much each sways it.
    """

    who: Column
    ratio: float
    influence: NDArray[np.float64]


Shares = dict[tuple[str, ...], Share]
"""By group."""


NOBODY: Row = {"n": 0, "days": 0, "active": None, "estimate": None, "influence": None}
"""The one row of an answer without periods and groups where there is nobody."""


def ratios(asked: Asked, looked: list[Looked]) -> list[Row]:
    """What the kind `ratio` is made of, by period and group.

    Args:
        asked: The question, of the metric `stickiness`.
        looked: The days looked at, period by period and in their order.
    """
    by_period: dict[date | None, list[date]] = defaultdict(list)
    for one in looked:
        by_period[one.period_on].append(one.day)
    shares = _shares(asked, looked)
    made: dict[date, Shares] = {}
    found = []
    for period_on, days in by_period.items():
        # days of one period can be those of the next as well, never earlier ones
        made = {day: made[day] for day in days if day in made}
        while days[-1] not in made:
            made.update([next(shares)])
        of_group: dict[tuple[str, ...], list[Share]] = defaultdict(list)
        for day in days:
            for names, share in made[day].items():
                of_group[names].append(share)
        for names in sorted(of_group):
            labels = zip(plain(asked.split.labels) if asked.split else (), names, strict=True)
            found.append({"period_on": period_on, **dict(labels), **_mean(asked, of_group[names])})
    if not found and None in by_period and not (asked.split and asked.split.labels):
        return [{"period_on": None, **NOBODY}]
    return found


def _shares(asked: Asked, looked: list[Looked]) -> Iterator[tuple[date, Shares]]:
    """Each day looked at, once, with the shares of its groups; a group has one if any of it came in the long window."""
    if not looked:
        return
    facts = numbered(asked)
    short_days, long_days = asked.param("short_days"), asked.param("long_days")
    days = f"SELECT entity_key, day FROM {asked.grain.day}"
    if not are_many(asked):
        first = looked[0].day - timedelta(long_days - 1)
        days += f" WHERE day BETWEEN {literal(first)} AND {literal(looked[-1].day)}"
    came = facts.days(days)
    last = np.full(len(facts.everyone), -long_days, np.int32)
    until = None
    for day, ends_at in sorted({one.day: one.ends_at for one in looked}.items()):
        on = (day - EPOCH).days
        new = came.between(on - long_days + 1 if until is None else until + 1, on)
        last[new.number] = new.day  # of several values for one place the last one stays
        until = on
        who = np.flatnonzero(last > on - long_days)
        is_short = last[who] > on - short_days
        parts = asked.split.parts(instant(ends_at), who) if asked.split else [((), slice(None))] if len(who) else []
        yield day, {names: _share(who[places], is_short[places]) for names, places in parts}


def _share(who: Column, is_short: NDArray[np.bool_]) -> Share:
    ratio = float(np.count_nonzero(is_short) / len(who))
    return Share(who, ratio, (is_short - ratio) / len(who))


def _mean(asked: Asked, shares: list[Share]) -> Row:
    """The mean of the shares of some days, and the sum of the squares of how much each entity sways it."""
    everyone = len(numbered(asked).everyone)
    influence, is_there = np.zeros(everyone), np.zeros(everyone, np.bool_)
    for share in shares:
        influence[share.who] += share.influence
        is_there[share.who] = True
    return {
        "n": int(np.count_nonzero(is_there)),
        "days": len(shares),
        "active": float(np.mean([len(share.who) for share in shares])),
        "estimate": float(np.mean([share.ratio for share in shares])),
        # squares are not multiplied as vectors: that would take threads of its own
        "influence": float(np.square(influence).sum()),
    }
