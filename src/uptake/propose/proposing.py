"""The proposal as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.facts.selection import active_sql
from uptake.metrics.ask import data_until
from uptake.plan import Plan, Proposal, is_vanity
from uptake.propose import features, interval, telling
from uptake.propose.early import Window, count, later_window
from uptake.propose.observed import Observed, active, observe
from uptake.propose.ranking import Ranking, rank
from uptake.store.projection import Cursor

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
        notes=(*telling.properties_that_tell(cursor, observed), *_missing(observed, ranking, window)),
    )


def _any_of(events: Sequence[Observed]) -> str:
    return f"name_key IN ({', '.join(str(event.key) for event in events)})" if events else "false"


def _missing(observed: Sequence[Observed], ranking: Ranking, window: Window) -> tuple[str, ...]:
    """Why there is no candidate."""
    if not observed:
        return ("There are no events yet.",)
    if ranking.candidates:
        return ()
    if not ranking.tested:
        users = "1 user has" if ranking.n == 1 else f"{ranking.n:,} users have"
        return (f"No early action could be tested: {users} {window.ends} days of data behind them.",)
    return (f"None of {ranking.tested:,} early actions tested goes together with coming back beyond chance.",)
