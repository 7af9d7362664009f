"""`uptake placements` and `uptake movement`: by hand, in every format, with and without a server."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_world import cells, filled_workspace, run, served

PLAN = """
features: {tasks: {events: [task_created]}}
placements:
  visits:
    title: Visits
    entities: [user]
    ladder: true
    labels:
      - {name: often, when: {active_days: {gte: 3}}}
      - {name: lately, when: {days_since_active: {lt: 7}}}
      - {name: seldom}
"""


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    home = filled_workspace(tmp_path)
    for file in (home / "plan").glob("*.yml"):
        file.unlink()
    (home / "plan" / "plan.yml").write_text(PLAN)
    return home


NOW = ("--as-of", "2026-01-26")


def told(*asked: object) -> dict[str, dict[str, str]]:
    """User -> their row of the CSV file."""
    rows = csv.DictReader(io.StringIO(run(*asked, "--format", "csv").out))
    return {row["user_id"]: row for row in rows}


def test_where_everyone_stands(filled: Path) -> None:
    """On 26 January u1 had come on three days, u2 and u3 on one each, 20 and 13 days ago."""
    ran = run("placements", "visits", *NOW, "--home", filled)
    assert ran.code == 0, ran.errors
    assert ran.out.startswith("Visits of 3 users on 26 January 2026")
    assert ["often", "Often", "1", "33 %"] in cells(ran.out)
    found = told("placements", "visits", *NOW, "--home", filled)
    assert list(found["u1"].values())[2:] == ["often", "2026-01-26", "seldom", "Active days 3 (at least 3)", "", ""]
    assert list(found["u3"].values())[2:] == [
        "seldom", "2026-01-20", "lately", "", "lately", "Days since active 13 (below 7)"
    ]  # fmt: skip
    only = run("placements", "visits", *NOW, "--label", "seldom", "--limit", "1", "--home", filled).out
    assert "... and 1 more" in only
    assert "u1" not in only


def test_which_there_are(filled: Path) -> None:
    ran = run("placements", "--home", filled)
    assert ran.code == 0
    found = {line[0]: line for line in cells(ran.out) if line}
    assert found["visits"] == ["visits", "Visits", "users: often, lately, seldom; a ladder, the highest first"]
    assert {"segment", "stage", "level", "maturity", "state", "fit"} <= set(found)


def test_who_moved(filled: Path) -> None:
    """From the 13th to the 26th u1 rose; u3, whose first day the 13th was, fell; u2 was there for 7 days already."""
    ran = run("movement", "visits", "--since", "2026-01-13", *NOW, "--home", filled)
    assert ran.code == 0, ran.errors
    assert "u3  u3    Lately  Seldom  Days since active 13" in ran.out
    moved = told("movement", "visits", "--since", "2026-01-13", *NOW, "--home", filled)
    assert list(moved["u1"].values())[2:] == ["lately", "often", "Active days 3, before 2 (now at least 3)"]
    assert list(moved) == ["u1", "u3"]
    nobody = run("movement", "visits", "--since", "2026-01-13", *NOW, "--after", "lately", "--home", filled)
    assert "Nobody moved." in nobody.out


def test_a_day_after_the_data_is_told_as_such(filled: Path) -> None:
    """The last events are of 26 January; on the next day nothing more is known of anybody."""
    later = ("--as-of", "2026-01-27", "--home", filled)
    for asked in (
        ("placements", "visits"),
        ("movement", "visits"),
        ("scores", "adoption"),
        ("benchmark",),
        ("explain", "adoption", "u1", "--entity", "user"),
    ):
        assert "The data goes until 26 January 2026. What happened since is not known" in run(*asked, *later).out, asked
        assert "The data goes until" not in run(*asked, *NOW, "--home", filled).out, asked
    assert json.loads(run("placements", "visits", *later, "--format", "json").out)["data_until"] == "2026-01-26"


def test_a_threshold_between_two_labels_is_told_once(filled: Path) -> None:
    """Who was here within a week and is not any more crossed one line, which both rules say."""
    plan = PLAN.replace("{name: seldom}", "{name: seldom, when: {days_since_active: {gte: 7}}}\n      - {name: never}")
    (filled / "plan" / "plan.yml").write_text(plan)
    moved = told("movement", "visits", "--since", "2026-01-13", *NOW, "--home", filled)
    assert moved["u3"]["why"] == "Days since active 13, before 0 (no longer below 7)"


def test_what_keeps_somebody_from_the_label_above_is_a_reason(filled: Path) -> None:
    """u2 came once and 20 days ago: of those who came on a day, who came lately are called otherwise."""
    labels = """
      - {name: often, when: {active_days: {gte: 1}, days_since_active: {lt: 14}}}
      - {name: seldom, when: {active_days: {gte: 1}}}
      - {name: never}"""
    (filled / "plan" / "plan.yml").write_text(PLAN[: PLAN.index("    ladder")] + "    labels:" + labels)
    found = told("placements", "visits", *NOW, "--home", filled)
    assert found["u2"]["why"] == "Active days 1 (at least 1); Days since active 20 (at least 14)"
    assert found["u3"]["label"] == "often"


def test_as_files(filled: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("placements", "visits", *NOW, "--format", "csv", "--home", filled).out)))
    assert [(row["user_id"], row["label"]) for row in rows] == [("u1", "often"), ("u2", "seldom"), ("u3", "seldom")]
    told = json.loads(
        run("movement", "visits", *NOW, "--since", "2026-01-13", "--format", "json", "--home", filled).out
    )
    assert {(cell["before"], cell["after"]): cell["count"] for cell in told["cells"]} == {
        ("lately", "often"): 1,
        ("lately", "seldom"): 1,
        ("seldom", "seldom"): 1,
    }
    assert run("movement", "visits", *NOW, "--out", tmp_path / "who.txt", "--home", filled).code == 0
    assert (tmp_path / "who.txt").read_text().startswith("Visits of users")
    assert "no placement 'moon'" in run("placements", "moon", "--home", filled).errors


def test_a_server_gives_the_same(filled: Path) -> None:
    asked = [
        ("placements", "--home", filled),
        ("placements", "visits", *NOW, "--home", filled),
        ("placements", "stage", *NOW, "--format", "json", "--home", filled),
        ("movement", "visits", *NOW, "--since", "2026-01-13", "--home", filled),
    ]
    alone = [run(*question).out for question in asked]
    with served(filled):
        assert [run(*question).out for question in asked] == alone
