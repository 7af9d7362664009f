"""The users and seats: when they came, what they did in their first week, how much holds them.

What holds a user is one number, the latent stickiness: something of the account, something of the person, and
`planted.AHA_EFFECT` for those who reached the aha moment in their first week. `usage` lets the stickiest share of
every cohort be active, so the aha moment causes retention here, and the cohort's level comes from its onboarding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uptake.demo import early, planted, words
from uptake.demo.accounts import DEEP_USERS, Accounts, Bytes
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.planted import DECAYING, EXEMPLARY, HEALTHY, NEVER_ADOPTED, PRODUCT_TEAM, SHELFWARE
from uptake.demo.quota import Flags, Floats

ROLES = ("admin", "member", "viewer")
ADMIN, MEMBER, VIEWER = range(3)
TEAMS = ("Operations", "Marketing", "Design", "Engineering", "Sales", "Finance")
CHANNELS = ("organic_search", "paid_search", "referral", "content", "partner", "invitation")
INVITATION = len(CHANNELS) - 1
STYLES = ("member", "viewer", "deep", "labouring")
NORMAL, WATCHING, DEEP, LABOURING = range(4)
LABOURING_PER_ACCOUNT, CONSULTANTS_PER_ACCOUNT = 0.25, 0.2


@dataclass(frozen=True)
class People:
    """One row per user who came; days as in `Period`, `FAR` where something never happens.

    Args:
        ids: `u00001` and so on.
        names: The user's name.
        account: Index of the account that gave the seat.
        rank: Place in the account by arrival; 0 is the founder, who is its champion.
        signup: The day of signup, a working day; negative for customers from before the period.
        given: The day the seat was given.
        is_invited: The seat was given by somebody else; others found the account themselves.
        channel: Index into `CHANNELS`.
        role: Index into `ROLES`.
        role_day: The day a member became an admin.
        team: Index into `TEAMS`.
        style: Index into `STYLES`: how the user uses the product.
        cohort: Index of the signup quarter; -1 before the period.
        stratum: 1 + signup month, 0 before the period: the groups in which shares are exact.
        tasks: Tasks created within the first 7 days.
        invitations: Invitations sent within the first 7 days.
        has_profile: The profile was filled in within the first 7 days.
        has_aha: The aha moment was reached within the first 7 days.
        stickiness: What holds the user, in standard deviations.
        value_days: Days from signup to the first completed project.
        leaves: The day the user left the company.
        second: The other account of a consultant, -1 for everyone else.
        second_day: The day a consultant began there.
        missing_account: Account of every seat whose user never came.
        missing_given: The day it was given.
    """

    ids: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    account: Ints
    rank: Ints
    signup: Ints
    given: Ints
    is_invited: Flags
    channel: Bytes
    role: Bytes
    role_day: Ints
    team: Bytes
    style: Bytes
    cohort: Ints
    stratum: Ints
    tasks: Ints
    invitations: Ints
    has_profile: Flags
    has_aha: Flags
    stickiness: Floats
    value_days: Ints
    leaves: Ints
    second: Ints
    second_day: Ints
    missing_account: Ints
    missing_given: Ints

    @property
    def n(self) -> int:
        """How many users there are."""
        return len(self.account)

    @property
    def missing_ids(self) -> npt.NDArray[np.str_]:
        """Ids of the seats whose users never came; they follow those of the users."""
        return numbered("u", self.n, len(self.missing_account))


def numbered(letter: str, after: int, n: int, digits: int = 5) -> npt.NDArray[np.str_]:
    """Ids from a letter and a running number."""
    numbers = np.arange(after + 1, after + n + 1).astype(str)
    return np.char.add(letter, np.char.zfill(numbers, digits))


def draw(rng: np.random.Generator, accounts: Accounts, period: Period) -> People:
    """Draws the users and the seats."""
    account = np.repeat(np.arange(accounts.n, dtype=np.int32), accounts.users)
    n = len(account)
    signup = _signups(rng, accounts, account, period)
    rank = (np.arange(n) - (np.cumsum(accounts.users) - accounts.users)[account]).astype(np.int32)
    kind = accounts.archetype[account]
    is_invited = (rank > 0) & (rng.random(n) < 0.85)
    wait = 1 + np.floor(rng.exponential(3.0, n))
    given = np.where(is_invited, np.maximum(signup - wait, accounts.created[account]), signup)
    role = np.where(rank == 0, ADMIN, rng.choice(3, n, p=(0.06, 0.84, 0.10)))
    style = np.where(role == VIEWER, WATCHING, NORMAL)
    style[(kind == SHELFWARE) & (rank < DEEP_USERS)] = DEEP
    pool = np.flatnonzero(
        (role == MEMBER) & (kind == HEALTHY) & (accounts.type[account] == PRODUCT_TEAM) & (signup < period.days - 120)
    )
    style[rng.choice(pool, min(len(pool), round(LABOURING_PER_ACCOUNT * accounts.n)), replace=False)] = LABOURING
    stratum = np.where(signup < 0, 0, 1 + period.month(signup)).astype(np.int32)
    cohort = np.where(signup < 0, -1, (stratum - 1) // 3).astype(np.int32)
    tasks, invitations, has_profile = early.first_week(
        rng, stratum, cohort, (style == WATCHING) | (kind == NEVER_ADOPTED)
    )
    has_aha = (tasks >= planted.AHA_TASKS) & (invitations >= planted.AHA_INVITATIONS)
    stickiness = (
        rng.normal(0.0, 0.5, accounts.n)[account]
        + rng.normal(0.0, 1.0, n)
        + planted.AHA_EFFECT * has_aha
        + 1.3 * (kind == EXEMPLARY)
        + 2.0 * (rank == 0)
        + 0.8 * (style == LABOURING)
    )
    never = (style == WATCHING) | (style == LABOURING) | (kind == NEVER_ADOPTED)
    gone = (rank == 0) & (kind == DECAYING) & (rng.random(accounts.n)[account] < 0.45)
    leaves = np.where(gone, accounts.decay_from[account] + rng.integers(-5, 11, n), accounts.churned[account])
    second, second_day = _consultants(rng, accounts, account, signup, style, period)
    promoted = (role == MEMBER) & (rng.random(n) < 0.03) & (signup < period.days - 90)
    since = np.maximum(signup, 0) + 30
    role_day = np.where(promoted, since + rng.random(n) * (period.days - 20 - since), FAR)
    missing_account = np.repeat(np.arange(accounts.n, dtype=np.int32), accounts.missing)
    return People(
        ids=numbered("u", 0, n),
        names=words.people_names(rng, n),
        account=account,
        rank=rank,
        signup=signup,
        given=period.to_working_day(given.astype(np.int32)),
        is_invited=is_invited,
        channel=np.where(is_invited, INVITATION, rng.choice(5, n, p=(0.38, 0.22, 0.18, 0.14, 0.08))).astype(np.int8),
        role=role.astype(np.int8),
        role_day=role_day.astype(np.int32),
        team=rng.choice(len(TEAMS), n, p=(0.24, 0.22, 0.16, 0.22, 0.10, 0.06)).astype(np.int8),
        style=style.astype(np.int8),
        cohort=cohort,
        stratum=stratum,
        tasks=tasks,
        invitations=invitations,
        has_profile=has_profile,
        has_aha=has_aha,
        stickiness=stickiness,
        value_days=early.value_days(rng, stickiness, stratum, cohort, never, signup, period),
        leaves=leaves.astype(np.int32),
        second=second,
        second_day=second_day,
        missing_account=missing_account,
        missing_given=_missing(rng, accounts, missing_account, period),
    )


def _signups(rng: np.random.Generator, accounts: Accounts, account: Ints, period: Period) -> Ints:
    """Signup days in order within each account; the founder signs up on the day the account is created."""
    n = len(account)
    created = accounts.created[account]
    kind = accounts.archetype[account]
    latest = np.minimum(period.days - 1, accounts.decay_from[account])
    latest = np.where(kind == NEVER_ADOPTED, created + 12, latest)
    latest = np.where(kind == SHELFWARE, -2, latest)
    rollout = created + 1 + rng.exponential(40.0, n)
    when = rng.random(n)
    anytime = created + 1 + when * np.maximum(latest - created - 1, 0)
    before = created + 1 - when * (created + 1)
    since = when * np.maximum(latest, 0)
    first_part = rng.random(n) < 0.62
    day = np.where(created < 0, np.where(first_part, before, since), np.where(first_part, rollout, anytime))
    day = np.floor(np.where(day > latest, anytime, day))
    founder = np.r_[True, account[1:] != account[:-1]]
    day = np.where(founder, created, np.maximum(day, created))
    day = period.to_working_day(day[np.lexsort((~founder, day, account))].astype(np.int32))
    # Nobody is there before the founder.
    next_day = created + np.where(period.weekday(created) == 4, 3, 1)
    return np.where(founder | (day > created), day, next_day).astype(np.int32)


def _consultants(
    rng: np.random.Generator, accounts: Accounts, account: Ints, signup: Ints, style: Bytes, period: Period
) -> tuple[Ints, Ints]:
    """A few users of lasting accounts who also work in another one."""
    n = len(account)
    lasting = np.isin(accounts.archetype, (HEALTHY, EXEMPLARY)) & (accounts.created < period.days - 150)
    pool = np.flatnonzero(lasting[account] & (style == NORMAL) & (signup < period.days - 150))
    picked = rng.choice(pool, min(len(pool), round(CONSULTANTS_PER_ACCOUNT * accounts.n)), replace=False)
    others = np.flatnonzero(lasting)
    other = others[rng.integers(0, len(others), len(picked))]
    other = np.where(other == account[picked], others[(np.searchsorted(others, other) + 1) % len(others)], other)
    second, second_day = np.full(n, -1, np.int32), np.full(n, FAR, np.int32)
    second[picked] = other
    begins = np.maximum(np.maximum(signup[picked], accounts.created[other]), 0) + rng.integers(20, 90, len(picked))
    second_day[picked] = period.to_working_day(begins.astype(np.int32))
    return second, second_day


def _missing(rng: np.random.Generator, accounts: Accounts, account: Ints, period: Period) -> Ints:
    """The day each seat was given whose user never came."""
    created = accounts.created[account]
    latest = np.minimum(period.days - 1, np.minimum(accounts.churned[account], accounts.decay_from[account]))
    spread = np.minimum(created + rng.exponential(60.0, len(account)), latest)
    return period.to_working_day(np.maximum(np.floor(spread), created).astype(np.int32))
