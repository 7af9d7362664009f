"""Weights and thresholds are changed in the browser: the effect first, then the file, then back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app
from uptake.web.pages import plan_edits

SCORES = """
scores:   # ours
  adoption:
    title: "Use <b>"
    components: {breadth: 0.5, frequency: 0.5}   # half and half
"""
ADDRESS = "/plan/scores/adoption"
CHANGE = "components.breadth.weight=0.9&bands.good=90"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for what would change, however busy the machine is."""
    monkeypatch.setattr(plan_edits, "PATIENCE_S", None)


@pytest.fixture
def own(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    """A workspace of its own, because its plan changes."""
    with web_world.make(new_home(web_world.PLAN + SCORES)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


def send(client: Client, address: str, fields: dict[str, Any]) -> Any:
    return client.request("POST", address, data=fields)


def token(client: Client, address: str = ADDRESS, change: str = CHANGE) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(f"{address}?{change}").text)
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
    assert "The numbers of Use <b> are in use." in page.text
    assert "2 versions of the plan." in page.text
    assert send(client, f"/plan/versions/{version}/restore", {"form_token": fields["form_token"]}).status_code == 303
    assert file.read_text() == before
    assert workspace.plan.version == version
    assert f"Version {version} is in use again." in require_inert(client.get(f"/plan?restored={version}").text).text


def test_the_form_is_shown_at_once_and_the_effect_follows(
    own: tuple[uptake.Workspace, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for itself once more, and then waits; what cannot be is refused at once."""
    _, client = own
    monkeypatch.setattr(plan_edits, "PATIENCE_S", -1)
    address = f"{ADDRESS}?{CHANGE}"
    page = client.get(address).text
    assert 'name="bands.good" aria-label="Good from" value="90"' in page
    assert "What would change is being worked out." in page
    assert "would change band" not in page
    assert f'hx-get="{address.replace("&", "&amp;")}"' in page
    whole = client.request("GET", address, headers={"hx-request": "true"}).text
    assert "would change band" in whole
    assert 'id="effect" hx-get' not in whole
    assert "would change band" in client.request("GET", address, headers={"hx-request": "true"}).text
    assert client.get(f"{ADDRESS}?bands.good=30").status_code == 400


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


def test_a_number_taken_out_of_its_field_is_taken_out_of_the_plan(own: tuple[uptake.Workspace, Client]) -> None:
    """Then the signal's own counts again; a weight has none, so it has to be a number."""
    workspace, client = own
    file, best = workspace.home.plan / "plan.yml", "components.breadth.best"
    before = file.read_text()
    fields = {"form_token": token(client)}
    assert send(client, f"{ADDRESS}/save", fields | {best: "0.5"}).status_code == 303
    assert "breadth: {weight: 0.5, best: 0.5}" in file.read_text()
    page = client.get(ADDRESS, params={best: ""})
    assert "Use <b>, breadth best is gone; it was 0.5" in require_inert(page.text).text
    assert f'<input type="hidden" name="{best}" value="">' in page.text
    assert send(client, f"{ADDRESS}/save", fields | {best: ""}).status_code == 303
    assert file.read_text() == before.replace("breadth: 0.5", "breadth: {weight: 0.5}")
    refused = client.get(ADDRESS, params={"components.breadth.weight": ""})
    assert refused.status_code == 400
    assert "components.breadth.weight is empty" in require_inert(refused.text).text


def test_the_journey_has_no_field_of_its_own(own: tuple[uptake.Workspace, Client]) -> None:
    """When an account has adopted is said under `journey` in the plan, by which the metric goes too."""
    _, client = own
    page = require_inert(client.get("/plan/placements/journey").text)
    assert "Nothing of it is changed here." in page.text
    assert "said under journey in the plan" in page.text
    assert not [one for tag, one in page.elements if tag == "input" and one.get("type") == "number"]
    assert "Show what would change" not in page.text
    refused = send(
        client, "/plan/placements/journey/save", {"form_token": token(client), "labels[1].when.adopted.gte": "0.9"}
    )
    assert refused.status_code in (303, 400)
    assert "2 versions" not in require_inert(client.get("/plan").text).text


THRESHOLDS = "/plan/placements/segment"
OWN = """
placements:   # ours
  use:
    labels:
      - {name: much, when: {active_days: {gte: 3}, any: [{tenure_days: {gte: 0}}, {account.plan: Pro}]}}  # agreed
      - {name: little, title: Hardly any}
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
        assert "Hardly any" in page.text
        assert "little" not in page.text, "labels are called what they are called everywhere"
        assert file.read_text() == before
        answer = send(client, "/plan/placements/use/save", fields | {name: "900"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/plan?saved=use")
        assert file.read_text() == before.replace("{gte: 3}", "{gte: 900}")
        assert "The numbers of Use are in use." in require_inert(client.get("/plan?saved=use").text).text
        assert send(client, f"/plan/versions/{version}/restore", fields).status_code == 303
        assert file.read_text() == before
        assert "comes by itself" in require_inert(client.get(THRESHOLDS).text).text
        name = "labels[3].when.tenure_days.lte"
        known = client.get(THRESHOLDS).text
        assert f'name="{name}"' in known
        assert send(client, f"{THRESHOLDS}/save", fields | {name: "5"}).status_code == 303
        assert file.read_text().startswith(before.rstrip())
        assert "{name: new, of: account, when: {tenure_days: {lte: 5}}}" in file.read_text()
        page = require_inert(client.get(THRESHOLDS, params={"labels[5].when.any[1].days_since_value.gte": "20"}).text)
        assert "Placement Segment, without value of accounts, days since value at least 20, was 14" in page.text
        assert "comes by itself" not in require_inert(client.get(THRESHOLDS).text).text
        assert send(client, f"{THRESHOLDS}/save", fields | {name: "often"}).status_code == 400
        assert client.get("/plan/placements/moon").status_code == 400


RULED = """
alerts:
  little:   # told to us
    title: Little use
    entity: user
    when: {active_days: {lt: 1}}   # agreed
segments:
  busy:
    entity: user
    when: {active_days: {gte: 3}}
    did:
      - {event: task, at_least: 5, last_days: 30}   # work
qualified:
  keen: {entity: user, when: {active_days: {gte: 4}}}   # to call
"""


@pytest.fixture
def ruled(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, Client]]:
    with web_world.make(new_home(web_world.PLAN + RULED)) as workspace, serving(create_app(workspace)) as asking:
        yield workspace, asking


@pytest.mark.parametrize(
    ("address", "field", "value", "before", "after", "said"),
    [
        ("/plan/alerts/little", "when.active_days.lt", "30", "{lt: 1}", "{lt: 30}", "begin or cease to fit"),
        ("/plan/segments/busy", "when.active_days.gte", "1", "{gte: 3}", "{gte: 1}", "Busy"),
        ("/plan/segments/busy", "did[1].at_least", "1", "at_least: 5", "at_least: 1", "Busy"),
        ("/plan/qualified/keen", "when.active_days.gte", "1", "{gte: 4}", "{gte: 1}", "begin or cease to qualify"),
    ],
)
def test_thresholds_of_other_rules_likewise(
    ruled: tuple[uptake.Workspace, Client], address: str, field: str, value: str, before: str, after: str, said: str
) -> None:
    workspace, client = ruled
    file = workspace.home.plan / "plan.yml"
    text = file.read_text()
    page = require_inert(client.get(address).text)
    assert [found["value"] for found in page.of("input") if found.get("name") == field] == [
        before.rsplit(maxsplit=1)[-1].strip("{}")
    ]
    shown = client.get(f"{address}?{urlencode({field: value})}").text
    assert said in require_inert(shown).text or "Nobody would stand elsewhere" in require_inert(shown).text
    fields = {"form_token": token(client, address, f"{field}={value}"), field: value}
    assert send(client, f"{address}/save", fields).status_code == 303
    assert file.read_text() == text.replace(before, after)
    titles = {"little": "Little use", "busy": "Busy", "keen": "Keen"}
    assert (
        f"The numbers of {titles[address.rpartition('/')[2]]} are in use."
        in require_inert(client.get(f"/plan?saved={address.rpartition('/')[2]}").text).text
    )
    for list_ in ("/alerts", "/segments", "/qualified"):
        require_inert(client.get(list_).text)
    assert address in client.get("/plan").text


def test_what_somebody_else_saved_meanwhile_is_not_put_back(own: tuple[uptake.Workspace, Client]) -> None:
    """Two forms of the same plan: the second is shown once more, with what was typed on top of what the first saved."""
    workspace, client = own
    version = workspace.plan.version
    fields = {"form_token": token(client), "plan": version}
    assert send(client, f"{ADDRESS}/save", fields | {"components.breadth.weight": "0.9"}).status_code == 303
    stale = {"components.breadth.weight": "0.5", "bands.good": "90"}
    answer = send(client, f"{ADDRESS}/save", fields | stale)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{ADDRESS}?")
    assert workspace.plan.scores["adoption"].bands.good == 70
    page = require_inert(client.get(answer.headers["location"]).text)
    assert "The plan was changed meanwhile." in page.text
    assert "bands is new: good 90" in page.text
    assert "breadth is" not in page.text.partition("What would be saved")[2]
    again = {"form_token": fields["form_token"], "plan": workspace.plan.version, "bands.good": "90"}
    assert send(client, f"{ADDRESS}/save", again).headers["location"] == "/plan?saved=adoption"
    score = workspace.plan.scores["adoption"]
    assert (score.components["breadth"].weight, score.bands.good) == (0.9, 90)


def test_a_file_that_was_changed_meanwhile_is_kept(own: tuple[uptake.Workspace, Client]) -> None:
    workspace, client = own
    file = workspace.home.plan / "plan.yml"
    fields = {"form_token": token(client), "plan": workspace.plan.version, "bands.good": "90"}
    file.write_text(file.read_text().replace("frequency: 0.5}", "frequency: 0.25}") + "# by hand\n")
    assert send(client, f"{ADDRESS}/save", fields).headers["location"].startswith(f"{ADDRESS}?")
    assert send(client, f"{ADDRESS}/save", fields | {"plan": workspace.plan.version}).status_code == 303
    assert "frequency: 0.25}" in file.read_text()
    assert "bands: {good: 90}" in file.read_text()
    assert "# by hand" in file.read_text()
    file.write_text("product: [")
    answer = send(client, f"{ADDRESS}/save", fields | {"plan": workspace.plan.version})
    assert answer.status_code == 400
    assert file.read_text() == "product: ["


def test_wrong_numbers_stay_in_the_form(own: tuple[uptake.Workspace, Client]) -> None:
    _, client = own
    answer = client.get(f"{ADDRESS}?components.breadth.weight=-1&bands.good=80")
    page = require_inert(answer.text)
    assert answer.status_code == 400
    assert "scores.adoption.components.breadth.weight" in page.text
    assert {found.get("name"): found.get("value") for found in page.of("input")}["bands.good"] == "80"
    assert "Save and take into use" not in page.text
