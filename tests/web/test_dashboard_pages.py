"""A question becomes a view on a dashboard, and dashboards are changed by their forms."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app


@pytest.fixture(scope="module")
def own(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    """A workspace of its own, because dashboards are files in it."""
    with web_world.make(new_home(web_world.PLAN)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


def hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


def send(client: Client, address: str, fields: dict[str, Any]) -> httpx.Response:
    return client.request("POST", address, data=fields)


def save(client: Client, address: str, **fields: str) -> str:
    known = hidden(client.get(address).text)
    answer = send(client, "/dashboards/views", {**known, "dashboard": "", "title": "", "new_title": "", **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_question_becomes_a_view_with_its_tile(own: tuple[uptake.Workspace, Client]) -> None:
    _, client = own
    address = save(client, "/metrics/activation_rate?by=account.plan&period=month", title=web_world.SCRIPT)
    assert address == "/dashboards/saved_views"
    save(client, "/metrics/retention?unit=month&where=account.plan%3DPro", dashboard="saved_views")
    page = require_inert(client.get(address).text)
    assert web_world.SCRIPT in page.text
    tiles = [element["hx-get"] for _, element in page.elements if "/tiles/" in (element.get("hx-get") or "")]
    assert len(tiles) == 2
    first, second = (require_inert(client.get(str(tile)).text) for tile in tiles)
    assert "Activation rate by plan in " in first.text
    assert "of users" in second.text
    assert "as of " in second.text
    assert " n = " in second.text
    assert "numbers in progress" in second.text
    links = [link["href"] for link in page.of("a")]
    assert "/metrics/retention?unit=month&where=account.plan%3DPro" in links


def test_views_are_moved_removed_and_put_back(own: tuple[uptake.Workspace, Client]) -> None:
    _, client = own
    name = save(client, "/metrics/breadth", new_title="Of mine").rpartition("/")[2]
    save(client, "/metrics/stickiness", dashboard=name)
    base = f"/dashboards/{name}"

    def titles() -> list[str]:
        return re.findall(r'<h2 id="tile-\d+"><a [^>]*>([^<]*)</a>', client.get(base).text)

    assert titles() == ["Breadth", "Stickiness"]
    known = hidden(client.get(base).text)
    assert send(client, f"{base}/move", {**known, "position": "1", "way": "up"}).headers["location"] == base
    assert titles() == ["Stickiness", "Breadth"]
    late = send(client, f"{base}/move", {**known, "position": "1", "way": "up"})
    assert late.status_code == 400
    assert "was changed meanwhile" in require_inert(late.text).text
    gone = send(client, f"{base}/remove", {**hidden(client.get(base).text), "position": "0"})
    assert titles() == ["Breadth"]
    shown = client.get(gone.headers["location"]).text
    assert "Stickiness is no longer on this dashboard." in require_inert(shown).text
    form = shown[shown.index('action="/dashboards/views"') :]
    send(client, "/dashboards/views", hidden(form[: form.index("</form>")]))
    assert titles() == ["Breadth", "Stickiness"]
    again = send(client, "/dashboards/views", hidden(form[: form.index("</form>")]))
    assert "has this view already" in require_inert(again.text).text
    send(client, f"{base}/rename", {**known, "title": "Of ours"})
    assert "Of ours" in client.get("/dashboards").text
    assert send(client, f"{base}/delete", {**known, "confirm": "wrong"}).status_code == 400
    assert send(client, f"{base}/delete", {**known, "confirm": name}).headers["location"] == "/dashboards"
    assert client.get(base).status_code == 404


def test_what_is_missing_or_broken_has_a_tile_or_a_page_that_says_so(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    folder = workspace.home.plan / "dashboards"
    folder.mkdir(exist_ok=True)
    views = [{"metric": "gone"}, {"metric": "retention", "question": {"units": "x"}}]
    (folder / "old.yml").write_text(json.dumps({"title": "Old", "views": views}))
    (folder / "broken.yml").write_text("title: [")
    page = require_inert(client.get("/dashboards/old").text)
    tiles = [str(element["hx-get"]) for _, element in page.elements if "/tiles/" in (element.get("hx-get") or "")]
    assert "There is no metric 'gone' any more." in client.get(tiles[0]).text.replace("&#39;", "'")
    assert "units is 'x'" in client.get(tiles[1]).text.replace("&#39;", "'")
    assert client.get("/dashboards/old/tiles/2").status_code == 404
    assert "is not YAML" in require_inert(client.get("/dashboards").text).text
    assert "Its file is as it was." in require_inert(client.get("/dashboards/broken").text).text
    before = workspace.plan.version
    workspace.reload_plan()
    assert workspace.plan.version == before, "dashboards are not part of what numbers mean"


def test_forms_of_others_make_no_dashboard(own: tuple[uptake.Workspace, Client]) -> None:
    _, client = own
    for fields in ({"title": "x"}, {"title": "x", "form_token": "guessed"}):
        assert send(client, "/dashboards", fields).status_code == 403
    token = hidden(client.get("/dashboards").text)
    for fields in ({"title": ""}, {"title": "x" * 300}):
        assert send(client, "/dashboards", {**token, **fields}).status_code == 400
    for fields in (
        {"metric": "gone"},
        {"metric": "retention", "question": "x"},
        {"metric": "retention", "question": "[]"},
    ):
        assert send(client, "/dashboards/views", {**token, **fields}).status_code == 400
