"""Scores on pages: in lists, on the page of an account and of a user, with every name hostile."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.plan import Plan
from uptake.web import links
from uptake.web.app import create_app
from uptake.web.pages import evidence


@pytest.fixture(scope="module", autouse=True)
def _with_history(board: uptake.Workspace) -> None:
    board.bring_history_up()


@pytest.mark.parametrize("account", web_world.ACCOUNT_IDS)
def test_the_score_of_an_account_is_explained(client: Client, account: str) -> None:
    for score in ("adoption", "health"):
        answer = client.get(links.score("account", account, score))
        assert answer.status_code == 200
        html = require_inert(answer.text)
        assert "Where it stands" in html.text
        assert "chart-spec" in answer.text


def test_the_page_of_an_account_fetches_it(client: Client) -> None:
    text = client.get(links.account("acme")).text
    assert 'hx-get="/score?entity=account&amp;id=acme&amp;score=adoption"' in text
    assert "score=health" in client.get(links.account("acme") + "?score=health").text
    assert 'hx-get="/score?entity=user' in client.get(links.user(web_world.user_id(1))).text


def test_the_score_says_what_the_workspace_says(client: Client, board: uptake.Workspace) -> None:
    found = board.explain("adoption", "acme")
    assert found.level is not None
    html = require_inert(client.get(links.score("account", "acme", "adoption")).text)
    for sentence in found.level.words:
        assert " ".join(sentence.split()) in html.text
    assert f"Adoption score {found.of.score:.0f} of 100" in html.text


def test_a_score_that_is_not_there_says_so(client: Client) -> None:
    assert client.get(links.score("account", "acme", "none")).status_code == 400
    assert client.get(links.score("user", web_world.user_id(1), "health")).status_code == 400
    assert "There is no account" in client.get(links.score("account", "nobody", "health")).text


def test_the_list_shows_sorts_and_filters_by_score(client: Client, board: uptake.Workspace) -> None:
    everyone = {one.id: one for one in board.scores("health").everyone}
    rows = list(csv.DictReader(io.StringIO(client.get("/accounts.csv?score=health&sort=score").text)))
    shown = {row["account_id"].removeprefix("'"): float(row["score"]) for row in rows if row["score"]}
    assert shown == {id_: pytest.approx(one.score, abs=0.006) for id_, one in everyone.items() if one.score is not None}
    ordered = [float(row["score"]) for row in rows if row["score"]]
    assert ordered == sorted(ordered, reverse=True)
    below = list(csv.DictReader(io.StringIO(client.get("/accounts.csv?score=health&where=score%3C40").text)))
    assert {row["account_id"].removeprefix("'") for row in below} == {id_ for id_, value in shown.items() if value < 40}
    poor = list(csv.DictReader(io.StringIO(client.get("/accounts.csv?score=health&where=band%3Dpoor").text)))
    assert [row["account_id"] for row in poor] == [row["account_id"] for row in below]


def test_a_score_of_users_alone_is_refused_in_a_list_of_accounts(client: Client) -> None:
    assert "There is no score" in client.get("/accounts?score=none").text


def test_a_line_leads_to_the_rows_behind_it(board: uptake.Workspace, client: Client) -> None:
    plan: Plan = board.plan
    seen = set()
    for name, score in plan.all_scores.items():
        for component in score.components:
            address = evidence.link(plan, name, component, "account", "acme")
            if address and address not in seen:
                seen.add(address)
                assert client.get(address).status_code == 200, (component, address)
    assert any(address.startswith("/metrics/breadth?") for address in seen)
    assert evidence.link(plan, "adoption", "", "account", "acme") == ""


def test_changes_of_the_plan_stand_in_the_history(new_home: Callable[..., Path]) -> None:
    """The plan was changed on 1 March: health is good from 75 on, as the chart, and who looks at it, are told."""
    home = new_home(web_world.PLAN + "scores: {health: {components: {breadth: 1}, bands: {good: 70}}}\n")
    with web_world.make(home) as workspace:
        workspace.save_numbers("scores", "health", {("bands", "good"): 75.0})
        version = workspace.plan.version
        ledger = workspace.home.ledger
        workspace.bring_history_up()
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE plan_use SET taken_at = '2026-03-01T10:00:00+00:00', author = '<b>Ada</b>'")
    with uptake.open(home) as workspace, serving(create_app(workspace)) as asking:
        answer = asking.get(links.score("account", "acme", "health"))
        html = require_inert(answer.text)
        assert "Changes of the plan (1)" in html.text
        assert "1 March 2026, <b>Ada</b>" in html.text
        assert "is 75, was 70" in html.text
        assert "whole lines: the plan was changed" in answer.text
        assert links.plan_version(version) in [link["href"] for link in html.of("a")]
        assert f'id="version-{version}"' in asking.get("/plan").text


def test_a_score_is_told_by_another_plan_and_as_it_was(board: uptake.Workspace, client: Client) -> None:
    """The plan in use may be named; a day before anybody came has no score; a plan that never was is refused."""
    version = board.plan.version
    page = client.get(f"/accounts/acme?plan_version={version}&as_of=2025-03-02")
    assert f"as_of=2025-03-02&amp;plan_version={version}" in page.text
    part = client.get(f"/score?entity=account&id=acme&score=adoption&plan_version={version}&as_of=2025-03-02")
    found = require_inert(part.text)
    assert part.status_code == 200
    assert "Told as of 2025-03-02" in found.text
    assert {one.get("name"): one.get("value") for one in found.of("input")}["as_of"] == "2025-03-02"
    assert "As it was known" in require_inert(client.get("/score?entity=account&id=acme&score=adoption").text).text
    assert client.get("/score?entity=account&id=acme&score=adoption&plan_version=0000").status_code == 400
    assert client.get("/score?entity=account&id=acme&score=adoption&known_by=never").status_code == 400


def test_a_metric_is_asked_by_another_plan_and_as_it_was_known(board: uptake.Workspace, client: Client) -> None:
    version = board.plan.version
    html = client.get(f"/metrics/active_users?plan_version={version}")
    page = require_inert(html.text)
    assert html.status_code == 200
    assert "Made of the facts of another plan" in page.text
    assert f"--plan {version}" in page.text
    assert client.get("/metrics/active_users?plan_version=0000").status_code == 400
    early = client.get("/metrics/active_users?known_by=2001-01-01")
    assert early.status_code == 400
    assert "known_by" in early.text
