"""`uptake plan`: the versions of a plan, with and without a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_world import filled_workspace, run, served


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


def change(home: Path, text: str) -> None:
    (home / "plan" / "more.yml").write_text(text)


def test_the_log_lists_versions_and_takes_no_plan_into_use(filled: Path) -> None:
    first = json.loads(run("plan", "log", "--format", "json", "--home", filled).out)
    assert [version["is_first"] for version in first][-1] is True
    change(filled, "scores: {adoption: {components: {frequency: 1}}}\n")
    assert json.loads(run("plan", "log", "--format", "json", "--home", filled).out) == first
    assert run("metric", "active_users", "--home", filled).code == 0
    ran = run("plan", "log", "--home", filled)
    assert ran.code == 0
    assert "Score Adoption, frequency is new: 1" in ran.out
    assert first[0]["version"] in ran.out
    assert "Adoption score, breadth is gone" in run("plan", "log", "--limit", "1", "--home", filled).out
    assert first[0]["version"] not in run("plan", "log", "--limit", "1", "--home", filled).out


def test_a_server_gives_the_same_log(filled: Path) -> None:
    questions = [("plan", "log", "--home", filled, *more) for more in ((), ("--format", "json"), ("--limit", "1"))]
    alone = [run(*question).out for question in questions]
    with served(filled):
        assert [run(*question).out for question in questions] == alone


def test_scores_by_another_plan_and_of_what_was_known(filled: Path, tmp_path: Path) -> None:
    """The proposed score has a component more; before the import, nothing was known."""
    proposed = tmp_path / "proposed"
    shutil.copytree(filled / "plan", proposed)
    (proposed / "more.yml").write_text("scores: {spread: {entities: [user], components: {breadth: 1, frequency: 1}}}\n")
    (version,) = (
        one["version"] for one in json.loads(run("plan", "log", "--format", "json", "--home", filled).out)[:1]
    )
    asked = ("--format", "json", "--home", filled)
    questions: list[tuple[object, ...]] = [
        ("scores", "spread", "--plan", proposed, *asked),
        ("explain", "spread", "u1", "--plan", proposed, *asked),
        ("scores", "adoption", "--plan", version[:8], *asked),
        ("scores", "adoption", "--known-by", "2020-01-01", *asked),
    ]
    alone = [run(*question) for question in questions]
    assert [ran.code for ran in alone] == [0, 0, 0, 1], [ran.errors for ran in alone]
    assert "Nothing had been received by 2020-01-01." in alone[3].errors
    assert len(json.loads(alone[0].out)["rows"]) == 3
    assert alone[2].out == run("scores", "adoption", *asked).out
    assert "There is no plan 'nowhere'" in run("scores", "adoption", "--plan", "nowhere", *asked).errors
    with served(filled):
        assert [run(*question).out for question in questions] == [ran.out for ran in alone]


SCORE = """\
scores:
  use:
    entities: [user]
    components: {active_days: {worst: 0, best: 4}}
"""


def test_a_diff_says_what_an_edit_would_change_and_changes_nothing(filled: Path) -> None:
    """u1 was active on 3 days and u2 and u3 on 1: 75, 25 and 25 points. With good from 80 up, u1 is average."""
    change(filled, SCORE)
    assert run("metric", "active_users", "--home", filled).code == 0
    same = run("plan", "diff", "--home", filled)
    assert (same.code, same.out) == (0, "Both plans mean the same.\n")
    change(filled, SCORE + "    bands: {good: 80}\n")
    ran = run("plan", "diff", "--home", filled)
    assert ran.code == 1, ran.errors
    assert "plan/more.yml:5: Score Use, bands is new: good 80" in ran.out
    assert "Use: 1 user of 3 would change band." in ran.out
    assert "1 from good to average" in ran.out
    assert run("plan", "diff", "--home", filled).out == ran.out, "it was not taken into use"
    told = json.loads(run("plan", "diff", "--format", "json", "--home", filled).out)
    assert [shift["moves"] for shift in told["shifts"]] == [[["good", "average", 1]]]
    back = run("plan", "diff", told["before"], "--from", "files", "--home", filled)
    assert "1 from average to good" in back.out
    change(filled, SCORE + "    bands: {good: high}\n")
    assert run("plan", "diff", "--home", filled).code == 2
    assert run("plan", "diff", "nowhere", "--home", filled).code == 2


def test_a_server_gives_the_same_diff(filled: Path, tmp_path: Path) -> None:
    change(filled, SCORE)
    assert run("metric", "active_users", "--home", filled).code == 0
    proposed = shutil.copytree(filled / "plan", tmp_path / "proposed")
    (proposed / "more.yml").write_text(SCORE.replace("best: 4", "best: 5"))
    questions = [("plan", "diff", proposed, "--home", filled, *more) for more in ((), ("--format", "json"))]
    alone = [run(*question) for question in questions]
    assert {ran.code for ran in alone} == {1}
    with served(filled):
        assert [run(*question) for question in questions] == alone
