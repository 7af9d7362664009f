"""Tables fit their screen: columns of less weight are shown when all are asked for."""

from __future__ import annotations

import re

import pytest
from web_client import Client
from web_html import Html, require_inert

from uptake.web.pages import columns


def ranks(html: Html) -> set[str]:
    classes = {name for head in html.of("th") for name in (head.get("class") or "").split()}
    return classes & {columns.WIDE, columns.EXTRA}


def is_offered(html: Html) -> bool:
    return any((box.get("id") or "").startswith("columns-") for box in html.of("input"))


@pytest.mark.parametrize("metric", ["funnel", "churn_signals", "feature_adoption", "activation_rate"])
def test_columns_that_are_hidden_can_be_asked_for(client: Client, metric: str) -> None:
    html = require_inert(client.get(f"/metrics/{metric}").text)
    assert ranks(html)
    assert is_offered(html)


def test_a_table_of_few_columns_is_shown_whole(client: Client) -> None:
    html = require_inert(client.get("/metrics/active_users/people?cell={}&side=counted").text)
    assert not ranks(html) or is_offered(html)


def test_every_list_offers_what_it_hides(client: Client) -> None:
    for address in ("/accounts", "/users", "/features"):
        html = require_inert(client.get(address).text)
        assert bool(ranks(html)) == is_offered(html), address


def test_the_value_is_always_there() -> None:
    assert "estimate" in columns.ALWAYS
    for kind, names in columns.ONLY_IF_ASKED.items():
        assert not {"estimate", "interval", *columns.ON_PHONE.get(kind, columns.ALWAYS)} & set(names), kind


def test_what_tells_rows_apart_is_always_there(client: Client) -> None:
    """Curves have many rows for each of their lines: on a phone too each says for which day it is."""
    for address, names in (
        ("/metrics/launch_adoption", {"Day"}),
        ("/metrics/time_to_first_value?output=curve", {"Time from the start"}),
    ):
        shown = re.findall(r'<th scope="col"( class="[^"]*")?>\s*<span[^>]*>([^<]+)<', client.get(address).text)
        assert names <= {title for classes, title in shown if "wide" not in classes and "extra" not in classes}, address
