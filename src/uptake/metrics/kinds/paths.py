"""Paths: how many went from one thing to the next. Rows are steps from one node of a path to the next.

Every path brings one row a step: `position` is the layer it leaves, `from_key` and `to_key` are nodes of the relation
`node`, `seconds` what lies between, `is_first` holds for one row of each path. Nodes that are not among the `$most` of
their layer become one, so that a step counts its paths once whatever it is called.

Paths of one entity resemble each other, so intervals treat entities, not paths, as the sample.
"""

from __future__ import annotations

from math import nan

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.sequences.paths import END, OPEN, OTHER, START
from uptake.stats.estimate import Estimate
from uptake.stats.proportion import wilson
from uptake.stats.ratio import as_share, ratio

SPECIAL = {END: "(end)", OPEN: "(in progress)", START: "(start)", OTHER: "(other)"}
"""Keys of what is no event: where a path ends, may still go on or begins, and what the smaller nodes are taken together."""


class OfPaths(Kind):
    """Shares of paths, each with the interval of entities."""

    by_period = True

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds intervals."""
        del labels, asked
        return [row | _estimate(row) for row in rows]


class Paths(OfPaths):
    """Shares of all paths that take each step, the most frequent first."""

    name = "paths"

    def select(self, labels: tuple[str, ...]) -> str:
        """A row a step: its paths and people, all paths, and the sums that the interval is made of."""
        return f"{steps_sql(labels)} ORDER BY {''.join(f'{label}, ' for label in labels)}position, paths DESC, from_node, to_node"

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The step, and how many went it."""
        del asked
        return (
            Column("position", "integer"),
            Column("from_node", "text"),
            Column("to_node", "text"),
            *_counted(unit),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Whose paths took a step."""
        del asked
        side = Side("through", "went this way", "true", "people")
        at = ("position", "from_node", "to_node")
        return Cells((side,), people_of_steps_sql(labels), at, value="paths", value_title="Paths")


class Sequences(OfPaths):
    """Whole paths, the most frequent first."""

    name = "sequences"

    def select(self, labels: tuple[str, ...]) -> str:
        """A row a sequence of nodes, the `$most` most frequent of each group."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}sequence, length, paths, people, n, paths / n AS estimate, median_s,
            sum_yy, sum_xy, sum_xx, entities
        FROM (
            SELECT {columns}sequence, length, sum(y)::BIGINT AS paths, count(*) AS people, sum(y * y) AS sum_yy,
                sum(y * m) AS sum_xy, list_median(flatten(list(seconds))) AS median_s
            FROM (
                SELECT {columns}entity_key, sequence, length, count(*) AS y, list(seconds) AS seconds
                FROM ({_whole_sql(labels)}) GROUP BY ALL
            ) s JOIN ({_entities_sql(labels)}) m USING ({columns}entity_key) GROUP BY ALL
        ) s JOIN ({_groups_sql(labels)}) g {_same(labels)}
        QUALIFY row_number() OVER ({_partition(labels)}ORDER BY paths DESC, sequence) <= $most
        ORDER BY {columns}paths DESC, sequence"""

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The sequence, and how many went it."""
        del asked
        return (
            Column("sequence", "text"),
            Column("length", "integer", "count"),
            *_counted(unit),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Whose paths they were."""
        del asked
        columns = "".join(f"{label}, " for label in labels)
        rows = f"""SELECT entity_key, {columns}sequence, min(anchor_at) AS anchor_at, count(*) AS paths
        FROM ({_whole_sql(labels)}) GROUP BY ALL"""
        side = Side("through", "went this way", "true", "people")
        return Cells((side,), rows, ("sequence",), value="paths", value_title="Paths")


def _counted(unit: str) -> tuple[Column, ...]:
    """How many went a way: the columns of steps and of whole paths."""
    return (
        Column("paths", "integer", "count"),
        Column("people", "integer", "count"),
        Column("n", "integer", "count"),
        Column("estimate", "number", unit),
        Column("ci_lower", "number", unit),
        Column("ci_upper", "number", unit),
        Column("median_s", "number", "seconds"),
        Column("status", "text"),
    )


def steps_sql(labels: tuple[str, ...]) -> str:
    """SQL for a row a step and group, with everything an estimate needs."""
    columns = "".join(f"{label}, " for label in labels)
    step = f"{columns}position, from_key, to_key"
    return f"""SELECT {columns}position, f.node AS from_node, t.node AS to_node, paths, people, n, paths / n AS estimate,
            median_s, sum_yy, sum_xy, sum_xx, entities
        FROM (
            WITH merged AS MATERIALIZED ({merged_sql()})
            SELECT {step}, paths, people, sum_yy, sum_xy, median_s FROM (
                SELECT {step}, sum(y)::BIGINT AS paths, count(*) AS people, sum(y * y) AS sum_yy, sum(y * m) AS sum_xy
                FROM (SELECT {step}, entity_key, count(*) AS y FROM merged GROUP BY ALL)
                JOIN ({_entities_sql(labels)}) USING ({columns}entity_key) GROUP BY ALL
            ) JOIN (SELECT {step}, median(seconds) AS median_s FROM merged GROUP BY ALL) USING ({step})
        ) s JOIN ({_groups_sql(labels)}) g {_same(labels)}
        JOIN node f ON f.node_key = from_key JOIN node t ON t.node_key = to_key"""


def people_of_steps_sql(labels: tuple[str, ...]) -> str:
    """SQL for a row a step, group and entity, with how many of its paths took the step."""
    columns = "".join(f"{label}, " for label in labels)
    return f"""SELECT entity_key, {columns}position, f.node AS from_node, t.node AS to_node,
            min(anchor_at) AS anchor_at, count(*) AS paths
        FROM ({merged_sql()}) JOIN node f ON f.node_key = from_key JOIN node t ON t.node_key = to_key GROUP BY ALL"""


def merged_sql() -> str:
    """SQL for the rows of `labelled` in which the smaller nodes of a layer are one."""
    ranked = """SELECT layer, k.node_key, row_number() OVER (PARTITION BY layer ORDER BY size DESC, node) <= $most AS is_kept
            FROM (
                SELECT layer, node_key, max(size) AS size FROM (
                    SELECT position AS layer, from_key AS node_key, count(*) AS size FROM labelled GROUP BY ALL
                    UNION ALL SELECT position + 1, to_key, count(*) FROM labelled GROUP BY ALL
                ) WHERE node_key >= 0 GROUP BY ALL
            ) k JOIN node USING (node_key)"""
    return f"""WITH ranked AS ({ranked})
            SELECT l.* REPLACE (
                CASE WHEN a.is_kept OR l.from_key < 0 THEN l.from_key ELSE {OTHER} END AS from_key,
                CASE WHEN b.is_kept OR l.to_key < 0 THEN l.to_key ELSE {OTHER} END AS to_key)
            FROM labelled l LEFT JOIN ranked a ON a.layer = l.position AND a.node_key = l.from_key
            LEFT JOIN ranked b ON b.layer = l.position + 1 AND b.node_key = l.to_key"""


def _whole_sql(labels: tuple[str, ...]) -> str:
    """SQL for a row a path: its nodes in words, how many, and how long it took."""
    columns = "".join(f"l.{label}, " for label in labels)
    return f"""SELECT l.entity_key, {columns}l.anchor_at, l.path, count(*) FILTER (l.from_key >= 0)
                + (arg_max(l.to_key, l.position) >= 0)::INT AS length,
            string_agg(f.node, ' → ' ORDER BY l.position) || ' → ' || arg_max(t.node, l.position) AS sequence,
            sum(l.seconds) AS seconds
        FROM labelled l JOIN node f ON f.node_key = l.from_key JOIN node t ON t.node_key = l.to_key GROUP BY ALL"""


def _entities_sql(labels: tuple[str, ...]) -> str:
    columns = "".join(f"{label}, " for label in labels)
    return f"SELECT {columns}entity_key, count(*) AS m FROM labelled WHERE is_first GROUP BY ALL"


def _groups_sql(labels: tuple[str, ...]) -> str:
    columns = "".join(f"{label}, " for label in labels)
    return f"""SELECT {columns}sum(m)::BIGINT AS n, sum(m * m) AS sum_xx, count(*) AS entities
            FROM ({_entities_sql(labels)}) GROUP BY ALL"""


def _same(labels: tuple[str, ...]) -> str:
    return f"USING ({', '.join(labels)})" if labels else "ON true"


def _partition(labels: tuple[str, ...]) -> str:
    return f"PARTITION BY {', '.join(labels)} " if labels else ""


def share_of(row: Row, suffix: str = "") -> Estimate:
    """The share of paths that a row counts, with entities as the sample.

    Where all or none of the paths go this way, nothing says how entities differ: the interval is Wilson's of as many.
    """
    sums = [int(row[f"{name}{suffix}"] or 0) for name in ("paths", "n", "sum_yy", "sum_xy", "sum_xx", "entities")]
    share, entities = as_share(ratio(*sums)), sums[-1]
    if share.estimate in (0, 1):
        return wilson(share.estimate * entities, entities)._replace(n=entities)
    return share


def _estimate(row: Row) -> Row:
    share = share_of(row)
    return {
        "ci_lower": present(share.ci_lower),
        "ci_upper": present(share.ci_upper),
        "median_s": present(nan if row["median_s"] is None else row["median_s"]),
        "status": status(row["entities"]),
    }


PATHS = Paths()
SEQUENCES = Sequences()
