"""Accounts that only the CRM knows: on their journey, and no customers that have gone quiet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa

import uptake
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask

PLAN = """
journey: {crm: opportunities, interest: [Qualified], evaluation: [Proposal]}
value_moments: {done: {event: ship}}
"""


def test_a_prospect_is_not_a_customer_without_value(new_home: Callable[..., Path]) -> None:
    """`deal` is qualified, `used` too and somebody came, `signed` has a contract from today on: two of them have begun.

    Without a journey in the plan nothing tells a prospect from a customer that never came.
    """
    deals = [
        {"opportunity_id": name, "account_id": name, "stage": "Qualified", "valid_from": "2026-03-01"}
        for name in ("deal", "used", "signed")
    ]
    events = [
        {"user_id": "u", "account_id": "used", "event": "ship", "timestamp": "2026-03-20T10:00:00Z"},
        {"user_id": "v", "account_id": "old", "event": "ship", "timestamp": "2026-01-01T10:00:00Z"},
    ]
    for plan, expected in ((PLAN, "prospect"), (PLAN[PLAN.index("value_moments") :], "inactive")):
        with uptake.open(new_home(plan)) as workspace:
            workspace.import_rows(pa.Table.from_pylist(deals), "opportunities")
            workspace.import_rows(
                pa.Table.from_pylist([{"account_id": "signed", "signed_on": "2026-03-20"}]), "accounts"
            )
            workspace.import_rows(pa.Table.from_pylist(events), "events")
            segment = {one.id: one.label for one in workspace.placements("segment", entity="account").everyone}
            assert segment == {"deal": expected, "used": "new", "signed": "new", "old": "inactive"}
            totals = workspace.read(partial(accounts, plan=workspace.plan, ask=Ask())).totals
            assert (totals["total"], totals["customers"], totals["left"]) == (4, 3, 0)
            if expected == "prospect":
                journey = {one.id: one.label for one in workspace.placements("journey").everyone}
                assert journey["deal"] == "interest"
