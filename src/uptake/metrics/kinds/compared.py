"""Two cohorts side by side: their shares with the difference, or their times to something with the log-rank test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side, unit_of_difference
from uptake.metrics.kinds.differences import difference
from uptake.metrics.kinds.duration import Duration
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson
from uptake.stats.relative import relative_difference_of_shares
from uptake.store.sql import literal

SIDES = ("a", "b")
"""What the names of columns end with: the cohort, and the one it is held against."""
DID = {
    "retention": ("came back", "did not come back"),
    "activation": ("were activated", "were not activated"),
}
"""Measure -> what is said of those who did it, and of those who did not."""


class ComparedShares(Kind):
    """The share of one cohort less that of another.

    Args:
        cohorts: What tells them apart, as the answer's first label has it.
    """

    name = "cohort_comparison"
    by_period = False
    compares_groups = True

    def __init__(self, cohorts: tuple[str, str]) -> None:
        self._cohorts = cohorts

    def select(self, labels: tuple[str, ...]) -> str:
        """Members whose time is over, how many did it and how many are still open, of both; further labels break down."""
        rest = "".join(f"{label}, " for label in labels[1:])
        counts = ", ".join(
            f"count(*) FILTER (NOT is_open AND {test}) AS n_{side},"
            f" coalesce(sum(value) FILTER (NOT is_open AND {test}), 0)::BIGINT AS count_{side},"
            f" count(*) FILTER (is_open AND {test}) AS open_{side}"
            for side, test in zip(SIDES, _tests(labels, self._cohorts), strict=True)
        )
        return f"""SELECT *, count_a / nullif(n_a, 0) - count_b / nullif(n_b, 0) AS estimate
        FROM (SELECT {rest}{counts} FROM labelled GROUP BY ALL) ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds both shares and the interval of their difference."""
        del asked
        return [{plain(labels)[0]: " less ".join(self._cohorts)} | _compared(row) for row in rows]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Both sides, then the difference."""
        del asked
        sides = [
            column
            for side in SIDES
            for column in (
                *(Column(f"{name}_{side}", "integer", "count") for name in ("n", "count", "open")),
                *(Column(f"share_{side}{end}", "number", unit) for end in ("", "_ci_lower", "_ci_upper")),
            )
        ]
        return (
            *sides,
            *(Column(name, "number", unit_of_difference(unit)) for name in ("estimate", "ci_lower", "ci_upper")),
            Column("pvalue", "number"),
            *(Column(f"relative_change{end}", "number", "share") for end in ("", "_ci_lower", "_ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Of either cohort those who did it, those who did not, and those who still have time."""
        did, did_not = DID[asked.param("measure")]
        tests = dict(zip(SIDES, _tests(labels, self._cohorts), strict=True))
        sides = [
            one
            for side, cohort in zip(SIDES, self._cohorts, strict=True)
            for one in (
                Side(f"did_{side}", f"of {cohort} {did}", f"is_{side} AND NOT is_open AND value = 1", f"count_{side}"),
                Side(f"did_not_{side}", f"of {cohort} {did_not}", f"is_{side} AND NOT is_open AND value = 0",
                     f"n_{side}", less=f"count_{side}"),
                Side(f"open_{side}", f"of {cohort} still have time", f"is_{side} AND is_open", f"open_{side}"),
            )
        ]  # fmt: skip
        return Cells(tuple(sides), of_both_sql(labels[0], tests, self._cohorts))


class ComparedDurations(Duration):
    """Times of two cohorts with the log-rank test between them.

    Args:
        cohorts: What tells them apart, as the answer's first label has it.
    """

    by_period = False
    compares_groups = True

    def __init__(self, cohorts: tuple[str, str]) -> None:
        super().__init__()
        self._cohorts = cohorts

    def select(self, labels: tuple[str, ...]) -> str:
        """As of any durations, of both cohorts alone."""
        either = " OR ".join(_tests(labels, self._cohorts))
        return super().select(labels).replace("FROM labelled", f"FROM labelled WHERE {either}")

    def is_tested(self, asked: Asked) -> bool:
        """Cohorts have nobody in common, whatever they are broken down by beside."""
        del asked
        return True

    def fixed(self, labels: list[str]) -> list[str]:
        """Cohorts are tested against each other within what the answer is broken down by beside."""
        return labels[1:]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Those of any durations."""
        del unit
        return super().columns("seconds", asked)


def of_both_sql(label: str, tests: Mapping[str, str], groups: Sequence[str], rows: str = "labelled") -> str:
    """SQL for the rows of two groups, called as the answer calls their difference, with a column `is_` for each side."""
    sides = ", ".join(f"{test} AS is_{side}" for side, test in tests.items())
    both = literal(" less ".join(groups))
    return f"""SELECT * REPLACE ({both} AS {label}) FROM (SELECT *, {sides} FROM {rows})
            WHERE {" OR ".join(f"is_{side}" for side in tests)}"""


def _tests(labels: tuple[str, ...], cohorts: tuple[str, str]) -> list[str]:
    if not labels:
        raise QuestionError(
            f"'{cohorts[0]}' is no range of days, and there is no breakdown whose value it could be.",
            do="Give ranges such as 2026-04-01/2026-06-30, or ask by an attribute.",
        )
    return [f"{labels[0]} = {literal(cohort)}" for cohort in cohorts]


def _compared(row: Row) -> Row:
    one, other = counted = [(row[f"count_{side}"], row[f"n_{side}"]) for side in SIDES]
    shares = [wilson(*side) for side in counted]
    relative = relative_difference_of_shares(one, other)
    still_open = min(row[f"n_{side}"] + row[f"open_{side}"] for side in SIDES)
    return (
        row
        | {
            f"share_{side}{end}": present(getattr(share, name))
            for side, share in zip(SIDES, shares, strict=True)
            for end, name in (("", "estimate"), ("_ci_lower", "ci_lower"), ("_ci_upper", "ci_upper"))
        }
        | difference(*shares)
        | {
            "relative_change": present(relative.estimate),
            "relative_change_ci_lower": present(relative.ci_lower),
            "relative_change_ci_upper": present(relative.ci_upper),
            "status": status(min(row["n_a"], row["n_b"]), still_open=still_open),
        }
    )
