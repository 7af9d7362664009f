"""The proposal as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.facts.early_start import EarlyStarts, early_starts
from uptake.facts.selection import active_sql
from uptake.metrics.core.reading import data_until
from uptake.plan import Plan, Proposal, is_vanity
from uptake.plan.proposal import NO_EVENTS
from uptake.propose import features, interval, telling
from uptake.propose.association import LEAST_USERS
from uptake.propose.early import Window, count, later_window
from uptake.propose.observed import Observed, active, observe
from uptake.propose.ranking import Ranking, rank
from uptake.store.projection import Cursor

HALVES = 2
"""Candidates are looked for in one half of the users and confirmed in the other."""
MOST_EVENTS = 60
"""Events that are looked at as early actions, those of most users."""


def proposal(cursor: Cursor, plan: Plan) -> Proposal:
    """Proposes what a plan could say, as far as the imported data can tell.

    The time zone and the starts of life are those of the plan there is. If it says what active means, the usage
    interval and coming back are told by that, else by the events proposed as active.

    Args:
        cursor: A cursor of the projection; its facts were made with this plan.
        plan: The plan there is, possibly the starter.

    Returns:
        A proposal; without events an empty one.
    """
    observed = observe(cursor)
    proposed = active(observed)
    chosen = active_sql(cursor, plan) if plan.active else _any_of(proposed)
    found = interval.usage_interval(cursor, chosen)
    usage_interval_days = found.days or plan.product.usage_interval_days
    window = later_window(usage_interval_days)
    names = {event.key: event.use.name for event in observed if event.use.users and not is_vanity(event.use.name)}
    most_used = list(names)[:MOST_EVENTS]
    actions = count(cursor, most_used, chosen, usage_interval_days, data_until(cursor, plan.product.timezone))
    ranking = rank(actions, names)
    early = early_starts(cursor) if plan.product.data_from is None else ()
    return Proposal(
        product_name=plan.product.name,
        timezone=plan.product.timezone,
        events=tuple(event.use for event in observed),
        features=features.propose(cursor, observed, proposed),
        active=tuple(event.use.name for event in proposed),
        usage_interval_days=usage_interval_days,
        usage_interval_n=found.n,
        activation_candidates=ranking.candidates,
        candidates_tested=ranking.tested,
        came_back_days=(window.begins, window.ends),
        activation_note=_missing(ranking, window) if observed else "",
        data_from=early[0].first_day if early else plan.product.data_from,
        data_from_note=_seen(early),
        notes=telling.properties_that_tell(cursor, observed) if observed else (NO_EVENTS,),
    )


def _any_of(events: Sequence[Observed]) -> str:
    return f"name_key IN ({', '.join(str(event.key) for event in events)})" if events else "false"


def _seen(early: Sequence[EarlyStarts]) -> str:
    return f"{' and '.join(one.words for one in early)} started before the first day with events." if early else ""


def _missing(ranking: Ranking, window: Window) -> str:
    """Why there is no candidate; empty if there is one."""
    if ranking.candidates:
        return ""
    if ranking.tested:
        return f"None of {ranking.tested:,} early actions tested goes together with coming back beyond chance."
    there = "there is 1" if ranking.n == 1 else f"there are {ranking.n:,}"
    if ranking.n < HALVES * LEAST_USERS:
        why = f"that needs at least {HALVES * LEAST_USERS} users who stayed for a while with {window.ends} days behind them"
        return f"No early action could be tested: {why}; {there}."
    why = "of every action nearly all or hardly any did it, or nearly all or hardly any came back"
    return f"No early action could be tested: {there} users with {window.ends} days behind them, but {why}."
