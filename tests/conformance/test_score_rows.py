"""What was asked of scores in so many words, counted by hand: defaults, tenure, expiry, bands, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import mean, variance
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.directory.account import account

Told = Callable[..., uptake.Workspace]

LAST = date(2026, 3, 30)


def back(days: int, at: str = "12:00") -> str:
    """An instant so many days before the last day."""
    return f"{LAST - timedelta(days=days)}T{at}:00Z"


def did(user: str, event: str, *days: int, account: str = "a", at: str = "12:00") -> str:
    """Lines of events so many days before the last day."""
    return "\n".join(f"{user} {event} {LAST - timedelta(days=day):%m-%d} {at} @{account}" for day in days)


def lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = dict.fromkeys(key for row in rows for key in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


def points(workspace: uptake.Workspace, name: str, entity: str = "user", **given: Any) -> dict[str, float | None]:
    asked: dict[str, Any] = {"entity": entity, "as_of": LAST} | given
    return {one.id: one.score for one in workspace.scores(name, **asked).everyone}


WORK = """
features: {tasks: {events: [task]}, boards: {events: [board]}}
value_moments: {done: {event: ship, at_least: 1}}
"""
OLD = [{"user_id": user, "created_at": "2025-06-01"} for user in ("ann", "ben", "cat")]
MEMBERS = [{"user_id": user, "account_id": "a", "valid_from": "2025-06-01"} for user in ("ann", "ben", "cat")]


@pytest.fixture
def team(told: Told) -> uptake.Workspace:
    """ann worked on days 1, 8, 15 and 22 before the last with both features, and shipped on the last of them.
    ben worked on day 3 with one; cat came ten weeks ago.
    """
    hours = [did("ann", "task", 1, 8, 15, 22), did("ann", "board", 1, 8, 15, 22, at="12:40")]
    workspace = told(
        lines(
            *hours,
            did("ann", "ship", 1, at="12:20"),
            did("ben", "task", 3),
            did("cat", "task", 70),
            did("x", "task", 71, account="b"),
        ),
        plan=WORK,
    )
    workspace.import_rows(table(OLD), "users")
    workspace.import_rows(table(MEMBERS), "memberships")
    return workspace


def test_the_adoption_score_that_every_plan_has(team: uptake.Workspace) -> None:
    """Of a user: breadth, core days as a rank, regularity and value, a quarter each, as seats are said of accounts alone.

    ann: 2/2, the higher of two with any (1.5/2), 4 of 4 weeks, value: (1 + 0.75 + 1 + 1) / 4 = 93.75.
    ben: 1/2, 0.5/2, 1 of 4, none: (0.5 + 0.25 + 0.25) / 4 = 25. cat and x: nothing, and nothing missing.
    """
    assert points(team, "adoption") == {"ann": 93.75, "ben": 25, "cat": 0, "x": 0}


def test_the_adoption_score_of_an_account_counts_its_seats(team: uptake.Workspace) -> None:
    """a is the mean of ann, ben and cat in what users are asked, and one of three has adopted.

    (1.5/3 + 1/3 + 1.25/3 + 1/3 + 1/3) / 5 = (0.5 + 0.3333 + 0.41667 + 0.3333 + 0.3333) / 5 = 38.3333
    """
    assert points(team, "adoption", "account")["a"] == pytest.approx(100 * (0.5 + 3 * (1 / 3) + 1.25 / 3) / 5)


def test_the_engagement_score_that_every_plan_has(team: uptake.Workspace) -> None:
    """Half value events, 0.35 frequency, 0.15 session time. ann alone shipped and alone has sessions with a duration: rank
    0.5/1 in both; four of four days expected: 0.25 + 0.35 + 0.075. ben: no value, 1 of 4 days, a session of one event has
    no duration, so its weight goes to the others: 0.35 * 0.25 / 0.85. Who did not come has 0 of everything.
    """
    found = points(team, "engagement")
    assert found["ann"] == pytest.approx(67.5)
    assert found["ben"] == pytest.approx(100 * 0.35 * 0.25 / 0.85)
    assert found["cat"] == 0


def test_as_much_in_half_the_time_is_as_much(told: Told) -> None:
    """5.11: counts are scaled by tenure. old is there for years and shipped on four Mondays; new signed up 14 days ago and
    shipped on two; their engagement is the same, as are core uses and core days. Younger than that nothing is scaled up
    further: one ship in a first week counts as in a fortnight, half as much.
    """
    shipped = [did("old", "ship", 1, 8, 15, 22), did("new", "ship", 1, 8), did("baby", "ship", 1)]
    tasks = [did("old", "task", 1, 8, 15, 22, at="12:20"), did("new", "task", 1, 8, at="12:20"), did("baby", "task", 1)]
    plan = (
        WORK
        + """
scores:
  value: {components: {value_events: {best: 8}}}
  time: {components: {session_time: {best: 28800}}}
  uses: {components: {core_uses: {best: 8}}}
  days: {components: {core_days: {best: 8}}}
"""
    )
    workspace = told(lines(did("x", "task", 80), *shipped, *tasks), plan=plan)
    users = [("old", back(400)), ("new", back(13)), ("baby", back(6))]
    workspace.import_rows(table([{"user_id": user, "created_at": at} for user, at in users]), "users")
    for score in ("value", "uses", "days"):
        found = points(workspace, score)
        assert (found["old"], found["new"], found["baby"]) == (50, 50, 25), score
    found = points(workspace, "time")
    assert found["old"] == found["new"] == pytest.approx(100 * 4 * 1200 / 28800)


def test_a_pulse_stops_counting_and_leaves_its_weight(told: Told) -> None:
    """E20: a pulse of 5 given 89 days ago is half of the score, a day later it is nothing, and not zero: breadth alone."""
    plan = WORK + "scores: {care: {entities: [account], shrink: false, components: {breadth: 1, pulse: 1}}}"
    workspace = told(lines(did("ann", "task", 1, 2, 3), did("x", "task", 0, account="b")), plan=plan)
    workspace.import_rows(
        table([{"survey": "pulse", "score": 5, "account_id": "a", "feedback_at": back(89)}]), "feedback"
    )
    assert points(workspace, "care", "account")["a"] == pytest.approx(75)
    after = LAST + timedelta(days=1)
    workspace.import_rows(
        table([{"event": "task", "user_id": "x", "account_id": "b", "timestamp": back(-2)}]), "events"
    )
    assert points(workspace, "care", "account", as_of=after)["a"] == pytest.approx(50)
    level = workspace.explain("care", "a", as_of=after).level
    assert level is not None
    (pulse,) = [line for line in level.lines if line.component == "pulse"]
    assert (pulse.raw, pulse.value, pulse.points) == (None, None, 0)
    change = workspace.explain("care", "a", as_of=after, since=LAST).change
    assert change is not None
    moved = {line.kind: line.points for line in change.lines if abs(line.points) > 1e-9}
    assert moved == {"weights": pytest.approx(-25)}, "nothing was done otherwise: the opinion grew old"


def test_12_every_score_is_in_one_band(told: Told) -> None:
    """Golden case 12: 50, 51, 75, 75.5 and 76 between 0, 50, 75 and 100. Points are half of the days since somebody came; an
    edge belongs to the band above it, and nothing lies between two bands.
    """
    plan = """
scores:
  age: {entities: [user], components: {tenure_days: {best: 200}}, bands: {good: 75, poor: 50}}
  risk: {entities: [user], higher_is: worse, components: {tenure_days: {best: 200}}, bands: {good: 75, poor: 50}}
"""
    days = {"u49": 99, "u50": 100, "u51": 102, "u75": 150, "u75h": 151, "u76": 152}
    workspace = told(did("x", "task", 0), plan=plan)
    rows = [{"user_id": user, "created_at": back(tenure - 1)} for user, tenure in days.items()]
    workspace.import_rows(table(rows), "users")
    found = {one.id: (one.score, one.band) for one in workspace.scores("age", entity="user", as_of=LAST).everyone}
    bands = dict.fromkeys(("u50", "u51"), "average") | dict.fromkeys(("u75", "u75h", "u76"), "good") | {"u49": "poor"}
    assert {user: found[user] for user in days} == {user: (days[user] / 2, bands[user]) for user in days}
    other = {"good": "poor", "poor": "good", "average": "average"}
    risk = {one.id: one.band for one in workspace.scores("risk", entity="user", as_of=LAST).everyone}
    assert {user: risk[user] for user in days} == {user: other[bands[user]] for user in days}


def test_strict_is_good_where_all_is_good_and_poor_where_anything_is(told: Told) -> None:
    """Totango's rule (5.14), as the worst component decides the band: good if all are, poor if any is, else average.

    Parts are active days and core days of ten. Of the day that something is missing nothing is held against anybody.
    """
    plan = (
        WORK
        + """
scores:
  strict:
    model: strict
    entities: [user]
    components: {active_days: {best: 10}, core_days: {best: 10, ranked: false}, nps: 1}
"""
    )
    parts = {"good": (8, 8), "poor": (8, 2), "mid": (8, 5)}
    made = [did(user, "task", *range(1, few + 1)) for user, (_, few) in parts.items()]
    made += [did(user, "look", *range(few + 1, many + 1)) for user, (many, few) in parts.items()]
    workspace = told(lines(did("x", "task", 60), *made), plan=plan + "active: [task, look]")
    users = [{"user_id": user, "created_at": "2025-06-01"} for user in parts]
    workspace.import_rows(table(users), "users")
    placed = {one.id: (one.score, one.band) for one in workspace.scores("strict", entity="user", as_of=LAST).everyone}
    assert {user: placed[user] for user in parts} == {
        "good": (80, "good"),
        "poor": (20, "poor"),
        "mid": (50, "average"),
    }
    answer = {"survey": "nps", "score": 3, "user_id": "good", "feedback_at": back(1)}
    workspace.import_rows(table([answer]), "feedback")
    after = workspace.explain("strict", "good", entity="user", as_of=LAST)
    assert (after.of.score, after.of.band) == (0, "poor")
    assert after.level is not None
    assert [(line.kind, line.component) for line in after.level.lines] == [("decides", "nps")]
    assert after.level.lines[0].says


def test_small_accounts_are_drawn_further_by_the_formula(told: Told) -> None:
    """N16: six accounts of one, three or twelve users, each of whom came on all of four expected days or on one.

    The variance between users is pooled over all accounts, and the mean of n users is off by an n-th of it: noise. What is
    left of the variance between accounts is real. An account keeps 1 - (6 - 3)/(6 - 1) * noise / (real + noise) of its own.
    """
    often = {"one": (1, 1), "uno": (1, 0), "three": (3, 3), "drei": (3, 1), "twelve": (12, 9), "zwoelf": (12, 4)}
    came = {account: [100.0] * regular + [25.0] * (size - regular) for account, (size, regular) in often.items()}
    users = [(f"{account}{n}", account, share) for account, of in came.items() for n, share in enumerate(of)]
    made = [
        did(user, "task", *((1, 8, 15, 22) if share > 50 else (1,)), account=account) for user, account, share in users
    ]
    plan = "scores: {use: {entities: [account], components: {frequency: 1}}}"
    workspace = told(lines(did("one0", "task", 80, account="one"), *made), plan=plan)
    workspace.import_rows(table([{"user_id": user, "created_at": "2025-06-01"} for user, *_ in users]), "users")

    own = {account: mean(of) for account, of in came.items()}
    within = sum((share - own[account]) ** 2 for _, account, share in users) / (len(users) - len(came))
    noise = {account: within / len(of) for account, of in came.items()}
    real = variance(own.values()) - mean(noise.values())
    assert real > 0
    peers = mean(own.values())
    for one in workspace.scores("use", entity="account", as_of=LAST).everyone:
        weight = 1 - 3 / 5 * noise[one.id] / (real + noise[one.id])
        score = weight * own[one.id] + (1 - weight) * peers
        assert one.score == pytest.approx(score), one.id
        error = 1.959963984540054 * (weight * noise[one.id]) ** 0.5
        assert one.lower == pytest.approx(max(0, score - error))
        assert one.upper == pytest.approx(min(100, score + error))
        level = workspace.explain("use", one.id, as_of=LAST).level
        assert level is not None
        (drawn,) = [line for line in level.lines if line.kind == "shrinkage"]
        assert drawn.value == pytest.approx(weight)
        assert drawn.points == pytest.approx(score - own[one.id])
        assert abs(level.difference) < 1e-9


def test_a_ticket_that_is_sent_again_is_one_ticket(told: Told) -> None:
    """Help desks are exported again and again, with what became of a ticket: its latest row counts. t1 was opened ten days
    ago, solved and rated 2, then 4; t2 is still open. Two tickets of one active user; the rating is 4.
    """
    plan = "scores: {load: {entities: [account], components: {support_load: {best: 0, worst: 4}}}, care: {entities: [account], components: {ticket_satisfaction: 1}}}"
    workspace = told(did("ann", "task", 1), plan=plan)
    first = {"account_id": "a", "user_id": "ann", "ticket_id": "t1", "opened_at": back(10), "status": "open"}
    second = first | {"ticket_id": "t2", "opened_at": back(9)}
    solved = first | {"status": "solved", "solved_at": back(5), "satisfaction": 2}
    exports: list[list[dict[str, Any]]] = [
        [first, second],
        [solved, second],
        [solved | {"satisfaction": 4}, second | {"status": "waiting"}],
    ]
    for day in exports:
        workspace.import_rows(table(day), "tickets")
    assert points(workspace, "load", "account")["a"] == 50
    assert points(workspace, "care", "account")["a"] == 75
    page = workspace.read(lambda cursor: account(cursor, workspace.plan, "a"))
    assert [row["detail"] for row in page.timeline if row["kind"] == "ticket"] == ["waiting", "solved"]


def test_a_plan_of_other_scores_has_benchmarks_places_alerts_and_pages(told: Told) -> None:
    """Scores of the plan take the place of those that come with it: nothing else may ask for one that is not there. Where
    no score of accounts is, exemplary accounts are those with the most users who adopted.
    """
    for scores in ("users: {entities: [user], components: {breadth: 1}}", "risk: {higher_is: worse, components: {trend: 1}}",
                   "adoption: {entities: [user], components: {breadth: 1}}"):  # fmt: skip
        workspace = told(
            lines(did("ann", "task", 1, 8, 15, 22), did("x", "look", 80)), plan=WORK + f"scores: {{{scores}}}"
        )
        assert [one.id for one in workspace.benchmark(as_of=LAST).accounts] == ["a"]
        for placement in workspace.plan.all_placements.values():
            for entity in placement.entities:
                workspace.placements(placement.name, entity=entity, as_of=LAST)
        assert workspace.alerts(as_of=LAST).rows == []
        assert workspace.read(lambda cursor: account(cursor, workspace.plan, "a")).timeline == []  # noqa: B023 - now
