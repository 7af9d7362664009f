"""Segments: attributes and values that nobody has, ids on lists that nobody has."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from uptake.check.attributes import source
from uptake.check.conditions import compare
from uptake.check.finding import Finding, many
from uptake.check.subject import Subject
from uptake.plan import Segment, location_text
from uptake.plan.problems import shown

MOST_LISTED = 3


def conditions(checked: Subject) -> Iterator[Finding]:
    """Attributes that nobody has, or values of them that nobody has, as conditions of segments."""
    for name, segment in checked.plan.segments.items():
        for below, condition in segment.where.leaves() if segment.where else ():
            side, _, attribute = condition.property.partition(".")
            yield from compare(checked, ("segments", name, "where", *below), condition, source(side, attribute))


def lists(checked: Subject) -> Iterator[Finding]:
    """Lists without anybody on them, and ids on them that no user or account has."""
    for name, segment in checked.plan.segments.items():
        if not segment.is_list:
            continue
        location = ("segments", name, "list" if segment.list else "ids")
        where, subject = checked.plan.place(location), location_text(location)
        unknown = _unknown(checked, segment)
        if not segment.members:
            yield Finding("warning", where, f"{subject}: nobody is on it.", "Add ids, or take the segment away.")
        elif unknown:
            some = ", ".join(map(shown, unknown[:MOST_LISTED]))
            yield Finding(
                "warning",
                where,
                f"{subject}: {len(unknown):,} of {many(len(segment.members), 'id')} are no {segment.entity}'s: {some}"
                f"{' and more' if len(unknown) > MOST_LISTED else ''}.",
                f"Correct them, or import the {segment.entity}s.",
            )


def _unknown(checked: Subject, segment: Segment) -> list[str]:
    known = f"(SELECT {segment.entity}_id AS id FROM {segment.entity}s{_NAMED[segment.entity]})"
    checked.cursor.register("listed", pa.table({"id": pa.array(segment.members, pa.string())}))
    try:
        rows = checked.cursor.execute(f"SELECT id FROM listed ANTI JOIN {known} USING (id) ORDER BY id").fetchall()
    finally:
        checked.cursor.unregister("listed")
    return [name for (name,) in rows]


_NAMED = {"user": " WHERE NOT is_anonymous", "account": ""}
