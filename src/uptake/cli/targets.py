"""`uptake targets`: how far the plan's targets have come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from uptake.cli import screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from uptake.reports.targets import Progress

EXAMPLES = ("uptake targets", "uptake targets --format json")
HEADS = ("target", "now", "pace", "on the line", "baseline", "wanted", "due", "way", "owner")


def targets(
    home: Home,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="For people or for programs.")] = "text",
) -> None:
    """Says how far the plan's targets have come: reached, ahead, on pace, behind or missed.

    The pace is that of a straight line from the baseline on the first day to the target on the last.
    """
    from datetime import date

    from uptake import plan
    from uptake.cli import access
    from uptake.reports.targets import progress

    found = plan.load(home / "plan")
    with access.reach(home, reads_plan=True) as workspace:
        last_day = date.fromisoformat(str(workspace.metric("active_users", {"period": "all"}).params["date_to"]))
        came = [progress(one, found, last_day, workspace.metric) for one in found.targets.values()]
    if format_ == "json":
        typer.echo(json.dumps([_plain(one) for one in came], indent=2))
        return
    if not came:
        screen.say("The plan has no targets. Name one under targets: metric, baseline, target, start, due.")
        return
    screen.out().print(screen.table(HEADS, [_line(one) for one in came], range(1, 2)))
    for one in came:
        if one.problem:
            screen.say(f"{one.target.name}: {one.problem}")
    screen.say(f"\nUp to {came[0].as_of}. On the line: where a straight way from baseline to target would be now.")


def _line(one: Progress) -> list[str]:
    from uptake.charts import words

    def said(value: float | None) -> str:
        return words.value(value, one.unit, 3, one.currency)

    way = "" if one.progress is None else words.share(one.progress)
    target = one.target
    return [
        target.name, said(one.value), one.pace, said(one.expected), said(target.baseline), said(target.target),
        target.due.isoformat(), way, one.owner,
    ]  # fmt: skip


def _plain(one: Progress) -> dict[str, Any]:
    return {
        **one.target.model_dump(mode="json"),
        "unit": one.unit,
        "value": one.value,
        "expected": one.expected,
        "progress": one.progress,
        "pace": one.pace,
        "as_of": one.as_of.isoformat(),
        "owner": one.owner,
        "problem": one.problem,
    }
