"""Rows as people read them: a small table in a notebook, lines of text where one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

MOST_SHOWN = 20
"""Rows that are shown."""
NOTHING = "There is nothing to count."


def html(about: str, units: Mapping[str, str], rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """The first rows as a plain HTML table under a sentence.

    Args:
        about: The sentence: whom the rows count.
        units: Name of a column -> how its values are written.
        rows: All rows.
        notes: What has to be known to read them.
    """
    from uptake.charts import words

    said = "".join(f"<p>{escape(one)}</p>" for one in (_sentence(about, rows), *notes))
    if not rows:
        return said
    heads = "".join(f"<th>{escape(name)}</th>" for name in units)
    lines = [
        "".join(f"<td>{escape(words.value(row.get(name), unit))}</td>" for name, unit in units.items())
        for row in rows[:MOST_SHOWN]
    ]
    body = "".join(f"<tr>{cells}</tr>" for cells in lines)
    return f"{said}<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def text(about: str, units: Mapping[str, str], rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """The first rows as lines under a sentence, without the columns in which they have nothing; arguments as for `html`."""
    from uptake.charts import words

    shown = rows[:MOST_SHOWN]
    columns = []
    for name, unit in units.items():
        if any(row.get(name) not in (None, "") for row in shown):
            cells = [name, *(words.value(row.get(name), unit, missing="-") for row in shown)]
            width = max(map(len, cells))
            columns.append([cell.ljust(width) if unit in ("text", "date") else cell.rjust(width) for cell in cells])
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return "\n".join([_sentence(about, rows), *notes, *lines])


def _sentence(about: str, rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return f"{about} {NOTHING}"
    return f"{about} The first {MOST_SHOWN} of {len(rows):,} rows." if len(rows) > MOST_SHOWN else about
