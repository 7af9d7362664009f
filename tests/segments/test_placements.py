"""Where everyone stands: exactly one label each, the first whose rule holds, with the numbers that decided."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from contradicting import contradictions

import uptake
from uptake.errors import QuestionError
from uptake.segments.agreement import agreement

pytestmark = pytest.mark.usefixtures("one_thread")

BY_HAND = """
features: {tasks: {events: [task]}}
placements:
  visits:
    entities: [user]
    ladder: true
    labels:
      - {name: often, when: {active_days: {gte: 3}}}
      - {name: lately, when: {any: [{days_since_active: {lte: 2}}, {active_days: {gte: 2}}]}}
      - {name: seldom}
  by_age:
    entities: [user]
    labels:
      - {name: fine, when: {any: [{tenure_days: {lte: 7}, active_days: {gte: 1}}, {active_days: {gte: 3}}]}}
      - {name: poor}
  again:
    entities: [user]
    labels: [{name: "yes", when: {placement.visits: [often, lately]}}, {name: "no"}]
"""


def visits(days: dict[str, list[int]]) -> list[dict[str, Any]]:
    """A user and the days of March on which they came."""
    return [
        {"event": "task", "user_id": user, "account_id": "a", "timestamp": f"2025-03-{day:02d}T12:00:00Z"}
        for user, on in days.items()
        for day in on
    ]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """ann came on the 1st, 2nd and 10th, ben on the 9th, cat on the 1st and 2nd, dan on the 1st; the 10th is the last day."""
    with uptake.open(new_home(BY_HAND)) as made:
        rows = visits({"ann": [1, 2, 10], "ben": [9], "cat": [1, 2], "dan": [1]})
        made.import_rows(pa.Table.from_pylist([*rows, *visits({"end": [11]})]), "events")
        yield made


def labels(workspace: uptake.Workspace, name: str, **given: Any) -> dict[str, str]:
    return {one.id: one.label for one in workspace.placements(name, **given).everyone}


def test_the_first_rule_that_holds_wins(workspace: uptake.Workspace) -> None:
    """ann meets the rules of both labels, and has the first; cat the second's, by its other half (golden case 14)."""
    found = labels(workspace, "visits", as_of="2025-03-10")
    assert found == {"ann": "often", "ben": "lately", "cat": "lately", "dan": "seldom"}
    assert labels(workspace, "again", as_of="2025-03-10") == {"ann": "yes", "ben": "yes", "cat": "yes", "dan": "no"}
    answer = workspace.placements("visits", as_of="2025-03-10")
    assert [(label.name, label.count) for label in answer.labels] == [("often", 1), ("lately", 2), ("seldom", 1)]


def test_a_threshold_depends_on_tenure(workspace: uptake.Workspace) -> None:
    """One day is fine in the first week, which ben is in on the 10th; three are later. cat has two on her tenth day."""
    assert labels(workspace, "by_age", as_of="2025-03-10") == {
        "ann": "fine",
        "ben": "fine",
        "cat": "poor",
        "dan": "poor",
    }
    assert labels(workspace, "by_age", as_of="2025-03-07") == {"ann": "fine", "cat": "fine", "dan": "fine"}


def test_why_and_since_when_and_what_the_next_step_lacks(workspace: uptake.Workspace) -> None:
    """cat came twice: of two ways to be `lately` one holds, and one day is missing to `often`. She has been there since
    the first day of all; ann was `lately` until her third day.
    """
    (cat,) = workspace.placements("visits", as_of="2025-03-10", id="cat").everyone
    assert [(one.subject, one.found, one.holds) for one in cat.reasons] == [("active_days", 2.0, True)]
    assert (cat.since, cat.is_longer, cat.before) == (date(2025, 3, 1), True, None)
    assert (cat.next, [(one.subject, one.found, one.missing) for one in cat.lacks]) == (
        "often",
        [("active_days", 2.0, 1.0)],
    )
    (ann,) = workspace.placements("visits", as_of="2025-03-10", id="ann").everyone
    assert (ann.since, ann.is_longer, ann.before, ann.next) == (date(2025, 3, 10), False, "lately", None)
    (dan,) = workspace.placements("visits", as_of="2025-03-10", id="dan").everyone
    assert (dan.since, dan.before, dan.is_down, dan.reasons) == (date(2025, 3, 4), "lately", True, ())
    assert [(one.subject, one.found, one.missing, one.alternative) for one in dan.lacks] == [
        ("days_since_active", 9.0, 7.0, True),
        ("active_days", 1.0, 1.0, True),
    ]  # either would do


def test_movement_between_two_days(workspace: uptake.Workspace) -> None:
    """From the 3rd to the 10th ann rose, dan fell, ben came, cat stayed."""
    answer = workspace.movement("visits", since="2025-03-03", as_of="2025-03-10")
    cells = {(cell.before, cell.after): cell.count for cell in answer.cells}
    assert cells == {
        ("lately", "often"): 1,
        ("lately", "lately"): 1,
        ("lately", "seldom"): 1,
        ("not_there", "lately"): 1,
    }
    moves = {one.id: one for one in answer.moves}
    assert set(moves) == {"ann", "ben", "dan"}
    (why,) = moves["ann"].reasons
    assert (why.subject, why.before, why.found, why.held, why.holds) == ("active_days", 2.0, 3.0, False, True)
    (why,) = moves["dan"].reasons
    assert (why.subject, why.before, why.found, why.held, why.holds) == ("days_since_active", 2.0, 9.0, True, False)
    assert moves["dan"].is_down
    assert not moves["ann"].is_down
    assert moves["ben"].reasons == ()
    assert [label.count for label in answer.before] == [0, 3, 0, 1]
    assert [label.count for label in answer.after] == [1, 2, 1, 0]
    only = workspace.movement("visits", since="2025-03-03", as_of="2025-03-10", before="lately", after="lately")
    assert [one.id for one in only.moves] == ["cat"]


def test_what_cannot_be_asked(workspace: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="no placement 'moon'"):
        workspace.placements("moon")
    with pytest.raises(QuestionError, match="not of accounts"):
        workspace.placements("visits", entity="account")
    with pytest.raises(QuestionError, match="no label 'gone'"):
        workspace.movement("visits", before="gone")
    with pytest.raises(QuestionError, match="no user 'zoe'"):
        workspace.placements("visits", id="zoe")


DEFAULT = """
product: {timezone: Europe/Berlin}
features:
  tasks: {events: [task]}
  boards: {events: [board]}
  reports: {events: [report], tag: advanced}
value_moments: {done: {event: task, at_least: 3}}
activation: {user: {event: board, at_least: 2}, account: {members: 1}}
"""


def events(seed: int, first: date, days: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    begin = datetime(first.year, first.month, first.day)
    return [
        {
            "event": chance.choice(["task", "task", "board", "report", "login"]),
            "user_id": f"u{(user := min(chance.randrange(24), chance.randrange(24)))}",
            "account_id": "abcd"[user % 4],
            "timestamp": begin + timedelta(days=chance.random() * days),
        }
        for _ in range(count)
    ]


def everything(workspace: uptake.Workspace, on: date) -> dict[tuple[str, str], dict[str, str]]:
    """Placement and entity -> who is where."""
    return {
        (scheme.name, entity): labels(workspace, scheme.name, entity=entity, as_of=on)
        for scheme in workspace.plan.all_placements.values()
        for entity in scheme.entities
    }


def test_everyone_has_one_label_on_every_day_and_what_comes_later_changes_none(new_home: Callable[..., Path]) -> None:
    """In all placements that every plan has: as many labels as people there; history has them too; then later events
    come, and the past is as it was.
    """
    with uptake.open(new_home(DEFAULT)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events(5, date(2025, 1, 6), 70, 400)), "events")
        told = {}
        for day in (date(2025, 1, 8), date(2025, 2, 3), date(2025, 3, 1), date(2025, 3, 15)):
            told[day] = everything(workspace, day)
            for (name, entity), found in told[day].items():
                answer = workspace.placements(name, entity=entity, as_of=day)
                assert sum(label.count for label in answer.labels) == len(found)
                assert len({one.id for one in answer.everyone}) == len(answer.everyone) == len(found)
                assert {len(told[day][other, entity]) for other, of in told[day] if of == entity} == {len(found)}
                history = workspace.read(partial(written, name=name, entity=entity, day=day))
                names = [label.name for label in workspace.plan.all_placements[name].labels_of(entity)]
                assert {id_: names[code] for id_, code in history.items()} == found, (name, entity, day)
        workspace.import_rows(pa.Table.from_pylist(events(6, date(2025, 3, 17), 30, 300)), "events")
        for day, before in told.items():
            assert everything(workspace, day) == before, day


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("plan", [DEFAULT, DEFAULT.replace("value_moments: {done: {event: task, at_least: 3}}\n", "")])
def test_one_word_means_one_thing_in_all_placements(new_home: Callable[..., Path], plan: str, seed: int) -> None:
    """Whoever is inactive does not thrive, and whoever is at work more than others has started.

    Of two labels that sound contradictory and are both true, a sentence says how they go together.
    """
    with uptake.open(new_home(plan)) as workspace:
        for number, (first, days, count) in enumerate(((6, 120, 200), (90, 40, 120), (6, 3, 40))):
            rows = events(10 * seed + number, date(2025, 1, 1) + timedelta(days=first), days, count)
            workspace.import_rows(pa.Table.from_pylist(rows), "events")
        seen = set()
        for day in (date(2025, 1, 20), date(2025, 3, 1), date(2025, 4, 20), date(2025, 5, 20), date(2025, 8, 1)):
            told = everything(workspace, day)
            for entity in ("user", "account"):
                for id_, state in told["state", entity].items():
                    segment = told["segment", entity][id_]
                    assert (segment, state) != ("inactive", "thriving"), (day, id_)
                    assert segment != "power" or state != "not_started", (day, id_)
                    seen |= {segment, state}
                    has = {name: told[name, of][id_] for name, of in told if of == entity and id_ in told[name, of]}
                    pairs = contradictions(has)
                    assert len(agreement(has, workspace.plan, entity)) == len(pairs), (day, id_, pairs)
            found = workspace.metric("adoption_map", as_of=day).rows
            assert {row["point"]: row["quadrant"] for row in found} == told["fit", "account"]
        assert seen >= {"inactive", "thriving", "fading", "busy_but_shallow"} or not workspace.plan.value_moments


def written(cursor: Any, name: str, entity: str, day: date) -> dict[str, int]:
    """What history has of a day; two rows of somebody would be one too many."""
    rows = cursor.execute(
        f"""SELECT {entity}_id, value FROM history JOIN {entity}s ON {entity}_key = entity_key
        WHERE track = 'placement.{name}' AND entity = '{entity}' AND valid_from <= $day AND valid_to > $day""",
        {"day": day},
    ).fetchall()
    assert len({id_ for id_, _ in rows}) == len(rows)
    return dict(rows)
