"""The form of a metric: what it can be asked, read from its declaration."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from uptake.directory.vocabulary import Vocabulary
from uptake.errors import QuestionError
from uptake.metrics.core.dimensions import IN, OUT, SEGMENT
from uptake.metrics.core.metric import Entry, Param
from uptake.metrics.core.question import ALL, NONE, PERIODS, PREVIOUS_PERIOD, PREVIOUS_YEAR
from uptake.metrics.core.steps import listed
from uptake.plan import ANY_EVENT, WEEK_STARTS, Plan
from uptake.web.pages import condition_field
from uptake.web.pages.condition_field import ConditionField
from uptake.web.pages.question import GROUPS, Given
from uptake.web.words import parameter_words

ENTITIES = {"user": "Users", "account": "Accounts", "member": "Users in accounts"}
MODES = {"": "As they were then", "most_recent": "As they are now", "any_time": "As they ever were"}
BY = {SEGMENT: "All segments"}
"""What a breakdown is called where its name says too little."""
COMPARED = {NONE: "Nothing", PREVIOUS_PERIOD: "As long before", PREVIOUS_YEAR: "A year before"}
MOST_CHOICES = 60
MOST_BREAKDOWNS = 3
ZONES = (
    "UTC", "America/Los_Angeles", "America/Chicago", "America/New_York", "America/Sao_Paulo", "Europe/London",
    "Europe/Berlin", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
"""Time zones proposed; any other may be written."""


@dataclass(frozen=True)
class Field:
    """One field of the form.

    Args:
        name: Its name in the URL.
        title: Its name for people.
        type: select, number, text, date, boolean or list.
        about: What it means, in one sentence.
        value: What was given, or the default.
        options: For a select, (value, title); for text and lists, suggestions, or (suggestion, title).
        placeholder: What an empty field stands for.
        least: The smallest allowed number.
        most: The largest.
        step: What numbers are multiples of; any: fractions too.
        wrong: What is wrong with the value.
        unit: What a number counts, shown behind it; empty if its title says so.
        key: Tells fields of the same name apart; empty for the first.
        values: For a list, one text for each line.
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
    step: str = "1"
    wrong: str = ""
    unit: str = ""
    key: str = ""
    values: tuple[str, ...] = ()


def fields(
    entry: Entry,
    given: Given,
    plan: Plan,
    words: Vocabulary,
    wrong: str = "",
    since: str = "",
    plans: Sequence[tuple[str, str]] = (),
) -> tuple[list[Field], list[Field | ConditionField]]:
    """The form of a metric.

    Args:
        entry: The metric.
        given: What was asked, as `read` gives it.
        plan: The adoption plan, for defaults.
        words: What attributes and events there are.
        wrong: What is wrong with the question, if something is.
        since: The first day where none is chosen, in words.
        plans: (version, words) of the plans it can be asked by.

    Returns:
        The metric's own fields, and those that every metric has.
    """
    own = [_own(entry.name, param, given.get(param.name), plan, words, wrong) for param in entry.metric.params]
    return own, _universal(entry, given, plan, words, wrong, since, tuple(plans))


def _own(
    metric: str,
    param: Param,
    given: Any,  # noqa: ANN401 - of any type
    plan: Plan,
    words: Vocabulary,
    wrong: str,
) -> Field:
    default = param.default_for(plan)
    text = "" if given is None else str(given)
    empty = _shown(default) or parameter_words.EMPTY.get(param.name, "")
    field = Field(
        param.name,
        parameter_words.title(metric, param.name),
        "text",
        param.about,
        text,
        wrong=_wrong(param.name, wrong),
    )
    match param.type:
        case "choice":
            options = tuple((choice, parameter_words.choice(param.name, choice)) for choice in param.choices)
            if default is None:
                return replace(field, type="select", options=(("", "By default"), *options))
            return replace(field, type="select", value=text or str(default), options=options)
        case "boolean":
            return replace(field, type="boolean", value=text or str(default).lower())
        case "integer" | "number":
            hint = "as in the plan" if default is None else str(default)
            field = replace(field, placeholder=hint, unit=parameter_words.unit(metric, param.name))
            if param.words:
                return replace(field, options=param.words)
            step = "1" if param.type == "integer" else "any"
            return replace(field, type="number", least=param.least, most=param.most, step=step)
        case "steps" | "exclusions":
            return replace(field, type="list", values=_lines(given), options=(*_events(plan, words), *plan.features))
        case "text" if param.name in ("launch", "task"):
            return replace(field, type="select", value=text, options=_named(param.name, plan))
        case "selector":
            return replace(field, options=(*plan.features, *_events(plan, words)), placeholder=empty)
    return replace(field, placeholder=empty)


def _universal(
    entry: Entry,
    given: Given,
    plan: Plan,
    words: Vocabulary,
    wrong: str,
    since: str,
    plans: tuple[tuple[str, str], ...],
) -> list[Field | ConditionField]:
    metric = entry.metric
    by = given.get("by", [])
    attributes = [*words.attributes[:MOST_CHOICES], *([SEGMENT] if plan.segments else [])]
    attributes += [f"{SEGMENT}.{name}" for name in plan.segments]
    attributes += words.event_properties[:MOST_CHOICES] if metric.events else []
    attributes += [name for name in by if name not in attributes]
    values = dict(words.values) | {f"{SEGMENT}.{name}": (IN, OUT) for name in plan.segments}
    values |= {SEGMENT: tuple(plan.segments)} if plan.segments else {}
    period = str(given.get("period", ALL))
    is_retention = entry.name == "retention"
    every = [
        (ALL, "The unit" if is_retention else "One number"),
        *((name, parameter_words.plain(name)) for name in PERIODS),
    ]
    return [
        Field("entity", "Of", "select", value=str(given.get("entity", metric.default_entity)),
              options=tuple((name, ENTITIES[name]) for name in metric.entities), wrong=_wrong("entity", wrong)),
        Field("period", "Cohorts of a" if is_retention else "A number for each", "select", value=period,
              options=tuple(every), wrong=_wrong("period", wrong)),
        *(Field("by", "And by" if number else "Broken down by", "select", value=text,
                options=(("", "Nothing"), *((name, BY.get(name, name)) for name in attributes)),
                key=f"by-{number}" if number else "")
          for number, text in enumerate([*by, ""] if len(by) < MOST_BREAKDOWNS else by)),
        *([Field("top", "Groups", "select", value=str(given.get("top", ALL)), wrong=_wrong("top", wrong),
                 options=tuple((name, f"The {name} largest" if name != ALL else "All") for name in _tops(given)))]
          if by else []),
        *condition_field.fields(given.get("where", []), attributes, values),
        *(Field("segment", "And in segment" if number else "In segment", "select", value=text,
                options=(("", "Anybody"), *((name, segment.title) for name, segment in plan.segments.items())),
                key=f"segment-{number}" if number else "")
          for number, text in enumerate([*given.get("segment", []), ""]) if plan.segments),
        Field("properties", "Properties", "select", value=str(given.get("properties", "")),
              options=tuple(MODES.items()), wrong=_wrong("properties", wrong)),
        Field("date_from", "From", "date", f"Since {since} if empty." if since else "",
              value=str(given.get("date_from", "")), wrong=_wrong("date_from", wrong)),
        Field("date_to", "To", "date", value=str(given.get("date_to", "")), wrong=_wrong("date_to", wrong)),
        Field("compare", "Compared with", "select", value=str(given.get("compare", NONE)),
              options=tuple(COMPARED.items()), wrong=_wrong("compare", wrong)),
        Field("as_of", "As known after", "date", value=str(given.get("as_of", ""))[:10], wrong=_wrong("as_of", wrong)),
        Field("timezone", "Days of", "text", value=str(given.get("timezone", "")), options=ZONES,
              placeholder=plan.product.timezone, wrong=_wrong("timezone", wrong)),
        Field("week_start", "Weeks begin on", "select", value=str(given.get("week_start", "")),
              options=(("", f"{parameter_words.plain(plan.product.week_start)}, as in the plan"),
                       *((day, parameter_words.plain(day)) for day in WEEK_STARTS if day != plan.product.week_start)),
              wrong=_wrong("week_start", wrong)),
        Field("plan_version", "By the plan", "select", value=str(given.get("plan_version", "")), options=plans,
              wrong=_wrong("plan_version", wrong)),
        Field("known_by", "Known by", "date", "Nothing that was received after that day counts.",
              value=str(given.get("known_by", ""))[:10], wrong=_wrong("known_by", wrong)),
    ]  # fmt: skip


def _events(plan: Plan, words: Vocabulary) -> list[Any]:
    """Events to choose from: names, or (name, title)."""
    names = [(name, plan.events[name]) if name in plan.events else name for name in words.events]
    return [*names, *([] if ANY_EVENT in words.events else [(ANY_EVENT, "Any event")])]


def _tops(given: Given) -> list[str]:
    """How many groups can be chosen, and what was."""
    numbers = {3, 5, GROUPS, 20} | ({int(given["top"])} if str(given.get("top")).isdecimal() else set())
    return [*map(str, sorted(numbers)), ALL]


def _named(param: str, plan: Plan) -> tuple[tuple[str, str], ...]:
    """The launches or tasks of the plan; what stands for none of them is the only one, or all."""
    if param == "task":
        return (("", "All"), *((name, task.title) for name, task in plan.tasks.items()))
    launches = [(name, launch.title) for name, launch in plan.launches.items()]
    return tuple(launches if len(launches) == 1 else [("", "Choose one"), *launches])


def _lines(given: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
    if given is None:
        return ()
    try:
        return tuple(_as_text(part) for part in listed("", given))
    except QuestionError:
        return tuple(given) if isinstance(given, list) else (str(given),)


def _as_text(part: object) -> str:
    return part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)


def _shown(default: object) -> str:
    if isinstance(default, list):
        return ",".join(map(str, default))
    return default if isinstance(default, str) else ""


def _wrong(name: str, wrong: str) -> str:
    """What is wrong, if it is about this field: messages about a parameter begin with its name."""
    return wrong if wrong.startswith(f"{name} ") else ""
