"""`uptake import`: files in, with everything that was decided about them printed first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import options, screen
from uptake.cli.options import Home, Maps, Sets, TimeFormat

if TYPE_CHECKING:
    from uptake.store.reads import Reads
    from uptake.web.messages import Found, ImportOrder
    from uptake.workspace import Summary

EXAMPLES = (
    "uptake import events.csv --kind events",
    "uptake import crm/*.csv.gz --kind accounts --map account_id=Id --set source=crm",
    "uptake import segment.jsonl --kind events        (identify and group calls too)",
)
PROPERTY = {"events": "property", "users": "attribute", "accounts": "attribute"}
"""What a column is called that its kind does not know."""
MOST_FILES_LISTED = 3
MOST_LEFT_ASIDE = 10
STOPPED = 130
"""Exit code of a process that Ctrl-C ended."""


def import_(
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files or folders.", show_default=False)],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=f"{', '.join(options.KIND_NAMES)}.",
            callback=options.kind,
            show_default=False,
        ),
    ],
    home: Home,
    maps: Maps,
    sets: Sets,
    time_format: TimeFormat = None,
    file_format: Annotated[
        Literal["csv", "json", "segment", "parquet"] | None,
        typer.Option("--format", help="The files' format, if their names do not say.", show_default=False),
    ] = None,
) -> None:
    """Takes in files of one kind: CSV, JSON lines, Parquet, Segment records; gz and zst too.

    Rows that cannot be read go to quarantine with their reason, all others are stored. Importing a
    file twice changes no number. Ctrl-C stops the import, and then nothing of it was stored.
    """
    from uptake.cli import access, interrupt, progress
    from uptake.errors import ImportStopped
    from uptake.web.messages import ImportOrder

    renames, fixed = options.pairs(maps, "--map"), options.pairs(sets, "--set")
    order = ImportOrder(tuple(str(path) for path in files), kind, renames, fixed, time_format, file_format)
    try:
        with access.reach(home) as workspace, interrupt.stoppable() as is_stopped, progress.shown() as report:
            summary = workspace.import_rows(order, lambda found: _show_found(order, found), report, is_stopped)
    except ImportStopped as stopped:
        screen.say(stopped.what, screen.errors())
        raise typer.Exit(STOPPED) from None
    _show_summary(order, summary, home)
    # An export of a quiet day holds no rows, and nothing is wrong with it; one of which no row could be read is.
    if summary.read and not summary.stored + summary.known:
        raise typer.Exit(1)


def _show_found(order: ImportOrder, found: Found) -> None:
    listed = ", ".join(found.files[:MOST_FILES_LISTED])
    more = f" and {len(found.files) - MOST_FILES_LISTED:,} more" if len(found.files) > MOST_FILES_LISTED else ""
    screen.say(f"Reading {listed}{more} ({found.format}, {_size(found.bytes_total)}) as {order.kind}.")
    if found.reads:
        rows = [_row(order, found, read) for read in found.reads]
        screen.out().print(screen.table(("column", "becomes", "read as"), rows))
    else:
        screen.say("The records say themselves what they are: events, users, accounts, memberships, aliases.")
    screen.say()


def _row(order: ImportOrder, found: Found, read: Reads) -> tuple[str, str, str]:
    if read.type == "object" and found.format == "json":
        # No column of the file: the reader packs into it what has no column of its own.
        return "(other keys)", f"{PROPERTY.get(order.kind, 'property')} of each name", "text, number or JSON"
    becomes = f"{PROPERTY.get(order.kind, 'property')} {read.name}" if read.is_property else read.name
    if read.name in order.fixed and not read.found:
        return "(--set)", becomes, f"always '{order.fixed[read.name]}'"
    return read.found, becomes, f"{read.type}, {_time(read.format, found.timezone)}" if read.format else read.type


def _time(format_: str, zone: str) -> str:
    """The rule by which a time becomes an instant."""
    match format_:
        case "ISO 8601":
            return f"ISO 8601; without an offset it is UTC, a bare date begins in {zone}"
        case "date":
            return f"a date; begins in {zone}"
        case "day first" | "month first":
            return f"{format_}; in {zone}"
        case _:
            return format_


def _show_summary(order: ImportOrder, summary: Summary, home: Path) -> None:
    if not summary.read:
        subject = order.paths[0] if len(order.paths) == 1 else f"Each of {', '.join(order.paths[:MOST_FILES_LISTED])}"
        screen.say(f"{subject} holds no rows: there was nothing to store.")
    else:
        screen.say(
            f"{summary.read:,} rows read: {summary.stored:,} stored, {summary.known:,} known already,"
            f" {summary.rejected:,} in quarantine."
        )
    if aside := summary.left_aside:
        more = f" and {len(aside) - MOST_LEFT_ASIDE:,} more" if len(aside) > MOST_LEFT_ASIDE else ""
        screen.say(f"Left aside, because the ending says no format: {', '.join(aside[:MOST_LEFT_ASIDE])}{more}.")
    if len(summary.imports) > 1:
        counts = [
            (done.kind, f"{done.rows_stored:,}", f"{done.rows_known:,}", f"{done.rows_rejected:,}")
            for done in summary.imports
        ]
        heads = ("kind", "stored", "known already", "in quarantine")
        screen.out().print(screen.table(heads, counts, right=(1, 2, 3)))
    if summary.rejected:
        reasons = [(f"{rows:,}", kind, reason) for kind, reason, rows in summary.reasons]
        screen.out().print(screen.table(("rows", "kind", "why they are in quarantine"), reasons, right=(0,)))
        screen.say(f"\nSee them: {options.command('quarantine list', home)}")
        screen.say("Then correct the file and import it again, or retry them with other --map and --set:")
        screen.say(f"  {options.command('quarantine retry', home)}")


def _size(size: int) -> str:
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size} bytes"
