"""The commands, and what they have in common: one overview, one way to fail."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from uptake.cli import (
    alerts,
    benchmark,
    champions,
    check,
    demo,
    explain,
    import_,
    init,
    lens,
    metric,
    metrics,
    movement,
    people,
    placements,
    plan,
    problems,
    qualified,
    quarantine,
    rebuild,
    scores,
    serve,
    signals,
    targets,
    trials,
)
from uptake.cli.options import examples
from uptake.errors import UptakeError
from uptake.version import __version__

OVERVIEW = """\
Uptake measures how far the users and accounts of a product have adopted it.

See it on a simulated product:
  uptake demo                                 makes the workspace demo-workspace
  uptake serve --home demo-workspace          shows it in the browser

Use your own data:
  uptake init                                 makes a workspace with a first plan
  uptake import events.csv --kind events      takes in what people did
  uptake init --from-data                     proposes features and activation
  uptake check                                holds the plan against the data
  uptake serve                                shows it in the browser

Ask:
  uptake metrics                              lists what can be asked
  uptake metric retention --param unit=week   answers one question
  uptake people retention --cell unit_index=1 lists who is behind a number
  uptake scores adoption                      lists accounts with their score, the lowest first
  uptake placements segment                   says who stands where, since when and why
  uptake movement stage                       says who moved between two days
  uptake explain adoption ACCOUNT             says why a score is what it is
  uptake benchmark                            says how far accounts are from the exemplary ones
  uptake alerts                               lists who crossed what, and when
  uptake champions                            lists who carries each account
  uptake qualified power_users                lists who qualifies by a rule of the plan
  uptake trials                               lists accounts on trial with what they have done
  uptake lens leadership                      says what a team looks at
  uptake targets                              says how far the plan's targets have come

Also: uptake plan, uptake signals, uptake quarantine, uptake rebuild. Each command explains itself: uptake COMMAND --help
"""


class _Commands(TyperGroup):
    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # Typer's own context is the base of this
        """Runs a command; an error meant for people is printed and ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except UptakeError as error:
            problems.show(error)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def uptake(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an unexpected error came from.")] = False,
) -> None:
    """Uptake measures how far the users and accounts of a product have adopted it."""
    del debug  # `main` looks for it, when there is no context any more
    if version:
        typer.echo(f"uptake {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(OVERVIEW, nl=False)


for _name, _command, _examples in (
    ("demo", demo.demo, demo.EXAMPLES),
    ("init", init.init, init.EXAMPLES),
    ("import", import_.import_, import_.EXAMPLES),
    ("check", check.check, check.EXAMPLES),
    ("metrics", metrics.metrics, metrics.EXAMPLES),
    ("metric", metric.metric, metric.EXAMPLES),
    ("people", people.people, people.EXAMPLES),
    ("scores", scores.scores, scores.EXAMPLES),
    ("placements", placements.placements, placements.EXAMPLES),
    ("movement", movement.movement, movement.EXAMPLES),
    ("explain", explain.explain, explain.EXAMPLES),
    ("alerts", alerts.alerts, alerts.EXAMPLES),
    ("champions", champions.champions, champions.EXAMPLES),
    ("qualified", qualified.qualified, qualified.EXAMPLES),
    ("lens", lens.lens, lens.EXAMPLES),
    ("trials", trials.trials, trials.EXAMPLES),
    ("signals", signals.signals, signals.EXAMPLES),
    ("benchmark", benchmark.benchmark, benchmark.EXAMPLES),
    ("targets", targets.targets, targets.EXAMPLES),
    ("serve", serve.serve, serve.EXAMPLES),
    ("rebuild", rebuild.rebuild, rebuild.EXAMPLES),
):
    app.command(_name, epilog=examples(*_examples))(_command)
app.add_typer(plan.app, name="plan")
app.add_typer(quarantine.app, name="quarantine")
