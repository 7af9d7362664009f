"""What people call things: steps, tasks, features, segments and events by the titles of the plan.

Files and addresses keep the names; what is shown has titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from uptake.metrics.core.dimensions import MODES, SEGMENT
from uptake.metrics.core.steps import listed, name_of, read_steps
from uptake.metrics.onboarding_completion import COMPLETE
from uptake.metrics.parts.path_nodes import label_of
from uptake.plan import Plan

Row = dict[str, Any]
EVENTS = ("from_node", "to_node", "signal", "driver", "name")
"""Columns that hold events, in the answers to questions about sequences."""
SEQUENCE, ARROW = "sequence", " → "


def with_titles(rows: list[Row], plan: Plan, params: Mapping[str, Any]) -> list[Row]:
    """The rows of an answer as people read them.

    Args:
        rows: The rows; all have the same columns.
        plan: The adoption plan.
        params: The question.
    """
    steps = plan.onboarding.steps if plan.onboarding else ()
    named: dict[str, Mapping[str, str]] = {
        "step": {COMPLETE: "All required steps"} | {step.name: step.title for step in steps},
        "task": {name: task.title for name, task in plan.tasks.items()},
        "feature": {name: feature.title for name, feature in plan.features.items()},
    }
    if rows and "title" in rows[0]:  # what a row is about is called by its title beside the name
        named = {}
    segments = {name: segment.title for name, segment in plan.segments.items()}
    named |= {f"{SEGMENT}{suffix}": segments for suffix in ("", *(f"@{mode}" for mode in MODES))}
    found = [column for column in named if rows and column in rows[0]]
    called = [{**row, **{column: named[column].get(row[column], row[column]) for column in found}} for row in rows]
    return with_events(called, of_events(plan, params))


def of_events(plan: Plan, params: Mapping[str, Any]) -> dict[str, str]:
    """What an answer calls an event, a feature or a selector -> what people call it.

    Args:
        plan: The adoption plan.
        params: The question, whose selectors are called by their events and conditions.
    """
    titles = {name: feature.title for name, feature in plan.features.items()} | plan.events
    found = dict(titles)
    events = params.get("events")
    for given in (params.get("after"), params.get("before"), *(listed("events", events) if events else ())):
        if given is not None:
            found[label_of(given)] = label_of(given, titles)
    steps = params.get("steps")
    for step in read_steps(listed("steps", steps)) if steps else ():
        if step.label == name_of(step.selectors):
            found[step.label] = name_of(step.selectors, titles)
    return found


def with_events(rows: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[Row]:
    """Rows with events called as `of_events` says; rows without any stay as they are."""
    found = [dict(row) for row in rows]
    if not titles or not found:
        return found
    columns = [column for column in EVENTS if column in found[0]]
    for row in found if columns or SEQUENCE in found[0] else ():
        row |= {column: titles.get(row[column], row[column]) for column in columns}
        if SEQUENCE in row:
            row[SEQUENCE] = ARROW.join(titles.get(part, part) for part in str(row[SEQUENCE]).split(ARROW))
    return found
