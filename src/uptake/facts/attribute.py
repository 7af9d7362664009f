"""Attributes: what was known of a user or an account from when until when, `[valid_from, valid_to)`.

One row per entity, attribute and span, so a chart of April sees the plan of April. A row without a
date holds from the beginning if it is the first that names the attribute, else from the moment it
was received. Of two rows with the same date the later import wins. An empty cell says nothing; a
`null` in JSON says that the attribute is gone from then on.
"""

from __future__ import annotations

from uptake.facts.membership import ALWAYS, NEVER
from uptake.facts.selection import number_of
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE user_attribute (
    user_key INTEGER, name VARCHAR, text VARCHAR, number DOUBLE, valid_from TIMESTAMP, valid_to TIMESTAMP
);
CREATE TABLE account_attribute (
    account_key INTEGER, name VARCHAR, text VARCHAR, number DOUBLE, valid_from TIMESTAMP, valid_to TIMESTAMP
);
"""
DATES = {"user": ("created_at",), "account": ("created_at", "signed_on", "live_on", "renewal_on", "churned_on")}
"""Columns of the kind that are attributes too, so that they can be filtered by."""


def build(cursor: Cursor) -> None:
    """Makes both tables again."""
    for entity in ("user", "account"):
        dates = " ".join(
            f"UNION ALL SELECT {entity}_id, '{column}', {_written(column)}, valid_from, received_at, import_id, ordinal"
            f" FROM raw.{entity}s WHERE {column} IS NOT NULL"
            for column in DATES[entity]
        )
        key = "coalesce(p.user_key, e.user_key)" if entity == "user" else "e.account_key"
        joins = (
            "JOIN users e ON e.user_id = dated.user_id AND NOT e.is_anonymous"
            " LEFT JOIN person p ON p.actor_key = e.user_key"
            if entity == "user"
            else "JOIN accounts e USING (account_id)"
        )
        cursor.execute(f"DELETE FROM {entity}_attribute")
        cursor.execute(
            f"""INSERT INTO {entity}_attribute
            WITH said AS (
                SELECT r.{entity}_id, replace(j.key, chr(0), '') AS name, {_text("j")} AS text,
                    r.valid_from, r.received_at, r.import_id, r.ordinal
                FROM raw.{entity}s r, json_each(r.properties) j WHERE r.properties IS NOT NULL
                {dates}
            ), dated AS (
                SELECT {entity}_id, name, text, import_id, ordinal,
                    coalesce(valid_from, CASE WHEN row_number() OVER (
                        PARTITION BY {entity}_id, name ORDER BY import_id, ordinal
                    ) = 1 THEN {ALWAYS} ELSE received_at END) AS valid_from
                FROM said
            ), keyed AS (
                SELECT {key} AS {entity}_key, name, text, valid_from, import_id, ordinal FROM dated {joins}
            ), latest AS (
                FROM keyed QUALIFY row_number() OVER (
                    PARTITION BY {entity}_key, name, valid_from ORDER BY import_id DESC, ordinal DESC
                ) = 1
            ), spanned AS (
                SELECT *, coalesce(
                    lead(valid_from) OVER (PARTITION BY {entity}_key, name ORDER BY valid_from), {NEVER}
                ) AS valid_to FROM latest
            )
            SELECT {entity}_key, name, text, {number_of("text")}, valid_from, valid_to FROM spanned
            WHERE text IS NOT NULL ORDER BY {entity}_key, name, valid_from"""
        )


def _written(column: str) -> str:
    """SQL for an instant as text, to the second where it has no fraction."""
    whole, exact = (f"strftime({column}, '{form}')" for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"))
    return f"CASE WHEN epoch_us({column}) % 1000000 = 0 THEN {whole} ELSE {exact} END"


def _text(each: str) -> str:
    """SQL for the text of a JSON value: 10.0 and 10 are one value."""
    words = f"json_extract_string({each}.value, '$')"
    is_whole = f"{each}.type = 'DOUBLE' AND abs({words}::DOUBLE) < 1e15 AND {words}::DOUBLE = trunc({words}::DOUBLE)"
    return f"CASE WHEN {is_whole} THEN {words}::DOUBLE::BIGINT::VARCHAR ELSE {words} END"
