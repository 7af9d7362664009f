"""Pages of champions and of who qualifies: the lists of the workspace, with every name hostile."""

from __future__ import annotations

import csv
import io

import pytest
import web_world
from pyarrow import parquet
from web_client import Client
from web_html import Html, require_inert

import uptake
from uptake.web import links


def addresses(html: Html, prefix: str) -> list[str]:
    return [link["href"] or "" for link in html.of("a") if (link["href"] or "").startswith(prefix)]


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_champions_are_those_of_the_workspace(client: Client, board: uptake.Workspace) -> None:
    found = board.champions()
    html = require_inert(client.get("/champions").text)
    accounts, users = addresses(html, "/accounts/"), addresses(html, "/users/")
    assert accounts == [links.account(row["account_id"]) for row in found.rows]
    assert {*users} == {links.user(row["champion_id"]) for row in found.rows if row["champion_id"]} | {
        links.user(row["owner_id"]) for row in found.rows if row["owner_id"]
    }
    assert all(" ".join(note.split()) in html.text for note in found.notes)
    file = rows_of(client, "/champions.csv")
    assert [row["account_id"].removeprefix("'") for row in file] == [row["account_id"] for row in found.rows]
    assert {row["owner"] for row in file} == {web_world.SCRIPT, "Ada"}


def test_champions_of_one_part_and_one_owner(client: Client, board: uptake.Workspace) -> None:
    found = board.champions()
    for tab, state in (("silent", "silent"), ("nobody", "nobody"), ("removed", "removed")):
        expected = [row["account_id"] for row in found.rows if row["state"] == state]
        assert [row["account_id"].removeprefix("'") for row in rows_of(client, f"/champions.csv?tab={tab}")] == expected
    ada = rows_of(client, "/champions.csv?owner=Ada")
    assert len(ada) == len(web_world.ACCOUNT_IDS) // 2
    assert "Ada: " in require_inert(client.get("/champions?owner=Ada").text).text
    assert [row["account_id"] for row in rows_of(client, "/champions.csv?q=acme")] == ["acme"]
    table = parquet.read_table(io.BytesIO(client.get("/champions.parquet?owner=Ada").content))
    assert table.num_rows == len(ada)
    up, down = (rows_of(client, f"/champions.csv?sort=share&descending={way}") for way in (0, 1))
    shares = [float(row["share"]) for row in up if row["share"]]
    assert shares == sorted(shares) == [float(row["share"]) for row in down if row["share"]][::-1]


@pytest.mark.parametrize("name", ["power_users", "references"])
def test_who_qualifies_is_as_the_workspace_says(client: Client, board: uptake.Workspace, name: str) -> None:
    found = board.qualified(name=name)
    answer = client.get(f"/qualified?tab={name}")
    html = require_inert(answer.text)
    assert answer.status_code == 200
    file = rows_of(client, f"/qualified.csv?tab={name}")
    assert [row["id"].removeprefix("'") for row in file] == [row["id"] for row in found.rows]
    assert f"{len(found.rows)} " in html.text
    for row in found.rows[:50]:
        page = links.account(row["id"]) if row["entity"] == "account" else links.user(row["id"])
        assert page in addresses(html, "/")
    mine = rows_of(client, f"/qualified.csv?tab={name}&owner=Ada")
    assert all("Ada" in row["owners"] for row in mine)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/champions.xml", 404), ("/qualified.xml", 404), ("/qualified?tab=none", 400), ("/champions?sort=shoe", 400),
     ("/champions?page=0", 400), ("/champions?tab=none", 200)],
)  # fmt: skip
def test_what_is_not_there(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_before_there_is_anything(empty: Client) -> None:
    assert "No accounts yet" in empty.get("/champions").text
    assert "Nobody yet" in empty.get("/qualified").text
