"""Duration: how long until something happens. Rows bring `duration_s` and `is_reached`; `by_days` is a parameter.

Where it is counted in sessions they bring `sessions`, and the parameter is `by_sessions`.

Who has not got there yet is censored, not dropped: the curve uses that it took them at least so long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import isnan, nan
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.columnar import runs_of
from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.kinds.status import TOO_FEW, present
from uptake.stats.life_table import from_counts, from_sorted_counts
from uptake.stats.logrank import logrank
from uptake.stats.survival import Curves, Ends, Survival
from uptake.store.projection import Cursor

DAY = 86_400
HAIR = 1e-12
"""How far a product of shares may be from the share it stands for."""
ENDS = ("", "_ci_lower", "_ci_upper")
"""What follows the name of a quantile or a share: itself, then the ends of its interval."""
Values = dict[str, list[Any]]
"""Columns, by name."""
AT_ONCE = 2**16
"""Lines of life tables that are estimated at once."""
MOST_POINTS = 400
"""Points of a curve; more cannot be seen."""


class Duration(Kind):
    """A Kaplan-Meier estimate: the median with its interval, other quantiles, shares reached by some days.

    Args:
        own: Labels that always split the answer; what they tell apart are no groups of different entities, and so are
            not tested against each other.
    """

    name = "duration"
    by_period = True
    length = "duration_s"
    """The column of the rows that says how long it took."""
    told_by = "by_days"
    """The parameter that says by when shares are told."""
    step = DAY
    """One of these in the length."""
    value_title, value_unit = "Time", "seconds"

    def __init__(self, *own: str) -> None:
        self.own = own

    def select(self, labels: tuple[str, ...]) -> str:
        """Per label and duration, who reached and who is still waiting; in the order of the labels."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}{self.length}, count(*) FILTER (is_reached) AS reached,
            count(*) FILTER (NOT is_reached) AS censored
        FROM labelled GROUP BY ALL{" ORDER BY ALL" if labels else ""}"""

    def shown(self, labels: tuple[str, ...], asked: Asked) -> str:
        """The life table, with how many are at risk and the share that waits longer; and what is read from it."""
        partition = f"PARTITION BY {', '.join(labels)} " if labels else ""
        table = f"""SELECT *, product(1 - reached / at_risk) OVER ({partition}ORDER BY {self.length}) AS survival FROM (
            SELECT *, sum(reached + censored) OVER ({partition}ORDER BY {self.length} DESC)::BIGINT AS at_risk
            FROM ({self.select(labels)})
        )"""
        columns = "".join(f"{label}, " for label in labels)
        if asked.param("output") == "curve":
            return f"""SELECT {columns}{self.length}::DOUBLE AS at_s, at_risk AS n, reached, 1 - survival AS estimate
        FROM ({table}) ORDER BY ALL"""
        quantiles = "".join(
            f", min({self.length}) FILTER (survival <= {1 - share} + {HAIR})::DOUBLE AS {name}"
            for name, share in (("estimate", 0.5), ("p25", 0.25), ("p75", 0.75), ("p90", 0.9))
        )
        # nothing is said of a day nobody was watched for, unless nobody was left waiting before it
        by_days = "".join(
            f", CASE WHEN max({self.length}) >= {number * self.step} OR min(survival) < {HAIR}"
            f" THEN 1 - coalesce(min(survival) FILTER ({self.length} <= {number * self.step}), 1) END AS {name}"
            for name, number in self._told(asked)
        )
        return f"""SELECT {columns}max(at_risk) AS n, sum(reached)::BIGINT AS reached{quantiles}{by_days}
        FROM ({table}) {f"GROUP BY {', '.join(labels)}" if labels else "HAVING count(*) > 0"} ORDER BY ALL"""

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row per label with its life table: there are as many durations as people.

        The rows of a label are next to each other.
        """
        table = answer.to_arrow_table()
        times, reached, censored = (table[name].to_numpy() for name in (self.length, "reached", "censored"))
        if not labels:
            return [{"table": from_counts(times, reached, censored)}] if len(table) else []
        groups, edges = runs_of(table, plain(labels))
        tables = from_sorted_counts(times, reached, censored, edges)
        return [{**group, "table": one} for group, one in zip(groups, tables, strict=True)]

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """One row per label, or with output=curve one per point of the curve."""
        tested = {"pvalue": self._pvalues(rows, plain(labels))} if self.is_tested(asked) else {}

        def told(part: slice) -> list[Row]:
            curves = Curves.of([row["table"] for row in rows[part]])
            own = {name: [row[name] for row in rows[part]] for name in plain(labels)}
            tests = {name: pvalues[part] for name, pvalues in tested.items()}
            if asked.param("output") == "curve":
                return [
                    {name: values[number] for name, values in (own | tests).items()} | point
                    for number in range(len(curves.n))
                    for point in _points(curves.one(number))
                ]
            columns = own | self._summary(curves, self._told(asked), tests)
            return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

        return [row for batch in side_by_side(told, _batches(rows)) for row in batch]

    def is_tested(self, asked: Asked) -> bool:
        """Whether there are groups of different entities, to be tested against each other."""
        return bool(asked.question.by) and not asked.groups_overlap

    def fixed(self, labels: list[str]) -> list[str]:
        """The labels within whose values groups are tested against each other."""
        return [name for name in labels if name in ("period_on", *self.own)]

    def _pvalues(self, rows: list[Row], labels: list[str]) -> list[float | None]:
        """For each row the log-rank test of the groups that its period, and its own label, is broken down into."""
        if all("pvalue" in row for row in rows):  # a quicker way has tested them already
            return [row["pvalue"] for row in rows]
        fixed = self.fixed(labels)
        groups = defaultdict(list)
        for row in rows:
            groups[tuple(row[name] for name in fixed)].append(row["table"])
        tested = {key: present(logrank(group).pvalue) for key, group in groups.items() if len(group) > 1}
        return [tested.get(tuple(row[name] for name in fixed)) for row in rows]

    def _summary(self, curves: Curves, told: list[tuple[str, int]], tests: Values) -> Values:
        """What is read from each curve: quantiles, then the shares that are told, the test and the status."""
        found: Values = {"n": curves.n.tolist(), "reached": curves.reached.tolist()}
        found |= _ends(("estimate", "ci_lower", "ci_upper"), curves.quantile(0.5))
        for share in (25, 75, 90):
            found |= _ends([f"p{share}{end}" for end in ENDS], curves.quantile(share / 100))
        for name, number in told:
            found |= _ends([name + end for end in ENDS], curves.reached_by(number * self.step))
        status = [
            # where there is no median, fewer than half have got there so far
            "too_few" if n < TOO_FEW else "in_progress" if median is None else "closed"
            for n, median in zip(found["n"], found["estimate"], strict=True)
        ]
        return found | tests | {"status": status}

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Summary or curve; with a breakdown into groups of different people, the p-value of the test between them."""
        tested = (Column("pvalue", "number"),) if self.is_tested(asked) else ()
        if asked.param("output") == "curve":
            return (
                Column("at_s", "number", "seconds"),
                Column("n", "integer", "count"),
                Column("reached", "integer", "count"),
                Column("estimate", "number", "share"),
                Column("ci_lower", "number", "share"),
                Column("ci_upper", "number", "share"),
                *tested,
            )
        shares = [name for name, _ in self._told(asked)]
        return (
            Column("n", "integer", "count"),
            Column("reached", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name + end, "number", unit) for name in ("p25", "p75", "p90") for end in ENDS),
            *(Column(name + end, "number", "share") for name in shares for end in ENDS),
            *tested,
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who got there, and those who are still waiting; at a point of the curve those who did just then."""
        del labels
        if asked.param("output") != "curve":
            sides = (
                Side("reached", "got there", "is_reached", "reached"),
                Side("waiting", "still waiting", "NOT is_reached", "n", less="reached"),
            )
            return Cells(sides, value=self.length, value_title=self.value_title, value_unit=self.value_unit)
        return Cells(
            (
                Side("reached", "got there then", "is_reached AND duration_s = at_s", "reached"),
                Side("at_risk", "waited at least so long", "duration_s >= at_s", "n"),
            ),
            """SELECT l.*, t.at_s FROM labelled l
            CROSS JOIN (SELECT duration_s AS at_s FROM labelled UNION SELECT 0) t""",
            coordinates=("at_s",),
            value="duration_s",
            value_title="Time",
            value_unit="seconds",
        )

    def _told(self, asked: Asked) -> list[tuple[str, int]]:
        """By when shares are told: the name of the column, and the number."""
        return [(self.share_name(number), number) for number in dict.fromkeys(asked.param(self.told_by))]

    def share_name(self, number: int) -> str:
        """The column of the share that got there by then."""
        return f"by_{number}d"


class InSessions(Duration):
    """The same where the length is counted in sessions. Curves are of time alone."""

    length = "sessions"
    told_by = "by_sessions"
    step = 1
    value_title, value_unit = "Sessions", "count"

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The summary.

        Raises:
            QuestionError: The curve is asked for.
        """
        del unit
        if asked.param("output") == "curve":
            raise QuestionError("output is curve, and unit is sessions.", do="Curves are of time: ask for the summary.")
        return super().columns(self.value_unit, asked)

    def share_name(self, number: int) -> str:
        """The column of the share that got there in so many sessions."""
        return f"by_session_{number}"


def _ends(names: Sequence[str], values: Ends) -> Values:
    """An estimate and the ends of its interval, by name; None where statistics say nan."""
    columns = zip(names, values, strict=True)
    return {name: [None if isnan(value) else value for value in column.tolist()] for name, column in columns}


def _batches(rows: list[Row]) -> Iterator[slice]:
    """Rows whose life tables are short enough together to be worked on in the processor's own memory; one at least."""
    begin, lines = 0, 0
    for place, row in enumerate(rows):
        own = len(row["table"].times)
        if lines and lines + own > AT_ONCE:
            yield slice(begin, place)
            begin, lines = place, 0
        lines += own
    if rows:
        yield slice(begin, len(rows))


def _points(curve: Survival) -> list[Row]:
    """At most `MOST_POINTS` steps of the curve, as shares that got there."""
    every = max(1, -(-len(curve.times) // MOST_POINTS))
    chosen = [*range(0, len(curve.times) - 1, every), len(curve.times) - 1] if len(curve.times) else []

    def share(value: Any) -> float | None:  # noqa: ANN401 - a NumPy number
        return None if isnan(value) else 1 - float(value)

    return [
        {
            "at_s": float(curve.times[i]),
            "n": int(curve.at_risk[i]),
            "reached": int(curve.events[i]),
            "estimate": share(curve.survival[i]),
            "ci_lower": share(curve.ci_upper[i] if len(curve.ci_upper) else nan),
            "ci_upper": share(curve.ci_lower[i] if len(curve.ci_lower) else nan),
        }
        for i in chosen
    ]


DURATION = Duration()
