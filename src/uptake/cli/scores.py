"""`uptake scores`: a score of everyone on a day."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, names, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.scores.ask import Placed, Scores

EXAMPLES = (
    "uptake scores                            (which scores there are)",
    "uptake scores adoption --sort change --limit 20",
    "uptake scores health --as-of 2026-03-31 --format csv",
)
Format = Literal["table", "json", "csv", "parquet"]
Sort = Literal["score", "change", "name", "users"]
ROWS_SHOWN = 50
Since = Annotated[str | None, asking.one("DATE", "The day that changes are told from; 28 days before, if not given.")]
Whose = Annotated[str | None, asking.one("ENTITY", "user or account; account, if the score is of accounts.")]


def scores(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A score of the plan.", show_default=False)] = None,
    home: Home,
    entity: Whose = None,
    as_of: asking.AsOf = None,
    since: Since = None,
    timezone: asking.Timezone = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    sort: Annotated[Sort, typer.Option(help="By what they are ordered, the smallest first.")] = "score",
    is_descending: Annotated[bool, typer.Option("--descending", help="The largest first.")] = False,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help=f"At most so many rows, 0 for all; {ROWS_SHOWN} in a table, else all.", show_default=False
        ),
    ] = None,
) -> None:
    """Lists everyone with a score, its interval and its change, the lowest first; without a name, the plan's scores."""
    from uptake.cli import access
    from uptake.metrics.core import export

    if name is None:
        names.show(home, "scores")
        return
    chosen = files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=format_ is not None)
    given = asking.given(
        (),
        {
            "entity": entity, "as_of": as_of, "since": since, "timezone": timezone,
            **asking.facts(plan_version, known_by),
        },
    )  # fmt: skip
    with access.reach(home) as workspace:
        found = workspace.scores(name, given)
    if chosen == "table":
        limit = ROWS_SHOWN if limit is None else limit
    part = replace(found, everyone=_sorted(found, sort, is_descending)[: limit or None])
    if chosen == "json":
        files.write(export.json_text(part).encode(), out)
    elif chosen == "csv":
        files.write(export.csv_text(part).encode(), out)
    elif chosen == "parquet":
        files.write(export.parquet(part), out, is_binary=True)
    elif out is None:
        _show(part, len(found.everyone), screen.out())
    else:
        text = io.StringIO()
        _show(part, len(found.everyone), screen.paper(text))
        files.write(text.getvalue().encode(), out)


def _sorted(found: Scores, sort: Sort, is_descending: bool) -> tuple[Placed, ...]:
    """Everyone in order, those without a value last either way."""

    def value(one: Placed) -> float | str | None:
        return one.name.lower() if sort == "name" else getattr(one, sort)

    known = sorted((one for one in found.everyone if value(one) is not None), key=value, reverse=is_descending)  # type: ignore[arg-type]  # none of these is None
    return (*known, *(one for one in found.everyone if value(one) is None))


def _show(found: Scores, total: int, console: Console) -> None:
    """Prints how many there are, and a table of them."""
    from uptake.charts import dates

    screen.say(f"{found.title} of {total:,} {found.entity}s on {dates.day(found.on)}", console, "bold")
    screen.say_where_data_end(found.on, found.data_until, console)
    screen.say("", console)
    of_accounts = found.entity == "account"
    heads = ["id", "name", "score", "95 % interval", "change", "band", *(["users"] if of_accounts else [])]
    rows = [
        [
            one.id, one.name, points(one.score), _interval(one), signed(one.change), one.band or "",
            *([f"{one.users:,}"] if of_accounts else []),
        ]
        for one in found.everyone
    ]  # fmt: skip
    if rows:
        console.print(screen.table(heads, rows, (2, 3, 4, 6), console.width))
    if len(rows) < total:
        screen.say(f"... and {total - len(rows):,} more: --limit 0 shows all.", console)
    screen.say(f"\nChange since {dates.day(found.since)}. uptake explain {found.score} ID says why.", console)


def points(value: float | None) -> str:
    """Points with one decimal."""
    return "not known" if value is None else f"{value:.1f}"


def signed(value: float | None) -> str:
    """A change in points, with its sign."""
    return "" if value is None else f"{value:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def _interval(one: Placed) -> str:
    if one.lower is None or one.upper is None or one.lower == one.upper:
        return ""
    return f"{one.lower:.1f} to {one.upper:.1f}"
