"""Tables of the projection, in one place.

`raw.*` holds the archive's rows of every kind but events, as they came. Events and everything made
from them use integer keys, which never leave the projection: they may differ after a rebuild.
No primary keys and no indexes: they slow writes down and have corrupted files before.
Instants are UTC without a zone; `day` is the date in the product's time zone.
"""

from uptake.kinds import KINDS
from uptake.store.reads import TYPES

TABLES = """
CREATE TABLE meta (name VARCHAR, value VARCHAR);
CREATE TABLE seen (row_key UHUGEINT);  -- of the content under a key of 96 bits, see row_key.py
CREATE TABLE users (user_key INTEGER, user_id VARCHAR, is_anonymous BOOLEAN);
CREATE TABLE accounts (account_key INTEGER, account_id VARCHAR);
CREATE TABLE event_names (name_key INTEGER, event_name VARCHAR);
CREATE TABLE event (
    name_key INTEGER, user_key INTEGER, account_key INTEGER, event_at TIMESTAMP, day DATE,
    import_id INTEGER, ordinal UBIGINT, properties VARCHAR,
    actor_key INTEGER,           -- who sent it, where a merge made that somebody else than user_key
    is_account_inferred BOOLEAN  -- the event named no account; account_key came from the user's membership
);
"""


def ddl() -> str:
    """The statements that make an empty projection."""
    raw = []
    for kind in KINDS:
        if kind.name != "events":
            columns = ", ".join(f"{column.name} {TYPES[column.type]}" for column in kind.columns)
            raw.append(
                f"CREATE TABLE raw.{kind.name} ({columns}, properties VARCHAR, received_at TIMESTAMP,"
                " import_id INTEGER, ordinal UBIGINT);"
            )
    return "CREATE SCHEMA IF NOT EXISTS raw;" + TABLES + "".join(raw)
