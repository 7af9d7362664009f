"""Any score, on any past day, by any plan that was in use, of what was known by then: it says what it said then."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError
from uptake.scores.ask import Placed

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
features: {tasks: {events: [task]}, boards: {events: [board]}}
activation: {user: {event: task, at_least: 2}}
value_moments: {done: {event: task, at_least: 3}}
"""
OTHERS = {
    "scores alone": PLAN + "scores: {adoption: {components: {frequency: 0.8, breadth: 0.2}, bands: {good: 60}}}\n",
    "a feature": PLAN.replace("events: [board]", "events: [board, login]"),
    "a time zone": PLAN + "product: {timezone: Pacific/Auckland}\n",
    "a value moment and how users came": PLAN.replace("at_least: 3", "at_least: 1")
    + "acquisition: {channels: {ad: {ref: ad}}}\nscores: {adoption: {components: {value_events: 1, value_reached: 1},"
    " peers: acquisition_channel}}\n",
}
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("adoption", {"entity": "user"}),
    ("adoption", {"entity": "account", "as_of": "2025-02-20"}),
    ("adoption", {"entity": "account", "as_of": "2025-02-20", "timezone": "Asia/Tokyo"}),
)


def events(seed: int, first: date, days: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    begin = datetime(first.year, first.month, first.day)
    return [
        {
            "event": chance.choice(["task", "task", "board", "login"]),
            "user_id": f"u{(user := chance.randrange(seed, 12))}",
            "account_id": chance.choice([None, "abc"[user % 3]]),
            "timestamp": begin + timedelta(days=chance.random() * days),
            "ref": chance.choice([None, "ad", "mail"]),
        }
        for _ in range(count)
    ]


BATCHES: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    ("events", events(1, date(2025, 1, 6), 45, 150)),
    ("users", [{"user_id": "u1", "account_id": "b", "plan": "Pro"}, {"user_id": "u9", "created_at": "2025-01-20"}]),
    ("events", events(3, date(2025, 1, 20), 30, 40)),  # late: they happened before the last of the first
    ("accounts", [{"account_id": "a", "renewal_on": "2025-04-01"}, {"account_id": "late", "plan": "Free"}]),
    ("memberships", [{"user_id": "u4", "account_id": "a", "valid_from": "2025-01-10"}, {"user_id": "u5", "account_id": "d"}]),
    ("aliases", [{"previous_id": "u7", "user_id": "u2", "alias_at": "2025-02-01T00:00:00Z"}]),
    ("events", events(0, date(2025, 2, 15), 30, 60)),  # later ones, of people nobody knew
)  # fmt: skip


def take(workspace: uptake.Workspace, kind: str, rows: list[dict[str, Any]]) -> None:
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    assert not workspace.import_rows(table, kind).rejected


PLACED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("segment", {"entity": "account"}),
    ("stage", {"entity": "user", "as_of": "2025-02-20", "since": "2025-01-20"}),
)


def told(workspace: uptake.Workspace, **given: Any) -> list[Any]:
    """Scores, and who stands where on two days."""
    moved = [workspace.movement(name, **asked, stayed=True, **given) for name, asked in PLACED]
    return [
        *_scores(workspace, **given),
        *((one.on, sorted((m.id, m.before, m.after) for m in one.moves)) for one in moved),
    ]


def _scores(workspace: uptake.Workspace, **given: Any) -> list[tuple[date, str, tuple[Placed, ...]]]:
    found = [(workspace.scores(name, **asked, **given), asked) for name, asked in ASKED]
    assert any(one.score is not None for scores, _ in found for one in scores.everyone)
    return [(scores.on, str(scores.as_of), _rounded(scores.everyone)) for scores, _ in found]


def _rounded(everyone: tuple[Placed, ...]) -> tuple[Any, ...]:
    """By id, without the last digits: sums are made in the order of keys, which a rebuild may give otherwise."""

    def near(value: float | None) -> float | None:
        return None if value is None else round(value, 9)

    rows = ((p.id, near(p.score), near(p.lower), near(p.upper), near(p.before), p.band, p.users) for p in everyone)
    return tuple(sorted(rows))


@pytest.fixture(scope="module")
def original(new_home: Callable[..., Path], one_thread: None) -> tuple[Path, list[Any]]:
    """A closed workspace with all batches, and what it told after each of them."""
    with uptake.open(new_home(PLAN)) as workspace:
        then = []
        for kind, rows in BATCHES:
            take(workspace, kind, rows)
            then.append(told(workspace))
    return workspace.home.folder, then


@pytest.fixture
def whole(original: tuple[Path, list[Any]], tmp_path: Path) -> Iterator[tuple[uptake.Workspace, list[Any]]]:
    """A copy of it, open."""
    with uptake.open(shutil.copytree(original[0], tmp_path / "home")) as workspace:
        yield workspace, original[1]


def test_what_was_known_by_an_instant_says_what_it_said_then(whole: tuple[uptake.Workspace, list[Any]]) -> None:
    """Later events, late ones, people, memberships and a merge have come since."""
    workspace, then = whole
    received = [one.imported_at for one in workspace.ledger.imports()]
    assert len(received) == len(BATCHES)
    assert sum(one != another for one, another in zip(then, then[1:], strict=False)) >= 5, "each batch says something"
    for number, until in enumerate(received[1:]):
        assert told(workspace, known_by=until.isoformat()) == then[number], BATCHES[number][0]
    assert told(workspace, known_by="2099-01-01") == then[-1]
    assert told(workspace) == then[-1], "and nothing was changed by asking"


def test_nothing_was_known_before_the_first_import(whole: tuple[uptake.Workspace, list[Any]]) -> None:
    """Nobody is not the answer: the day is before anything came in, and the error says since when things have."""
    workspace, _ = whole
    with pytest.raises(QuestionError, match=r"^Nothing had been received by 2000-01-01\.") as told:
        workspace.scores("adoption", known_by="2000-01-01")
    assert f"The first import was received on {workspace.ledger.imports()[0].imported_at:%Y-%m-%d}" in str(
        told.value.do
    )


def test_later_events_do_not_move_the_past_and_late_ones_do_only_where_they_may(new_home: Callable[..., Path]) -> None:
    day = "2025-02-10"
    with uptake.open(new_home(PLAN)) as workspace:
        take(workspace, "events", BATCHES[0][1])
        before = workspace.scores("adoption", as_of=day).everyone
        take(workspace, "events", events(0, date(2025, 2, 12), 30, 60))
        assert workspace.scores("adoption", as_of=day).everyone == before
        take(workspace, "events", BATCHES[2][1])
        assert workspace.scores("adoption", as_of=day).everyone != before
        until = workspace.ledger.imports()[-1].imported_at
        assert workspace.scores("adoption", as_of=day, known_by=until).everyone == before
        first = before[0].id
        assert workspace.explain("adoption", first, as_of=day, known_by=until).of == before[0]


@pytest.mark.parametrize("other", OTHERS)
def test_another_plan_says_what_it_says_in_use_and_the_old_one_what_it_said(
    tmp_path: Path, whole: tuple[uptake.Workspace, list[Any]], other: str
) -> None:
    """Golden case 20: a definition is renamed or changed, and the old values stay under the old version."""
    workspace, then = whole
    (tmp_path / "proposed").mkdir()
    (tmp_path / "proposed" / "plan.yml").write_text(OTHERS[other])
    version = workspace.plan.version
    proposed = told(workspace, plan_version=str(tmp_path / "proposed"))
    assert told(workspace) == then[-1]
    assert proposed != then[-1]
    (workspace.home.plan / "plan.yml").write_text(OTHERS[other])
    workspace.reload_plan()
    assert told(workspace) == proposed
    assert told(workspace, plan_version=version) == then[-1]
    until = workspace.ledger.imports()[-1].imported_at
    assert told(workspace, plan_version=version, known_by=until) == then[-2]


def test_a_version_that_never_was(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home(PLAN)) as workspace, pytest.raises(QuestionError, match="no plan '0123456789ab'"):
        workspace.scores("adoption", plan_version="0123456789ab")


def test_where_everyone_stood_as_it_was_known_then(whole: tuple[uptake.Workspace, list[Any]]) -> None:
    """As many as there are labels; since when is of all that is known, and is left out."""
    workspace, _ = whole
    until = workspace.ledger.imports()[-1].imported_at
    found = workspace.placements("segment", known_by=until)
    moved = workspace.movement("segment", known_by=until, stayed=True)
    assert {one.id: one.label for one in found.everyone} == {
        one.id: one.after for one in moved.moves if one.after != "not_there"
    }
    assert found.known_by == moved.known_by == until.replace(tzinfo=None)
    assert sum(label.count for label in found.labels) == len(found.everyone)
    assert sum(cell.count for cell in moved.cells) == moved.total
    assert all(one.since is None for one in found.everyone)
    assert workspace.placements("segment").known_by is None
    assert any(one.since for one in workspace.placements("segment").everyone)


@pytest.mark.parametrize("other", ["a feature", "a time zone", "a value moment and how users came"])
def test_metrics_are_asked_by_another_plan_and_as_known_then(
    tmp_path: Path, whole: tuple[uptake.Workspace, list[Any]], other: str
) -> None:
    """What another plan says beside the one in use is what it says in use; what was asked is asked again by its params."""
    workspace, _ = whole
    (tmp_path / "proposed").mkdir()
    (tmp_path / "proposed" / "plan.yml").write_text(OTHERS[other])
    until = workspace.ledger.imports()[-1].imported_at
    asked = [
        ("active_users", {"period": "week"}),
        ("time_to_first_value", {}),
        ("feature_adoption", {"entity": "account"}),
    ]

    def rows(**given: Any) -> list[Any]:
        return [workspace.metric(name, **params, **given).rows for name, params in asked]

    now, version = rows(), workspace.plan.version
    proposed = rows(plan_version=str(tmp_path / "proposed"))
    then = rows(plan_version=str(tmp_path / "proposed"), known_by=until)
    assert rows() == now, "nothing that was kept is of the other plan"
    assert rows(known_by="2099-01-01") == now
    assert then != proposed != now
    (workspace.home.plan / "plan.yml").write_text(OTHERS[other])
    workspace.reload_plan()
    assert rows() == proposed
    assert rows(known_by=until) == then
    assert rows(plan_version=version) == now
    answer = workspace.metric("adoption_rate", plan_version=version, known_by=until)
    assert answer.plan_version == version
    assert workspace.metric("adoption_rate", **answer.params) == answer
    assert "the SQL reads those" in answer.notes[-1]
    people = workspace.people("active_users", {}, known_by=until)
    assert len(people.rows) <= len(workspace.people("active_users", {}).rows)
    with pytest.raises(QuestionError, match="by the plan in use"):
        workspace.metric("adoption_rate", by="placement.segment", known_by=until)
