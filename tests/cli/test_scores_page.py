"""The worked example of docs/scores.md, run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_world import run

import uptake

PAGE = (Path(__file__).parents[2] / "docs" / "scores.md").read_text()


def block(called: str) -> str:
    found = re.search(rf"<!-- {called} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, called
    return found[1]


def test_the_example_says_what_the_page_says(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run("init", "--home", home).code == 0
    for file in (home / "plan").iterdir():
        file.unlink()
    (home / "plan" / "plan.yml").write_text(block("the plan"))
    (tmp_path / "events.csv").write_text(block("the events"))
    assert run("import", tmp_path / "events.csv", "--kind", "events", "--home", home).code == 0
    ran = run("explain", "use", "acme", "--as-of", "2026-03-28", "--home", home)
    assert plain(ran.out).startswith(block("the answer")), ran.out
    with uptake.open(home) as workspace:
        users = {one.id: one.score for one in workspace.scores("use", entity="user", as_of="2026-03-28").everyone}
        accounts = {one.id: one.score for one in workspace.scores("use", as_of="2026-03-28").everyone}
    assert users == {"ada": 100, "ben": 31.25, "cleo": 0}
    assert accounts == {"acme": 65.625, "birch": 0}


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "line", ["Weight of what is missing", "Drawn towards peers", "Mean of the peers", "peers moved"]
)
def test_the_page_names_every_kind_of_line(line: str) -> None:
    assert line in PAGE
