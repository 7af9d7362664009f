"""Which part of the facts is made again: everything, or the days and people that new rows touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uptake.store.projection import Cursor


@dataclass(frozen=True)
class Scope:
    """What to make again.

    Args:
        everything: All rows; otherwise those of the temporary tables `scope_day` and `scope_user`. Whose rows these are
            is in `touched_user` and `touched_account`.
        features: Keys of the features that facts are made of, where they are made feature by feature; None: all.
    """

    everything: bool
    features: frozenset[int] | None = None

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

    def of(self, entity: str) -> str:
        """SQL that holds for rows of the entities touched; the table has `account_key` and `user_key`.

        Args:
            entity: user, member or account.
        """
        if entity != "account":
            return self.people()
        return "true" if self.everything else "account_key IN (SELECT account_key FROM touched_account)"

    def stale(self, entity: str) -> str:
        """The same; the table has the key of the entity, `user_key`, `member_key` or `account_key`."""
        if self.everything or entity != "member":
            return self.of(entity)
        return "(member_key & 4294967295)::INTEGER IN (SELECT user_key FROM touched_user)"


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
    scope = Scope(everything=False)
    # an account is touched by what it loses too: the facts still say what was its before
    accounts = " UNION ".join(
        f"SELECT account_key FROM {table} WHERE account_key IS NOT NULL AND {scope.rows()}"
        for table in ("event", "active_day", "feature_day")
    )
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE touched_account AS {accounts}")
    return scope
