"""When users are there: sessions within the working day of the account's time zone, and the times of their events.

A day begins between eight and half past nine and is cut into equal slots, one for each of its sessions. A session
starts in the first two fifths of its slot and lasts less than another half, so sessions lie more than half an hour
apart; within one, events follow each other after seconds or minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uptake.demo.accounts import Accounts
from uptake.demo.people import LABOURING, People
from uptake.demo.quota import Flags
from uptake.demo.usage import Usage

Longs = npt.NDArray[np.int64]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DAY_STARTS_MS, DAY_LASTS_MS = 8 * HOUR_MS, 10 * HOUR_MS
EARLIEST_TO_LATEST_MS = 3 * HOUR_MS // 2
FURTHER_EVENTS = (2.45, 1.4, 5.0, 16.0)
"""Mean number of events in a session after its first two, by style."""
LABOURING_LEAST = 12
"""Further events that labouring users have at least."""
FURTHER_SESSIONS = (0.08, 0.05, 0.25, 0.0)
"""Chance of each of up to three further sessions a day, by style."""
GAP_SECONDS = (40.0, 40.0, 30.0, 110.0)
"""Median seconds between the events of a session, by style."""


@dataclass(frozen=True)
class Sessions:
    """One row per session, ordered by user, day and time.

    Args:
        row: Row of `Usage`.
        is_first: The first of its day.
        start: Milliseconds from the first midnight, UTC.
        longest: The most milliseconds it may last.
        events: How many events it has.
    """

    row: Longs
    is_first: Flags
    start: Longs
    longest: Longs
    events: Longs


@dataclass(frozen=True)
class Times:
    """One row per event of a session.

    Args:
        at: Milliseconds from the first midnight, UTC.
        session: Its session.
        place: Its place in the session, from 0.
        lasts: Per session: milliseconds from its first to its last event.
    """

    at: Longs
    session: Longs
    place: Longs
    lasts: Longs


def draw(rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, offsets: Longs) -> Sessions:
    """Draws the sessions of every active day.

    Args:
        rng: Source of chance.
        accounts: The accounts.
        people: The users.
        usage: Their active days.
        offsets: Milliseconds that local time is ahead of UTC, by zone and day.
    """
    style = people.style[usage.user]
    count = 1 + rng.binomial(3, np.array(FURTHER_SESSIONS)[style])
    row = np.repeat(np.arange(len(count)), count)
    number: Longs = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    slot = DAY_LASTS_MS // count[row]
    early = rng.integers(0, EARLIEST_TO_LATEST_MS, people.n)
    within = (rng.random(len(row)) * 0.4 * slot).astype(np.int64)
    midnight = usage.day.astype(np.int64) * DAY_MS - offsets[accounts.region[people.account[usage.user]], usage.day]
    further = np.floor(rng.exponential(np.array(FURTHER_EVENTS)[style[row]])).astype(np.int64)
    labours = style[row] == LABOURING
    further[labours] = LABOURING_LEAST + rng.poisson(FURTHER_EVENTS[LABOURING], int(labours.sum()))
    return Sessions(
        row=row,
        is_first=number == 0,
        start=midnight[row] + DAY_STARTS_MS + early[usage.user[row]] + number * slot + within,
        longest=slot // 2 - HOUR_MS // 4,
        events=2 + further,
    )


def times(rng: np.random.Generator, people: People, usage: Usage, sessions: Sessions) -> Times:
    """Draws when the events of every session happen; a session that would last too long is squeezed."""
    first = np.cumsum(sessions.events) - sessions.events
    session = np.repeat(np.arange(len(first)), sessions.events)
    place = np.arange(len(session)) - first[session]
    median = np.array(GAP_SECONDS, np.float32)[people.style[usage.user]][sessions.row]
    gap = np.exp(rng.standard_normal(len(session), dtype=np.float32) * np.float32(0.85)) * median[session]
    passed = np.cumsum(np.clip(gap, 2, 1_200) * (place > 0), dtype=np.float64) * 1000
    since = passed - passed[first][session]
    lasts = since[first + sessions.events - 1]
    squeeze = np.minimum(1.0, sessions.longest / lasts)
    return Times(
        at=sessions.start[session] + (since * squeeze[session]).astype(np.int64),
        session=session,
        place=place,
        lasts=(lasts * squeeze).astype(np.int64),
    )
