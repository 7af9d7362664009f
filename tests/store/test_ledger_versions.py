"""Ledgers made by other releases: told as that, and left as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from uptake.errors import UptakeError
from uptake.store.ledger import SCHEMA, SCHEMA_VERSION, Ledger
from uptake.version import __version__


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    return path


def changed(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def asked(path: Path, sql: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()[0][0]


def test_a_ledger_says_its_form_and_the_release_that_made_it(ledger: Path) -> None:
    assert asked(ledger, "PRAGMA user_version") == SCHEMA_VERSION
    assert asked(ledger, "SELECT value FROM setting WHERE name = 'release'") == __version__
    Ledger(ledger).close()


def test_a_ledger_of_a_later_release_is_refused_by_name(ledger: Path) -> None:
    changed(ledger, "PRAGMA user_version = 7; UPDATE setting SET value = '3.2.0' WHERE name = 'release'")
    with pytest.raises(UptakeError) as caught:
        Ledger(ledger)
    assert caught.value.what == (
        f"The ledger {ledger} was made by Uptake 3.2.0 in form 7; Uptake {__version__} reads form {SCHEMA_VERSION}."
    )
    assert caught.value.do == "Use the release that made it or a later one."
    assert asked(ledger, "PRAGMA user_version") == 7


OTHER_FORMS: tuple[Callable[[Path], Path], ...] = (
    lambda path: changed(path, "PRAGMA user_version = 0; ALTER TABLE quarantine DROP COLUMN raw"),
    lambda path: changed(path, "PRAGMA user_version = 0; ALTER TABLE import RENAME COLUMN files TO file"),
    lambda path: changed(path, "ALTER TABLE archive_file ADD COLUMN further TEXT"),
    lambda path: changed(path.with_name("other.sqlite"), "CREATE TABLE customers (name TEXT)"),
)


@pytest.mark.parametrize("made", OTHER_FORMS, ids=["less", "renamed", "more", "foreign"])
def test_tables_of_another_form_are_refused_before_anything_is_written(
    ledger: Path, made: Callable[[Path], Path]
) -> None:
    path = made(ledger)
    before = asked(path, "SELECT group_concat(sql) FROM sqlite_master")
    with pytest.raises(UptakeError, match="was made by") as caught:
        Ledger(path)
    assert "import the files again into a new workspace" in caught.value.do
    assert asked(path, "SELECT group_concat(sql) FROM sqlite_master") == before


def test_a_ledger_from_before_forms_were_counted_is_taken_over(tmp_path: Path) -> None:
    path = changed(tmp_path / "ledger.sqlite", SCHEMA + "INSERT INTO setting VALUES ('salt', 'abc')")
    opened = Ledger(path)
    assert opened.salt == "abc"
    opened.close()
    assert asked(path, "PRAGMA user_version") == SCHEMA_VERSION
