"""A result as a file: JSON, CSV, Parquet, SVG, PNG. The command line and the pages give out these and no others."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from uptake.metrics.core.result import Column, Result

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
"""First characters with which a spreadsheet takes a cell for a formula, or for the end of the one before."""
_UNSEEN = re.compile(r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Control characters that JSON allows in texts and terminals act on."""


class Told(Protocol):
    """What can be told as plain values: an answer, or the people behind a number of it."""

    def to_dict(self) -> dict[str, Any]:
        """The values."""
        ...


def json_text(result: Told) -> str:
    """The result as JSON: metric, params, as_of, plan_version, columns, rows, sql. Dates are ISO 8601, nan is null."""
    text = json.dumps(plain(result.to_dict()), ensure_ascii=False, allow_nan=False, indent=2)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


class Table(Protocol):
    """What has columns and rows: an answer, or the people behind a number of it."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names, types and units."""
        ...

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows."""
        ...


def csv_text(result: Table) -> str:
    """The rows as CSV with a head. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    file = io.StringIO()
    writer = csv.writer(file)  # lines end as RFC 4180 says, else a text with a lone return would not be quoted
    names = [column.name for column in result.columns]
    writer.writerow([harmless(name) for name in names])
    writer.writerows([harmless(plain(row.get(name))) for name in names] for row in result.rows)
    return file.getvalue()


class Arrowed(Protocol):
    """What can be told as an Arrow table: an answer, scores."""

    def to_arrow(self) -> pa.Table:
        """The table."""
        ...


def parquet(result: Arrowed) -> bytes:
    """The rows as Parquet, units in the fields' metadata."""
    from pyarrow import parquet as format_

    file = io.BytesIO()
    format_.write_table(result.to_arrow(), file, compression="zstd")
    return file.getvalue()


def svg(result: Result) -> bytes:
    """The chart as an SVG file."""
    from uptake import charts

    return charts.svg(result.chart_spec()).encode()


def png(result: Result) -> bytes:
    """The chart as a PNG file."""
    from uptake import charts

    return charts.png(result.chart_spec())


FORMATS: dict[str, Callable[[Result], bytes]] = {
    "json": lambda result: json_text(result).encode(),
    "csv": lambda result: csv_text(result).encode(),
    "parquet": parquet,
    "svg": svg,
    "png": png,
}
"""Ending of a file's name -> what writes it."""


def harmless(cell: Any) -> Any:  # noqa: ANN401 - cells are of any type
    """A cell for CSV that no spreadsheet takes for a formula; numbers stay numbers, also negative ones.

    >>> harmless("=1+1"), harmless("plain"), harmless(-1.5)
    ("'=1+1", 'plain', -1.5)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def plain(value: Any) -> Any:  # noqa: ANN401 - as above
    """A value as JSON has it: dates are ISO 8601, nan is None."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
