"""The people behind a number become a segment of the plan, and are taken away again; and nobody else can do that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web import links
from uptake.web.app import create_app
from uptake.web.reading import reading
from uptake.web.reading.lists import Lists

ADDRESS = links.people("retention", {"unit": "month"}) + links.cell({"unit_index": 1}, "returned")


@pytest.fixture
def own(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    """A workspace of its own, because its plan changes."""
    with web_world.make(new_home(web_world.PLAN)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


def token(client: Client, address: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


def send(client: Client, address: str, fields: dict[str, Any], **headers: str) -> Any:
    return client.request("POST", address, data=fields, headers=headers)


def test_people_become_a_segment_and_are_taken_away(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    page = require_inert(client.get(ADDRESS).text)
    (form,) = [form for form in page.of("form") if form.get("method") == "post"]
    fields = {"form_token": token(client, ADDRESS), "name": "back", "title": "Came back", "entity": "user"}
    answer = send(client, str(form["action"]), fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/segments?saved=back")
    people = workspace.people("retention", {"unit_index": 1}, unit="month")
    assert workspace.plan.segments["back"].members == tuple(sorted(people.ids()))
    said = require_inert(client.get(answer.headers["location"]).text).text
    assert "Came back is a segment of the plan now" in said
    assert "lists/back.csv" in said
    assert "1 segment: 1 of users." in said
    size = require_inert(client.get("/segments/back/size").text)
    assert size.text == f"{people.total} users"
    assert f"of {people.total} users were active" in require_inert(client.get(size.of("a")[0]["href"] or "").text).text
    assert client.get("/segments/nobody/size").status_code == 404
    again = send(client, str(form["action"]), fields)
    assert again.status_code == 400
    assert "There is a segment 'back' already. Nothing was written." in require_inert(again.text).text
    assert client.get("/metrics/retention?segment=back").status_code == 200
    wrong = send(client, "/segments/back/delete", {**fields, "confirm": "bac"})
    assert "'bac' was typed, not 'back'. Nothing was deleted." in require_inert(wrong.text).text
    gone = send(client, "/segments/back/delete", {**fields, "confirm": "back"})
    assert gone.headers["location"] == "/segments?deleted=back"
    assert "back" not in workspace.plan.segments
    assert not (workspace.home.plan / "lists" / "back.csv").exists()


def test_a_segment_gets_its_name_from_its_title(own: tuple[uptake.Workspace, Client]) -> None:
    """The title suggested says whom the page is of; a name that is taken leads back to the form."""
    workspace, client = own
    (suggested,) = [
        one["value"] for one in require_inert(client.get(ADDRESS).text).of("input") if one.get("name") == "title"
    ]
    assert suggested == "Retention: came back, month 1"
    form = {"form_token": token(client, ADDRESS), "title": suggested, "name": "", "entity": "user"}
    to = ADDRESS.replace("/people?", "/people/segment?")
    for name in ("retention_came_back_month_1", "retention_came_back_month_1_2"):
        assert send(client, to, form).headers["location"] == f"/segments?saved={name}"
        assert workspace.plan.segments[name].title == suggested
    shown = client.get(ADDRESS).url
    origin = f"{shown.scheme}://{shown.netloc.decode()}"
    refused = require_inert(send(client, to, {**form, "name": name}, referer=f"{origin}{ADDRESS}").text)
    assert "There is a segment" in refused.text
    assert ADDRESS in [one.get("href") for one in refused.of("a")]
    for elsewhere in ("http://elsewhere/metrics", "http://elsewhere//x", f"{origin}//elsewhere"):
        seen = require_inert(send(client, to, {**form, "name": name}, referer=elsewhere).text)
        assert not [
            one for one in seen.of("a") if "elsewhere" in str(one.get("href")) and str(one["href"]).startswith("//")
        ]


def test_a_size_that_cannot_be_counted_yet_is_asked_for_again(
    own: tuple[uptake.Workspace, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client = own
    workspace.save_segment("few", "user", ["u"])
    monkeypatch.setattr(Lists, "_is_by_day", lambda *_: True)
    monkeypatch.setattr(reading, "is_current", lambda *_: False)
    part = client.request("GET", "/segments/few/size", headers={"HX-Request": "true"}).text
    (asks,) = [one for _, one in require_inert(part).elements if one.get("hx-get")]
    assert (asks["hx-get"], asks["hx-swap"], "<main" in part) == ("/segments/few/size", "outerHTML", False)


def test_all_segments_are_a_breakdown_by_their_titles(own: tuple[uptake.Workspace, Client]) -> None:
    """The form offers it, the table says titles, addresses of the people say names; the overview leads there."""
    workspace, client = own
    ids = workspace.people("retention", {"unit_index": 1}, unit="month").ids()
    workspace.save_segment("back", "user", ids, title="Came <back>")
    page = require_inert(client.get("/metrics/active_users?by=segment").text)
    assert "All segments" in page.text
    assert "Came <back>" in page.text
    behind = [str(one["href"]) for one in page.of("a") if '"segment":"back"' in unquote(str(one.get("href")))]
    assert client.get(behind[0]).status_code == 200
    assert "Segments hold" in page.text
    assert "Activation in each segment" in require_inert(client.get("/").text).text


@pytest.mark.parametrize(
    ("change", "headers", "code"),
    [
        ({"form_token": ""}, {}, 403),
        ({"form_token": "guessed"}, {}, 403),
        ({}, {"sec-fetch-site": "cross-site"}, 403),
        ({}, {"sec-fetch-site": "same-site"}, 403),
        ({}, {"content-type": "text/plain"}, 415),
        ({"title": "x" * 200_000}, {}, 413),
        ({"name": "../x"}, {}, 400),
        ({"name": "Came back"}, {}, 400),
    ],
)
def test_a_form_of_somebody_else_changes_nothing(
    client: Client, board: uptake.Workspace, change: dict[str, str], headers: dict[str, str], code: int
) -> None:
    before = board.plan.version
    fields = {"form_token": token(client, ADDRESS), "name": "stolen"} | change
    answer = send(client, ADDRESS.replace("/people?", "/people/segment?"), fields, **headers)
    assert answer.status_code == code
    seen = send(client, ADDRESS.replace("/people?", "/people/segment?"), fields, accept="text/html", **headers)
    assert seen.status_code == code
    assert "Nothing was" in require_inert(seen.text).text
    assert "stolen" not in board.plan.segments
    assert board.plan.version == before


def test_a_form_is_not_read_by_asking(client: Client) -> None:
    assert client.get("/segments/x/delete").status_code == 405
    assert client.get(ADDRESS.replace("/people?", "/people/segment?")).status_code in (404, 405)


def test_no_segments_yet(client: Client) -> None:
    assert "No segments yet" in require_inert(client.get("/segments").text).text
