"""`uptake plan`: the versions of a plan, with and without a server."""

from __future__ import annotations

import json
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
    assert "Score Adoption is new" in ran.out
    assert first[0]["version"] in ran.out
    assert "Score Adoption" in run("plan", "log", "--limit", "1", "--home", filled).out
    assert first[0]["version"] not in run("plan", "log", "--limit", "1", "--home", filled).out


def test_a_server_gives_the_same_log(filled: Path) -> None:
    questions = [("plan", "log", "--home", filled, *more) for more in ((), ("--format", "json"), ("--limit", "1"))]
    alone = [run(*question).out for question in questions]
    with served(filled):
        assert [run(*question).out for question in questions] == alone
