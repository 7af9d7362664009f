"""What users do on their active days: the events of their sessions, with the planned ones between them.

Most events are drawn from a mix by style of use. One becomes a look at a board where the account's plan does not
include the feature or it is not one of the user's tools. What is planned for the first week, and the first completed
project, happen only as planned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uptake.demo import catalogue, moments, planted, sessions
from uptake.demo.accounts import ZONES, Accounts
from uptake.demo.catalogue import CODES
from uptake.demo.launch import Launch
from uptake.demo.people import DEEP, LABOURING, STYLES, People
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.planted import EXEMPLARY
from uptake.demo.quota import Flags
from uptake.demo.sessions import DAY_MS, Longs, Sessions, Times
from uptake.demo.usage import Usage

Codes = npt.NDArray[np.int8]
HOME = ZONES.index("Europe/Berlin")


@dataclass(frozen=True)
class Happenings:
    """One row per event, in order of time.

    Args:
        at: Milliseconds from the first midnight, UTC.
        name: Index into `catalogue.NAMES`.
        user: The user.
        account: The account it was done in.
        signed_up: Per user: the instant of signup in the same milliseconds; before the period for old customers.
    """

    at: Longs
    name: Codes
    user: Ints
    account: Ints
    signed_up: Longs


def draw(
    rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, launch: Launch, period: Period
) -> Happenings:
    """Draws every event."""
    offsets = period.utc_offsets(ZONES).astype(np.int64) * 1000
    drawn = sessions.draw(rng, accounts, people, usage, offsets)
    times = sessions.times(rng, people, usage, drawn)
    row = drawn.row[times.session]
    first = np.flatnonzero(drawn.is_first)
    start, lasts = drawn.start[first], times.lasts[first]
    planned_row, planned_name = moments.planned(rng, accounts, people, usage, launch)
    # After the first event of the session, which may be the signup, and before its last.
    planned_at = start[planned_row] + 1 + (rng.random(len(planned_row)) * (lasts[planned_row] - 2)).astype(np.int64)
    invited_at, inviter = moments.seat_invitations(rng, accounts, people, usage, offsets)
    at = np.concatenate([times.at, planned_at, invited_at])
    name = np.concatenate(
        [
            _names(rng, accounts, people, usage, drawn, times),
            planned_name,
            np.full(len(inviter), CODES["invitation_sent"], np.int8),
        ]
    )
    rows = np.concatenate([row, planned_row])
    order = np.argsort(at, kind="stable")
    # The evening of the last day in New York is the next day where Planboard is made.
    order = order[: np.searchsorted(at[order], period.days * DAY_MS - offsets[HOME, -1])]
    return Happenings(
        at=at[order],
        name=name[order],
        user=np.concatenate([usage.user[rows], inviter])[order],
        account=np.concatenate([usage.account[rows], people.account[inviter]])[order],
        signed_up=moments.signed_up(rng, accounts, people, usage, start, offsets),
    )


def _names(
    rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, drawn: Sessions, times: Times
) -> Codes:
    """What each event of a session is."""
    row = drawn.row[times.session]
    style = people.style[usage.user[row]]
    chance = rng.random(len(row), dtype=np.float32)
    name = np.empty(len(row), np.int8)
    mixes = catalogue.mixes()
    for number in range(len(STYLES)):
        of_style = np.flatnonzero(style == number)
        name[of_style] = np.searchsorted(mixes[number, :-1], chance[of_style], side="right")
    name[~_allowed(rng, accounts, people, usage)[row, name]] = CODES["board_viewed"]
    value_on = np.where(usage.value_days < FAR, people.signup + usage.value_days, FAR)
    before_value = (usage.day <= value_on[usage.user]) & (people.cohort >= 0)[usage.user]
    name[(name == CODES["project_completed"]) & before_value[row]] = CODES["task_completed"]
    _end_imports(rng, name, style, times.place)
    opens_day = (times.place == 0) & drawn.is_first[times.session]
    name[times.place == 0] = CODES["page_viewed"]
    name[opens_day] = CODES["signin"]
    name[opens_day & (usage.day == people.signup[usage.user])[row]] = CODES["signup"]
    # One piece of work on every active day, or the day would not be active.
    name[np.flatnonzero(opens_day) + 1] = CODES["board_viewed"]
    return name


def _allowed(rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage) -> Flags:
    """Whether an event may be drawn on an active day; shape (active days, events)."""
    share = np.array([share for _, share in catalogue.FEATURES.values()])
    exemplary = (accounts.archetype[people.account] == EXEMPLARY)[:, None]
    shares = np.where(exemplary & (share > 0), 1 - (1 - share) * catalogue.SHARE_WITHOUT, share)
    everything = np.isin(people.style, (DEEP, LABOURING))[:, None]
    tools = (rng.random(shares.shape) < shares) | (everything & (share > 0))
    plan = accounts.plan_on(usage.account, usage.day)
    included = (np.arange(len(planted.PLANS))[:, None] >= catalogue.LEAST_PLAN)[plan]
    allowed = (tools[usage.user] & included)[:, catalogue.FEATURE_OF]
    first_week = usage.day <= people.signup[usage.user] + planted.AHA_DAYS
    for name in ("task_created", "invitation_sent"):
        allowed[first_week, CODES[name]] = False
    return np.asarray(allowed)


def _end_imports(rng: np.random.Generator, name: Codes, style: npt.NDArray[np.int8], place: Longs) -> None:
    """Every import that is started ends in the next event, completed or failed; labouring users always fail."""
    # Starts only at even places, so that two in a row cannot be, and never at the end of a session.
    ends = np.r_[place[1:] == 0, True]
    name[(name == CODES["import_started"]) & ((place % 2 == 1) | ends)] = CODES["board_viewed"]
    start = np.flatnonzero((name == CODES["import_started"]) & (place > 0))
    fails = (rng.random(len(start)) < planted.FAILURE_SHARE) | (style[start] == LABOURING)
    name[start + 1] = np.where(fails, CODES["import_failed"], CODES["import_completed"])
