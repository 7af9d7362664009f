"""What another plan would change, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from uptake.cli import screen
from uptake.reports.effect_words import headlines, renewal

if TYPE_CHECKING:
    from uptake.reports.plan_effect import Effect, Moved, Shift

BARS = " ▁▂▃▄▅▆▇█"


def plain(found: Effect) -> dict[str, Any]:
    """The effect as JSON has it."""
    return {**asdict(found), "as_of": found.as_of.isoformat()}


def show(found: Effect) -> None:
    """Prints what the other plan says otherwise, and what becomes of everyone."""
    if not found.changes:
        screen.say("Both plans mean the same.")
        return
    count = len(found.changes)
    screen.say(
        f"{count} {'key says' if count == 1 else 'keys say'} something else: {found.before} → {found.after}",
        style="bold",
    )
    for change in found.changes:
        screen.say(f"  {change.place}: {change.told}" if change.place else f"  {change.told}")
    screen.say()
    for sentence in headlines(found):
        screen.say(sentence, style="bold")
    for shift in found.shifts:
        _show(shift, found)


def _show(shift: Shift, found: Effect) -> None:
    screen.say(f"\n{shift.title} of {shift.entity}s", style="bold")
    if shift.problem:
        screen.say(f"  {shift.problem}")
        return
    if shift.mean_before is not None and shift.mean_after is not None:
        screen.say(f"  mean {shift.mean_before:.1f} → {shift.mean_after:.1f}")
        screen.say(f"  0 to 100, before {bars(shift.bins_before)}  after {bars(shift.bins_after)}")
    for label, before, after in shift.labels:
        screen.say(f"  {shift.called(label)}: {before:,} → {after:,}")
    for was, now, number in shift.moves:
        screen.say(f"  {number:,} from {shift.called(was)} to {shift.called(now)}")
    people = shift.people or shift.movers
    rows = [_row(one, shift, found) for one in people]
    if rows:
        screen.say()
        screen.out().print(screen.table(("id", "name", "before", "after", "score", "renewal"), rows))
    more = (shift.moved or shift.rescored) - len(people)
    if more > 0:
        screen.say(f"... and {more:,} more: --limit {shift.moved or shift.rescored} shows all.")


def _row(one: Moved, shift: Shift, found: Effect) -> tuple[str, ...]:
    score = (
        ""
        if one.score_before is None and one.score_after is None
        else f"{_points(one.score_before)} → {_points(one.score_after)}"
    )
    is_near = one.renews_in is not None and one.renews_in <= found.near_days
    when = f"{renewal(one)}{' (near)' if is_near else ''}"
    return one.id, one.name, shift.called(one.label_before), shift.called(one.label_after), score, when


def _points(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}"


def bars(bins: Sequence[int]) -> str:
    """Counts as a line of bars, the highest full; what is there is never nothing.

    >>> bars((0, 1, 8))
    ' ▁█'
    """
    most = max(bins, default=0)
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] if most else " " for count in bins)
