"""Pages that wait for their answer: the frame at once, the rest fetched, without scripts by loading again."""

from __future__ import annotations

import pytest
from web_client import Client
from web_html import require_inert

from uptake.web.pages import waiting
from uptake.web.reading import reading
from uptake.web.reading.lists import Lists

ADDRESSES = ("/placements?name=stage&entity=account&since=2026-01-05", "/benchmarks?by=account.plan&q=%3Cb%3E")
WANTED = {"HX-Request": "true"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_that_has_not_got_its_answer_yet_fetches_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """The frame names the page in the rail and asks the same address; what comes then is the page itself."""
    monkeypatch.setattr(waiting, "PATIENCE_S", -1)
    frame = client.request("GET", address)
    assert frame.status_code == 200
    page = require_inert(frame.text)
    (asks,) = [attributes for _, attributes in page.elements if attributes.get("hx-trigger") == "load"]
    assert (asks["hx-get"], asks["hx-target"]) == (address, "#main")
    assert [one.get("href") for _, one in page.elements if one.get("aria-current")] == [address.partition("?")[0]]
    assert 'http-equiv="refresh"' in frame.text
    later = client.request("GET", address, headers=WANTED).text
    assert 'id="main"' in later
    assert "<table" in later
    assert client.get(address).text == later


def test_what_is_still_being_made_is_asked_for_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page says so and asks again after a while; a file is refused."""
    monkeypatch.setattr(Lists, "_is_by_day", lambda *_: True)
    monkeypatch.setattr(reading, "is_current", lambda *_: False)
    for headers in ({}, WANTED | {"HX-Target": "main"}):
        page = client.request("GET", "/accounts?segment=big", headers=headers)
        assert page.status_code == 200
        found = require_inert(page.text)
        (asks,) = [one for _, one in found.elements if str(one.get("hx-trigger")).startswith("load")]
        assert (asks["hx-get"], asks["hx-trigger"]) == ("/accounts?segment=big", "load delay:2s")
        assert "Where everyone stood on every day is being worked out" in found.text
    assert client.get("/accounts.csv?segment=big").status_code == 400


@pytest.mark.parametrize("address", ["/placements?name=none", "/benchmarks?by=none"])
def test_what_is_wrong_stands_in_the_place_of_the_answer(client: Client, address: str) -> None:
    """Whether or not anybody waits; alone, so that the frame can take it in."""
    assert client.get(address).status_code == 400
    answer = client.request("GET", address, headers=WANTED)
    assert answer.status_code == 200
    assert "notice-bad" in answer.text
    assert 'id="main"' not in answer.text
