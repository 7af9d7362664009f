"""How tests of the metric write events: `A0 B5@acme` are an A at minute 0 and a B at minute 5 in the account acme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import uptake

BEGIN = datetime(2026, 3, 2, 10)
LATER = {"as_of": "2026-06-30"}
"""Every window of these tests is over by then."""


def rows(histories: Mapping[str, str], begin: datetime = BEGIN) -> list[dict[str, Any]]:
    """Events as rows, person by person in the order written; `A0:x` has the property `value` x."""
    found = []
    for user, history in histories.items():
        for said in history.split():
            event, _, account = said.partition("@")
            word, _, value = event.partition(":")
            found.append(
                {
                    "event": word[0],
                    "user_id": user,
                    "account_id": account or None,
                    "timestamp": begin + timedelta(minutes=float(word[1:])),
                    "value": value or None,
                }
            )
    return found


@contextmanager
def world(home: Path, histories: Mapping[str, str], begin: datetime = BEGIN) -> Iterator[uptake.Workspace]:
    """A workspace with these events, imported as anybody's are."""
    with uptake.open(home) as workspace:
        summary = workspace.import_rows(pa.Table.from_pylist(rows(histories, begin)), "events")
        assert not summary.reasons, summary.reasons
        yield workspace


def counts(workspace: uptake.Workspace, steps: object, **given: Any) -> list[int]:
    """How many did each step."""
    return [row["count"] for row in workspace.metric("funnel", steps=steps, **LATER | given).rows]
