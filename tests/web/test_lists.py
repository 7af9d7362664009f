"""Accounts and users: search, filters, order, pages, files, and profiles under any id."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

import pyarrow as pa
import pytest
import web_world
from pyarrow import parquet
from web_client import Client, serving
from web_html import Html, require_inert

import uptake
from uptake.charts import dates
from uptake.charts.words import SPACE
from uptake.directory.account import account
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask
from uptake.web import links
from uptake.web.app import create_app


def names(html: Html, prefix: str) -> list[str]:
    """The addresses that the first column of a table leads to, in order."""
    return [link["href"] or "" for link in html.of("a") if (link["href"] or "").startswith(prefix)]


def listed(client: Client, address: str, kind: str = "accounts") -> list[str]:
    table = re.search(r"<tbody>(.*?)</tbody>", client.get(address).text, re.DOTALL)
    return names(Html(table[1] if table else ""), f"/{kind}/")


@pytest.mark.parametrize("account_id", web_world.ACCOUNT_IDS)
def test_an_account_of_any_id_has_its_page(client: Client, account_id: str) -> None:
    address = links.account(account_id)
    assert address in listed(client, "/accounts")
    html = require_inert(client.get(address).text)
    assert " ".join(f"Name {account_id}".split()) in html.text
    assert html.of("h1")


@pytest.mark.parametrize("number", [0, 3, 4, 5, 6])
def test_a_user_of_any_id_has_their_page(client: Client, number: int) -> None:
    html = require_inert(client.get(links.user(web_world.user_id(number))).text)
    assert web_world.user_id(number) in html.text


def test_a_list_is_sorted_as_asked_and_what_is_missing_comes_last(client: Client, board: uptake.Workspace) -> None:
    cursor = board.projection.cursor()
    for sort in ("active_users", "adopted_share", "mrr", "started_on"):
        for descending in (0, 1):
            ask = Ask(sort=f"-{sort}" if descending else sort)
            expected = [links.account(row["account_id"]) for row in accounts(cursor, board.plan, ask).rows]
            assert listed(client, f"/accounts?sort={sort}&descending={descending}") == expected
    cursor.close()


def test_the_column_sorted_by_says_so(client: Client) -> None:
    html = require_inert(client.get("/users?sort=sessions&descending=0").text)
    assert [head["aria-sort"] for head in html.of("th") if "aria-sort" in head] == ["ascending"]
    assert "/users?" not in str([link for link in html.of("a") if link["href"] == "?sort=sessions&descending=0"])
    assert "?sort=sessions&descending=1" in [link["href"] for link in html.of("a")]


def test_search_and_filters_narrow_a_list_together(client: Client) -> None:
    everybody = listed(client, "/accounts")
    pro = listed(client, "/accounts?where=account.plan%3DPro")
    assert len(everybody) == 12
    assert len(pro) == 3
    assert listed(client, "/accounts?q=ACME&where=account.plan%3DPro") == ["/accounts/acme"]
    assert listed(client, "/accounts?q=acme&where=account.plan%3DFree") == []
    assert "No account fits." in require_inert(client.get("/accounts?q=zzz").text).text


def test_every_choice_of_a_filter_finds_somebody(client: Client) -> None:
    html = require_inert(client.get("/accounts").text)
    values = {option["value"] for option in html.of("option")}
    conditions = [value for value in values if value and value.startswith("account.")]
    assert len(conditions) == len(web_world.PLANS)  # everybody has another name
    asked = [{"where": condition} for condition in conditions] + [{"owner": web_world.SCRIPT}, {"owner": "Ada"}]
    assert values >= {"Ada", web_world.SCRIPT, "band=poor", "engagement"}
    for choice in asked:
        assert listed(client, links.metric("", choice).replace("/metrics/", "/accounts")), choice


def test_the_accounts_of_an_owner(client: Client) -> None:
    """Every second account is Ada's."""
    html = require_inert(client.get("/accounts?owner=Ada").text)
    assert "Ada: " in html.text
    assert len(listed(client, "/accounts?owner=Ada")) == len(web_world.ACCOUNT_IDS) // 2
    assert not listed(client, "/accounts?owner=Nobody")


def test_what_is_shown_can_be_filtered_by(client: Client) -> None:
    many = listed(client, "/accounts?where=active_users%3E%3D1")
    assert many
    assert len(many) + len(listed(client, "/accounts?where=active_users%3C1")) == len(web_world.ACCOUNT_IDS)


def test_a_condition_without_a_choice_is_kept_in_a_field(client: Client) -> None:
    html = require_inert(client.get("/accounts?where=account.plan%21%3DFree").text)
    assert "account.plan!=Free" in [field.get("value") for field in html.of("input")]


def test_pages_follow_one_another_without_a_gap(client: Client) -> None:
    first, second = listed(client, "/users", "users"), listed(client, "/users?page=2", "users")
    assert (len(first), len(second)) == (50, 23)
    assert len({*first, *second}) == 73
    html = require_inert(client.get("/users?page=2&q=").text)
    assert "51 to 73 of 73 users" in html.text


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999", "sort=shoe", "where=%3D", "where=user.role=x"]
)
def test_a_list_that_cannot_be_shown_says_why(client: Client, query: str) -> None:
    answer = client.get(f"/accounts?{query}")
    assert answer.status_code == 400
    assert "Allowed: " in require_inert(answer.text).text


def test_a_page_past_the_end_is_empty_not_broken(client: Client) -> None:
    assert client.get("/users?page=500").status_code == 200


def test_the_file_has_the_whole_list_in_the_order_shown(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/users.csv?sort=name&descending=0").text)))
    assert len(rows) == 73
    assert [links.user(row["user_id"]) for row in rows[:50]] == listed(client, "/users?sort=name&descending=0", "users")
    assert len(list(csv.DictReader(io.StringIO(client.get("/accounts.csv?where=account.plan%3DPro").text)))) == 3


def test_a_file_written_in_pieces_has_everybody_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uptake.web.pages.paging.ROWS_AT_ONCE", 25)
    rows = list(csv.DictReader(io.StringIO(client.get("/users.csv").text)))
    assert len({row["user_id"] for row in rows}) == len(rows) == 73


def test_parquet_has_the_same_rows(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/accounts.csv").text)))
    table = parquet.read_table(io.BytesIO(client.get("/accounts.parquet").content))
    assert table.column_names == list(rows[0])
    assert [str(found) for found in table["seats"].to_pylist()] == [row["seats"] for row in rows]
    assert client.get("/accounts.xlsx").status_code == 404


def test_chosen_columns_are_shown_and_stand_in_the_file(client: Client) -> None:
    query = "column=mrr&column=owner&column=placement.stage"
    html = require_inert(client.get(f"/accounts?{query}").text)
    heads = [link["href"] or "" for link in html.of("a") if (link["href"] or "").startswith("?")]
    assert len([head for head in heads if query in head and "sort=" in head]) == 4
    assert client.get(f"/accounts.csv?{query}").text.partition("\n")[0] == "account_id,owner,mrr,placement.stage"


def test_everyone_has_a_label_to_filter_and_sort_by(client: Client, board: uptake.Workspace) -> None:
    """The labels of a list are those of the placement; they sort in the plan's order."""
    stood = board.placements("stage", entity="account")
    order = [label.name for label in stood.labels]
    expected = {one.id: one.label for one in stood.everyone}
    rows = list(csv.DictReader(io.StringIO(client.get("/accounts.csv?sort=placement.stage&descending=0").text)))
    assert {row["account_id"]: row["placement.stage"] for row in rows if row["placement.stage"]} == expected
    numbers = [order.index(row["placement.stage"]) for row in rows if row["placement.stage"]]
    assert numbers == sorted(numbers)
    for label in {*expected.values()}:
        found = listed(client, f"/accounts?where=placement.stage%3D{label}")
        assert sorted(found) == sorted(links.account(id_) for id_, one in expected.items() if one == label)
    users = list(csv.DictReader(io.StringIO(client.get("/users.csv").text)))
    stood = board.placements("segment", entity="user")
    told = {row["user_id"]: row["placement.segment"] for row in users if row["placement.segment"]}
    assert told == {one.id: one.label for one in stood.everyone}


def test_distance_is_that_of_the_benchmark(client: Client, board: uptake.Workspace) -> None:
    expected = {one.id: one.distance for one in board.benchmark().accounts}
    rows = list(csv.DictReader(io.StringIO(client.get("/accounts.csv?sort=distance").text)))
    assert {row["account_id"]: float(row["distance"]) for row in rows if row["distance"]} == {
        id_: pytest.approx(distance) for id_, distance in expected.items() if distance is not None
    }
    assert rows[0]["account_id"] == max(expected, key=lambda id_: expected[id_] or 0)


def test_a_view_is_saved_gone_to_and_removed(client: Client, board: uptake.Workspace) -> None:
    query = "owner=Ada&where=active_users%3E%3D1&sort=mrr&column=mrr"
    file = board.home.plan / "views" / "accounts.yml"
    version = board.plan.version
    html = require_inert(client.get(f"/accounts?{query}").text)
    hidden = {field["name"]: field.get("value") for field in html.of("input") if field.get("type") == "hidden"}
    answer = client.request("POST", "/lists/accounts/views", data={**hidden, "title": web_world.IMAGE})
    assert answer.status_code == 303
    shown = client.get(answer.headers["location"])
    assert web_world.IMAGE in require_inert(shown.text).text
    assert "Remove this view" in shown.text
    assert file.read_text(encoding="utf-8").count("title:") == 2
    assert board.plan.version == version
    assert listed(client, answer.headers["location"]) == listed(client, f"/accounts?{query}")
    assert client.request("POST", "/lists/accounts/views", data={**hidden, "title": "Again"}).status_code == 400
    assert client.request("POST", "/lists/plans/views", data={**hidden, "title": "Other"}).status_code == 404
    forms = re.search(
        r'name="version" value="([0-9a-f]+)"><input type="hidden" name="position" value="(\d+)"', shown.text
    )
    assert forms
    form = {"form_token": hidden["form_token"], "version": forms[1], "position": forms[2]}
    assert client.request("POST", "/lists/accounts/views/remove", data=form).status_code == 303
    assert client.get("/accounts").text.count("aria-current") == shown.text.count("aria-current")
    assert not board.home.plan.joinpath("views", "accounts.yml").read_text(encoding="utf-8").count("owner")
    assert client.request("POST", "/lists/accounts/views/remove", data=form).status_code == 400


def test_a_file_that_cannot_be_made_is_a_page_that_says_why(client: Client) -> None:
    answer = client.get("/accounts.csv?sort=shoe")
    assert answer.status_code == 400
    assert "The list cannot be sorted by 'shoe'." in require_inert(answer.text).text


@pytest.mark.parametrize("account_id", [web_world.ACCOUNT_IDS[1], web_world.SCRIPT])
def test_the_users_of_an_account_are_its_own(client: Client, account_id: str) -> None:
    expected = {links.user(web_world.user_id(n)) for n in range(60) if web_world.account_of(n) == account_id}
    found = set(listed(client, links.users_of(account_id), "users"))
    assert found == {*expected, links.user(f"never {account_id}")}
    rows = csv.DictReader(io.StringIO(client.get(links.users_of(account_id).replace("/users", "/users.csv")).text))
    assert {links.user(row["user_id"]) for row in rows} == found


def test_the_page_of_an_account_tells_what_happened(client: Client) -> None:
    text = require_inert(client.get("/accounts/acme").text).text
    for said in (f"ticket {web_world.SCRIPT}", "nps 7", web_world.IMAGE, f"call: {web_world.CLOSING}", "€1,200"):
        assert said in text
    assert re.search(r"\d+ of 6 users at Name acme have adopted", text)


def test_a_feature_page_tells_who_uses_it(client: Client) -> None:
    text = require_inert(client.get("/features/weird").text).text
    assert f"{web_world.IMAGE} where {web_world.URL} is {web_world.SCRIPT}" in text
    assert len(listed(client, "/features/tasks?sort=share")) == 12
    assert "Eligible account.plan is Pro" in require_inert(client.get("/features/unused").text).text


def test_features_are_sorted_by_words_whatever_their_case(new_home: Callable[..., Path]) -> None:
    """Two of the same name stay in the plan's order either way."""
    titles = {"b": "beta", "a": "Alpha", "d": "alpha", "c": "Gamma"}
    plan = {name: {"events": [name], "title": title} for name, title in titles.items()}
    with uptake.open(new_home(json.dumps({"features": plan}))) as workspace, serving(create_app(workspace)) as client:
        event = {"event": ["b"], "user_id": ["u"], "timestamp": ["2026-01-05T08:00:00Z"]}
        workspace.import_rows(pa.table(event), "events")
        order = [listed(client, f"/features?sort=title&descending={way}", "features") for way in (0, 1)]
    assert order == [[f"/features/{name}" for name in names] for names in ("adbc", "cbad")]


@pytest.mark.parametrize("account_id", web_world.ACCOUNT_IDS)
def test_where_an_account_stands_is_told_with_reasons(client: Client, board: uptake.Workspace, account_id: str) -> None:
    board.bring_history_up()
    whose = urlencode({"entity": "account", "id": account_id})
    answer, short = client.get(f"/standing/why?{whose}"), client.get(f"/standing?{whose}")
    text, in_short = (require_inert(one.text).text for one in (answer, short))
    for name in ("segment", "stage", "maturity", "state", "fit"):
        stood = board.placements(name, entity="account", id=account_id)
        if not stood.everyone:
            assert answer.status_code == 200
            continue
        titles = {label.name: label.title for label in stood.labels}
        assert f"{stood.title} {titles[stood.everyone[0].label]}" in text
        assert f"{stood.title} {titles[stood.everyone[0].label]} " in in_short
        assert stood.everyone[0].since is not None
        assert dates.day(stood.everyone[0].since).replace(SPACE, " ") in in_short.replace(SPACE, " ")
    assert ("Product and people: all accounts" in text) == bool(board.placements("fit", id=account_id).everyone)


def test_parts_of_somebody_who_is_not_there(client: Client) -> None:
    assert client.get("/standing?entity=account&id=nobody").status_code == 400
    assert client.get("/standing?entity=plan&id=acme").status_code == 404
    assert client.get("/account-benchmark?id=nobody").status_code == 404
    assert client.get(f"/standing?entity=user&id={quote(web_world.user_id(1))}").status_code == 200


def test_an_account_is_held_against_the_benchmark(client: Client, board: uptake.Workspace) -> None:
    for one in board.benchmark().accounts:
        text = require_inert(client.get(f"/account-benchmark?{urlencode({'id': one.id})}").text).text
        assert "Against the benchmark" in text
        assert ("exemplary accounts of" in text) == (one.is_exemplary and one.distance is not None)


def test_features_against_the_exemplary_accounts(client: Client, board: uptake.Workspace) -> None:
    """Of the exemplary accounts, itself left out, as many use a feature as their own pages say they do."""
    found = board.benchmark()
    exemplars = [one.id for one in found.types[0].exemplars]
    cursor = board.projection.cursor()
    told = {id_: account(cursor, board.plan, id_) for id_ in web_world.ACCOUNT_IDS}
    cursor.close()
    for id_, one in told.items():
        others = [other for other in exemplars if other != id_]
        active = [other for other in others if told[other].summary["active_users"]]
        for row in one.features:
            using = [
                other
                for other in others
                for its in told[other].features
                if its["feature"] == row["feature"] and its["users"]
            ]
            assert row["exemplary_using"] == len(using)
            assert row["exemplary"] >= len(active)
            if len(others) == 1 and using:
                (its,) = [its for its in told[using[0]].features if its["feature"] == row["feature"]]
                assert row["exemplary_share"] == pytest.approx(its["share_of_users"])
    text = require_inert(client.get("/accounts/acme").text).text
    assert "exemplary" in text


@pytest.mark.parametrize("label", ["at_risk", "inactive"])
def test_accounts_in_trouble_say_why_and_stand_in_the_order_of_acting(
    client: Client, board: uptake.Workspace, label: str
) -> None:
    """Who renews within 90 days first, the next first; then who pays most. Another order can still be asked for."""
    where = f"where=placement.segment%3D{label}"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/accounts.csv?{where}").text)))
    last = board.metric("active_users").as_of.date()

    def acted_on(row: dict[str, str]) -> tuple[bool, str, float]:
        renews = row["renewal_on"]
        is_near = bool(renews) and 0 <= (date.fromisoformat(renews) - last).days < 90
        return bool(row["churned_on"]), renews if is_near else "9999", -float(row["mrr"] or -1)

    assert [acted_on(row) for row in rows] == sorted(map(acted_on, rows))
    page = client.get(f"/accounts?{where}")
    html = require_inert(page.text)
    assert page.status_code == 200
    if rows:
        assert "Who renews within 90 days comes first" in html.text
        found = {one.id: one for one in board.placements("segment", entity="account", label=label).everyone}
        for row in rows:
            reason = found[row["account_id"].removeprefix("'")].reasons[0].says
            assert " ".join(reason.split()) in html.text
        for title in ("Why", "Champion", "Owner", "Renewal", "Change"):
            assert title in html.text
    assert "comes first" not in client.get(f"/accounts?{where}&sort=mrr").text
