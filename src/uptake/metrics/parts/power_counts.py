"""On how many days, or in how many weeks or months, everybody was there, counted in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from uptake.facts.day_order import DayOrder
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.core.periods import first_day, shifted
from uptake.metrics.parts.activity import bare_days_sql, days_sql
from uptake.metrics.parts.tallies import edges, groups, instant, numbered
from uptake.metrics.parts.windows import EPOCH, are_many
from uptake.store.sql import literal

Span = tuple[date, date]
"""The first day and the last one."""


def powers(asked: Asked, windows: list[Span], most: int, column: str) -> list[Row]:
    """What the kind `power` is made of, by period and group, where days are counted.

    Args:
        asked: The question, of the metric `stickiness`.
        windows: The days looked at, of each period.
        most: The most days a window has.
        column: What the number of days is called.
    """
    everyone = len(numbered(asked).everyone)
    came = _came(asked, windows, at_least=asked.param("at_least"))
    return _rows(
        asked, (np.bincount(_between(came, window).number, minlength=everyone) for window in windows), most, column
    )


def powers_of_calendar(asked: Asked, column: str) -> list[Row]:
    """The same where weeks or months are counted that were over at the end of the period."""
    interval, most, at_least = str(asked.param("interval")), asked.param("intervals"), asked.param("at_least")
    everyone = len(numbered(asked).everyone)
    over = [_over(on_day, interval, asked.question.week_start, most) for _, on_day, *_ in edges(asked)]
    came = _came(asked, [(begins[0], _last(begins[-1], interval)) for begins in over])

    def were_there(begin: date) -> Column:
        rows = _between(came, (begin, _last(begin, interval)))
        there: Column = np.zeros(everyone, np.bool_)
        if at_least == 1:
            there[rows.number] = True
        else:
            there = np.bincount(rows.number, rows.values["events"], everyone) >= at_least
        return there

    def values() -> Iterator[Column]:
        # from one period to the next few weeks or months come in and go out
        inside: dict[date, Column] = {}
        value = np.zeros(everyone, np.int32)
        for begins in over:
            for begin in inside.keys() - set(begins):
                value -= inside.pop(begin)
            for begin in set(begins) - inside.keys():
                inside[begin] = were_there(begin)
                value += inside[begin]
            yield value

    return _rows(asked, values(), most, column)


def _rows(asked: Asked, values: Iterator[Column], most: int, column: str) -> list[Row]:
    """The rows of the curves.

    Args:
        asked: The question.
        values: For each period on how many days everybody was there.
        most: The most there can be.
        column: What that number is called.
    """
    found: list[Row] = []
    names = plain(asked.split.labels) if asked.split else []
    for (period_on, _, on_at, *_), value in zip(edges(asked), values, strict=True):
        for group, members in groups(asked, instant(on_at), value > 0):
            labels = {"period_on": period_on, **dict(zip(names, group, strict=True))}
            found += _curve(labels, np.bincount(value[members], minlength=most + 1)[1:], column)
    if not found and asked.question.period is None and not names:
        return list(_curve({"period_on": None}, np.zeros(most, np.int64), column))
    return found


def _curve(labels: Row, counts: Column, column: str) -> Iterator[Row]:
    n = int(counts.sum())
    at_least = np.cumsum(counts[::-1])[::-1].tolist()
    for number, (count, more) in enumerate(zip(counts.tolist(), at_least, strict=True), start=1):
        estimate = count / n if n else None
        yield {**labels, column: number, "n": n, "count": count, "estimate": estimate, "count_at_least": more}


def _came(asked: Asked, windows: list[Span], at_least: int = 1) -> DayOrder:
    """The days on which everyone did what is counted so often; where there is no period, those of the one window."""
    chosen, counts_events = asked.param("active"), asked.param("at_least") > 1
    sql = (
        f"SELECT entity_key, day, events FROM ({days_sql(asked, chosen)})"
        if counts_events
        else bare_days_sql(asked, chosen)
    )
    if windows and not are_many(asked):
        (first, last), *_ = windows
        sql = f"SELECT * FROM ({sql}) WHERE day BETWEEN {literal(first)} AND {literal(last)}"
    rows = numbered(asked).days(sql)
    return rows.of(rows.values["events"] >= at_least) if at_least > 1 else rows


def _between(rows: DayOrder, window: Span) -> DayOrder:
    first, last = window
    return rows.between((first - EPOCH).days, (last - EPOCH).days)


def _over(on_day: date, interval: str, week_start: str, number: int) -> list[date]:
    """The first days of so many weeks or months, one after the other, the last of which was over on a day."""
    begin = first_day(on_day, interval, week_start)
    until = next_on if (next_on := shifted(begin, interval, 1)) == on_day + timedelta(days=1) else begin
    return [shifted(until, interval, -back) for back in range(number, 0, -1)]


def _last(begin: date, interval: str) -> date:
    return shifted(begin, interval, 1) - timedelta(days=1)
