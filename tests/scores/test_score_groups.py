"""Scores in groups: the same as putting everyone's score of that day into the groups by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pyarrow as pa
import pytest
from scipy.stats import t

import uptake
from uptake.errors import QuestionError

PLAN = """
product: {timezone: UTC, currency: EUR}
features: {tasks: {events: [task]}, boards: {events: [board]}}
bands: {account.arr: [0, 1200]}
acquisition: {channels: {search: {utm_source: google}, partner: {utm_source: friend}}}
"""
ACCOUNTS = [f"a{number}" for number in range(12)]


@pytest.fixture(scope="module")
def filled(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Twelve accounts of two users; a third of them came by search, a third by a partner, the others nobody knows how."""
    events: list[dict[str, Any]] = []
    for number, account in enumerate(ACCOUNTS):
        for user in range(2):
            for day in range(1, 3 + number + user):
                source = ("google", "friend", None)[number % 3]
                events.append(
                    {"user_id": f"{account} {user}", "account_id": account, "event": ("task", "board")[day % 2],
                     "timestamp": f"2025-03-{day:02}T10:00:00Z", "utm_source": source if day == 1 else None}
                )  # fmt: skip
    money = [
        {"account_id": account, "mrr": 50 * number, "started_on": "2025-01-01"}
        for number, account in enumerate(ACCOUNTS)
    ]
    workspace = uptake.open(new_home(PLAN))
    assert not workspace.import_rows(pa.Table.from_pylist(events), "events").reasons
    assert not workspace.import_rows(pa.Table.from_pylist(money), "subscriptions").reasons
    yield workspace
    workspace.close()


def check(filled: uptake.Workspace, by: str, entity: str, label_of: Callable[[str], str]) -> list[str]:
    expected = defaultdict(list)
    for row in filled.scores("adoption", entity=entity, as_of="2025-03-15").rows:
        if row["score"] is not None:
            expected[label_of(row[f"{entity}_id"])].append(row["score"])
    found = filled.score_groups("adoption", by, entity=entity, as_of="2025-03-15")
    assert {one.group: one.n for one in found.groups} == {label: len(values) for label, values in expected.items()}
    for one in found.groups:
        values = expected[one.group]
        assert one.estimate == pytest.approx(mean(values))
        half = t.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5
        assert one.ci_lower == pytest.approx(max(mean(values) - half, 0))
        assert one.ci_upper == pytest.approx(min(mean(values) + half, 100))
    assert any("Observational" in note for note in found.notes)
    assert found.to_arrow().num_rows == len(found.groups)
    return [one.group for one in found.groups]


@pytest.mark.parametrize("entity", ["user", "account"])
def test_by_channel(filled: uptake.Workspace, entity: str) -> None:
    def channel(id_: str) -> str:
        return ("search", "partner", "(none)")[int(id_.split(maxsplit=1)[0][1:]) % 3]

    assert check(filled, f"{entity}.acquisition_channel", entity, channel) == ["partner", "search", "(none)"]


@pytest.mark.parametrize("entity", ["user", "account"])
def test_by_bands_of_revenue(filled: uptake.Workspace, entity: str) -> None:
    """a0 pays nothing, a2 1,200 a year; users have the band of their account."""

    def band(id_: str) -> str:
        number = int(id_.split(maxsplit=1)[0][1:])
        return "(none)" if not number else "0 to under 1.2k" if 600 * number < 1200 else "1.2k or more"

    if entity == "account":  # one account alone says nothing of the spread
        found = filled.score_groups("adoption", "account.arr", entity=entity, as_of="2025-03-15")
        assert [(one.group, one.n, one.status) for one in found.groups] == [
            ("0 to under 1.2k", 1, "too_few"), ("1.2k or more", 10, "closed"), ("(none)", 1, "too_few"),
        ]  # fmt: skip
        assert found.groups[0].ci_lower is None
    else:
        assert check(filled, "account.arr", entity, band) == ["0 to under 1.2k", "1.2k or more", "(none)"]


def test_who_never_came_is_left_out_where_that_is_asked_for(new_home: Callable[..., Path]) -> None:
    """u1 came, u2 and u3 have a seat and a score of 0: the mean of all is a third of u1's."""
    with uptake.open(new_home(PLAN)) as workspace:
        day = "2025-03-03T10:00:00Z"
        workspace.import_events([{"event": "task", "user_id": "u1", "account_id": "a", "timestamp": day}])
        seats = [{"user_id": f"u{number}", "account_id": "a", "seat_from": "2025-03-01"} for number in (1, 2, 3)]
        assert not workspace.import_rows(pa.Table.from_pylist(seats), "seats").reasons
        by = ("adoption", "account.id")
        (everyone,) = workspace.score_groups(*by, entity="user").groups
        only = workspace.score_groups(*by, entity="user", who="came")
        assert (everyone.n, only.groups[0].n) == (3, 1)
        assert only.groups[0].estimate == pytest.approx(3 * (everyone.estimate or 0))
        assert only.notes[0] == "Who was never active is not counted."
        with pytest.raises(QuestionError, match="who is 'nobody'"):
            workspace.score_groups(*by, entity="user", who="nobody")


def test_what_is_not_known_is_an_error(filled: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="no score 'nothing'"):
        filled.score_groups("nothing", "account.arr")
    with pytest.raises(QuestionError, match="no attribute 'colour'"):
        filled.score_groups("adoption", "colour")
    with pytest.raises(QuestionError, match="cannot be told apart"):
        filled.score_groups("adoption", "user.acquisition_channel", entity="account")
