"""Work on long columns, two pieces at a time: most of it is arithmetic, which other threads do not wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 2
"""Pieces worked on at the same time; others who ask want their turn too."""
Piece = TypeVar("Piece")
Done = TypeVar("Done")


def side_by_side(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> list[Done]:
    """What becomes of each piece, in their order.

    Args:
        work: What is done with a piece; asks nothing of the store.
        pieces: The pieces.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, pieces))
