"""What an answer of several groups says first: which came furthest, and which least far."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from web_client import Client
from web_html import require_inert

import uptake
from uptake.reports.headline import headline
from uptake.web.words.sentences import sentence


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> uptake.Workspace:
    """Two teams of 36: in North all go on to b, two hours later; in South one in three, eight hours later."""
    file: Path = tmp_path_factory.mktemp("groups") / "events.csv"
    rows = ["user,event,at,team"]
    people = [("North", 2)] * 36 + [("South", 8)] * 12 + [("South", 0)] * 24
    for number, (team, hours) in enumerate(people):
        rows.append(f"u{number},a,2026-01-05T00:00:00Z,{team}")
        if hours:
            rows.append(f"u{number},b,2026-01-05T{hours:02}:00:00Z,{team}")
    rows.append("late,z,2026-03-01T00:00:00Z,West")
    file.write_text("\n".join(rows), "utf-8")
    return uptake.from_events(file, user="user", event="event", at="at")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Funnel by event.team: all the way most often in North (100 %), least often in South (33 %)."),
        (
            {"output": "time_to_convert"},
            "Funnel by event.team: half took longest in South (8 h), shortest in North (2 h).",
        ),
    ],
)
def test_groups_are_told_apart_by_their_last_step(
    workspace: uptake.Workspace, given: dict[str, str], said: str
) -> None:
    result = workspace.metric("funnel", steps=["a", "b"], by=["event.team"], **given)
    assert sentence(result, headline(result), workspace.plan).replace("\u202f", " ") == said


def test_features_on_two_axes_are_counted_once_however_many_groups_there_are(client: Client) -> None:
    """A feature has a place in every group: groups are told by how many of theirs lie where most are."""
    alone, split = (
        require_inert(client.get(f"/metrics/engagement_matrix{asked}").text).text for asked in ("", "?by=account.plan")
    )
    told, by_plan = re.search(r"Of (\d+) features", alone), re.search(r"Of (\d+) features, \d+ (is|are) \w+ in ", split)
    assert told is not None
    assert by_plan is not None
    assert int(by_plan[1]) <= int(told[1])
    assert "Engagement matrix by plan" in split


def test_an_answer_of_nobody_says_so_and_shows_no_empty_picture(client: Client) -> None:
    page = require_inert(client.get("/metrics/breadth?where=account.plan=no-such-plan").text)
    assert "Nobody to count" in page.text
    assert not [tag for tag in page.of("script") if tag.get("class") == "chart-spec"]
    assert "The numbers" not in page.text
