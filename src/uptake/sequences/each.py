"""How parts that do not bear on each other are worked on: one after the other, unless who asks has several at once done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")


class Each(Protocol):
    """What becomes of each of some pieces, in their order."""

    def __call__(self, work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> list[Done]:
        """What `work` makes of each piece."""
        ...


def one_by_one(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> list[Done]:
    """Works on one piece after the other."""
    return [work(piece) for piece in pieces]
