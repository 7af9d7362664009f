"""Differences of two estimates as columns of a row, and p-values that allow for how many rows are compared."""

from __future__ import annotations

from uptake.metrics.core.metric import Row
from uptake.metrics.kinds.status import present
from uptake.stats.difference import adjusted_pvalues, difference_of_shares, pvalue_of_difference
from uptake.stats.estimate import Estimate


def difference(one: Estimate, other: Estimate, *, correlation: float = 0.0) -> Row:
    """`estimate`, `ci_lower`, `ci_upper` and `pvalue` of one share less the other, which may sway with it."""
    apart = difference_of_shares(one, other, correlation=correlation)
    return {
        "estimate": present(apart.estimate),
        "ci_lower": present(apart.ci_lower),
        "ci_upper": present(apart.ci_upper),
        "pvalue": present(pvalue_of_difference(apart)),
    }


def adjusted(rows: list[Row]) -> list[Row]:
    """Adds `adjusted_pvalue`, for all rows that have a `pvalue` together."""
    found = adjusted_pvalues([row["pvalue"] for row in rows])
    return [row | {"adjusted_pvalue": present(pvalue)} for row, pvalue in zip(rows, found, strict=True)]
