"""From the simulation to files that `uptake import` reads."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from uptake.demo.simulation import Simulation


def write(simulation: Simulation, folder: Path | str) -> None:
    """Writes a simulation: `events.parquet`, every other table as CSV, and `truth.json` beside them.

    Args:
        simulation: What `simulate` gave.
        folder: Where to; made if it is not there. Files of the same names are replaced.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_events(simulation.events, folder / "events.parquet")
    for field in fields(simulation):
        if field.name not in ("events", "truth"):
            pyarrow.csv.write_csv(_plain(getattr(simulation, field.name)), folder / f"{field.name}.csv")
    text = json.dumps(simulation.truth, indent=1, ensure_ascii=False) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8")


def _write_events(events: pa.Table, path: Path) -> None:
    in_order = {"message_id": "DELTA_BYTE_ARRAY", "event_at": "DELTA_BINARY_PACKED"}
    pyarrow.parquet.write_table(
        events,
        path,
        compression="zstd",
        use_dictionary=[name for name in events.column_names if name not in in_order],
        column_encoding=in_order,
        row_group_size=250_000,
        # Without it readers see plain text, not Arrow's dictionaries.
        store_schema=False,
    )


def _plain(table: pa.Table) -> pa.Table:
    """The CSV writer does not know dictionaries."""
    schema = pa.schema(
        [(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type) for field in table.schema]
    )
    return table.cast(schema)
