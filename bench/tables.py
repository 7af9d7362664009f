"""ClickHouse in this process: the raw events in three layouts, so that every question finds the one that suits it.

The tables are made by a process of its own; see `bench.child.build`.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

COLUMNS = """(
    event_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    event LowCardinality(String),
    user_id LowCardinality(String),
    account_id LowCardinality(String)
)"""
LAYOUTS = {
    "by_user": "ORDER BY (user_id, event_at)",
    "by_month": "PARTITION BY toYYYYMM(event_at) ORDER BY (user_id, event_at)",
    "by_day": "ORDER BY (toDate(event_at), user_id, event_at)",
}
"""Users together; users together within each month; days together."""
SIZE = """SELECT sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database = currentDatabase() AND table = {table:String}"""


class Tables:
    """The tables in a folder, held by this process until they are closed.

    Args:
        folder: Where they lie; made if it is not there.
        threads: Threads of a query.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        # chdb has no types, and nobody but the bench has it installed
        self._session: Any = import_module("chdb.session").Session(str(folder))
        self._session.query("CREATE DATABASE IF NOT EXISTS bench")
        self._session.query("USE bench")
        for setting in ("max_threads", "max_insert_threads"):
            self._session.query(f"SET {setting} = {threads}")

    def close(self) -> None:
        """Lets the folder go; a process can open only one at a time."""
        self._session.close()

    def make(self, layout: str, events: Path) -> tuple[float, int]:
        """Makes a table from a Parquet file and merges its parts.

        Returns:
            Seconds, and bytes on disk.
        """
        self._session.query(f"CREATE TABLE {layout} {COLUMNS} ENGINE = MergeTree {LAYOUTS[layout]}")
        began = time.perf_counter()
        load = f"INSERT INTO {layout} SELECT event_at, event, user_id, account_id FROM file({{file:String}})"
        self._session.query(load, params={"file": str(events)})
        self._session.query(f"OPTIMIZE TABLE {layout} FINAL")
        seconds = time.perf_counter() - began
        (row,) = self.ask(SIZE, table=layout)
        return seconds, row["bytes"]

    def ask(self, sql: str, **values: str) -> list[dict[str, Any]]:
        """The rows of a query; values it does not name are left out."""
        bound = {name: value for name, value in values.items() if f"{{{name}:" in sql}
        rows: list[dict[str, Any]] = self._session.query(sql, "ArrowTable", params=bound).to_pylist()
        return rows


def main() -> None:
    """Makes the tables and prints how long each took and how much room it takes."""
    folder, events, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    tables = Tables(folder, threads)
    made = {layout: tables.make(layout, events) for layout in LAYOUTS}
    tables.close()
    print(json.dumps({"seconds": {k: v[0] for k, v in made.items()}, "sizes": {k: v[1] for k, v in made.items()}}))


if __name__ == "__main__":
    main()
