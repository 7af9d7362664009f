"""A selector says which events are meant; it is written the same way everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from uptake.errors import QuestionError
from uptake.plan.condition import Conditions, read_conditions
from uptake.plan.problems import Gathering, Problem, Problems, described, refuse, unknown_keys
from uptake.plan.words import read_event, read_name

KEYS = ("event", "feature", "where")
EVENT_KEYS = ("event", "where")
"""The keys where a feature cannot stand."""

ANY_EVENT = "any_event"
"""The word for every event, whatever its name; where an event of that name has occurred, that is meant."""
FORMS = ("an event name", "{event: name, where: {property: value}}", "{event: [name, name]}", "{feature: name}")


class Selector(BaseModel):
    """Which events are meant: any of `events`, or every event of `feature`, if `where` holds.

    A bare text is read as one event name. Whether it is one, the name of a feature, or `any_event` for all of them, is
    decided against the data, later; an event of that name wins.

    Args:
        events: Event names, any of them; empty if a feature is named.
        feature: Name of a feature of the plan, or None.
        where: Conditions that all hold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    events: tuple[str, ...] = ()
    feature: str | None = None
    where: Conditions = ()


def selector(value: str | Mapping[str, object] | Selector) -> Selector:
    """Reads a selector as it stands in a plan, a metric's parameter or a URL.

    Args:
        value: An event name, `{"event": ..., "where": ...}`, `{"event": [...]}` or `{"feature": ...}`.

    Raises:
        QuestionError: If it is none of these; the message says what is wrong.

    >>> selector({"event": "board_viewed", "where": {"view": "kanban"}}).events
    ('board_viewed',)
    """
    try:
        return read_selector(value)
    except Problems as found:
        raise QuestionError(" ".join(problem.text("The selector") for problem in found.problems)) from None


def read_selector(value: object, keys: tuple[str, ...] = KEYS) -> Selector:
    """Reads a selector.

    Args:
        value: What was written.
        keys: The keys it may have, `KEYS` or `EVENT_KEYS`.

    Raises:
        Problems: With locations inside the selector.
    """
    forms = FORMS if "feature" in keys else FORMS[:-1]
    if isinstance(value, Selector):
        return value
    if isinstance(value, str):
        return Selector(events=(read_event(value),))
    if not isinstance(value, Mapping):
        in_quotes = isinstance(value, bool | int | float | date)
        raise refuse(f"is {described(value)}", *forms, do="Put a name in quotes." if in_quotes else "")
    gathering = Gathering()
    gathering.problems += unknown_keys(value, keys)
    events: tuple[str, ...] = ()
    feature = None
    where: Conditions = ()
    if "event" in value:
        with gathering.at("event"):
            events = _events(value["event"])
    if "feature" in value:
        with gathering.at("feature"):
            feature = read_name(value["feature"])
    if "where" in value:
        with gathering.at("where"):
            where = read_conditions(value["where"])
    if ("event" in value) == ("feature" in value) and not gathering.problems:
        what = "names both an event and a feature" if "event" in value else "names no event"
        gathering.problems.append(Problem((), what, forms))
    gathering.end()
    return Selector(events=events, feature=feature, where=where)


def _events(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return (read_event(value),)
    if not value:
        raise refuse("is an empty list", "an event name", "a list of event names")
    gathering = Gathering()
    events = []
    for position, part in enumerate(value):
        with gathering.at(position):
            events.append(read_event(part))
    gathering.end()
    return tuple(dict.fromkeys(events))


def event_title(name: str, titles: Mapping[str, str]) -> str:
    """What people call an event, or all of them.

    >>> event_title("task_created", {"task_created": "A new task"}), event_title("any_event", {})
    ('A new task', 'any event')
    """
    return titles.get(name, "any event" if name == ANY_EVENT else name)


SelectorField = Annotated[Selector, BeforeValidator(read_selector)]
