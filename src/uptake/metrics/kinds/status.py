"""The word beside every number: whether it is finished, still open, or stands on too few."""

from __future__ import annotations

from math import isnan

TOO_FEW = 5
"""Below this many, a share or a mean says more about the few than about the many."""


def status(n: int, *, still_open: int = 0, floor: int = TOO_FEW) -> str:
    """One of closed, in_progress, too_few, not_eligible.

    Args:
        n: How many are counted.
        still_open: How many will be counted once their window has closed.
        floor: The fewest on which a number is not called too few.
    """
    if n == 0:
        return "in_progress" if still_open else "not_eligible"
    return "too_few" if n < floor else "closed"


def present(value: float) -> float | None:
    """A number, or None where statistics say nan: missing is missing in every format."""
    return None if isnan(value) else float(value)
