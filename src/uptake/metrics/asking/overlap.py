"""Segments overlap: how many are in more than one, which a breakdown by all of them cannot say itself."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.metrics.asking.prepared import Prepared
from uptake.metrics.core.dimensions import MISSING, EventProperty, Memberships
from uptake.metrics.parts.labelled import labelled
from uptake.store.sql import name


def notes(prepared: Prepared) -> Iterator[str]:
    """What is told beside a breakdown by all segments: how many of those there at `as_of` are in several."""
    asked = prepared.asked
    for one in prepared.dimensions:
        if not isinstance(one, Memberships):
            continue
        # conditions on events are about what was counted, not about who was there
        where = [(about, test) for about, test in prepared.where if not isinstance(about, EventProperty)]
        label = name(one.label)
        several, inside, there = asked.cursor.execute(
            f"""WITH present AS (
                SELECT entity_key, $as_of::TIMESTAMP - INTERVAL 1 MICROSECOND AS anchor_at FROM {asked.grain.present}
                WHERE valid_from < $as_of AND valid_to >= $as_of
            ), labelled AS ({labelled(asked.grain, [one], where, asked.plan.product.timezone, rows="present")})
            SELECT count(*) FILTER (segments > 1), count(*) FILTER (segments > 0), count(*) FROM (
                SELECT count(*) FILTER ({label} <> '{MISSING}') AS segments FROM labelled GROUP BY entity_key
            )""",
            {"as_of": prepared.question.as_of},
        ).fetchall()[0]
        overlap = (
            f"In more than one: {several:,}, who count in each of their rows, so these do not add up to the whole."
            if several
            else "Nobody is in more than one."
        )
        yield f"Segments hold {inside:,} of the {there:,} {asked.grain.noun} at as_of. {overlap}"
