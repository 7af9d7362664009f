"""Chromium on the real pages of a real server; skipped where there is no Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from watched_page import Watched, served, watching

import uptake

sys.path.append(str(Path(__file__).parent.parent / "web"))
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        # Without a sandbox, because containers allow none and the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def board_url(lasting_home: Callable[..., Path]) -> Iterator[str]:
    """Where the small product with hostile names is served."""
    import web_world

    with web_world.make(lasting_home(web_world.PLAN)) as workspace, served(workspace) as url:
        yield url


@pytest.fixture(scope="session")
def fresh_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a workspace that was just made is served."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    uptake.init(home)
    with uptake.open(home) as workspace, served(workspace) as url:
        yield url


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    yield made
    made.close()


@pytest.fixture
def watched(context: BrowserContext, board_url: str) -> Iterator[Watched]:
    """A page of the product; nothing may have gone wrong on it when the test ends."""
    yield from watching(context, board_url)


@pytest.fixture
def fresh(context: BrowserContext, fresh_url: str) -> Iterator[Watched]:
    """A page of the empty workspace."""
    yield from watching(context, fresh_url)
