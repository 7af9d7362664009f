"""What counts as going through a funnel. Analytics systems disagree; every point they disagree on is a parameter here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from uptake.sequences.events import Bools

Order = Literal["ordered", "strict", "unordered"]
"""`ordered`: the steps one after another, anything may lie between. `strict`: nothing else of the entity lies between,
`Between` says how nearly. `unordered`: the steps in any order, whichever comes first begins the window."""

Entry = Literal["earliest", "latest", "closest", "first", "each"]
"""An entity may enter many times, but counts once, unless `each` counts all its attempts: it enters with its first
entry, and again with the first one after that attempt is over (see `attempts.py`). `first` takes its first entry,
however it ends. The others take an entry that goes deepest and, of equally deep ones: the `earliest`; the `latest`; or,
of those that come first to their last step, the one `closest` to it (of entries that go on to the same event, all but
the last are forgotten, so what is excluded is not held against them, nor do they save the entity)."""

Between = Literal["nothing", "repeats", "halt"]
"""What strict order allows between two steps: `nothing`; `repeats` of the step before; or repeats of any step reached so
far, where the first event that is none of these `halt`s the entity for good (otherwise it may enter again)."""

Spoilt = Literal["stop", "undo", "remove"]
"""An excluded event between two steps lets a pass `stop` at the step before, lets it `undo` all steps but the first, or
makes the funnel `remove` the entity."""

DAY: Final = 86_400_000_000
"""Microseconds of a day. Windows are durations, so a day of a window never moves with the time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The parameters of a funnel, with the systems each reproduces.

    | | order of steps | entry | tolerance | exclusion | strict |
    |---|---|---|---|---|---|
    | Amplitude | any of the three | earliest | 1 s | - | nothing |
    | ClickHouse `windowFunnel` | ordered, strict | closest | None | - | halt |
    | Mixpanel | ordered, unordered | first; closest with optimised re-entry; each for totals | 2 s | stop | - |
    | PostHog, in order | ordered, strict | closest | 0; None if strict | remove | repeats |
    | PostHog, any order | unordered | earliest | None | undo | - |

    Args:
        order: How the steps follow one another.
        window: At most so many microseconds from the first event of a pass to each later one, the bound included; None
            for no limit.
        step_windows: For each step, at most so many microseconds after the required step before it, the bound included;
            None for no limit, as it is for the first step. Empty for none at all.
        entry: Which of its entries an entity counts with.
        optional: Numbers of the steps, from 0, that may be skipped; neither the first nor the last.
        exclusion: What an excluded event does.
        tolerance: Events at most so many microseconds apart count in either order: a step may lie that much before the
            one before it (each is compared with that one only, so over several steps it adds up), and an excluded event
            spoils only if it is further from both steps. 0 frees events of one instant only; None keeps the order of
            arrival. In any order it changes nothing.
        between: What strict order allows between two steps.
    """

    order: Order = "ordered"
    window: int | None = None
    step_windows: Sequence[int | None] = ()
    entry: Entry = "earliest"
    optional: Collection[int] = ()
    exclusion: Spoilt = "stop"
    tolerance: int | None = None
    between: Between = "repeats"

    def require_consistent(self, steps: int) -> None:
        """Refuses rules that contradict each other or the number of steps.

        Args:
            steps: How many steps the funnel has, the optional ones among them.

        Raises:
            ValueError: If they do.
        """
        limits = [self.window, self.tolerance, *self.step_windows]
        if any(limit is not None and limit < 0 for limit in limits):
            raise ValueError(f"Windows and tolerance are at least 0 microseconds, not {limits}.")
        if not all(0 < step < steps - 1 for step in self.optional):
            raise ValueError(f"The first and the last of {steps} steps are required: {sorted(self.optional)}.")
        if self.step_windows and (len(self.step_windows) != steps or self.step_windows[0] is not None):
            raise ValueError(f"Windows of steps: one for each of {steps}, None for the first: {self.step_windows}.")
        if self.entry == "each" and self.order == "strict" and self.between == "halt":
            raise ValueError("What halts an entity for good leaves it one attempt: it cannot count with each.")
        if self.order == "unordered" and (self.optional or self.step_windows):
            raise ValueError("Optional steps and windows of steps need an order of steps.")
        if self.tolerance is not None and (self.order == "strict" or self.step_windows):
            raise ValueError("Strict order and windows of steps need one order of events: they take no tolerance.")

    def required(self, steps: int) -> list[int]:
        """The numbers of the steps that may not be skipped, of so many in all."""
        return [step for step in range(steps) if step not in self.optional]


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Events that may not happen between two steps. In any order: anywhere within a pass.

    Args:
        rows: Whether each row is such an event. One that serves as a step of a pass does not spoil that pass.
        after: Number of the required step after which it is excluded, from 0.
        before: Number of the required step before which it is excluded, above `after`.
    """

    rows: Bools
    after: int
    before: int
