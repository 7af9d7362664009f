"""Lists of segments: who is on them, by key; people who were merged are who they became."""

from __future__ import annotations

import pyarrow as pa

from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = "CREATE TABLE segment_list (segment VARCHAR, entity_key INTEGER)"


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes the table again; ids that nobody has are not in it."""
    cursor.execute("DELETE FROM segment_list")
    for segment in plan.segments.values():
        if segment.members:
            cursor.register("listed", pa.table({"id": pa.array(segment.members, pa.string())}))
            try:
                cursor.execute(f"INSERT INTO segment_list {keys_sql(segment.entity)}", {"segment": segment.name})
            finally:
                cursor.unregister("listed")


def keys_sql(entity: str) -> str:
    """SQL for (segment, entity_key), each once, of the ids of the relation `listed`."""
    if entity == "account":
        return "SELECT DISTINCT $segment, account_key FROM listed JOIN accounts ON account_id = listed.id ORDER BY 2"
    return """SELECT DISTINCT $segment, coalesce(p.user_key, u.user_key) FROM listed
        JOIN users u ON u.user_id = listed.id AND NOT u.is_anonymous
        LEFT JOIN person p ON p.actor_key = u.user_key ORDER BY 2"""
