"""What was asked of a metric in so many words, counted by hand: value, stickiness in all its forms, the table of cohorts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import by_period

import uptake

Told = Callable[..., uptake.Workspace]

VALUE = """
active: [ship, invite, task]
value_moments: {shipped: {event: ship}, team: {event: invite, at_least: 2}}
"""
WEEK_OF_VALUE = """
ana ship   03-03 10:00 @acme
bo  invite 03-04 10:00 @acme
cy  invite 03-05 10:00 @acme
cy  invite 03-06 10:00 @acme
di  ship   03-01 10:00 @bee
di  task   03-04 10:00 @bee
eve open   03-04 10:00 @bee
fay ship   03-01 10:00 @cet
gil invite 03-04 10:00 @dot
hal invite 03-05 10:00 @dot
"""


def shares(result: Any, label: str = "period_on") -> dict[str, tuple[int, int, float]]:
    return {str(row[label]): (row["count"], row["n"], row["estimate"]) for row in result.rows}


def test_value_is_of_the_active_and_any_of_its_moments_is_enough(told: Told) -> None:
    """In the week up to 8 March ana shipped and cy invited two: 2 of the 6 active users. di shipped the day before it began,
    gil and hal invited one each, bo one. eve is not active. Accounts reach it together: acme and dot of acme, bee, dot.
    """
    workspace = told(WEEK_OF_VALUE, plan=VALUE)
    asked = {"window_days": 7, "as_of": "2026-03-08"}
    for entity, count, n in (("user", 2, 6), ("member", 2, 6), ("account", 2, 3)):
        (row,) = workspace.metric("value_realisation", entity=entity, **asked).rows
        assert (row["count"], row["n"], row["estimate"]) == (count, n, pytest.approx(count / n))


def test_value_over_time_and_by_account(told: Told) -> None:
    """The week before: di and fay were active, both shipped. In acme 2 of 3, in bee 0 of 1, in dot 0 of 2."""
    workspace = told(WEEK_OF_VALUE, plan=VALUE)
    asked = {"window_days": 7, "as_of": "2026-03-08"}
    weeks = workspace.metric("value_realisation", period="week", date_from="2026-02-23", **asked)
    assert shares(weeks) == {"2026-02-23": (2, 2, 1.0), "2026-03-02": (2, 6, pytest.approx(1 / 3))}
    accounts = workspace.metric("value_realisation", by="account.id", **asked)
    assert shares(accounts, "account.id") == {
        "acme": (2, 3, pytest.approx(2 / 3)), "bee": (0, 1, 0.0), "dot": (0, 2, 0.0)
    }  # fmt: skip


HABIT = """
a task 03-02 10:00 @x
b task 03-02 10:00 @y
a task 03-03 10:00 @x
a task 03-04 10:00 @x
a task 03-05 10:00 @x
a task 03-06 10:00 @x
b task 03-07 10:00 @y
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # DAU / MAU of the 2nd to the 8th: 2, 1, 1, 1, 1, 1, 0 of 2
        ({"smooth_days": 7}, 3.5 / 7),
        # without Saturday and Sunday: 2, 1, 1, 1, 1 of 2
        ({"smooth_days": 7, "weekends": False}, 3 / 5),
        # WAU / MAU: on the 8th both of both, on the 13th only b came in seven days
        ({"short_days": 7, "smooth_days": 1}, 1.0),
        ({"short_days": 7, "smooth_days": 1, "as_of": "2026-03-13"}, 0.5),
        # DAU / WAU of the 4th to the 10th: 1, 1, 1, 1, 0, 0, 0 of the 2 of each seven days
        ({"long_days": 7, "smooth_days": 7, "as_of": "2026-03-10"}, 2 / 7),
    ],
)
def test_stickiness_of_any_two_windows_with_and_without_weekends(
    told: Told, given: dict[str, Any], expected: float
) -> None:
    (row,) = told(HABIT).metric("stickiness", **{"as_of": "2026-03-08"} | given).rows
    assert row["estimate"] == pytest.approx(expected)


def test_stickiness_over_time_and_by_a_breakdown(told: Told) -> None:
    """Week of the 2nd: 3.5 / 7, of a alone 5 / 7, of b 2 / 7; in the week after nobody came, of the 2 of the month."""
    workspace = told(HABIT)
    asked: dict[str, Any] = {"period": "week", "date_from": "2026-03-02", "as_of": "2026-03-15"}
    weeks = by_period(workspace.metric("stickiness", **asked))
    assert weeks == {"2026-03-02": pytest.approx(0.5), "2026-03-09": 0.0}
    split = workspace.metric("stickiness", by="account.id", **asked).rows
    assert {(str(row["period_on"]), row["account.id"]): row["estimate"] for row in split} == {
        ("2026-03-02", "x"): pytest.approx(5 / 7), ("2026-03-02", "y"): pytest.approx(2 / 7),
        ("2026-03-09", "x"): 0.0, ("2026-03-09", "y"): 0.0,
    }  # fmt: skip
    working = workspace.metric("stickiness", by="account.id", weekends=False, **asked).rows
    assert [row["estimate"] for row in working if str(row["period_on"]) == "2026-03-02"] == [1.0, pytest.approx(1 / 5)]


def test_the_power_curve_over_time_and_by_a_breakdown(told: Told) -> None:
    """In the week of the 2nd a came on 5 days and b on 2: each a half exactly, both on at least 2, a alone on at least 5.
    In the seven days up to Wednesday the 11th, the 5th to the 11th: a on 2 and b on 1.
    """
    workspace = told(HABIT)
    asked: dict[str, Any] = {"output": "power", "window_days": 7}

    def curve(rows: list[dict[str, Any]], of: str) -> list[float]:
        return [row[of] for row in rows]

    rows = workspace.metric("stickiness", as_of="2026-03-08", **asked).rows
    assert curve(rows, "count") == [0, 1, 0, 0, 1, 0, 0]
    assert curve(rows, "count_at_least") == [2, 2, 1, 1, 1, 0, 0]
    assert curve(rows, "n") == [2] * 7
    later = {"period": "week", "date_from": "2026-03-02", "as_of": "2026-03-11"}
    rows = workspace.metric("stickiness", **later, **asked).rows
    assert curve([row for row in rows if str(row["period_on"]) == "2026-03-09"], "count_at_least") == [
        2,
        1,
        0,
        0,
        0,
        0,
        0,
    ]
    rows = workspace.metric("stickiness", as_of="2026-03-08", by="account.id", **asked).rows
    assert curve([row for row in rows if row["account.id"] == "y"], "count") == [0, 1, 0, 0, 0, 0, 0]


MONTHS = """
j1 task 01-05 10:00
j2 task 01-09 10:00
j3 task 01-20 10:00
j4 task 01-31 10:00
f1 task 02-01 10:00
j1 task 02-03 10:00
f2 task 02-27 10:00
j2 task 02-28 10:00
j1 task 03-01 10:00
f1 task 03-15 10:00
j3 task 03-31 10:00
j1 task 04-30 10:00
f1 task 05-01 10:00
j1 task 07-31 10:00
"""


def test_a_table_of_cohorts_by_months_with_counts_and_shares(told: Told) -> None:
    """Months 0, 1, 2, 3 and 6 at the end of July. January: 4, 2 (j1, j2), 2 (j1, j3), 1, 1 of 4. February: 2, 1, 0, 1 (in
    May) of 2; its month 6 is August and in progress. The mean of month 6 is January's alone.
    """
    result = told(MONTHS).metric("retention", unit="month", units=6, as_of="2026-07-31")
    table: dict[tuple[str, int], Any] = {}
    for row in result.rows:
        name = row["row"] if row["row"] != "cohort" else str(row["cohort_on"])[:7]
        table[name, row["unit_index"]] = (row["returned"], row["n"], row["estimate"])
    columns = (0, 1, 2, 3, 6)
    assert [table["2026-01", unit] for unit in columns] == [
        (4, 4, 1.0),
        (2, 4, 0.5),
        (2, 4, 0.5),
        (1, 4, 0.25),
        (1, 4, 0.25),
    ]
    assert [table["2026-02", unit] for unit in columns] == [
        (2, 2, 1.0),
        (1, 2, 0.5),
        (0, 2, 0.0),
        (1, 2, 0.5),
        (0, 0, None),
    ]
    assert [table["weighted", unit][2] for unit in columns] == [
        1.0,
        0.5,
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        0.25,
    ]
