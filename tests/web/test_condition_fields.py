"""Conditions in the form of a metric: three controls each, one text in the address, and they work without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.datastructures import QueryParams
from web_client import Client
from web_html import require_inert

import uptake
from uptake.plan import conditions, split_condition
from uptake.reports.headline import headline
from uptake.web import links
from uptake.web.pages import condition_field
from uptake.web.words.sentences import sentence


@pytest.mark.parametrize(
    ("controls", "read"),
    [
        ([("account.plan", "=", "Pro")], ["account.plan=Pro"]),
        ([("seats", ">=", " 10 "), ("", "=", ""), ("plan", "!=", "Pro|Free")], ["seats>=10", "plan!=Pro|Free"]),
        ([("plan", "?", "left over"), ("team", "!?", "")], ["plan?", "team!?"]),
        ([("plan", "=", " "), ("", "=", "Pro"), ("plan", "; DROP", "x")], []),
    ],
)
def test_what_the_controls_say_is_one_text_each(controls: list[tuple[str, str, str]], read: list[str]) -> None:
    sent = [(part, value) for one in controls for part, value in zip(condition_field.PARTS, one, strict=True)]
    assert list(condition_field.read(QueryParams(sent))) == read
    assert len(conditions(read)) == len(read)


@pytest.mark.parametrize(
    "text", ["plan=Pro", 'plan="a|b"|c', "seats >= 10", "a.b!=1|2", "industry?", "industry!?", "x~="]
)
def test_a_condition_comes_back_from_its_controls(text: str) -> None:
    (field, further) = condition_field.fields([text], [], {})
    sent = [(part, value) for part, value in zip(condition_field.PARTS, (field.chosen, field.test, field.value), strict=True)]  # fmt: skip
    assert conditions(list(condition_field.read(QueryParams(sent)))) == conditions(text)
    assert (further.chosen, further.value) == ("", "")


def test_what_is_no_condition_is_not_split() -> None:
    assert split_condition("plan") is None
    assert split_condition("seats>many") is None


def test_the_form_leads_to_an_address_with_conditions(client: Client) -> None:
    sent = [("by", "account.plan"), *zip(condition_field.PARTS, ("account.plan", "!=", "Free"), strict=True)]
    sent += zip(condition_field.PARTS, ("", "=", ""), strict=True)
    answer = client.get(links.metric("active_users", sent) + "&where_value=", follow_redirects=False)
    assert answer.status_code == 303
    assert parse_qsl(urlsplit(answer.headers["location"]).query) == [
        ("by", "account.plan"),
        ("where", "account.plan!=Free"),
    ]
    page = require_inert(client.get(answer.headers["location"]).text)
    chosen = [attributes["value"] for tag, attributes in page.elements if tag == "option" and "selected" in attributes]
    assert "account.plan" in chosen
    assert "!=" in chosen
    assert any(attributes.get("value") == "Free" and attributes.get("name") == "where_value" for _, attributes in page.elements)  # fmt: skip


def test_a_sentence_about_a_segment_says_its_name(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("segments: {early: {entity: user, ids: [u1]}}")) as workspace:
        workspace.import_events(
            [{"event": "task", "user_id": user, "timestamp": "2025-03-03"} for user in ("u1", "u2", "u3")]
        )
        result = workspace.metric("active_users", by="segment.early")
        assert {row["segment.early"] for row in result.rows} == {"in", "not in"}
        assert "highest in not early (2), lowest in early (1)" in sentence(result, headline(result), workspace.plan)
