"""Everything a projection holds, by natural ids, so that two of them can be held equal; keys may differ."""

from __future__ import annotations

from typing import Any

from alike import assert_alike

import uptake
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.scores.history import STALE_FROM
from uptake.store.kept import STATE

USER = "(SELECT user_id || CASE WHEN is_anonymous THEN ' (anonymous)' ELSE '' END FROM users WHERE user_key = t.{})"
ACCOUNT = "(SELECT account_id FROM accounts WHERE account_key = t.{})"
NATURAL = {
    "user_key": USER.format("user_key"),
    "actor_key": USER.format("actor_key"),
    "account_key": ACCOUNT.format("account_key"),
    "name_key": "(SELECT event_name FROM event_names n WHERE n.name_key = t.name_key)",
    "feature_key": "(SELECT feature FROM features f WHERE f.feature_key = t.feature_key)",
    "member_key": (
        "(SELECT user_id || ' in ' || account_id FROM users, accounts"
        " WHERE user_key = t.member_key & 4294967295 AND account_key = t.member_key >> 32)"
    ),
}
"""Column -> SQL for the id it stands for."""
FIXED = {"calendar"}
"""Made from the plan alone, and large."""

NOTES = {STATE, STALE_FROM}
"""In `meta`: the state is named anew by every change, whatever it changed; history may have more to make than it has to."""

Contents = dict[str, list[tuple[Any, ...]]]


def contents(workspace: uptake.Workspace) -> Contents:
    """Table -> its rows in a fixed order, keys replaced by ids."""
    with workspace.projection.reading() as cursor:
        tables = cursor.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
        ).fetchall()
        found = {}
        for schema, table in tables:
            if table in FIXED:
                continue
            columns = [row[0] for row in cursor.execute(f'DESCRIBE "{schema}"."{table}"').fetchall()]
            read = ", ".join(NATURAL.get(column, f't."{column}"') for column in columns)
            rows = cursor.execute(f'SELECT {read} FROM "{schema}"."{table}" t').fetchall()
            found[table] = sorted((row for row in rows if row[0] not in NOTES), key=str)
        return found


def answers(workspace: uptake.Workspace) -> dict[str, list[dict[str, Any]]]:
    """Metric and question -> its rows, for every metric of the catalogue; why it cannot be asked, where it cannot."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, entry in catalogue().items():
        for question in ({"period": "week", "by": "account.id"}, {"entity": "account"}):
            if question.get("entity", "user") not in entry.metric.entities:
                continue
            try:
                found[f"{name} {question}"] = workspace.metric(name, **question).rows
            except QuestionError as error:
                found[f"{name} {question}"] = [{"error": str(error)}]
    return found


def assert_equal(one: Contents, other: Contents) -> None:
    """Holds two projections equal, naming the first table that differs."""
    assert one.keys() == other.keys()
    for table, rows in one.items():
        extra = [row for row in rows if row not in other[table]]
        missing = [row for row in other[table] if row not in rows]
        assert (extra, missing) == ([], []), table
        assert rows == other[table], table


def assert_same_answers(one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]) -> None:
    """Holds the answers of two workspaces equal."""
    assert one.keys() == other.keys()
    for question, rows in one.items():
        assert_alike(rows, other[question], question)
