from random import Random

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test
from statsmodels.duration.survfunc import survdiff

from uptake.stats.logrank import logrank
from uptake.stats.survival import Survival, kaplan_meier

Group = list[tuple[float, bool]]

groups_of_people = st.lists(
    st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=25), min_size=2, max_size=5
)


def curve_of(group: Group) -> Survival:
    return kaplan_meier([duration for duration, _ in group], [reached for _, reached in group])


def test_two_groups_by_hand() -> None:
    """A reaches it at 1 and 3, B at 2; expected in A 1/2 + 1/3 + 1/2, variance 1/4 + 2/9 + 1/4: (2/3)^2 / (13/18)."""
    result = logrank([kaplan_meier([1, 3], [1, 1]), kaplan_meier([2, 4], [1, 0])])
    assert result.statistic == pytest.approx(8 / 13)
    assert result.degrees_of_freedom == 1
    assert result.pvalue == pytest.approx(scipy.stats.chi2.sf(8 / 13, 1))


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # lifelines' own
@given(groups_of_people)
def test_it_equals_lifelines(groups: list[Group]) -> None:
    people = [(*person, name) for name, group in enumerate(groups) for person in group]
    durations, reached, names = (np.array(column) for column in zip(*people, strict=True))
    result = logrank([curve_of(group) for group in groups])
    assume(result.degrees_of_freedom == len(groups) - 1)  # lifelines counts groups that compare with nothing
    with np.errstate():
        expected = multivariate_logrank_test(durations, names, reached)
    assert result.statistic == pytest.approx(expected.test_statistic, rel=1e-7, abs=1e-9)
    assert result.pvalue == pytest.approx(expected.p_value, rel=1e-6, abs=1e-9)


def test_it_equals_scipy_and_statsmodels_on_a_large_sample() -> None:
    generator = np.random.default_rng(3)
    durations = generator.exponential(1, 600).round(2)
    group = np.repeat([0, 1, 2], 200)
    durations[group == 2] *= 1.3
    reached = generator.random(600) < 0.7
    curves = [kaplan_meier(durations[group == name], reached[group == name]) for name in range(3)]

    all_three = logrank(curves)
    assert (all_three.statistic, all_three.pvalue) == pytest.approx(survdiff(durations, reached.astype(int), group))
    assert all_three.degrees_of_freedom == 2

    two = logrank(curves[::2])
    x, y = (
        scipy.stats.CensoredData(durations[(group == name) & reached], right=durations[(group == name) & ~reached])
        for name in (0, 2)
    )
    expected = scipy.stats.logrank(x, y)
    assert (two.statistic, two.pvalue) == pytest.approx((expected.statistic**2, expected.pvalue))


@given(groups_of_people, st.randoms(use_true_random=False))
def test_the_order_of_the_groups_does_not_matter(groups: list[Group], random: Random) -> None:
    turned = groups.copy()
    random.shuffle(turned)
    expected, result = (logrank([curve_of(group) for group in some]) for some in (groups, turned))
    assert result == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True)


@given(groups_of_people)
def test_a_group_nobody_is_in_changes_nothing(groups: list[Group]) -> None:
    curves = [curve_of(group) for group in groups]
    assert logrank([*curves, kaplan_meier([], [])]) == pytest.approx(logrank(curves), rel=1e-6, abs=1e-9, nan_ok=True)


def test_equal_groups_do_not_differ() -> None:
    group = kaplan_meier([1, 2, 3, 5], [1, 0, 1, 1])
    result = logrank([group, group, group])
    assert result == pytest.approx((0, 2, 1))


def test_a_group_lost_before_the_first_event_costs_no_degree_of_freedom() -> None:
    first, second = kaplan_meier([3, 4, 5], [1, 1, 1]), kaplan_meier([4, 6, 8], [1, 1, 0])
    lost = kaplan_meier([1, 2], [0, 0])
    assert logrank([first, second, lost]) == pytest.approx(logrank([first, second]))


def test_one_user_against_a_million_is_one_degree_of_freedom() -> None:
    """The million hold nearly all the risk, where the plain formula for the covariance loses its digits."""
    generator = np.random.default_rng(0)
    many = kaplan_meier(generator.integers(1, 1000, 1_000_000), np.ones(1_000_000))
    result = logrank([many, kaplan_meier([500], [1])])
    assert result.degrees_of_freedom == 1
    assert 0 < result.pvalue < 1


@pytest.mark.parametrize(
    "groups",
    [
        [([], []), ([], [])],
        [([1, 2], [0, 0]), ([3], [0])],
        [([4, 4], [1, 1]), ([4], [1])],
        [([1, 2], [0, 0]), ([3, 4], [1, 1])],
    ],
    ids=["nobody", "nobody reached it", "all at the same time", "never at risk together"],
)
def test_where_nothing_can_be_compared_the_result_is_nan(groups: list[tuple[list[int], list[int]]]) -> None:
    result = logrank([kaplan_meier(*group) for group in groups])
    assert result.degrees_of_freedom == 0
    assert np.isnan([result.statistic, result.pvalue]).all()


def test_one_group_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more groups, not 1"):
        logrank([kaplan_meier([1], [1])])
