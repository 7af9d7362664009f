"""What another plan would change, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.reports.plan_effect import ALERT, IN_OR_OUT, QUALIFIED, QUALIFIES, SEGMENT, STATES, Effect, Moved, Shift

DO = {
    "score": "change band", "placement": "change place", SEGMENT: "enter or leave",
    ALERT: "begin or cease to fit", QUALIFIED: "begin or cease to qualify",
}  # fmt: skip
THEN = {
    SEGMENT: (IN_OR_OUT[0], "{after:,} would be in it instead of {before:,}."),
    ALERT: (STATES[0], "Its rule would hold of {after:,} instead of {before:,}."),
    QUALIFIED: (QUALIFIES[0], "{after:,} would qualify instead of {before:,}."),
}
"""Of these: the label that is counted, and what is said of it."""


def headlines(found: Effect) -> list[str]:
    """How many would stand elsewhere: a sentence for each score and placement in which anybody moves."""
    return list(_sentences(found)) or ["Nobody would stand elsewhere, and no score would move."]


def renewal(one: Moved) -> str:
    """When somebody's contract renews; empty: it does not, or nobody knows.

    >>> from types import SimpleNamespace as Someone
    >>> [renewal(Someone(renews_in=days)) for days in (None, 0, 1, 46)]
    ['', 'today', 'in 1 day', 'in 46 days']
    """
    if one.renews_in is None:
        return ""
    return f"in {one.renews_in:,} {'day' if one.renews_in == 1 else 'days'}" if one.renews_in else "today"


def _sentences(found: Effect) -> Iterator[str]:
    for shift in found.shifts:
        if shift.problem:
            yield f"{shift.title}: {shift.problem}"
            continue
        who = shift.entity if shift.moved == 1 else f"{shift.entity}s"
        near = f", {shift.near:,} of them with a renewal within {found.near_days} days" if shift.near else ""
        if shift.moved:
            yield f"{shift.title}: {shift.moved:,} {who} of {shift.total:,} would {DO[shift.kind]}{near}.{_then(shift)}"
        else:
            yield f"{shift.title}: {shift.rescored:,} of {shift.total:,} {shift.entity}s would have another score."


def _then(shift: Shift) -> str:
    if shift.kind not in THEN:
        return ""
    counted, said = THEN[shift.kind]
    before, after = next(((was, now) for label, was, now in shift.labels if label == counted), (0, 0))
    return f" {said.format(before=before, after=after)}"
