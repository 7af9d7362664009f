"""The arithmetic of two-by-two tables against SciPy and statsmodels, and the choice among them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep

from uptake.propose.association import Fourfold
from uptake.propose.early import EarlyAction
from uptake.propose.ranking import FALSE_DISCOVERIES, rank


@st.composite
def tables(draw: st.DrawFn) -> Fourfold:
    cells = [draw(st.integers(0, 500)) for _ in range(4)]
    return Fourfold(cells[0], cells[0] + cells[1], cells[0] + cells[2], sum(cells))


def test_a_table_by_hand() -> None:
    # Of 40 who did it 30 came back, of the other 60 it was 20: 75 % against 33 %.
    table = Fourfold(both=30, reached=40, returned=50, n=100)
    assert table.with_it.estimate == pytest.approx(0.75)
    assert table.without_it.estimate == pytest.approx(1 / 3)
    assert table.difference.estimate == pytest.approx(0.75 - 1 / 3)
    assert table.phi == pytest.approx((30 * 40 - 10 * 20) / math.sqrt(40 * 60 * 50 * 50))
    assert table.is_testable  # the smallest expected count is 40 x 50 / 100 = 20


@settings(deadline=None)  # a busy machine may be slow; no test asserts a time
@given(tables())
def test_phi_and_its_p_value_are_those_of_numpy_and_scipy(table: Fourfold) -> None:
    both, alone = table.both, table.reached - table.both
    back, away = table.returned - table.both, table.n - table.reached - table.returned + table.both
    assume(min(both + alone, back + away, both + back, alone + away) > 0)
    did = [1] * (both + alone) + [0] * (back + away)
    came = [1] * both + [0] * alone + [1] * back + [0] * away
    assert table.phi == pytest.approx(np.corrcoef(did, came)[0, 1], abs=1e-9)
    found = chi2_contingency([[both, alone], [back, away]], correction=False)
    assert table.pvalue == pytest.approx(found.pvalue, rel=1e-6, abs=1e-300)
    assert table.is_testable == (found.expected_freq.min() >= 5 - 1e-12)


@settings(deadline=None)  # a busy machine may be slow; no test asserts a time
@given(tables())
def test_the_interval_of_the_difference_is_that_of_statsmodels(table: Fourfold) -> None:
    assume(0 < table.reached < table.n)
    lower, upper = confint_proportions_2indep(
        table.both, table.reached, table.returned - table.both, table.n - table.reached, method="newcomb"
    )
    difference = table.difference
    assert (difference.ci_lower, difference.ci_upper) == pytest.approx((lower, upper), abs=1e-9)
    assert -1 <= difference.ci_lower <= difference.estimate <= difference.ci_upper <= 1


@pytest.mark.parametrize("table", [Fourfold(0, 0, 0, 0), Fourfold(0, 0, 5, 10), Fourfold(5, 10, 5, 10)])
def test_where_all_or_none_did_it_nothing_is_claimed(table: Fourfold) -> None:
    assert math.isnan(table.phi)
    assert math.isnan(table.pvalue)
    assert math.isnan(table.difference.estimate)
    assert not table.is_testable


# Choosing

STRONG = Fourfold(both=300, reached=400, returned=500, n=1_000)  # 75 % against 33 %
NOTHING = Fourfold(both=200, reached=400, returned=500, n=1_000)
HARMFUL = Fourfold(both=100, reached=400, returned=500, n=1_000)
THIN = Fourfold(both=4, reached=4, returned=500, n=1_000)  # 2 of 4 expected
NAMES = {1: "one", 2: "two", 3: "three"}


def action(
    event: int, discovery: Fourfold, confirmation: Fourfold, at_least: int = 1, within_days: int = 7
) -> EarlyAction:
    return EarlyAction(event, at_least, within_days, discovery, confirmation)


def chosen(*actions: EarlyAction) -> list[tuple[str, int, int]]:
    return [(found.event, found.at_least, found.within_days) for found in rank(actions, NAMES).candidates]


def test_a_candidate_has_the_numbers_of_the_half_that_had_no_say_in_choosing_it() -> None:
    weaker = Fourfold(both=240, reached=400, returned=450, n=900)
    (candidate,) = rank([action(1, STRONG, weaker)], NAMES).candidates
    assert (candidate.event, candidate.n_reached, candidate.n) == ("one", 400, 900)
    assert candidate.retention_reached == pytest.approx(240 / 400)
    assert candidate.retention_not == pytest.approx(210 / 500)
    assert (candidate.ci_lower, candidate.ci_upper) == (weaker.difference.ci_lower, weaker.difference.ci_upper)
    assert candidate.phi == weaker.phi
    assert candidate.pvalue == pytest.approx(STRONG.pvalue)


def test_what_the_other_half_does_not_confirm_is_no_candidate() -> None:
    assert chosen(action(1, STRONG, NOTHING), action(2, STRONG, HARMFUL)) == []


def test_what_goes_with_staying_away_is_no_candidate() -> None:
    assert chosen(action(1, HARMFUL, HARMFUL)) == []


def test_what_too_few_did_is_not_tested() -> None:
    assert rank([action(1, THIN, STRONG), action(2, STRONG, STRONG)], NAMES).tested == 1


def test_an_event_is_named_once_with_its_strongest_action() -> None:
    stronger = Fourfold(both=340, reached=400, returned=500, n=1_000)
    assert chosen(action(1, STRONG, STRONG, 1), action(1, stronger, STRONG, 3), action(1, STRONG, STRONG, 5)) == [
        ("one", 3, 7)
    ]


def test_of_actions_as_strong_within_one_standard_error_the_soonest_is_taken() -> None:
    barely = Fourfold(both=305, reached=400, returned=500, n=1_000)  # phi 0.429 against 0.408: 1 / sqrt(n) is 0.032
    assert chosen(action(1, STRONG, STRONG, 1, 3), action(1, barely, STRONG, 1, 14)) == [("one", 1, 3)]
    clearly = Fourfold(both=320, reached=400, returned=500, n=1_000)  # phi 0.490
    assert chosen(action(1, STRONG, STRONG, 1, 3), action(1, clearly, STRONG, 1, 14)) == [("one", 1, 14)]


def test_the_strongest_five_are_kept_in_the_order_of_the_other_half() -> None:
    names = {number: f"e{number}" for number in range(7)}
    discovery = [Fourfold(300 + number, 400, 500, 1_000) for number in range(7)]
    confirmation = [Fourfold(300 - 5 * number, 400, 500, 1_000) for number in range(7)]
    found = rank([action(number, discovery[number], confirmation[number]) for number in range(7)], names)
    # Strongest in the first half: 6, 5, 4, 3, 2; in the second the lower the number, the stronger.
    assert [candidate.event for candidate in found.candidates] == ["e2", "e3", "e4", "e5", "e6"]


def test_chance_alone_seldom_makes_a_candidate() -> None:
    rng = np.random.default_rng(5)
    finds = 0
    for _ in range(200):
        actions = []
        for event in range(30):
            halves = [
                Fourfold(int(both), int(both + alone), int(both + back), int(both + alone + back + away))
                for both, alone, back, away in rng.multinomial(800, [0.2, 0.2, 0.3, 0.3], size=2)
            ]
            actions.append(action(event, halves[0], halves[1]))
        finds += len(rank(actions, {event: str(event) for event in range(30)}).candidates) > 0
    # Reached and returned are independent here. The first half alone passes in at most 5 % of the 200 worlds.
    assert finds <= FALSE_DISCOVERIES * 200


def test_nothing_to_rank_is_no_candidate() -> None:
    assert rank([], {}).candidates == ()
    assert rank([action(1, Fourfold(0, 0, 0, 0), Fourfold(0, 0, 0, 0))], NAMES).tested == 0
