"""The plan in words: which events, under which conditions, how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from uptake.plan import (
    All,
    AllParts,
    Behaviour,
    Condition,
    Criteria,
    Criterion,
    Feature,
    Members,
    Plan,
    Quorum,
    Selector,
    StartPoint,
    event_title,
)

Titles = Mapping[str, str]
AS_NAMED: Titles = MappingProxyType({})
"""No titles: every event by its name."""
TESTS = {
    "is": "is",
    "is_not": "is not",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "contains": "contains",
}
START_POINTS = {"created_at": "creation", "signed_on": "the signed contract", "first_event": "the first event"}


def criteria(tree: Criteria, titles: Titles = AS_NAMED) -> str:
    """Criteria as a phrase.

    >>> from uptake.plan import criteria as read
    >>> criteria(read({"all": [{"event": "task_created", "at_least": 3}, {"event": "invitation_sent"}]}))
    '3 times task_created and invitation_sent'
    """
    if isinstance(tree, Criterion):
        times = f"{tree.at_least:,} times " if tree.at_least > 1 else ""
        return times + selector(tree.selector, titles)
    parts = [
        criteria(part, titles) if isinstance(part, Criterion) else f"({criteria(part, titles)})" for part in tree.of
    ]
    return joined(parts, "and" if isinstance(tree, All) else "or")


def selector(chosen: Selector, titles: Titles = AS_NAMED) -> str:
    """Events as a phrase.

    >>> from uptake.plan import selector as read
    >>> selector(read({"event": "board_viewed", "where": {"view": ["kanban", "list"]}}))
    'board_viewed where view is kanban or list'
    """
    what = (
        f"the feature {chosen.feature}"
        if chosen.feature
        else joined([event_title(name, titles) for name in chosen.events], "or")
    )
    return f"{what} where {conditions(chosen.where)}" if chosen.where else what


def selectors(chosen: Iterable[Selector], titles: Titles = AS_NAMED) -> str:
    """Several selectors, any of which counts."""
    return joined([selector(one, titles) for one in chosen], "or")


def conditions(tests: Iterable[Condition]) -> str:
    """Conditions that all hold, as a phrase; empty without any."""
    return joined([_condition(test) for test in tests], "and")


def start(points: Iterable[StartPoint], titles: Titles = AS_NAMED) -> str:
    """Where life begins, as a phrase: the first that is known."""
    return joined([_start_point(point, titles) for point in points], "or else")


def adopted(feature: Feature) -> str:
    """When a feature counts as adopted."""
    return f"{feature.adopted.days} days of use within {feature.adopted.within_days} days"


def activation(plan: Plan) -> str:
    """When a user is activated; empty where the plan does not say."""
    if plan.activation is None:
        return ""
    user = plan.activation.user
    return f"{criteria(user.criteria, plan.events)} within {user.within_days} days"


def account_activation(plan: Plan) -> str:
    """When an account is activated; empty where the plan does not say."""
    if plan.activation is None:
        return ""
    account = plan.activation.account
    return f"{quorum(account.quorum, plan.events)} within {account.within_days} days"


def quorum(tree: Quorum, titles: Titles = AS_NAMED) -> str:
    """A quorum as a phrase.

    >>> from uptake.plan import quorum as read
    >>> quorum(read({"all": [{"role": "admin", "event": "sso_set_up"}, {"members": 2}]}))
    'an admin with sso_set_up and 2 activated members'
    """
    if not isinstance(tree, Members):
        parts = [quorum(part, titles) if isinstance(part, Members) else f"({quorum(part, titles)})" for part in tree.of]
        return joined(parts, "and" if isinstance(tree, AllParts) else "or")
    noun = joined(list(tree.roles), "or") or "member"
    adjective = "activated " if tree.criteria is None else ""
    article = "an" if (adjective + noun)[:1].lower() in "aeiou" else "a"
    who = f"{article} {adjective}{noun}" if tree.members == 1 else f"{tree.members:,} {adjective}{noun}s"
    return who if tree.criteria is None else f"{who} with {criteria(tree.criteria, titles)}"


def behaviour(one: Behaviour, titles: Titles = AS_NAMED) -> str:
    """What somebody did as a phrase: "Reports at least 3 times in the last 30 days"."""
    return " ".join(part for part in (selector(one.selector, titles), often(one), span(one), WHOSE[one.scope]) if part)


WHOSE = {
    "this_user": "",
    "this_user_in_this_account": "in one account",
    "anyone_in_this_account": "by anyone in the account",
}
"""Whose events count, after what they did."""


def often(one: Behaviour) -> str:
    """How often somebody did it: "at least 3 times"."""
    least, most = one.times
    if (least, most) == (0, 0):
        return "never"
    if most is None:
        return f"at least {least:,} times" if least != 1 else "once or more"
    if least == 0:
        return f"at most {most:,} times"
    return f"{least:,} times" if least == most else f"{least:,} to {most:,} times"


def span(one: Behaviour) -> str:
    """Within which days: "in the last 30 days"; empty: ever."""
    latest, earliest = one.days_ago
    if earliest is None:
        return f"more than {latest - 1:,} days ago" if latest else ""
    return f"{latest:,} to {earliest:,} days ago" if latest else f"in the last {earliest + 1:,} days"


def joined(parts: list[str], word: str) -> str:
    """A list in a sentence.

    >>> joined(["a", "b", "c"], "or")
    'a, b or c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _condition(test: Condition) -> str:
    if test.test == "exists":
        return f"{test.property} is {'set' if test.values[0] else 'not set'}"
    return f"{test.property} {TESTS[test.test]} {joined([_value(value) for value in test.values], 'or')}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _start_point(point: StartPoint, titles: Titles) -> str:
    if point.kind == "event" and point.selector is not None:
        return f"the first {selector(point.selector, titles)}"
    return f"the attribute {point.attribute}" if point.kind == "attribute" else START_POINTS[point.kind]
