"""How data flows: from files to facts. The only module that knows every stage.

    files -> sources -> intake -> archive + ledger -> projection -> facts -> questions
"""

from __future__ import annotations

from collections.abc import Callable

from uptake.facts import (
    active_day,
    attribute,
    attribution,
    calendar,
    feature_day,
    membership,
    milestone,
    people,
    presence,
    session,
    start,
)
from uptake.facts.scope import EVERYTHING, Scope, of_import
from uptake.plan import Plan
from uptake.store.projection import Cursor, cut_days, meta, set_meta

Progress = Callable[[str], None]
FACTS = (calendar, people, membership, attribute, presence, active_day, feature_day, session, start, milestone)
"""Modules that own tables."""
FROM_EVENTS = (active_day, feature_day, session)
"""Facts made from events alone, so that only the touched days and people are made again."""
ENTITY_KINDS = {"users", "accounts", "memberships", "seats", "aliases"}
"""Kinds whose rows change who people are, where they belong and what is known of them."""


def create_tables(cursor: Cursor) -> None:
    """Makes the tables of all facts, if they are not there."""
    if not cursor.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'calendar'").fetchone():
        for fact in FACTS:
            cursor.execute(fact.TABLE)


def refresh(cursor: Cursor, plan: Plan, kind: str, import_id: int, progress: Progress) -> None:
    """Brings all facts up to date after the rows of one import; part of that import's transaction."""
    if is_stale(cursor, plan) and rebuild(cursor, plan, progress):
        return
    if kind == "events":
        people.assign(cursor, import_id)
        _belonging(cursor, plan, progress, import_id)
    elif kind in ENTITY_KINDS:
        if kind == "aliases":
            people.merge(cursor)
        _belonging(cursor, plan, progress)
    else:
        return
    _measure(cursor, plan, of_import(cursor, import_id), progress)


def is_stale(cursor: Cursor, plan: Plan) -> bool:
    """Whether the plan has changed since the facts were made."""
    return meta(cursor, "plan_version") != plan.version


def rebuild(cursor: Cursor, plan: Plan, progress: Progress) -> bool:
    """Makes the facts that the plan's changes touched again.

    Returns:
        Whether all were made again, because something that facts are made of had changed.
    """
    calendar.build(cursor, plan)
    feature_day.describe(cursor, plan)
    set_meta(cursor, "plan_version", plan.version)
    if meta(cursor, "facts_version") == plan.facts_version:
        return False
    cut_days(cursor, plan.product.timezone)
    people.merge(cursor)
    _belonging(cursor, plan, progress)
    _measure(cursor, plan, EVERYTHING, progress)
    set_meta(cursor, "facts_version", plan.facts_version)
    return True


def _belonging(cursor: Cursor, plan: Plan, progress: Progress, import_id: int | None = None) -> None:
    progress("who belongs where")
    membership.build(cursor, plan)
    membership.observe(cursor)
    attribute.build(cursor)
    presence.build(cursor)
    attribution.build(cursor, import_id)


def _measure(cursor: Cursor, plan: Plan, scope: Scope, progress: Progress) -> None:
    for fact in FROM_EVENTS:
        progress(fact.__name__.rsplit(".", 1)[-1].replace("_", " "))
        fact.build(cursor, plan, scope)
    progress("milestones")
    start.build(cursor, plan)
    milestone.build(cursor, plan, scope)
