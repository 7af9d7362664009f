"""The check as a whole: every comparison of plan and data, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from uptake.check import (
    attributes,
    benchmarks,
    features,
    journey,
    names,
    properties,
    quality,
    references,
    roles,
    rules,
    scores,
    segments,
    told,
)
from uptake.check.finding import Finding, sort
from uptake.check.subject import Subject, subject
from uptake.plan import Plan, vanity_warnings
from uptake.store.ledger import Ledger
from uptake.store.projection import Cursor

Check = Callable[[Subject], Iterator[Finding]]


def _vanity(checked: Subject) -> Iterator[Finding]:
    for warning in vanity_warnings(checked.plan):
        yield Finding("warning", warning.place, f"{warning.what} {warning.reason}", warning.do)


CHECKS: tuple[Check, ...] = (
    names.unknown,
    names.titled,
    properties.conditions,
    properties.quantities,
    properties.acquisition,
    attributes.eligible,
    attributes.starts,
    attributes.bands,
    segments.conditions,
    segments.lists,
    benchmarks.measures,
    benchmarks.exemplars,
    benchmarks.words,
    features.eligibility,
    features.use,
    features.launches,
    journey.starts,
    journey.watched,
    journey.criteria,
    roles.unknown,
    scores.peers,
    scores.attributes,
    scores.surveys,
    told.owners,
    told.outcomes,
    _vanity,
    names.spellings,
    quality.senders,
    names.unnamed,
    quality.seats,
    quality.extent,
)
"""What is compared once there are events, in the order in which it is told."""
ALWAYS: tuple[Check, ...] = (
    references.unknown,
    scores.components,
    scores.rules,
    scores.placed,
    rules.asked,
    told.links,
    quality.quarantine,
    quality.known_rows,
    quality.sqlite,
)


def findings(cursor: Cursor, plan: Plan, ledger: Ledger) -> tuple[Finding, ...]:
    """Holds the plan against the data.

    Args:
        cursor: A cursor of the projection; its facts were made with this plan.
        plan: The plan.
        ledger: The ledger: quarantine and imports.

    Returns:
        Errors, then warnings, then notes; empty if all is well. Without any events only the plan itself and what
        came in are looked at: nothing can be said about names yet.
    """
    checked = subject(cursor, plan, ledger)
    checks = (*(CHECKS if checked.events else (_no_events, _vanity)), *ALWAYS)
    return sort(finding for check in checks for finding in check(checked))


def _no_events(checked: Subject) -> Iterator[Finding]:
    del checked
    yield Finding(
        "warning", "", "There are no events, so the plan cannot be held against them.", "Import events and check again."
    )
