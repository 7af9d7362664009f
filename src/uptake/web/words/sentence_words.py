"""The words that sentences about answers share: of whom, what they wait for, in which days."""

from __future__ import annotations

from datetime import date

from uptake.charts import dates
from uptake.metrics.core.dimensions import IN, MISSING, OUT, SEGMENT
from uptake.metrics.core.result import Result
from uptake.metrics.funnels.rules import PAIRS, TOTALS, counted

NOUNS = {"user": "users", "account": "accounts", "member": "users in accounts"}
SEATS = {"user": "people with a seat", "member": "seats", "account": "an average account's seats"}
OTHERWISE = {PAIRS: "pairs", TOTALS: "attempts"}
"""What a funnel counts instead of people or accounts."""
NOTHING = "nothing to count yet"
PAID = {"account.arr": "annual revenue", "account.mrr": "monthly revenue"}
"""What accounts pay, as people call it."""


def who_of(result: Result) -> str:
    """Who is counted: "users in accounts"."""
    return NOUNS[result.params["entity"]]


def counted_of(result: Result) -> str:
    """What is counted, where it may be attempts, or pairs of somebody and a value."""
    return OTHERWISE.get(counted(result.params)) or who_of(result)


def that_of(result: Result) -> str:
    """The pronoun for what is counted: "who" of people, "that" of all else."""
    is_nobody = result.params["entity"] == "account" or counted(result.params) in OTHERWISE
    return "that" if is_nobody else "who"


def there_of(result: Result) -> str:
    """What a duration waits for: "first value", else "it"."""
    goal = result.params.get("until") or result.params.get("criteria") or result.params.get("milestone")
    return "first value" if goal == "value" else "it"


def in_period(first: date, period: str) -> str:
    """A period by its first day: "on 1 August 2026", "in the week of 3 August 2026", "in August 2026"."""
    said = dates.period(first, period)
    if period == "day":
        return f"on {said}"
    return f"in the w{said[1:]}" if period == "week" else f"in {said}"


def attribute_of(column: str) -> str:
    """What an answer is broken down by, for people: "user.acquisition_channel" is the acquisition channel.

    Examples:
        >>> attribute_of("account.arr"), attribute_of("user.role@most_recent"), attribute_of("segment.large")
        ('annual revenue', 'role', 'the segment large')
    """
    asked = column.partition("@")[0]
    prefix, dot, name = asked.partition(".")
    if dot and prefix == SEGMENT:
        return f"the segment {name}"
    return PAID.get(asked) or (name.replace("_", " ") if dot and prefix in ("user", "account") else column)


def label_of(column: str, said: str) -> str:
    """A group for people: who is in a segment is called by its name, who pays nothing as that.

    Examples:
        >>> label_of("account.arr", "(none)"), label_of("user.role", "(none)"), label_of("segment.large", "not in")
        ('paying nothing', 'not known', 'not large')
    """
    asked = column.partition("@")[0]
    prefix, dot, name = asked.partition(".")
    if said == MISSING:
        return "paying nothing" if asked in PAID else "not known"
    return {IN: name, OUT: f"not {name}"}.get(said, said) if dot and prefix == SEGMENT else said
