"""Tickets that were opened, whether they were imported as rows or sent as events, once each, as SQL."""

from __future__ import annotations

from uptake.facts.selection import events_sql, property_text
from uptake.metrics.core.grain import Grain
from uptake.metrics.parts.told import told_sql
from uptake.plan import Plan
from uptake.store.projection import Cursor


def opened_sql(cursor: Cursor, plan: Plan, grain: Grain) -> str:
    """SQL for (entity_key, user_key, account_key, opened_at, feature): tickets, those of one id once.

    A row says more of a ticket than an event, so that the row counts where both came; of several events the first.

    Args:
        cursor: A cursor of the projection.
        plan: The plan, whose `tickets` say which events are tickets.
        grain: Whose tickets are meant; others are left out.
    """
    told = f"SELECT entity_key, user_key, account_key, opened_at, feature FROM ({told_sql('tickets', grain)})"
    if plan.tickets is None:
        return told
    return f"""{told}
        UNION ALL
        SELECT {grain.key} AS entity_key, user_key, account_key, opened_at, feature
        FROM ({_events(cursor, plan)}) WHERE {grain.needs}"""


def first_sql(cursor: Cursor, plan: Plan) -> str:
    """SQL for (opened_at): when tickets of anybody were opened; before the first of them nothing is known."""
    rows = "SELECT opened_at FROM raw.tickets"
    return rows if plan.tickets is None else f"{rows} UNION ALL SELECT opened_at FROM ({_events(cursor, plan)})"


def _events(cursor: Cursor, plan: Plan) -> str:
    """SQL for tickets that came as events alone."""
    tickets = plan.tickets
    assert tickets is not None
    feature = property_text(tickets.feature) if tickets.feature else "NULL::VARCHAR"
    return f"""SELECT user_key, account_key, event_at AS opened_at, {feature} AS feature, {property_text(tickets.id)} AS ticket_id
            FROM event WHERE {events_sql(cursor, plan, [tickets.opened])}
                AND NOT coalesce({property_text(tickets.id)} IN (SELECT ticket_id FROM raw.tickets), false)
            QUALIFY ticket_id IS NULL OR row_number() OVER (PARTITION BY ticket_id ORDER BY event_at, import_id, ordinal) = 1"""
