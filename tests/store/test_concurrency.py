"""Questions while rows come in and while the projection is made again: always one whole state, never a mixture."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

import uptake

BATCH = 40


def batch(number: int) -> pa.Table:
    """Forty users with two events each."""
    users = [f"u{number}-{row // 2}" for row in range(2 * BATCH)]
    return pa.table(
        {"event": ["task"] * 2 * BATCH, "user_id": users, "timestamp": ["2025-03-03T10:00:00Z"] * 2 * BATCH}
    )


def test_questions_see_one_committed_state_while_imports_and_a_rebuild_run(new_home: Callable[..., Path]) -> None:
    seen: list[tuple[int, int]] = []
    failed: list[BaseException] = []
    has_ended = threading.Event()
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(batch(0), "events")

        def ask() -> None:
            try:
                while not has_ended.is_set():
                    row = workspace.metric("active_users", window="28", as_of="2025-03-04").rows[0]
                    seen.append((row["estimate"], row["n"]))
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                failed.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number in (1, 2):
            workspace.import_rows(batch(number), "events")
        workspace.rebuild()
        has_ended.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert len(seen) > 2
    assert {estimate for estimate, _ in seen} <= {BATCH, 2 * BATCH, 3 * BATCH}
    assert all(estimate == n for estimate, n in seen)
