"""For how long somebody has been where they are, from history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from uptake.metrics.core.metric import Asked
from uptake.plan import Placement
from uptake.scores.history import begin_of_history, is_current
from uptake.segments.tracks import name_of
from uptake.store.projection import Cursor


@dataclass(frozen=True)
class Stay:
    """A stay of somebody in one place.

    Args:
        since: First day.
        is_longer: Whether history begins with that day, so that the stay may have begun before.
        before: The number of the label before; None: there was none.
    """

    since: date
    is_longer: bool
    before: int | None


def stays(cursor: Cursor, asked: Asked, scheme: Placement, on: date, keys: Sequence[int]) -> dict[int, Stay]:
    """The stays of some on a day, by key; nothing where history does not have the day, or is of other days than asked.

    Args:
        cursor: A cursor of the projection.
        asked: The question; history has days of the product's time zone.
        scheme: The placement.
        on: The day.
        keys: Whose.
    """
    if asked.question.timezone != asked.plan.product.timezone or not is_current(cursor, asked.plan):
        return {}
    begin = begin_of_history(cursor, asked.plan)[0]
    rows = cursor.execute(
        """WITH own AS (
            SELECT entity_key, valid_from, valid_to, value,
                lag(value) OVER w AS value_before, lag(valid_to) OVER w AS ended
            FROM history WHERE track = $track AND entity = $entity AND entity_key IN (SELECT unnest($keys::INTEGER[]))
            WINDOW w AS (PARTITION BY entity_key ORDER BY valid_from)
        )
        SELECT entity_key, valid_from, CASE WHEN ended = valid_from THEN value_before END FROM own
        WHERE valid_from <= $on AND valid_to > $on""",
        {"track": name_of(scheme.name), "entity": asked.question.entity, "keys": list(keys), "on": on},
    ).fetchall()
    return {key: Stay(since, since == begin, before) for key, since, before in rows}
