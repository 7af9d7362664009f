"""Tables as text that reads well in a terminal and is Markdown too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One table.

    Args:
        title: What it shows.
        columns: Names of the columns.
        rows: Cells as text.
        right: Columns, by position, that are written flush right.
        notes: Sentences below it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    notes: Sequence[str] = ()

    def text(self) -> str:
        """The table as Markdown."""
        cells = [[cell.replace("|", "\\|") for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(len(row[place]) for row in cells) for place in range(len(self.columns))]
        rule = [
            "-" * (width + 1) + ":" if place in self.right else "-" * (width + 2) for place, width in enumerate(widths)
        ]
        head, *body = [f"| {' | '.join(self._aligned(row, widths))} |" for row in cells]
        lines = [head, f"|{'|'.join(rule)}|", *body]
        return "\n".join([f"## {self.title}", "", *lines, *(line for note in self.notes for line in ("", note))])

    def _aligned(self, row: Sequence[str], widths: Sequence[int]) -> list[str]:
        return [
            cell.rjust(width) if place in self.right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
