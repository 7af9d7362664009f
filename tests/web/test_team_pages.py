"""Pages of teams: every part answers, on data and without, and its numbers are those of the metrics' own pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.metrics.catalogue import catalogue
from uptake.plan import DEFAULT_SCORES
from uptake.reports.lens import Groups, Lens, Numbers, Rows, ScoreMeasure
from uptake.reports.lenses import LENSES
from uptake.web.app import create_app
from uptake.web.pages.team_lists import LISTS

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def client(new_home: Callable[..., Path]) -> Iterator[Client]:
    """The product whose names are all hostile."""
    with uptake.open(new_home(web_world.PLAN)) as workspace:
        web_world.fill(workspace)
        with serving(create_app(workspace)) as asking:
            yield asking


def parts(page: str) -> list[str]:
    """Addresses of everything that a page of a team fetches later."""
    return [unescape(url) for url in re.findall(r'hx-get="(/teams/[^"]+)"', page)]


def test_every_measure_is_a_number_of_a_metric() -> None:
    for lens in LENSES:
        for part in lens.parts:
            match part:
                case Numbers():
                    assert all(tile.metric in catalogue() for tile in part.tiles)
                case Groups():
                    for measure in part.measures:
                        if isinstance(measure, ScoreMeasure):
                            assert measure.score in DEFAULT_SCORES
                        else:
                            assert measure.metric in catalogue()
                case Rows():
                    assert part.list in LISTS


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_every_part_answers(client: Client, lens: Lens) -> None:
    page = client.get(f"/teams/{lens.name}")
    assert page.status_code == 200
    require_inert(page.text)
    fetched = parts(page.text)
    assert fetched
    for url in fetched:
        answer = client.get(url)
        assert answer.status_code == 200, url
        require_inert(answer.text)
        for link in re.findall(r'href="(/[^"]*people[^"]*)"', answer.text)[:2]:
            people = client.get(unescape(link))
            assert people.status_code == 200, link


def test_all_teams_are_listed(client: Client) -> None:
    page = client.get("/teams").text
    assert all(f'href="/teams/{lens.name}"' in page for lens in LENSES)
    assert client.get("/teams/nobody").status_code == 404
    assert client.get("/teams/product/parts/99").status_code == 404


def test_nothing_imported_says_what_to_import(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("")) as workspace, serving(create_app(workspace)) as asking:
        page = asking.get("/teams/success")
        assert page.status_code == 200
        assert "uptake import" in page.text
        assert not parts(page.text)


def test_without_a_plan_every_part_says_what_to_add(new_home: Callable[..., Path]) -> None:
    """Users alone, no plan: groups, lists and numbers either answer or say what is missing, and never fail."""
    events = [
        {"event": "task", "user_id": f"u{user}", "timestamp": f"2026-01-{day:02}T12:00:00Z"}
        for user in range(6)
        for day in range(1, 29)
    ]
    with uptake.open(new_home("")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        with serving(create_app(workspace)) as asking:
            for lens in LENSES:
                for url in parts(asking.get(f"/teams/{lens.name}").text):
                    assert asking.get(url).status_code == 200, url
            assert "in the plan under features" in asking.get("/teams/product/parts/0").text
            assert "in the plan under tasks" in asking.get("/teams/product/parts/2").text


def test_my_accounts_are_those_of_the_owner(new_home: Callable[..., Path]) -> None:
    """Two accounts that stopped coming in February; each owner sees one of them."""
    events = [
        {"event": "task", "user_id": f"u-{account}-{user}", "account_id": account, "timestamp": f"2026-{month:02}-{day:02}T12:00Z"}
        for account, last in (("mine", 2), ("yours", 2), ("well", 3))
        for user in range(3)
        for month in range(1, last + 1)
        for day in range(1, 29)
    ]  # fmt: skip
    accounts = [
        {"account_id": account, "name": account.upper(), "owner": owner, "renewal_on": "2026-04-20", "valid_from": "2026-01-01"}
        for account, owner in (("mine", "Ann & Co"), ("yours", "Bob"), ("well", "Ann & Co"))
    ]  # fmt: skip
    with uptake.open(new_home("features: {tasks: {events: [task]}}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        with serving(create_app(workspace)) as asking:
            page = asking.get("/teams/success?owner=Ann+%26+Co").text
            assert 'value="Ann &amp; Co" selected' in page
            urls = parts(page)
            assert all("owner=Ann" in url for url in urls)
            renewals = asking.get(next(url for url in urls if "/parts/1" in url)).text
            assert [name in renewals for name in ("MINE", "WELL", "YOURS")] == [True, True, False]
            changed = asking.get(next(url for url in urls if "/parts/2" in url))
            assert changed.status_code == 200
            assert "YOURS" not in changed.text
