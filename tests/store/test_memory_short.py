"""A question that needs more memory than the engine may use: an error that says what to do, and the next one is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import uptake
from uptake.errors import MemoryShort


def test_a_question_that_does_not_fit_says_so(new_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPTAKE_MEMORY_LIMIT", "60MB")
    with uptake.open(new_home()) as workspace:
        with pytest.raises(MemoryShort, match=r"60MB.*UPTAKE_MEMORY_LIMIT"):
            workspace.read(lambda cursor: cursor.execute("SELECT list(range) FROM range(30_000_000)").fetchall())
        assert workspace.metric("active_users").rows == []
