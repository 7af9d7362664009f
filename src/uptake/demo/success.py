"""What the customer success team knows: contacts and champions, goals, and what it did with customers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.demo.accounts import Accounts
from uptake.demo.contracts import History
from uptake.demo.money import Rows
from uptake.demo.people import People
from uptake.demo.period import FAR, Period
from uptake.demo.planted import ENTERPRISE, EXEMPLARY, HEALTHY
from uptake.demo.usage import Usage
from uptake.demo.words import GOALS, OWNERS, people_names

WEBINARS = (
    (45, "Planning a quarter"),
    (130, "Reports your board will read"),
    (215, "Automations from zero"),
    (290, "Workload without spreadsheets"),
    (380, "What is new in Planboard"),
)
"""Day and title of the webinars."""


def contacts(
    rng: np.random.Generator, accounts: Accounts, people: People, history: list[History], period: Period
) -> pa.Table:
    """The champion (the founder) and a decision maker of every paying account; a champion who left says so."""
    founders = np.cumsum(accounts.users) - accounts.users
    deciders = people_names(rng, accounts.n)
    rows: Rows = []
    for states in history:
        if not states[-1].has_signed:
            continue
        account, signed = states[0].account, states[-1].signed
        founder = int(founders[account])
        domain = f"{accounts.ids[account]}.example"
        champion = {
            "contact_id": f"c{accounts.ids[account][1:]}-1",
            "account_id": accounts.ids[account],
            "user_id": str(people.ids[founder]),
            "name": str(people.names[founder]),
            "email": _email(str(people.names[founder]), domain),
            "role": "champion",
            "valid_from": period.date_of(signed),
        }
        rows.append(champion)
        left = int(people.leaves[founder])
        if left < min(period.days, int(accounts.churned[account])):
            rows.append(champion | {"role": "left the company", "valid_from": period.date_of(left)})
        decider = str(deciders[account])
        rows.append(
            champion
            | {"contact_id": f"c{accounts.ids[account][1:]}-2", "user_id": None, "name": decider}
            | {"email": _email(decider, domain), "role": "decision maker"}
        )
    return pa.Table.from_pylist(rows)


def _email(name: str, domain: str) -> str:
    return name.lower().replace(" ", ".") + "@" + domain


def goals(rng: np.random.Generator, accounts: Accounts, history: list[History], period: Period) -> pa.Table:
    """Goals of about two thirds of the accounts that went live: set, reviewed half-way, and met or missed."""
    rows: Rows = []
    for states in history:
        live = states[-1].live
        if live >= FAR or rng.random() > 0.66:
            continue
        account = states[0].account
        title, metric, baseline, target = GOALS[rng.integers(len(GOALS))]
        begin = max(live, -60)
        due = begin + int(rng.integers(90, 200))
        ends = min(period.days, int(accounts.churned[account]))
        well = {HEALTHY: 0.6, EXEMPLARY: 0.95}.get(int(accounts.archetype[account]), 0.12)
        is_met = rng.random() < well
        met = due - int(rng.integers(0, 40)) if is_met else FAR
        goal = {
            "goal_id": f"g{accounts.ids[account][1:]}",
            "account_id": accounts.ids[account],
            "goal": title,
            "metric": metric,
            "baseline": baseline,
            "target": target,
            "due_on": period.date_of(due),
            "owner": OWNERS[account % len(OWNERS)],
        }
        reached = 1.05 if is_met else float(rng.uniform(0.2, 0.8))
        steps = [(begin, 0.0), ((begin + due) // 2, reached * 0.5), (met if is_met else due, reached)]
        for day, part in steps:
            if day < ends:
                actual = round(baseline + (target - baseline) * part, 1)
                met_on = period.date_of(met) if day == met else None
                rows.append(goal | {"actual": actual, "met_on": met_on, "valid_from": period.date_of(day)})
    return pa.Table.from_pylist(rows)


def touches(
    rng: np.random.Generator,
    accounts: Accounts,
    people: People,
    usage: Usage,
    history: list[History],
    period: Period,
) -> pa.Table:
    """Onboarding calls, trainings, business reviews and webinars. None of them changes what customers do here."""
    rows: Rows = []

    def add(account: int, day: int, touch: str, title: str, user: str | None = None) -> None:
        if 0 <= day < min(period.days, int(accounts.churned[account])):
            owner = OWNERS[account % len(OWNERS)]
            row = {"account_id": accounts.ids[account], "user_id": user, "touch": touch, "title": title}
            rows.append(row | {"owner": owner, "touch_at": period.date_of(day)})

    for states in history:
        last = states[-1]
        if last.has_signed:
            add(last.account, last.signed + 3, "call", "Onboarding call")
        if last.live < FAR and rng.random() < 0.6:
            add(last.account, last.live, "training", "Training for the whole team")
        if last.plan == ENTERPRISE and last.has_signed:
            for day in range(max(last.signed, 0) + 80, period.days, 91):
                add(last.account, day, "call", "Business review")
    for day, title in WEBINARS:
        near = np.unique(usage.user[(usage.day >= day - 7) & (usage.day < day)])
        for user in near[rng.random(len(near)) < 0.06]:
            add(int(people.account[user]), day, "webinar", title, str(people.ids[user]))
    return pa.Table.from_pylist(rows)
