"""Whatever arrives in whatever order: the facts kept up to date equal those made anew, and a naive second opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from naive_model import Model
from snapshot import answers, assert_equal, assert_same_answers, contents

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: Europe/Berlin}
features:
  tasks: {events: [task]}
  report: {events: [report, {event: page, where: {path: /about}}]}
  boards: {events: [report], quantity: amount}
activation: {user: {all: [{event: task, at_least: 2}, report]}, account: {members: 2}}
onboarding: {steps: [{name: first, event: task}, {name: second, event: boards}]}
value_moments: {shipped: {event: report, at_least: 2}, either: {any: [boards, {event: task, at_least: 3}]}}
"""
Batch = tuple[str, list[dict[str, Any]]]

USERS, VISITORS, ACCOUNTS = ["u1", "u2", "u3"], ["v1", "v2"], ["a", "b"]
EVENTS = ["task", "report", "page", "login", "boards"]
MOMENTS = [f"2025-03-{day:02}T{hour}:00Z" for day in (1, 2, 9, 10, 29, 30, 31) for hour in ("09:00", "09:20", "23:30")]
DATES = [None, "2025-03-01T00:00:00Z", "2025-03-09T09:20:00Z", "2025-03-20T00:00:00Z"]
MESSAGES = st.sampled_from([None, None, "m1", "m2", "m3"])


def rows(*required: str, **columns: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(columns).filter(lambda row: all(row[name] for name in required))
    return st.lists(row, min_size=1, max_size=8)


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """No span ends before it begins; such rows are refused."""
    for row in found:
        if row["valid_from"] and row["valid_to"]:
            row["valid_from"], row["valid_to"] = sorted((row["valid_from"], row["valid_to"]))
    return found


KINDS = {
    "events": rows(
        message_id=MESSAGES, event=some(*EVENTS), user_id=some(*USERS, None), anonymous_id=some(*VISITORS),
        account_id=some(None, None, *ACCOUNTS), timestamp=some(*MOMENTS), path=some(None, "/about"),
        amount=some(None, "2", "x"),
    ),
    "users": rows(
        message_id=MESSAGES, user_id=some(*USERS), account_id=some(None, *ACCOUNTS), created_at=some(*DATES),
        valid_from=some(*DATES), plan=some(None, "Free", "Pro"),
    ),
    "accounts": rows(
        message_id=MESSAGES, account_id=some(*ACCOUNTS, "c"), churned_on=some(*DATES), signed_on=some(*DATES),
        valid_from=some(*DATES), size=some(None, "10", "10.5"),
    ),
    "memberships": rows(
        message_id=MESSAGES, user_id=some(*USERS), account_id=some(*ACCOUNTS), role=some(None, "admin"),
        valid_from=some(*DATES), valid_to=some(*DATES),
    ).map(in_order),
    "seats": rows(
        message_id=MESSAGES, user_id=some(*USERS, "u9"), account_id=some(*ACCOUNTS), role=some(None, "admin"),
        valid_from=some(*DATES), valid_to=some(*DATES),
    ).map(in_order),
    "aliases": rows(
        message_id=MESSAGES, previous_id=some(*USERS, *VISITORS), is_anonymous=some("true", "false"),
        user_id=some(*USERS), alias_at=some(*MOMENTS),
    ),
    "tickets": rows(ticket_id=some("t1", "t2"), user_id=some("u1", "u8"), opened_at=some(*MOMENTS)),
}  # fmt: skip
BATCHES = st.lists(
    st.one_of(*[st.tuples(st.just(kind), KINDS[kind]) for kind in ("events", "events", *KINDS)]),
    min_size=2,
    max_size=6,
)


def table(found: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in found], pa.string()) for name in found[0]})


def check(home: Path, batches: list[Batch]) -> None:
    """Imports the batches, reopening between them, and compares."""
    model = Model("Europe/Berlin")
    workspace = uptake.open(home)
    try:
        for number, (kind, found) in enumerate(batches):
            summary = workspace.import_rows(table(found), kind)
            assert summary.rejected == 0
            assert summary.stored + summary.known == len(found)
            model.batches.append((kind, found, summary.imports[0].imported_at.replace(tzinfo=None)))
            if number % 3 == 2:
                workspace.close()
                workspace = uptake.open(home)
        before, answered = contents(workspace), answers(workspace)
        workspace.rebuild()
        assert_equal(before, contents(workspace))
        assert_same_answers(answers(workspace), answered)
        compare(model, workspace)
    finally:
        workspace.close()


def person(text: str | None) -> tuple[str, bool] | None:
    return None if text is None else (text.removesuffix(" (anonymous)"), text.endswith(" (anonymous)"))


def compare(model: Model, workspace: uptake.Workspace) -> None:
    """Holds the facts against the naive model."""
    held = contents(workspace)
    active = {(row[0], person(row[1]), row[2]): row[3] for row in held["active_day"]}
    assert active == model.active_days()
    used = {(row[0], person(row[1]), row[3]): row[4] for row in held["feature_day"] if row[2] == "tasks"}
    assert used == model.feature_days("task")
    sessions = [(row[0], person(row[1]), *row[2:6]) for row in held["session"]]
    assert sorted(sessions, key=str) == model.sessions()
    reached = {person(row[0]): row[2] for row in held["user_milestone"] if row[1] == "step:first"}
    assert reached == model.nth_event("task", 1)
    members = Counter((person(row[0]), row[1], row[3], row[4]) for row in held["membership"])
    expected = model.memberships(model.events()).items()
    assert members == Counter((*pair, *span) for pair, spans in expected for span in spans)


@pytest.fixture
def fresh_home(new_home: Callable[..., Path]) -> Callable[[], Path]:
    return lambda: new_home(PLAN)


# Every example takes seconds, so making one smaller takes minutes: add Phase.shrink to look into a failure.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(batches=BATCHES)
@settings(max_examples=6, phases=PHASES, suppress_health_check=UNHURRIED, derandomize=True)
def test_facts_kept_up_to_date_equal_facts_made_anew(fresh_home: Callable[[], Path], batches: list[Batch]) -> None:
    check(fresh_home(), batches)


@pytest.mark.slow
@given(batches=BATCHES)
@settings(max_examples=20, phases=PHASES, suppress_health_check=UNHURRIED)
def test_facts_kept_up_to_date_equal_facts_made_anew_again_and_again(
    fresh_home: Callable[[], Path], batches: list[Batch]
) -> None:
    check(fresh_home(), batches)
