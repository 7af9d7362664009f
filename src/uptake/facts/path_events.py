"""The events that paths are made of, as sorted columns: whose, when, and which node each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.facts.step_events import ARRIVAL
from uptake.sequences.events import Instants
from uptake.store.kept import Kept
from uptake.store.projection import Cursor


@dataclass(frozen=True, eq=False)
class PathEvents:
    """Events in the order of their entities, and within one of the instant and of arrival.

    Args:
        entity: Keys of the entities.
        at: When each event happened.
        node: Key of the node each is.
    """

    entity: NDArray[np.int64]
    at: Instants
    node: NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.entity.nbytes + self.at.nbytes + self.node.nbytes

    def before(self, instant: int) -> PathEvents:
        """Those before an instant, microseconds since 1970."""
        kept = self.at < instant
        return self if kept.all() else PathEvents(self.entity[kept], self.at[kept], self.node[kept])


def read(cursor: Cursor, kept: Kept, seen: str) -> PathEvents:
    """The events, read now or kept from before.

    Args:
        cursor: A cursor of the projection.
        kept: What is kept of this projection.
        seen: SQL for (entity_key, event_at, import_id, ordinal, node_key).
    """
    return kept.get(cursor, ("path events", seen), lambda: _read(cursor, seen))


def _read(cursor: Cursor, seen: str) -> PathEvents:
    columns: dict[str, Any] = cursor.execute(
        f"SELECT entity_key, event_at, node_key FROM ({seen}) ORDER BY entity_key, event_at, {ARRIVAL}"
    ).fetchnumpy()
    return PathEvents(
        columns["entity_key"].astype(np.int64, copy=False),
        columns["event_at"].view(np.int64),
        columns["node_key"].astype(np.int64, copy=False),
    )
