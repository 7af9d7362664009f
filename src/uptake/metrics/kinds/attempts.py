"""Attempts: how many of the things that entities tried were done. A row is one try, not one entity.

Rows bring `value` (0 or 1), `is_open`, `seconds` it took, `is_again` (begun once more) and `has_error`. One entity's
tries resemble each other: the interval comes from how much each entity sways the share.
"""

from __future__ import annotations

from math import nan

from uptake.metrics.kinds.share import Share
from uptake.metrics.kinds.status import present, status
from uptake.metrics.metric import Asked, Cells, Row
from uptake.metrics.result import Column, Side
from uptake.stats.estimate import Estimate
from uptake.stats.proportion import wilson
from uptake.stats.ratio import as_share, ratio


class Attempts(Share):
    """A share of tries with its interval by entity, the median time and the share of errors beside it."""

    def select(self, labels: tuple[str, ...]) -> str:
        """Tries, entities, the share and what is beside it per label, and sums over entities for the interval."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}sum(tries)::BIGINT AS n, sum(done)::BIGINT AS count, sum(waiting)::BIGINT AS open,
            count(*) FILTER (tries > 0) AS entities, sum(done) / nullif(sum(tries), 0) AS estimate,
            list_aggregate(flatten(list(own)), 'median') AS median_s,
            sum(wrong) / nullif(sum(tries), 0) AS error_share, sum(again) / nullif(sum(tries), 0) AS again_share,
            sum(done * done)::BIGINT AS done_done, sum(done * tries)::BIGINT AS done_tries,
            sum(tries * tries)::BIGINT AS tries_tries
        FROM (
            SELECT {columns}entity_key, count(*) FILTER (NOT is_open) AS tries, count(*) FILTER (is_open) AS waiting,
                coalesce(sum(value) FILTER (NOT is_open), 0)::BIGINT AS done,
                sum(has_error::INT) FILTER (NOT is_open) AS wrong,
                count(*) FILTER (is_again AND NOT is_open) AS again,
                list(seconds) FILTER (seconds IS NOT NULL AND NOT is_open) AS own
            FROM labelled GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by interval and status."""
        del labels, asked
        answers = []
        for row in rows:
            squares = [row.pop(name) for name in ("done_done", "done_tries", "tries_tries")]
            interval = _interval(row, *squares)
            answers.append(
                row
                | {"ci_lower": present(interval.ci_lower), "ci_upper": present(interval.ci_upper)}
                | {"status": status(row["n"], still_open=row["open"])}
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, count, open, entities, estimate, interval, median time, shares of errors and of new starts, status."""
        *counts, estimate, lower, upper, state = super().columns(unit, asked)
        return (
            *counts,
            Column("entities", "integer", "count"),
            estimate,
            lower,
            upper,
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


def _interval(row: Row, done_done: int, done_tries: int, tries_tries: int) -> Estimate:
    if not row["n"]:
        return Estimate(0, nan, nan, nan)
    if row["count"] in (0, row["n"]):
        # no entity differs from another, and as many tries as there are entities are independent at least
        lower, upper = (float(end) for end in wilson(row["estimate"] * row["entities"], row["entities"])[2:])
        return Estimate(row["entities"], row["estimate"], lower, upper)
    return as_share(ratio(row["count"], row["n"], done_done, done_tries, tries_tries, row["entities"]))


ATTEMPTS = Attempts()
