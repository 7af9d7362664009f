"""A tab: one part of a list, with how many are in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """A part of a list.

    Args:
        title: Its title.
        count: How many are in it.
        url: Its address.
        is_current: Whether it is the one that is shown.
    """

    title: str
    count: int
    url: str
    is_current: bool
