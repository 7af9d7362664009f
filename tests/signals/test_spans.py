"""Who could use a feature is the same by spans as day by day, whatever is known of whom and since when."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from signal_world import panel_of

import uptake
from uptake.errors import QuestionError
from uptake.metrics.core import dimensions
from uptake.metrics.core.question import begin_of
from uptake.metrics.parts import attributes
from uptake.metrics.parts.population import eligible_spans_sql, eligible_sql
from uptake.plan import parse
from uptake.signals.labels import labels
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST, LAST = date(2025, 3, 1), date(2025, 4, 5)
ZONE = "America/New_York"
"""The clocks change on 9 March."""
CONDITIONS = (
    {"account.plan": "Pro"},
    {"account.plan": {"is_not": ["Free", "Pro"]}},
    {"account.plan": {"exists": False}},
    {"user.role": {"is_not": "admin"}, "account.plan": ["Pro", "Team"]},
    {"user.role": "admin", "account.plan": {"exists": True}},
    {"account.id": {"is_not": "a"}, "account.seats": {"lt": 5}},
    {"user.id": ["u1", "u2", "u3", "lonely"]},
    {"user.seats": {"gte": 1}},
)


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """People who join, leave and come back, and attributes that come, change and go, many at midnight or on one day."""
    chance = random.Random(11)  # noqa: S311 - no secret
    begin = datetime(2025, 2, 20, 5, tzinfo=UTC)

    def when() -> datetime:
        return begin + timedelta(days=chance.randrange(50), hours=chance.choice([0, 0, 4, 13]))

    def membership() -> dict[str, Any]:
        one, other = when(), when()
        end = max(one, other) if one != other and chance.random() < 0.6 else None
        return {"user_id": f"u{chance.randrange(12)}", "account_id": chance.choice("abcd")} | {
            "valid_from": min(one, other), "valid_to": end,
        }  # fmt: skip

    rows = {
        "memberships": [membership() for _ in range(40)],
        "accounts": [
            {"account_id": chance.choice("abcde"), "plan": chance.choice(["Free", "Pro", "Team", None])}
            | {"seats": chance.choice([None, 3, 8]), "valid_from": chance.choice([None, when(), when()])}
            for _ in range(30)
        ],
        "users": [
            {"user_id": chance.choice([*(f"u{number}" for number in range(12)), "lonely"]), "seats": 2}
            | {"role": chance.choice(["admin", "member", None]), "valid_from": when()}
            for _ in range(25)
        ],
        "events": [{"event": "task", "user_id": "lonely", "timestamp": begin}],
    }
    with uptake.open(new_home(f"product: {{timezone: {ZONE}}}")) as made:
        for kind, some in rows.items():
            made.import_rows(pa.Table.from_pylist(some), kind)
        yield made


@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize("number", range(len(CONDITIONS)))
def test_eligible_by_spans_is_eligible_by_day(workspace: uptake.Workspace, entity: str, number: int) -> None:
    text = f"features: {{it: {{events: [task], eligible: {CONDITIONS[number]!r}}}}}".replace("False", "false")
    conditions = parse({"plan.yml": text.replace("True", "true")}).features["it"].eligible

    def found(cursor: Cursor) -> None:
        panel = panel_of(cursor, workspace, entity, FIRST, LAST)
        by_day = cursor.execute(
            f"""WITH period AS (
                SELECT day AS period_on, day AS on_day, ends_at AS on_at FROM calendar WHERE day BETWEEN $first AND $last
            ) SELECT entity_key, period_on FROM ({eligible_sql(panel.asked, conditions)})""",
            {"first": FIRST, "last": LAST},
        ).fetchall()
        by_spans = panel.spans(eligible_spans_sql(panel.asked, conditions)) & panel.present
        there = {(int(panel.keys[row]), panel.dates[column]) for row, column in np.argwhere(panel.present)}
        assert {(int(panel.keys[row]), panel.dates[column]) for row, column in np.argwhere(by_spans)} == there & {
            *by_day
        }
        assert there

    workspace.read(found)


def test_a_user_is_what_all_the_accounts_are(new_home: Callable[..., Path]) -> None:
    """u1 is in a (Pro) and b (nothing is known); u2 in a and c (Free), from the 3rd on in c alone; u3 in none."""
    rows = {
        "accounts": [{"account_id": "a", "plan": "Pro"}, {"account_id": "c", "plan": "Free"}],
        "memberships": [
            {"user_id": "u1", "account_id": "a", "valid_from": "2025-03-01", "valid_to": None},
            {"user_id": "u1", "account_id": "b", "valid_from": "2025-03-01", "valid_to": None},
            {"user_id": "u2", "account_id": "a", "valid_from": "2025-03-01", "valid_to": "2025-03-03"},
            {"user_id": "u2", "account_id": "c", "valid_from": "2025-03-02", "valid_to": None},
        ],
        "users": [{"user_id": "u3", "created_at": "2025-03-01"}],
    }
    with uptake.open(new_home()) as made:
        for kind, some in rows.items():
            made.import_rows(pa.Table.from_pylist(some), kind)

        def found(cursor: Cursor) -> None:
            panel = panel_of(cursor, made, "user", date(2025, 3, 1), date(2025, 3, 3))
            ids = dict(cursor.execute("SELECT user_key, user_id FROM users").fetchall())
            known = attributes.known(cursor, panel.asked.plan)
            numbers, texts = labels(panel, dimensions.find(known, "account.plan", "user"))
            told = {ids[int(key)]: [texts[number] for number in numbers[row]] for row, key in enumerate(panel.keys)}
            assert told == {"u1": ["Pro"] * 3, "u2": ["Pro", "(none)", "Free"], "u3": ["(none)"] * 3}
            numbers, texts = labels(panel, dimensions.find(known, "user.id", "user"))
            assert [texts[number] for number in numbers[:, 0]] == [ids[int(key)] for key in panel.keys]
            accounts = panel_of(cursor, made, "account", date(2025, 3, 1), date(2025, 3, 3))
            with pytest.raises(QuestionError, match="cannot be told apart"):
                labels(accounts, dimensions.find(known, "user.id", "user"))

        made.read(found)


def test_spans_hold_at_the_ends_of_local_days(workspace: uptake.Workspace) -> None:
    """Told instant by instant: many begin and end at midnight, on the day the clocks change, or never."""
    chance = random.Random(3)  # noqa: S311 - no secret
    begin, ever, never = datetime(2025, 2, 20, 4), datetime(1970, 1, 1), datetime(9999, 12, 31)

    def when() -> datetime:
        return begin + timedelta(days=chance.randrange(50), hours=chance.choice([0, 1, 12, 20]))

    def found(cursor: Cursor) -> None:
        panel = panel_of(cursor, workspace, "user", FIRST, LAST)
        rows = [
            (chance.choice([*panel.keys.tolist(), 10**6]), *chance.choice([(ever, when()), (when(), never), (when(), when())]))
            for _ in range(60)
        ]  # fmt: skip
        listed = ", ".join(
            f"({key}, TIMESTAMP '{since}', TIMESTAMP '{until}', {number})"
            for number, (key, since, until) in enumerate(rows)
        )
        relation = f"SELECT * FROM (VALUES {listed}) said(entity_key, valid_from, valid_to, value)"
        spans, held = panel.spans(relation), panel.held(panel.by_day(relation))
        count, total = panel.totals(panel.by_day(relation), "1", "value")
        for row, key in enumerate(panel.keys.tolist()):
            for column, day in enumerate(panel.dates):
                end = begin_of(day + timedelta(days=1), ZONE)
                there = [n for n, (of, since, until) in enumerate(rows) if of == key and since < end <= until]
                assert spans[row, column] == bool(there)
                assert (count[row, column], total[row, column]) == (len(there), sum(there))
                assert held[row, column] == min(there) if there else np.isnan(held[row, column])

    workspace.read(found)
