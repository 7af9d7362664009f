"""The day a list is told for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.question import last_day_before, read_as_of
from uptake.metrics.core.reading import data_until
from uptake.plan import Plan
from uptake.store.projection import Cursor


def moment(
    cursor: Cursor, plan: Plan, what: str, given: Mapping[str, Any], allowed: Sequence[str]
) -> tuple[datetime, date]:
    """The instant that nothing later is known of, and the last local day that was over then.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        what: The list, for an error.
        given: What was asked, with `as_of`.
        allowed: What can be asked.

    Raises:
        QuestionError: Something else was asked.
    """
    if unknown := set(given) - set(allowed):
        raise QuestionError(f"{what} take no parameter '{min(unknown)}'.", allowed=allowed)
    zone = plan.product.timezone
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    return as_of, last_day_before(as_of, zone)
