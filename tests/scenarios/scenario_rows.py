"""Scenarios: a few rows with a name, imported as anybody's rows are.

`events.csv`, `users.csv` ... hold the rows of every scenario; the column `scenario` says whose they are,
and an empty cell is a missing value. Times without an offset are UTC.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa

import uptake
from uptake.sources.files import Chunk, Reading
from uptake.sources.reading import LINE

FOLDER = Path(__file__).parent
Scenario = Callable[..., uptake.Workspace]
"""`scenario(name, plan)`: a workspace that holds the rows of a scenario."""
KINDS = ("users", "accounts", "seats", "aliases", "events")


@cache
def rows(kind: str) -> tuple[dict[str, str], ...]:
    """All rows of a kind."""
    path = FOLDER / f"{kind}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def names() -> list[str]:
    """Every scenario, in the order of the files."""
    return list(dict.fromkeys(row["scenario"] for kind in KINDS for row in rows(kind)))


def table(kind: str, scenario: str) -> pa.Table | None:
    """The rows of a scenario as a file would have them: only the columns that say something. None if it has none."""
    own = [row for row in rows(kind) if row["scenario"] == scenario]
    columns = [name for name in (own[0] if own else ()) if name != "scenario" and any(row[name] for row in own)]
    if not own:
        return None
    cells = {name: pa.array([row[name] or None for row in own], pa.string()) for name in columns}
    return pa.table({**cells, LINE: pa.array(range(2, len(own) + 2), pa.int64())})


def reading(scenario: str) -> Reading:
    """All rows of a scenario, ready to be imported together."""

    def chunks() -> Iterator[Chunk]:
        for kind in KINDS:
            found = table(kind, scenario)
            if found is not None:
                yield Chunk(kind, f"{kind}.csv", found, (), 0)

    assert scenario in names(), f"there is no scenario {scenario}"
    return Reading("events", "segment", (), 0, None, pa.table({}), chunks)
