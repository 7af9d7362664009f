"""How many steps different events can do, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence


def matching(fits: Sequence[frozenset[int]], taken: frozenset[int]) -> int:
    """The most steps that can be done, by trying every step for every event."""
    if not fits:
        return 0
    without = matching(fits[1:], taken)
    return max([without, *(1 + matching(fits[1:], taken | {step}) for step in fits[0] - taken)])
