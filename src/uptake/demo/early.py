"""The first week of a user, and the way to the first completed project."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uptake.demo import planted
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.quota import Flags, Floats, chosen, places


def first_week(rng: np.random.Generator, stratum: Ints, cohort: Ints, is_barred: Flags) -> tuple[Ints, Ints, Flags]:
    """Tasks created, invitations sent and profile filled in within 7 days, in the planted shares.

    Users from before the period had their first week before it; those who are barred do nothing of it.
    """
    n = len(stratum)
    barred = (cohort < 0) | is_barred

    def reach(share: str, bonus: npt.NDArray[np.floating]) -> Flags:
        shares = np.array([getattr(cohort_, share) for cohort_ in planted.COHORTS])[cohort.clip(0, 2)]
        return chosen(np.where(barred, -np.inf, rng.random(n) + bonus), stratum, shares)

    many_tasks = reach("tasks_share", np.zeros(n))
    is_set_up = reach("setup_share", 0.4 * many_tasks)
    invites = reach("invitation_share", np.zeros(n))
    some = np.where(is_set_up, rng.integers(1, planted.AHA_TASKS, n), rng.integers(0, planted.AHA_TASKS, n))
    tasks = np.where(many_tasks, planted.AHA_TASKS + rng.poisson(1.5, n), some)
    invitations = np.where(invites, planted.AHA_INVITATIONS + rng.poisson(0.5, n), 0)
    has_profile = is_set_up | ((tasks == 0) & (rng.random(n) < 0.3))
    return (
        np.where(barred, 0, tasks).astype(np.int32),
        np.where(barred, 0, invitations).astype(np.int32),
        has_profile & (cohort >= 0),
    )


def value_days(
    rng: np.random.Generator,
    stickiness: Floats,
    stratum: Ints,
    cohort: Ints,
    never: Flags,
    signup: Ints,
    period: Period,
) -> Ints:
    """Days from signup to the first completed project: log-logistic for the share that gets there.

    Who is sticky tends to be sooner. A day on a weekend moves to the nearest working day.
    """
    priority = np.where(never, -np.inf, 0.6 * stickiness + rng.normal(0.0, 1.0, len(stickiness)))
    place = places(priority, stratum)
    share = np.array([cohort_.value_share for cohort_ in planted.COHORTS])[cohort.clip(0, 2)]
    scale = np.array([planted.value_scale(cohort_) for cohort_ in planted.COHORTS])[cohort.clip(0, 2)]
    reached = (place < share) & np.isfinite(priority)
    part = np.where(reached, place / share, 0.5)
    days = np.minimum(np.round(scale * (part / (1 - part)) ** (1 / planted.VALUE_SHAPE)), 5_000)
    day = period.to_working_day((signup + days).astype(np.int32))
    # Customers from before the period have known the value for long.
    return np.where(cohort < 0, np.where(never, FAR, 0), np.where(reached, day - signup, FAR)).astype(np.int32)
