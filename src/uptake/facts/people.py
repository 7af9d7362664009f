"""People: which ids are one person.

Alias rows say that a previous id (often anonymous) and a user are one. The latest row of a previous
id wins; people merge, events do not. `person` leads from every key that was merged to the key it
became; events keep who sent them in `actor_key`.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from uptake.store.projection import Cursor

TABLE = "CREATE TABLE person (actor_key INTEGER, user_key INTEGER)"


def merge(cursor: Cursor) -> None:
    """Applies all aliases; leaves in the temporary table `merged_user` the keys whose events changed hands."""
    rows = cursor.execute(
        """SELECT previous.user_key, u.user_key FROM raw.aliases a
        JOIN users previous ON previous.user_id = a.previous_id AND previous.is_anonymous = coalesce(a.is_anonymous, false)
        JOIN users u ON u.user_id = a.user_id AND NOT u.is_anonymous
        ORDER BY a.alias_at, a.import_id, a.ordinal"""
    ).fetchall()
    table = pa.table(dict(zip(("actor_key", "user_key"), _columns(resolve(rows)), strict=True)))
    cursor.register("resolved", table)
    try:
        cursor.execute(
            """CREATE OR REPLACE TEMP TABLE merged_user AS
            WITH moved AS (
                SELECT actor_key, n.user_key AS now_key, p.user_key AS was_key
                FROM resolved n FULL JOIN person p USING (actor_key) WHERE n.user_key IS DISTINCT FROM p.user_key
            )
            SELECT actor_key AS user_key FROM moved UNION SELECT now_key FROM moved WHERE now_key IS NOT NULL
            UNION SELECT was_key FROM moved WHERE was_key IS NOT NULL"""
        )
        cursor.execute("DELETE FROM person")
        cursor.execute("INSERT INTO person SELECT actor_key::INTEGER, user_key::INTEGER FROM resolved")
    finally:
        cursor.unregister("resolved")
    cursor.execute(
        """UPDATE event SET user_key = coalesce(p.user_key, e.actor),
            actor_key = CASE WHEN p.user_key IS NOT NULL THEN e.actor END
        FROM (SELECT import_id, ordinal, coalesce(actor_key, user_key) AS actor FROM event
              WHERE user_key IN (SELECT user_key FROM merged_user UNION SELECT actor_key FROM person)) e
        LEFT JOIN person p ON p.actor_key = e.actor
        WHERE event.import_id = e.import_id AND event.ordinal = e.ordinal"""
    )


def assign(cursor: Cursor, import_ids: Iterable[int]) -> None:
    """Gives the events of new imports to the people their senders were merged into."""
    cursor.execute(
        f"""UPDATE event SET actor_key = event.user_key, user_key = p.user_key
        FROM person p WHERE event.import_id IN ({", ".join(map(str, import_ids))}) AND p.actor_key = event.user_key"""
    )


def resolve(aliases: list[tuple[int, int]]) -> dict[int, int]:
    """Who became whom in the end.

    Args:
        aliases: (previous, user) pairs, oldest first.

    Returns:
        Key of everyone who was merged -> key they ended up as. Of a circle everybody ends up as the
        user whom the latest of its links names.

    >>> resolve([(1, 2), (2, 3)])
    {1: 3, 2: 3}
    >>> resolve([(1, 2), (2, 3), (3, 1)])
    {2: 1, 3: 1}
    """
    became: dict[int, int] = {}

    def end(key: int) -> int:
        while key in became:
            key = became[key]
        return key

    for previous, user in aliases:
        if previous == user:
            continue
        became.pop(previous, None)
        if end(user) == previous:
            del became[user]
        became[previous] = user
    return {key: end(key) for key in became}


def _columns(resolved: dict[int, int]) -> tuple[pa.Array, pa.Array]:
    return pa.array(list(resolved), pa.int32()), pa.array(list(resolved.values()), pa.int32())
