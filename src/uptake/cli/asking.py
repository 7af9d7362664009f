"""The options of a question: what `uptake metric` and `uptake people` are asked alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from uptake.cli import options


def one(metavar: str, about: str, *names: str) -> Any:  # noqa: ANN401 - Typer's own
    """An option that may be given once."""
    return typer.Option(*names, metavar=metavar, help=about, show_default=False)


def many(metavar: str, about: str, *names: str) -> Any:  # noqa: ANN401 - as above
    """An option that may be given again and again."""
    return typer.Option(*names, metavar=metavar, help=f"{about}; repeatable.", default_factory=list, show_default=False)


Params = Annotated[list[str], many("NAME=VALUE", "A parameter of the metric, unit=week", "--param")]
Entity = Annotated[str | None, one("ENTITY", "user, account or member; user if not given.")]
By = Annotated[list[str], many("PROPERTY", "Break down, account.plan; segment: by all segments", "--by")]
Where = Annotated[list[str], many("CONDITION", "Only these, account.plan=Pro or seats>=10", "--where")]
Segment = Annotated[list[str], many("NAME", "Only those in a segment of the plan", "--segment")]
Properties = Annotated[
    str | None,
    one("WHEN", "Properties as they were at_event, as they are now (most_recent), or as they were at any_time."),
]
DateFrom = Annotated[str | None, one("DATE", "First day, 2026-01-01.", "--from")]
DateTo = Annotated[str | None, one("DATE", "Last day.", "--to")]
AsOf = Annotated[str | None, one("DATE", "What was known after that day; the data's last if not given.")]
Period = Annotated[str | None, one("PERIOD", "A number for each day, week, month or quarter.")]
Top = Annotated[
    int | None, typer.Option(min=1, help="Groups that stay apart, the largest; others are one.", show_default=False)
]
Timezone = Annotated[str | None, one("ZONE", "Where days begin, Europe/Berlin; the plan's if not given.")]
PlanVersion = Annotated[
    str | None, one("PLAN", "By another plan: a version of uptake plan log, or a folder of plan files.", "--plan")
]
KnownBy = Annotated[str | None, one("DATE", "Nothing that was received after that day counts.")]
WeekStart = Annotated[str | None, one("DAY", "Weeks begin on monday, sunday or saturday; the plan's if not given.")]


def given(params: Iterable[str], options_: Mapping[str, Any]) -> dict[str, Any]:
    """The question as metrics take it, of the options that say something."""
    return options.pairs(params, "--param") | {key: value for key, value in options_.items() if value}


def facts(plan_version: str | None, known_by: str | None) -> dict[str, str | None]:
    """By which plan, and of what had been received by when, something is asked."""
    return {"plan_version": options.plan_name(plan_version), "known_by": known_by}
