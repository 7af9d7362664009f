"""Attempts: tries with how they went: `seconds` they took, `is_again` (begun once more) and `has_error` beside the rest."""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.tries import ShareOfTries


class Attempts(ShareOfTries):
    """A share of tries with its interval by entity, the median time and the share of errors beside it."""

    own = """, sum(has_error::INT) FILTER (NOT is_open) AS wrong, count(*) FILTER (is_again AND NOT is_open) AS again,
                list(seconds) FILTER (seconds IS NOT NULL AND NOT is_open) AS own"""
    beside = """,
            list_aggregate(flatten(list(own)), 'median') AS median_s,
            sum(wrong) / nullif(sum(tries), 0) AS error_share, sum(again) / nullif(sum(tries), 0) AS again_share"""

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, count, open, entities, estimate, interval, median time, shares of errors and of new starts, status."""
        *others, state = super().columns(unit, asked)
        return (
            *others,
            Column("median_s", "number", "seconds"),
            Column("error_share", "number", "share"),
            Column("again_share", "number", "share"),
            state,
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who tried, with their own share."""
        del asked
        columns = "".join(f"{label}, " for label in labels)
        return Cells(
            (Side("counted", "tried", "tries > 0", "entities"),),
            f"""SELECT {columns}entity_key, min(anchor_at) AS anchor_at, count(*) FILTER (NOT is_open) AS tries,
                avg(value) FILTER (NOT is_open) AS value
            FROM labelled GROUP BY ALL""",
            value="value",
            value_title="Share done",
            value_unit="share",
        )


ATTEMPTS = Attempts()
