"""Workspaces of a few lines, imported as anybody's rows are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import uptake


@pytest.fixture
def told(new_home: Callable[..., Path], one_thread: None) -> Iterator[Callable[..., uptake.Workspace]]:
    """`told(lines, timezone=..., week_start=...)`: a workspace without a plan, as `uptake.from_events` makes them."""
    from peer_events import rows  # beside the tests that ask for it

    with ExitStack() as opened:

        def make(lines: str, timezone: str = "UTC", week_start: str = "monday", plan: str = "") -> uptake.Workspace:
            product = f"product: {{timezone: {timezone}, week_start: {week_start}}}\n"
            workspace = opened.enter_context(uptake.open(new_home(product + plan)))
            summary = workspace.import_rows(rows(lines), "events")
            assert not summary.reasons, summary.reasons
            return workspace

        yield make
