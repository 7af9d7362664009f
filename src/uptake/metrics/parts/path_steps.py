"""Steps of paths, as SQL: what entities did one after the other, from one anchor or up to another.

A path is a run of the events looked at without a gap of `gap_minutes` or more; repeats of a node in a row are one
visit, at the last of them. It may be cut to what follows the first `after`, to what leads to the first `before`, or both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from uptake.errors import QuestionError
from uptake.facts.path_events import read
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.periods import microseconds_of
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.path_nodes import AFTER, BEFORE, Nodes, nodes
from uptake.sequences.events import Keys
from uptake.sequences.paths import END, OPEN, START, Cut, Steps, Walks, walks

PATH = "PARTITION BY entity_key, path"
ARRIVAL = "ORDER BY event_at, import_id, ordinal"


def relations(asked: Asked) -> dict[str, str]:
    """Relations up to `path_step` (entity_key, path, anchor_at, position, from_key, to_key, seconds, is_first).

    Positions count from 1 at the beginning, or up to 0 at `before` where there is no `after`. A path that is not over
    at `as_of` leads to OPEN where others lead to END.

    Raises:
        QuestionError: `dropped` is asked for without two anchors.
    """
    require_anchors(asked)
    found = nodes(asked)
    return {
        "node(node_key, node)": found.names,
        "seen": f"{_seen(asked, found)} AND event_at < $as_of",
        "run": f"""SELECT *, sum(begins) OVER (PARTITION BY entity_key {ARRIVAL})::BIGINT AS path FROM (
            SELECT *, (event_at - lag(event_at) OVER (PARTITION BY entity_key {ARRIVAL})
                >= to_minutes($gap_minutes::INTEGER) IS NOT FALSE)::INTEGER AS begins FROM seen
        )""",
        "visit": f"""SELECT entity_key, path, node_key, event_at, row_number() OVER ({PATH} {ARRIVAL}) AS place,
            max(event_at) OVER ({PATH}) AS ends_at
        FROM (SELECT * FROM run QUALIFY lead(node_key) OVER ({PATH} {ARRIVAL}) IS DISTINCT FROM node_key)""",
        **_cut(asked),
        "path_step": _steps(asked),
    }


def require_anchors(asked: Asked) -> None:
    """Refuses the paths that were dropped between two anchors where there are not two.

    Raises:
        QuestionError: There are not.
    """
    if asked.param("outcome") == "dropped" and None in (asked.param("after"), asked.param("before")):
        raise QuestionError("outcome is 'dropped', but that needs both after and before.", do="Give both anchors.")


@dataclass(frozen=True, eq=False)
class Followed:
    """Every path of a question whenever it began, kept for the next one: that may ask for other periods and groups.

    Args:
        entities: Keys of the entities.
        nodes: Keys of the nodes.
        parts: The paths, some entities at a time; entities and nodes are places in those.
    """

    entities: Keys
    nodes: Keys
    parts: list[Walks]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.entities.nbytes + self.nodes.nbytes + sum(part.nbytes for part in self.parts)

    def keys(self, node: Keys) -> Keys:
        """The keys of nodes, whose places are given; what is no event is its own."""
        special = node < 0
        return np.where(special, node, self.nodes.take(node, mode="clip")) if len(self.nodes) else node

    def table(self) -> pa.Table:
        """The rows of `path_step`."""
        tables, paths = list[pa.Table](), 0
        for found in self.parts:
            tables.append(self._table(found.steps, paths))
            paths += int(found.path.max(initial=-1)) + 1
        return pa.concat_tables(tables)

    def _table(self, found: Steps, paths: int) -> pa.Table:
        return pa.table(
            {
                "entity_key": self.entities.take(found.entity),
                "path": found.path + paths,
                "anchor_at": found.anchor_at.view("datetime64[us]"),
                "position": found.position,
                "from_key": self.keys(found.origin),
                "to_key": self.keys(found.target),
                "seconds": pa.array(found.microseconds / 1e6, mask=found.microseconds < 0),
                "is_first": found.is_first,
            }
        )


def followed(asked: Asked) -> Followed:
    """Follows the paths, or gives those that were followed for an earlier question."""
    wanted = _wanted(asked)
    cut = Cut(
        gap=asked.param("gap_minutes") * 60_000_000,
        depth=asked.param("depth"),
        until=microseconds_of(asked.question.as_of),
        after=None if asked.param("after") is None else AFTER,
        before=None if asked.param("before") is None else _goal(asked),
        is_dropped=asked.param("outcome") == "dropped",
    )
    return asked.kept.get(asked.cursor, ("paths followed", wanted, cut), lambda: _followed(asked, wanted, cut))


def _followed(asked: Asked, wanted: _Wanted, cut: Cut) -> Followed:
    events = read(asked.cursor, asked.kept, wanted.seen, wanted.whose)
    if wanted.names is not None:
        events = events.named(dict(wanted.names))
    events = events.before(cut.until)
    after, before = (None if key is None else events.place(key) for key in (cut.after, cut.before))
    cut = replace(cut, after=after, before=before)
    return Followed(events.entities, events.nodes, side_by_side(lambda part: walks(*part, cut), events.parts()))


class _Wanted(NamedTuple):
    """Which events are looked at.

    Args:
        seen: SQL for them.
        whose: The columns that their entities' keys are made of.
        names: What is asked of them by name is asked of the names, so that they are read once for all: the node of
            each name that is looked at. None: `seen` tells nodes.
    """

    seen: str
    whose: str
    names: tuple[tuple[int, int], ...] | None


def _wanted(asked: Asked) -> _Wanted:
    found = nodes(asked)
    whose = ", ".join(column for column in ("account_key", "user_key") if column in asked.grain.key)
    if not found.is_by_name:
        return _Wanted(_seen(asked, found, f"{whose}, "), whose, None)
    nodes_of = f"SELECT name_key, {found.key} FROM event_names WHERE {found.chosen} ORDER BY 1"
    names = asked.cursor.execute(f"SELECT name_key FROM event_names WHERE {found.read} ORDER BY 1").fetchall()
    chosen = f"name_key IN ({', '.join(str(key) for (key,) in names)})" if names else "false"
    by_name = replace(found, key="name_key", chosen=chosen)
    named = tuple(asked.cursor.execute(nodes_of).fetchall())
    return _Wanted(_seen(asked, by_name, f"{whose}, "), whose, named)


def _seen(asked: Asked, found: Nodes, columns: str = "") -> str:
    return f"""SELECT {columns}entity_key, event_at, import_id, ordinal, {found.key} AS node_key
        FROM {asked.grain.of("event")} WHERE {found.chosen}"""


def _goal(asked: Asked) -> int:
    """The key of the node paths lead to: that of `after` where both are the same."""
    return AFTER if asked.param("before") == asked.param("after") else BEFORE


def is_backward(asked: Asked) -> bool:
    """Whether paths are followed back from their end."""
    return asked.param("after") is None and asked.param("before") is not None


def _cut(asked: Asked) -> dict[str, str]:
    """Relations up to `cut`: visits of the part of a path that is looked at, with the place of its anchor."""
    begins_at = f"min(place) FILTER (node_key = {AFTER}) OVER ({PATH})" if asked.param("after") is not None else "1"
    if asked.param("before") is None:
        finish, kept = "last_place", "begin IS NOT NULL"
    elif asked.param("outcome") == "dropped":
        finish, kept = "last_place", "begin IS NOT NULL AND before_place IS NULL"
    else:
        finish, kept = "before_place", "before_place IS NOT NULL"
    later = ">=" if is_backward(asked) else ">"
    begin, anchor = (
        ("greatest(begin, before_place - $depth::INTEGER + 1)", "before_place")
        if is_backward(asked)
        else ("begin", "begin")
    )
    return {
        "anchored": f"""SELECT *,
            min(place) FILTER (node_key = {_goal(asked)} AND place {later} begin) OVER ({PATH}) AS before_place
        FROM (SELECT *, {begins_at} AS begin, max(place) OVER ({PATH}) AS last_place FROM visit)""",
        "cut": f"""SELECT *, max(CASE WHEN place = anchor THEN event_at END) OVER ({PATH}) AS anchor_at
        FROM (SELECT * REPLACE ({begin} AS begin), {finish} AS finish, {anchor} AS anchor FROM anchored WHERE {kept})
        WHERE place BETWEEN begin AND least(finish, begin + $depth::INTEGER - 1)""",
    }


def _steps(asked: Asked) -> str:
    """SQL for `path_step`: from every visit to the next, and to the end or from the start of the path."""
    following = f"lead(node_key) OVER ({PATH} ORDER BY place)"
    seconds = f"epoch(lead(event_at) OVER ({PATH} ORDER BY place) - event_at) AS seconds"
    own = "entity_key, path, anchor_at"
    if is_backward(asked):
        return f"""SELECT {own}, position, from_key, to_key, seconds, position = -1 AS is_first FROM (
            SELECT {own}, place - anchor AS position, node_key AS from_key, {following} AS to_key, {seconds} FROM cut
        ) WHERE to_key IS NOT NULL
        UNION ALL SELECT {own}, -anchor, {START}, node_key, NULL, anchor = 1 FROM cut WHERE place = 1 AND anchor < $depth"""
    is_end = "place = last_place" if asked.param("before") is None or asked.param("outcome") == "dropped" else "false"
    ending = f"CASE WHEN ends_at + to_minutes($gap_minutes::INTEGER) <= $as_of THEN {END} ELSE {OPEN} END"
    return f"""SELECT {own}, position, from_key, to_key, seconds, position = 1 AS is_first FROM (
            SELECT {own}, place - begin + 1 AS position, node_key AS from_key, {seconds},
                coalesce({following}, CASE WHEN {is_end} THEN {ending} END) AS to_key FROM cut
        ) WHERE to_key IS NOT NULL AND position < $depth"""
