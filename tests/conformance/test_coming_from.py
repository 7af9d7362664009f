"""The pages for people who come from another system: their code runs, their parameters exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from uptake.cli.app import app
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.universal import UNIVERSAL_PARAMS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "coming-from").glob("*.md"))
EXPORTS = {
    "posthog": ("distinct_id,event,timestamp", ["signed up", "created", "invited", "$pageview"]),
    "amplitude": ("user_id,event_type,event_time", ["opened", "saved", "shared"]),
    "mixpanel": ("distinct_id,event,time", ["Signed up", "Created", "Invited", "Opened"]),
}
"""System -> the columns of its export, and events."""
ASKED_OF_FROM_EVENTS = {"account", "aliases", "data_from", "user", "users"}


def code(page: Path) -> list[str]:
    """The Python of a page."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def parameters(page: Path) -> list[tuple[str, Any]]:
    """Every `name=value` of a page's tables and text."""
    found = []
    for words in re.findall(r"`([a-z_0-9]+=[^`]+)`", page.read_text(encoding="utf-8")):
        call = ast.parse(f"f({words})", mode="eval").body
        assert isinstance(call, ast.Call)
        found += [(str(one.arg), ast.literal_eval(one.value)) for one in call.keywords]
    return found


def test_there_is_a_page_for_each() -> None:
    assert {page.stem for page in PAGES} == set(EXPORTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head, events = EXPORTS[page.stem]
    lines = [f"u{user},{event},2026-03-{2 + user + day:02}T1{number}:00:00Z"
             for user in range(4) for day in (0, 1, 8) for number, event in enumerate(events)]  # fmt: skip
    (tmp_path / f"{page.stem}.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    first, *asked = code(page)
    exec(first, names)  # noqa: S102 - the page's own code
    with names["ws"] as workspace:
        for block in asked:
            for call in ast.parse(block).body:
                assert isinstance(call, ast.Expr)
                result = eval(compile(ast.Expression(call.value), str(page), "eval"), names)  # noqa: S307 - as above
                assert getattr(result, "rows", result), ast.unparse(call)
        assert not workspace.metric("active_users").notes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_parameters_of_a_page_exist(page: Path) -> None:
    known = {param.name: [param] for param in UNIVERSAL_PARAMS}
    for entry in catalogue().values():
        for param in entry.metric.params:
            known.setdefault(param.name, []).append(param)
    for name, value in parameters(page):
        assert name in known or name in ASKED_OF_FROM_EVENTS, name
        choices = {choice for param in known.get(name, ()) for choice in param.choices}
        assert not choices or value in choices or any(not param.choices for param in known[name]), (name, value)


def test_the_commands_of_the_docs_exist() -> None:
    program = typer.main.get_command(app)
    commands = set(getattr(program, "commands", {}))
    assert commands
    for page in DOCS.rglob("*.md"):
        assert set(re.findall(r"`uptake ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))) <= commands, page.name
