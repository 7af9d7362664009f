"""Facts of another plan, beside the plan's own: what it touches is made, everything else is borrowed.

A fact is touched where what it is made of in the plan, or a fact that it is made of, is another. Use of features, their
lives and silences are made feature by feature, so that a feature that means the same is borrowed though others are new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType

from pydantic import BaseModel

from uptake.facts import (
    active_day,
    attribute,
    feature_day,
    feature_life,
    feature_set,
    feature_silence,
    milestone,
    segment_list,
    session,
    start,
)
from uptake.facts.active_day import GRAINS
from uptake.facts.feature_day import keyed
from uptake.facts.scope import EVERYTHING
from uptake.plan import Plan, Selector
from uptake.store.projection import Cursor
from uptake.store.sql import name

OF_PLAN: Mapping[ModuleType, Callable[[Plan], object]] = {
    active_day: lambda plan: (plan.active, _meant(plan, plan.active)),
    feature_day: lambda plan: _of_features(plan, feature_day),
    feature_life: lambda plan: _of_features(plan, feature_life),
    feature_silence: lambda plan: _of_features(plan, feature_silence),
    session: lambda plan: plan.product.session_gap_minutes,
    start: lambda plan: (plan.start, _meant(plan, plan.start)),
    milestone: lambda plan: (_of_milestones(plan), _meant(plan, _of_milestones(plan))),
    attribute: lambda plan: plan.acquisition,
    segment_list: lambda plan: plan.segments,
}
"""Fact -> what of the plan it is made of, beside where days begin."""
OF_FACTS: Mapping[ModuleType, tuple[ModuleType, ...]] = {
    feature_set: (feature_day, active_day),
    feature_life: (feature_day,),
    feature_silence: (feature_life,),
}
"""Fact -> those that it is made of, which are made before it."""
BY_FEATURE: Mapping[ModuleType, tuple[str, ...]] = {
    feature_day: ("feature_day",),
    feature_life: tuple(f"{entity}_feature" for entity in GRAINS),
    feature_silence: tuple(f"{entity}_silence" for entity in GRAINS),
}
"""Fact that is made feature by feature -> its tables."""


def touched(one: Plan, other: Plan) -> frozenset[ModuleType]:
    """The facts that another plan makes others, if its days begin where the first one's do."""
    found = {fact for fact, of in OF_PLAN.items() if of(one) != of(other)}
    for fact, sources in OF_FACTS.items():
        if found.intersection(sources):
            found.add(fact)
    if start in found and (one.acquisition or other.acquisition):
        found.add(attribute)  # the first touch holds from the start of life
    return frozenset(found)


def build(cursor: Cursor, main: str, fact: ModuleType, plan: Plan, facts_of: Plan) -> None:
    """Makes a fact by another plan, whose days begin where those of the projection do; what features say alike is borrowed.

    Args:
        cursor: A cursor that finds the database of the other plan before the projection.
        main: The projection's name.
        fact: A fact that is made from events.
        plan: The other plan.
        facts_of: The plan of the projection's facts.
    """
    if fact not in BY_FEATURE:
        fact.build(cursor, plan, EVERYTHING)
        return
    before = {feature: (key, said) for key, (feature, said) in _of_features(facts_of, fact).items()}
    now = _of_features(plan, fact)
    same = {key: before[feature][0] for key, (feature, said) in now.items() if before.get(feature, ())[1:] == (said,)}
    fact.build(cursor, plan, replace(EVERYTHING, features=frozenset(now.keys() - same.keys())))
    for table in BY_FEATURE[fact]:
        _borrow(cursor, main, table, same)


def _borrow(cursor: Cursor, main: str, table: str, same: Mapping[int, int]) -> None:
    """Puts the projection's rows of some features beside those that were made.

    Args:
        cursor: A cursor that finds the database of the other plan before the projection.
        main: The projection's name.
        table: The table.
        same: Key of a feature by the other plan -> its key in the projection.
    """
    if not same:
        return
    cases = " ".join(f"WHEN {known} THEN {key}" for key, known in same.items() if key != known)
    said = f" REPLACE ((CASE feature_key {cases} ELSE feature_key END)::SMALLINT AS feature_key)" if cases else ""
    cursor.execute(f"ALTER TABLE {table} RENAME TO own_{table}")
    cursor.execute(
        f"""CREATE VIEW {table} AS FROM own_{table} UNION ALL SELECT *{said} FROM {name(main)}.main.{table}
        WHERE feature_key IN ({", ".join(map(str, same.values()))})"""
    )


def _of_features(plan: Plan, fact: ModuleType) -> dict[int, tuple[str, object]]:
    """Key -> name of a feature, and what of the plan its rows of a fact are made of."""
    found: dict[int, tuple[str, object]] = {}
    for key, one in keyed(plan).items():
        said: tuple[object, ...] = one.events, _meant(plan, one.events), one.quantity
        if fact is not feature_day:
            said += (one.adopted,)
        if fact is feature_silence:
            said += (one.cadence_days,)
        found[key] = one.name, said
    return found


def _of_milestones(plan: Plan) -> object:
    return (
        milestone.named(plan),
        plan.activation.account if plan.activation else None,
        [(step.name, step.role) for step in plan.onboarding.steps] if plan.onboarding else [],
    )


def _meant(plan: Plan, part: object) -> object:
    """The events of those features that selectors anywhere in a part of a plan name, or may mean."""
    named = {said for selector in _selectors(part) for said in (selector.feature, *selector.events)}
    return {feature: one.events for feature, one in plan.features.items() if feature in named}


def _selectors(part: object) -> Iterator[Selector]:
    if isinstance(part, Selector):
        yield part
    elif isinstance(part, BaseModel):
        yield from _selectors([getattr(part, field) for field in type(part).model_fields])
    elif isinstance(part, Mapping):
        yield from _selectors(list(part.values()))
    elif isinstance(part, tuple | list):
        for each in part:
            yield from _selectors(each)
