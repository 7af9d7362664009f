"""A first plan proposed from imported data: what was seen becomes definitions, what was guessed a comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from uptake.plan.loader import parse
from uptake.plan.quoting import scalar
from uptake.plan.starter import (
    ACTIVATION,
    FEATURES,
    HOW_TO_READ,
    ONBOARDING,
    VALUE,
    product_file,
    references_file,
)

MOST_EVENTS_LISTED = 40
NO_EVENTS = "There are no events yet."
NOTE = "## Note: "
HYPOTHESIS = "## Hypothesis "


@dataclass(frozen=True)
class EventUse:
    """How much an event occurs in the data.

    Args:
        name: The event.
        users: Distinct users.
        days: Distinct days.
        total: Rows.
    """

    name: str
    users: int
    days: int
    total: int


@dataclass(frozen=True)
class ProposedFeature:
    """A feature read out of the data.

    Args:
        name: A name as the plan allows it.
        title: How people may call it.
        events: Its events.
        tag: core, advanced or hidden.
    """

    name: str
    title: str
    events: tuple[str, ...]
    tag: Literal["core", "advanced", "hidden"] = "core"


@dataclass(frozen=True)
class ActivationCandidate:
    """An early action and how much more often those who did it came back; an association, not a cause.

    Args:
        event: The event.
        at_least: How many times.
        within_days: Within how many days of the start of life.
        n_reached: Users who did it.
        n: Users with that many days behind them.
        retention_reached: Share of them that came back later, 0 to 1; nan if unknown.
        retention_not: Share of the others, 0 to 1; nan if unknown.
        ci_lower: Lower end of the 95 % interval of the difference of shares; nan if unknown.
        ci_upper: Upper end.
        phi: Correlation of doing it and coming back, -1 to 1; nan if unknown.
        pvalue: Adjusted for all actions that were tested; nan if unknown.
    """

    event: str
    at_least: int
    within_days: int
    n_reached: int
    n: int
    retention_reached: float
    retention_not: float
    ci_lower: float = float("nan")
    ci_upper: float = float("nan")
    phi: float = float("nan")
    pvalue: float = float("nan")


@dataclass(frozen=True)
class Proposal:
    """What a plan could say, as far as data can tell.

    Args:
        product_name: How people call the product.
        timezone: IANA zone.
        events: Events in the data, the most used first.
        features: Proposed features.
        active: Events proposed as active.
        usage_interval_days: Proposed cadence.
        usage_interval_n: Users it was read from.
        activation_candidates: Candidates, the strongest first.
        candidates_tested: Early actions that were tested to find them.
        came_back_days: Coming back is activity from the first of these days of life to before the second; None if
            it was not looked at.
        activation_note: Why there is no candidate, a sentence; empty if there is one.
        data_from: Proposed first day of complete data; None if there is nothing to propose.
        data_from_note: What was seen that speaks for it, a sentence.
        notes: What the data do not tell, whole sentences.
    """

    product_name: str
    timezone: str = "UTC"
    events: tuple[EventUse, ...] = ()
    features: tuple[ProposedFeature, ...] = ()
    active: tuple[str, ...] = ()
    usage_interval_days: int = 7
    usage_interval_n: int = 0
    activation_candidates: tuple[ActivationCandidate, ...] = ()
    candidates_tested: int = 0
    came_back_days: tuple[int, int] | None = None
    activation_note: str = ""
    data_from: date | None = None
    data_from_note: str = ""
    notes: tuple[str, ...] = ()


def starter_from(proposal: Proposal) -> dict[str, str]:
    """A commented first plan with features, active events and cadence from the data.

    Activation candidates are written as comments, each a hypothesis with its numbers.

    Returns:
        File name to text, the same files as `starter`.

    Raises:
        PlanError: If the proposal holds something a plan does not allow, such as a feature's name.
    """
    note = (
        f"4 of 5 of {proposal.usage_interval_n:,} users come back within this many days (median gap per user)"
        if proposal.usage_interval_n
        else ""
    )
    texts = {
        "product.yml": product_file(
            proposal.product_name,
            proposal.timezone,
            proposal.usage_interval_days,
            interval_note=note,
            data_from=proposal.data_from,
            data_from_note=proposal.data_from_note,
        ),
        "features.yml": "## Features, and what counts as active: proposed from the data, yours to change.\n"
        + HOW_TO_READ
        + _events(proposal.events)
        + _notes(proposal.notes)
        + (_features(proposal) if proposal.features or proposal.active else FEATURES),
        "onboarding.yml": "## From the start of life to value.\n"
        + HOW_TO_READ
        + ONBOARDING
        + (_candidates(proposal) or _no_candidates(proposal))
        + VALUE,
        "references.yml": references_file(),
    }
    parse(texts)
    return texts


def notes_in(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The notes that a proposed plan holds: what its data do not tell, and why.

    Args:
        texts: File name to text, as `starter_from` gives it.
    """
    lines = [line for text in texts.values() for line in text.splitlines()]
    return tuple(line.removeprefix(NOTE) for line in lines if line.startswith(NOTE))


def has_hypotheses(texts: Mapping[str, str]) -> bool:
    """Whether a proposed plan holds candidates for activation."""
    return any(line.startswith(HYPOTHESIS) for text in texts.values() for line in text.splitlines())


def _events(events: tuple[EventUse, ...]) -> str:
    if not events:
        return ""
    lines = [
        f"##   {scalar(event.name)}: {_many(event.users, 'user')}, {_many(event.days, 'day')}, {_times(event.total)}\n"
        for event in events[:MOST_EVENTS_LISTED]
    ]
    more = len(events) - len(lines)
    if more > 0:
        lines.append(f"##   and {more:,} more\n")
    return "\n## Seen in the data:\n" + "".join(lines)


def _notes(notes: tuple[str, ...]) -> str:
    return "\n" + "".join(f"{NOTE}{note}\n" for note in notes) if notes else ""


def _features(proposal: Proposal) -> str:
    text = ""
    if proposal.active:
        text += "\n## What counts as active: any of these. Take out what is not work done in the product.\nactive:\n"
        text += "".join(f"  - {scalar(event)}\n" for event in proposal.active)
    if proposal.features:
        text += "\n## tag: core, advanced or hidden. Give new features a launched_on, paid ones an eligible.\n"
        text += "features:\n"
    for feature in proposal.features:
        text += f"  {scalar(feature.name)}:\n    title: {scalar(feature.title)}\n    tag: {scalar(feature.tag)}\n"
        text += f"    events: [{', '.join(scalar(event) for event in feature.events)}]\n"
    return text


def _candidates(proposal: Proposal) -> str:
    if not proposal.activation_candidates:
        return ""
    text = """
## Activation: the user has seen what the product is good for.
## Below are early actions that go together with coming back, each a HYPOTHESIS. Those who did them may
## have been keener from the start: an experiment tells, this table does not. Use one, or combine them under all:.
"""
    if proposal.came_back_days is not None:
        begins, ends = proposal.came_back_days
        text += f"""\
## Coming back is being active in days {begins + 1} to {ends} of life.
## {proposal.candidates_tested:,} actions were tested on one half of the users; of those that passed, at most
## about 5 % are chance. The numbers below are those of the other half, which had no part in choosing.
"""
    return text + "".join(
        _candidate(rank, candidate) for rank, candidate in enumerate(proposal.activation_candidates, start=1)
    )


def _no_candidates(proposal: Proposal) -> str:
    return ACTIVATION + (_notes((proposal.activation_note,)) if proposal.activation_note else "")


def _candidate(rank: int, candidate: ActivationCandidate) -> str:
    days, times = _many(candidate.within_days, "day"), _times(candidate.at_least)
    difference = candidate.retention_reached - candidate.retention_not
    interval = (
        f", 95 % interval {100 * candidate.ci_lower:+.0f} to {100 * candidate.ci_upper:+.0f}"
        if isfinite(candidate.ci_lower) and isfinite(candidate.ci_upper)
        else ""
    )
    points = f" Difference {100 * difference:+.0f} points{interval}." if isfinite(difference) else ""
    phi = f" Phi {candidate.phi:.2f}." if isfinite(candidate.phi) else ""
    return f"""
{HYPOTHESIS}{rank}: {scalar(candidate.event)} at least {times} within {days}.
## {candidate.n_reached:,} of {candidate.n:,} users did. {_share(candidate.retention_reached)} of them came back later,
## {_share(candidate.retention_not)} of the others.{points}{phi}
# activation:
#   user:
#     within_days: {candidate.within_days}
#     all:
#       - {{event: {scalar(candidate.event)}, at_least: {candidate.at_least}}}
"""


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if isfinite(share) else "an unknown share"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
