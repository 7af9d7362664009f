"""A made-up product in which one early action keeps people: does the ranking find it, and only it?

In the first week half of the users send an invitation; 80 % of those stay and 35 % of the others. Whoever stays is
active about every week. Three events try to look like the reason: tasks are frequent and say nothing, news is opened
in a third of all weeks in which somebody is there, so that those who stay open it more often, and an export is found
only after a month, by those still there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from propose_world import BEGIN, world

from uptake import Workspace
from uptake.metrics.core.reading import data_until
from uptake.plan import ActivationCandidate, Proposal, parse, starter_from
from uptake.propose import proposal
from uptake.propose.early import AT_LEAST, WITHIN_DAYS, count
from uptake.store.projection import Cursor

USERS, WEEKS = 1_500, 14
Log = list[tuple[str, str, float]]


def simulate() -> Log:
    """(user, event, day) of everybody."""
    rng = np.random.default_rng(11)
    log: Log = []
    for number in range(USERS):
        user, start = f"user-{number}", float(rng.uniform(0, 60))
        log.append((user, "signup", start))
        invites = rng.random() < 0.5
        if invites:
            log.append((user, "invitation_sent", start + float(rng.uniform(0, 7))))
        stays = rng.random() < (0.80 if invites else 0.35)
        for week in range(WEEKS if stays else 1):
            begins = start + 7 * week
            if week == 0 or rng.random() < 0.9:
                log += [(user, "task_created", begins + float(day)) for day in rng.uniform(0, 7, rng.poisson(2) + 1)]
            if rng.random() < 1 / 3:
                log.append((user, "news_opened", begins + float(rng.uniform(0, 7))))
            if week > 4 and rng.random() < 0.5:
                log.append((user, "report_exported", begins + float(rng.uniform(0, 7))))
            if week > 0 and rng.random() < 0.1:
                log.append((user, "invitation_sent", begins + float(rng.uniform(0, 7))))
    return log


@pytest.fixture(scope="module")
def log() -> Log:
    return simulate()


@pytest.fixture(scope="module")
def opened(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Cursor]]:
    users, events, days = zip(*log, strict=True)
    instants = [BEGIN + timedelta(days=day) for day in days]
    rows = pa.table(
        {"user_id": list(users), "event": list(events), "timestamp": pa.array(instants, pa.timestamp("us"))}
    )
    with world(tmp_path_factory.mktemp("home"), events=rows) as (workspace, cursor):
        yield workspace, cursor


@pytest.fixture(scope="module")
def proposed(opened: tuple[Workspace, Cursor]) -> Proposal:
    workspace, cursor = opened
    return proposal(cursor, workspace.plan)


def test_the_planted_action_ranks_first_with_its_count_and_its_days(proposed: Proposal) -> None:
    first = proposed.activation_candidates[0]
    assert (first.event, first.at_least, first.within_days) == ("invitation_sent", 1, 7)
    # Staying is 80 % against 35 %; who stays is missing in four weeks with chance 0.1^4.
    assert first.retention_reached == pytest.approx(0.80, abs=0.06)
    assert first.retention_not == pytest.approx(0.35, abs=0.06)
    assert first.ci_lower < 0.45 < first.ci_upper
    assert first.n_reached / first.n == pytest.approx(0.5, abs=0.05)
    assert first.phi == pytest.approx(0.45, abs=0.06)
    assert first.pvalue < 1e-6


def test_what_says_nothing_or_only_comes_with_a_longer_life_is_no_candidate(proposed: Proposal) -> None:
    assert [candidate.event for candidate in proposed.activation_candidates] == ["invitation_sent"]


def test_the_decoys_would_have_fooled_whoever_looks_at_a_whole_life(log: Log) -> None:
    users = sorted({user for user, _, _ in log})
    starts = {user: day for user, event, day in log if event == "signup"}
    late = {user for user, event, day in log if event == "task_created" and 28 <= day - starts[user] < 56}
    for decoy in ("news_opened", "report_exported"):
        ever = {user for user, event, _ in log if event == decoy}
        phi = np.corrcoef([user in ever for user in users], [user in late for user in users])[0, 1]
        assert phi > 0.4


def test_a_model_in_plain_python_counts_the_same(opened: tuple[Workspace, Cursor], log: Log) -> None:
    workspace, cursor = opened
    names = dict(cursor.execute("SELECT event_name, name_key FROM event_names").fetchall())
    as_of = data_until(cursor, workspace.plan.product.timezone)
    found = count(cursor, names.values(), f"name_key = {names['task_created']}", 7, as_of)
    halves = dict(cursor.execute("SELECT user_id, (md5_number(user_id) % 2)::INTEGER FROM users").fetchall())

    # Instants are microseconds inside; ages are counted in them too.
    ages: dict[str, list[tuple[str, timedelta]]] = {}
    starts: dict[str, timedelta] = {}
    for user, event, day in log:
        at = timedelta(days=day)
        starts[user] = min(at, starts.get(user, at))
        ages.setdefault(user, []).append((event, at))
    people = {
        user: [(event, at - starts[user]) for event, at in of_user]
        for user, of_user in ages.items()
        if BEGIN + starts[user] + timedelta(days=56) <= as_of
    }
    late = {
        user
        for user, of_user in people.items()
        if any(event == "task_created" and timedelta(28) <= age < timedelta(56) for event, age in of_user)
    }
    assert 700 < len(people) <= USERS
    events = {key: name for name, key in names.items()}
    assert len(found) == len(names) * len(AT_LEAST) * len(WITHIN_DAYS)
    for action in found:
        for half, table in enumerate((action.discovery, action.confirmation)):
            latest = timedelta(action.within_days)
            everybody = {
                user
                for user, of_user in people.items()
                if halves[user] == half and any(latest - timedelta(7) <= age < latest for _, age in of_user)
            }
            did = {
                user
                for user in everybody
                if sum(e == events[action.event] and age < latest for e, age in people[user]) >= action.at_least
            }
            assert table == (len(did & late), len(did), len(everybody & late), len(everybody)), action
    assert 0.45 < found[0].discovery.n / len(people) < 0.55


def test_the_rest_of_the_proposal_fits_the_product(proposed: Proposal) -> None:
    assert proposed.active == ("task_created", "news_opened", "invitation_sent", "report_exported")
    assert {feature.name: feature.tag for feature in proposed.features} == {
        "tasks": "core",
        "invitations": "core",
        "news": "core",
        "report": "core",
    }
    assert proposed.came_back_days == (28, 56)
    assert 0 < proposed.candidates_tested <= 4 * len(AT_LEAST) * len(WITHIN_DAYS)
    assert proposed.notes == ()


def test_the_plan_that_is_written_says_hypothesis_and_loads(proposed: Proposal) -> None:
    files = starter_from(proposed)
    assert "## Hypothesis 1: invitation_sent at least once within 7 days." in files["onboarding.yml"]
    assert "## Coming back is being active in days 29 to 56 of life." in files["onboarding.yml"]
    assert parse(files).activation is None
    assert isinstance(proposed.activation_candidates[0], ActivationCandidate)
