"""Which part of the facts is made again: everything, or the days and people that new rows touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uptake.store.projection import Cursor


@dataclass(frozen=True)
class Scope:
    """What to make again.

    Args:
        everything: All rows; otherwise those of the temporary tables `scope_day` and `scope_user`.
    """

    everything: bool

    def rows(self, alias: str = "") -> str:
        """SQL that holds for rows of these days or these people; the table has `day` and `user_key`."""
        if self.everything:
            return "true"
        dot = f"{alias}." if alias else ""
        return f"({dot}day IN (SELECT day FROM scope_day) OR {dot}user_key IN (SELECT user_key FROM scope_user))"

    def people(self, alias: str = "") -> str:
        """SQL that holds for everyone touched: the people of the scope and those active on its days."""
        dot = f"{alias}." if alias else ""
        return "true" if self.everything else f"{dot}user_key IN (SELECT user_key FROM touched_user)"


EVERYTHING = Scope(everything=True)


def of_imports(cursor: Cursor, import_ids: Iterable[int]) -> Scope:
    """What the rows of some imports touched.

    The days of their events, and the people whose events were merged (`merged_user`) or moved to
    another account (`reattributed_user`). More than half of all days is everything: making all
    again is then quicker than choosing.
    """
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS merged_user (user_key INTEGER)")
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE scope_day AS
        SELECT DISTINCT day FROM event WHERE import_id IN ({", ".join(map(str, import_ids))})"""
    )
    cursor.execute("CREATE OR REPLACE TEMP TABLE scope_user AS FROM merged_user UNION FROM reattributed_user")
    touched, known = cursor.execute(
        "SELECT (SELECT count(*) FROM scope_day), (SELECT count(DISTINCT day) FROM active_day)"
    ).fetchall()[0]
    if touched * 2 > known:
        return EVERYTHING
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE touched_user AS
        SELECT user_key FROM scope_user
        UNION SELECT DISTINCT user_key FROM event WHERE day IN (SELECT day FROM scope_day) AND user_key IS NOT NULL"""
    )
    return Scope(everything=False)
