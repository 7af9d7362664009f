"""The tables of users, memberships and seats."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.demo import columns
from uptake.demo.accounts import Accounts
from uptake.demo.events import Happenings
from uptake.demo.people import ADMIN, CHANNELS, MEMBER, ROLES, TEAMS, People
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.sessions import DAY_MS, HOUR_MS


def users(accounts: Accounts, people: People, happenings: Happenings, period: Period) -> pa.Table:
    """One row per user, and another one for those who became an admin later."""
    promoted = np.flatnonzero(people.role_day < FAR)
    user = np.concatenate([np.arange(people.n), promoted])
    is_later = np.arange(len(user)) >= people.n
    created = happenings.signed_up[user]
    later = people.role_day[user].astype(np.int64) * DAY_MS + 9 * HOUR_MS
    valid_from = np.where(is_later, later, created)
    order = np.lexsort((valid_from, user))
    user, is_later = user[order], is_later[order]
    return pa.table(
        {
            "user_id": pa.array(people.ids[user]),
            "account_id": columns.labels(people.account[user], tuple(accounts.ids)),
            "created_at": columns.instants(period, created[order]),
            "valid_from": columns.instants(period, valid_from[order]),
            "name": pa.array(people.names[user]),
            "role": columns.labels(np.where(is_later, ADMIN, people.role[user]), ROLES),
            "team": columns.labels(people.team[user], TEAMS),
            "channel": columns.labels(people.channel[user], CHANNELS),
        }
    )


def memberships(accounts: Accounts, people: People, period: Period) -> pa.Table:
    """One row per user, and another one for the second account of each consultant."""
    second = np.flatnonzero(people.second >= 0)
    user = np.concatenate([np.arange(people.n), second])
    return pa.table(
        {
            "user_id": pa.array(people.ids[user]),
            "account_id": columns.labels(np.concatenate([people.account, people.second[second]]), tuple(accounts.ids)),
            "role": columns.labels(people.role[user], ROLES),
            "valid_from": columns.dates(period, np.concatenate([people.signup, people.second_day[second]])),
            "valid_to": columns.dates(period, np.concatenate([people.leaves, people.leaves[second]])),
        }
    )


def seats(accounts: Accounts, people: People, cut: Ints, period: Period) -> pa.Table:
    """One row per seat: of those who came, of consultants in their second account, of those who never came.

    Args:
        accounts: The accounts.
        people: The users.
        cut: Per account, the day on which seats that nobody had taken were given back.
        period: The days that are simulated.
    """
    second = np.flatnonzero(people.second >= 0)
    missing = people.missing_account
    ends = np.minimum(accounts.churned[missing], np.where(cut[missing] > people.missing_given, cut[missing], FAR))
    role = np.concatenate([people.role, people.role[second], np.full(len(missing), MEMBER, np.int8)])
    given = np.concatenate([people.given, people.second_day[second], people.missing_given])
    back = np.concatenate([people.leaves, people.leaves[second], ends])
    return pa.table(
        {
            "account_id": columns.labels(
                np.concatenate([people.account, people.second[second], missing]), tuple(accounts.ids)
            ),
            "user_id": pa.array(np.concatenate([people.ids, people.ids[second], people.missing_ids])),
            "role": columns.labels(role, ROLES),
            # whoever left before the seat was to be given had it for no time at all
            "valid_from": columns.dates(period, np.minimum(given, back)),
            "valid_to": columns.dates(period, back),
        }
    )
