"""On which days every user is active.

Time is cut into months of 30 days from each user's own signup (customers from before the period: from a day in the
30 before it). First it is decided who is active in which month: in every signup group the stickiest share, with some
noise so that a few skip a month and come back. Then the days within those months follow the customer type's rhythm:
most working days, one favourite weekday, or one day a month. A month in which a user is active holds at least one
active day and a month in which the user is not holds none, so the cohort table comes out as planted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uptake.demo import planted
from uptake.demo.accounts import Accounts, Bytes
from uptake.demo.launch import Launch
from uptake.demo.people import DEEP, LABOURING, WATCHING, People
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.planted import AGENCY, MONTH_DAYS, NEVER_ADOPTED, PRODUCT_TEAM, SEASONAL, SHELFWARE
from uptake.demo.quota import Flags, chosen

Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Usage:
    """Active months, and one row per user and active day, ordered by user and day.

    Args:
        anchor: Day on which the user's first month begins.
        months: Shape (users, months): the user is active in that month after the anchor.
        value_days: Days from signup to the first completed project, where that day comes to pass; else `FAR`.
        user: User of the row.
        day: Day of the row.
        month: Month after the anchor of the row.
        account: Account in which the user works on that day.
    """

    anchor: Ints
    months: Flags
    value_days: Ints
    user: Ints
    day: Ints
    month: Ints
    account: Ints

    def rows(self, users: npt.NDArray[np.integer], days: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
        """The row of each user and day, -1 where there is none."""
        keys = self.user.astype(np.int64) * FAR + self.day
        wanted = users.astype(np.int64) * FAR + days
        row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[row] == wanted, row, -1)


def draw(rng: np.random.Generator, accounts: Accounts, people: People, launch: Launch, period: Period) -> Usage:
    """Draws the active days."""
    is_new = people.cohort >= 0
    anchor = np.where(is_new, people.signup, -rng.integers(0, MONTH_DAYS, people.n)).astype(np.int32)
    months = _months(rng, accounts, people, anchor, period)
    user, month = np.nonzero(months)
    begins = anchor[user] + MONTH_DAYS * month
    days = (begins[:, None] + np.arange(MONTH_DAYS)).astype(np.int32)
    working = period.weekday(days) < 5
    possible = (days >= 0) & (days < people.leaves[user][:, None])
    chance = _chances(rng, accounts, people, user, days, working, period)
    follows = (month > 0) & months[user, np.maximum(month, 1) - 1]
    _first_days(chance, working, accounts.type[people.account[user]], is_new[user] & (month == 0), follows)
    grid = (rng.random(chance.shape, dtype=np.float32) < chance) & possible
    _ensure(rng, accounts, people, user, grid, working & possible)
    pair = np.full(months.shape, -1, np.int32)
    pair[user, month] = np.arange(len(user))
    value_on = np.where(is_new & (people.value_days < FAR), people.signup + people.value_days, FAR)
    comes = _force(grid, pair, anchor, people.leaves, value_on)
    _force(grid, pair, anchor, people.leaves, launch.tries)
    row, column = np.nonzero(grid & (days < period.days))
    row_user, day = user[row].astype(np.int32), days[row, column]
    account = people.account[row_user]
    visits = (day >= people.second_day[row_user]) & (rng.random(len(day)) < 0.4)
    return Usage(
        anchor=anchor,
        months=months,
        value_days=np.where(comes | ~is_new, people.value_days, FAR).astype(np.int32),
        user=row_user,
        day=day,
        month=month[row].astype(np.int32),
        account=np.where(visits, people.second[row_user], account).astype(np.int32),
    )


def decay(accounts: Accounts, account: Ints, days: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
    """What is left of an account's use on a day: 1 before the decay, `planted.DECAY_FLOOR` at its end."""
    begin, end = accounts.decay_from[account], accounts.decay_to[account]
    gone = np.clip((days - begin) / np.maximum(end - begin, 1), 0.0, 1.0)
    return np.asarray(1.0 - (1.0 - planted.DECAY_FLOOR) * gone, np.float32)


def _months(rng: np.random.Generator, accounts: Accounts, people: People, anchor: Ints, period: Period) -> Flags:
    """Who is active in which month after the anchor."""
    count = (period.days + MONTH_DAYS) // MONTH_DAYS + 1
    months = np.zeros((people.n, count), np.bool_)
    kind = accounts.archetype[people.account]
    on_shelf = kind == SHELFWARE
    group = np.where(on_shelf, period.months + 1, people.stratum)
    for month in range(count):
        begin = anchor + MONTH_DAYS * month
        # A user who leaves within days of the month's begin could leave it empty.
        possible = (begin < period.days) & (people.leaves - begin >= 8)
        possible &= (kind != NEVER_ADOPTED) | (month == 0)
        left = decay(accounts, people.account, begin + MONTH_DAYS // 2)
        score = people.stickiness + rng.normal(0.0, 0.4, people.n) - 2.2 * (1.0 - left)
        old = planted.OLD_CUSTOMERS[0] * planted.OLD_CUSTOMERS[1] ** month
        shares = np.array([old, *(planted.retention(cohort, month) for cohort in planted.COHORTS)])
        share = shares[(people.cohort + 1).clip(0, len(planted.COHORTS))]
        months[:, month] = chosen(np.where(possible, score, -np.inf), group, share)
        lives_on = (people.style == DEEP) | (rng.random(people.n) < 0.04)
        months[:, month] = np.where(on_shelf, possible & lives_on, months[:, month])
    return months


def _chances(
    rng: np.random.Generator,
    accounts: Accounts,
    people: People,
    user: npt.NDArray[np.intp],
    days: Ints,
    working: Flags,
    period: Period,
) -> Probabilities:
    """The chance of every day of every active month, by customer type; shape (active months, 30)."""
    intensity = rng.lognormal(0.0, 0.25, people.n).astype(np.float32) * np.where(people.style == WATCHING, 0.5, 1.0)
    favourite = rng.integers(0, 5, people.n)[user]
    kind = accounts.type[people.account[user]][:, None]
    strength = np.minimum(intensity * 0.5, 0.9)[user].astype(np.float32)
    weekday = period.weekday(days)
    weekly = np.where(weekday == favourite[:, None], np.float32(0.8), np.float32(0.05))
    planning = period.month(np.arange(-MONTH_DAYS, period.days + 2 * MONTH_DAYS, dtype=np.int32)) % 3 == 2
    monthly = np.where(planning, np.float32(0.02), np.float32(0.005))[days + MONTH_DAYS]
    chance = np.where(kind == AGENCY, strength[:, None], np.where(kind == PRODUCT_TEAM, weekly, monthly))
    style = people.style[user]
    chance[style == DEEP] = 0.85
    chance[style == LABOURING] += 0.08
    chance *= np.where(working, np.float32(1), np.where(kind == AGENCY, np.float32(0.05), np.float32(0)))
    chance *= _season(period)[days + MONTH_DAYS]
    fades = np.flatnonzero(accounts.decay_from[people.account[user]] < FAR)
    chance[fades] *= decay(accounts, people.account[user[fades]][:, None], days[fades])
    return chance


def _first_days(chance: Probabilities, working: Flags, kind: Bytes, is_signup: Flags, follows: Flags) -> None:
    """Sets the chances of the first days of each active month, in place.

    Args:
        chance: Chance of each day; shape (active months, 30).
        working: The day is a working day; same shape.
        kind: Customer type of each active month.
        is_signup: The month begins with the signup: that day is active, and the first week is a curious one.
        follows: The user was active in the month before as well.
    """
    curious = np.where(kind == SEASONAL, 0.08, 0.3)[:, None]
    week = np.where(working[:, 1:7], np.maximum(chance[:, 1:7], curious), 0.0)
    chance[:, 1:7] = np.where(is_signup[:, None], week, chance[:, 1:7])
    # The first day of a month may be within 24 hours of the month before: only for those active in both.
    chance[:, 0] = np.where(is_signup, 1.0, np.where(follows, chance[:, 0], 0.0))


def _season(period: Period) -> Probabilities:
    """Less use in the last days of December, a little less in August; from 30 days before the period."""
    dates = period.dates(np.arange(-MONTH_DAYS, period.days + 2 * MONTH_DAYS))
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    day = (dates - dates.astype("datetime64[M]")).astype(int) + 1
    quiet = ((month == 12) & (day >= 23)) | ((month == 1) & (day <= 2))
    return np.where(quiet, 0.15, np.where(month == 8, 0.8, 1.0)).astype(np.float32)


def _ensure(
    rng: np.random.Generator,
    accounts: Accounts,
    people: People,
    user: npt.NDArray[np.intp],
    grid: Flags,
    allowed: Flags,
) -> None:
    """Gives each active month a day surely inside it; for seasonal planners always the same one, give or take two."""
    allowed = allowed.copy()
    allowed[:, 0] = False
    usual = rng.integers(3, MONTH_DAYS - 3, people.n)[user] + rng.integers(-2, 3, len(user))
    seasonal = accounts.type[people.account[user]] == SEASONAL
    needs = np.flatnonzero((seasonal | ~grid[:, 1:].any(axis=1)) & allowed.any(axis=1))
    anywhere = rng.integers(1, MONTH_DAYS, len(user))
    target = np.where(seasonal, usual, anywhere)[needs]
    distance = np.abs(np.arange(MONTH_DAYS, dtype=np.int16) - target[:, None].astype(np.int16))
    column = np.where(allowed[needs], distance, np.int16(MONTH_DAYS)).argmin(axis=1)
    grid[needs, column] = True


def _force(grid: Flags, pair: Ints, anchor: Ints, leaves: Ints, on: Ints) -> Flags:
    """Makes a day active for users who are active in its month; says for whom that was so."""
    offset = np.where((on < FAR) & (on < leaves), on - anchor, -1)
    month = np.clip(offset // MONTH_DAYS, 0, pair.shape[1] - 1)
    user = np.arange(len(on))
    row = np.where((offset >= 0) & (offset < pair.shape[1] * MONTH_DAYS), pair[user, month], -1)
    # The first day of a month after one that must stay empty is not used: see `draw`.
    row = np.where((offset % MONTH_DAYS > 0) | (offset == 0) | (pair[user, month - 1] >= 0), row, -1)
    grid[row[row >= 0], (offset % MONTH_DAYS)[row >= 0]] = True
    return np.asarray(row >= 0)
