"""The events that do not come from a mix: each happens because something was planned.

They are put between the events of a day's first session: the tasks, invitations and profile of the first week, the
acceptance of an invitation, the first completed project, uses of the launched feature, and the decoy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uptake.demo import planted
from uptake.demo.accounts import Accounts
from uptake.demo.catalogue import CODES
from uptake.demo.launch import Launch
from uptake.demo.people import WATCHING, People
from uptake.demo.period import FAR, Ints
from uptake.demo.sessions import DAY_MS, HOUR_MS, Longs
from uptake.demo.usage import Usage

Codes = npt.NDArray[np.int8]
LAUNCHED_AGAIN = 0.3
"""Share of later active days on which those who keep the launched feature use it."""


def planned(
    rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, launch: Launch
) -> tuple[Longs, Codes]:
    """Rows of `Usage` and names of the planned events."""
    is_new = people.cohort >= 0
    signup_row = usage.rows(np.arange(people.n), people.signup)
    value_on = people.signup + np.minimum(usage.value_days, FAR // 2)
    value_row = usage.rows(np.arange(people.n), value_on)
    early = usage.day < people.signup[usage.user] + planted.AHA_DAYS
    week = np.bincount(usage.user[early], minlength=people.n)
    parts = [
        (_spread(rng, signup_row, week, people.tasks), "task_created"),
        (_spread(rng, signup_row, week, people.invitations), "invitation_sent"),
        (signup_row[people.has_profile], "profile_completed"),
        (signup_row[people.is_invited & is_new], "invitation_accepted"),
        (value_row[is_new & (usage.value_days < FAR)], "project_completed"),
        (_launched(rng, accounts, usage, launch), "workload_viewed"),
        (_decoys(rng, people, usage, signup_row, week), "whats_new_opened"),
    ]
    rows = [rows[rows >= 0] for rows, _ in parts]
    names = np.repeat([CODES[name] for _, name in parts], [len(part) for part in rows])
    return np.concatenate(rows), names.astype(np.int8)


def _spread(rng: np.random.Generator, signup_row: Longs, week: Longs, count: Ints) -> Longs:
    """So many rows for each user, drawn from the active days of the first week."""
    user = np.repeat(np.arange(len(count)), count)
    return np.asarray(signup_row[user] + (rng.random(len(user)) * week[user]).astype(np.int64))


def _decoys(rng: np.random.Generator, people: People, usage: Usage, signup_row: Longs, week: Longs) -> Longs:
    """The decoy: in a fixed share of active months, on one day (of the first month: of the first week)."""
    key = usage.user.astype(np.int64) * 1000 + usage.month
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    days = np.diff(np.r_[first, len(key)])
    user = usage.user[first]
    in_first_week = (usage.month[first] == 0) & (people.cohort[user] >= 0)
    begin = np.where(in_first_week, signup_row[user], first)
    days = np.where(in_first_week, week[user], days)
    row = begin + (rng.random(len(first)) * days).astype(np.int64)
    return np.asarray(row[rng.random(len(first)) < planted.DECOY_SHARE])


def _launched(rng: np.random.Generator, accounts: Accounts, usage: Usage, launch: Launch) -> Longs:
    """Active days on which the launched feature is used: the first from the planned day on, later ones by keepers."""
    can = (usage.day >= launch.tries[usage.user]) & (accounts.plan_on(usage.account, usage.day) >= planted.PRO)
    row = np.flatnonzero(can)
    user = usage.user[row]
    first = np.r_[True, user[1:] != user[:-1]]
    again = launch.keeps[user] & (rng.random(len(row)) < LAUNCHED_AGAIN)
    return np.asarray(row[first | again])


def seat_invitations(
    rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, offsets: Longs
) -> tuple[Longs, Ints]:
    """When and by whom colleagues were invited: by the founder, if active that month; others came with a list of names.

    In the founder's first week only if invitations were planned for it: the aha moment stays as planted.
    """
    account = np.concatenate([people.account[people.is_invited], people.missing_account])
    day = np.concatenate([people.given[people.is_invited], people.missing_given])
    founder = (np.cumsum(accounts.users) - accounts.users)[account].astype(np.int32)
    month = np.clip((day - usage.anchor[founder]) // planted.MONTH_DAYS, 0, usage.months.shape[1] - 1)
    is_there = usage.months[founder, month] & (day < people.leaves[founder]) & (people.style[founder] != WATCHING)
    fits = (people.invitations[founder] > 0) | (day > people.signup[founder] + planted.AHA_DAYS)
    sent = (day >= 0) & (day > people.signup[founder]) & is_there & fits
    founder, day = founder[sent], day[sent]
    local = ((9 + 7 * rng.random(len(day))) * HOUR_MS).astype(np.int64)
    return day.astype(np.int64) * DAY_MS + local - offsets[accounts.region[people.account[founder]], day], founder


def signed_up(
    rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, start: Longs, offsets: Longs
) -> Longs:
    """The instant of signup: the start of the first session; a working hour for those from before the period.

    Args:
        rng: Source of chance.
        accounts: The accounts.
        people: The users.
        usage: Their active days.
        start: Start of the first session of every active day.
        offsets: Milliseconds that local time is ahead of UTC, by zone and day.

    Returns:
        One instant per user, milliseconds from the first midnight, UTC.
    """
    row = usage.rows(np.arange(people.n), people.signup)
    local = ((9 + 7 * rng.random(people.n)) * HOUR_MS).astype(np.int64)
    before = people.signup.astype(np.int64) * DAY_MS + local - offsets[accounts.region[people.account], 0]
    return np.asarray(np.where(row >= 0, start[np.maximum(row, 0)], before))
