"""What a person sees when a page fails: what happened, what was kept, what to do; never a traceback."""

from __future__ import annotations

import pytest
from web_client import serving
from web_html import require_inert

import uptake
from uptake.errors import StorageDamaged
from uptake.web.app import create_app


def fail(*_: object) -> None:
    raise ZeroDivisionError("the secret of the stack")


def test_a_page_that_fails_says_so_and_nothing_of_its_inside(
    board: uptake.Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("uptake.directory.accounts.accounts", fail)
    with serving(create_app(board)) as client:
        answer = client.get("/accounts")
        assert answer.status_code == 500
        text = require_inert(answer.text).text
        assert "The server failed while making this page. Nothing that was stored is lost." in text
        assert "secret" not in answer.text
        assert answer.headers["content-security-policy"]
        part = client.get("/accounts", headers={"HX-Request": "true"})
        assert "<html" not in part.text
        assert client.get("/users").status_code == 200
    assert "the secret of the stack" in caplog.text


def test_where_even_the_frame_fails_words_remain(board: uptake.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(create_app(board)) as client:
        monkeypatch.setattr("uptake.directory.listing.moment", fail)
        monkeypatch.setattr("uptake.directory.accounts.accounts", fail)
        answer = client.get("/accounts?q=never asked before")
        assert answer.status_code == 500
        assert answer.text.startswith("The server failed while making this page.")


def test_damage_is_told_as_the_store_tells_it(board: uptake.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> None:
        raise StorageDamaged("A file is missing.", do="Put it back.")

    monkeypatch.setattr("uptake.directory.accounts.accounts", damaged)
    with serving(create_app(board)) as client:
        answer = client.get("/accounts")
        assert answer.status_code == 503
        assert "A file is missing. Put it back." in require_inert(answer.text).text
