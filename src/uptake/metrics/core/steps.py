"""Steps of a sequence, and what may not lie between them, as a plan, a URL, a command line or Python gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.lengths import microseconds
from uptake.plan import Selector, event_title, selector

STEP_KEYS = ("event", "feature", "where", "any", "label", "optional", "within_days")
EXCLUSION_KEYS = ("event", "feature", "where", "any", "after", "before")
MOST_STEPS = 30


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        selectors: The events that fit it, any of them.
        label: Its name for people.
        is_optional: Whether it may be skipped.
        within: At most so many microseconds after the required step before it; None: no limit of its own.
    """

    selectors: tuple[Selector, ...]
    label: str
    is_optional: bool = False
    within: int | None = None


@dataclass(frozen=True)
class Excluded:
    """Events that may not lie between two steps.

    Args:
        selectors: The events.
        after: Number of the step after which they are excluded, from 1.
        before: Number of the step before which they are; None: the last one.
    """

    selectors: tuple[Selector, ...]
    after: int = 1
    before: int | None = None


def listed(name: str, value: object) -> list[Any]:
    """A list of selectors as it was given, its JSON read.

    Args:
        name: The parameter, for messages.
        value: A list of selectors, each an event's name or a mapping, or JSON of it; a text of names with commas
            between them; JSON of the whole list.

    Raises:
        QuestionError: It cannot be read as one.
    """
    if isinstance(value, str):
        value = (
            _json(name, value) if value.lstrip()[:1] in ("[", "{") else [one for one in value.split(",") if one.strip()]
        )
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, Sequence):
        raise QuestionError(f"{name} is '{value}'.", allowed=["a list of events", "names with commas between them"])
    parts = [str(part).strip() if isinstance(part, str | int) else part for part in value]
    return [_json(name, part) if isinstance(part, str) and part.startswith("{") else part for part in parts if part]


def read_steps(value: Sequence[Any]) -> tuple[Step, ...]:
    """The steps of a list.

    Raises:
        QuestionError: A step cannot be read; the message says which.
    """
    if not 0 < len(value) <= MOST_STEPS:
        raise QuestionError(f"steps has {len(value)} steps.", allowed=[f"1 to {MOST_STEPS}"])
    return tuple(_step(number, part) for number, part in enumerate(value, 1))


def read_exclusions(value: Sequence[Any]) -> tuple[Excluded, ...]:
    """What is excluded.

    Raises:
        QuestionError: A part cannot be read.
    """
    return tuple(_excluded(number, part) for number, part in enumerate(value, 1))


def name_of(selectors: Sequence[Selector], titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """What events are called where nobody gave them a label: "invite or share", "report (format = pdf)".

    Args:
        selectors: The events, any of them.
        titles: Name of an event or a feature -> what people call it.
    """
    names = []
    for one in selectors:
        tests = ", ".join(f"{test.property} {_said(test.test)} {'|'.join(map(str, test.values))}" for test in one.where)
        name = " or ".join(event_title(called, titles) for called in ([one.feature] if one.feature else one.events))
        names.append(f"{name} ({tests})" if tests else name)
    return " or ".join(names)


def _said(test: str) -> str:
    return {"is": "=", "is_not": "is not", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}.get(test, test)


def _step(number: int, part: object) -> Step:
    where = f"Step {number}"
    given = _mapping(where, part, STEP_KEYS)
    selectors = _selectors(where, given)
    optional = given.get("optional", False)
    if not isinstance(optional, bool):
        raise QuestionError(f"{where}: optional is '{optional}'.", allowed=["true", "false"])
    within = given.get("within_days")
    return Step(
        selectors,
        str(given.get("label") or name_of(selectors)),
        optional,
        None if within is None else microseconds(f"{where}: within_days", within),
    )


def _excluded(number: int, part: object) -> Excluded:
    where = f"Exclusion {number}"
    given = _mapping(where, part, EXCLUSION_KEYS)
    for key in ("after", "before"):
        if key in given and (isinstance(given[key], bool) or not isinstance(given[key], int)):
            raise QuestionError(f"{where}: {key} is '{given[key]}'.", allowed=["the number of a step, from 1"])
    return Excluded(_selectors(where, given), given.get("after", 1), given.get("before"))


def _mapping(where: str, part: object, keys: Sequence[str]) -> Mapping[str, Any]:
    if isinstance(part, str | Selector):
        return {"any": [part]}
    if not isinstance(part, Mapping):
        raise QuestionError(
            f"{where} is '{part}'.", allowed=["an event's name", f"a mapping with the keys {', '.join(keys)}"]
        )
    for key in part:
        if key not in keys:
            raise QuestionError(f"{where} has a key '{key}'.", allowed=keys)
    return part


def _selectors(where: str, given: Mapping[str, Any]) -> tuple[Selector, ...]:
    own = {key: given[key] for key in ("event", "feature", "where") if key in given}
    if "any" in given and own:
        raise QuestionError(f"{where} has the key 'any' beside {', '.join(own)}.", do="Put them into the list.")
    parts = given.get("any", [own])
    if isinstance(parts, str) or not isinstance(parts, Sequence) or not parts:
        raise QuestionError(f"{where}: any is '{parts}'.", allowed=["a list of selectors"])
    try:
        return tuple(selector(part) for part in parts)
    except QuestionError as error:
        raise QuestionError(f"{where}: {error}") from None


def _json(name: str, text: str) -> Any:  # noqa: ANN401 - JSON holds anything
    try:
        return json.loads(text)
    except ValueError as error:
        raise QuestionError(f"{name}: '{text}' is not JSON: {error}.") from None
