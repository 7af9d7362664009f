"""A question as an address has it, as a page completes it, and as it is asked on the command line and in Python."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

from uptake.asking import FACTS
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.question import ALL, NONE, PERIODS
from uptake.metrics.core.universal import UNIVERSAL
from uptake.reports.overview import recent
from uptake.web.pages import condition_field

LISTS = ("steps", "exclude")
"""Parameters that are lists: given more than once, or once with commas between."""
REPEATED = ("by", "where", "segment", *LISTS)
"""Parameters that may be given more than once."""
PERIODIC_KINDS = (
    "share", "mean", "ratio", "count", "duration", "odds", "quantile", "states", "classes",
    "sums", "movements", "ledger", "churned", "churned_list", "journey", "stuck",
)  # fmt: skip
SAYS_NOTHING = (("period", ALL), ("top", ALL), ("compare", NONE))
"""What is chosen in a form to ask for nothing."""
GROUPS = 8
"""Groups of a breakdown that a page tells apart: with the others and those without, as many as a picture can show."""

USUAL_PERIODS = {
    "retention": "week",
    **dict.fromkeys(
        ("adoption_decay", "adoption_half_life", "depth", "feature_discovery_lag", "tickets_per_100_users"), ALL
    ),
}
"""Metric -> the period its page opens with where that is not the month: a line for each feature is no picture."""

Given = dict[str, Any]


def read(query: QueryParams) -> Given:
    """The parameters of a request; what is empty was not given."""
    given: Given = {}
    for name in dict.fromkeys(query.keys()):
        values = [value for value in query.getlist(name) if value.strip()]
        if values:
            given[name] = values if name in REPEATED else values[-1]
    for name in LISTS:
        if len(given.get(name, ())) == 1:
            given[name] = given[name][0]  # names with commas between them, or the only one
    conditions = [*given.get("where", []), *condition_field.read(query)]
    given = {name: value for name, value in given.items() if name not in condition_field.PARTS}
    if conditions:
        given["where"] = list(dict.fromkeys(conditions))
    if "by" in given:
        given["by"] = [part for value in given["by"] for part in value.split(",") if part.strip()]
    return given


def pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters as a URL has them."""
    return [
        (name, str(one)) for name, value in given.items() for one in (value if isinstance(value, list) else [value])
    ]


def entry(request: Request) -> Entry:
    """The metric that an address names; an error page says so where there is none."""
    name = request.path_params["name"]
    if name not in catalogue():
        raise HTTPException(404)
    return catalogue()[name]


def has_periods(entry: Entry, given: Given) -> bool:
    """Whether the metric answers this question with a number for each period."""
    kind = entry.metric.kind_for({**_defaults(entry), **given})
    return kind.name in PERIODIC_KINDS and given.get("output") != "curve"


def completed(entry: Entry, given: Given, last_day: date, first_day: date | None = None) -> Given:
    """The question a page asks, completed where the address says nothing: a picture by month, of late, of few groups.

    Args:
        entry: The metric.
        given: What the address says.
        last_day: The last finished day.
        first_day: The first day with events.
    """
    is_periodic = has_periods(entry, given)
    unit = None if is_periodic else given.get("unit")  # that of retention's triangle; others may be no periods
    period = str(given.get("period") or unit or USUAL_PERIODS.get(entry.name, "month"))
    if is_periodic:
        given = {**given, "period": period}
    by = given.get("by", [])
    if by and not (len(by) > 1 and any(name.startswith("event.") for name in by)):
        given = {**given, "top": given.get("top", GROUPS)}
    # Who started before there were events was never seen to do anything, so newcomers are those of late.
    is_of_late = not entry.metric.is_snapshot or (is_periodic and period in PERIODS)
    if not is_of_late or any(name in given for name in ("date_from", "date_to", "as_of")):
        return given
    since = None if entry.metric.is_snapshot else first_day
    return {**given, "date_from": recent(last_day, period if period in PERIODS else "month", since).isoformat()}


def in_form(asked: Given, given: Given) -> Given:
    """The question as its form shows it: days that nobody chose are left open, as they follow from the rest."""
    return {key: value for key, value in asked.items() if key in given or key not in ("date_from", "date_to")}


def as_asked(given: Given) -> Given:
    """The question as metrics take it: without the words for what they do anyway."""
    return {key: value for key, value in given.items() if (key, value) not in SAYS_NOTHING}


def command(name: str, given: Given, home: str) -> str:
    """The question as a command.

    >>> command("retention", {"unit": "week", "by": ["account.plan"]}, "demo")
    'uptake metric retention --home demo --param unit=week --by account.plan'
    """
    options = {"date_from": "from", "date_to": "to", "plan_version": "plan"}
    parts = ["uptake", "metric", name, "--home", home]
    for key, value in pairs(_with_commas(as_asked(given))):
        is_option = key in UNIVERSAL or key in FACTS
        parts += [f"--{options.get(key, key.replace('_', '-'))}", value] if is_option else ["--param", f"{key}={value}"]
    return shlex.join(parts)


def _with_commas(given: Given) -> Given:
    """The question with its lists in one text, as the command line takes a parameter once."""
    texts = {name: given[name] for name in LISTS if isinstance(given.get(name), list)}
    is_plain = {name: not any(set(part) & set(",{[") for part in parts) for name, parts in texts.items()}
    joined = {name: ",".join(parts) if is_plain[name] else json.dumps(parts) for name, parts in texts.items()}
    return {**given, **joined}


def python(name: str, given: Given) -> str:
    """The question in Python.

    >>> python("retention", {"unit": "week", "by": ["account.plan"]})
    "ws.metric('retention', unit='week', by=['account.plan'])"
    """
    said = [repr(name), *(f"{key}={value!r}" for key, value in as_asked(given).items())]
    return f"ws.metric({', '.join(said)})"


def conditions_said(where: Sequence[Mapping[str, Any]]) -> list[str]:
    """Conditions as an answer's parameters have them, in words.

    >>> conditions_said([{"account.plan": {"is": ["Pro", "Team"]}}, {"user.age": {"at_least": 3}}])
    ['account.plan is Pro or Team', 'user.age at least 3']
    """
    said = []
    for condition in where:
        for name, test in condition.items():
            for verb, value in test.items():
                values = value if isinstance(value, list) else [value]
                said.append(f"{name} {verb.replace('_', ' ')} {' or '.join(map(str, values))}")
    return said


def _defaults(entry: Entry) -> Given:
    return {"entity": entry.metric.default_entity} | {param.name: param.default for param in entry.metric.params}
