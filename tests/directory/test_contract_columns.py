"""What a list says of contracts: the day of the renewal where the product is, and each contract once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import uptake
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask
from uptake.directory.names import about_accounts

CONTRACT = {"account_id": "acme", "subscription_id": "s1", "mrr": 100.0, "started_on": "2026-01-01"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_a_renewal_is_on_its_day_in_every_zone(new_home: Callable[..., Path], one_thread: None, zone: str) -> None:
    """A bare date begins in the product's zone: 13 October is told as 13 October, not as the day before or after."""
    with uptake.open(new_home(f"product: {{timezone: {zone}}}\n")) as workspace:
        said = pa.table({"account_id": ["acme"], "renewal_on": ["2026-10-13"], "churned_on": ["2026-11-01"]})
        workspace.import_rows(said, "accounts")
        (row,) = workspace.read(lambda cursor: accounts(cursor, workspace.plan, Ask())).rows
        assert (row["renewal_on"], row["churned_on"]) == (date(2026, 10, 13), date(2026, 11, 1))
        at = workspace.read(lambda cursor: cursor.execute("SELECT now()::TIMESTAMP").fetchall()[0][0])
        about = workspace.read(lambda cursor: about_accounts(cursor, at, zone))
        assert about["acme"]["renewal_on"] == date(2026, 10, 13)


def test_a_contract_that_was_exported_again_is_paid_once(new_home: Callable[..., Path], one_thread: None) -> None:
    """The same subscription twice, corrected from 100 to 150; and 30 in dollars beside euros are not added."""
    with uptake.open(new_home("product: {currency: EUR}\n")) as workspace:
        for mrr in (100.0, 150.0):
            workspace.import_rows(pa.Table.from_pylist([CONTRACT | {"mrr": mrr}]), "subscriptions")
        dollars = [CONTRACT | {"account_id": "both", "subscription_id": "s2", "currency": None},
                   CONTRACT | {"account_id": "both", "subscription_id": "s3", "mrr": 30.0, "currency": "USD"}]  # fmt: skip
        workspace.import_rows(pa.Table.from_pylist(dollars), "subscriptions")
        event = {"event": "look", "user_id": "u", "account_id": "acme", "timestamp": "2026-03-01T00:00:00Z"}
        workspace.import_rows(pa.Table.from_pylist([event]), "events")
        rows = workspace.read(lambda cursor: accounts(cursor, workspace.plan, Ask())).rows
        assert {row["account_id"]: row["mrr"] for row in rows} == {"acme": 150.0, "both": None}
