"""The contracts of accounts: a history of states from creation to churn.

Each state begins on a day, for one or more reasons: created, signed, live, renewed, expanded, contracted, moved to
another plan, churned. Accounts, subscriptions and outcomes are readings of these histories, so they never contradict
each other. There are few accounts, so they are taken one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from uptake.demo import planted
from uptake.demo.accounts import Accounts
from uptake.demo.people import People
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.planted import HEALTHY

CONTRACTS = 0.3
"""Share of healthy accounts with untaken seats that give them back at a renewal."""


@dataclass(frozen=True)
class State:
    """An account from one day on.

    Args:
        account: Its index.
        day: The first day of the state.
        reasons: Why it began.
        plan: Index into `planted.PLANS`.
        seats: Seats paid for; 0 before a contract.
        signed: Day of the signature, `FAR` before it.
        live: Day it went live, `FAR` before it.
        renewal: Day of the next renewal, `FAR` without a contract.
        churned: Day it left, `FAR` before it.
        has_contracted: It gave back seats, and will not buy new ones.
    """

    account: int
    day: int
    reasons: tuple[str, ...]
    plan: int
    seats: int = 0
    signed: int = FAR
    live: int = FAR
    renewal: int = FAR
    churned: int = FAR
    has_contracted: bool = False

    @property
    def mrr(self) -> float:
        """Euro a month."""
        return 0.0 if self.signed >= FAR or self.churned < FAR else self.seats * planted.SEAT_PRICES[self.plan]

    @property
    def has_signed(self) -> bool:
        """The account has or had a contract."""
        return self.signed < FAR


History = list[State]


def histories(rng: np.random.Generator, accounts: Accounts, people: People, period: Period) -> list[History]:
    """The states of every account, in order of time."""
    given = np.concatenate([people.given, people.missing_given])
    account = np.concatenate([people.account, people.missing_account])
    order = np.lexsort((given, account))
    rosters = np.split(given[order], np.cumsum(accounts.users + accounts.missing)[:-1])
    return [_history(rng, accounts, index, rosters[index], period) for index in range(accounts.n)]


def _history(rng: np.random.Generator, accounts: Accounts, index: int, roster: Ints, period: Period) -> History:
    """One account's states; `roster` holds the days on which its seats were given, in order."""
    state = State(index, int(accounts.created[index]), ("created",), int(accounts.plan[index]))
    states = [state]
    signed, churned, plan_day = (int(days[index]) for days in (accounts.signed, accounts.churned, accounts.plan_day))
    if signed >= FAR:
        return states
    term = int(accounts.term_months[index])
    months = (period.add_months(signed, month) for month in range(1, 1 + (period.days - signed) // 28))
    agenda = [(signed, "signed"), (signed + int(rng.integers(10, 40)), "live"), *((day, "month") for day in months)]
    if plan_day != signed:
        agenda.append((plan_day, "moved"))
    untaken = int(accounts.missing[index])
    contracts = accounts.archetype[index] == HEALTHY and untaken >= 5 and rng.random() < CONTRACTS
    for day, what in sorted(agenda):
        if day >= min(period.days, churned):
            break
        match what:
            case "signed":
                plan = accounts.plan_later[index] if plan_day <= signed else accounts.plan[index]
                seats = _by_five(int(np.searchsorted(roster, day + 30, side="right")))
                renewal = period.add_months(signed, term)
                following = replace(state, plan=int(plan), seats=seats, signed=signed, renewal=renewal)
            case "live":
                following = replace(state, live=day)
            case "moved":
                following = replace(state, plan=int(accounts.plan_later[index]))
            case _:
                taken = int(np.searchsorted(roster, day, side="right"))
                following = _month(state, day, taken, untaken if contracts else 0, period.add_months(day, term))
        if following is state:
            continue
        reasons = (what,) if what != "month" else following.reasons
        state = replace(following, day=day, reasons=reasons)
        states.append(state)
    if churned < period.days:
        states.append(replace(state, day=churned, reasons=("churned",), renewal=FAR, churned=churned))
    return states


def _month(state: State, day: int, taken: int, untaken: int, renewal: int) -> State:
    """What a month of the contract brings: a renewal, seats given back, seats bought, or nothing (the same state)."""
    reasons: tuple[str, ...] = ()
    if day == state.renewal:
        fewer = _by_five(taken - untaken)
        if untaken and day > 0 and not state.has_contracted and fewer < state.seats:
            reasons = ("renewed", "contracted")
            return replace(state, reasons=reasons, seats=fewer, renewal=renewal, has_contracted=True)
        reasons = ("renewed",)
        state = replace(state, reasons=reasons, renewal=renewal)
    if taken <= state.seats or state.has_contracted:
        return state
    return replace(state, reasons=(*reasons, "expanded"), seats=_by_five(round(taken * 1.2)))


def _by_five(seats: int) -> int:
    """Seats are sold by five."""
    return max(5, -(-seats // 5) * 5)


def seats_cut(history: list[History]) -> Ints:
    """Per account, the day it gave back the seats nobody had taken; `FAR` if never."""
    days = [next((state.day for state in states if "contracted" in state.reasons), FAR) for states in history]
    return np.array(days, np.int32)
