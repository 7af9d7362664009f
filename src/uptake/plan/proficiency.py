"""When somebody who is activated counts as proficient."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from uptake.plan.section import Section
from uptake.plan.words import Days


class Proficiency(Section):
    """Proficient is who used enough core features on enough days, in several usage intervals running.

    Args:
        core_features: Different core features used in each interval; half of all core features if not given.
        days: Active days in each interval.
        intervals: How many such intervals running.
        interval_days: Length of an interval; `product.usage_interval_days` if not given.
    """

    core_features: Annotated[int, Field(ge=0, le=1_000)] | None = None
    days: Annotated[int, Field(ge=1, le=366)] = 2
    intervals: Annotated[int, Field(ge=1, le=52)] = 2
    interval_days: Days | None = None
