"""Sums: one total over another, such as money now over money then. Rows bring `value` and `base`.

Every entity has both, and a large one weighs more than a small one: it is no mean of the entities' own ratios.
The interval comes from how much each entity sways the ratio (delta method), so that one customer who is half of
the revenue makes it as wide as it is. It is worked out where ratios are symmetric: on log odds for a part of the
base, else on logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.periods import is_over
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.estimate import Estimate
from uptake.stats.ratio import as_share, ratio


@dataclass(frozen=True)
class Sums(Kind):
    """A ratio of two totals.

    Args:
        value: Name and unit of the total above.
        base: Name and unit of the total below.
        is_part: The total above is a part of the one below.
        per: Of how many of the base the ratio says how much there is.
    """

    value: tuple[str, str]
    base: tuple[str, str]
    is_part: bool = False
    per: int = 1

    name = "sums"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Entities (n), both totals, their squares and products, and the ratio, per label."""
        columns = "".join(f"{label}, " for label in labels)
        value, base = self.value[0], self.base[0]
        return f"""SELECT {columns}count(*) AS n, sum(base ORDER BY base) AS "{base}", sum(value ORDER BY value) AS "{value}",
            sum(value * value) AS squares, sum(value * base) AS products, sum(base * base) AS base_squares,
            {f"{self.per} * " if self.per > 1 else ""}"{value}" / nullif("{base}", 0) AS estimate
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces squares and products by interval and status."""
        del labels
        answers = []
        for row in rows:
            found = ratio(
                row[self.value[0]],
                row[self.base[0]],
                row.pop("squares"),
                row.pop("products"),
                row.pop("base_squares"),
                row["n"],
            )
            found = _part(found) if self.is_part else _positive(found)
            # what stands on few events stands on few, however many could have had one
            least = min(row["n"], row[self.base[0]] or 0) if self.base[1] == "count" else row["n"]
            is_defined, is_open = row["estimate"] is not None, _is_open(row, asked)
            answers.append(
                row
                | {
                    "ci_lower": present(self.per * found.ci_lower),
                    "ci_upper": present(self.per * found.ci_upper),
                    "status": "in_progress" if is_open else status(int(least)) if is_defined else "not_eligible",
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, both totals, estimate, interval, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            *(Column(name, "integer" if of == "count" else "number", of) for name, of in (self.base, self.value)),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Everyone in the totals, and what each adds to the one above."""
        del labels, asked
        side = Side("counted", "counted", "true", "n")
        return Cells((side,), value="value", value_title=self.value[0].capitalize(), value_unit=self.value[1])


def _is_open(row: Row, asked: Asked) -> bool:
    question = asked.question
    return question.period is not None and not is_over(row["period_on"], str(question.period), question.last_day)


def _part(found: Estimate) -> Estimate:
    """The interval on log odds; sums of fractions may come out a hair above the whole."""
    return as_share(found._replace(estimate=min(max(found.estimate, 0.0), 1.0)))


def _positive(found: Estimate) -> Estimate:
    """The interval on the scale of logarithms: a ratio of amounts cannot be negative, and may well be above one."""
    if not found.estimate > 0:
        return found._replace(ci_lower=float("nan"), ci_upper=float("nan"))
    width = (found.ci_upper - found.estimate) / found.estimate
    if not width < inf or width > 50:  # so wide that it says nothing
        return found._replace(ci_lower=float("nan"), ci_upper=float("nan"))
    return found._replace(ci_lower=found.estimate * exp(-width), ci_upper=found.estimate * exp(width))
