"""`scenario("name", plan)`: a workspace that holds the rows of a scenario, made once a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import scenario_rows as rows
from scenario_rows import Scenario

import uptake


@pytest.fixture(scope="module")
def scenario(new_home: Callable[..., Path]) -> Iterator[Scenario]:
    """Imports a scenario under a plan; the workspace is shared within the module and must not be changed."""
    with ExitStack() as opened:
        made: dict[tuple[str, str], uptake.Workspace] = {}

        def make(name: str, plan: str = "product: {timezone: UTC}") -> uptake.Workspace:
            if (name, plan) not in made:
                workspace = opened.enter_context(uptake.open(new_home(plan)))
                summary = workspace.import_rows(rows.reading(name), "events")
                assert not summary.reasons, summary.reasons
                made[name, plan] = workspace
            return made[name, plan]

        yield make
