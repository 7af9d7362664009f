"""Bands: what a number of users or accounts is told apart by, a few ranges instead of every value."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite

from pydantic import BaseModel, ConfigDict

from uptake.plan.problems import Gathering, described, refuse, shown
from uptake.plan.words import read_text

MOST_EDGES = 20
PAID = {"account.mrr": 1, "account.arr": 12}
"""What accounts pay, as numbers that subscriptions say: a month, and a year, which is twelve times the month."""
WANTED = (
    "edges that rise, such as [0, 1200, 6000]",
    "names with the edge each begins at, such as {Small: 0, Large: 6000}",
)
THOUSANDS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


class Bands(BaseModel):
    """Ranges of a number, each with its lower edge in it and its upper edge not.

    Args:
        edges: Where bands begin, rising. What is less than the first is a band of its own.
        names: What people call the band that begins at each edge; none: the edges alone say it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    edges: tuple[float, ...]
    names: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """What each band is called in answers, the lowest first, with its edges.

        >>> Bands(edges=(0, 1200)).labels
        ('under 0', '0 to under 1.2k', '1.2k or more')
        >>> Bands(edges=(0, 1200), names=("Small", "Large")).labels
        ('under 0', 'Small (0 to under 1.2k)', 'Large (1.2k or more)')
        """
        ends = [f"{written(low)} to under {written(high)}" for low, high in pairwise(self.edges)]
        ends.append(f"{written(self.edges[-1])} or more")
        said = [f"{name} ({end})" for name, end in zip(self.names, ends, strict=True)] if self.names else ends
        return (f"under {written(self.edges[0])}", *said)


def written(edge: float) -> str:
    """An edge in few characters, without a comma, which separates values.

    >>> [written(edge) for edge in (0, 0.5, 1200, 24000, 1234.5, 2_000_000)]
    ['0', '0.5', '1.2k', '24k', '1234.5', '2M']
    """
    for size, letter in THOUSANDS:
        short = edge / size
        if abs(short) >= 1 and round(short, 2) * size == edge:
            return f"{round(short, 2):g}{letter}" if abs(short) < 1000 else f"{short:.0f}{letter}"
    return str(int(edge)) if edge == int(edge) else str(edge)


def read_all(value: object, currency: str | None) -> dict[str, Bands]:
    """Reads a mapping of attributes to bands.

    Args:
        value: What was written.
        currency: The product's, in which amounts are.

    Raises:
        Problems: With the attribute as location.
    """
    if not isinstance(value, Mapping):
        raise refuse(
            f"is {described(value)}", "a mapping of attributes to edges, such as {account.arr: [0, 1200, 6000]}"
        )
    gathering = Gathering()
    found = dict[str, Bands]()
    for key, given in value.items():
        with gathering.at(key):
            found[_attribute(key, currency)] = given if isinstance(given, Bands) else _bands(given)
    gathering.end()
    return found


def _attribute(key: object, currency: str | None) -> str:
    entity, dot, name = str(key).partition(".")
    if entity not in ("user", "account") or not dot or not name or name == "id":
        raise refuse("is not an attribute", "user.NAME", "account.NAME", *PAID)
    if key in PAID and currency is None:
        raise refuse("has edges in no currency", do="Say which: product: {currency: EUR}.")
    return read_text(str(key))


def _bands(given: object) -> Bands:
    if isinstance(given, Mapping):
        names, edges = list(given), list(given.values())
    elif isinstance(given, list | tuple):
        names, edges = [], list(given)
    else:
        raise refuse(f"is {described(given)}", *WANTED)
    if not edges or len(edges) > MOST_EDGES:
        raise refuse(f"has {len(edges)} edges", f"1 to {MOST_EDGES}")
    gathering = Gathering()
    for place, edge in zip(names or range(len(edges)), edges, strict=True):
        with gathering.at(place):
            if names and ({*str(place)} & set(",()") or not str(place).strip()):
                raise refuse("is not the name of a band", "text without comma and parentheses")
            if isinstance(edge, bool) or not isinstance(edge, int | float) or not isfinite(edge):
                raise refuse(f"is {described(edge)}", "a number")
    gathering.end()
    if any(low >= high for low, high in pairwise(edges)):
        raise refuse(f"is {shown(edges)}", "edges that rise, each once")
    return Bands(edges=tuple(float(edge) for edge in edges), names=tuple(read_text(name) for name in names))
