"""Clients of the pages: over a small product with hostile names, and over a workspace without anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import web_world
from web_client import Client, serving

import uptake
from uptake.web.app import create_app


@pytest.fixture(scope="session")
def board(lasting_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """The product of `web_world`; it is shared and must not be changed."""
    with web_world.make(lasting_home(web_world.PLAN)) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def client(board: uptake.Workspace) -> Iterator[Client]:
    """Asks the pages of the product."""
    with serving(create_app(board)) as asking:
        yield asking


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Asks the pages of a workspace that was just made, with the starter plan."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    uptake.init(home)
    with uptake.open(home) as workspace, serving(create_app(workspace)) as asking:
        yield asking
