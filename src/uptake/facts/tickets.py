"""Tickets: help desks are exported again and again, and of a ticket that came several times the latest row counts."""

LATEST = """(FROM raw.tickets QUALIFY row_number() OVER (
            PARTITION BY source, ticket_id ORDER BY import_id DESC, ordinal DESC) = 1)"""
"""SQL for the rows of tickets, one for each."""
