"""Contracts: what an account paid a month from when until when, `[valid_from, valid_to)`, one row per currency and span.

Read from subscriptions. Those that run at the same time add up; a row that repeats a subscription's id and first day
corrects it, and a later stretch of the same subscription ends the one before. Amounts of different currencies are
never added: a subscription says its own in a column `currency`, else it is in the product's (NULL here).
"""

from __future__ import annotations

from uptake.facts.membership import NEVER
from uptake.store.projection import Cursor

TABLE = """CREATE TABLE contract (
    account_key INTEGER, currency VARCHAR, plan VARCHAR, mrr DOUBLE, seats BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP
)"""


def build(cursor: Cursor) -> None:
    """Makes the contracts again from all subscriptions."""
    cursor.execute("DELETE FROM contract")
    cursor.execute(
        f"""INSERT INTO contract
        WITH said AS (
            SELECT account_key, plan, mrr, seats, started_on, coalesce(ended_on, {NEVER}) AS ended_on,
                upper(coalesce(json_extract_string(properties, '/currency'), '')) AS currency, import_id, ordinal,
                coalesce('id ' || subscription_id, 'row ' || import_id || ' ' || ordinal) AS subscription
            FROM raw.subscriptions JOIN accounts USING (account_id)
        ), latest AS (
            FROM said QUALIFY row_number() OVER (
                PARTITION BY account_key, subscription, started_on ORDER BY import_id DESC, ordinal DESC) = 1
        ), stretch AS (
            SELECT account_key, currency, plan, mrr, seats, started_on,
                least(ended_on, lead(started_on) OVER (PARTITION BY account_key, subscription ORDER BY started_on)) AS ended_on
            FROM latest
        ), change AS (
            SELECT account_key, currency, started_on AS valid_from FROM stretch
            UNION SELECT account_key, currency, ended_on FROM stretch
        ), span AS (
            SELECT *, lead(valid_from) OVER (PARTITION BY account_key, currency ORDER BY valid_from) AS valid_to FROM change
        )
        -- added up in a fixed order: sums of fractions depend on it
        SELECT account_key, nullif(currency, ''), string_agg(DISTINCT plan, ' + ' ORDER BY plan),
            sum(mrr ORDER BY mrr), sum(seats)::BIGINT, valid_from, valid_to
        FROM span JOIN stretch USING (account_key, currency)
        WHERE started_on <= valid_from AND ended_on > valid_from GROUP BY account_key, currency, valid_from, valid_to
        ORDER BY account_key, valid_from, currency"""
    )
