"""Events go by their titles wherever a page shows them, and by their names in addresses and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.plan import parse
from uptake.web import links
from uptake.web.app import create_app
from uptake.web.words import plan_words as wording
from uptake.web.words.titles import of_events, with_titles

TITLE = f"Work {web_world.SCRIPT}"
PLAN = f"{web_world.PLAN}\nevents: {{task: {json.dumps(TITLE)}, ship: Shipped it}}\n"


@pytest.fixture(scope="module")
def titled(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    with web_world.make(new_home(PLAN)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


def read(client: Client, address: str) -> str:
    return require_inert(client.get(address).text).text


@pytest.mark.parametrize(
    ("metric", "given"),
    [
        ("paths", {}),
        ("paths", {"output": "sequences"}),
        ("paths", {"after": "task"}),
        ("funnel", {"steps": ["task", "ship"]}),
        ("churn_signals", {"first_days": 4, "inactive_days": 4, "outcome_days": 12}),
    ],
)
def test_a_question_about_events_says_titles(
    titled: tuple[uptake.Workspace, Client], metric: str, given: dict[str, Any]
) -> None:
    workspace, client = titled
    rows = workspace.metric(metric, **given).rows
    assert with_titles(rows, workspace.plan, given) != rows
    said = read(client, links.metric(metric, given))
    assert TITLE in said or "Shipped it" in said
    file = client.get(links.metric(metric, given, ".csv")).text
    assert "task" in file
    assert "Shipped it" not in file


def test_people_behind_a_step_are_those_of_its_name(titled: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = titled
    result = workspace.metric("paths", after="task")
    row = next(row for row in result.rows if row["from_node"] == "task" and row["position"] == 1)
    address = links.people("paths", {"after": "task"}) + links.cell(result.cell_of(row))
    said = read(client, address)
    assert TITLE in said
    assert f"{row['people']} users went this way" in said or f"{row['people']} user went this way" in said


def test_other_places(titled: tuple[uptake.Workspace, Client]) -> None:
    _, client = titled
    assert "Shipped it" in read(client, "/search?q=shipped+it")
    assert '<option value="ship">Shipped it</option>' in client.get("/metrics/paths").text
    assert TITLE in read(client, "/features/tasks")
    assert f"2 times {TITLE} within 7 days" in read(client, "/data")
    assert TITLE in read(client, links.user(web_world.user_id(1)))


def test_selectors_are_called_by_their_events() -> None:
    plan = parse(
        {"a.yml": "events: {page: Page seen, ship: Shipped}\nfeatures: {boards: {title: All boards, events: [b]}}"}
    )
    steps = ["page", {"event": "page", "where": {"path": "/a"}}, {"any": ["ship", {"feature": "boards"}]}, {"event": "ship", "label": "Mine"}]  # fmt: skip
    found = of_events(plan, {"steps": steps, "after": {"event": "page", "where": {"path": "/a"}}})
    assert found == {
        "page": "Page seen",
        "ship": "Shipped",
        "boards": "All boards",
        "page (path = /a)": "Page seen (path = /a)",
        "ship or boards": "Shipped or All boards",
        "page where path is /a": "Page seen where path is /a",
    }
    (row,) = with_titles([{"sequence": "page → ship → x", "n": 1}], plan, {})
    assert row == {"sequence": "Page seen → Shipped → x", "n": 1}
    assert wording.selectors(plan.features["boards"].events, {"b": "Bees"}) == "Bees"


def test_titles_make_no_facts_stale() -> None:
    assert parse({"a.yml": "events: {a: A}"}).facts_version == parse({"a.yml": "events: {a: B}"}).facts_version
    assert parse({"a.yml": "events: {a: A}"}).version != parse({"a.yml": "events: {a: B}"}).version
