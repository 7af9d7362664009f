"""Quorums: when enough members of an account, of the roles that matter, had done what was asked."""

from __future__ import annotations

from uptake.errors import DefinitionMissing
from uptake.facts.criteria import MEMBER_KEY, reached_sql
from uptake.plan import AllParts, Members, Plan, Quorum
from uptake.store.projection import Cursor
from uptake.store.sql import literal

PAIR = "account_key IS NOT NULL AND user_key IS NOT NULL"


def quorum_sql(cursor: Cursor, plan: Plan, quorum: Quorum) -> str:
    """SQL for (account_key, reached_at) of every account that ever met the quorum.

    One member may serve several parts. A role counts at each event: what was done before somebody became an admin is
    not what an admin did.

    Raises:
        DefinitionMissing: A part asks for activated members, and the plan does not say when a user is activated.
    """
    if isinstance(quorum, Members):
        return f"""SELECT (member_key >> 32)::INTEGER AS account_key, reached_at FROM ({_members(cursor, plan, quorum)})
        QUALIFY row_number() OVER (PARTITION BY member_key >> 32 ORDER BY reached_at, member_key) = {quorum.members}"""
    union = " UNION ALL ".join(f"({quorum_sql(cursor, plan, part)})" for part in quorum.of)
    if isinstance(quorum, AllParts):
        return f"""SELECT account_key, max(reached_at) AS reached_at FROM ({union})
        GROUP BY account_key HAVING count(*) = {len(quorum.of)}"""
    return f"SELECT account_key, min(reached_at) AS reached_at FROM ({union}) GROUP BY account_key"


def _members(cursor: Cursor, plan: Plan, part: Members) -> str:
    """SQL for (member_key, reached_at) of the members who did what the part asks, each by what was done there."""
    if part.criteria is not None:
        criteria = part.criteria
    elif plan.activation is not None:
        if not part.roles:
            return "SELECT member_key, reached_at FROM member_milestone WHERE milestone = 'activated'"
        criteria = plan.activation.user.criteria
    else:
        raise DefinitionMissing(
            "The plan does not say when a user is activated.",
            do="Describe it in the plan, or say what members must do.",
        )
    return reached_sql(cursor, plan, criteria, f"{MEMBER_KEY} AS member_key", PAIR, events_of_roles(part.roles))


def events_of_roles(roles: tuple[str, ...]) -> str:
    """SQL for the relation of the events that were done in one of the roles; all events without any."""
    if not roles:
        return "event"
    return f"""(SELECT event.* FROM event SEMI JOIN (
            FROM member_role WHERE list_contains({literal(list(roles))}, role)
        ) r ON r.user_key = event.user_key AND r.account_key = event.account_key
            AND event.event_at >= r.valid_from AND event.event_at < r.valid_to) event"""
