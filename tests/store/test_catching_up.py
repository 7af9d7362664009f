"""How far a rebuild is: a share of the whole that only rises."""

from __future__ import annotations

import pyarrow as pa

import uptake
from uptake.workspace import Progress


def test_a_rebuild_says_how_much_of_it_is_behind(workspace: uptake.Workspace) -> None:
    """Two imports are applied in the first 30 %: at 0 and at half of them, 15 %; the facts follow from 30 % on."""
    for user in ("u", "v"):
        workspace.import_rows(pa.table({"event": ["task"], "user_id": [user], "timestamp": ["2026-01-05"]}), "events")
    told: list[Progress] = []
    workspace.rebuild(told.append)
    shares = [-1.0 if progress.share is None else progress.share for progress in told]
    assert shares[:3] == [0.0, 0.15, 0.3]
    assert min(shares) == 0
    assert shares == sorted(shares)
    assert shares[-1] < 1
