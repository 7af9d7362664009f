"""What is written to the terminal: tables and sentences in which foreign text can do nothing."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TextIO

import typer
from rich.cells import cell_len

if TYPE_CHECKING:  # the rest of Rich is loaded when something is printed: it would be a tenth of a server's start
    from rich.console import Console
    from rich.table import Table

LEAST_TEXT = 16
"""Width to which a column of texts may be folded, characters."""
GAP = 2
"""Blanks between two columns."""
WIDTH_IN_FILES = 140
"""Columns of output that is no terminal; a retention triangle of 12 weeks fits."""


def inert(value: object) -> str:
    r"""A value as one line of text that no terminal acts on.

    >>> inert("a\x1b[31mb\n"), inert("[red]x[/red]")
    ('a\\x1b[31mb\\n', '[red]x[/red]')
    """
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _escaped(c) for c in str(value))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def out() -> Console:
    """Where answers go."""
    return _console(is_error=False)


def errors() -> Console:
    """Where progress and errors go, so that answers can be piped."""
    return _console(is_error=True)


def paper(file: TextIO) -> Console:
    """A console that writes into a file."""
    from rich.console import Console

    return Console(file=file, width=WIDTH_IN_FILES, markup=False, emoji=False, highlight=False)


def _console(is_error: bool) -> Console:
    from rich.console import Console

    # Markup, emoji codes and highlighting would read meaning into names that customers chose.
    console = Console(stderr=is_error, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_IN_FILES
    return console


def pour(text: str) -> None:
    """Writes text for programs as it is; only a terminal gets it without what terminals act on."""
    if sys.stdout.isatty():
        text = "".join(f"{inert(line)}\n" for line in text.splitlines())
    typer.echo(text, nl=False)


def say(text: str = "", console: Console | None = None, style: str = "") -> None:
    """Prints sentences, each on one line where the output is no terminal, so that programs can read them.

    Args:
        text: One or more lines.
        console: Where to; answers go to `out`.
        style: Rich's name of a style.
    """
    console = console or out()
    safe = "\n".join(inert(line) for line in text.split("\n"))
    console.print(safe, style=style or None, soft_wrap=not console.is_terminal)


def say_where_data_end(asked_of: date, data_until: date, console: Console) -> None:
    """Says so where a day is asked of that lies after all that is known."""
    from uptake.charts import dates

    if asked_of > data_until:
        say(f"The data goes until {dates.day(data_until)}. What happened since is not known, and counts as if nothing had.",
            console)  # fmt: skip


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[int] = (), width: int | None = None
) -> Table:
    """A table of plain text; where there is little room, heads and texts are folded and numbers stay whole.

    Args:
        heads: The heads of its columns.
        rows: Its cells.
        right: Which columns hold numbers and are aligned right, from 0.
        width: Characters there are in a line; those of `out` if not given.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    cells = [[inert(cell) for cell in row] for row in rows]
    for number, chosen in enumerate(_widths(heads, cells, right, width or out().width)):
        justify: Literal["left", "right"] = "right" if number in right else "left"
        made.add_column(inert(heads[number]), justify=justify, overflow="fold", width=chosen)
    for row in cells:
        made.add_row(*row)
    return made


def fitting(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int], width: int) -> int:
    """How many columns of a table there is room for, from the left; never less than one."""
    ends = accumulate(least + GAP for least in _least(heads, rows, right))
    return max(sum(end - GAP <= width for end in ends), 1)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int], width: int) -> Iterator[int]:
    """What each column needs at least, and what is left to those that want more, from the left."""
    least = _least(heads, rows, right)
    room = width - sum(least) - GAP * (len(heads) - 1)
    for number, head in enumerate(heads):
        wanted = max([cell_len(inert(head)), *(cell_len(row[number]) for row in rows)])
        given = max(min(wanted - least[number], room), 0)
        room -= given
        yield least[number] + given


def _least(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int]) -> list[int]:
    widest = [max((cell_len(row[number]) for row in rows), default=0) for number in range(len(heads))]
    return [
        max(widest[number] if number in right else min(widest[number], LEAST_TEXT), *map(cell_len, head.split(" ")))
        for number, head in enumerate(heads)
    ]


def a_second(rows: int, elapsed_s: float) -> str:
    """How many rows a second that is, in brackets."""
    return f" ({rows / elapsed_s:,.0f} a second)"
