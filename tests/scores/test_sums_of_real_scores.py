"""Explanations add up to 1e-9 through the real import: any score, anybody, any two days, any weights; and so do words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 29)
PLAN = """
features: {tasks: {events: [task]}, boards: {events: [board]}, notes: {events: [note], eligible: {account.plan: Pro}}}
value_moments: {done: {event: task, at_least: 3}}
scores:
  mixed:
    peers: account.plan
    components:
      breadth: %s
      core_uses: {weight: %s, ranked: true}
      frequency: %s
      seat_coverage: %s
      nps: %s
      pulse: {weight: 1, params: {holds_days: 30}}
      days_since_value: {weight: 1, worst: 28, best: 0}
  worst: {model: strict, components: {breadth: 1, frequency: 1, nps: 1, pulse: 1}}
  risk: {higher_is: worse, entities: [account], components: {days_since_active: {best: 28, worst: 0}, support_load: {best: 2, worst: 0}}}
"""
WEIGHTS = (1, 2, 0.5, 1, 0.3)


def rows() -> dict[str, list[dict[str, Any]]]:
    """Nine accounts of one to six users, some of whom come late, leave, say something, or move to another plan."""
    chance = random.Random(8)  # noqa: S311 - no secret
    days = (LAST - FIRST).days + 1
    events, feedback, tickets = [], [], []
    for account in range(9):
        for user in range(1 + account % 6):
            who = {"user_id": f"u{account}{user}", "account_id": f"a{account}"}
            since, until = sorted((chance.random() * days, chance.random() * days))
            for _ in range(chance.randrange(40)):
                at = datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(days=chance.uniform(since, until))
                events.append({"event": chance.choice(["task", "task", "board", "note"]), "timestamp": at} | who)
            if chance.random() < 0.5:
                on = FIRST + timedelta(days=chance.randrange(days))
                feedback.append({"survey": "nps", "score": chance.randint(0, 10), "feedback_at": f"{on}"} | who)
                tickets.append({"ticket_id": f"t{account}{user}", "opened_at": f"{on}"} | who)
        on = FIRST + timedelta(days=chance.randrange(days))
        opinion = {
            "survey": "pulse",
            "score": chance.randint(1, 5),
            "feedback_at": f"{on}",
            "account_id": f"a{account}",
        }
        feedback.append(opinion | {"user_id": None})
    begins = datetime(FIRST.year, FIRST.month, FIRST.day)
    end = datetime(LAST.year, LAST.month, LAST.day) + timedelta(days=1)
    events += [{"event": "look", "user_id": "z", "account_id": "a0", "timestamp": at} for at in (begins, end)]
    accounts = [{"account_id": f"a{number}", "plan": "Pro", "valid_from": "2026-01-01"} for number in range(9)]
    accounts += [{"account_id": f"a{number}", "plan": "Free", "valid_from": "2026-02-14"} for number in range(0, 9, 2)]
    return {"accounts": accounts, "events": events, "feedback": feedback, "tickets": tickets}


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN % WEIGHTS)) as made:
        for kind, some in rows().items():
            assert not made.import_rows(pa.Table.from_pylist(some), kind).reasons
        yield made


def _two(first: int, later: int) -> tuple[date, date]:
    return FIRST + timedelta(days=first), FIRST + timedelta(days=first + later)


SPAN = (LAST - FIRST).days
DAYS = st.integers(0, SPAN - 1).flatmap(lambda first: st.builds(_two, st.just(first), st.integers(1, SPAN - first)))


def check(
    workspace: uptake.Workspace, score: str, entity: str, days: tuple[date, date], data: st.DataObject, **given: Any
) -> None:
    asked: dict[str, Any] = {"entity": entity, "since": days[0], "as_of": days[1], **given}
    everyone = workspace.scores(score, **asked).everyone
    one = data.draw(st.sampled_from(everyone))
    explained = workspace.explain(score, one.id, **asked)
    assert explained.of == one
    assert (explained.level is None) == (one.score is None)
    assert (explained.change is None) == (one.score is None or one.before is None)
    for sum_, start in ((explained.level, None), (explained.change, one.before)):
        if sum_ is None:
            continue
        assert sum_.end == pytest.approx(one.score, abs=1e-9)
        assert start is None or sum_.start == pytest.approx(start, abs=1e-9)
        assert abs(sum_.difference) < 1e-9
        assert all(line.says for line in sum_.lines if abs(line.points) > 1e-9)
        missing = [line for line in sum_.lines if line.kind == "component" and line.value is None]
        assert all(line.points == 0 for line in missing), "missing is not zero"
        if workspace.plan.all_scores[score].model == "strict":
            assert [line.kind for line in sum_.lines] == ["decides"]
            (line,) = sum_.lines
            assert line.value is not None
            assert 100 * line.value == pytest.approx(one.score)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([("mixed", "user"), ("mixed", "account"), ("worst", "user"), ("worst", "account"), ("risk", "account")]),
       DAYS, st.data())  # fmt: skip
def test_lines_of_anybody_add_up(
    workspace: uptake.Workspace, which: tuple[str, str], days: tuple[date, date], data: st.DataObject
) -> None:
    check(workspace, *which, days, data)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0.01, 50), min_size=5, max_size=5), st.sampled_from(["user", "account"]),
       DAYS, st.data())  # fmt: skip
def test_lines_add_up_under_any_weights(
    tmp_path_factory: pytest.TempPathFactory, workspace: uptake.Workspace, weights: list[float], entity: str,
    days: tuple[date, date], data: st.DataObject,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("weights")
    (folder / "plan.yml").write_text(PLAN % tuple(f"{weight:.6f}" for weight in weights))
    check(workspace, "mixed", entity, days, data, plan_version=str(folder))
