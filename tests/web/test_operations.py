"""What the command line asks of a workspace heals a damaged projection, as pages and metrics do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import web_world

import uptake
from uptake.web.operations import Operations

HEADER_BYTES = 3 * 4096
"""What the engine read when it opened the file; it reads the blocks behind when a question needs them."""
QUESTIONS: dict[str, Callable[[Operations], object]] = {
    "metric": lambda operations: operations.metric("active_users", {}).rows,
    "people": lambda operations: operations.people("active_users", {}, {"period": "all"}, "").ids(),
    "check": lambda operations: operations.findings(),
    "init --from-data": lambda operations: operations.proposed_plan(),
}


@pytest.fixture(scope="module")
def filled(new_home: Callable[..., Path]) -> Path:
    """The home of a closed workspace with the product of `web_world`."""
    with web_world.make(new_home(web_world.PLAN)) as workspace:
        return workspace.home.folder


def break_blocks(path: Path) -> None:
    """Changes a byte in every piece of the file behind its headers."""
    with path.open("r+b") as file:
        for position in range(HEADER_BYTES + 100, path.stat().st_size, 4096):
            file.seek(position)
            byte = file.read(1)[0]
            file.seek(position)
            file.write(bytes([byte ^ 0xFF]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_projection_damaged_while_it_is_open_is_made_again(filled: Path, tmp_path: Path, question: str) -> None:
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    with uptake.open(home) as workspace:
        expected = QUESTIONS[question](Operations(workspace))
    with uptake.open(home) as workspace:
        break_blocks(workspace.home.projection)
        assert QUESTIONS[question](Operations(workspace)) == expected
        assert workspace.projection.was_set_aside
