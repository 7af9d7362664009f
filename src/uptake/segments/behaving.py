"""Who did something so often within a span of days, on every day of a panel."""

from __future__ import annotations

import numpy as np

from uptake.errors import QuestionError
from uptake.facts.selection import events_sql
from uptake.metrics.core.grain import ACCOUNT, MEMBER, USER
from uptake.plan import Behaviour
from uptake.signals.panel import Panel
from uptake.signals.windows import Counts, Flags, runs, sums, taken, trailing_sum


def did(panel: Panel, behaviour: Behaviour) -> Flags:
    """Whether everyone did it as often as they had to, by the end of each day.

    Args:
        panel: Whom and when.
        behaviour: What, how often, within which days, and whose events count.

    Raises:
        QuestionError: It is asked of accounts what one of their users did.
    """
    scope = behaviour.scope
    if panel.grain is ACCOUNT:
        if scope == "this_user_in_this_account":
            raise QuestionError(f"An account has many users: its scope cannot be {scope}.", do="Leave scope out.")
        return _as_often(_counts(panel, behaviour), behaviour)
    if scope == "this_user":
        return did_of_users(panel, behaviour)
    if panel.grain is MEMBER:
        return _of_members(panel, behaviour)
    members = panel.beside(MEMBER)
    return _any(panel, members, _of_members(members, behaviour))


def did_of_users(panel: Panel, behaviour: Behaviour) -> Flags:
    """Whether users did it, wherever; users in accounts as the users that they are."""
    if panel.grain is USER:
        return _as_often(_counts(panel, behaviour), behaviour)
    users = panel.beside(USER)
    row = users.rows(panel.keys & 0xFFFFFFFF)
    met = _as_often(_counts(users, behaviour), behaviour)
    return taken(met, row, missing=False)


def _of_members(members: Panel, behaviour: Behaviour) -> Flags:
    """Whether users did it in an account, or anyone in it did."""
    if behaviour.scope == "this_user_in_this_account":
        return _as_often(_counts(members, behaviour), behaviour)
    accounts = members.beside(ACCOUNT)
    row = accounts.rows(members.keys >> 32)
    met = _as_often(_counts(accounts, behaviour), behaviour)
    return taken(met, row, missing=False)


def _any(panel: Panel, members: Panel, met: Flags) -> Flags:
    """Whether it holds for users in any account that they are in."""
    user = panel.rows(members.keys & 0xFFFFFFFF)
    order = np.argsort(user, kind="stable")
    return np.asarray(sums((met & members.present)[order], runs(user[order], panel.n)) > 0)


def _as_often(counts: Counts, behaviour: Behaviour) -> Flags:
    least, most = behaviour.times
    return np.asarray((counts >= least) & (counts <= (np.inf if most is None else most)))


def _counts(panel: Panel, behaviour: Behaviour) -> Counts:
    """How often everyone did it within the span that ends with each day."""
    relation = panel.grain.of("event")
    where = events_sql(panel.cursor, panel.asked.plan, [behaviour.selector])
    latest, earliest = behaviour.days_ago
    if earliest is None:
        return panel.so_far(relation, latest, where)
    daily = panel.daily(relation, earliest, "1", where)
    return trailing_sum(daily[:, : daily.shape[1] - latest], earliest - latest + 1, panel.days)
