"""`uptake benchmark`: how far accounts are, as a table, JSON and CSV, with and without a server."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cli_world import cells, run, served

import uptake

PLAN = """
features: {tasks: {events: [task]}}
benchmarks: {all: {exemplars: [e1, e2, e3], signals: [active_days]}}
"""


@pytest.fixture
def filled(new_home: Callable[..., Path]) -> Path:
    """Exemplary accounts of 12, 10 and 8 active days, and one of 4."""
    home = new_home(PLAN)
    days = {"e1": 12, "e2": 10, "e3": 8, "a": 4}
    rows = [
        {
            "event": "task",
            "user_id": f"u_{one}",
            "account_id": one,
            "timestamp": datetime(2025, 3, 30, 12) - timedelta(day),
        }
        for one, count in days.items()
        for day in range(count)
    ]
    with uptake.open(home) as workspace:
        workspace.import_rows(rows, "events")
        workspace.write_distance_reason("a", "training", "no time")
    return home


def test_the_furthest_first(filled: Path) -> None:
    """4 of 10 days: 60 % are missing; e3 20 %."""
    ran = run("benchmark", "--home", filled)
    assert ran.code == 0
    assert ran.out.startswith("All: 4 accounts\nExemplary, named in the plan")
    found = cells(ran.out)
    assert ["Active days", "10 days", "8 days", "12 days", "higher"] in found
    assert [row[:5] for row in found if row[:1] in (["a"], ["e3"])] == [
        ["a", "a", "all", "60 %", "Active days"],
        ["e3", "e3", "all", "20 %", "Active days"],
    ]


def test_one_account_with_what_it_lacks(filled: Path) -> None:
    ran = run("benchmark", "--account", "a", "--home", filled)
    assert ran.out.replace("\u202f", " ").startswith("a: 60 % from the benchmark of All")
    assert "Reason given: Not trained yet. no time" in ran.out
    assert "No forecast: too few accounts like it." in ran.out
    assert "no account 'zzz'" in run("benchmark", "--account", "zzz", "--home", filled).errors


def test_cohorts_json_and_csv(filled: Path, tmp_path: Path) -> None:
    """The mean of 1, 1, 0.8 and 0.4 is 0.8."""
    found = cells(run("benchmark", "--cohorts", "--home", filled).out)
    assert ["2025-03", "4", "20 %", "0", "4", "Not trained yet (1)"] in found
    told = json.loads(run("benchmark", "--format", "json", "--home", filled).out)
    assert [(one["id"], one["distance"]) for one in told["accounts"]][:1] == [("a", 0.6)]
    assert told["accounts"][0]["way"]["keep_going"]
    rows = list(csv.DictReader(io.StringIO(run("benchmark", "--format", "csv", "--home", filled).out)))
    assert [(row["account_id"], row["active_days"], row["reason"]) for row in rows][:1] == [("a", "4.0", "training")]
    assert run("benchmark", "--out", tmp_path / "far.csv", "--home", filled).code == 0
    assert (tmp_path / "far.csv").read_text().startswith("account_id,account_name,type,distance")


def test_a_server_gives_the_same(filled: Path) -> None:
    questions = [("benchmark", "--home", filled, *more) for more in ((), ("--format", "json"), ("--account", "a"))]
    alone = [run(*question).out for question in questions]
    with served(filled):
        assert [run(*question).out for question in questions] == alone
