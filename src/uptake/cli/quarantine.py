"""`uptake quarantine`: rows that could not be taken in, and what can be done about them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import typer

from uptake.cli import options, screen
from uptake.cli.options import Home, Maps, Sets, TimeFormat, examples
from uptake.errors import UptakeError

if TYPE_CHECKING:
    from uptake.cli.access import Access
    from uptake.quarantine import Retried
    from uptake.store.ledger import Rejected

app = typer.Typer(
    name="quarantine",
    help="Rows that could not be taken in: list, export, retry.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", callback=options.kind, help="Only rows of this kind.", show_default=False),
]
ROWS_SHOWN = 20
RAW_SHOWN = 60
LEFT_SHOWN = 10
PAGE = 5_000
FIELDS = ("quarantine_id", "kind", "reason", "file", "line", "raw")


@app.command("list", epilog=examples("uptake quarantine list", "uptake quarantine list --kind users --limit 100"))
def list_(
    home: Home,
    kind: Kind = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many rows; 0 is all.")] = ROWS_SHOWN,
) -> None:
    """Shows why rows are in quarantine, and the oldest of them."""
    from uptake.cli import access

    with access.reach(home) as workspace:
        reasons = [reason for reason in workspace.quarantine_reasons() if kind in (None, reason[0])]
        rows = workspace.quarantine(kind, limit or -1, 0)
    if not reasons:
        screen.say("The quarantine is empty.")
        return
    counts = [(f"{count:,}", of_kind, reason) for of_kind, reason, count in reasons]
    screen.out().print(screen.table(("rows", "kind", "why"), counts, right=(0,)))
    screen.say()
    shown = [(row.file, row.line, row.reason, _short(row.raw)) for row in rows]
    screen.out().print(screen.table(("file", "line", "why", "row"), shown, right=(1,)))
    more = sum(count for *_, count in reasons) - len(rows)
    if more > 0:
        screen.say(f"... and {more:,} more: --limit 0 shows all, uptake quarantine export writes them to a file.")


@app.command(epilog=examples("uptake quarantine export --out bad.csv", "uptake quarantine export --format jsonl"))
def export(
    home: Home,
    kind: Kind = None,
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="CSV or JSON lines.")] = "csv",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to a file.", show_default=False)] = None,
) -> None:
    """Writes the rows in quarantine with their reason, file and line, each row as it was found."""
    from uptake.cli import access
    from uptake.metrics.core.export import harmless

    with access.reach(home) as workspace, _opened(out) as file:
        rows = ({field: asdict(row)[field] for field in FIELDS} for row in _pages(workspace, kind))
        if format_ == "csv":
            writer = csv.writer(file)
            writer.writerow(FIELDS)
            writer.writerows(map(harmless, row.values()) for row in rows)
        else:
            for row in rows:
                file.write(json.dumps(row) + "\n")


@app.command(epilog=examples("uptake quarantine retry --kind users --map user_id=Id", "uptake quarantine retry"))
def retry(
    *,
    home: Home,
    kind: Kind = None,
    maps: Maps,
    sets: Sets,
    time_format: TimeFormat = None,
) -> None:
    """Takes quarantined rows in again, with other --map and --set than before.

    Say all of them, also those of the import: quarantine holds rows as the file had them. A file's rows
    are taken in together; rows that are still wrong stay in quarantine with their new reason.
    """
    from uptake.cli import access
    from uptake.web.messages import RetryOrder

    order = RetryOrder(kind, options.pairs(maps, "--map"), options.pairs(sets, "--set"), time_format)
    with access.reach(home) as workspace:
        files = workspace.retry(order)
    if not files:
        screen.say("The quarantine is empty.")
    for file in files:
        _show_retried(file)
    if files and not any(file.stored + file.known for file in files):
        raise typer.Exit(1)


def _show_retried(file: Retried) -> None:
    screen.say(
        f"{file.kind} from {file.file}: {file.stored:,} stored, {file.known:,} known already,"
        f" {file.rejected:,} in quarantine again, {len(file.left):,} cannot be retried."
    )
    if file.failed:
        screen.say(f"  None was taken in. {file.failed}")
    if file.left:
        lines = ", ".join(f"{line:,}" for line in file.left[:LEFT_SHOWN])
        more = f" and {len(file.left) - LEFT_SHOWN:,} more" if len(file.left) > LEFT_SHOWN else ""
        screen.say(f"  Those of line {lines}{more} are only text: nothing could make columns of them.")
        screen.say("  Correct them in the file and import it again: no row is stored twice.")


def _pages(workspace: Access, kind: str | None) -> Iterator[Rejected]:
    offset = 0
    while rows := workspace.quarantine(kind, PAGE, offset):
        yield from rows
        offset += len(rows)


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class _Screen:
    def write(self, text: str, /) -> None:
        screen.pour(text)


@contextmanager
def _opened(out: Path | None) -> Iterator[_Writable]:
    if out is None:
        yield _Screen()
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise UptakeError(f"{out} cannot be written: {error.strerror}.", do="Name another file with --out.") from None


def _short(raw: str) -> str:
    return raw if len(raw) <= RAW_SHOWN else f"{raw[:RAW_SHOWN]} ..."
