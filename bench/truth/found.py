"""Some that were found, beside those that were planted: precision and recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.report import Table


@dataclass(frozen=True)
class Found:
    """Some that were found, beside those that were planted.

    Args:
        what: What was planted.
        how: What found them.
        planted: Who it was planted in, of those that are there.
        found: Who was found.
    """

    what: str
    how: str
    planted: frozenset[str]
    found: frozenset[str]

    @property
    def right(self) -> int:
        """How many of those found were planted."""
        return len(self.planted & self.found)

    @property
    def precision(self) -> float:
        """The share of those found that were planted; nan where nobody was found."""
        return self.right / len(self.found) if self.found else float("nan")

    @property
    def recall(self) -> float:
        """The share of those planted that was found."""
        return self.right / len(self.planted)


def table(title: str, all_: Sequence[Found]) -> Table:
    """Precision and recall of each."""
    rows = [
        (one.what, one.how, f"{len(one.planted)}", f"{len(one.found)}", f"{one.right}", f"{one.precision:.2f}",
         f"{one.recall:.2f}")
        for one in all_
    ]  # fmt: skip
    columns = ("planted", "found by", "planted in", "found", "right", "precision", "recall")
    return Table(title, columns, rows, frozenset({2, 3, 4, 5, 6}))


def by_seed(title: str, all_: Mapping[int, Sequence[Found]]) -> Table:
    """Precision, recall and sizes of each, in samples made with several seeds."""
    columns = (
        "planted",
        "found by",
        *(f"seed {seed}: {what}" for seed in all_ for what in ("right of found", "of planted")),
    )
    rows = []
    for same in zip(*all_.values(), strict=True):
        cells = (
            cell
            for one in same
            for cell in (
                _part(one.right, len(one.found), one.precision),
                _part(one.right, len(one.planted), one.recall),
            )
        )
        rows.append((same[0].what, same[0].how, *cells))
    return Table(title, columns, rows, frozenset(range(2, 2 + 2 * len(all_))))


def _part(right: int, of: int, share: float) -> str:
    return f"{share:.2f} ({right} of {of})"
