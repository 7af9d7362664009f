"""Benchmarks worked out by hand, through the real import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.benchmarks.answer import Account, Benchmarks, furthest
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
PLAN = """
features: {tasks: {events: [task]}, boards: {events: [board]}}
onboarding: {steps: [{name: first_board, event: board}]}
benchmarks:
  all:
    exemplars: [e1, e2, e3]
    signals: {active_days: , breadth: , days_since_active: lower}
"""
BOTH = ("task", "board")


def events(account: str, back: Iterable[int], names: Iterable[str], user: str = "") -> list[dict[str, Any]]:
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    return [
        {
            "event": name,
            "user_id": user or f"u_{account}",
            "account_id": account,
            "timestamp": noon - timedelta(days=day),
        }
        for day in back
        for name in names
    ]


ROWS = [
    *events("e1", range(1, 11), BOTH), *events("e2", range(2, 10), BOTH), *events("e3", range(2, 8), ["task"]),
    *events("a", range(4, 8), ["task"]), *events("b", range(1, 10), BOTH),
]  # fmt: skip
OTHERS: dict[str, list[dict[str, Any]]] = {
    "seats": [{"account_id": "c", "user_id": "never", "valid_from": "2024-11-01"}],
    "touches": [
        {"account_id": "e1", "touch": "Training", "touch_at": "2025-01-01"},
        {"user_id": "u_b", "touch": "webinar", "touch_at": "2025-03-28"},
        {"account_id": "a", "touch": "call", "touch_at": "2025-01-01"},
    ],
    "contacts": [
        {"contact_id": f"k_{account}", "account_id": account, "user_id": f"u_{account}", "role": "champion"}
        for account in ("e1", "e2", "e3")
    ],
    "subscriptions": [
        {"account_id": "a", "subscription_id": "s", "mrr": 10, "started_on": "2025-02-14"},
    ],
}


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Three exemplary accounts of one user each: active on 10, 8 and 6 days, last 1, 2 and 2 days ago.

    e1, e2 and b use both features, e3 and a one of them; the only seat of c never came.
    """
    with uptake.open(new_home(PLAN)) as made:
        fill(made)
        yield made


def fill(made: uptake.Workspace) -> None:
    made.import_rows(pa.Table.from_pylist(ROWS), "events")
    for kind, rows in OTHERS.items():
        made.import_rows(rows, kind)


def of(found: Benchmarks) -> dict[str, Account]:
    return {one.id: one for one in found.accounts}


def test_the_benchmark_is_the_median_of_the_exemplars_and_the_band_their_range(workspace: uptake.Workspace) -> None:
    """Active days 6, 8, 10; breadth 0.5, 1, 1; days since 1, 2, 2."""
    (found,) = workspace.benchmark(as_of=LAST).types
    assert [(one.name, one.median, one.lowest, one.highest, one.better) for one in found.measures] == [
        ("active_days", 8, 6, 10, "higher"),
        ("breadth", 1, 0.5, 1, "higher"),
        ("days_since_active", 2, 1, 2, "lower"),
    ]
    assert (found.accounts, found.are_proposed, found.target, found.weeks) == (6, False, 0.8, 3)


def test_attainment_is_the_mean_of_what_is_had_at_most_all_of_it(workspace: uptake.Workspace) -> None:
    """a: 4 of 8 days, half the breadth, last 4 days ago against 2: a half each. b: 9 days count as 8, 1 day ago as 2.

    e3: 6/8, 1/2 and 1: 3/4.
    """
    found = of(workspace.benchmark(as_of=LAST))
    assert [(one.value, one.attained) for one in found["a"].standings] == [(4, 0.5), (0.5, 0.5), (4, 0.5)]
    assert (found["a"].attainment, found["a"].distance) == (0.5, 0.5)
    assert (found["b"].attainment, found["e1"].attainment, found["e2"].attainment) == (1, 1, 1)
    assert found["e3"].attainment == 0.75
    assert [id_ for id_, one in found.items() if one.is_exemplary] == ["e3", "e1", "e2"]


def test_what_is_missing_is_left_out_and_shown(workspace: uptake.Workspace) -> None:
    """The seat of c was never active: 0 days, no breadth, and no day since which it was not."""
    one = of(workspace.benchmark(as_of=LAST))["c"]
    assert [(part.value, part.attained) for part in one.standings] == [(0, 0), (0, 0), (None, None)]
    assert one.attainment == 0


def test_the_furthest_comes_first(workspace: uptake.Workspace) -> None:
    found = workspace.benchmark(as_of=LAST).accounts
    assert [one.id for one in found] == ["c", "a", "e3", "b", "e1", "e2"]
    least = furthest(found[2])
    assert least is not None
    assert least.name == "breadth"


def test_every_exemplar_is_held_against_the_others(workspace: uptake.Workspace) -> None:
    """e1 has all of (7, 0.75, 2); e2 of (8, 0.75, 1.5): 1, 1, 3/4; e3 of (9, 1, 1.5): 6/9, 1/2, 3/4, so it is no good one."""
    (found,) = workspace.benchmark(as_of=LAST).types
    assert {one.id: one.left_out for one in found.exemplars} == pytest.approx(
        {"e1": 1, "e2": 2.75 / 3, "e3": (6 / 9 + 0.5 + 0.75) / 3}
    )
    assert found.doubts == ("1 of 3 exemplary accounts has less than 80 % of what the others have.",)


def test_why_an_account_may_be_far(workspace: uptake.Workspace) -> None:
    """Nobody of a, c and e3 made a board; e1 was trained, and b's user at a webinar; champions are in exemplary accounts."""
    made = workspace.benchmark(as_of=LAST)
    found = of(made)
    assert {id_ for id_, one in found.items() if one.missing_steps == ("first_board",)} == {"a", "c", "e3"}
    assert {id_: one.trainings for id_, one in found.items() if one.trainings} == {"e1": 1, "b": 1}
    assert made.types[0].trained == 1
    assert {id_ for id_, one in found.items() if one.missing_roles == ("champion",)} == {"a", "b", "c"}
    earlier = of(workspace.benchmark(as_of="2025-03-27"))
    assert earlier["b"].trainings == 0


def test_cohorts_by_month_of_signing(workspace: uptake.Workspace) -> None:
    """a's subscription began in February, c has no start, the others began with their first event in March.

    March: b 1, e1 1, e2 1, e3 0.75; mean 0.9375.
    """
    found = {one.name: (one.accounts, one.attainment) for one in workspace.benchmark(as_of=LAST).cohorts}
    assert found == {"2025-02": (1, 0.5), "2025-03": (4, 0.9375), "(none)": (1, 0)}
    assert list(found) == ["(none)", "2025-02", "2025-03"]


def test_a_reason_is_kept_counted_and_can_be_taken_back(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home(PLAN)) as made:
        fill(made)
        made.write_distance_reason("a", "training", " asked for one in May ")
        made.write_distance_reason("c", "champion")
        home = made.home.folder
    with uptake.open(home) as made:
        found = made.benchmark()
        assert (of(found)["a"].reason, of(found)["a"].note) == ("training", "asked for one in May")
        assert {one.name: one.reasons for one in found.cohorts if one.reasons} == {
            "2025-02": {"training": 1},
            "(none)": {"champion": 1},
        }
        made.write_distance_reason("a", "")
        assert of(made.benchmark())["a"].reason == ""
        assert of(made.benchmark(as_of="2025-03-20"))["c"].reason == ""  # nobody had said it then
        for given, says in ((("a", "bored"), "reason is 'bored'"), (("zzz", "fit"), "no account 'zzz'")):
            with pytest.raises(QuestionError, match=says):
                made.write_distance_reason(*given)


def test_what_happened_later_changes_nothing(workspace: uptake.Workspace, new_home: Callable[..., Path]) -> None:
    """The answer of a past day is that of a workspace which never heard of later ones."""
    early = LAST - timedelta(days=5)
    with uptake.open(new_home(PLAN)) as then:
        known = [row for row in ROWS if row["timestamp"].date() <= early]
        then.import_rows(pa.Table.from_pylist(known), "events")
        for kind, rows in OTHERS.items():
            then.import_rows(rows, kind)
        assert of(workspace.benchmark(as_of=early)) == of(then.benchmark(as_of=early))


def test_without_a_plan_section_there_is_one_of_all_accounts(new_home: Callable[..., Path]) -> None:
    """Nobody has been there for 90 days: no exemplary account, and the answer says so."""
    with uptake.open(new_home("features: {tasks: {events: [task]}}")) as made:
        assert made.benchmark().accounts == ()
        made.import_rows(pa.Table.from_pylist(ROWS), "events")
        found = made.benchmark()
        assert found.types[0].doubts == ("There is no exemplary account, so nothing can be said.",)
        assert {one.attainment for one in found.accounts} == {None}
        assert {one.way.state for one in found.accounts} == {"unknown"}


@pytest.mark.parametrize(
    ("given", "says"), [({"color": "red"}, "no parameter 'color'"), ({"by": "nothing"}, "no attribute 'nothing'")]
)
def test_a_question_that_cannot_be_answered_says_why(
    workspace: uptake.Workspace, given: dict[str, str], says: str
) -> None:
    with pytest.raises(QuestionError, match=says):
        workspace.benchmark(**given)
