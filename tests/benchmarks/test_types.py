"""Several types of customers, proposed exemplary accounts, the way there and the words of rules; by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import uptake
from uptake.benchmarks.words import WORDS
from uptake.errors import QuestionError
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import read_rule
from uptake.scores.rules import holds
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
PLAN = """
features: {tasks: {events: [task]}}
benchmarks:
  daily:
    where: {account.kind: agency}
    exemplars: [d1, d2, d3]
    signals: [active_days]
    target: 0.5
    weeks: 2
  seldom:
    where: {account.kind: planner}
    proposed: {by: active_days, top: 3, least_tenure_days: 60}
    signals: [active_days]
"""
ALIKE = PLAN.replace("least_tenure_days: 60}", "least_tenure_days: 1}\n    alike: [rhythm]")
ACTIVE: dict[str, Iterable[int]] = {
    "d1": range(1, 200), "d2": range(1, 200), "d3": range(1, 200),
    "late": range(1, 22),  # every day for the last three weeks
    "misfit": range(1, 200, 7),
    "s1": range(1, 200, 7), "s2": range(1, 200, 7), "s3": range(1, 200, 9), "s4": range(1, 200, 27),
    "new": range(1, 20), "nobodys": range(1, 20, 2),
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with filled(new_home(PLAN)) as made:
        yield made


def filled(home: Path) -> uptake.Workspace:
    """Agencies d1 to d3 are there every day, `late` for three weeks, `misfit` weekly; planners weekly or less.

    `new` is a planner of 19 days; `nobodys` is of no type.
    """
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    rows = [
        {"event": "task", "user_id": f"u_{account}", "account_id": account, "timestamp": noon - timedelta(days=day)}
        for account, back in ACTIVE.items()
        for day in back
    ]
    kinds = {"d1": "agency", "d2": "agency", "d3": "agency", "late": "agency", "misfit": "agency"}
    accounts: list[dict[str, Any]] = [
        {"account_id": one, "kind": kinds.get(one, "planner"), "valid_from": "2024-01-01"}
        for one in ACTIVE
        if one != "nobodys"
    ]
    made = uptake.open(home)
    made.import_rows(rows, "events")
    made.import_rows(accounts, "accounts")
    return made


def test_everyone_is_held_against_their_type(workspace: uptake.Workspace) -> None:
    """In 28 days: d 27 or 28 (the last day is over without them) - 27; `late` 21; misfit and s1 on days 1, 8, 15, 22: 4."""
    found = {one.id: one for one in workspace.benchmark(as_of=LAST).accounts}
    assert found["late"].attainment == pytest.approx(21 / 27)
    assert found["misfit"].attainment == pytest.approx(4 / 27)
    assert found["s1"].attainment == 1
    assert (found["nobodys"].type, found["nobodys"].attainment) == (None, None)


def test_the_best_who_have_been_there_for_long_are_proposed(workspace: uptake.Workspace) -> None:
    """`new` came most often of the planners, but for 19 days only."""
    found = workspace.benchmark(as_of=LAST).types[1]
    assert {one.id for one in found.exemplars} == {"s1", "s2", "s3"}
    assert found.are_proposed


LUCK = """
value_moments: {shipped: {event: ship}}
scores: {value: {entities: [account], components: {value_reached: 1}, shrink: false}}
benchmarks: {all: {proposed: {top: 3, least_tenure_days: 1}, signals: [value_reached]}}
"""


def test_who_may_be_high_by_luck_is_no_example(new_home: Callable[..., Path]) -> None:
    """Both users of `few` shipped, of each large account 19 of 20, of `half` 10 of 20. `few` scores highest: 100, 95, 50.

    Users of an account differ by 3 x 0.95 + 5 = 7.85 in squares, over 2 + 4 x 20 users less 5 accounts a variance of
    0.1019: 100 less 1.96 x 22.6 is 55.8, 95 less 1.96 x 7.1 is 81.0.
    """
    sizes = {"few": (2, 2), "a": (20, 19), "b": (20, 19), "c": (20, 19), "half": (20, 10)}
    rows = [
        {
            "event": event,
            "user_id": f"{account}{user}",
            "account_id": account,
            "timestamp": f"{LAST - timedelta(days=5)}T12:00",
        }
        for account, (users, shipped) in sizes.items()
        for user in range(users)
        for event in (("task", "ship") if user < shipped else ("task",))
    ]
    with uptake.open(new_home(LUCK)) as made:
        made.import_rows(rows, "events")
        scores = {row["account_id"]: (row["score"], row["lower"]) for row in made.scores("value", as_of=LAST).rows}
        assert scores["few"] == (100, pytest.approx(100 - 196 * (7.85 / 77 / 2) ** 0.5, abs=0.01))
        assert scores["a"] == (95, pytest.approx(95 - 196 * (7.85 / 77 / 20) ** 0.5, abs=0.01))
        assert {one.id for one in made.benchmark(as_of=LAST).types[0].exemplars} == {"a", "b", "c"}


def test_an_account_that_is_like_another_type_is_said_to_be(workspace: uptake.Workspace) -> None:
    """misfit has 4 days: |4 - 27| / 31 from its own type, none from the planners' 4. late: 6/48 and 17/25.

    nobodys has 10: 17/37 = 0.459 and 6/14 = 0.429.
    """
    found = {one.id: one for one in workspace.benchmark(as_of=LAST).accounts}
    assert (found["misfit"].fits, found["misfit"].unlike_own, found["misfit"].unlike_other) == ("seldom", 23 / 31, 0)
    assert (found["late"].fits, found["s1"].fits) == (None, None)
    assert found["new"].fits == "daily"
    assert (found["nobodys"].fits, found["nobodys"].unlike_own) == ("seldom", None)


def test_types_can_be_told_by_what_their_customers_have_in_common(new_home: Callable[..., Path]) -> None:
    """By days from one use to the next. Exemplary agencies have 1; planners 1, 7, 7, 9, 27, so 7 is typical of them.

    misfit has 7: |7 - 1| / 8 from its own type, 0 from the other. nobodys has 2: 1/3 and 5/9. s4 with 27 is nearer to its own,
    20/34 against 26/28. new, with 1, came most often of the planners and is no example of them: it is like an agency.
    """
    with filled(new_home(ALIKE)) as made:
        benchmarks = made.benchmark(as_of=LAST)
        found = {one.id: one for one in benchmarks.accounts}
        fits = {id_: one.fits for id_, one in found.items() if one.fits}
        assert fits == {"misfit": "seldom", "new": "daily", "nobodys": "daily"}
        assert (found["misfit"].unlike_own, found["misfit"].unlike_other) == (6 / 8, 0)
        assert found["nobodys"].unlike_other == pytest.approx(1 / 3)
        assert {one.id for one in benchmarks.types[1].exemplars} == {"s1", "s2", "s3"}


def test_the_way_to_the_benchmark(workspace: uptake.Workspace) -> None:
    """late was active 1 to 21 days back: 8, 15 and 21 days of the windows that end 14, 7 and 0 days back; against 27.

    Before that it had not begun. 15/27 is the first week at 0.5, 21/27 the second: reached on the last day. misfit keeps going.
    """
    found = {one.id: one for one in workspace.benchmark(as_of=LAST).accounts}
    way = found["late"].way
    assert way.weekly[-4:] == pytest.approx((1 / 27, 8 / 27, 15 / 27, 21 / 27))
    assert set(way.weekly[:-4]) == {None}
    assert (way.state, way.reached_on, way.keep_going, way.expected) == ("reached", LAST, False, None)
    assert (found["misfit"].way.state, found["misfit"].way.why_not) == ("on_the_way", "too few accounts like it")
    week_ago = {one.id: one for one in workspace.benchmark(as_of=LAST - timedelta(days=7)).accounts}["late"].way
    assert week_ago.weekly[-2:] == pytest.approx((8 / 28, 15 / 28))
    assert (week_ago.state, week_ago.keep_going, week_ago.why_not) == ("on_the_way", True, "")
    assert week_ago.expected is not None  # others missed as much before it, so it has a forecast after two weeks
    assert (week_ago.pace, week_ago.why_no_pace) == (None, "too few weeks")


def test_cohorts_by_an_attribute(workspace: uptake.Workspace) -> None:
    found = {one.name: one for one in workspace.benchmark(as_of=LAST, by="account.kind").cohorts}
    assert found["agency"].attainment == pytest.approx((3 + 21 / 27 + 4 / 27) / 5)
    assert (found["agency"].accounts, found["agency"].reached, found["agency"].keep_going) == (5, 4, 1)
    assert (found["(none)"].accounts, found["(none)"].known) == (1, 0)


def numbers(workspace: uptake.Workspace, entity: str, name: str) -> dict[str, float]:
    def found(cursor: Cursor) -> dict[str, float]:
        question = Question("rule", entity, {}, None, LAST, None, begin_of(LAST, "UTC"), LAST, "UTC", "monday")
        panel = Panel(Asked(question, workspace.plan, GRAINS[entity], cursor, ""), LAST, LAST)
        side = "account" if entity == "account" else "user"
        ids = dict(cursor.execute(f"SELECT {side}_key, {side}_id FROM {side}s").fetchall())
        values = WORDS["benchmark"](panel, name)[:, -1]
        met = holds(panel, read_rule({f"benchmark.{name}": {"gte": 0.5}}), WORDS)[:, -1]
        with np.errstate(invalid="ignore"):
            assert (met == (values >= 0.5)).all()
        return {ids[int(key) & 0xFFFFFFFF]: value for key, value in zip(panel.keys, values.tolist(), strict=True)}

    return workspace.read(found)


def test_rules_may_ask_for_a_signal_over_the_benchmarks(workspace: uptake.Workspace) -> None:
    """Not cut at 1: `new` came 19 days where planners come 4. A user is held against the benchmark of the account."""
    found = numbers(workspace, "account", "active_days")
    assert (found["late"], found["misfit"], found["new"]) == pytest.approx((21 / 27, 4 / 27, 19 / 4))
    assert np.isnan(found["nobodys"])
    assert numbers(workspace, "account", "attainment")["misfit"] == pytest.approx(4 / 27)
    for entity in ("user", "member"):
        users = numbers(workspace, entity, "active_days")
        assert (users["u_late"], users["u_new"]) == pytest.approx((21 / 27, 19 / 4))


def test_words_that_mean_nothing_are_refused(workspace: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="No benchmark is made of 'breadth'"):
        numbers(workspace, "account", "breadth")
    with pytest.raises(QuestionError, match="accounts alone"):
        numbers(workspace, "user", "attainment")


def test_a_day_says_the_same_alone_and_among_others(workspace: uptake.Workspace) -> None:
    """Benchmarks of a span of days are those of its days: later days move nothing."""

    def attainments(first: date, last: date) -> np.ndarray:
        def found(cursor: Cursor) -> np.ndarray:
            question = Question("rule", "account", {}, None, last, None, begin_of(last, "UTC"), last, "UTC", "monday")
            panel = Panel(Asked(question, workspace.plan, GRAINS["account"], cursor, ""), first, last)
            return WORDS["benchmark"](panel, "attainment")

        return workspace.read(found)

    days = [LAST - timedelta(days=back) for back in (90, 45, 1, 0)]
    whole = attainments(days[0], LAST)
    for day in days:
        np.testing.assert_array_equal(attainments(day, day)[:, 0], whole[:, (day - days[0]).days])
