"""Weights and thresholds are changed in the browser: the effect first, then the file, then back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app

SCORES = """
scores:   # ours
  adoption:
    title: "Use <b>"
    components: {breadth: 0.5, frequency: 0.5}   # half and half
"""
ADDRESS = "/plan/scores/adoption"
CHANGE = "components.breadth.weight=0.9&bands.good=90"


@pytest.fixture
def own(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    """A workspace of its own, because its plan changes."""
    with web_world.make(new_home(web_world.PLAN + SCORES)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


def send(client: Client, address: str, fields: dict[str, Any]) -> Any:
    return client.request("POST", address, data=fields)


def token(client: Client) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(f"{ADDRESS}?{CHANGE}").text)
    assert found
    return found[1]


def test_the_effect_is_shown_then_saved_then_undone(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    file = workspace.home.plan / "plan.yml"
    before, version = file.read_text(), workspace.plan.version
    page = require_inert(client.get(f"{ADDRESS}?{CHANGE}").text)
    assert "Use <b>, breadth is 0.9, was 0.5" in page.text
    assert "would change band" in page.text
    assert file.read_text() == before
    assert workspace.plan.version == version
    fields = {"form_token": token(client), "components.breadth.weight": "0.9", "bands.good": "90"}
    answer = send(client, f"{ADDRESS}/save", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/plan?saved=adoption")
    written = "components: {breadth: 0.9, frequency: 0.5}   # half and half\n    bands: {good: 90}\n"
    assert file.read_text() == before.replace("components: {breadth: 0.5, frequency: 0.5}   # half and half\n", written)
    assert workspace.plan.scores["adoption"].bands.good == 90
    page = require_inert(client.get("/plan?saved=adoption").text)
    assert "The numbers of adoption are in use." in page.text
    assert "2 versions of the plan." in page.text
    assert send(client, f"/plan/versions/{version}/restore", {"form_token": fields["form_token"]}).status_code == 303
    assert file.read_text() == before
    assert workspace.plan.version == version
    assert f"Version {version} is in use again." in require_inert(client.get(f"/plan?restored={version}").text).text


def test_what_cannot_be_is_refused_and_nothing_is_written(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    before = (workspace.home.plan / "plan.yml").read_text()
    fields = {"form_token": token(client)}
    for wrong in (
        {"bands.good": "many"},
        {"bands.good": "nan"},
        {"bands.good": "30"},
        {"components.breadth.weight": "-1"},
    ):
        answer = send(client, f"{ADDRESS}/save", fields | wrong)
        assert answer.status_code == 400, wrong
        (name, value), *_ = wrong.items()
        assert client.get(f"{ADDRESS}?{name}={value}").status_code == 400
    assert send(client, f"{ADDRESS}/save", {"form_token": "guessed", "bands.good": "90"}).status_code == 403
    assert send(client, "/plan/versions/files/restore", fields).status_code == 400
    assert send(client, "/plan/versions/%2e%2e/restore", fields).status_code in (400, 404)
    assert client.get("/plan/scores/nobody").status_code == 400
    assert client.get(f"{ADDRESS}/save").status_code == 405
    assert (workspace.home.plan / "plan.yml").read_text() == before
    (workspace.home.plan / "plan.yml").write_text(before + "# mine, and broken: [\nx: [\n")
    assert send(client, f"/plan/versions/{workspace.plan.version}/restore", fields).status_code == 400
    assert "mine, and broken" in (workspace.home.plan / "plan.yml").read_text()


def test_the_numbers_in_use_change_nothing(own: tuple[uptake.Workspace, Client]) -> None:
    _, client = own
    assert "nothing would change" in require_inert(client.get(f"{ADDRESS}?bands.good=70").text).text
    assert "1 version of the plan." in require_inert(client.get("/plan").text).text


THRESHOLDS = "/plan/placements/segment"
OWN = """
placements:   # ours
  use:
    labels:
      - {name: much, when: {active_days: {gte: 3}, any: [{tenure_days: {gte: 0}}, {account.plan: Pro}]}}  # agreed
      - {name: little}
"""


def test_thresholds_of_a_placement_are_changed_likewise(new_home: Callable[..., Path]) -> None:
    """Of one that somebody wrote: the number in its place. Of one that comes by itself: written out after it, then undone."""
    with web_world.make(new_home(web_world.PLAN + OWN)) as workspace, serving(create_app(workspace)) as client:
        file, version = workspace.home.plan / "plan.yml", workspace.plan.version
        before = file.read_text()
        fields = {"form_token": token(client)}
        page = require_inert(client.get("/plan/placements/use").text)
        assert "Account plan is Pro" in page.text or "account.plan is Pro" in page.text
        name = "labels[1].when.active_days.gte"
        page = require_inert(client.get("/plan/placements/use", params={name: "900"}).text)
        assert "Placement Use, much, active days at least 900, was 3" in page.text
        assert "would change place" in page.text
        assert file.read_text() == before
        answer = send(client, "/plan/placements/use/save", fields | {name: "900"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/plan?saved=use")
        assert file.read_text() == before.replace("{gte: 3}", "{gte: 900}")
        assert "The numbers of use are in use." in require_inert(client.get("/plan?saved=use").text).text
        assert send(client, f"/plan/versions/{version}/restore", fields).status_code == 303
        assert file.read_text() == before
        assert "comes by itself" in require_inert(client.get(THRESHOLDS).text).text
        name = "labels[2].when.tenure_days.lte"
        known = client.get(THRESHOLDS).text
        assert f'name="{name}"' in known
        assert send(client, f"{THRESHOLDS}/save", fields | {name: "5"}).status_code == 303
        assert file.read_text().startswith(before.rstrip())
        assert "{name: new, of: account, when: {tenure_days: {lte: 5}}}" in file.read_text()
        assert "comes by itself" not in require_inert(client.get(THRESHOLDS).text).text
        assert send(client, f"{THRESHOLDS}/save", fields | {name: "often"}).status_code == 400
        assert client.get("/plan/placements/moon").status_code == 400
