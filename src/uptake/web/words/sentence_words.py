"""The words that sentences about answers share: of whom, what they wait for, in which days."""

from __future__ import annotations

from datetime import date

from uptake.charts import dates
from uptake.metrics.core.result import Result

NOUNS = {"user": "users", "account": "accounts", "member": "users in accounts"}
SEATS = {"user": "people with a seat", "member": "seats", "account": "an average account's seats"}
NOTHING = "nothing to count yet"


def who_of(result: Result) -> str:
    """Who is counted: "users in accounts"."""
    return NOUNS[result.params["entity"]]


def counted_of(result: Result) -> str:
    """What is counted, where it may be attempts."""
    return "attempts" if result.params.get("count") == "totals" else who_of(result)


def that_of(result: Result) -> str:
    """The pronoun for what is counted: "who" of people, "that" of all else."""
    return "that" if result.params["entity"] == "account" or result.params.get("count") == "totals" else "who"


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
