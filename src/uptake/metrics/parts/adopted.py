"""When somebody first had adopted the product: value was reached, and a habit was there."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.core.metric import Asked, Source
from uptake.metrics.core.query import kept
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.windows import worked_out
from uptake.store.sql import literal

INTERVALS = 4
"""Active in two of so many usage intervals in a row is a habit."""


def adopted_source(asked: Asked, among: str) -> Source:
    """Rows (entity_key, adopted_on): the first day on which value and a habit were there.

    Without value moments in the plan the habit is enough.

    Args:
        asked: The question; the parameter `$interval_days` has to be bound.
        among: A relation with `entity_key`, whom it is asked of.
    """
    habit, zone = habit_source(asked, among), literal(asked.plan.product.timezone)
    relations, tables, value = dict(habit.relations), dict(habit.tables), ""
    if asked.plan.value_moments:
        value_sql = f"""SELECT entity_key, timezone({zone}, timezone('UTC', reached_at))::DATE AS value_on
        FROM {asked.grain.milestone} WHERE milestone = 'value'"""
        relations["value_day"], tables["value_day"] = value_sql, lambda: kept(asked, value_sql)
        value = " JOIN value_day USING (entity_key)"
    adopted_on = "greatest(habit_on, value_on)" if value else "habit_on"
    relations["adopted"] = f"""SELECT entity_key, {adopted_on} AS adopted_on FROM {habit.sql}{value}
        WHERE entity_key IN (SELECT entity_key FROM {among})"""
    return Source("adopted", relations, tables)


def habit_source(asked: Asked, among: str) -> Source:
    """Rows (entity_key, habit_on): the first day that made a habit; usage intervals begin with the first active day.

    Args:
        asked: The question.
        among: A relation with `entity_key`, whom it is asked of; others may have rows too.
    """
    interval_days = asked.plan.product.usage_interval_days

    def table(days: EntityDays) -> pa.Table:
        rows, habit_on = habits(days, interval_days)
        return pa.table({"entity_key": days.entity[rows], "habit_on": habit_on.astype("M8[D]")})

    def read(days: EntityDays) -> pa.Table:
        key = ("habits", asked.grain.name, interval_days, asked.question.timezone)
        return asked.kept.get(asked.cursor, key, lambda: table(days))

    return worked_out(asked, asked.grain, ACTIVE, "habit", _habit_sql(asked, among), read)


def _habit_sql(asked: Asked, among: str) -> str:
    return f"""SELECT entity_key, min(day) AS habit_on FROM (
            SELECT entity_key, day, number - lag(number) OVER (PARTITION BY entity_key ORDER BY number) AS later
            FROM (
                SELECT entity_key, min(day) AS day, number FROM (
                    SELECT entity_key, day,
                        (day - min(day) OVER (PARTITION BY entity_key)) // $interval_days::INTEGER AS number
                    FROM {asked.grain.day} WHERE entity_key IN (SELECT entity_key FROM {among})
                ) GROUP BY entity_key, number
            )
        ) WHERE later < {INTERVALS} GROUP BY entity_key"""


def habits(days: EntityDays, interval_days: int) -> tuple[Column, Column]:
    """The first day of each entity that made a habit: its row, and the day since 1970.

    Args:
        days: The active days.
        interval_days: Days of a usage interval.
    """
    is_new = np.ones(len(days.entity), np.bool_)
    np.not_equal(days.entity[1:], days.entity[:-1], out=is_new[1:])
    begins = np.flatnonzero(is_new)
    day = days.day.astype(np.int32)
    number = (day - np.repeat(day[begins], np.diff(begins, append=len(day)))) // interval_days
    is_new[1:] |= number[1:] != number[:-1]
    rows = np.flatnonzero(is_new)
    is_habit = days.entity[rows[1:]] == days.entity[rows[:-1]]
    is_habit &= np.diff(number[rows]) < INTERVALS
    rows = rows[1:][is_habit]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = days.entity[rows[1:]] != days.entity[rows[:-1]]
    return rows[is_first], day[rows[is_first]]
