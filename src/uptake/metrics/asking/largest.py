"""Top N and the others: groups of a breakdown beyond the largest become one, before anything is counted.

So the shares, medians and intervals of the others are those of the entities in them, never sums or means of
the groups' own.
"""

from __future__ import annotations

from collections.abc import Sequence

from uptake.metrics.core.dimensions import MISSING, OTHER, Dimension, is_overlapping
from uptake.store.sql import literal, name


def largest(
    rows: str, labelled: str, by: Sequence[Dimension], most: int | None, keep: Sequence[Sequence[str]] | None = None
) -> dict[str, str]:
    """Relations that end in `labelled` with the largest groups and the others as one.

    A group is a combination of labels. It is as large as there are different entities in it over the whole answer,
    whatever the period; of equals the first by name is larger. Who has none of the attributes stays a group beside.

    Args:
        rows: SQL for `entity_row`.
        labelled: SQL for the rows of `entity_row` with their labels.
        by: What the answer is broken down by; at least one.
        most: How many groups stay.
        keep: Labels of the groups that stay, where they are known already.
    """
    columns = [name(one.label) for one in by]
    listed = ", ".join(columns)
    has_no_label = " AND ".join(f"{column} = {literal(MISSING)}" for column in columns)
    same = " AND ".join(f"l.{column} = t.{column}" for column in columns)
    others = ", ".join(
        f"CASE WHEN l.{columns[0]} IS NULL AND NOT (t.has_no_label) THEN {literal(OTHER)} ELSE t.{column} END AS {column}"
        for column in columns
    )
    # somebody who had several of the other values is one of the others once
    is_fanned_out = any(map(is_overlapping, by))
    if is_fanned_out:
        rows = f"SELECT *, row_number() OVER () AS row_number FROM ({rows})"
    chosen = f"""SELECT {listed} FROM told_apart WHERE NOT has_no_label GROUP BY ALL
        ORDER BY count(DISTINCT entity_key) DESC, {listed} LIMIT {most}"""
    if keep is not None:
        known = ", ".join(f"({', '.join(map(literal, group))})" for group in keep)
        chosen = f"FROM (VALUES {known}) known({listed})" if keep else f"SELECT {listed} FROM told_apart WHERE false"
    return {
        "entity_row": rows,
        "told_apart": f"SELECT *, {has_no_label} AS has_no_label FROM ({labelled})",
        "largest": chosen,
        "labelled": f"""SELECT {"DISTINCT " if is_fanned_out else ""}t.* REPLACE ({others})
        FROM told_apart t LEFT JOIN largest l ON {same}""",
    }
