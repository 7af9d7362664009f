"""The simulated product as a whole: draw, then turn into tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from uptake.demo import accounts as accounts_
from uptake.demo import contracts, events, launch, log, money, people, prospects, pulse, roster, success, usage, voice
from uptake.demo import truth as truth_
from uptake.demo.period import Period
from uptake.errors import UptakeError

LEAST_ACCOUNTS, LEAST_MONTHS = 40, 12


@dataclass(frozen=True)
class Simulation:
    """A product's data and the truth about it.

    Each table is of the import kind it is named after, with the columns of that kind; `events`, `users` and
    `accounts` have further columns, which become properties and attributes. Text columns may be dictionary-encoded.

    Args:
        truth: What was planted; see `uptake.demo.truth`.
    """

    events: pa.Table
    users: pa.Table
    accounts: pa.Table
    memberships: pa.Table
    seats: pa.Table
    contacts: pa.Table
    opportunities: pa.Table
    subscriptions: pa.Table
    outcomes: pa.Table
    goals: pa.Table
    tickets: pa.Table
    feedback: pa.Table
    touches: pa.Table
    truth: dict[str, Any]


def simulate(seed: int = 7, accounts: int = 400, months: int = 15, starts_on: date = date(2025, 7, 1)) -> Simulation:
    """Simulates Planboard, a project planner sold to teams.

    The same arguments give the same tables. About 23 users and 5,000 events come with each account.

    Args:
        seed: Where chance begins.
        accounts: How many accounts there are, 40 or more.
        months: How many calendar months of events there are, 12 or more. `PLAN` names the launch date of the default
            period; with another one the truth says when the feature was launched.
        starts_on: The first day, the first of a calendar quarter.

    Raises:
        UptakeError: An argument is out of range.
    """
    _check(accounts, months, starts_on)
    period = Period(starts_on, months)
    # A stream for each part, so that a change in one leaves the others as they were.
    streams = iter(np.random.default_rng([seed, part]) for part in range(16))
    customers = accounts_.draw(next(streams), accounts, period)
    members = people.draw(next(streams), customers, period)
    launched = launch.draw(next(streams), customers, members, period)
    days = usage.draw(next(streams), customers, members, launched, period)
    happened = events.draw(next(streams), customers, members, days, launched, period)
    history = contracts.histories(next(streams), customers, members, period)
    drawn = Simulation(
        events=log.table(next(streams), customers, members, happened, period),
        users=roster.users(customers, members, happened, period),
        accounts=money.accounts_table(customers, history, period),
        memberships=roster.memberships(customers, members, period),
        seats=roster.seats(customers, members, contracts.seats_cut(history), period),
        contacts=success.contacts(next(streams), customers, members, history, period),
        opportunities=money.opportunities(next(streams), customers, history, period),
        subscriptions=money.subscriptions(customers, history, period),
        outcomes=money.outcomes(customers, history, period),
        goals=success.goals(next(streams), customers, history, period),
        tickets=voice.tickets(next(streams), customers, members, days, period),
        feedback=voice.feedback(next(streams), customers, members, days, period),
        touches=success.touches(next(streams), customers, members, days, history, period),
        truth={"seed": seed, **truth_.truth(customers, members, launched, days, history, period)},
    )
    drawn = replace(drawn, feedback=pulse.added(next(streams), customers, history, drawn.feedback, period))
    met = prospects.draw(next(streams), customers, drawn.accounts, drawn.opportunities, period)
    planted = {**drawn.truth, "prospects": truth_.prospects(met.steps)}
    return replace(drawn, accounts=met.accounts, opportunities=met.opportunities, truth=planted)


def _check(accounts: int, months: int, starts_on: date) -> None:
    if accounts < LEAST_ACCOUNTS:
        raise UptakeError(f"A demo with {accounts} accounts is too small.", allowed=[f"{LEAST_ACCOUNTS} or more"])
    if months < LEAST_MONTHS:
        raise UptakeError(f"A demo of {months} months is too short.", allowed=[f"{LEAST_MONTHS} or more"])
    if starts_on.day != 1 or starts_on.month % 3 != 1:
        raise UptakeError(
            f"A demo cannot start on {starts_on}.", allowed=["the first day of January, April, July or October"]
        )
