"""Moments: the instants at which clocks start and stop, as SQL.

A moment is `start_of_life` or `first_event`, an event or a feature (or criteria, as a plan writes them), a milestone of
the plan, something that happened outside the product (`won`, `paid`, `outcome:NAME` ...), or an attribute that holds a
date (`signed_on`, `user.NAME`, `account.NAME`). A word that is several of these is the first of them;
`milestone:NAME` always means the milestone.
"""

from __future__ import annotations

from typing import Any

from uptake.errors import QuestionError
from uptake.facts import occurrence
from uptake.facts.selection import event_keys
from uptake.facts.start import said_sql
from uptake.metrics.core.grain import ACCOUNT, MEMBER, USER
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.milestones import milestone_sql
from uptake.metrics.parts.starts import START_OF_LIFE, milestone_of
from uptake.plan import ANY_EVENT
from uptake.store.sql import literal

FIRST_EVENT = "first_event"
DATES = {
    "created_at": "user",
    "signed_on": "account",
    "live_on": "account",
    "renewal_on": "account",
    "churned_on": "account",
}
"""Attributes that need not say whose they are; an account's creation is meant where accounts are asked for."""

_KNOWN = f"(SELECT DISTINCT entity_key FROM {MEMBER.present} WHERE valid_from < $as_of)"
"""Who was a user of an account by then: its dates are not those of users who came later."""


def moment_sql(asked: Asked, given: Any) -> str:  # noqa: ANN401 - a moment in any form
    """SQL for (entity_key, reached_at): when each entity first got there.

    Raises:
        DefinitionMissing: The plan does not describe activation, or no value moment.
        QuestionError: Such entities have no such date.
    """
    entity = asked.grain
    if given == START_OF_LIFE:
        return f"SELECT entity_key, started_at AS reached_at FROM {entity.start} WHERE started_at IS NOT NULL"
    if given == FIRST_EVENT:
        return f"SELECT entity_key, min(event_at) AS reached_at FROM {entity.of('event')} GROUP BY entity_key"
    if not isinstance(given, str):
        return milestone_sql(asked, "", given)
    milestone = milestone_of(asked, given)
    if milestone is not None:
        return milestone_sql(asked, milestone)
    if _is_event(asked, given):
        return milestone_sql(asked, "", given)
    if given in occurrence.NAMES or given.startswith(occurrence.OUTCOME):
        return _occurrence(asked, given)
    side, _, name = _dated(given, entity.name)
    return _date(asked, side, name) if side else milestone_sql(asked, "", given)


def events_of(asked: Asked, given: Any) -> Any:  # noqa: ANN401 - a moment in any form
    """The criteria in a moment that is told by events, None for any other."""
    if not isinstance(given, str):
        return given
    is_word = given in (START_OF_LIFE, FIRST_EVENT, *occurrence.NAMES) or given.startswith(occurrence.OUTCOME)
    return None if is_word or milestone_of(asked, given) or _dated(given, "user")[0] else given


def _is_event(asked: Asked, word: str) -> bool:
    return word in asked.plan.features or word == ANY_EVENT or bool(event_keys(asked.cursor, [word]))


def _dated(word: str, entity: str) -> tuple[str, str, str]:
    """The side, a dot, and the name of an attribute; no side for a word that is none."""
    if word in DATES:
        return ("account" if entity == "account" else DATES[word]), ".", word
    side, dot, name = word.partition(".")
    return (side, dot, name) if side in ("user", "account") and name else ("", "", word)


def _date(asked: Asked, side: str, name: str) -> str:
    grain = asked.grain
    if grain in (USER, ACCOUNT) and side != grain.name:
        do = "Ask with entity=account, or entity=member." if side == "account" else "Ask with entity=user."
        raise QuestionError(f"{name} is a date of {side}s, not of {grain.noun}.", do=do)
    dates = said_sql(side, name, asked.plan.product.timezone)
    if grain is not MEMBER:
        return f"SELECT {side}_key AS entity_key, started_at AS reached_at FROM ({dates})"
    key = "entity_key >> 32" if side == "account" else "entity_key & 4294967295"
    return f"""SELECT s.entity_key, d.started_at AS reached_at FROM {_KNOWN} s
        JOIN ({dates}) d ON d.{side}_key = s.{key}"""


def _occurrence(asked: Asked, name: str) -> str:
    """First of its name; for a user in an account, one of the account's own or of this very user."""
    if asked.grain is USER and name in occurrence.OF_ACCOUNTS:
        do = "Ask with entity=account, or entity=member for users in each account."
        raise QuestionError(f"'{name}' happens to accounts, not to users.", do=do)
    wanted = f"name = {literal(name)}"
    if asked.grain is not MEMBER:
        return f"""SELECT entity_key, min(occurred_at) AS reached_at FROM {asked.grain.of("occurrence")} WHERE {wanted}
        GROUP BY entity_key"""
    return f"""SELECT s.entity_key, min(o.occurred_at) AS reached_at FROM {_KNOWN} s
        JOIN occurrence o ON o.account_key = s.entity_key >> 32
        WHERE {wanted} AND (o.user_key IS NULL OR o.user_key = s.entity_key & 4294967295) GROUP BY s.entity_key"""
