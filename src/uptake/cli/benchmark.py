"""`uptake benchmark`: how far accounts are from the exemplary ones of their type."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.benchmarks.answer import Account, Benchmarks, Cohort, Exemplar

EXAMPLES = (
    "uptake benchmark                             (every account, the furthest first)",
    "uptake benchmark --cohorts --by account.plan",
    "uptake benchmark --account a0042             (what it lacks)",
    "uptake benchmark --format csv --out far.csv",
)
Format = Literal["table", "json", "csv"]
ROWS_SHOWN = 25
HEADS = ("id", "account", "type", "distance", "furthest in", "way", "in 13 weeks", "fits better")
COHORT_HEADS = ("cohort", "accounts", "distance", "reached", "on the way", "reasons")


def benchmark(
    *,
    home: Home,
    account: Annotated[str | None, asking.one("ID", "One account, with what it lacks.")] = None,
    cohorts: Annotated[bool, typer.Option("--cohorts", help="Cohorts instead of accounts.")] = False,
    by: Annotated[
        str | None, asking.one("ATTRIBUTE", "What cohorts have in common; the month of signing if not given.")
    ] = None,
    as_of: asking.AsOf = None,
    timezone: asking.Timezone = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=0, help=f"Rows of a table, 0 for all; {ROWS_SHOWN} if not given.", show_default=False),
    ] = None,
) -> None:
    """Says how far accounts are from the exemplary ones of their type, the furthest first.

    JSON has everything: benchmarks with their bands, accounts with every measure and every week, cohorts. CSV has a row
    for each account.
    """
    from uptake.cli import access
    from uptake.errors import QuestionError

    chosen = files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=format_ is not None)
    given = {name: value for name, value in (("by", by), ("as_of", as_of), ("timezone", timezone)) if value}
    with access.reach(home) as workspace:
        found = workspace.benchmark(given)
    one = next((one for one in found.accounts if one.id == account), None)
    if account is not None and one is None:
        raise QuestionError(f"There is no account '{account}' on {found.on}.", do="Look the id up with uptake people.")
    most = ROWS_SHOWN if limit is None else limit

    def show(console: Console) -> None:
        screen.say_where_data_end(found.on, found.data_until, console)
        if one is not None:
            _show_one(found, one, console)
        else:
            _show_types(found, console)
            _show_all(found, console, most, cohorts=cohorts)

    files.write_answer(found, chosen, out, show)


def _show_types(found: Benchmarks, console: Console) -> None:
    from uptake.charts import words

    called = {one.id: one.name for one in found.accounts}
    titles = _titles(found)
    for type_ in found.types:
        how = "proposed" if type_.are_proposed else "named in the plan"
        ids = ", ".join(_exemplar(one, called) for one in type_.exemplars) or "none"
        screen.say(f"{type_.title}: {words.count(type_.accounts)} accounts", console, "bold")
        screen.say(f"Exemplary, {how}, with what they have of the others' benchmark: {ids}", console)
        for doubt in type_.doubts:
            screen.say(doubt, console)
        rows = [
            [
                titles[type_.name, one.name],
                *(words.value(end, one.unit) for end in (one.median, one.lowest, one.highest)),
                one.better,
            ]
            for one in type_.measures
        ]
        console.print(screen.table(("measure", "benchmark", "from", "to", "better"), rows, (1, 2, 3), console.width))
        screen.say("", console)


def _show_all(found: Benchmarks, console: Console, limit: int, *, cohorts: bool) -> None:
    from uptake.web.words.benchmark_words import record_words

    titles = _titles(found)
    rows = [_cohort(one) for one in found.cohorts] if cohorts else [_account(one, titles) for one in found.accounts]
    heads = COHORT_HEADS if cohorts else HEADS
    right = (1, 2, 3, 4) if cohorts else (3,)
    if rows:
        console.print(screen.table(heads, rows[: limit or None], right, console.width))
    if limit and len(rows) > limit:
        screen.say(f"... and {len(rows) - limit:,} more: --limit 0 shows all.", console)
    screen.say(f"\nAs of the end of {found.on}. Distance is what is missing of the benchmark.", console)
    if not cohorts:
        screen.say(record_words(found.record), console)


def _titles(found: Benchmarks) -> dict[tuple[str | None, str], str]:
    """Type and measure -> what people call the measure."""
    from uptake.web.words.benchmark_words import measure_title

    return {(type_.name, one.name): measure_title(one) for type_ in found.types for one in type_.measures}


def _exemplar(one: Exemplar, called: dict[str, str]) -> str:
    """Its name, with how much it has of the benchmark that the others make."""
    from uptake.charts import words

    name = called.get(one.id, one.id)
    return name if one.left_out is None else f"{name} ({words.share(one.left_out)})"


def _account(one: Account, titles: dict[tuple[str | None, str], str]) -> list[str]:
    from uptake.benchmarks.answer import STATES, furthest
    from uptake.charts import words

    least = furthest(one)
    said = one.way.expected
    expected = words.share(said.share.estimate) if said else one.way.why_not
    return [
        one.id, one.name, one.type or "none", words.share(one.distance), titles[one.type, least.name] if least else "",
        STATES[one.way.state], expected,
        one.fits or "",
    ]  # fmt: skip


def _cohort(one: Cohort) -> list[str]:
    from uptake.benchmarks.answer import REASONS
    from uptake.charts import words

    reasons = "; ".join(f"{REASONS.get(name, name)} ({count})" for name, count in one.reasons.items())
    return [
        one.name,
        words.count(one.accounts),
        words.share(one.distance),
        str(one.reached),
        str(one.keep_going),
        reasons,
    ]


def _show_one(found: Benchmarks, one: Account, console: Console) -> None:
    from uptake.benchmarks.answer import REASONS, STATES
    from uptake.charts import words
    from uptake.web.words.benchmark_words import forecast_words, record_words

    type_ = next((type_ for type_ in found.types if type_.name == one.type), None)
    if type_ is None:
        screen.say(f"{one.name} is of none of the plan's types.", console)
        return
    titles = _titles(found)
    screen.say(f"{one.name}: {words.share(one.distance)} from the benchmark of {type_.title}", console, "bold")
    rows = [
        [
            titles[type_.name, part.name],
            *(words.value(value, measure.unit) for value in (part.value, measure.median)),
            words.share(part.attained),
        ]
        for part, measure in zip(one.standings, type_.measures, strict=True)
    ]
    console.print(screen.table(("measure", "has", "benchmark", "of it"), rows, (1, 2, 3), console.width))
    way = one.way
    screen.say(f"Target {words.share(type_.target)} for {type_.weeks} weeks: {STATES[way.state]}.", console)
    for said in forecast_words(way):
        screen.say(f"{said[0].upper()}{said[1:]}.", console)
    if way.expected:
        screen.say(record_words(found.record), console)
    screen.say(f"Steps nobody has done: {', '.join(one.missing_steps) or 'none'}", console)
    trained = f"{type_.trained} of {len(type_.exemplars)} exemplary accounts had one"
    screen.say(f"Trainings: {one.trainings}; {trained}", console)
    screen.say(f"Roles without an active member: {', '.join(one.missing_roles) or 'none'}", console)
    if one.fits:
        screen.say(f"Fits better: {one.fits}", console)
    if one.reason:
        screen.say(f"Reason given: {REASONS.get(one.reason, one.reason)}. {one.note}", console)
