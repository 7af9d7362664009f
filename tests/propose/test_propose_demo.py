"""What is proposed from the simulated product, held against what was planted in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from propose_world import world

from uptake.demo import simulate
from uptake.plan import Proposal
from uptake.propose import proposal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proposal]:
    """Proposed as for a newcomer: the plan says when life starts, and not what active means."""
    made = simulate(accounts=200)
    start = "product: {timezone: Europe/Berlin}\nstart: {user: [created_at, first_event]}\n"
    kinds = {kind: getattr(made, kind) for kind in ("users", "memberships", "events")}
    with world(tmp_path_factory.mktemp("home"), start, **kinds) as (workspace, cursor):
        yield proposal(cursor, workspace.plan)


def test_both_halves_of_the_planted_aha_moment_are_found_with_their_counts_and_days(proposed: Proposal) -> None:
    found = {(c.event, c.at_least, c.within_days) for c in proposed.activation_candidates[:3]}
    assert {("task_created", 3, 7), ("invitation_sent", 1, 7)} <= found


def test_the_planted_decoy_is_no_candidate(proposed: Proposal) -> None:
    assert "whats_new_opened" not in {candidate.event for candidate in proposed.activation_candidates}


def test_the_features_are_those_of_the_product(proposed: Proposal) -> None:
    events = {event: feature.name for feature in proposed.features for event in feature.events}
    assert events["task_created"] == events["task_completed"] == "tasks"
    assert events["report_built"] == events["report_exported"] == "reports"
    assert events["goal_set"] == events["goal_reviewed"] == "goals"
    assert "import_failed" not in events
    assert {f.name for f in proposed.features if f.tag == "core"} >= {"tasks", "projects", "comments", "board"}
    assert {f.name for f in proposed.features if f.tag == "advanced"} >= {"automations", "integrations", "goals"}


def test_the_usage_interval_is_a_week(proposed: Proposal) -> None:
    # Daily, weekly and monthly customers are mixed; four of five users come back within about a week.
    assert 5 <= proposed.usage_interval_days <= 14
