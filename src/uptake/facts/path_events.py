"""The events that paths are made of, as sorted columns: whose, when, and which node each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.step_events import ARRIVAL
from uptake.sequences.events import Bools, Instants, Keys, Rows
from uptake.sequences.paths import SPECIALS
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

PART_ROWS = 1 << 17
"""How many events are followed at a time, so that what is worked out of them fits the processor's cache."""


class Part(NamedTuple):
    """Events of some entities.

    Args:
        entity: The place of each event's entity among all.
        at: When it happened.
        node: The place of its node among all.
    """

    entity: NDArray[np.int32]
    at: Instants
    node: Keys


@dataclass(frozen=True, eq=False)
class PathEvents:
    """Events in the order of their entities, and within one of the instant and of arrival.

    All events there are may be among them, so they are kept as narrow as they can be.

    Args:
        entities: Keys of the entities.
        starts: The first event of each, and the number of all.
        at: When each event happened.
        nodes: Keys of the nodes.
        node: The place of each event's node in them.
    """

    entities: Keys
    starts: Rows
    at: Instants
    nodes: Keys
    node: Keys

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(one.nbytes for one in (self.entities, self.starts, self.at, self.nodes, self.node))

    @cached_property
    def _last_at(self) -> int:
        return int(self.at.max(initial=np.iinfo(np.int64).min))

    def before(self, instant: int) -> PathEvents:
        """Those before an instant, microseconds since 1970."""
        if self._last_at < instant:
            return self
        return self._chosen(self.at < instant)

    def named(self, names: Mapping[int, int]) -> PathEvents:
        """Those whose nodes have a name, under that name; several may have one."""
        named = [names.get(node) for node in self.nodes.tolist()]
        if None not in named and len(set(named)) == len(named):
            return replace(self, nodes=np.array(named, np.int32))
        found = sorted({name for name in named if name is not None})
        place = np.array([0 if name is None else found.index(name) for name in named], self.node.dtype)
        events = self._chosen(np.array([name is not None for name in named], np.bool_).take(self.node))
        return replace(events, nodes=np.array(found, np.int32), node=place.take(events.node))

    def _chosen(self, kept: Bools) -> PathEvents:
        rows = np.flatnonzero(kept)
        starts = np.searchsorted(rows, self.starts)
        return PathEvents(self.entities, starts, self.at.take(rows), self.nodes, self.node.take(rows))

    def parts(self, rows: int = PART_ROWS) -> Iterator[Part]:
        """All of them, entity by entity, about so many at a time; one part at least."""
        cuts = np.searchsorted(self.starts, np.arange(rows, len(self.at), rows))
        bounds = [0, *np.unique(cuts[(cuts > 0) & (cuts < len(self.entities))]).tolist(), len(self.entities)]
        for first, last in pairwise(bounds):
            begin, end = self.starts[first], self.starts[last]
            entity = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(self.starts[first : last + 1]))
            yield Part(entity, self.at[begin:end], self.node[begin:end])

    def place(self, node: int) -> int:
        """The place of a node, by its key; that of none where no event is one."""
        found = np.flatnonzero(self.nodes == node)
        return int(found[0]) if len(found) else len(self.nodes)


def read(cursor: Cursor, kept: Kept, seen: str, whose: str) -> PathEvents:
    """The events, read now or kept from before.

    Args:
        cursor: A cursor of the projection.
        kept: What is kept of this projection.
        seen: SQL for (entity_key, event_at, import_id, ordinal, node_key) and the columns that the key is made of.
        whose: These columns, in the order of the keys: what is stored is sorted in less than half the time of what is
            made of it, as the engine knows its range.
    """
    return kept.get(cursor, ("path events", seen), lambda: _read(cursor, seen, whose))


def _read(cursor: Cursor, seen: str, whose: str) -> PathEvents:
    columns: dict[str, Any] = cursor.execute(
        f"SELECT entity_key, event_at, node_key::INTEGER AS node_key FROM ({seen}) ORDER BY {whose}, event_at, {ARRIVAL}"
    ).fetchnumpy()
    entity, node = columns["entity_key"], columns["node_key"]
    firsts = np.flatnonzero(np.concatenate([np.ones(min(len(entity), 1), np.bool_), entity[1:] != entity[:-1]]))
    is_there = np.bincount(node) > 0
    nodes = np.flatnonzero(is_there).astype(np.int32)
    # with room for what is no event, below 0
    places = np.cumsum(is_there, dtype=np.min_scalar_type(-len(nodes) - SPECIALS)) - 1
    return PathEvents(
        entity.take(firsts),
        np.append(firsts, len(entity)),
        columns["event_at"].view(np.int64),
        nodes,
        places.take(node),
    )
