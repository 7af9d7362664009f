"""Segments told by rules and by what people did: counts, spans, scopes, and metrics of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import uptake
from uptake.errors import PlanError, QuestionError
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Behaviour
from uptake.plan import parse as read_plan
from uptake.segments.behaving import did
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC}
segments:
  busy: {entity: user, did: [{event: task, at_least: 2, last_days: 3}]}
  quiet_company: {entity: user, did: [{event: task, exactly: 0, last_days: 2, scope: anyone_in_this_account}]}
  busy_or_new: {entity: user, when: {any: [{segment.busy: in}, {tenure_days: {lte: 2}}]}}
placements:
  pace: {entities: [user], labels: [{name: fast, when: {segment.busy: in}}, {name: slow}]}
"""
ROWS = [
    # ann works in a and b, ben in a, cat in b
    ("ann", "a", 3), ("ann", "b", 4), ("ann", "a", 8), ("ben", "a", 1), ("ben", "a", 2), ("cat", "b", 5), ("cat", "b", 9),
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Days of March 2025; the 10th is the last."""
    with uptake.open(new_home(PLAN)) as made:
        events = [
            {"event": "task", "user_id": user, "account_id": account, "timestamp": f"2025-03-{day:02d}T12:00:00Z"}
            for user, account, day in [*ROWS, ("end", "c", 11)]
        ]
        made.import_rows(pa.Table.from_pylist(events), "events")
        yield made


def panel(workspace: uptake.Workspace, cursor: Cursor, entity: str) -> Panel:
    last = date(2025, 3, 10)
    question = Question("x", entity, {}, None, last, None, begin_of(last + timedelta(1), "UTC"), last, "UTC", "monday")
    return Panel(Asked(question, workspace.plan, GRAINS[entity], cursor, ""), date(2025, 3, 1), last)


def who(workspace: uptake.Workspace, entity: str, **behaviour: Any) -> dict[int, str]:
    """Day of March -> who did it, by their first letters, of those who were there."""
    one = Behaviour.model_validate({"event": "task", **behaviour})

    def found(cursor: Cursor) -> dict[int, str]:
        own = panel(workspace, cursor, entity)
        met = did(own, one) & own.present
        ids = dict(cursor.execute(f"SELECT {entity}_key, {entity}_id FROM {entity}s").fetchall())
        names = [ids[int(key)][0] for key in own.keys]
        return {day + 1: "".join(sorted(np.array(names)[met[:, day]])) for day in range(own.days)}

    return workspace.read(found)


@pytest.mark.parametrize(
    ("entity", "behaviour", "expected"),
    [
        ("user", {"at_least": 2, "last_days": 3}, {2: "b", 3: "b", 4: "a", 5: "a", 6: "", 9: ""}),
        ("user", {"exactly": 1}, {1: "b", 3: "a", 4: "", 5: "c", 9: ""}),
        ("user", {"more_than_days": 3}, {4: "", 5: "b", 6: "b", 7: "ab", 9: "abc"}),
        ("user", {"between_days": (1, 2)}, {2: "b", 4: "ab", 6: "ac", 8: "", 9: "a"}),
        ("user", {"between": (2, 3), "last_days": 10}, {4: "ab", 9: "abc"}),
        ("user", {"at_most": 1, "last_days": 2}, {2: "", 4: "b", 9: "abc"}),
        # in one account alone ann did it twice on the 8th only; anyone in a did it twice from the 2nd on
        ("user", {"at_least": 2, "scope": "this_user_in_this_account"}, {2: "b", 4: "b", 8: "ab", 9: "abc"}),
        ("user", {"at_least": 3, "scope": "anyone_in_this_account"}, {2: "", 3: "ab", 8: "ab", 9: "abc"}),
        ("account", {"at_least": 2, "last_days": 3}, {1: "", 2: "a", 4: "a", 5: "b", 6: "b", 7: "", 9: ""}),
    ],
)
def test_counts_spans_and_scopes(
    workspace: uptake.Workspace, entity: str, behaviour: dict[str, Any], expected: dict[int, str]
) -> None:
    found = who(workspace, entity, **behaviour)
    assert {day: found[day] for day in expected} == expected


@pytest.mark.parametrize("span", [{}, {"more_than_days": 2}, {"last_days": 3}, {"between_days": (1, 4)}])
def test_days_in_parts_say_the_same_as_together(workspace: uptake.Workspace, span: dict[str, Any]) -> None:
    one = Behaviour.model_validate({"event": "task", "at_least": 2, **span})

    def compare(cursor: Cursor) -> None:
        whole = panel(workspace, cursor, "user")
        parts = [did(part, one).copy() for part in whole.parts(3)]
        assert np.array_equal(np.concatenate(parts, axis=1), did(whole, one))

    workspace.read(compare)


SPANS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"last_days": st.integers(1, 6)}),
    st.fixed_dictionaries({"more_than_days": st.integers(0, 5)}),
    st.fixed_dictionaries({"between_days": st.lists(st.integers(0, 6), min_size=2, max_size=2).map(sorted).map(tuple)}),
    st.just({}),
)


@settings(max_examples=30)
@given(SPANS, st.integers(0, 3))
def test_counting_one_by_one_says_the_same(workspace: uptake.Workspace, span: dict[str, Any], least: int) -> None:
    found = who(workspace, "user", at_least=least, **span)
    first = {user: min(day for one, _, day in ROWS if one == user) for user, _, _ in ROWS}
    for day, told in found.items():
        counts: Counter[str] = Counter()
        for user, _, on in ROWS:
            ago = day - on
            low, high = span.get("between_days", (0, 99))
            if "last_days" in span:
                high = span["last_days"] - 1
            if "more_than_days" in span:
                low = span["more_than_days"] + 1
            counts[user] += low <= ago <= high and ago >= 0
        there = [user for user in first if first[user] <= day]
        assert told == "".join(sorted(user[0] for user in there if counts[user] >= least)), day


def test_metrics_filter_and_break_down_by_them(workspace: uptake.Workspace) -> None:
    """ann is busy on the 4th and the 5th, nobody is on the 9th, when cat has come too."""
    asked: dict[str, Any] = {"date_from": "2025-03-04", "date_to": "2025-03-09", "period": "day", "as_of": "2025-03-10"}
    answer = workspace.metric("adoption_rate", by=["placement.pace"], **asked)
    told = {(row["period_on"].day, row["placement.pace"]): row["n"] for row in answer.rows if row["n"]}
    assert told[4, "fast"] == 1
    assert told[4, "slow"] == 1
    assert (9, "fast") not in told
    assert told[9, "slow"] == 3
    assert [row["n"] for row in workspace.rows_of(answer.sql)] == [row["n"] for row in answer.rows]
    only = workspace.metric("adoption_rate", segment=["busy"], **asked)
    assert {row["period_on"].day: row["n"] for row in only.rows if row["n"]} == {4: 1, 5: 1}
    mixed = workspace.placements("pace", as_of="2025-03-04")
    assert {one.id: one.label for one in mixed.everyone} == {"ann": "fast", "ben": "slow"}
    with pytest.raises(QuestionError, match="product's time zone"):
        workspace.metric("adoption_rate", by=["placement.pace"], timezone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{entity: user, did: [{event: a, at_least: 1, exactly: 2}]}", "has at_least and exactly"),
        ("{entity: user, did: [{event: a, between: [3, 2]}]}", "the smaller first"),
        ("{entity: user, did: [{at_least: 1}]}", "names no event"),
        ("{entity: user, did: [{event: a, often: 1}]}", "often is not a key here"),
        ("{entity: user, did: [{feature: gone}]}", "gone"),
        ("{entity: user, when: {segment.s: in}}", "comes back to s"),
        ("{entity: user, when: {segment.t: in}}", "asks for the segment 't'"),
        ("{entity: user, did: [{event: a}], ids: [b]}", "has did and ids"),
    ],
)
def test_what_cannot_be_written(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        read_plan({"a.yml": f"segments: {{s: {text}}}"})


def test_who_stands_nowhere_is_there_to_be_asked_about(new_home: Callable[..., Path]) -> None:
    """acme left on the 6th and has no place on the 10th; both accounts had come."""
    with uptake.open(new_home()) as workspace:
        came = [("acme", 3), ("beta", 3), ("beta", 10)]
        workspace.import_rows([{"account_id": "acme", "churned_on": "2025-03-06"}, {"account_id": "beta"}], "accounts")
        workspace.import_events(
            [
                {"event": "task", "user_id": id_[0], "account_id": id_, "timestamp": datetime(2025, 3, day, 12)}
                for id_, day in came
            ]
        )
        asked: dict[str, Any] = {
            "entity": "account", "by": "placement.segment", "properties": "most_recent", "period": "day", "window": "1",
            "date_from": "2025-03-03", "date_to": "2025-03-03",
        }  # fmt: skip
        for where, is_nowhere in (("placement.segment!?", True), ("placement.segment?", False)):
            (row,) = workspace.metric("active_users", where=where, **asked).rows
            assert (row["estimate"], row["placement.segment"] == "(none)") == (1, is_nowhere)
