"""Pages of launches: the list with what has come of each target, one launch with its curves, and its campaign."""

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

PLAN = """
features:
  boards: {title: Boards, events: [board], adopted: {days: 1, within_days: 10}}
launches:
  first: {title: Boards for all, feature: boards, launched_on: 2026-01-05, target: 0.5, within_days: 10,
          target_of: tried, channels: {mail: opened, fair: null}}
  second: {feature: boards, launched_on: 2026-01-05, target: 0.9, target_of: tried, within_days: 10, channels: [fair]}
  later: {feature: boards, launched_on: 2026-01-14, target: 0.9, target_of: tried, within_days: 10}
  quiet: {feature: boards, launched_on: 2026-01-06}
"""
BEGIN = datetime(2026, 1, 5, 9)


@pytest.fixture(scope="module")
def client(new_home: Callable[..., Path]) -> Iterator[Client]:
    """Ten users from before the launch; mail reaches u0 to u3 on the first day; u0, u1, u2, u4, u5, u6 try on day 9."""
    at = {"event": "came", "account_id": "a", "timestamp": BEGIN - timedelta(days=1)}
    rows = [{**at, "user_id": f"u{number}"} for number in range(10)]
    rows += [{**at, "event": "opened", "user_id": f"u{one}", "timestamp": BEGIN} for one in range(4)]
    rows += [
        {**at, "event": "board", "user_id": f"u{one}", "timestamp": BEGIN + timedelta(days=9)}
        for one in (0, 1, 2, 4, 5, 6)
    ]
    rows += [{**at, "user_id": "u9", "timestamp": BEGIN + timedelta(days=12)}]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(rows, "events")
        with serving(create_app(workspace)) as asking:
            yield asking


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u202f", " ")


def test_the_list_says_what_came_of_every_target(client: Client) -> None:
    """Six of ten tried: more than half, less than nine tenths; ten days of the third are not over."""
    page = client.get("/launches")
    require_inert(page.text)
    text = said(page.text)
    assert "Of 3 launches with a target, 1 reached the target, 1 missed it and 1 on the way." in text
    assert "Boards for all" in text
    assert "60.0 %" in text
    assert "not set" in text


def test_a_launch_has_its_target_channels_and_curves(client: Client) -> None:
    page = client.get("/launches/first")
    require_inert(page.text)
    text = said(page.text)
    assert "50 % by day 10 that tried it" in text
    assert "mail (opened says whom it reached) and fair" in text
    assert 'class="chart-spec"' in page.text
    assert 'hx-get="/launches/first/campaign"' in page.text
    assert client.get("/launches/first?entity=account&by=account.id").status_code == 200
    assert client.get("/launches/none").status_code == 404
    assert client.get("/launches/first?by=user.nothing").status_code == 200


def test_the_campaign_is_an_observation_with_its_interval(client: Client) -> None:
    """Of four reached three tried, of six others three: 25 points, which few users leave open."""
    text = said(client.get("/launches/first/campaign").text)
    assert (
        "Of 4 users whom mail had reached by day 7, 75 % tried it by day 10, against 50 % of 6 others: 25 points more"
        in text
    )
    assert "which may be chance. This is observational." in text
    lacking = said(client.get("/launches/second/campaign").text)
    assert "Nothing says whom the channels" in lacking


def test_without_launches_the_page_says_what_to_do(empty: Client) -> None:
    assert "No launches in the plan" in empty.get("/launches").text
