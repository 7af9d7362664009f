"""The overview says the numbers of its metrics, and what is missing where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.charts import words
from uptake.metrics.catalogue import entry
from uptake.reports.overview import TILES, months, window
from uptake.web.app import create_app
from uptake.web.pages import overview, question

LAST_DAY = date(2026, 5, 4)


@pytest.mark.parametrize("number", range(len(TILES)))
def test_each_line_says_the_number_of_its_metric(client: Client, board: uptake.Workspace, number: int) -> None:
    tile = TILES[number]
    given = window(entry(tile.metric), tile.params, board.plan, LAST_DAY).given
    rows = board.metric(tile.metric, **tile.params, **given).rows
    row = next(row for row in rows if all(row[name] == value for name, value in tile.pick.items()))
    text = require_inert(f"<table>{client.get(f'/overview/lines/{number}').text}</table>").text
    assert words.value(row["estimate"], entry(tile.metric).metric.unit).replace(words.SPACE, " ") in text
    assert f"{row['n']:,} users" in text


@pytest.mark.parametrize("number", range(len(TILES)))
def test_a_line_leads_to_the_page_with_the_same_number(client: Client, number: int) -> None:
    html = require_inert(f"<table>{client.get(f'/overview/lines/{number}').text}</table>")
    address = html.of("a")[0]["href"]
    assert address is not None
    answer = client.get(address)
    assert answer.status_code == 200
    shown = html.text.split("interval")[0]
    value = next(word for word in shown.split() if word[0].isdigit() and word not in ("7", "14", "30", "28", "2", "4"))
    assert value.rstrip("%") in require_inert(answer.text).text


def test_the_page_opens_with_seats_adopted(client: Client) -> None:
    text = require_inert(client.get("/overview/headline").text).text
    assert " % (95 % interval " in text
    assert f"%) of people with a seat have adopted Board {web_world.SCRIPT}, " in text
    assert text.endswith((" than 28 days earlier.", " the same as 28 days earlier."))


def test_answers_that_are_known_are_in_the_first_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(len(TILES)):
        client.get(f"/overview/lines/{number}")
        client.get(f"/overview/lines/{number}/trend")
    for part in ("headline", "retention", "features"):
        client.get(f"/overview/{part}")
    html = require_inert(client.get("/").text)
    later = [attributes["hx-get"] for _, attributes in html.elements if "hx-get" in attributes]
    assert later == ["/search"]
    assert len([svg for svg in html.of("svg") if svg.get("class") == "spark"]) == len(TILES)


def test_answers_that_take_longer_leave_their_place(
    client: Client, monkeypatch: pytest.MonkeyPatch, board: uptake.Workspace
) -> None:
    monkeypatch.setattr(overview, "FIRST_PAINT_S", 0)
    with serving(create_app(board)) as cold:
        html = require_inert(cold.get("/").text)
    later = {attributes["hx-get"] for _, attributes in html.elements if "hx-get" in attributes}
    assert later <= {
        *("/search", "/overview/headline", "/overview/retention", "/overview/features"),
        *(f"/overview/lines/{number}{part}" for number in range(len(TILES)) for part in ("", "/trend")),
    }


def test_a_plan_without_definitions_is_told_what_to_add(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("product: {name: Bare}")) as workspace:
        workspace.import_rows(web_world.events(), "events")
        with serving(create_app(workspace)) as client:
            said = require_inert(client.get("/overview/headline").text).text
            assert ") users were active in the 28 days to 4 May 2026" in said
            missing = require_inert(f"<table>{client.get('/overview/lines/0').text}</table>").text
            assert "The plan has no onboarding steps. Describe them in the plan under onboarding." in missing
            assert "No features yet" in require_inert(client.get("/overview/features").text).text


@pytest.mark.parametrize(("days", "is_compared"), [(56, True), (55, False)])
def test_nothing_is_compared_with_days_before_the_data(
    new_home: Callable[..., Path], days: int, is_compared: bool
) -> None:
    """Two windows of 28 days are 56; with a day less the earlier one begins before the first event."""
    with uptake.open(new_home("product: {name: Bare}")) as workspace:
        rows = [web_world.event(1, "task", web_world.FIRST + timedelta(days=day)) for day in range(days)]
        workspace.import_rows(web_world.table(rows), "events")
        with serving(create_app(workspace)) as client:
            said = require_inert(client.get("/overview/headline").text).text
            assert (", the same as 28 days earlier." in said) is is_compared
            number = next(number for number, tile in enumerate(TILES) if tile.metric == "sessions_per_week")
            line = require_inert(f"<table>{client.get(f'/overview/lines/{number}').text}</table>").text
            assert ("unchanged from " in line) is is_compared
            assert ("no earlier data to compare with" in line) is not is_compared


def test_new_rows_change_the_page(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("product: {name: Bare}")) as workspace, serving(create_app(workspace)) as client:
        assert "No events yet" in require_inert(client.get("/").text).text
        for users in (1, 2):
            rows = [web_world.event(users, "task", web_world.FIRST)]
            workspace.import_rows(web_world.table(rows), "events")
            text = require_inert(client.get("/metrics/active_users?period=all").text).text
            assert f"{users} (95 % interval " in text


@pytest.mark.parametrize("metric", sorted({tile.metric for tile in TILES if not tile.params}))
def test_a_trend_asks_what_the_metrics_own_page_asks_so_that_one_answer_serves_both(metric: str) -> None:
    first_day = LAST_DAY - timedelta(days=70)
    since = None if entry(metric).metric.is_snapshot else first_day
    assert question.completed(entry(metric), {}, LAST_DAY, first_day) == months(LAST_DAY, since)


def test_targets_stand_with_their_pace_and_owner(new_home: Callable[..., Path]) -> None:
    way = "start: 2026-01-01, due: 2026-12-31"
    text = f"""
targets:
  activation_rate: {{baseline: 0, target: 1, {way}, owner: "Ada <b>"}}
  churn: {{metric: account_churn, baseline: 0.5, target: 0.1, {way}}}
owners: {{breadth: Product}}
"""
    with uptake.open(new_home(web_world.PLAN + text)) as workspace:
        web_world.fill(workspace)
        with serving(create_app(workspace)) as client:
            page = require_inert(client.get("/").text).text
            line = require_inert(client.get("/overview/lines/1").text).text
            further = require_inert(client.get("/overview/targets").text).text
            metric = require_inert(client.get("/metrics/activation_rate").text).text
    assert "Product" in page
    assert "100 % by 31 December 2026" in line
    assert "Ada <b>" in line
    assert "Account churn" in further
    assert "10.0 % by 31 December 2026" in further
    assert "Target: 100 % by 31 December 2026. Now " in metric
