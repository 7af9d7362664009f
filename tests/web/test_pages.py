"""Every page, over hostile names and over nothing at all."""

from __future__ import annotations

import re

import pytest
import web_world
from web_client import Client
from web_html import require_inert

from uptake.metrics.catalogue import catalogue
from uptake.web import links
from uptake.web.security import HEADERS

LISTS = ("/", "/metrics", "/features", "/accounts", "/users", "/data", "/search", "/search?q=a")
QUESTIONS = tuple(f"/metrics/{name}" for name in catalogue())
PARTS = (
    *("/overview/headline", "/overview/retention", "/overview/features", "/data/findings"),
    *(f"/overview/lines/{number}{part}" for number in (0, 2, 9) for part in ("", "/trend")),
    *(f"/metrics/{name}/says" for name in ("activation_rate", "retention", "feature_adoption")),
)
OF_THE_PRODUCT = (
    *(links.account(account_id) for account_id in web_world.ACCOUNT_IDS),
    *(links.user(web_world.user_id(number)) for number in (0, 3, 4, 5, 6)),
    *("/features/tasks", "/features/weird", "/features/unused", "/features/weird/trend"),
    *(links.users_of(account_id) for account_id in web_world.ACCOUNT_IDS[6:9]),
    links.metric("activation_rate", {"by": ["account.plan", "account.owner"]}),
    links.metric("retention", {"by": "account.plan", "unit": "month"}),
    links.metric("retention", {"returns": web_world.IMAGE}),
    links.metric("feature_adoption", {"by": "account.owner"}),
    links.metric("stickiness", {"output": "power", "by": "user.role"}),
    links.metric("time_to_first_value", {"output": "curve", "by": "account.plan"}),
    *(f"/search?q={text}" for text in ("alert", "%3Cscript%3E", "%7B%7B7*7%7D%7D", "name")),
)


@pytest.mark.parametrize("address", [*LISTS, *QUESTIONS, *PARTS, *OF_THE_PRODUCT])
def test_hostile_names_stay_text_on_every_page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    html = require_inert(answer.text)
    assert not re.search(r"\b(None|nan|NaN|undefined)\b", html.text.replace("not undefined", "")), html.text
    assert "49$49" not in html.text


@pytest.mark.parametrize("address", [*LISTS, *QUESTIONS, *PARTS])
def test_every_page_of_a_fresh_workspace_says_something(empty: Client, address: str) -> None:
    answer = empty.get(address)
    assert answer.status_code in (200, 400)
    html = require_inert(answer.text)
    assert html.text
    assert not re.search(r"\b(None|nan)\b", html.text)


@pytest.mark.parametrize("address", ["/", "/accounts", "/users", "/data", "/metrics/retention"])
def test_an_empty_page_names_the_command_that_fills_it(empty: Client, address: str) -> None:
    assert "uptake import" in require_inert(empty.get(address).text).text


def test_a_plan_without_features_is_told_how_to_get_some(empty: Client) -> None:
    html = require_inert(empty.get("/features").text)
    assert "uptake init --from-data" in html.text
    assert "uptake check --home" in html.text


@pytest.mark.parametrize("address", [*LISTS, "/metrics/retention"])
def test_a_page_has_one_title_and_marks_its_place(client: Client, address: str) -> None:
    html = require_inert(client.get(address).text)
    assert len(html.of("h1")) == len(html.of("main")) == 1
    current = [link["href"] for link in html.of("a") if link.get("aria-current") == "page"]
    assert current == ([] if address.startswith("/search") else [address.partition("?")[0]])


def test_ids_are_unique_and_every_field_has_a_label(client: Client) -> None:
    for address in (
        "/metrics/retention?where=account.plan=Pro&where=account.owner=Ada",
        "/accounts?where=account.plan=Pro",
    ):
        html = require_inert(client.get(address).text)
        ids = [attributes["id"] for _, attributes in html.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
        labelled = {label["for"] for label in html.of("label")}
        fields = [*html.of("input"), *html.of("select")]
        assert {field["id"] for field in fields if field.get("type") != "hidden"} <= labelled


@pytest.mark.parametrize(
    "address", ["/", "/metrics/retention", "/nowhere", "/metrics/retention?units=x", "/static/uptake.css"]
)
def test_every_answer_has_the_security_headers(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_pages_are_not_kept_and_files_asked_for_by_version_are(client: Client) -> None:
    assert client.get("/accounts").headers["cache-control"] == "no-store"
    assert client.get("/static/uptake.css").headers["cache-control"] == "no-cache"
    sheet = require_inert(client.get("/").text).of("link")[1]["href"]
    assert sheet is not None
    assert "immutable" in client.get(sheet).headers["cache-control"]


@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/metrics/nothing", "/metrics/nothing.csv", "/metrics/retention.exe", "/features/nothing",
     "/accounts/nobody", "/users/nobody", "/accounts/", "/overview/lines/99", "/metrics/nothing/check",
     "/static/../app.py", "/static/nothing.css"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_missing_page_says_what_to_do(client: Client) -> None:
    html = require_inert(client.get("/accounts/%3Cscript%3E").text)
    assert "There is no account '<script>'. Search for it, or look at the list of accounts." in html.text
    assert "/search" in [link["href"] for link in html.of("a")]


def test_only_reading_is_allowed(client: Client) -> None:
    for address in ("/", "/accounts", "/metrics/retention", "/data"):
        for method in ("POST", "PUT", "DELETE"):
            assert client.request(method, address).status_code == 405


def test_a_part_that_fails_is_shown_where_the_part_would_be(client: Client) -> None:
    answer = client.get("/metrics/retention/check?units=x", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "units is 'x'." in require_inert(answer.text).text
    assert "<html" not in answer.text


def test_health_answers_plainly(client: Client) -> None:
    assert client.get("/health").text == "ok\n"


def test_definitions_lead_to_the_metrics(client: Client) -> None:
    answer = client.get("/definitions")
    assert (answer.status_code, answer.headers["location"]) == (301, "/metrics")
