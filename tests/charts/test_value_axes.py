"""Axes of values and the words on the base line, as specifications have them."""

from __future__ import annotations

from datetime import date
from typing import Any

from uptake.charts.frame import value_axis
from uptake.charts.trend import trend


def test_an_axis_of_money_has_the_sign_of_its_currency() -> None:
    assert "'€' + format(abs(datum.value), '~s')" in value_axis([0.0, 5000.0], "currency", currency="EUR")["labelExpr"]
    assert value_axis([0.0], "currency", currency="CHF")["format"] == "~s"


def test_a_value_of_too_few_is_said_once() -> None:
    rows: list[dict[str, Any]] = [
        {"period_on": date(2026, month, 1), "n": 4, "estimate": 7.0, "ci_lower": 1.0, "ci_upper": 9.0, "status": status}
        for month, status in ((1, "too_few"), (2, "closed"))
    ]
    drawn = str(trend(rows, title="Value", unit="count", period="month"))
    assert "'why': 'too few'" in drawn
