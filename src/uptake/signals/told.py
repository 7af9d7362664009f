"""What was imported beside events, by whom it is about: answers, tickets, touches."""

from __future__ import annotations

from uptake.kinds import BY_NAME
from uptake.metrics.parts import told
from uptake.signals.panel import Panel


def told_sql(panel: Panel, kind: str) -> str:
    """SQL for (on_day, what `uptake.metrics.parts.told` says of a kind): its rows, with the local day on which each happened.

    Args:
        panel: Whose rows.
        kind: feedback, tickets or touches.
    """
    return f"SELECT {panel.on(BY_NAME[kind].at)} AS on_day, * FROM ({told.told_sql(kind, panel.grain)})"


def latest_sql(panel: Panel, kind: str, value: str, where: str, holds_days: int) -> str:
    """SQL for (entity_key, begins, ends, value): the latest word of each, as long as it holds, for `Panel.held`.

    Args:
        panel: Whose.
        kind: As for `told_sql`.
        value: SQL for its value; rows without one say nothing.
        where: SQL that rows have to meet.
        holds_days: For how many days a word holds, its own day included.
    """
    at = BY_NAME[kind].at
    return f"""SELECT entity_key, begins, value, least(begins + {holds_days}, coalesce(lead(begins) OVER (
                PARTITION BY entity_key ORDER BY {at}, import_id, ordinal), begins + {holds_days})) AS ends
        FROM (SELECT *, on_day - $first::DATE AS begins, {value} AS value FROM ({told_sql(panel, kind)}) WHERE {where})
        WHERE value IS NOT NULL"""
