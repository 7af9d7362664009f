"""The feature that is launched half-way: who tries it, when, and who keeps it.

Of those whose plan includes it, `planted.LAUNCH_CEILING` ever try it, spread over the days after the launch as Bass's
diffusion says. The clock of a user who signs up or whose account upgrades later starts on that day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uptake.demo import planted
from uptake.demo.accounts import Accounts
from uptake.demo.people import People
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.quota import Flags, places


@dataclass(frozen=True)
class Launch:
    """One row per user.

    Args:
        day: The day of the launch.
        eligible_from: The first day on which the user's plan includes the feature.
        tries: The day the user would first try it.
        keeps: The user would go on using it.
    """

    day: int
    eligible_from: Ints
    tries: Ints
    keeps: Flags


def draw(rng: np.random.Generator, accounts: Accounts, people: People, period: Period) -> Launch:
    """Draws who tries the launched feature and when."""
    day = period.launch_day
    account = people.account
    first = np.maximum(day, people.signup)
    now = accounts.plan_on(account, first) >= planted.PRO
    upgrades = (accounts.plan[account] == planted.FREE) & (accounts.plan_day[account] < FAR)
    eligible_from = np.where(now, first, np.where(upgrades, np.maximum(first, accounts.plan_day[account]), FAR))
    # Those who are there on the launch day get exact shares, so the curve is the planted one.
    group = np.where(eligible_from >= FAR, 2, np.where(eligible_from == day, 0, 1))
    place = places(rng.random(people.n), group)
    tries = (place < planted.LAUNCH_CEILING) & (group < 2)
    days = planted.launch_days(np.where(tries, place / planted.LAUNCH_CEILING, 0.0))
    on = period.to_working_day((np.minimum(eligible_from, period.days) + np.round(days)).astype(np.int32))
    return Launch(
        day=day,
        eligible_from=eligible_from.astype(np.int32),
        tries=np.where(tries, np.maximum(on, eligible_from), FAR).astype(np.int32),
        keeps=rng.random(people.n) < planted.LAUNCH_KEPT,
    )
