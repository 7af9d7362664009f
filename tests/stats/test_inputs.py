from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from uptake.stats.inputs import exact, numbers, present


def test_none_becomes_nan_and_not_zero() -> None:
    np.testing.assert_array_equal(numbers([1, None, 3]), [1, np.nan, 3])


def test_a_masked_place_is_missing_whatever_number_lies_under_the_mask() -> None:
    np.testing.assert_array_equal(numbers(np.ma.array([1, 999, 3], mask=[False, True, False])), [1, np.nan, 3])


def test_a_masked_array_without_a_mask_is_complete() -> None:
    np.testing.assert_array_equal(numbers(np.ma.array([1, 2])), [1, 2])


def test_booleans_and_decimals_are_numbers() -> None:
    np.testing.assert_array_equal(numbers([True, False]), [1, 0])
    np.testing.assert_array_equal(numbers(np.array([Decimal("0.5"), None])), [0.5, np.nan])


def test_text_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        numbers(np.array(["many"]))


def test_present_leaves_out_the_missing_and_nothing_else() -> None:
    np.testing.assert_array_equal(present([0.0, None, -1.0, float("nan"), 2.0]), [0, -1, 2])


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        present([1.0, float("inf")])


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (3, Fraction(3)),
        (10**30 + 1, Fraction(10**30 + 1)),
        (0.1, Fraction(0.1)),
        (Decimal("0.1"), Fraction(1, 10)),
        (np.int64(3), Fraction(3)),
        (np.float32(0.5), Fraction(1, 2)),
        (np.float64(0.5), Fraction(1, 2)),
    ],
)
def test_a_sum_is_taken_as_the_number_it_is(value: int, fraction: Fraction) -> None:
    assert exact(value) == fraction


def test_the_square_of_a_large_numpy_integer_does_not_overflow() -> None:
    assert exact(np.int64(2**62)) ** 2 == 2**124


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), Decimal("nan")])
def test_a_sum_that_is_no_number_is_refused(value: float | None) -> None:
    with pytest.raises(ValueError, match="finite number"):
        exact(value)
