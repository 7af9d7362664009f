"""Every number that is planted, in one place. The truth file is written from here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MONTH_DAYS = 30
"""A month of retention: 30 days counted from the user's own signup."""
MONTHS = (0, 1, 2, 3, 6)
"""The months of the cohort table."""
MONTHLY_KEEP = 0.985
"""After month 6 each month keeps this share of the one before."""


@dataclass(frozen=True)
class Cohort:
    """What the users who signed up in one quarter were given.

    Args:
        name: Its place, in words.
        onboarding: What onboarding was like, in words.
        retention: Share active in `MONTHS` after signup.
        value_median_days: Days from signup until half of all users have completed a project.
        value_share: Share that ever completes a project, if nothing else comes between.
        setup_share: Share that opens a board, creates a task and fills in the profile within 7 days.
        tasks_share: Share that creates at least 3 tasks within 7 days.
        invitation_share: Share that sends at least 1 invitation within 7 days, independent of the tasks.
    """

    name: str
    onboarding: str
    retention: tuple[float, ...]
    value_median_days: float
    value_share: float
    setup_share: float
    tasks_share: float
    invitation_share: float


COHORTS = (
    Cohort("first", "the old onboarding", (1.0, 0.75, 0.60, 0.55, 0.50), 14.0, 0.70, 0.52, 0.56, 0.52),
    Cohort("second", "improved onboarding", (1.0, 0.80, 0.68, 0.65, 0.62), 9.0, 0.76, 0.63, 0.64, 0.60),
    Cohort("third", "new activation flow", (1.0, 0.85, 0.75, 0.72, 0.70), 5.0, 0.82, 0.71, 0.72, 0.68),
)
"""The signup cohorts; users of later quarters are treated like the third."""
OLD_CUSTOMERS = (0.74, 0.99)
"""Users from before the period: share active in their first 30 days of it, and what each later month keeps."""
VALUE_SHAPE = 1.6
"""Shape of the log-logistic distribution of the days to first value."""

AHA_TASKS, AHA_INVITATIONS, AHA_DAYS = 3, 1, 7
AHA_EFFECT = 1.6
"""What reaching the aha moment adds to a user's latent stickiness, in standard deviations of its noise."""
DECOY_SHARE = 0.35
"""Share of active months in which the decoy event happens, whoever the user is."""

FAILURE_SHARE = 0.08
"""Share of imports that fail for users who are not labouring."""
DECAY_FLOOR = 0.10
"""What is left of daily use on the day an account churns, as a share of its use before the decay."""

LAUNCH_CEILING, LAUNCH_INNOVATION, LAUNCH_IMITATION, LAUNCH_KEPT = 0.45, 0.010, 0.070, 0.75
"""The launched feature: share of eligible users that ever try it, Bass's p and q a day, share that keeps it."""


@dataclass(frozen=True)
class CustomerType:
    """A kind of customer with its natural rhythm.

    Args:
        name: Its name; it is in the truth only, never in the data.
        cadence_days: Days from one use to the next.
        share: Of all accounts.
        industries: Weight of each of `INDUSTRIES`.
    """

    name: str
    cadence_days: int
    share: float
    industries: tuple[float, ...]


INDUSTRIES = ("Marketing", "Design", "Software", "Electronics", "Education", "Public sector", "Manufacturing")
TYPES = (
    CustomerType("agency", 1, 0.30, (0.50, 0.35, 0.05, 0.02, 0.04, 0.01, 0.03)),
    CustomerType("product_team", 7, 0.45, (0.06, 0.08, 0.52, 0.22, 0.03, 0.02, 0.07)),
    CustomerType("seasonal_planner", 30, 0.25, (0.05, 0.02, 0.05, 0.06, 0.32, 0.28, 0.22)),
)
AGENCY, PRODUCT_TEAM, SEASONAL = range(3)

ARCHETYPES = ("healthy", "exemplary", "shelfware", "decaying", "fading", "never_adopted")
"""How an account lives. Decaying accounts have churned; fading ones decay and have not churned yet."""
HEALTHY, EXEMPLARY, SHELFWARE, DECAYING, FADING, NEVER_ADOPTED = range(6)
ARCHETYPE_SHARES = (0.03, 0.06, 0.07, 0.03, 0.05)
"""Share of accounts of every archetype but the first."""

PULSE = (3.8, 4.7, 4.4, 3.8, 3.8, 2.4)
"""What the owner thinks of accounts of every archetype, 1 to 5 on average; shelfware is praised by the few who use it."""
PULSE_LATE = 2.0
"""The same of an account that decays, from half of its decay on: an owner hears of it late."""
PULSE_NEVER, PULSE_STOPPED, PULSE_SILENT_DAYS = 0.15, 0.12, 120
"""Share of accounts whose owner never says, share whose owner said nothing in the last so many days."""

PLANS = ("Free", "Pro", "Enterprise")
FREE, PRO, ENTERPRISE = range(3)
SEAT_PRICES = (0.0, 12.0, 22.0)
"""Euro per seat and month."""


def retention(cohort: Cohort, month: int) -> float:
    """Share of a cohort that is active in a month after signup; between the planted months on a straight line."""
    line = float(np.interp(month, MONTHS, cohort.retention))
    return line * MONTHLY_KEEP ** max(0, month - MONTHS[-1])


def value_scale(cohort: Cohort) -> float:
    """Scale of the log-logistic distribution that puts the median of all users where it is planted."""
    reached = 0.5 / cohort.value_share
    return float(cohort.value_median_days / (reached / (1 - reached)) ** (1 / VALUE_SHAPE))


def launch_share(days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Share of eligible users that have tried the launched feature by days since the launch (Bass diffusion).

    References:
        Bass, F. M. (1969). A new product growth for model consumer durables. Management Science 15(5).
    """
    speed = LAUNCH_INNOVATION + LAUNCH_IMITATION
    left = np.exp(-speed * np.maximum(days, 0.0))
    return np.asarray(LAUNCH_CEILING * (1 - left) / (1 + LAUNCH_IMITATION / LAUNCH_INNOVATION * left))


def launch_days(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Days since the launch by which a share of those who ever try has tried: `launch_share` the other way round."""
    shares = np.minimum(shares, 0.999)
    left = (1 - shares) / (1 + shares * LAUNCH_IMITATION / LAUNCH_INNOVATION)
    return np.asarray(-np.log(left) / (LAUNCH_INNOVATION + LAUNCH_IMITATION))
