"""From a number of a metric's page to the people behind it, and to them as a file."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from web_client import Client
from web_html import require_inert

import uptake
from uptake.metrics.catalogue import catalogue
from uptake.web import links

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in catalogue()),
    ("stickiness", {"output": "power"}),
    ("time_to_first_value", {"output": "curve"}),
    ("breadth", {"by": "account.owner", "period": "month"}),
    ("activation_rate", {"entity": "account", "where": "account.plan=Pro"}),
]


def counts_nobody(client: Client, board: uptake.Workspace, name: str, given: dict[str, Any]) -> bool:
    """Whether the answer of a page has no number that counts somebody."""
    page = require_inert(client.get(links.metric(name, given)).text)
    files = [str(link["href"]) for link in page.of("a") if ".json?" in (link.get("href") or "")]
    if not files:
        return True  # the plan lacks something for it
    sides = [side for side in board.metric(name, **given).sides if not side.less]
    return not any(row[side.column] for row in client.get(files[0]).json()["rows"] for side in sides)


def people_links(client: Client, address: str) -> list[str]:
    page = require_inert(client.get(address).text)
    return [str(link["href"]) for link in page.of("a") if "/people?" in (link.get("href") or "")]


@pytest.mark.parametrize(("name", "given"), QUESTIONS)
def test_numbers_lead_to_people(client: Client, board: uptake.Workspace, name: str, given: dict[str, Any]) -> None:
    found = people_links(client, links.metric(name, given))
    if not found:
        assert counts_nobody(client, board, name, given)
        return
    for address in (found[0], found[-1]):
        answer = client.get(address)
        assert answer.status_code == 200
        page = require_inert(answer.text)
        (current,) = [link for link in page.of("nav") if link.get("aria-label") == "Sides of this number"]
        assert current
        assert " of " in page.text
        file = client.get(address.replace("/people?", "/people.csv?"))
        rows = list(csv.DictReader(io.StringIO(file.text)))
        assert f"{min(len(rows), 50)} of {len(rows):,}" in page.text
        assert {"user_id", "account_id"} & rows[0].keys()


def test_the_list_is_that_of_the_workspace(client: Client, board: uptake.Workspace) -> None:
    result = board.metric("retention", unit="month")
    row = next(row for row in result.rows if row["cohort_on"] and row["unit_index"] == 1 and row["returned"])
    for side in result.sides:
        address = links.people("retention", {"unit": "month"}) + links.cell(result.cell_of(row), side.name)
        people = board.people("retention", result.cell_of(row), side=side.name, unit="month")
        page = require_inert(client.get(address).text)
        assert people.total == side.count(row)
        assert f"{people.total} user{'' if people.total == 1 else 's'} {side.title}" in page.text
        for one in people.rows[:50]:
            assert links.user(one["user_id"]) in [link.get("href") for link in page.of("a")]


def test_pages_and_order(client: Client) -> None:
    base = links.people("retention", {"unit": "month"}) + links.cell({"unit_index": 0}, "cohort")
    first, second = (require_inert(client.get(base + more).text) for more in ("&sort=user_name", "&page=2"))
    assert " 1 to 50 of " in first.text
    assert " 51 to " in second.text
    upwards = [link["href"] for link in first.of("a") if "/users/" in (link.get("href") or "")]
    downwards = require_inert(client.get(base + "&sort=user_name&descending=1").text)
    assert upwards[0] not in [link.get("href") for link in downwards.of("a")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("cell=x", "cell is 'x'"),
        ("cell=[]", "cell is '[]'"),
        ("", "'unit_index' is missing"),
        ("cell=%7B%22unit_index%22%3A1%7D&side=left", "side is 'left'. Allowed: returned"),
        ("cell=%7B%22unit_index%22%3A1%7D&page=0", "page is '0'"),
        ("cell=%7B%22unit_index%22%3A1%7D&sort=shoe", "cannot be sorted by 'shoe'"),
        ("cell=%7B%22unit_index%22%3A1%7D&units=x", "units is 'x'"),
    ],
)
def test_what_is_wrong_is_said(client: Client, query: str, said: str) -> None:
    answer = client.get(f"/metrics/retention/people?{query}")
    assert answer.status_code == 400
    assert said in require_inert(answer.text).text


def test_no_metric_no_people(client: Client) -> None:
    assert client.get("/metrics/nothing/people").status_code == 404


def test_charts_know_where_their_marks_lead(client: Client) -> None:
    page = client.get("/metrics/activation_rate").text
    assert '"people":"/metrics/activation_rate/people?' in page
    assert '"cell":"cell=%7B%22period_on%22' in page


def test_users_are_told_with_their_accounts_and_numbers_with_their_period(client: Client) -> None:
    address = links.people("active_users", {"period": "month"}) + links.cell({"period_on": "2026-03-01"}, "counted")
    page = require_inert(client.get(address).text)
    assert re.search(r"\d+ users counted, March 2026\.", page.text)
    assert "Name acme" in page.text
