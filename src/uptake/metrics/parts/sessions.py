"""Sessions of entities in the window of each period, as SQL; of many periods from columns in memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Source
from uptake.metrics.parts.population import active_sql
from uptake.metrics.parts.windows import Window, are_many, counted, read, windows
from uptake.store.sql import literal


def sessions_sql(asked: Asked, columns: str = "", condition: str = "") -> str:
    """SQL for (entity_key, day, columns) of all sessions for which a condition holds.

    Args:
        asked: The question.
        columns: More columns, each after a comma.
        condition: SQL that holds for them; empty: all.
    """
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT entity_key, day{columns} FROM {asked.grain.of('session')}{where}"


def counts_source(asked: Asked, window_days: int) -> Source:
    """Rows (entity_key, period_on, sessions), over `window_day`: everyone active, with the sessions they began.

    Somebody active may have begun none: it can have begun before midnight of the first day.

    Args:
        asked: The question.
        window_days: How many days a window has.
    """
    sql = f"""SELECT a.entity_key, a.period_on, coalesce(n.sessions, 0) AS sessions
        FROM ({active_sql(asked)}) a LEFT JOIN (
            SELECT e.entity_key, p.period_on, count(*) AS sessions
            FROM window_day p JOIN ({sessions_sql(asked)}) e ON e.day = p.day GROUP BY ALL
        ) n ON n.entity_key = a.entity_key AND n.period_on IS NOT DISTINCT FROM a.period_on"""
    if not are_many(asked):
        return Source(f"({sql})")

    def table() -> pa.Table:
        sessions = (window for _, window in windows(asked, read(asked, sessions_sql(asked)), window_days))
        return counted(
            asked,
            read(asked, f"SELECT entity_key, day FROM {asked.grain.day}"),
            window_days,
            lambda window: {"sessions": _rows_of(next(sessions), window.entity)},
        )

    return Source("frequented", {"frequented": sql}, {"frequented": table})


def lasted_sql(asked: Asked) -> str:
    """SQL for (entity_key, day, seconds) of all sessions that were over at `as_of`."""
    return sessions_sql(asked, ", seconds", f"seconds IS NOT NULL AND ended_at < {literal(asked.question.as_of)}")


def seconds_source(asked: Asked, window_days: int) -> Source:
    """Rows (entity_key, period_on, seconds), over `window_day`: time in sessions begun there that were over at `as_of`.

    Args:
        asked: The question.
        window_days: How many days a window has.
    """
    lasted = lasted_sql(asked)
    sql = f"""SELECT e.entity_key, p.period_on, sum(e.seconds) AS seconds
        FROM window_day p JOIN ({lasted}) e ON e.day = p.day GROUP BY ALL"""
    if not are_many(asked):
        return Source(f"({sql})")

    def seconds(window: Window) -> dict[str, Column]:
        return {"seconds": np.add.reduceat(window.values["seconds"], window.begins)}

    table = {"effort": lambda: counted(asked, read(asked, lasted), window_days, seconds)}
    return Source("effort", {"effort": sql}, table)


def _rows_of(window: Window, entity: Column) -> Column:
    """How many rows of a window each of some entities has."""
    places = np.searchsorted(window.entity, entity)
    found = np.zeros(len(entity), np.int64)
    is_there = places < len(window.entity)
    is_there[is_there] = window.entity[places[is_there]] == entity[is_there]
    found[is_there] = window.days[places[is_there]]
    return found
