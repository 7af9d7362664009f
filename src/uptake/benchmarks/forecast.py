"""When accounts will be at their benchmark: as soon as accounts like them were. Pure functions.

What is asked is the past of all accounts: the weeks of the last half year in which one missed about as much of its target as
this one does today, and had been there before, or had not, as this one. How long it took from there on is a wait; whoever
is not there yet, or left, is censored, not dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Flags, Floats, trailing_sum
from uptake.stats.proportion import wilson

PAST_WEEKS = 26
"""Weeks whose waits are asked, and weeks before each in which an account may have been at its target."""
LIKE = 150
"""Weeks of accounts that a forecast is made of: those in which about as much was missing."""
FEWEST_ACCOUNTS = 10
"""Accounts that have these weeks; below, nothing is forecast."""
HORIZON = 13
"""Weeks ahead that a share is told of."""
EARLY, MIDDLE, LATE = 0.2, 0.5, 0.8
"""Shares of accounts whose waits are told."""
TOO_FEW = "too few accounts like it"
ROUNDING = 1e-9
"""A product of fractions that should be one half may miss it in its last digits; this close, it is one half."""

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Forecast:
    """How it went with accounts like each, in weeks from the last one; nan where that cannot be said.

    Args:
        share: How many of them had reached the target within `HORIZON` weeks, 0 to 1.
        lower: Lower end of its 95 % interval, as of so many accounts.
        upper: Upper end.
        accounts: How many accounts these are.
        early: Weeks after which a fifth of them were there; nan: fewer were, as far as is known.
        middle: After which half of them were.
        late: After which four fifths were.
        why_not: Why nothing is said; empty where it is.
    """

    share: Floats
    lower: Floats
    upper: Floats
    accounts: Whole
    early: Floats
    middle: Floats
    late: Floats
    why_not: tuple[str, ...]


class _Waits(NamedTuple):
    """Weeks in which the target was still ahead, ordered by what was missing.

    Args:
        missing: What was missing.
        account: Whose week, by row.
        duration: Weeks from there until the target was reached, or as long as it is known that it was not.
        is_event: Whether it was reached.
    """

    missing: Floats
    account: Whole
    duration: Whole
    is_event: Flags


def forecast(attainment: Floats, target: Floats, held: Flags, like: int = LIKE) -> Forecast:
    """How soon accounts like each had reached the target, by what is known at the end of the last week.

    Args:
        attainment: By account and week; nan where nothing is known. Twice `PAST_WEEKS` tell all that is asked.
        target: Of each account.
        held: Whether the target had held for long enough, by account and week.
        like: How many weeks of accounts each is made of.
    """
    n, weeks = attainment.shape
    padded = np.concatenate([np.zeros((n, PAST_WEEKS - 1), dtype=np.int64), held], axis=1)
    was_there = trailing_sum(padded, PAST_WEEKS, weeks) > 0
    missing = target - attainment[:, -1]
    share, early, middle, late = (np.full(n, np.nan) for _ in range(4))
    accounts = np.zeros(n, dtype=np.int64)
    for before in (False, True):
        asking = np.flatnonzero((was_there[:, -1] == before) & ~np.isnan(missing))
        waits = _waits(attainment, target, held, (was_there == before) & ~held)
        if not len(asking) or not len(waits.missing):
            continue
        near = _nearest(waits.missing, missing[asking], like)
        accounts[asking] = _distinct(waits.account[near])
        arrived = _arrived(waits.duration[near], waits.is_event[near])
        share[asking] = arrived[:, HORIZON - 1]
        for told, part in ((early, EARLY), (middle, MIDDLE), (late, LATE)):
            told[asking] = _weeks_until(arrived, part)
    is_said = (accounts >= FEWEST_ACCOUNTS) & ~np.isnan(share)
    share, early, middle, late = (np.where(is_said, one, np.nan) for one in (share, early, middle, late))
    interval = wilson(share * accounts, accounts)
    why_not = tuple(np.where(is_said, "", TOO_FEW).tolist())
    return Forecast(share, interval.ci_lower, interval.ci_upper, accounts, early, middle, late, why_not)


def _waits(attainment: Floats, target: Floats, held: Flags, counts: Flags) -> _Waits:
    """The waits from weeks of the past that count."""
    n, weeks = attainment.shape
    is_known = ~np.isnan(attainment)
    reached_in, gone_in = (
        np.full(n, weeks),
        np.full(n, weeks),
    )  # the next week in which it is there, or nothing is known
    missing, account, duration, is_event = [], [], [], []
    for week in range(weeks - 2, max(weeks - PAST_WEEKS, 0) - 1, -1):
        reached_in = np.where(held[:, week + 1], week + 1, reached_in)
        gone_in = np.where(is_known[:, week + 1], gone_in, week + 1)
        is_there = reached_in < gone_in
        waited = np.where(is_there, reached_in, gone_in - 1) - week
        rows = np.flatnonzero(counts[:, week] & is_known[:, week] & (waited > 0))
        missing.append(target[rows] - attainment[rows, week])
        account.append(rows)
        duration.append(waited[rows])
        is_event.append(is_there[rows])
    if not missing:
        nothing = np.zeros(0, dtype=np.int64)
        return _Waits(nothing.astype(np.float64), nothing, nothing, nothing.astype(np.bool_))
    order = np.argsort(np.concatenate(missing), kind="stable")
    return _Waits(
        np.concatenate(missing)[order],
        np.concatenate(account)[order],
        np.concatenate(duration)[order],
        np.concatenate(is_event)[order],
    )


def _nearest(ordered: Floats, values: Floats, n: int) -> NDArray[np.intp]:
    """The places of the `n` around each value: as many below as above, where there are."""
    middle = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) // 2
    first = np.clip(middle - n // 2, 0, max(len(ordered) - n, 0))
    return np.asarray(first[:, None] + np.arange(min(n, len(ordered))))


def _distinct(keys: Whole) -> Whole:
    """How many different ones each row has."""
    ordered = np.sort(keys, axis=1)
    return np.asarray((ordered[:, 1:] != ordered[:, :-1]).sum(axis=1) + 1)


def _arrived(duration: Whole, is_event: Flags) -> Floats:
    """Who had arrived after each week, a share per row and week from the first on; nan where nobody was followed so far.

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the American
        Statistical Association 53.
    """
    rows = len(duration)
    place = np.arange(rows)[:, None] * (PAST_WEEKS + 1) + duration
    size = rows * (PAST_WEEKS + 1)
    ended = np.bincount(place.ravel(), minlength=size).reshape(rows, -1)
    events = np.bincount(place[is_event], minlength=size).reshape(rows, -1)[:, 1:]
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    waiting = np.cumprod(1.0 - events / np.maximum(at_risk, 1), axis=1)
    return np.where((at_risk > 0) | (waiting <= ROUNDING), 1.0 - waiting, np.nan)


def _weeks_until(arrived: Floats, part: float) -> Floats:
    """The first week after which so large a part had arrived; nan: in none that is known."""
    is_there = arrived >= part - ROUNDING
    return np.where(is_there.any(axis=1), is_there.argmax(axis=1) + 1.0, np.nan)
