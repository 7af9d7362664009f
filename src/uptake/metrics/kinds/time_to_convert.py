"""Time to convert: how long those who went on took, as a histogram. Rows bring `duration_s`.

Bins are equally wide, as wide as reads well, so that nineteen in twenty lie in at most `MOST_BINS` of them; the last
bin holds whoever took longer. They are the same for every segment.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import status

MOST_BINS = 24
MINUTE, HOUR, DAY = 60, 3_600, 86_400
WIDTHS = (
    *(0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 7, 14, 30, 60, 90, 180, 365, 3_650)),
)
"""Widths of a bin in seconds."""
BINNED = f"""SELECT l.*, w.width_s, least(floor(l.duration_s / w.width_s), {MOST_BINS})::INTEGER AS bin
        FROM labelled l CROSS JOIN (
            SELECT min(width_s) AS width_s FROM (SELECT unnest({list(WIDTHS)}::DOUBLE[]) AS width_s)
            WHERE width_s * {MOST_BINS} > (SELECT quantile_cont(duration_s, 0.95) FROM labelled)
        ) w"""


class TimeToConvert(Kind):
    """A histogram, with the quartiles and the mean of its values beside every bin."""

    name = "time_to_convert"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Per label and bin, how many took so long; and of all of the label the median and the like."""
        columns = "".join(f"{label}, " for label in labels)
        outer = "".join(f"g.{label}, " for label in labels)
        same = "".join(f" AND c.{label} IS NOT DISTINCT FROM g.{label}" for label in labels)
        return f"""SELECT {outer}b.bin * b.width_s AS from_s,
            CASE WHEN b.bin < {MOST_BINS} THEN (b.bin + 1) * b.width_s END AS to_s, g.n,
            coalesce(c.members, 0) AS count, coalesce(c.members, 0) / g.n AS estimate,
            g.median_s, g.p75_s, g.p90_s, g.mean_s
        FROM (
            SELECT {columns}count(*) AS n, median(duration_s) AS median_s, quantile_cont(duration_s, 0.75) AS p75_s,
                quantile_cont(duration_s, 0.9) AS p90_s, avg(duration_s) AS mean_s
            FROM labelled GROUP BY ALL HAVING count(*) > 0
        ) g CROSS JOIN (
            SELECT unnest(range(max(bin) + 1)) AS bin, any_value(width_s) AS width_s FROM ({BINNED})
        ) b LEFT JOIN (
            SELECT {columns}bin, count(*) AS members FROM ({BINNED}) GROUP BY ALL
        ) c ON c.bin = b.bin{same} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the interval of every bin's share."""
        del labels, asked
        return [row | {"status": status(row["n"])} for row in with_intervals(rows)]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The bin, n, how many took so long, their share with its interval; median, p75, p90, mean; status."""
        del asked
        return (
            Column("from_s", "number", "seconds"),
            Column("to_s", "number", "seconds"),
            Column("n", "integer", "count"),
            Column("count", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "number", "seconds") for name in ("median_s", "p75_s", "p90_s", "mean_s")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Who took so long."""
        del labels, asked
        return Cells(
            (Side("took", "took so long", "true", "count"),),
            f"SELECT *, bin * width_s AS from_s FROM ({BINNED})",
            coordinates=("from_s",),
            value="duration_s",
            value_title="Time",
            value_unit="seconds",
        )


TIME_TO_CONVERT = TimeToConvert()
