"""Targets as pages show them: the words, the pace, who answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from uptake.charts import dates, words
from uptake.reports.targets import Progress
from uptake.web import links

GOOD, BAD = ("reached", "ahead"), ("behind", "missed")


@dataclass(frozen=True)
class Aim:
    """A target with its pace.

    Args:
        title: What is measured.
        url: The metric's page with the same question.
        wanted: The value and the day, "60 % by 31 December 2026".
        value: The value now, in words.
        pace: The word for it, "behind".
        tone: good, bad or empty: how the word is shown.
        line: Where a straight way from the baseline would be now, in words.
        owner: Who answers for it; empty: nobody.
        problem: Why there is no value.
    """

    title: str
    url: str
    wanted: str
    value: str
    pace: str
    tone: str
    line: str
    owner: str
    problem: str


def aim(found: Progress) -> Aim:
    """A target for people."""
    target = found.target

    def said(value: float | None) -> str:
        return words.value(value, found.unit, 3, found.currency)

    begun = dates.day(target.start)
    return Aim(
        title=found.title,
        url=links.metric(target.metric, target.params),
        wanted=f"{said(target.target)} by {dates.day(target.due)}",
        value=said(found.value),
        pace=found.pace,
        tone="good" if found.pace in GOOD else "bad" if found.pace in BAD else "",
        line=f"On a straight line from {said(target.baseline)} on {begun} it would be {said(found.expected)} now",
        owner=found.owner,
        problem=found.problem,
    )
