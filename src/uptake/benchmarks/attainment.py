"""How much of a benchmark somebody has. Pure functions of arrays that may hold nan where nothing is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Flags, Floats


def shares(values: Floats, benchmark: Floats, *, is_lower_better: bool) -> Floats:
    """What values are of the benchmark, 0 to 1; whoever is level with it, or beyond, has all of it.

    Where less is better, the benchmark over the value: twice the days is half. A benchmark of 0 or less is reached or
    not, as nothing is a part of it.

    Args:
        values: What is measured.
        benchmark: The benchmark, of a shape that fits.
        is_lower_better: Whether less is better.

    >>> shares(np.array([0.2, 0.6, np.nan]), np.array(0.4), is_lower_better=False)
    array([0.5, 1. , nan])
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        part = benchmark / values if is_lower_better else values / benchmark
        is_reached = values <= benchmark if is_lower_better else values >= benchmark
        made = np.where(is_reached, 1.0, np.where(benchmark > 0, np.clip(part, 0.0, 1.0), 0.0))
    return np.where(np.isnan(values) | np.isnan(benchmark), np.nan, made)


def mean_of_known(parts: Floats) -> Floats:
    """The mean over the first axis of what is known; nan where nothing is."""
    known = ~np.isnan(parts)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.asarray(np.where(known, parts, 0.0).sum(axis=0) / known.sum(axis=0))


def middle(values: Floats, chosen: Flags) -> tuple[Floats, Floats, Floats]:
    """Median, lowest and highest over those chosen, each day for itself; nan where nothing is known of any of them.

    Args:
        values: A value per entity and day.
        chosen: Whether it counts, of the same shape.
    """
    counted = np.where(chosen & ~np.isnan(values), values, np.nan)
    n = (~np.isnan(counted)).sum(axis=0)
    ordered = np.sort(counted, axis=0)  # nan comes last
    if not len(ordered):
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing, nothing

    def at(row: NDArray[np.int64]) -> Floats:
        picked: Floats = np.take_along_axis(ordered, np.clip(row, 0, len(ordered) - 1)[None], axis=0)[0]
        return np.where(n > 0, picked, np.nan)

    return (at((n - 1) // 2) + at(n // 2)) / 2, at(np.zeros_like(n)), at(n - 1)


def apart(values: Floats, benchmark: Floats) -> Floats:
    """How unlike values are to a benchmark, 0 to 1: the mean over the first axis of |a - b| / (|a| + |b|).

    Unlike attainment it counts more as much as less, so that it tells which of two benchmarks somebody is like.

    References:
        Lance, G. N. and Williams, W. T. (1967). Mixed-data classificatory programs. Australian Computer Journal 1.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        part = np.abs(values - benchmark) / (np.abs(values) + np.abs(benchmark))
    return mean_of_known(np.where(values == benchmark, 0.0, part))
