"""Scores out of components, and what each component did to them. Pure functions.

Arrays of components have the shape (components, entities, days), 0 to 1, nan where one is missing. Weights are
shares that add up to 1 over all components.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uptake.signals.windows import Floats


def mean(values: Sequence[Floats] | Floats, weights: Floats) -> Floats:
    """100 times the weighted mean of the components that are known; nan where none is.

    A missing component is not 0: the others carry its weight.

    >>> mean(np.array([[[0.5]], [[np.nan]]]), np.array([0.2, 0.8]))
    array([[50.]])
    """
    made, carried = np.empty_like(values[0]), float(np.sum(weights))
    for day in range(made.shape[1]):  # what is in between stays near the processor
        total = sum(part[:, day] * weight for part, weight in zip(values, weights, strict=True))
        made[:, day] = np.minimum(100.0 * total / carried, 100.0)  # not a hair more, or "at most 100" would miss it
        row = np.flatnonzero(np.isnan(total))
        if len(row):
            made[row, day] = _mean_of_known([part[row, day] for part in values], weights, carried)
    return made


def _mean_of_known(values: Sequence[Floats], weights: Floats, carried: float) -> Floats:
    total, missing = np.zeros_like(values[0]), np.zeros_like(values[0])
    for part, weight in zip(values, weights, strict=True):
        is_missing = np.isnan(part)
        missing += is_missing * weight
        total += np.where(is_missing, 0.0, part) * weight
    known = carried - missing
    # what is left of the last digits where all are missing is no weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known > 1e-9 * float(np.min(weights)), np.minimum(100.0 * total / known, 100.0), np.nan)


def worst(values: Sequence[Floats] | Floats) -> Floats:
    """100 times the worst component that is known; nan where none is.

    >>> worst(np.array([[[0.5]], [[0.25]]]))
    array([[25.]])
    """
    return 100.0 * np.asarray(np.fmin.reduce(list(values)))


def contributions(values: Floats, baseline: Floats, weights: Floats) -> tuple[Floats, float]:
    """What each component adds to a baseline, and what carrying the weight of missing ones does.

    With `b` the declared weights: 100 * (sum over known components of b * (value - baseline), and the rest that leads
    from there to the weighted mean of those known). Together they are the score less the baseline's own score.

    Args:
        values: One entity's components on one day.
        baseline: The same of the baseline; nan where it has none, which counts as the entity's own value.
        weights: The declared weights.

    Returns:
        Points per component, 0 for those that are missing, and the points of redistributed weight.
    """
    known = ~np.isnan(values)
    reference = np.where(np.isnan(baseline), np.where(known, values, 0.0), baseline)
    points = np.where(known, 100.0 * weights * (np.where(known, values, 0.0) - reference), 0.0)
    score = 100.0 * float(np.sum(weights[known] * values[known]) / np.sum(weights[known]))
    return points, score - 100.0 * float(np.sum(weights * reference)) - float(np.sum(points))
