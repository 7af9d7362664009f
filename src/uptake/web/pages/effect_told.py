"""What becomes of people by another plan, as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uptake.reports.effect_words import renewal
from uptake.reports.plan_effect import Moved, Shift
from uptake.web import links


@dataclass(frozen=True)
class Told:
    """What becomes of a score, a placement or a rule.

    Args:
        title: Its title, and of whom.
        mean: The mean before and after, in words; empty if it is no score.
        labels: (label as people call it, before, after).
        people: Who moves: id, name, address, before, after, score, renewal.
        renews: Whether anybody of them has a renewal.
        more: How many more do.
        problem: Why it cannot be told.
    """

    title: str
    mean: str
    labels: Sequence[tuple[str, int, int]]
    people: Sequence[Mapping[str, str]]
    renews: bool
    more: int
    problem: str


def told(shift: Shift, near_days: int) -> Told:
    """What becomes of one of them."""
    mean = ""
    if shift.mean_before is not None and shift.mean_after is not None:
        mean = f"Mean {shift.mean_before:.1f}, then {shift.mean_after:.1f}"
    people = shift.people or shift.movers
    return Told(
        f"{shift.title} of {shift.entity}s", mean,
        [(shift.called(label), before, after) for label, before, after in shift.labels],
        [_row(one, shift, near_days) for one in people],
        any(one.renews_in is not None for one in people), (shift.moved or shift.rescored) - len(people), shift.problem,
    )  # fmt: skip


def _row(one: Moved, shift: Shift, near_days: int) -> dict[str, str]:
    def points(value: float | None) -> str:
        return "" if value is None else f"{value:.1f}"

    return {
        "name": one.name,
        "url": links.profile(shift.entity, one.id),
        "before": shift.called(one.label_before),
        "after": shift.called(one.label_after),
        "score_before": points(one.score_before),
        "score_after": points(one.score_after),
        "renewal": renewal(one),
        "near": "yes" if one.renews_in is not None and one.renews_in <= near_days else "",
    }
