"""The lifecycle as stacked columns: active above zero, dormant below."""

from __future__ import annotations

from datetime import date

from uptake import charts
from uptake.charts.lifecycle import lifecycle

ROWS = [
    {"period_on": date(2026, 3, day), "state": state, "estimate": count, "n": 30, "status": status}
    for day, status, counts in ((2, "closed", (5, 10, 3, 4)), (9, "in_progress", (1, 12, 0, 5)))
    for state, count in zip(("new", "current", "resurrected", "dormant"), counts, strict=True)
]


def bars(index: int) -> list[tuple[str, float, float]]:
    layer = lifecycle(ROWS, title="Lifecycle")["layer"][index]
    return [(row["segment"], row["from"], row["to"]) for row in layer["data"]["values"]]


def test_states_are_stacked_from_zero_and_who_went_is_below() -> None:
    assert bars(0) == [("current", 0.0, 10), ("resurrected", 10, 13), ("new", 13, 18), ("dormant", 0.0, -4)]


def test_a_period_that_is_not_over_is_drawn_apart() -> None:
    assert bars(1) == [("current", 0.0, 12), ("resurrected", 12, 12), ("new", 12, 13), ("dormant", 0.0, -5)]


def test_pulse_is_in_the_words_of_a_column() -> None:
    first = lifecycle(ROWS, title="Lifecycle")["layer"][0]["data"]["values"][0]
    assert (first["tip_pulse"], first["period"]) == ("2", "Week of 2 March 2026")


def test_it_can_be_drawn() -> None:
    spec = charts.for_result("states", ROWS, "Lifecycle", "", "count", by=("state",))
    assert charts.svg(spec).startswith("<svg")
    assert charts.svg(charts.for_result("states", [], "Lifecycle", "", "count", by=("state",))).startswith("<svg")
