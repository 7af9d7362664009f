"""`uptake alerts` and `uptake champions` in every format, with and without a server."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_world import cells, filled_workspace, run, served

PLAN = """
alerts:
  silent:
    title: Nobody came
    entity: user
    when: {days_since_active: {gte: 3}}
    owner: Ann
"""


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    home = filled_workspace(tmp_path)
    (home / "plan" / "alerts.yml").write_text(PLAN)
    return home


ASKED = ("alerts", "--since", "2026-01-01")


def test_a_table_and_files(filled: Path) -> None:
    ran = run(*ASKED, "--home", filled)
    assert ran.code == 0, ran.errors
    assert ["on", "severity", "title", "name", "crossed", "status", "owner"] in cells(ran.out)
    rows = list(csv.DictReader(io.StringIO(run(*ASKED, "--format", "csv", "--home", filled).out)))
    told = json.loads(run(*ASKED, "--format", "json", "--home", filled).out)
    assert rows
    assert [row["id"] for row in told["rows"]] == [row["id"] for row in rows]
    assert (told["list"], told["rows"][0]["value"], told["rows"][0]["owner"]) == ("alerts", 3.0, "Ann")
    with served(filled):
        assert json.loads(run(*ASKED, "--format", "json", "--home", filled).out) == told


def test_nothing_and_mistakes(filled: Path) -> None:
    assert "Nobody crossed" in run("alerts", "--severity", "low", "--home", filled).out
    ran = run("alerts", "--alert", "x", "--home", filled)
    assert (ran.code, "silent" in ran.errors) == (1, True)


def test_champions(filled: Path) -> None:
    accounts = filled.parent / "accounts.csv"
    accounts.write_text("account_id,name,created_at\nacme,Acme,2026-01-01\n")
    assert run("import", accounts, "--kind", "accounts", "--home", filled).code == 0
    ran = run("champions", "--role", "admin", "--home", filled)
    assert ran.code == 0, ran.errors
    assert "nobody" in ran.out
    told = json.loads(run("champions", "--role", "admin", "--format", "json", "--home", filled).out)
    assert [(row["account_id"], row["state"], row["roles_missing"]) for row in told["rows"]] == [
        ("acme", "nobody", "admin")
    ]
    with served(filled):
        assert json.loads(run("champions", "--role", "admin", "--format", "json", "--home", filled).out) == told
