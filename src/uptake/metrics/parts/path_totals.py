"""Steps of paths counted without a row for each, where nothing is broken down or filtered."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.path_nodes import nodes
from uptake.metrics.parts.path_steps import followed, is_backward
from uptake.sequences.path_counts import count


def counted(asked: Asked) -> pa.Table:
    """What the kind makes of the rows: a row for each step, with everything an estimate needs."""
    found = followed(asked, _range(asked))
    names = dict(asked.cursor.execute(nodes(asked).names).fetchall())
    labels = [names[key] for key in found.events.nodes.tolist()]
    depth = asked.param("depth")
    order = np.empty(len(labels), np.intp)
    order[sorted(range(len(labels)), key=labels.__getitem__)] = np.arange(len(labels))
    counts = count(found.parts, 1 - depth if is_backward(asked) else 1, depth, order, asked.param("most"))
    lines = len(counts.paths)
    return pa.table(
        {
            "position": counts.position,
            "from_node": pa.array([names[key] for key in found.keys(counts.origin).tolist()], pa.string()),
            "to_node": pa.array([names[key] for key in found.keys(counts.target).tolist()], pa.string()),
            "paths": counts.paths,
            "people": counts.people,
            "n": np.full(lines, counts.n),
            "estimate": counts.paths / counts.n if lines else np.empty(0),
            "median_s": pa.array(counts.median_s, from_pandas=True),
            "sum_yy": counts.sum_yy,
            "sum_xy": counts.sum_xy,
            "sum_xx": np.full(lines, counts.sum_xx),
            "entities": np.full(lines, counts.entities),
        }
    )


def _range(asked: Asked) -> tuple[int, int]:
    """The instants from which and up to which paths are counted."""
    found = periods.read(asked.cursor, asked.question, asked.plan)
    if not found:
        return 0, 0
    return periods.microseconds_of(found[0][1]), periods.microseconds_of(found[-1][2])
