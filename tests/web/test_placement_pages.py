"""The page of placements: how many where, the matrix, who is behind a cell, and since when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app

PLAN = """
product: {timezone: UTC}
placements:
  visits:
    entities: [user]
    ladder: true
    labels: [{name: often, when: {active_days: {gte: 2}}}, {name: seldom}]
"""
DAYS = {"ann": [1, 9], "bob": [2], "<b>cy</b>": [8]}
ASKED = "/placements?name=visits&since=2025-03-05&as_of=2025-03-09"


@pytest.fixture
def visits(new_home: Callable[..., Path]) -> Iterator[Client]:
    """From the 5th to the 9th of March ann rose, bob stayed, cy came."""
    rows: list[dict[str, Any]] = [
        {"user_id": user, "event": "task", "timestamp": f"2025-03-{day:02d}T10:00:00Z"}
        for user in DAYS
        for day in DAYS[user]
    ]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        with serving(create_app(workspace)) as client:
            yield client


def test_a_day_after_the_data_says_so(visits: Client) -> None:
    """Nobody is active on days of which nothing was received: that is not known, and the page says it."""
    said = words(visits.get(ASKED.replace("as_of=2025-03-09", "as_of=2025-04-30")).text)
    assert "The data goes until 9 March 2025. What happened since is not known, and counts as if nothing had." in said
    assert "The data goes until" not in words(visits.get("/placements?name=visits").text)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_how_many_stand_where_and_who_moved(visits: Client) -> None:
    page = visits.get(ASKED)
    assert page.status_code == 200
    require_inert(page.text)
    said = words(page.text)
    assert "Visits of 3 users on 9 March 2025: 2 at seldom, 1 at often." in said
    assert "Seldom → Often" in said
    assert "Active days 2, before 1 (now at least 2)" in said
    assert "Not there → Seldom was not there before" in said
    assert "bob" not in said
    assert "The data goes until" not in said
    stayed = words(visits.get(f"{ASKED}&before=seldom&after=seldom").text)
    assert "From seldom to seldom" in stayed
    assert "bob" in stayed
    assert "ann" not in stayed


def test_since_when_is_worked_out_when_it_is_wanted(visits: Client) -> None:
    asked = f"{ASKED}&label=often"
    page = visits.get(asked).text
    assert "Since when is not written down yet." in page
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    there = {"form_token": token[1], "there": asked}
    answer = visits.request("POST", "/placements/history", data=there, headers={"origin": "http://127.0.0.1:8000"})
    assert (answer.status_code, answer.headers["location"]) == (303, asked)
    assert "9 March 2025, seldom before" in words(visits.get(asked).text)
    away = {"form_token": token[1], "there": "https://evil.example"}
    answer = visits.request("POST", "/placements/history", data=away, headers={"origin": "http://127.0.0.1:8000"})
    assert answer.headers["location"] == "/placements"


def test_what_cannot_be_asked_and_what_is_empty(visits: Client, empty: Client) -> None:
    assert visits.get("/placements?name=moon").status_code == 400
    assert visits.get(f"{ASKED}&label=moon").status_code == 400
    assert "Nobody is placed yet" in empty.get("/placements").text


def test_another_plan_and_what_was_known_then(visits: Client, new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home(PLAN)) as workspace:
        rows = [{"user_id": "ann", "event": "task", "timestamp": f"2025-03-0{day}T10:00:00Z"} for day in (1, 9)]
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        version = workspace.plan.version
        (workspace.home.plan / "plan.yml").write_text(PLAN.replace("gte: 2", "gte: 3"))
        workspace.reload_plan()
        with serving(create_app(workspace)) as client:
            assert "Visits of 1 user on 9 March 2025: 1 at seldom." in words(client.get(ASKED).text)
            page = client.get(f"{ASKED}&plan_version={version}&label=often")
            require_inert(page.text)
            said = words(page.text)
            assert "Visits of 1 user on 9 March 2025: 1 at often." in said
            assert f"Told by plan {version}, which is not the one in use." in said
            assert "Work it out" not in said
            assert re.search(rf'<option value="{version}"\s+selected>', page.text)
            assert f"plan_version={version}" in re.findall(r'href="(/placements[^"]+)"', page.text)[0]
            unknown = client.get(f"{ASKED}&known_by=2025-03-20")
            assert unknown.status_code == 400
            assert "Nothing had been received by 2025-03-20." in words(unknown.text)
            assert client.get(f"{ASKED}&plan_version=0000").status_code == 400
