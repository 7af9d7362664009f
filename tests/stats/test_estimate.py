from math import isnan, nan

from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, undefined


def test_the_level_is_95_percent() -> None:
    assert CONFIDENCE_LEVEL == 0.95


def test_an_estimate_reads_as_a_sentence_would_say_it() -> None:
    assert str(Estimate(1234, 0.58, 0.552, 0.6079)) == "0.58 (0.552 to 0.608, n = 1234)"


def test_a_missing_limit_is_shown_as_missing_and_not_as_zero() -> None:
    assert str(Estimate(1, 5.0, 0.0, nan)) == "5 (0 to nan, n = 1)"


def test_nobody_gives_nan_and_not_zero() -> None:
    result = undefined()
    assert result.n == 0
    assert all(isnan(value) for value in result[1:])


def test_entities_without_an_estimate_are_still_counted() -> None:
    assert undefined(7).n == 7
