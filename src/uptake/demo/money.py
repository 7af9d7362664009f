"""The tables that are readings of the contracts: accounts, subscriptions, outcomes, and the deals behind them."""

from __future__ import annotations

from itertools import pairwise, zip_longest

import numpy as np
import pyarrow as pa

from uptake.demo import columns, planted
from uptake.demo.accounts import REGIONS, Accounts
from uptake.demo.contracts import History
from uptake.demo.period import FAR, Period
from uptake.demo.planted import EXEMPLARY, HEALTHY, PLANS
from uptake.demo.words import OWNERS

LEAST_DEAL = 150.0
"""Euro a month from which an expansion was a deal somebody worked on; smaller ones were bought in the product."""
Rows = list[dict[str, object]]


def accounts_table(accounts: Accounts, history: list[History], period: Period) -> pa.Table:
    """One row per state: what was known of the account from that day on."""
    states = [state for states in history for state in states]
    index = np.array([state.account for state in states])
    return pa.table(
        {
            "account_id": columns.labels(index, tuple(accounts.ids)),
            "created_at": columns.dates(period, accounts.created[index]),
            "signed_on": columns.dates(period, [state.signed for state in states]),
            "live_on": columns.dates(period, [state.live for state in states]),
            "renewal_on": columns.dates(period, [state.renewal for state in states]),
            "churned_on": columns.dates(period, [state.churned for state in states]),
            "valid_from": columns.dates(period, [state.day for state in states]),
            "name": pa.array([accounts.names[account] for account in index]),
            "plan": columns.labels(np.array([state.plan for state in states]), PLANS),
            "seats": pa.array([state.seats or None for state in states], pa.int64()),
            "mrr": pa.array([state.mrr for state in states]),
            "industry": columns.labels(accounts.industry[index], planted.INDUSTRIES),
            "size": pa.array([accounts.size(account) for account in index]),
            "region": columns.labels(accounts.region[index], REGIONS),
            "owner": pa.array([OWNERS[account % len(OWNERS)] for account in index]),
        }
    )


def subscriptions(accounts: Accounts, history: list[History], period: Period) -> pa.Table:
    """One row per stretch of one plan, one number of seats and one term; the running one has no end."""
    rows: Rows = []
    for states in history:
        paid = [state for state in states if state.has_signed and state.reasons != ("live",)]
        for number, (state, following) in enumerate(zip_longest(paid, paid[1:]), 1):
            if state.churned < FAR:
                continue
            rows.append(
                {
                    "subscription_id": f"s{accounts.ids[state.account][1:]}-{number:02d}",
                    "account_id": accounts.ids[state.account],
                    "plan": PLANS[state.plan],
                    "mrr": state.mrr,
                    "seats": state.seats,
                    "started_on": period.date_of(state.day),
                    "ended_on": period.date_of(following.day) if following else None,
                    "renewal_on": period.date_of(state.renewal),
                }
            )
    return pa.Table.from_pylist(rows)


def outcomes(accounts: Accounts, history: list[History], period: Period) -> pa.Table:
    """What became of contracts: signed, renewed, expanded, contracted, churned.

    The value is the monthly revenue renewed, or its change. A move to another plan expands or contracts.
    """
    rows: Rows = []
    for states in history:
        for before, state in pairwise(states):
            change = state.mrr - before.mrr
            for reason in state.reasons:
                if reason == "live":
                    continue
                outcome = ("expanded" if change > 0 else "contracted") if reason == "moved" else reason
                rows.append(
                    {
                        "account_id": accounts.ids[state.account],
                        "outcome": outcome,
                        "value": before.mrr if outcome == "renewed" else change,
                        "outcome_at": period.date_of(state.day),
                    }
                )
    return pa.Table.from_pylist(rows)


def opportunities(rng: np.random.Generator, accounts: Accounts, history: list[History], period: Period) -> pa.Table:
    """Deals, one row per stage reached: contracts and expansions that were won, expansions lost or still open."""
    rows: Rows = []
    for number, (account, amount, day, fate) in enumerate(_deals(rng, accounts, history, period), 1):
        until = min(day, period.days - 1)
        begin = max(int(accounts.created[account]), until - int(rng.integers(25, 60)))
        stages = [(begin, "Qualified"), ((begin + until) // 2, "Proposal")]
        if fate != "open":
            stages.append((day, f"Closed {fate}"))
        for on, stage in stages:
            rows.append(
                {
                    "opportunity_id": f"o{number:04d}",
                    "account_id": accounts.ids[account],
                    "stage": stage,
                    "amount": amount,
                    "close_on": period.date_of(day),
                    "is_won": fate == "won" if stage.startswith("Closed") else None,
                    "valid_from": period.date_of(on),
                }
            )
    return pa.Table.from_pylist(rows)


def _deals(
    rng: np.random.Generator, accounts: Accounts, history: list[History], period: Period
) -> list[tuple[int, float, int, str]]:
    """Account, euro a month, day of the close, and won, lost or open."""
    deals: list[tuple[int, float, int, str]] = []
    for states in history:
        for before, state in pairwise(states):
            change = state.mrr - before.mrr
            is_new = "signed" in state.reasons or "moved" in state.reasons
            if state.day >= 0 and change > 0 and (is_new or change >= LEAST_DEAL):
                deals.append((state.account, change, state.day, "won"))
        last, chance = states[-1], rng.random()
        if last.mrr and accounts.archetype[last.account] in (HEALTHY, EXEMPLARY) and chance < 0.2:
            is_lost = chance < 0.08
            day = int(rng.integers(max(last.day, 0), period.days)) if is_lost else period.days + 30
            deals.append((last.account, round(0.2 * last.mrr, 2), day, "lost" if is_lost else "open"))
    return deals
