"""Notes: what somebody who reads an answer should know and its rows cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from uptake.facts.criteria import leaves
from uptake.metrics.core.metric import Asked, Metric
from uptake.metrics.core.reading import after_the_last_import
from uptake.metrics.core.steps import read_exclusions, read_steps
from uptake.metrics.parts.moments import events_of
from uptake.metrics.parts.starts import START_OF_LIFE, milestone_of
from uptake.plan import ANY_EVENT, criteria, parts, quorum, selector, vanity_warnings

A_DAY = timedelta(days=1)
"""How far a local day can be ahead of an instant's."""
NAMING = ("selector", "selectors", "criteria", "moment", "quorum", "steps", "exclusions")
"""Types of parameters that name events."""


def notes(asked: Asked, metric: Metric) -> tuple[str, ...]:
    """What is told beside every answer to such a question.

    Args:
        asked: The question.
        metric: What it is asked of.

    Returns:
        Sentences; empty if there is nothing to tell.
    """
    by_life = asked.question.params.get("start") in (None, START_OF_LIFE)
    is_early = by_life and metric.is_of_newcomers and not metric.is_snapshot
    early = _early_starts(asked) if is_early else ()
    late = after_the_last_import(asked.cursor, asked.question.as_of)
    return (*_nothing_to_count(asked), *_vanity(asked), *early, *_unknown_events(asked, metric), *late)


STANDS_ON: dict[str, tuple[str, ...]] = {
    "activation_rate": ("activation",),
    "active_users": ("active",),
    "stickiness": ("active",),
    "lifecycle": ("active",),
    "retention": ("active",),
    "feature_adoption": ("features",),
    "features_used": ("features",),
    "breadth": ("features",),
    "depth": ("features",),
    "engagement_matrix": ("features",),
    "adoption_decay": ("features",),
    "adoption_half_life": ("features",),
    "value_realisation": ("value_moments",),
    "time_to_first_value": ("value_moments",),
    "adoption_rate": ("active", "value_moments"),
    "churn_kind": ("active", "value_moments"),
    "journey": ("active", "value_moments", "milestones"),
    "task_success": ("tasks",),
}
"""Metric -> the sections of the plan that say what its number means."""
OF_CORE = ("features_used", "breadth")
"""Those that look at core features alone."""


def _nothing_to_count(asked: Asked) -> Iterator[str]:
    """Why an answer has to be empty, or 0: nobody of the grain is known, or nothing of what is counted is described."""
    known, first = asked.cursor.execute(f"SELECT count(*), min(started_on) FROM {asked.grain.start}").fetchall()[0]
    if not known:
        yield f"No {asked.grain.noun} are known: nothing that has been imported names one."
    elif first is not None and first > asked.question.as_of.date() + A_DAY:
        yield f"No {asked.grain.noun} were there yet: the first started on {first}, after as_of."
    if "features" not in STANDS_ON.get(asked.question.metric, ()):
        return
    if not asked.plan.features:
        yield "The plan has no features: describe them under features."
    elif asked.question.metric in OF_CORE and not any(one.tag == "core" for one in asked.plan.features.values()):
        yield "None of the plan's features is core: say tag: core of those that the product is bought for."


def _vanity(asked: Asked) -> Iterator[str]:
    """The guard's warnings about the definitions that the number stands on."""
    sections = STANDS_ON.get(asked.question.metric, ())
    for warning in vanity_warnings(asked.plan) if sections else ():
        if warning.location[0] in sections:
            yield f"{warning.what} {warning.reason}"


def _early_starts(asked: Asked) -> Iterator[str]:
    """Nobody watched those who started before the events begin: their early days look like silence."""
    watched_from, date_from = asked.plan.product.data_from, asked.question.date_from
    if date_from is not None and date_from != watched_from:
        return  # whoever names the first day knows
    begins, early = asked.cursor.execute(
        f"""SELECT begins_on, (SELECT count(*) FROM {asked.grain.start} WHERE started_on < begins_on)
        FROM (SELECT coalesce($watched_from::DATE, min(day)) AS begins_on FROM event)""",
        {"watched_from": watched_from},
    ).fetchall()[0]
    if early and date_from is None:
        yield (
            f"{early:,} of the {asked.grain.noun} started before the events begin ({begins}), and their first days look like"
            f" silence: date_from={begins} leaves them out, or data_from in the plan does for good."
        )
    elif early:
        yield f"{early:,} of the {asked.grain.noun} started before {begins}, from when on events are complete: left out."


def _unknown_events(asked: Asked, metric: Metric) -> Iterator[str]:
    named: dict[str, None] = {}
    for param in metric.params:
        value = asked.param(param.name)
        if param.type == "moment" and value not in (None, param.default):
            value = events_of(asked, value)
        if param.type in NAMING and value not in (None, param.default):
            named |= dict.fromkeys(_events(param.type, value))
    if not named:
        return
    known = {name for (name,) in asked.cursor.execute("SELECT event_name FROM event_names").fetchall()}
    for name in named:
        if name not in (*known, *asked.plan.features, ANY_EVENT) and milestone_of(asked, name) is None:
            yield f"No event '{name}' has been imported: nothing matches it."


def _events(kind: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - a selector or criteria in any form
    if kind in ("selector", "selectors"):
        for one in value if kind == "selectors" else (value,):
            yield from selector(one).events
    elif kind in ("steps", "exclusions"):
        for part in (read_steps if kind == "steps" else read_exclusions)(value):
            for one in part.selectors:
                yield from one.events
    elif kind == "quorum":
        for _, asked in parts(quorum(value)):
            yield from _events("criteria", asked.criteria) if asked.criteria else ()
    else:
        for leaf in leaves(criteria(value)):
            yield from leaf.selector.events
