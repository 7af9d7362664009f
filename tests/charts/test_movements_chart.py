"""What came and what went, as stacked columns: gains above zero, losses below it."""

from __future__ import annotations

from datetime import date

from uptake import charts
from uptake.charts.movements import movements

ROWS = [
    {"period_on": date(2026, 3, 1), "movement": movement, "estimate": amount, "n": 3, "status": "closed"}
    for movement, amount in (("new", 100.0), ("expansion", 50.0), ("contraction", -20.0), ("churn", -60.0))
]


def test_gains_are_stacked_above_zero_and_losses_below() -> None:
    drawn = movements(ROWS, title="Expansion", unit="currency", currency="EUR")["layer"][0]["data"]["values"]
    assert [(row["segment"], row["from"], row["to"]) for row in drawn] == [
        ("expansion", 0, 50), ("new", 50, 150), ("contraction", 0, -20), ("churn", -20, -80)
    ]  # fmt: skip
    assert (drawn[2]["tip_value"], drawn[2]["tip_net"]) == ("€20", "€70")


def test_a_ledger_is_added_up_and_who_pays_the_same_left_out() -> None:
    rows = [
        {**ROWS[0], "account_id": "a"},
        {**ROWS[0], "account_id": "b"},
        {**ROWS[0], "movement": None, "estimate": 0},
    ]
    drawn = movements(rows, title="Ledger")["layer"][0]["data"]["values"]
    assert [(row["segment"], row["to"]) for row in drawn] == [("new", 200)]


def test_it_can_be_drawn() -> None:
    for rows in (ROWS, []):
        spec = charts.for_result("movements", rows, "Expansion", "", "currency", by=("movement",), currency="EUR")
        assert charts.svg(spec).startswith("<svg")
