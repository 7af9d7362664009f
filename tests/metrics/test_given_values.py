"""Whatever is given in place of a value is answered or refused with a reason; nothing is passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest

import uptake
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.universal import UNIVERSAL

pytestmark = pytest.mark.usefixtures("one_thread")

GIVEN: list[Any] = [
    7, -1, 1.5, 10**30, float("nan"), float("inf"), True, "", " ", "x", "\x00", "{", "x" * 5000, b"x", date(2025, 3, 1),
    datetime(2025, 3, 1), object(), [], [7], ["user.id", None], [["a"]], (1, 2), {}, {"a": 1}, {"event": 7},
]  # fmt: skip


@pytest.fixture(scope="module")
def told(one_thread: None) -> Iterator[uptake.Workspace]:
    rows = [
        {"user": "u", "account": "a", "event": "task", "at": datetime(2025, 3, 1)},
        {"user": "v", "account": "b", "event": "view", "at": datetime(2025, 3, 2)},
    ]
    with uptake.from_events(rows, user="user", account="account", event="event", at="at") as workspace:
        yield workspace


def asked() -> list[tuple[str, str]]:
    own = [(name, param.name) for name, entry in catalogue().items() for param in entry.metric.params]
    return [("active_users", name) for name in UNIVERSAL] + own


@pytest.mark.parametrize("metric", dict(asked()))
def test_a_value_of_any_kind_is_answered_or_refused(told: uptake.Workspace, metric: str) -> None:
    for name, param in asked():
        if name == metric:
            needs: dict[str, Any] = {"steps": ["task", "view"]} if metric == "funnel" else {}
            for value in GIVEN:
                with suppress(QuestionError):
                    told.metric(metric, **needs | {param: value})


@pytest.mark.parametrize("value", [5, [5], {"a": 1}, ["pilot", None], object()])
@pytest.mark.parametrize("name", ["by", "segment"])
def test_names_that_are_none_are_not_passed_over(told: uptake.Workspace, name: str, value: Any) -> None:
    with pytest.raises(QuestionError, match=f"{name} is "):
        told.metric("active_users", **{name: value})


def test_names_may_be_one_text_or_a_list(told: uptake.Workspace) -> None:
    """u is in a, v in b."""
    for by in ("account.id, user.id", "account.id,user.id", ["account.id", "user.id"], ("account.id", "user.id")):
        rows = told.metric("active_users", entity="member", by=by).rows
        assert [(row["account.id"], row["user.id"], row["estimate"]) for row in rows] == [("a", "u", 1), ("b", "v", 1)]


def test_one_number_is_a_list_of_one(told: uptake.Workspace) -> None:
    (row,) = told.metric("time_to_first_value", until="view", by_days=7).rows
    assert "by_7d" in row
    with pytest.raises(QuestionError, match="Allowed: a whole number"):
        told.metric("time_to_first_value", until="view", by_days=object())
