"""Shares of tries by entity: against a robust regression, and against influences worked out one entity at a time."""

from __future__ import annotations

from math import exp, isnan, log

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st

from uptake.stats.proportion import wilson
from uptake.stats.tries import Crossed, Tries, correlation_of_shares, share_of_tries

tries = st.integers(1, 30).flatmap(lambda tries: st.tuples(st.integers(0, tries), st.just(tries)))
entities = st.lists(tries, min_size=2, max_size=30)


def summed(pairs: list[tuple[int, int]]) -> Tries:
    """The sums over entities of (done, tries), those without a try left out."""
    tried = [(done, tries) for done, tries in pairs if tries]
    return Tries(
        len(tried), sum(t for _, t in tried), sum(d for d, _ in tried),
        sum(d * d for d, _ in tried), sum(d * t for d, t in tried), sum(t * t for _, t in tried),
    )  # fmt: skip


@given(entities)
def test_the_interval_is_that_of_a_robust_regression_on_log_odds(pairs: list[tuple[int, int]]) -> None:
    of = summed(pairs)
    assume(0 < of.done < of.tries)
    done, tried = np.array(pairs, dtype=float).T
    fit = sm.WLS(done / tried, np.ones_like(tried), weights=tried).fit(cov_type="HC1", use_t=True)
    share, half = fit.params[0], (fit.conf_int()[0][1] - fit.conf_int()[0][0]) / 2
    away = half / (share * (1 - share))
    found = share_of_tries(of)
    assert found.estimate == pytest.approx(share)
    ends = [1 / (1 + exp(-(log(share / (1 - share)) + sign * away))) if away < 500 else None for sign in (-1, 1)]
    if None not in ends:
        assert [found.ci_lower, found.ci_upper] == pytest.approx(ends, rel=1e-6, abs=1e-9)


def test_all_or_none_stands_on_the_number_of_entities() -> None:
    assert share_of_tries(summed([(3, 3), (5, 5)]))[1:] == wilson(2, 2)[1:]
    assert share_of_tries(summed([(0, 3), (0, 5)]))[1:] == wilson(0, 2)[1:]


def test_one_entity_that_did_some_says_nothing_of_others_and_nobody_says_nothing() -> None:
    one = share_of_tries(summed([(3, 5)]))
    assert one.estimate == 0.6
    assert isnan(one.ci_lower)
    assert isnan(share_of_tries(summed([])).estimate)


@given(st.lists(st.tuples(tries, tries), min_size=2, max_size=20))
def test_the_correlation_is_that_of_what_each_entity_adds(both: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    one, other = summed([a for a, _ in both]), summed([b for _, b in both])
    crossed = Crossed(*(sum(a[i] * b[j] for a, b in both) for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))))
    p, q = one.done / one.tries, other.done / other.tries
    adds = np.array([(a[0] - p * a[1], b[0] - q * b[1]) for a, b in both])
    spread = float(np.sqrt((adds[:, 0] @ adds[:, 0]) * (adds[:, 1] @ adds[:, 1])))
    assume(spread == 0 or spread > 1e-6)
    expected = float(adds[:, 0] @ adds[:, 1]) / spread if spread else 0.0
    assert correlation_of_shares(one, other, crossed) == pytest.approx(expected, abs=1e-6)
