"""How data flows: from files to facts. The only module that knows every stage.

files -> sources -> intake -> archive + ledger -> projection -> facts -> questions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import chain
from types import ModuleType

from uptake.alerts import levels
from uptake.benchmarks.words import WORDS
from uptake.facts import (
    acquisition,
    active_day,
    another_plan,
    arrivals,
    attribute,
    attribution,
    calendar,
    contract,
    event_day,
    feature_day,
    feature_life,
    feature_set,
    feature_silence,
    membership,
    milestone,
    occurrence,
    people,
    presence,
    role,
    segment_list,
    session,
    start,
)
from uptake.facts.arrivals import Known
from uptake.facts.scope import EVERYTHING, Scope, of_imports
from uptake.facts.selection import shadowed_features
from uptake.plan import Plan
from uptake.roles import qualified
from uptake.scores import history, tracks
from uptake.segments import tracks as placements
from uptake.store import schema
from uptake.store.apply import cut_days
from uptake.store.kept import outdate
from uptake.store.projection import Cursor, meta, set_meta
from uptake.version import __version__

Progress = Callable[[str], None]
Told = Callable[[str, float], None]
"""Told what is made, and how much of all is made already, 0 to 1; estimated."""
FACTS = (
    calendar, people, membership, attribute, role, presence, contract, active_day, feature_day, feature_set, feature_life,
    feature_silence, session, occurrence, start, milestone, segment_list,
)  # fmt: skip
"""Modules that own tables."""
FROM_EVENTS = (active_day, feature_day, feature_set, feature_life, feature_silence, session)
"""Facts made from events alone, so that only the touched days and people are made again."""
BY_DAY = (calendar, presence, *FROM_EVENTS, start, milestone)
"""Facts that are others where days begin elsewhere; a date without a time is an instant that is another there."""
WORK: Mapping[ModuleType, int] = {
    presence: 2, active_day: 6, feature_day: 5, feature_set: 2, feature_life: 8, feature_silence: 7, session: 6, start: 1,
    milestone: 3,
}  # fmt: skip
"""How long each takes, beside the others."""
ENTITY_KINDS = {"users", "accounts", "memberships", "seats", "contacts", "aliases"}
"""Kinds whose rows change who people are, where they belong and what is known of them."""


def not_told(stage: str, share: float) -> None:
    """For who need not know how far it is."""


def tables() -> str:
    """DDL of the whole projection. It names the release: facts of another one may mean something else."""
    return ";\n".join(
        [
            f"-- Uptake {__version__}\n{schema.ddl()}",
            *(fact.TABLE for fact in FACTS),
            history.TABLE,
        ]
    )


def refresh(cursor: Cursor, plan: Plan, imports: Mapping[int, str], progress: Progress) -> None:
    """Brings all facts up to date after new rows; part of the transaction that applied them.

    Args:
        cursor: The transaction's cursor.
        plan: The adoption plan.
        imports: Import -> kind of its rows, of what was applied.
        progress: Told the stage.
    """
    outdate(cursor)
    kinds = set(imports.values())
    history.outdate(cursor, _first_day(cursor, imports) if kinds == {"events"} else date.min)
    if is_stale(cursor, plan) and rebuild(cursor, plan, progress):
        return
    if "subscriptions" in kinds:
        contract.build(cursor)
    if not kinds & {"events", *ENTITY_KINDS} and not _has_newcomers(cursor):
        if kinds & occurrence.KINDS:
            occurrence.build(cursor)
        return
    if "aliases" in kinds:
        people.merge(cursor)
    else:
        people.assign(cursor, imports)
    _belonging(cursor, plan, progress, None if kinds & ENTITY_KINDS else imports)
    _measure(cursor, plan, of_imports(cursor, imports), progress)
    acquisition.build(cursor, plan)


def _first_day(cursor: Cursor, imports: Mapping[int, str]) -> date | None:
    """The first day that events of some imports lie on; None where there are none."""
    listed = ", ".join(map(str, imports))
    day: date | None = cursor.execute(f"SELECT min(day) FROM event WHERE import_id IN ({listed})").fetchall()[0][0]
    return day


def bring_history_up(cursor: Cursor, plan: Plan, reading: history.Reading, progress: Callable[[float], None]) -> None:
    """Makes what history lacks or has no longer right; part of a transaction of its own."""
    by_rule = [module.tracks(plan, WORDS) for module in (placements, levels, qualified)]
    everything = [*tracks.tracks(plan), *chain.from_iterable(by_rule)]
    history.bring_up(cursor, plan, everything, reading, progress)


def _has_newcomers(cursor: Cursor) -> bool:
    """Whether rows of any kind named a user or an account that no fact knows yet."""
    newcomers = cursor.execute(
        """SELECT EXISTS (FROM accounts ANTI JOIN account_start USING (account_key)) OR EXISTS (
            FROM users ANTI JOIN user_start USING (user_key) ANTI JOIN person ON person.actor_key = users.user_key)"""
    ).fetchall()
    return bool(newcomers[0][0])


def is_stale(cursor: Cursor, plan: Plan) -> bool:
    """Whether the plan, or what its words mean in this data, has changed since the facts were made."""
    return meta(cursor, "plan_version") != plan.version or meta(cursor, "facts_version") != _version(cursor, plan)


def rebuild(cursor: Cursor, plan: Plan, progress: Progress) -> bool:
    """Makes the facts that the plan's changes touched again.

    Returns:
        Whether all were made again, because something that facts are made of had changed.
    """
    outdate(cursor)
    calendar.build(cursor, plan)
    feature_day.describe(cursor, plan)
    set_meta(cursor, "plan_version", plan.version)
    if meta(cursor, "facts_version") == _version(cursor, plan):
        segment_list.build(cursor, plan)  # lists are read with the plan, but no fact is made of them
        return False
    cut_days(cursor, plan.product.timezone)
    people.merge(cursor)
    contract.build(cursor)
    _belonging(cursor, plan, progress)
    _measure(cursor, plan, EVERYTHING, progress)
    acquisition.build(cursor, plan)
    set_meta(cursor, "facts_version", _version(cursor, plan))
    return True


def serves(facts_of: Plan, plan: Plan) -> bool:
    """Whether the facts of one plan are those of another, though they say other things of scores, titles and the like."""

    def read(one: Plan) -> object:
        return one.facts_version, one.product.week_start, one.features, one.segments

    return facts_of.version == plan.version or read(facts_of) == read(plan)


def cut(cursor: Cursor, main: str, plan: Plan, facts_of: Plan, told: Told = not_told) -> None:
    """Makes the facts of another plan in a database beside the projection: those that the plan, or its time zone, touches.

    Args:
        cursor: A cursor that finds that database first; see `store.cuts`.
        main: The projection's name.
        plan: The plan.
        facts_of: The plan of the projection's facts.
        told: Told what is made, and how much of all is made already.
    """
    is_elsewhere = plan.product.timezone != meta(cursor, "timezone")
    touched = another_plan.touched(facts_of, plan.in_zone(facts_of.product.timezone))
    made = [fact for fact in FACTS if fact in touched or fact is calendar or (is_elsewhere and fact in BY_DAY)]
    described = () if feature_day in made else (feature_day.DESCRIBED,)
    cursor.execute(";\n".join([*described, *(fact.TABLE for fact in made)]))
    set_meta(cursor, "calendar", "")  # the note of the projection's
    calendar.build(cursor, plan)
    if is_elsewhere:
        event_day.build(cursor, main)
        set_meta(cursor, "timezone", plan.product.timezone)
    feature_day.describe(cursor, plan)
    if attribute in made:
        attribute.build(cursor)
    if segment_list in made:
        segment_list.build(cursor, plan)
    work = [fact for fact in (presence, *FROM_EVENTS, start, milestone) if fact in made]
    whole, done = sum(WORK[fact] for fact in work), 0
    for fact in work:
        told(_called(fact), done / whole)
        done += WORK[fact]
        if fact in (presence, start):
            fact.build(cursor, plan)
        elif is_elsewhere:
            fact.build(cursor, plan, EVERYTHING)
        else:
            another_plan.build(cursor, main, fact, plan, facts_of)
    if attribute in made:
        acquisition.build(cursor, plan)


def cut_back(cursor: Cursor, main: str, plan: Plan, known: Known) -> None:
    """Makes the facts of what some imports had brought in, in a database beside the projection.

    Args:
        cursor: A cursor that finds that database first; see `store.cuts`.
        main: The projection's name.
        plan: The plan.
        known: Which imports.
    """
    cursor.execute(";\n".join(fact.TABLE for fact in FACTS))
    arrivals.build(cursor, main, known)
    set_meta(cursor, "facts_version", "")
    set_meta(cursor, "calendar", "")
    rebuild(cursor, plan, lambda _: None)


def _version(cursor: Cursor, plan: Plan) -> str:
    return " ".join([plan.facts_version, *shadowed_features(cursor, plan)])


def _belonging(cursor: Cursor, plan: Plan, progress: Progress, imports: Mapping[int, str] | None = None) -> None:
    progress("who belongs where")
    membership.build(cursor)
    membership.observe(cursor)
    attribution.build(cursor, imports)
    attribute.build(cursor)
    role.build(cursor)
    occurrence.build(cursor)
    presence.build(cursor, plan)
    segment_list.build(cursor, plan)


def _measure(cursor: Cursor, plan: Plan, scope: Scope, progress: Progress) -> None:
    for fact in FROM_EVENTS:
        progress(_called(fact))
        fact.build(cursor, plan, scope)
    progress("milestones")
    start.build(cursor, plan)
    milestone.build(cursor, plan, scope)


def _called(fact: ModuleType) -> str:
    return fact.__name__.rsplit(".", 1)[-1].replace("_", " ")
