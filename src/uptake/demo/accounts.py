"""The accounts: who they are, when they came and left, and how each of them lives.

Every account has one archetype. Healthy and exemplary accounts live on; shelfware accounts have many
seats and few users; never-adopted ones leave at their first renewal; decaying ones lose use for eight to
fourteen weeks and then churn; fading ones are doing so on the last day of the data. A customer type gives
each account its natural rhythm; the data shows it through the industry only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uptake.demo import planted, words
from uptake.demo.period import FAR, Ints, Period
from uptake.demo.planted import DECAYING, ENTERPRISE, EXEMPLARY, FADING, FREE, HEALTHY, NEVER_ADOPTED, PRO, SHELFWARE

ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Singapore")
REGIONS = ("Central Europe", "United Kingdom", "North America", "Asia-Pacific")
"""One region for each zone."""
REGION_SHARES = (0.45, 0.15, 0.25, 0.15)
SIZES = ("1-10", "11-50", "51-200", "201+")
USERS_PER_ACCOUNT = 22.5
DEEP_USERS = 5
"""Users of a shelfware account who use everything, every day."""

Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Accounts:
    """One row per account; days as in `Period`, `FAR` where something never happens.

    Args:
        ids: `a0001` and so on.
        names: The company's name.
        archetype: Index into `planted.ARCHETYPES`.
        type: Index into `planted.TYPES`.
        industry: Index into `planted.INDUSTRIES`.
        region: Index into `REGIONS` and `ZONES`.
        created: The day it was created, a working day.
        signed: The day it first paid.
        churned: The day it left.
        decay_from: The day its use began to decay.
        decay_to: The day its use would be near nothing.
        term_months: Months from one renewal to the next.
        plan: Its plan at first.
        plan_day: The day its plan changed.
        plan_later: Its plan from then on.
        users: How many of its seats came.
        missing: How many of its seats never came.
    """

    ids: list[str]
    names: list[str]
    archetype: Bytes
    type: Bytes
    industry: Bytes
    region: Bytes
    created: Ints
    signed: Ints
    churned: Ints
    decay_from: Ints
    decay_to: Ints
    term_months: Ints
    plan: Bytes
    plan_day: Ints
    plan_later: Bytes
    users: Ints
    missing: Ints

    @property
    def n(self) -> int:
        """How many accounts there are."""
        return len(self.ids)

    def plan_on(self, accounts: npt.NDArray[np.integer], days: npt.NDArray[np.integer]) -> Bytes:
        """The plan that accounts had on days."""
        return np.asarray(np.where(days >= self.plan_day[accounts], self.plan_later[accounts], self.plan[accounts]))

    def size(self, account: int) -> str:
        """The size class of an account, by its seats."""
        return SIZES[int(np.searchsorted((11, 51, 201), self.users[account] + self.missing[account], side="right"))]

    def of(self, archetype: int) -> npt.NDArray[np.intp]:
        """The accounts of an archetype."""
        return np.flatnonzero(self.archetype == archetype)


def draw(rng: np.random.Generator, n: int, period: Period) -> Accounts:
    """Draws the accounts."""
    archetype = _archetypes(rng, n)
    kind = _types(rng, archetype)
    weights = np.array([kind_.industries for kind_ in planted.TYPES]).cumsum(axis=1)
    industry = (rng.random(n)[:, None] > weights[kind]).sum(axis=1).clip(0, len(planted.INDUSTRIES) - 1)
    users, missing = _sizes(rng, archetype)
    old = rng.random(n) < np.array([0.45, 0.70, 1.0, 0.75, 0.70, 0.0])[archetype]
    plan = _plans(rng, archetype, users + missing)
    dates = _lives(rng, archetype, old, plan, users, period)
    plan_day, plan_later = _moves(rng, archetype, plan, users, dates["created"], period)
    signed = np.where(plan == FREE, plan_day, dates["signed"])
    return Accounts(
        ids=[f"a{number:04d}" for number in range(1, n + 1)],
        names=words.company_names(rng, industry.astype(np.int8)),
        archetype=archetype,
        type=kind,
        industry=industry.astype(np.int8),
        region=rng.choice(len(REGIONS), n, p=REGION_SHARES).astype(np.int8),
        created=dates["created"],
        signed=signed.astype(np.int32),
        churned=dates["churned"],
        decay_from=dates["decay_from"],
        decay_to=dates["decay_to"],
        term_months=dates["term_months"],
        plan=plan,
        plan_day=plan_day,
        plan_later=plan_later,
        users=users,
        missing=missing,
    )


def _archetypes(rng: np.random.Generator, n: int) -> Bytes:
    counts = [max(1, round(share * n)) for share in planted.ARCHETYPE_SHARES]
    archetype = np.repeat(np.arange(6), [n - sum(counts), *counts])
    return rng.permutation(archetype).astype(np.int8)


def _types(rng: np.random.Generator, archetype: Bytes) -> Bytes:
    kind = rng.choice(len(planted.TYPES), len(archetype), p=[kind.share for kind in planted.TYPES])
    # A decay can be seen within weeks only where use is at least weekly.
    seen = np.isin(archetype, (DECAYING, FADING, SHELFWARE)) & (kind == planted.SEASONAL)
    return np.where(seen, planted.PRODUCT_TEAM, kind).astype(np.int8)


def _sizes(rng: np.random.Generator, archetype: Bytes) -> tuple[Ints, Ints]:
    n = len(archetype)
    weight = rng.lognormal(0.0, 0.9, n) * np.array([1.0, 1.6, 0.0, 1.3, 1.3, 0.3])[archetype]
    shelf = archetype == SHELFWARE
    seats = rng.integers(60, 141, n)
    came = np.where(shelf, np.round(0.3 * seats), 0.0)
    least = np.array([2, 20, 0, 16, 16, 3])[archetype]
    total = USERS_PER_ACCOUNT * n - came.sum()
    users = np.where(shelf, came, np.maximum(least, np.round(weight / weight.sum() * total)))
    missing = np.where(shelf, seats - came, rng.binomial(users.astype(int), 0.16))
    missing = np.where(archetype == NEVER_ADOPTED, users, missing)
    return users.astype(np.int32), missing.astype(np.int32)


def _plans(rng: np.random.Generator, archetype: Bytes, seats: Ints) -> Bytes:
    chance = rng.random(len(seats))
    plan = np.where(seats < 12, np.where(chance < 0.6, FREE, PRO), np.where(seats < 45, PRO, ENTERPRISE))
    plan = np.where((seats >= 45) & (chance < 0.25), PRO, plan)
    return np.where(archetype == HEALTHY, plan, np.maximum(plan, PRO)).astype(np.int8)


def _moves(
    rng: np.random.Generator, archetype: Bytes, plan: Bytes, users: Ints, created: Ints, period: Period
) -> tuple[Ints, Bytes]:
    """One change of plan for some: Free to Pro, Pro to Enterprise, Enterprise back to Pro."""
    n = len(plan)
    early = np.maximum(created, 0) + 40
    latest = period.days - 40
    well = np.isin(archetype, (HEALTHY, EXEMPLARY)) & (early < latest)
    chance = np.array([0.45, 0.12, 0.10])[plan] * np.where((plan == PRO) & (users < 25), 0.0, 1.0)
    moves = well & (rng.random(n) < chance)
    day = rng.integers(np.minimum(early, latest - 1), latest)
    later = np.array([PRO, ENTERPRISE, PRO])[plan]
    return (
        np.where(moves, period.to_working_day(day.astype(np.int32)), FAR).astype(np.int32),
        np.where(moves, later, plan).astype(np.int8),
    )


def _lives(
    rng: np.random.Generator, archetype: Bytes, old: npt.NDArray[np.bool_], plan: Bytes, users: Ints, period: Period
) -> dict[str, Ints]:
    """Created, signed, churned and the days between which use decays; few accounts, so one by one."""
    names = ("created", "signed", "churned", "decay_from", "decay_to", "term_months")
    rows = []
    for kind, is_old, size in zip(archetype, old, users, strict=True):
        churned = decay_from = decay_to = FAR
        term = 12 if size >= 12 else 3
        if kind in (DECAYING, FADING) and is_old:
            term = 12
            fading = kind == FADING
            leaves = period.days + rng.integers(10, 40) if fading else rng.integers(130, period.days - 14)
            decay_to = period.add_months(int(leaves), 0)
            signed = period.add_months(decay_to, -12 * (2 if decay_to < 400 else 3))
            created = signed - int(rng.integers(10, 30))
        elif kind in (DECAYING, FADING):
            term = 3
            months = int(rng.choice((6, 9)))
            latest = period.days - 300
            created = int(rng.integers(0, latest) if kind == DECAYING else period.days - 30 * months + 10)
            signed = period.add_months(created + 10, 0)
            decay_to = period.add_months(signed, months)
        else:
            latest = period.days - 120 if kind == NEVER_ADOPTED else period.days - 12
            created = int(rng.integers(-900, -60) if is_old else latest * rng.random() ** 1.25)
            signed = period.add_months(created + int(rng.integers(7, 15)), 0)
        if kind == NEVER_ADOPTED:
            term = 3
            churned = period.add_months(signed, 3)
        if kind == DECAYING:
            churned = decay_to
            decay_from = churned - int(rng.integers(56, 99))
        if kind == FADING:
            decay_from = period.days - int(rng.integers(42, 71))
        created = int(period.to_working_day(np.array([created], np.int32))[0])
        rows.append((created, max(signed, created), churned, decay_from, decay_to, term))
    lives = dict(zip(names, np.array(rows, np.int32).T, strict=True))
    lives["signed"] = np.where(plan == FREE, FAR, lives["signed"]).astype(np.int32)
    return lives
