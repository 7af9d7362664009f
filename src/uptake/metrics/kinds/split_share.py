"""Shares of two parts of everybody, and how far the first lies above the second."""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.core.result import Column, unit_of_difference
from uptake.metrics.kinds.share import Share
from uptake.metrics.kinds.status import present
from uptake.stats.difference import difference_of_shares
from uptake.stats.proportion import wilson

APART = "split_difference"
ENDS = {"": "estimate", "_ci_lower": "ci_lower", "_ci_upper": "ci_upper"}


class SplitShare(Share):
    """A proportion of each part; both rows of a pair have the difference beside them.

    Args:
        label: The column that tells the parts apart.
        parts: Its values: the part whose share is looked at, and the one whose share is taken off.
    """

    def __init__(self, label: str, parts: tuple[str, str]) -> None:
        self._label, self._parts = label, parts

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the difference of the two parts of each period and group, where both are there."""
        found = super().estimate(rows, labels, asked)
        rest = [name for name in plain(labels) if name != self._label]
        pairs: dict[tuple[object, ...], dict[str, Row]] = {}
        for row in found:
            pairs.setdefault(tuple(row[name] for name in rest), {})[row[self._label]] = row
        return [row | self._apart(pairs[tuple(row[name] for name in rest)]) for row in found]

    def _apart(self, pair: dict[str, Row]) -> Row:
        if any(not pair.get(part, {}).get("n") for part in self._parts):
            return {f"{APART}{end}": None for end in ENDS}
        one, other = (wilson(pair[part]["count"], pair[part]["n"]) for part in self._parts)
        apart = difference_of_shares(one, other)
        return {f"{APART}{end}": present(getattr(apart, name)) for end, name in ENDS.items()}

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Those of a share, then the difference and its interval."""
        *shares, state = super().columns(unit, asked)
        return (*shares, *(Column(f"{APART}{end}", "number", unit_of_difference(unit)) for end in ENDS), state)
