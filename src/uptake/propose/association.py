"""Two things a user did or did not do, and how strongly they go together."""

from __future__ import annotations

from math import erfc, sqrt
from typing import NamedTuple

from uptake.stats.estimate import Estimate, undefined
from uptake.stats.proportion import wilson

LEAST_EXPECTED = 5
"""The chi-squared test is trusted where chance alone would put so many users into each of the four cells."""

LEAST_USERS = 4 * LEAST_EXPECTED
"""Fewest users of whom it can: half of them did the one thing, half the other."""


class Fourfold(NamedTuple):
    """Users by two things: reached an early action or not, came back or not.

    Args:
        both: Reached it and came back.
        reached: Reached it.
        returned: Came back.
        n: All.
    """

    both: int
    reached: int
    returned: int
    n: int

    @property
    def is_testable(self) -> bool:
        """Whether the smallest count that chance would give is large enough for a test."""
        rare = min(self.reached, self.n - self.reached) * min(self.returned, self.n - self.returned)
        return self.n > 0 and rare >= LEAST_EXPECTED * self.n

    @property
    def phi(self) -> float:
        """The correlation of the two, -1 to 1; nan if all or none did one of them.

        References:
            Yule, G. U. (1912). On the methods of measuring association between two attributes. JRSS 75.

        >>> Fourfold(both=30, reached=40, returned=50, n=100).phi.__round__(3)
        0.408
        """
        spread = self.reached * (self.n - self.reached) * self.returned * (self.n - self.returned)
        return (self.n * self.both - self.reached * self.returned) / sqrt(spread) if spread else float("nan")

    @property
    def pvalue(self) -> float:
        """Pearson's chi-squared test with one degree of freedom: n phi squared; nan where phi is.

        >>> Fourfold(both=30, reached=40, returned=50, n=100).pvalue.__round__(6)
        4.5e-05
        """
        return erfc(sqrt(self.n / 2) * abs(self.phi))

    @property
    def with_it(self) -> Estimate:
        """Share of those who reached it that came back (positive predictive value)."""
        return wilson(self.both, self.reached)

    @property
    def without_it(self) -> Estimate:
        """Share of the others that came back (one less the negative predictive value)."""
        return wilson(self.returned - self.both, self.n - self.reached)

    @property
    def difference(self) -> Estimate:
        """How much more often those who reached it came back, -1 to 1, with a 95 % interval.

        Returns:
            nan if all or none reached it. Users count as independent of each other.

        References:
            Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
            comparison of eleven methods. Statistics in Medicine 17, 873-890 (method 10).

        >>> print(Fourfold(both=56, reached=70, returned=104, n=150).difference)
        0.2 (0.0524 to 0.334, n = 150)
        """
        one, other = self.with_it, self.without_it
        if not one.n or not other.n:
            return undefined(self.n)
        difference = one.estimate - other.estimate
        return Estimate(
            self.n,
            difference,
            difference - sqrt((one.estimate - one.ci_lower) ** 2 + (other.ci_upper - other.estimate) ** 2),
            difference + sqrt((one.ci_upper - one.estimate) ** 2 + (other.estimate - other.ci_lower) ** 2),
        )
