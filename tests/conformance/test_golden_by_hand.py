"""Golden cases that a plan without features can show; the others are where docs/conformance.md says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import uptake

Told = Callable[..., uptake.Workspace]

FEW = """
    a open 03-02 10:00
    a open 03-09 10:00
    a open 03-16 10:00
    a open 03-23 10:00
    b open 03-02 10:00
    b open 03-09 10:00
    c open 01-05 10:00
    d open 01-05 10:00"""
"""Mondays; of 28 days a came in all four weeks, b in two, c and d long ago."""


def test_10_a_mean_says_whether_it_is_of_everybody_or_of_those_who_came(told: Told) -> None:
    """Of four weeks a came in 4, b in 2: those who came at all have (1 + 1/2) / 2; everybody (1 + 1/2 + 0 + 0) / 4. The answer
    says of how many it is.
    """
    asked: dict[str, Any] = {"interval_days": 7, "window_days": 28, "as_of": "2026-03-29"}
    ws = told(FEW)
    (active,) = ws.metric("frequency", **asked).rows
    (everybody,) = ws.metric("frequency", among="present", **asked).rows
    assert (active["n"], active["estimate"]) == (2, 0.75)
    assert (everybody["n"], everybody["estimate"]) == (4, 0.375)


@pytest.mark.parametrize("days", range(1, 15))
def test_12_a_number_at_an_edge_is_in_one_class(told: Told, days: int) -> None:
    """Edges of the preset for 14 days: 9 and more daily, 5 to 8 weekly, 2 to 4 occasional, 1 inactive. Never none, never two."""
    lines = "\n".join(f"u open 03-{day:02} 10:00" for day in range(1, days + 1))
    rows = told(lines).metric("frequency_classes", as_of="2026-03-14").rows
    expected = "daily" if days >= 9 else "weekly" if days >= 5 else "occasional" if days >= 2 else "inactive"
    assert {row["class"]: row["count"] for row in rows if row["count"]} == {expected: 1}
    assert sum(row["estimate"] for row in rows) == 1


SEGMENTS = """
segments:
  pilot: {entity: account, ids: [acme, bee]}
  large: {entity: account, ids: [acme, cet]}
"""


def test_14_an_account_in_two_segments_is_in_both_and_told_apart(told: Told) -> None:
    """acme is a pilot and large, bee a pilot, cet large, dot neither. Each segment has 2; both at once 1; side by side they are
    four groups of one, which are the whole.
    """
    lines = "\n".join(f"{name} open 03-02 10:00 @{name}" for name in ("acme", "bee", "cet", "dot"))
    ws = told(lines, plan=SEGMENTS)
    asked: dict[str, Any] = {"entity": "account", "window": "7", "as_of": "2026-03-02"}

    def active(**given: Any) -> list[int]:
        return [row["estimate"] for row in ws.metric("active_users", **asked, **given).rows]

    assert active(segment="pilot") == active(segment="large") == [2]
    assert active(segment=["pilot", "large"]) == [1]
    rows = ws.metric("active_users", by=["segment.pilot", "segment.large"], **asked).rows
    assert {(row["segment.pilot"], row["segment.large"]): row["estimate"] for row in rows} == {
        (pilot, large): 1 for pilot in ("in", "not in") for large in ("in", "not in")
    }


def test_20_an_answer_keeps_the_version_of_the_definition_it_was_given_under(told: Told) -> None:
    """`save` becomes the activity instead of `open`: another version, another number; the answer of before says its own."""
    lines = "a open 03-02 10:00\nb open 03-02 10:00\nb save 03-02 11:00"
    asked: dict[str, Any] = {"window": "7", "as_of": "2026-03-02"}
    before = told(lines, plan="active: [open]").metric("active_users", **asked)
    after = told(lines, plan="active: [save]").metric("active_users", **asked)
    assert (before.rows[0]["estimate"], after.rows[0]["estimate"]) == (2, 1)
    assert before.plan_version != after.plan_version
    assert (
        told(lines, plan="active: [open] # as ever").metric("active_users", **asked).plan_version == before.plan_version
    )
