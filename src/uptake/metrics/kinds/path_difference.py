"""Where two groups go differently: the share of paths through each step in one less that in the other."""

from __future__ import annotations

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side, unit_of_difference
from uptake.metrics.kinds.compared import SIDES, of_both_sql
from uptake.metrics.kinds.differences import adjusted, difference
from uptake.metrics.kinds.paths import people_of_steps_sql, share_of, steps_sql
from uptake.metrics.kinds.status import present, status
from uptake.store.sql import literal

SUMS = ("paths", "people", "sum_yy", "sum_xy")
"""Of a step; none of the group takes it where the group has no row."""
TOTALS = ("n", "sum_xx", "entities")


class PathDifference(Kind):
    """Differences of shares, the largest first.

    Args:
        groups: Two values of the breakdown, with a comma between.
    """

    name = "path_difference"
    by_period = False
    compares_groups = True

    def __init__(self, groups: str | None) -> None:
        self._groups = [part.strip() for part in (groups or "").split(",")]

    def select(self, labels: tuple[str, ...]) -> str:
        """A row a step with what is known of both groups."""
        return self.compared_sql(labels, f"({steps_sql(labels)})")

    def compared_sql(self, labels: tuple[str, ...], steps: str) -> str:
        """SQL for a row a step with what is known of both groups.

        Args:
            labels: The breakdown.
            steps: A relation of a row a step and group, as `steps_sql` makes it.
        """
        holds = self._tests(labels).values()
        sums = ", ".join(
            f"coalesce(sum({name}) FILTER ({test}), 0)::BIGINT AS {name}_{side}"
            for test, side in zip(holds, "ab", strict=True)
            for name in SUMS
        )
        totals = ", ".join(
            f"max({name}) FILTER ({test}) OVER () AS all_{name}_{side}"
            for test, side in zip(holds, "ab", strict=True)
            for name in TOTALS
        )
        kept = ", ".join(f"any_value(all_{name}_{side}) AS {name}_{side}" for side in "ab" for name in TOTALS)
        return f"""SELECT *, paths_a / n_a - paths_b / n_b AS estimate FROM (
            SELECT position, from_node, to_node, {sums}, {kept}
            FROM (SELECT *, {totals} FROM {steps}) WHERE {" OR ".join(holds)} GROUP BY ALL
        ) ORDER BY abs(estimate) DESC NULLS LAST, position, from_node, to_node"""

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Whose paths took a step, of either group."""
        del asked
        tests = self._tests(labels)
        sides = [
            Side(f"through_{side}", f"of {group} went this way", f"is_{side}", f"people_{side}")
            for side, group in zip(SIDES, self._groups, strict=True)
        ]
        rows = of_both_sql(labels[0], tests, self._groups, f"({people_of_steps_sql(labels)})")
        return Cells(tuple(sides), rows, ("position", "from_node", "to_node"), value="paths", value_title="Paths")

    def _tests(self, labels: tuple[str, ...]) -> dict[str, str]:
        """SQL that tells whether a row is of either group.

        Raises:
            QuestionError: There are not two of one breakdown.
        """
        if len(labels) != 1:
            raise QuestionError(
                "A difference is one of two groups of one breakdown.", do="Ask by one attribute: by=account.plan."
            )
        if len(self._groups) != 2 or "" in self._groups or self._groups[0] == self._groups[1]:
            raise QuestionError(
                f"groups is '{','.join(self._groups)}'.", allowed=["two values of the breakdown, such as Pro,Free"]
            )
        return {side: f"{labels[0]} = {literal(group)}" for side, group in zip(SIDES, self._groups, strict=True)}

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds intervals and p-values, adjusted for how many steps are compared."""
        del asked
        both: Row = {plain(labels)[0]: " less ".join(self._groups)}
        return adjusted([both | _compared(row) for row in rows])

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The step, how many of both groups went it, and the difference."""
        del asked
        counts = [Column(f"{name}_{side}", "integer", "count") for side in "ab" for name in ("paths", "people", "n")]
        shares = [Column(name, "number", unit) for name in ("share_a", "share_b")]
        apart = [Column(name, "number", unit_of_difference(unit)) for name in ("estimate", "ci_lower", "ci_upper")]
        return (
            Column("position", "integer"),
            Column("from_node", "text"),
            Column("to_node", "text"),
            *counts,
            *shares,
            *apart,
            Column("pvalue", "number"),
            Column("adjusted_pvalue", "number"),
            Column("status", "text"),
        )


def _compared(row: Row) -> Row:
    one, other = share_of(row, "_a"), share_of(row, "_b")
    return (
        row
        | difference(one, other)
        | {
            "share_a": present(one.estimate),
            "share_b": present(other.estimate),
            "status": status(min(row["entities_a"] or 0, row["entities_b"] or 0)),
        }
    )
