"""What another plan would change, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.reports.plan_effect import Effect

DO = {"score": "change band", "placement": "change place", "segment": "enter or leave"}


def headlines(found: Effect) -> list[str]:
    """How many would stand elsewhere: a sentence for each score and placement in which anybody moves."""
    return list(_sentences(found)) or ["Nobody would stand elsewhere, and no score would move."]


def _sentences(found: Effect) -> Iterator[str]:
    for shift in found.shifts:
        if shift.problem:
            yield f"{shift.title}: {shift.problem}"
            continue
        who = shift.entity if shift.moved == 1 else f"{shift.entity}s"
        near = f", {shift.near:,} of them with a renewal within {found.near_days} days" if shift.near else ""
        if shift.moved:
            yield f"{shift.title}: {shift.moved:,} {who} of {shift.total:,} would {DO[shift.kind]}{near}."
        else:
            yield f"{shift.title}: {shift.rescored:,} of {shift.total:,} {shift.entity}s would have another score."
