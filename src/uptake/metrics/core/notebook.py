"""Rows as a small table for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

MOST_SHOWN = 20
"""Rows of the table a notebook shows."""


def html(about: str, units: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The first rows as a plain HTML table under a sentence.

    Args:
        about: The sentence: whom the rows count.
        units: Name of a column -> how its values are written.
        rows: All rows.
    """
    from uptake.charts import words

    if not rows:
        return f"<p>{escape(about)} There is nothing to count.</p>"
    if len(rows) > MOST_SHOWN:
        about += f" The first {MOST_SHOWN} of {len(rows):,} rows."
    heads = "".join(f"<th>{escape(name)}</th>" for name in units)
    lines = [
        "".join(f"<td>{escape(words.value(row.get(name), unit))}</td>" for name, unit in units.items())
        for row in rows[:MOST_SHOWN]
    ]
    body = "".join(f"<tr>{cells}</tr>" for cells in lines)
    return f"<p>{escape(about)}</p><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
