"""Companies that are no customers yet: the CRM knows them, and nobody of theirs has come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uptake.demo import planted, words
from uptake.demo.accounts import REGIONS, SIZES, Accounts
from uptake.demo.period import Period

PER_ACCOUNT = 0.06
"""Prospects for every customer."""
STAGES = ("Lead", "Qualified", "Proposal")
STEPS = ("awareness", "interest", "evaluation")
"""What the plan's journey takes each stage for."""
SHARES = (0.45, 0.3, 0.25)
WITHIN_DAYS = 120
"""How long ago the first of them was met."""


@dataclass(frozen=True)
class Prospects:
    """One row per prospect.

    Args:
        accounts: As customers are told of, without a day on which they were created or signed.
        opportunities: A row per stage that was reached.
        steps: Id -> the step of the journey each stands on.
    """

    accounts: pa.Table
    opportunities: pa.Table
    steps: dict[str, str]


def draw(rng: np.random.Generator, customers: Accounts, told: pa.Table, deals: pa.Table, period: Period) -> Prospects:
    """Draws the prospects.

    Args:
        rng: Where chance comes from.
        customers: The accounts, whose names are taken.
        told: What is told of them, whose columns these have too.
        deals: Likewise.
        period: The days that are simulated.
    """
    n = max(len(STAGES), round(PER_ACCOUNT * customers.n))
    stage = np.r_[np.arange(len(STAGES)), rng.choice(len(STAGES), n - len(STAGES), p=SHARES)]
    industry = rng.integers(0, len(planted.INDUSTRIES), n)
    names = _names(rng, customers, industry)
    met = period.days - 15 - rng.integers(0, WITHIN_DAYS, n)
    ids = [f"p{number:03d}" for number in range(1, n + 1)]
    accounts: list[dict[str, object]] = []
    opportunities: list[dict[str, object]] = []
    for number, id_ in enumerate(ids):
        day, last = int(met[number]), int(stage[number])
        region, size = REGIONS[rng.integers(len(REGIONS))], SIZES[rng.integers(len(SIZES))]
        accounts.append(
            {
                "account_id": id_, "valid_from": period.date_of(day), "name": names[number], "region": region, "size": size,
                "industry": planted.INDUSTRIES[industry[number]], "owner": words.OWNERS[number % len(words.OWNERS)],
            }
        )  # fmt: skip
        amount = float(60 * rng.integers(2, 30))
        days = np.sort(rng.integers(day + 1, period.days, last))
        for on, reached in zip([day, *days.tolist()], STAGES, strict=False):
            opportunities.append(
                {
                    "opportunity_id": f"n{number + 1:03d}", "account_id": id_, "stage": reached,
                    "amount": amount, "close_on": period.date_of(period.days + 45),
                    "valid_from": period.date_of(int(on)),
                }
            )  # fmt: skip
    steps = {id_: STEPS[at] for id_, at in zip(ids, stage.tolist(), strict=True)}
    return Prospects(_beside(told, accounts), _beside(deals, opportunities), steps)


def _names(rng: np.random.Generator, customers: Accounts, industry: npt.NDArray[np.integer]) -> list[str]:
    """Names that no customer has."""
    taken = set(customers.names)
    return [f"{name} Group" if name in taken else name for name in words.company_names(rng, industry.astype(np.int8))]


def _beside(table: pa.Table, rows: list[dict[str, object]]) -> pa.Table:
    """A table with further rows; what they do not say is empty."""
    columns = {
        field.name: pa.array([row.get(field.name) for row in rows], field.type)
        if not pa.types.is_dictionary(field.type)
        else pa.array([row.get(field.name) for row in rows], pa.string()).dictionary_encode().cast(field.type)
        for field in table.schema
    }
    return pa.concat_tables([table, pa.table(columns, schema=table.schema)]).unify_dictionaries()
