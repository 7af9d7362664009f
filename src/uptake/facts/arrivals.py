"""Arrivals: the projection as it was when only some imports had come in.

Rows of a kind are never changed, only joined by later ones, so what was known is those of the imports until then: beside
the projection, views leave the others out, and events, which carry whom they belong to, are copied as they came. Users and
accounts whom only later rows name are not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from uptake.errors import QuestionError
from uptake.kinds import KINDS
from uptake.store.ledger import Import
from uptake.store.projection import Cursor, set_meta
from uptake.store.sql import name


@dataclass(frozen=True)
class Known:
    """The imports that had been received by an instant.

    Args:
        last: The last of them; 0: none.
        but: Of those up to it, the ones that were received later, where the clock was set back meanwhile.
        received_at: When the last of them was received, UTC without zone; None: none was.
        first_at: When the very first import was received; None: there is none.
    """

    last: int
    but: tuple[int, ...]
    received_at: datetime | None
    first_at: datetime | None

    def required(self, by: object) -> Known:
        """This, if anything had been received.

        Args:
            by: The day or instant as it was given.

        Raises:
            QuestionError: Nothing had been received.
        """
        if self.received_at is None:
            since = f"The first import was received on {self.first_at:%Y-%m-%d %H:%M} UTC: " if self.first_at else ""
            raise QuestionError(
                f"Nothing had been received by {by}.", do=f"{since}ask without known_by, or with a later day."
            )
        return self

    def sql(self) -> str:
        """SQL that holds for their rows."""
        but = f" AND import_id NOT IN ({', '.join(map(str, self.but))})" if self.but else ""
        return f"import_id <= {self.last}{but}"


def known(imports: Iterable[Import], by: datetime | None) -> Known:
    """Which imports had been received by an instant, UTC without zone; None: all."""
    received = {one.import_id: one.imported_at.astimezone(UTC).replace(tzinfo=None) for one in imports}
    then = {import_id: at for import_id, at in received.items() if by is None or at < by}
    last = max(then, default=0)
    but = tuple(import_id for import_id in received if import_id < last and import_id not in then)
    return Known(last, but, max(then.values(), default=None), min(received.values(), default=None))


def build(cursor: Cursor, main: str, known: Known) -> None:
    """Makes what facts are made of.

    Args:
        cursor: A cursor that finds a cut before the projection.
        main: The projection's name.
        known: The imports that count.
    """
    of = f"{name(main)}.main"
    users, accounts = ["SELECT user_key FROM event"], ["SELECT account_key FROM event"]
    for kind in KINDS:
        if kind.name == "events":
            continue
        rows = f"{name(main)}.raw.{name(kind.name)}"
        cursor.execute(f"CREATE OR REPLACE VIEW raw.{name(kind.name)} AS FROM {rows} WHERE {known.sql()}")
        columns = {column.name for column in kind.columns}
        sides = [("user_id", "false")] if "user_id" in columns else []
        if kind.name == "aliases":
            sides.append(("previous_id", "coalesce(r.is_anonymous, false)"))
        users += [
            f"SELECT u.user_key FROM raw.{name(kind.name)} r"
            f" JOIN {of}.users u ON u.user_id = r.{column} AND u.is_anonymous = {is_anonymous}"
            for column, is_anonymous in sides
        ]
        if "account_id" in columns:
            accounts.append(f"SELECT account_key FROM raw.{name(kind.name)} JOIN {of}.accounts USING (account_id)")
    cursor.execute(
        f"""CREATE TABLE event AS SELECT * REPLACE (
            coalesce(actor_key, user_key) AS user_key, NULL::INTEGER AS actor_key,
            CASE WHEN NOT is_account_inferred THEN account_key END AS account_key, false AS is_account_inferred
        ) FROM {of}.event WHERE {known.sql()}"""
    )
    for side, named in (("user", users), ("account", accounts)):
        cursor.execute(
            f"CREATE TABLE {side}s AS FROM {of}.{side}s SEMI JOIN ({' UNION '.join(named)}) USING ({side}_key)"
        )
    cursor.execute(
        f"""CREATE TABLE event_names AS FROM {of}.event_names SEMI JOIN (SELECT DISTINCT name_key FROM event)
            USING (name_key)"""
    )
    set_meta(cursor, "applied", str(known.last))
    cursor.execute("DELETE FROM meta WHERE name = 'received_at'")
    if known.received_at is not None:
        set_meta(cursor, "received_at", known.received_at.isoformat(sep=" "))
