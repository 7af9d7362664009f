"""What long lists say before their rows, counted of everybody who fits and not of the page."""

from __future__ import annotations

import re

import pytest
from web_client import Client
from web_html import require_inert

from uptake.web.words import list_sentences

ACCOUNTS = {
    "total": 40, "customers": 30, "left": 10, "active": 24, "slack": 9, "renewing": 12, "renewing_slack": 5, "mrr_slack": 1800.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {},
            "12 of 30 customers renew within 90 days; at 5 of them fewer than half of the seats are active, €1,800 a month.",
        ),
        (
            {"mrr_slack": None},
            "12 of 30 customers renew within 90 days; at 5 of them fewer than half of the seats are active.",
        ),
        (
            {"renewing": 1, "renewing_slack": 0},
            "1 of 30 customers renews within 90 days, and at each of them half of the seats or more are active.",
        ),
        (
            {"renewing": 0},
            "24 of 30 customers were active in the last 28 days; at 9 fewer than half of the seats were.",
        ),
        ({"customers": 0, "total": 1, "left": 1}, "1 account has left."),
        ({"customers": 0, "left": 40}, "40 accounts have left."),
        ({"customers": 0, "left": 16}, "Of 40 accounts 24 are no customers yet, 16 have left."),
        ({"customers": 0, "total": 1, "left": 0}, "1 account is no customer yet."),
        ({"customers": 0, "total": 24, "left": 0}, "24 accounts are no customers yet."),
    ],
)
def test_accounts_say_what_comes_up(changed: dict[str, object], said: str) -> None:
    assert list_sentences.accounts({**ACCOUNTS, **changed}, "EUR") == said


def test_users_say_who_was_active_and_who_no_longer_is() -> None:
    said = list_sentences.users({"total": 1200, "active": 1, "lapsed": 30})
    assert said == "1 of 1,200 users was active in the last 28 days; 30 who had been activated were not."
    assert list_sentences.users({}) == list_sentences.accounts({}, "") == ""


def test_the_sentence_is_of_all_that_fit_and_of_no_others(client: Client) -> None:
    """Users fill two pages; every fourth of the 12 accounts is on the plan Pro."""
    said = require_inert(client.get("/users").text).text
    total = re.search(r"1 to 50 of (\d+) users", said)
    assert total is not None
    assert f" of {total[1]} users were active" in said
    assert "of 12 customers were active" in require_inert(client.get("/accounts").text).text
    assert "of 3 customers were active" in require_inert(client.get("/accounts?where=account.plan=Pro").text).text
    nobody = require_inert(client.get("/accounts?q=nobody%20is%20called%20so").text).text
    assert "No account fits." in nobody
    assert "were active" not in nobody


def test_a_page_that_leads_to_others_says_how_much_there_is(client: Client, empty: Client) -> None:
    assert "questions are answered from your data up to" in require_inert(client.get("/metrics").text).text
    assert "are answered" not in require_inert(empty.get("/metrics").text).text
    assert 'hx-get="/metrics/active_users/says"' in client.get("/explore").text
    assert "Counting who is active" not in empty.get("/explore").text


def test_the_data_page_says_what_came_in_and_what_waits(client: Client, empty: Client) -> None:
    said = require_inert(client.get("/data").text).text
    assert re.search(r"\d+ events are stored, from \d+ imports; \d+ rows? waits? in quarantine\.", said)
    assert "are stored" not in require_inert(empty.get("/data").text).text
