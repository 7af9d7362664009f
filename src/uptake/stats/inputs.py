"""What the store hands over, made into numbers: a missing value becomes nan, a sum stays exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uptake.stats.estimate import Floats

Number = float | np.integer | np.floating
"""One number."""

Column = NDArray[Any] | Sequence[float | None]
"""Many numbers."""

Sum = int | float | Decimal | np.integer | np.floating
"""A sum as a database returns it: integers of any size, floats or decimals."""


def numbers(values: ArrayLike | Column) -> Floats:
    """A column of any numeric kind as floats.

    Args:
        values: Numbers in any shape; None, nan and masked places are missing.

    Returns:
        The same shape, nan where missing.

    >>> numbers([1, None, 3])
    array([ 1., nan,  3.])
    """
    if isinstance(values, np.ma.MaskedArray):
        # DuckDB returns NULL as a masked place with an arbitrary number under the mask.
        return np.where(values.mask, np.nan, values.data.astype(np.float64))
    return np.asarray(values, dtype=np.float64)


def present(values: Column) -> Floats:
    """The values of a column that are there.

    Args:
        values: Numbers in any shape; None, nan and masked places are missing.

    Returns:
        One dimension, without the missing ones.

    Raises:
        ValueError: If a value is infinite.

    >>> present([1, None, 3])
    array([1., 3.])
    """
    column = numbers(values).ravel()
    kept = column[~np.isnan(column)]
    if np.isinf(kept).any():
        raise ValueError("A value is infinite; only finite values and missing ones (None, nan) are allowed.")
    return kept


def exact(value: Sum | None) -> Fraction:
    """A sum as the fraction it is, so that subtracting two large ones loses nothing.

    Args:
        value: A finite number.

    Returns:
        The same number, without rounding.

    Raises:
        ValueError: If the sum is missing or not finite.

    >>> exact(0.5)
    Fraction(1, 2)
    """
    if value is None or not isfinite(value):
        raise ValueError(f"A sum over at least one value is a finite number, not {value!r}.")
    if isinstance(value, Decimal):
        return Fraction(value)
    # numpy's integers would stay 64 bits wide inside a Fraction and overflow silently when squared.
    return Fraction(int(value)) if isinstance(value, int | np.integer) else Fraction(float(value))
