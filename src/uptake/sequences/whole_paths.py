"""Whole paths, counted: which runs of nodes are the most frequent, and what the interval of their share is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from uptake.sequences.events import Keys, Rows
from uptake.sequences.medians import medians_of
from uptake.sequences.path_counts import Counts, Grouped
from uptake.sequences.paths import NOTHING, SPECIALS

BETWEEN = " → "
"""Stands between the nodes of a sequence in words."""
ROOM = 1 << 62
"""Numbers of sequences stay below."""
DENSE = 1 << 22
"""So many counts take 32 MB."""


@dataclass(frozen=True, eq=False)
class WholePaths:
    """One line for each sequence of nodes that is listed of a group, the most frequent first.

    Args:
        group: Whose paths they are.
        sequence: The nodes in words.
        length: How many of them are events, not a beginning or an end.
        paths: How many paths they are.
        people: How many entities have such a path.
        sum_yy: Over entities, the square of how many such paths they have.
        sum_xy: Over entities, that number times all of their paths.
        median_s: The median of the seconds that such a path takes; not a number where nothing is known of any.
        n: All paths of the group.
        sum_xx: Over entities, the square of how many paths they have.
        entities: How many entities have a path.
    """

    group: Counts
    sequence: pa.Array
    length: Counts
    paths: Counts
    people: Counts
    sum_yy: Counts
    sum_xy: Counts
    median_s: NDArray[np.float64]
    n: Counts
    sum_xx: Counts
    entities: Counts


def count_whole(parts: Sequence[Grouped], groups: int, names: Sequence[str], most: int) -> WholePaths:
    """Counts the paths that are alike from end to end.

    Args:
        parts: The paths, at least one part; an entity is in one of them only.
        groups: How many groups there are.
        names: What the nodes are called: those below 0 from `NOTHING` on, which is not read, and then the others; no
            two alike, and none with `BETWEEN` in it.
        most: How many sequences of each group are listed.

    Returns:
        Lines by group; the most frequent first, those of one frequency by their words.
    """
    nodes = np.concatenate([part.walks.node for part in parts], axis=1)
    entity = np.concatenate([part.walks.entity for part in parts])
    group = np.concatenate([_groups(part) for part in parts])
    alike, example = _alike(nodes, group, len(names))
    frequency, its_group = np.bincount(alike, minlength=len(example)), group.take(example)
    candidates = _candidates(frequency, its_group, most)
    words = _in_words(nodes[:, example.take(candidates)], names)
    chosen = _first(most, its_group.take(candidates), frequency.take(candidates), words)
    listed = candidates.take(chosen)
    line_of = np.full(len(example), -1, np.intp)
    line_of[listed] = np.arange(len(listed))
    line = line_of.take(alike)
    rows = np.flatnonzero(line >= 0)
    whose, x = _owners(group, groups, entity)
    owners = np.zeros(len(x), np.intp)
    owners[whose] = group
    n, sum_xx, entities = (np.bincount(owners, weights, groups).astype(np.int64) for weights in (x, x * x, x > 0))
    # a line and whose path it is, as one number
    both, y = _numbered(line.take(rows) * max(1, len(x)) + whose.take(rows))
    first = np.empty(len(y), np.intp)
    first[both] = rows
    by_line, its_x = line.take(first), x.take(whose.take(first))
    people, sum_yy, sum_xy = (
        np.bincount(by_line, weights, len(listed)).astype(np.int64) for weights in (None, y * y, y * its_x)
    )
    its_group = its_group.take(listed)
    return WholePaths(
        group=its_group,
        sequence=words.take(pa.array(chosen)),
        length=np.count_nonzero(nodes[:, example.take(listed)] >= 0, axis=0),
        paths=frequency.take(listed),
        people=people,
        sum_yy=sum_yy,
        sum_xy=sum_xy,
        median_s=medians_of(line.take(rows), _took(parts, rows), np.arange(len(listed))),
        n=n.take(its_group),
        sum_xx=sum_xx.take(its_group),
        entities=entities.take(its_group),
    )


def _groups(part: Grouped) -> Counts:
    return np.zeros(len(part.walks.entity), np.int64) if part.group is None else part.group.astype(np.int64)


def _took(parts: Sequence[Grouped], rows: Rows) -> Counts:
    """How many microseconds some of the paths take; -1 where one has no step between visits."""
    took, is_known = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    for steps in zip(*(part.walks.microseconds for part in parts), strict=True):
        step = np.concatenate(steps).take(rows)
        is_known |= step >= 0
        took += np.maximum(step, 0)
    took[~is_known] = -1
    return took


def _owners(group: Counts, groups: int, entity: Keys) -> tuple[Rows, Counts]:
    """A number for each entity in each group, and how many paths it has there; numbers of nobody have none."""
    everyone = int(entity.max(initial=-1)) + 1
    whose = group * everyone + entity
    # a place for everybody in every group is quicker than looking up who is there, while there is room
    return (whose, np.bincount(whose, minlength=1)) if groups * everyone <= DENSE else _numbered(whose)


def _alike(nodes: Keys, group: Counts, names: int) -> tuple[Rows, Rows]:
    """A number for each path, the same for those of a group that visit the same nodes, and a path for each number."""
    found, values = group, int(group.max(initial=0)) + 1
    for layer in nodes:
        if values * names >= ROOM:
            found, distinct = _numbered(found)
            values = len(distinct)
        found = found * names + (layer.astype(np.int64) + SPECIALS)
        values *= names
    alike, distinct = _numbered(found)
    example = np.empty(len(distinct), np.intp)
    example[alike] = np.arange(len(alike))
    return alike, example


def _candidates(frequency: Counts, group: Counts, most: int) -> Rows:
    """The sequences that may be among the `most` of their group: those as frequent as the last of them too."""
    order = np.lexsort((-frequency, group))
    in_order = group.take(order)
    begins = np.flatnonzero(np.diff(in_order, prepend=-1))
    last = np.minimum(begins + most, np.append(begins[1:], len(order))) - 1
    members = np.diff(begins, append=len(order))
    least = np.repeat(frequency.take(order.take(last)), members)
    return order[frequency.take(order) >= least]


def _in_words(nodes: Keys, names: Sequence[str]) -> pa.Array:
    """The nodes of some paths, one a column, in words."""
    called = pa.array(names, pa.string())
    layers = [called.take(pa.array(layer.astype(np.int64) + SPECIALS, mask=layer == NOTHING)) for layer in nodes]
    return pc.binary_join_element_wise(*layers, BETWEEN, null_handling="skip")


def _first(most: int, group: Counts, frequency: Counts, words: pa.Array) -> Rows:
    """Where the `most` most frequent sequences of each group are, those of one frequency by their words."""
    given = pa.table({"group": group, "frequency": frequency, "words": words})
    by = [("group", "ascending"), ("frequency", "descending"), ("words", "ascending")]
    order: Rows = pc.sort_indices(given, sort_keys=by).to_numpy().astype(np.intp)
    in_order = group.take(order)
    place = np.arange(len(order)) - np.searchsorted(in_order, in_order)
    return order[place < most]


def _numbered(values: NDArray[Any]) -> tuple[Rows, Counts]:
    """Numbers from 0 on for what is equal, and how many of each there are."""
    # a table of hashes takes a fifth of the time of putting them in order
    number = pa.array(values).dictionary_encode()
    found = number.indices.to_numpy().astype(np.intp)
    return found, np.bincount(found, minlength=len(number.dictionary))
