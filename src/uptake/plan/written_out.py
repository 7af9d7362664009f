"""What comes without being written - scores, placements, alerts, rules to qualify by - as the text of a plan's file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uptake.plan.alerts import Alert
from uptake.plan.group import Group
from uptake.plan.placements import Label, Placement
from uptake.plan.qualified import Qualification
from uptake.plan.quoting import flow, number
from uptake.plan.scores import ENTITIES, Score
from uptake.plan.words import title_of

INDENT = "  "


def scores(of: Iterable[Score]) -> str:
    """Scores with their weights, as a section of a file."""
    lines = ["scores:"]
    for score in of:
        lines += [
            f"  {score.name}:",
            f"    title: {score.title}",
            f"    entities: [{', '.join(score.entities)}]",
            "    components:",
        ]
        lines += [f"      {name}: {number(part.weight)}" for name, part in score.components.items()]
    return "\n".join(lines) + "\n"


def entry(one: Placement | Alert | Qualification) -> str:
    """A thing of a section as its entry there, without an end of the last line."""
    return _placement(one) if isinstance(one, Placement) else _ruled(one)


def _placement(scheme: Placement) -> str:
    about: dict[str, Any] = {}
    if scheme.title != title_of(scheme.name):
        about["title"] = scheme.title
    if scheme.entities != ENTITIES:
        about["entities"] = list(scheme.entities)
    if scheme.ladder:
        about["ladder"] = True
    if scheme.needs:
        about["needs"] = list(scheme.needs)
    lines = [f"{scheme.name}:", *(f"{INDENT}{key}: {flow(value)}" for key, value in about.items()), f"{INDENT}labels:"]
    return "\n".join([*lines, *(f"{INDENT * 2}- {flow(_label(label))}" for label in scheme.labels)])


def _ruled(one: Alert | Qualification) -> str:
    lines = [f"{one.name}:"]
    given = {"title": title_of(one.name)}
    for key, field in type(one).model_fields.items():
        value = getattr(one, key)
        if key not in type(one).unwritten and value != given.get(key, field.default):
            lines.append(f"{INDENT}{key}: {flow(_rule(value) if isinstance(value, Group) else value)}")
    return "\n".join(lines)


def _label(label: Label) -> dict[str, Any]:
    made: dict[str, Any] = {"name": label.name}
    if label.title != title_of(label.name):
        made["title"] = label.title
    if label.of is not None:
        made["of"] = label.of
    return made | ({"when": _rule(label.when)} if label.when is not None else {})


def _rule(rule: Group) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for condition in rule.conditions:
        of_one = condition.test not in ("is", "is_not", "contains") or len(condition.values) == 1
        value = condition.values[0] if of_one else list(condition.values)
        made.setdefault(condition.property, {})[condition.test] = value
    short = {subject: tests["is"] if tests.keys() == {"is"} else tests for subject, tests in made.items()}
    return short | {group.kind: [_rule(part) for part in group.of] for group in rule.of}
