"""The page of benchmarks: everybody with what they lack, reasons that are written down, and nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.charts import benchmark_bar
from uptake.web.app import create_app

PLAN = """
features: {tasks: {events: [task]}}
onboarding: {steps: [{name: board, title: Make a board, event: board}]}
references: {activation_rate: {low: 0.6, source: somebody}, active_users: {low: 3, source: a friend}}
benchmarks:
  daily: {where: {account.kind: agency}, exemplars: [e1, e2, e3], signals: [active_days]}
  seldom: {exemplars: [e1, e2, e3], signals: [active_days]}
"""
DAYS = {"e1": 12, "e2": 10, "e3": 8, "far": 2, "near": 9}


@pytest.fixture
def own(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    """Exemplary accounts of 12, 10 and 8 active days; far has 2, near 9."""
    rows = [
        {
            "event": "task",
            "user_id": f"u_{one}",
            "account_id": one,
            "timestamp": datetime(2025, 3, 30, 12) - timedelta(day),
        }
        for one, count in DAYS.items()
        for day in range(count)
    ]
    accounts = [{"account_id": one, "name": one.upper(), "kind": "agency", "valid_from": "2025-01-01"} for one in DAYS]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(rows, "events")
        workspace.import_rows(accounts, "accounts")
        with serving(create_app(workspace)) as client:
            yield workspace, client


def send(client: Client, fields: dict[str, Any]) -> Any:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/benchmarks").text)
    assert found
    return client.request("POST", "/benchmarks/reason", data={"form_token": found[1]} | fields)


def test_the_furthest_comes_first_and_says_what_it_lacks(own: tuple[uptake.Workspace, Client]) -> None:
    """2 of 10 days: 80 % are missing."""
    text = require_inert(own[1].get("/benchmarks").text).text.replace("\u202f", " ")
    assert "FAR is furthest: 80 % of it is missing." in text
    assert "5 of 5 accounts are not at the benchmark" in text  # nobody for three weeks yet
    assert text.index("FAR") < text.index("E3") < text.index("NEAR")
    assert "Onboarding not done: Make a board" in text
    assert "no forecast: too few accounts like it" in text
    assert "How such forecasts do here cannot be said: 13 weeks before" in text
    assert "March 2025" in text


def test_the_list_is_narrowed(own: tuple[uptake.Workspace, Client]) -> None:
    client = own[1]
    assert "No account fits" in client.get("/benchmarks?show=slipped").text
    assert "NEAR" in client.get("/benchmarks?type=daily&by=account.kind").text
    assert "No account fits" in client.get("/benchmarks?type=seldom").text
    found = require_inert(client.get("/benchmarks?q=nea").text).text
    assert "NEAR is furthest" in found
    assert "1 of 1 account is not at the benchmark" in found
    for address, says in (
        ("?show=x", "show is"),
        ("?type=x", "no benchmark"),
        ("?page=x", "page is"),
        ("?by=x", "no attribute"),
    ):
        answer = client.get(f"/benchmarks{address}")
        assert answer.status_code == 400
        assert says in answer.text


def test_a_reason_is_written_down_and_counted(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    answer = send(
        client, {"account_id": "far", "reason": "champion", "note": "left <b>in May</b>", "query": "show=untold&x=1"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/benchmarks?show=untold&told=far")
    told = require_inert(client.get("/benchmarks?told=far").text).text
    assert "What was said of FAR is kept" in told
    assert "The champion left: left <b>in May</b>" in told
    assert "The champion left (1)" in told
    assert (
        "FAR"
        not in require_inert(client.get("/benchmarks?show=untold").text).text.split("Cohorts")[0].split("Reached")[-1]
    )
    assert {one.id: one.reason for one in workspace.benchmark().accounts if one.reason} == {"far": "champion"}
    assert send(client, {"account_id": "far", "reason": "bored"}).status_code == 400
    assert send(client, {"account_id": "zzz", "reason": "fit"}).status_code == 400
    refused = client.request("POST", "/benchmarks/reason", data={"account_id": "far", "reason": ""})
    assert refused.status_code == 403


def test_the_whole_as_a_file(own: tuple[uptake.Workspace, Client]) -> None:
    lines = own[1].get("/benchmarks.csv").text.splitlines()
    assert lines[0].startswith("account_id,account_name,type,distance")
    assert [line.split(",")[0] for line in lines[1:]] == ["far", "e3", "near", "e1", "e2"]


def test_reference_ranges_stand_beside_own_values(own: tuple[uptake.Workspace, Client]) -> None:
    """Five users are active; the plan does not say what activated means."""
    text = require_inert(own[1].get("/benchmarks/references").text).text
    assert "above the range" in text or "in the range" in text
    assert "a friend" in text
    assert "activation" in text


def test_without_accounts_it_says_what_to_do(workspace: uptake.Workspace) -> None:
    with serving(create_app(workspace)) as client:
        assert "No accounts yet" in client.get("/benchmarks").text
        assert "no reference ranges" in client.get("/benchmarks/references").text


def test_hostile_names_do_nothing(new_home: Callable[..., Path]) -> None:
    with web_world.make(new_home(web_world.PLAN)) as workspace, serving(create_app(workspace)) as client:
        page = client.get("/benchmarks")
        assert page.status_code == 200
        require_inert(page.text)
        assert "One benchmark of all accounts." in page.text
        for account_id in web_world.ACCOUNT_IDS[3:]:
            assert send(
                client, {"account_id": account_id, "reason": "other", "note": web_world.SCRIPT}
            ).status_code in (303, 400)
        require_inert(client.get("/benchmarks?told=" + "%3Cscript%3E").text)


def test_a_bar_says_in_words_what_it_draws() -> None:
    drawn = str(benchmark_bar(4.0, 10.0, 8.0, 12.0, "days")).replace("\u202f", " ")
    assert "<title>4 days; benchmark 10 days, exemplary accounts" in drawn
    assert 'class="benchmark-value"' in drawn
    assert "no value" in str(benchmark_bar(None, 10.0, 8.0, 12.0, "days"))
    assert benchmark_bar(4.0, None, None, None, "days") == ""
