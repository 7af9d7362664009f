"""Which events of a strict order are kept: amid a run of foreign ones nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

import uptake
from uptake.facts import step_events
from uptake.facts.selection import events_sql
from uptake.plan import selector
from uptake.store.kept import Kept
from uptake.store.projection import Cursor


def test_of_a_run_of_events_that_fit_nothing_the_first_and_the_last_are_kept(new_home: Callable[..., Path]) -> None:
    """u1 does a, four others, b, one other; u2 begins with two others before a and ends with three after it."""
    rows = [
        {"user_id": user, "event": event, "timestamp": f"2026-03-01T10:00:{second:02}Z"}
        for user, events in (("u1", "axyxybz"), ("u2", "xyaxyx"))
        for second, event in enumerate(events)
    ]
    with uptake.open(new_home()) as workspace:
        workspace.import_events(pa.Table.from_pylist(rows))

        def read(cursor: Cursor) -> step_events.StepEvents:
            tests = tuple(events_sql(cursor, workspace.plan, [selector(name)]) for name in "ab")
            either = " OR ".join(f"({test})" for test in tests)
            return step_events.read(
                cursor, Kept(), step_events.Wanted("user_key", "true", tests, either, steps=2, all_of=0)
            )

        found = workspace.read(read)

    seconds = [at // 10**6 % 60 for at in found.at.tolist()]
    assert list(zip(seconds, found.fits[0].tolist(), found.fits[1].tolist(), strict=True)) == [
        (0, True, False), (1, False, False), (4, False, False), (5, False, True), (6, False, False),
        (0, False, False), (1, False, False), (2, True, False), (3, False, False), (5, False, False),
    ]  # fmt: skip
