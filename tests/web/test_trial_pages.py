"""The page of trials: criteria with the day they were met, days left, tabs by state, files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app

PLAN = "trial: {within_days: 10, criteria: {data: {title: Own data in, event: imported}, team: {event: joined}}}"
BEGIN = datetime(2026, 3, 2, 9)


@pytest.fixture(scope="module")
def client(new_home: Callable[..., Path]) -> Iterator[Client]:
    """Of a, b and c, new on 2, 8 and 9 March, a's ten days are over by the 13th; b has its data in, c both."""
    told = [("a", "imported", 0), ("b", "came", 6), ("b", "imported", 8), ("c", "imported", 7), ("c", "joined", 9),
            ("b", "came", 11.5)]  # fmt: skip
    rows = [
        {"event": name, "user_id": f"u_{account}", "account_id": account, "timestamp": BEGIN + timedelta(days=day)}
        for account, name, day in told
    ]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(rows, "events")
        with serving(create_app(workspace)) as asking:
            yield asking


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u202f", " ")


def test_open_trials_say_what_is_done_and_what_is_left(client: Client) -> None:
    page = client.get("/trials")
    require_inert(page.text)
    text = said(page.text)
    assert "2 accounts are on trial; 1 has done all that the plan asks. 1 with a week or less left lacks some." in text
    assert "10 March 2026" in text
    assert "not yet" in text


def test_other_states_and_files(client: Client) -> None:
    assert 'href="/accounts/a"' in client.get("/trials?tab=ended").text
    assert 'href="/accounts/a"' not in client.get("/trials").text
    assert client.get("/trials?tab=converted").status_code == 200
    lines = client.get("/trials.csv").text.splitlines()
    assert len(lines) == 3
    assert client.get("/trials?sort=met").status_code == 200


def test_without_a_trial_the_page_says_what_to_do(empty: Client) -> None:
    assert "No trial in the plan" in empty.get("/trials").text
    assert empty.get("/trials.csv").status_code == 400
