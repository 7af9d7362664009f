from math import exp, isnan, log, nan, sqrt

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time
from statsmodels.duration.survfunc import SurvfuncRight

from uptake.stats.life_table import from_durations
from uptake.stats.logrank import logrank
from uptake.stats.proportion import wilson
from uptake.stats.survival import Curves, Survival, kaplan_meier, kaplan_meier_from_counts
from uptake.stats.watched import Watched

People = list[tuple[float, bool]]

people = st.lists(
    st.tuples(st.integers(0, 15) | st.floats(0.001, 1e7, allow_subnormal=False), st.booleans()), min_size=1, max_size=60
)
shares = st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.75, 0.9])


def curve_of(people: People) -> Survival:
    return kaplan_meier([duration for duration, _ in people], [reached for _, reached in people])


def lifelines_of(people: People) -> KaplanMeierFitter:
    with np.errstate():  # lifelines silences numpy's warnings for everybody
        return KaplanMeierFitter().fit([duration for duration, _ in people], [reached for _, reached in people])


def test_six_people_by_hand() -> None:
    """5/6 at 1. One is lost at 2, so 5/6 * 3/4 = 5/8 at 3. Another is lost at 3, so both of 2 reach it at 4."""
    curve = kaplan_meier([1, 2, 3, 3, 4, 4], [1, 0, 1, 0, 1, 1])
    assert curve.n == 6
    assert curve.times.tolist() == [0, 1, 2, 3, 4]
    assert curve.at_risk.tolist() == [6, 6, 5, 4, 2]
    assert curve.events.tolist() == [0, 1, 0, 1, 2]
    np.testing.assert_allclose(curve.survival, [1, 5 / 6, 5 / 6, 5 / 8, 0])


def test_the_interval_by_hand() -> None:
    """Greenwood at 3 is 1/(6*5) + 1/(4*3) = 7/60; survival to the power of exp(+-1.959964 * sqrt(7/60) / -log(5/8))."""
    curve = kaplan_meier([1, 2, 3, 3, 4, 4], [1, 0, 1, 0, 1, 1])
    stretch = exp(1.959964 * sqrt(7 / 60) / -log(0.625))
    assert curve.ci_lower[3] == pytest.approx(0.625**stretch, abs=1e-6)
    assert curve.ci_upper[3] == pytest.approx(0.625 ** (1 / stretch), abs=1e-6)


def test_without_censoring_the_curve_is_the_share_that_has_reached_it() -> None:
    curve = kaplan_meier([1, 2, 2, 5, 9], [1, 1, 1, 1, 1])
    assert [curve.reached_by(time).estimate for time in (0, 1, 2, 4, 5, 9)] == pytest.approx([0, 0.2, 0.6, 0.6, 0.8, 1])


@given(people)
def test_the_curve_equals_lifelines(people: People) -> None:
    curve, fitter = curve_of(people), lifelines_of(people)
    np.testing.assert_array_equal(curve.times, fitter.survival_function_.index)
    np.testing.assert_allclose(curve.survival, fitter.survival_function_.iloc[:, 0], atol=1e-9, rtol=0)


@given(people)
def test_the_interval_equals_lifelines_wherever_the_log_log_formula_has_a_value(people: People) -> None:
    curve, fitter = curve_of(people), lifelines_of(people)
    between = (curve.survival > 0) & (curve.survival < 1)
    expected = fitter.confidence_interval_.to_numpy()
    np.testing.assert_allclose(curve.ci_lower[between], expected[between, 0], atol=1e-9, rtol=0)
    np.testing.assert_allclose(curve.ci_upper[between], expected[between, 1], atol=1e-9, rtol=0)


@given(people, shares)
def test_quantiles_equal_lifelines(people: People, share: float) -> None:
    """Rounded, because lifelines' products of logarithms may miss one half in the last digit and so skip a step."""
    expected = qth_survival_time(1 - share + 1e-12, lifelines_of(people).survival_function_.iloc[:, 0].round(12))
    result = curve_of(people).quantile(share).estimate
    assert result == expected or (isnan(result) and expected == np.inf)


@given(people, shares)
def test_limits_of_quantiles_equal_lifelines_wherever_the_log_log_formula_has_a_value(
    people: People, share: float
) -> None:
    """Where the crossing falls on a survival of 1 or 0, this interval is the wider one."""
    curve = curve_of(people)
    band = lifelines_of(people).confidence_interval_
    lower, upper = (qth_survival_time(1 - share, band.iloc[:, column]) for column in (0, 1))
    result = curve.quantile(share)
    if (curve.ci_lower[curve.survival == 1] > 1 - share).all():
        assert result.ci_lower == lower or (isnan(result.ci_lower) and lower == np.inf)
    else:
        assert result.ci_lower < lower
    if upper == np.inf or curve.survival[curve.times == upper][0] == 0:
        assert isnan(result.ci_upper) or result.ci_upper == upper
    else:
        assert result.ci_upper == upper


@given(people.filter(lambda people: any(reached for _, reached in people)))
def test_the_curve_equals_scipy(people: People) -> None:
    uncensored = [duration for duration, reached in people if reached]
    right = [duration for duration, reached in people if not reached]
    expected = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored, right=right)).sf
    curve = curve_of(people)
    at = np.searchsorted(curve.times, expected.quantiles)
    np.testing.assert_allclose(curve.survival[at], expected.probabilities, atol=1e-9)


def test_the_limits_of_the_median_equal_statsmodels() -> None:
    generator = np.random.default_rng(11)
    durations, followed = generator.exponential(20, 150).round(1), generator.uniform(5, 60, 150).round(1)
    observed, reached = np.minimum(durations, followed), durations <= followed
    result = kaplan_meier(observed, reached).median()
    expected = SurvfuncRight(observed, reached.astype(int))
    assert result.estimate == expected.quantile(0.5)
    assert result[2:] == pytest.approx(expected.quantile_ci(0.5, method="cloglog"))


@given(people)
def test_the_curve_lies_inside_its_interval_and_only_comes_down(people: People) -> None:
    curve = curve_of(people)
    assert (np.diff(curve.survival) <= 0).all()
    assert (curve.ci_lower >= 0).all()
    assert (curve.ci_lower <= curve.survival).all()
    assert (curve.survival <= curve.ci_upper).all()
    assert (curve.ci_upper <= 1).all()
    assert (curve.ci_lower < curve.ci_upper).all()


@given(people)
def test_counted_people_give_the_same_curve(people: People) -> None:
    durations = np.array([duration for duration, _ in people])
    reached = np.array([reached for _, reached in people])
    counted = kaplan_meier_from_counts(durations, reached, ~reached)
    np.testing.assert_array_equal(counted.survival, curve_of(people).survival)
    np.testing.assert_array_equal(counted.ci_upper, curve_of(people).ci_upper)


@given(people)
def test_nobody_is_known_to_have_reached_it_after_the_last_was_seen(people: People) -> None:
    curve, last = curve_of(people), max(duration for duration, _ in people)
    later = curve.reached_by(2 * last + 1)
    assert later.n == len(people)
    assert later.estimate == 1 if curve.survival[-1] == 0 else isnan(later.estimate)
    assert not isnan(curve.reached_by(last).estimate)


def test_between_steps_the_share_is_that_of_the_step_before() -> None:
    curve = kaplan_meier([2, 4, 6], [1, 1, 0])
    assert curve.reached_by(0).estimate == 0
    assert curve.reached_by(1.999) == curve.reached_by(0)
    assert curve.reached_by(3) == curve.reached_by(2)
    assert curve.reached_by(6).estimate == pytest.approx(2 / 3)


def test_who_reaches_it_at_the_time_another_is_lost_counts_the_lost_as_at_risk() -> None:
    assert kaplan_meier([3, 3], [1, 0]).survival.tolist() == [1, 0.5]


def test_golden_case_15_the_median_is_undefined_where_the_curve_never_reaches_one_half() -> None:
    result = kaplan_meier([1, 2, 3, 9, 9], [1, 1, 0, 0, 0]).median()
    assert result.n == 5
    assert isnan(result.estimate)
    assert isnan(result.ci_upper)


def test_a_curve_that_comes_down_to_exactly_one_half_reaches_it() -> None:
    """1 - 1/10, times 1 - 1/9, and so on, misses one half in the last digit for some sizes."""
    for half in range(1, 200):
        assert kaplan_meier(np.arange(1, 2 * half + 1), np.ones(2 * half)).median().estimate == half


def test_quantiles_of_a_hundred_are_the_tens() -> None:
    curve = kaplan_meier(np.arange(1, 101), np.ones(100))
    assert [curve.quantile(tens / 10).estimate for tens in range(1, 10)] == [10, 20, 30, 40, 50, 60, 70, 80, 90]


def test_nobody_gives_nan_and_not_zero() -> None:
    curve = kaplan_meier([], [])
    assert curve.n == 0
    assert curve.times.size == curve.ci_lower.size == 0
    for result in (curve.reached_by(0), curve.reached_by(7), curve.median()):
        assert result.n == 0
        assert np.isnan(result[1:]).all()


def test_one_who_reached_it_sets_no_limit_to_the_median() -> None:
    curve = kaplan_meier([5], [True])
    assert curve.median()[:3] == (1, 5, 0)
    assert isnan(curve.median().ci_upper)
    assert curve.reached_by(5) == pytest.approx(wilson(1, 1))


def test_one_still_waiting_says_nothing_of_the_median() -> None:
    curve = kaplan_meier([5], [False])
    assert curve.median() == pytest.approx((1, nan, 0, nan), nan_ok=True)
    assert curve.reached_by(5) == pytest.approx(wilson(0, 1))
    assert isnan(curve.reached_by(6).estimate)


def test_where_all_still_wait_the_interval_is_wilsons_for_none() -> None:
    """Ten people, nobody has reached it by day 7: 0 to 28 %, not 0 to 0."""
    curve = kaplan_meier(np.full(10, 7), np.zeros(10))
    assert curve.reached_by(7) == pytest.approx(wilson(0, 10))
    assert isnan(curve.median().estimate)


def test_before_the_first_event_the_interval_rests_on_those_still_followed() -> None:
    """Six of ten were followed for two days only."""
    curve = kaplan_meier([2] * 6 + [7] * 4, np.zeros(10))
    assert curve.reached_by(2) == pytest.approx(wilson(0, 10))
    assert curve.reached_by(7)[1:] == pytest.approx(wilson(0, 4)[1:])


def test_where_all_reached_it_at_once_the_interval_is_wilsons_for_all() -> None:
    for time in (0, 3):
        curve = kaplan_meier(np.full(8, time), np.ones(8))
        assert curve.reached_by(time) == pytest.approx(wilson(8, 8))
        assert curve.reached_by(1000) == curve.reached_by(time)
        assert curve.median() == (8, time, time, time)


def test_the_last_of_many_to_reach_it_leaves_the_limit_of_the_step_before_nearly_in_place() -> None:
    """Only one was still followed at 9, so survival 0 is almost as uncertain as survival one half was."""
    curve = kaplan_meier([1] * 50 + [2] * 49 + [9], [1] * 50 + [0] * 49 + [1])
    before = 1 - curve.reached_by(2).ci_lower
    assert curve.reached_by(9).estimate == 1
    assert 1 - curve.reached_by(9).ci_lower == pytest.approx(before * wilson(0, 1).ci_upper)


def test_the_interval_covers_the_truth_about_as_often_as_it_says_for_ten_people() -> None:
    """Exact, for shares of 5 to 95 %; an interval of no width at 0 would miss 5 % in 60 cases of 100."""
    results = [
        kaplan_meier([1] * reached + [2] * (10 - reached), [1] * reached + [0] * (10 - reached))
        for reached in range(11)
    ]
    intervals = np.array([result.reached_by(1)[2:] for result in results])
    for truth in np.arange(0.05, 0.951, 0.05):
        covered = (intervals[:, 0] <= truth) & (truth <= intervals[:, 1])
        probabilities = np.asarray(scipy.stats.binom.pmf(range(11), 10, truth))
        assert probabilities[covered].sum() > 0.9


def test_the_unit_of_time_changes_only_the_times() -> None:
    days = kaplan_meier([1, 2, 4, 4], [1, 0, 1, 1])
    microseconds = kaplan_meier(np.array([1, 2, 4, 4]) * 86_400_000_000, [1, 0, 1, 1])
    np.testing.assert_array_equal(microseconds.survival, days.survival)
    assert microseconds.median().estimate == days.median().estimate * 86_400_000_000


def test_a_higher_level_gives_a_wider_interval() -> None:
    narrow, wide = (kaplan_meier([1, 2, 3, 4], [1, 0, 1, 1], level) for level in (0.5, 0.99))
    assert (wide.ci_lower < narrow.ci_lower)[:-1].all()
    assert (wide.ci_upper >= narrow.ci_upper).all()


@pytest.mark.parametrize("share", [0, 1, -0.5, 50, nan])
def test_a_quantile_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        kaplan_meier([1], [1]).quantile(share)


@pytest.mark.parametrize("time", [-1, nan])
def test_a_time_that_is_none_is_refused(time: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        kaplan_meier([1], [1]).reached_by(time)


watched = st.lists(
    st.tuples(st.integers(0, 12), st.none() | st.integers(0, 12)).map(
        lambda pair: pair if pair[1] is None or pair[1] <= pair[0] else pair[::-1]
    ),
    min_size=1,
    max_size=60,
)


def in_order(cohorts: list[list[list[tuple[int, int | None]]]]) -> Watched:
    people = sorted(
        (cohort, until if at is None else at, at is None, number)
        for cohort, groups in enumerate(cohorts)
        for number, group in enumerate(groups)
        for until, at in group
    )
    cohort, time, waiting, group = (np.array(column) for column in zip(*people, strict=True))
    return Watched(time, ~waiting, group, np.searchsorted(cohort, np.arange(len(cohorts) + 1)))


def curve_of_watched(people: list[tuple[int, int | None]]) -> Survival:
    return curve_of([(until if at is None else at, at is not None) for until, at in people])


@given(
    st.lists(st.lists(watched | st.just([]), min_size=3, max_size=3), min_size=1, max_size=4),
    shares,
    st.integers(0, 14),
)
def test_groups_of_those_watched_say_and_compare_what_the_people_do(
    cohorts: list[list[list[tuple[int, int | None]]]], share: float, day: int
) -> None:
    """For each how long they were watched, and when they reached it if they did; some cohorts have nobody of a group.

    As many are at risk at every time at which anybody of any group reached it, so the test says the same.
    """
    assume(any(group for groups in cohorts for group in groups))
    people = in_order(cohorts)
    for number in range(3):
        found = dict(people.tables(number))
        assert [*found] == [cohort for cohort, groups in enumerate(cohorts) if groups[number]]
        for cohort, table in found.items():
            quick, curve = Curves.of([table]).one(0), curve_of_watched(cohorts[cohort][number])
            np.testing.assert_array_equal(quick.quantile(share), curve.quantile(share))
            np.testing.assert_array_equal(quick.reached_by(day), curve.reached_by(day))
    for groups, test in zip(cohorts, people.compared(), strict=True):
        curves = [curve_of_watched(group) for group in groups if group]
        assert test == (pytest.approx(logrank(curves), nan_ok=True) if len(curves) > 1 else None)


@given(st.lists(people, min_size=1, max_size=5), shares, st.integers(0, 20))
def test_curves_of_several_say_what_each_says_alone(groups: list[People], share: float, day: int) -> None:
    """To the last digit: no curve is moved by the one before it."""
    tables = [from_durations(*zip(*group, strict=True)) for group in groups]
    curves, alone = Curves.of(tables), [curve_of(group) for group in groups]
    assert curves.n.tolist() == [curve.n for curve in alone]
    assert curves.reached.tolist() == [curve.events.sum() for curve in alone]
    np.testing.assert_array_equal(np.transpose(curves.quantile(share)), [curve.quantile(share)[1:] for curve in alone])
    np.testing.assert_array_equal(np.transpose(curves.reached_by(day)), [curve.reached_by(day)[1:] for curve in alone])
    np.testing.assert_array_equal(curves.ci_upper, np.concatenate([curve.ci_upper for curve in alone]))
