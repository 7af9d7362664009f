"""Cuts: facts whose days begin elsewhere, each in a database of its own beside the projection.

A question may ask for the days of another time zone than the product's. What depends on days is then made
again, by whoever asks first, while imports and other questions go on; who asks meanwhile waits for it, and
later questions of that zone find it made. A cut never changes: other data, or another plan, is another cut.
It lies in the folder of what is spilt, which is emptied when a workspace is opened, and so outlives no crash.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb

from uptake.store.projection import Cursor, transaction
from uptake.store.sql import literal, name

MOST = 3
"""Cuts kept; those not asked for longest go first."""

Make = Callable[[Cursor, str], None]
State = tuple[Hashable, ...]


@dataclass
class Cut:
    """One of them.

    Args:
        name: Its database.
        path: The database's file.
        state: The state of the projection it was made from.
        readers: How many questions read it or wait for it.
    """

    name: str
    path: Path
    state: State
    readers: int = 0
    making: threading.Lock = field(default_factory=threading.Lock)


class Cuts:
    """The cuts of one projection.

    Args:
        folder: Where their files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[Hashable, State], Cut] = OrderedDict()
        self._numbers = count(1)

    @contextmanager
    def reading(self, cursor: Cursor, what: Hashable, make: Make) -> Iterator[None]:
        """While the block lasts, the cursor finds a cut's tables before the projection's, both of one state.

        Args:
            cursor: A cursor of the projection, in no transaction.
            what: What the cut is made of beside the projection: the time zone and the plan.
            make: Makes it, given a cursor that finds the new database before the projection, and the projection's
                name. There are `meta`, a copy, and views of `raw` so far.
        """
        main = str(cursor.execute("SELECT current_database()").fetchall()[0][0])
        cut = self._enter(cursor, main, what, make)
        try:
            yield
        finally:
            self._leave(cursor, main, cut)

    def _enter(self, cursor: Cursor, main: str, what: Hashable, make: Make) -> Cut:
        while True:
            cut = self._take(what, _state(cursor, main))
            try:
                with cut.making:
                    is_there = _is_attached(cursor, cut) or self._make(cursor, main, cut, make)
                cursor.execute("BEGIN")
                if is_there and _state(cursor, main) == cut.state:
                    _look_into(cursor, cut, main)
                    return cut
            except BaseException:
                self._leave(cursor, main, cut)
                raise
            self._leave(cursor, main, cut)  # an import was committed meanwhile

    def _take(self, what: Hashable, state: State) -> Cut:
        with self._lock:
            if (what, state) not in self._known:
                number = next(self._numbers)
                self._known[what, state] = Cut(f"cut_{number}", self._folder / f"cut-{number}.duckdb", state)
            self._known.move_to_end((what, state))
            cut = self._known[what, state]
            cut.readers += 1
        return cut

    def _leave(self, cursor: Cursor, main: str, cut: Cut) -> None:
        with suppress(duckdb.Error):  # nothing was begun, or the engine has stopped
            cursor.execute("ROLLBACK")
        with suppress(duckdb.Error):
            cursor.execute(f"USE {name(main)}.main")
        with self._lock:
            cut.readers -= 1
            *older, newest = self._known
            state = self._known[newest].state
            for key in older:
                is_wanted = self._known[key].state == state and len(self._known) <= MOST
                if not self._known[key].readers and not is_wanted:
                    _drop(cursor, self._known.pop(key))

    def _make(self, cursor: Cursor, main: str, cut: Cut, make: Make) -> bool:
        """Makes a cut, if the projection is still of the state it is for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with closing(cursor.cursor()) as maker:
            maker.execute("SET TimeZone = 'UTC'")
            _drop(maker, cut)  # what an engine that has stopped left behind
            maker.execute(f"ATTACH {literal(str(cut.path))} AS {cut.name}")
            is_made = False
            try:
                with transaction(maker):
                    if _state(maker, main) == cut.state:
                        _look_into(maker, cut, main)
                        _begin(maker, main)
                        make(maker, main)
                        is_made = True
            finally:
                if not is_made:
                    with suppress(duckdb.Error):
                        maker.execute(f"USE {name(main)}.main")
                    _drop(maker, cut)
        return is_made


def _begin(cursor: Cursor, main: str) -> None:
    """Puts into a new cut what whoever makes it finds there."""
    cursor.execute(f"CREATE TABLE meta AS FROM {name(main)}.main.meta; CREATE SCHEMA raw")
    found = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $main AND schema_name = 'raw'", {"main": main}
    )
    for (table,) in found.fetchall():
        cursor.execute(f"CREATE VIEW raw.{name(table)} AS FROM {name(main)}.raw.{name(table)}")


def _state(cursor: Cursor, main: str) -> State:
    """What tells states of the projection apart: its tables, which a rebuild replaces, and all that is noted of them."""
    made = cursor.execute(
        """SELECT table_oid FROM duckdb_tables()
        WHERE database_name = $main AND schema_name = 'main' AND table_name = 'meta'""",
        {"main": main},
    )
    return *made.fetchall(), *cursor.execute(f"FROM {name(main)}.main.meta ORDER BY ALL").fetchall()


def _look_into(cursor: Cursor, cut: Cut, main: str) -> None:
    cursor.execute(f"SET search_path = {literal(f'{cut.name}.main,{name(main)}.main')}")


def _is_attached(cursor: Cursor, cut: Cut) -> bool:
    """Whether it was made since the engine was started, which may have been anew."""
    found = cursor.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = $name", {"name": cut.name})
    return bool(found.fetchall())


def _drop(cursor: Cursor, cut: Cut) -> None:
    with suppress(duckdb.Error):  # an engine that was started anew does not know it
        cursor.execute(f"DETACH {cut.name}")
    for path in (cut.path, Path(f"{cut.path}.wal")):
        path.unlink(missing_ok=True)
