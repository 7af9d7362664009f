"""Who uses a feature, account by account, counted by hand; and the words questions may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.directory.feature import accounts_of_feature
from uptake.directory.listing import Ask
from uptake.directory.vocabulary import MOST_VALUES, vocabulary
from uptake.errors import QuestionError

PLAN = "{active: [task, report], features: {reports: {events: [report]}, tasks: {events: [task]}}}"
EVENTS = [
    ("report", "ann", "acme", "2026-01-02"),  # longer ago than 30 days
    ("report", "ann", "acme", "2026-03-20"),
    ("report", "ann", "acme", "2026-03-20"),
    ("report", "bob", "acme", "2026-03-25"),
    ("task", "cid", "acme", "2026-03-31"),
    ("task", "dan", "bolt", "2026-03-30"),
    ("report", "eve", "coil", "2026-01-05"),
]


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        rows = [
            {"event": event, "user_id": user, "account_id": account, "timestamp": f"{day}T10:00:00Z"}
            for event, user, account, day in EVENTS
        ]
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        workspace.import_rows(pa.table({"account_id": ["dusk"], "name": ["Dusk"]}), "accounts")
        yield workspace


def listed(workspace: uptake.Workspace, **asked: Any) -> dict[str, dict[str, Any]]:
    cursor = workspace.projection.cursor()
    page = accounts_of_feature(cursor, workspace.plan, "reports", Ask(**asked))
    cursor.close()
    return {row["account_id"]: row for row in page.rows}


def test_users_uses_and_share_are_of_the_last_thirty_days(used: uptake.Workspace) -> None:
    """acme: Ann twice and Bob once of three active users; bolt and coil: none; dusk: nobody active, so no share."""
    rows = listed(used)
    assert {name: (row["users"], row["active_users"], row["uses"]) for name, row in rows.items()} == {
        "acme": (2, 3, 3),
        "bolt": (0, 1, 0),
        "coil": (0, 0, 0),
        "dusk": (0, 0, 0),
    }
    assert rows["acme"]["share"] == pytest.approx(2 / 3)
    assert rows["bolt"]["share"] == 0
    assert rows["coil"]["share"] is rows["dusk"]["share"] is None
    assert (rows["acme"]["first_on"], rows["acme"]["last_on"]) == (date(2026, 1, 2), date(2026, 3, 25))
    assert rows["coil"]["last_on"] == date(2026, 1, 5)
    assert rows["dusk"]["name"] == "Dusk"


def test_it_is_told_as_of_an_earlier_day(used: uptake.Workspace) -> None:
    rows = listed(used, as_of="2026-03-20")
    assert (rows["acme"]["users"], rows["acme"]["uses"]) == (1, 2)


def test_it_can_be_sorted_searched_and_paged(used: uptake.Workspace) -> None:
    assert next(iter(listed(used))) == "acme"
    assert list(listed(used, sort="last_on")) == ["coil", "acme", "bolt", "dusk"]
    assert list(listed(used, search="DU")) == ["dusk"]
    assert list(listed(used, limit=2, offset=1, sort="account_id")) == ["bolt", "coil"]


def test_an_unknown_feature_is_said_with_those_there_are(used: uptake.Workspace) -> None:
    cursor = used.projection.cursor()
    with pytest.raises(QuestionError, match=r"no feature 'goals'\. Allowed: reports, tasks"):
        accounts_of_feature(cursor, used.plan, "goals", Ask())
    cursor.close()


def test_the_vocabulary_has_attributes_with_few_values_that_tell_groups_apart(workspace: uptake.Workspace) -> None:
    number = 2 * (MOST_VALUES + 1)
    workspace.import_rows(
        pa.table(
            {
                "account_id": [f"a{i}" for i in range(number)],
                "plan": [("Pro", "Free", "Free")[i % 3] for i in range(number)],
                "city": [f"city {i // 2}" for i in range(number)],
                "same": ["x"] * number,
                "slug": [f"slug {i}" if i < 3 else None for i in range(number)],
            }
        ),
        "accounts",
    )
    workspace.import_events(pa.table({"event": ["b", "a"], "user_id": ["u", "u"], "timestamp": ["2026-01-05"] * 2}))
    cursor = workspace.projection.cursor()
    words = vocabulary(cursor, workspace.plan)
    cursor.close()
    assert words.values == {"account.plan": ("Free", "Pro")}
    assert words.events == ("a", "b")
    assert {"account.id", "user.id", "account.plan", "account.city", "account.same"} <= set(words.attributes)
