"""The parameters of a question as a form and as text: what a metric can be asked, read from its declaration."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.datastructures import QueryParams

from uptake.directory.vocabulary import Vocabulary
from uptake.metrics.ask import UNIVERSAL
from uptake.metrics.metric import Entry, Param
from uptake.metrics.question import PERIODS
from uptake.plan import Plan
from uptake.reports.overview import recent

REPEATED = ("by", "where")
"""Parameters that may be given more than once."""
PERIODIC_KINDS = ("share", "mean", "ratio", "count", "duration")
MOST_CHOICES = 60
ALL = "all"

Given = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of the form.

    Args:
        name: Its name in the URL.
        title: Its name for people.
        type: select, number, text, date or boolean.
        about: What it means, in one sentence.
        value: What was given, or the default.
        options: For a select, (value, title); for text, suggestions.
        placeholder: What an empty field stands for.
        least: The smallest allowed number.
        most: The largest.
        wrong: What is wrong with the value.
    """

    name: str
    title: str
    type: str
    about: str = ""
    value: str = ""
    options: tuple[Any, ...] = ()
    placeholder: str = ""
    least: float | None = None
    most: float | None = None
    wrong: str = ""


def read(query: QueryParams) -> Given:
    """The parameters of a request; what is empty was not given."""
    given: Given = {}
    for name in dict.fromkeys(query.keys()):
        values = [value for value in query.getlist(name) if value.strip()]
        if values:
            given[name] = values if name in REPEATED else values[-1]
    if "by" in given:
        given["by"] = [part for value in given["by"] for part in value.split(",") if part.strip()]
    return given


def pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters as a URL has them."""
    return [(name, str(one)) for name, value in given.items() for one in (value if isinstance(value, list) else [value])]


def has_periods(entry: Entry, given: Given) -> bool:
    """Whether the metric answers this question with a number for each period."""
    kind = entry.metric.kind_for({**_defaults(entry), **given})
    return kind.name in PERIODIC_KINDS and given.get("output") != "curve"


def completed(entry: Entry, given: Given, last_day: date) -> Given:
    """The question a page asks: by month, and as far back as it stays a picture, unless the address says otherwise.

    Args:
        entry: The metric.
        given: What the address says.
        last_day: The last finished day.
    """
    period = str(given.get("period") or "month")
    if has_periods(entry, given):
        given = {**given, "period": period}
    elif entry.name == "retention":
        period = str(given.get("period") or given.get("unit") or "week")
    else:
        return given
    if "date_from" in given or "date_to" in given or "as_of" in given or period not in PERIODS:
        return given
    return {**given, "date_from": recent(last_day, period).isoformat()}


def fields(entry: Entry, given: Given, plan: Plan, words: Vocabulary, wrong: str = "") -> tuple[list[Field], list[Field]]:
    """The form of a metric.

    Args:
        entry: The metric.
        given: What was asked, as `read` gives it.
        plan: The adoption plan, for defaults.
        words: What attributes and events there are.
        wrong: What is wrong with the question, if something is.

    Returns:
        The metric's own fields, and those that every metric has.
    """
    own = [_own(param, given.get(param.name), plan, words, wrong) for param in entry.metric.params]
    return own, _universal(entry, given, words, wrong)


def _own(param: Param, given: Any, plan: Plan, words: Vocabulary, wrong: str) -> Field:  # noqa: ANN401 - any value
    default = param.default_for(plan)
    text = "" if given is None else str(given)
    common = {"name": param.name, "title": _title(param.name), "about": param.about, "wrong": _wrong(param.name, wrong)}
    match param.type:
        case "choice":
            options = tuple((choice, _title(choice)) for choice in param.choices)
            return Field(type="select", value=text or str(default), options=options, **common)
        case "boolean":
            return Field(type="boolean", value=text or str(default).lower(), **common)
        case "integer" | "number":
            hint = "as in the plan" if default is None else str(default)
            return Field(
                type="number", value=text, placeholder=hint, least=param.least, most=param.most, **common
            )
    suggestions = (*plan.features, *words.events) if param.type == "selector" else ()
    return Field(type="text", value=text, options=suggestions, placeholder=_shown(default), **common)


def _universal(entry: Entry, given: Given, words: Vocabulary, wrong: str) -> list[Field]:
    metric = entry.metric
    by = ",".join(given.get("by", []))
    attributes = list(words.attributes[:MOST_CHOICES])
    if by and by not in attributes:
        attributes.append(by)
    tests = tuple(f"{name}={condition_value(value)}" for name, values in words.values.items() for value in values)
    where = given.get("where", [])
    period = str(given.get("period", ALL))
    every = [(ALL, "One number"), *((name, _title(name)) for name in PERIODS)]
    found = [
        Field("entity", "Of", "select", value=str(given.get("entity", "user")),
              options=tuple((name, ENTITIES[name]) for name in metric.entities), wrong=_wrong("entity", wrong)),
        Field("period", "A number for each", "select", value=period, options=tuple(every), wrong=_wrong("period", wrong)),
        Field("by", "Broken down by", "select", value=by,
              options=(("", "Nothing"), *((name, name) for name in attributes))),
        *(Field("where", "Only where", "text", value=text, options=tests, placeholder="account.plan=Pro",
                about="All conditions must hold." if number else "") for number, text in enumerate([*where, ""])),
        Field("date_from", "From", "date", value=str(given.get("date_from", "")), wrong=_wrong("date_from", wrong)),
        Field("date_to", "To", "date", value=str(given.get("date_to", "")), wrong=_wrong("date_to", wrong)),
        Field("as_of", "As known after", "date", value=str(given.get("as_of", ""))[:10], wrong=_wrong("as_of", wrong)),
    ]  # fmt: skip
    return found


ENTITIES = {"user": "Users", "account": "Accounts", "member": "Users in accounts"}


def condition_value(value: str) -> str:
    """A value as it stands in a condition: in quotes where it could be read as something else.

    >>> condition_value("Pro"), condition_value("0815"), condition_value("a|b")
    ('Pro', '"0815"', '"a|b"')
    """
    is_plain = value == value.strip() and value[:1].isalpha() and "|" not in value and value not in ("true", "false")
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def command(name: str, given: Given, home: str) -> str:
    """The question as a command.

    >>> command("retention", {"unit": "week", "by": ["account.plan"]}, "demo")
    'uptake metric retention --home demo --param unit=week --by account.plan'
    """
    options = {"date_from": "from", "date_to": "to", "as_of": "as-of"}
    parts = ["uptake", "metric", name, "--home", home]
    for key, value in pairs(given):
        if key == "period" and value == ALL:
            continue
        parts += [f"--{options.get(key, key)}", value] if key in UNIVERSAL else ["--param", f"{key}={value}"]
    return shlex.join(parts)


def python(name: str, given: Given) -> str:
    """The question in Python.

    >>> python("retention", {"unit": "week", "by": ["account.plan"]})
    "ws.metric('retention', unit='week', by=['account.plan'])"
    """
    said = [repr(name), *(f"{key}={value!r}" for key, value in given.items() if (key, value) != ("period", ALL))]
    return f"ws.metric({', '.join(said)})"


def _defaults(entry: Entry) -> Given:
    return {"entity": "user"} | {param.name: param.default for param in entry.metric.params}


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _shown(default: object) -> str:
    return default if isinstance(default, str) else ""


def _wrong(name: str, wrong: str) -> str:
    """What is wrong, if it is about this field: messages about a parameter begin with its name."""
    return wrong if wrong.startswith(f"{name} ") else ""

