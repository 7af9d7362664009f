"""Since when each could use a feature, counted in memory: `population.open_from_sql` as one instant for each entity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.cohorts import NOT_YET, Instants
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.tallies import instant
from uptake.plan import Conditions


def opened_since(asked: Asked, facts: Numbered, conditions: Conditions, started: Instants) -> Instants:
    """When a feature was opened to each; nothing of those to whom it never was by `as_of`.

    Args:
        asked: The question.
        facts: The facts by whose numbers entities go.
        conditions: Who can use it.
        started: When each started; nothing of those who did not.
    """
    if not conditions:
        return started
    spans = facts.spans(eligible_spans_sql(asked, conditions))
    since = np.maximum(started[spans.number], spans.valid_from)  # what is missing stays missing
    return earliest(
        spans.number, since, since < np.minimum(spans.valid_to, instant(asked.question.as_of)), len(started)
    )


def earliest(number: NDArray[np.int32], at: Instants, is_meant: NDArray[np.bool_], everyone: int) -> Instants:
    """The earliest of the instants of each that are meant; nothing of who has none.

    Args:
        number: Whose the instants are.
        at: The instants.
        is_meant: Of each whether it counts; what is missing does not.
        everyone: How many entities there are.
    """
    found = np.full(everyone, np.iinfo(np.int64).max)
    np.minimum.at(found, number[is_meant], at[is_meant].astype("M8[us]").view(np.int64))
    return np.where(found == np.iinfo(np.int64).max, NOT_YET, found.view("M8[us]"))
