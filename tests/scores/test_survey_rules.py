"""Rules that ask for answers to surveys, by hand: the latest that holds, of users and of accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.check.scores import surveys
from uptake.check.subject import subject
from uptake.plan import parse

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
placements:
  mood:
    needs: [survey.csat]
    labels:
      - {name: glad, when: {survey.csat: {gte: 4}}}
      - {name: sour}
  wants:
    labels:
      - {name: price, when: {answer.why_leave: [Price, "Too dear"]}}
      - {name: bugs, when: {answer.why_leave: {contains: bug}}}
      - {name: none_given}
  away: {entities: [account], labels: [{name: "yes", when: {segment.leaving: in}}, {name: "no"}]}
segments:
  leaving: {entity: account, when: {answer.why_leave: {exists: true}, survey.csat: {lt: 4}}}
"""
SAID = (
    # user, account, survey, score, comment, on
    ("ann", "a", "csat", 5, None, "2025-03-01"),
    ("ann", "a", "CSAT", 2, None, "2025-03-05"),
    ("bob", "a", "csat", 5, None, "2025-03-03"),
    ("bob", "a", "csat", None, "only words", "2025-03-04"),
    (None, "a", "csat", 1, "of the account", "2025-03-02"),
    (None, "b", "csat", 4, None, "2025-03-02"),
    ("ann", "a", "Why leave?", None, "Price", "2025-03-02"),
    ("bob", "a", "why-leave", None, " the bugs '; -- ", "2025-03-04"),
    ("cat", "b", "why_leave", None, "   ", "2025-03-04"),
    ("ann", "a", "nps", 9, "Price", "2025-03-06"),
)


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    names = ("user_id", "account_id", "survey", "score", "comment", "feedback_at")
    rows: list[dict[str, Any]] = [dict(zip(names, one, strict=True)) for one in SAID]
    events = [
        {"event": "task", "user_id": user, "account_id": account, "timestamp": f"2025-02-0{day}T12:00:00Z"}
        for user, account, day in (("ann", "a", 1), ("bob", "a", 1), ("cat", "b", 1))
    ]
    events.append({"event": "task", "user_id": "ann", "account_id": "a", "timestamp": "2026-04-01T12:00:00Z"})
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(events), "events")
        assert not made.import_rows(pa.Table.from_pylist(rows), "feedback").reasons
        yield made


def labels(workspace: uptake.Workspace, name: str, on: str, entity: str) -> dict[str, str]:
    return {one.id: one.label for one in workspace.placements(name, as_of=on, entity=entity).everyone}


def test_the_latest_rating_counts_for_a_year(workspace: uptake.Workspace) -> None:
    """ann says 5 on the 1st and 2 on the 5th; bob 5 on the 3rd; what has no rating says nothing about it."""
    assert labels(workspace, "mood", "2025-03-04", "user") == {"ann": "glad", "bob": "glad", "cat": "unknown"}
    assert labels(workspace, "mood", "2025-03-05", "user") == {"ann": "sour", "bob": "glad", "cat": "unknown"}
    assert labels(workspace, "mood", "2026-03-02", "user") == {"ann": "sour", "bob": "glad", "cat": "unknown"}
    assert labels(workspace, "mood", "2026-03-03", "user") == {"ann": "sour", "bob": "unknown", "cat": "unknown"}


def test_accounts_have_the_mean_of_their_users_or_what_was_said_of_them(workspace: uptake.Workspace) -> None:
    """a: (5 + 5) / 2 on the 3rd, (2 + 5) / 2 = 3.5 on the 5th, whatever was said of it as a whole; b: 4, of it as a whole."""
    assert labels(workspace, "mood", "2025-03-03", "account") == {"a": "glad", "b": "glad"}
    found = workspace.placements("mood", as_of="2025-03-05", entity="account")
    assert {one.id: one.label for one in found.everyone} == {"a": "sour", "b": "glad"}
    (b,) = (one for one in found.everyone if one.id == "b")
    assert [(one.found, one.says) for one in b.reasons] == [(4.0, "Rating in csat 4 (at least 4)")]


def test_answers_in_words_are_the_latest_of_anyone(workspace: uptake.Workspace) -> None:
    """However the survey is spelled; blanks are no answer, and words to another survey are none to this."""
    assert labels(workspace, "wants", "2025-03-03", "account") == {"a": "price", "b": "none_given"}
    assert labels(workspace, "wants", "2025-03-10", "account") == {"a": "bugs", "b": "none_given"}
    assert labels(workspace, "wants", "2025-03-10", "user") == {"ann": "price", "bob": "bugs", "cat": "none_given"}
    (bob,) = workspace.placements("wants", as_of="2025-03-10", entity="user", id="bob").everyone
    assert [one.says for one in bob.reasons] == ["Answer to why leave the bugs '; -- (with bug)"]


def test_segments_are_told_by_them_as_it_was_then(workspace: uptake.Workspace) -> None:
    """On the 5th a has answered why, and its mean is 3.5."""
    assert labels(workspace, "away", "2025-03-04", "account") == {"a": "no", "b": "no"}
    assert labels(workspace, "away", "2025-03-05", "account") == {"a": "yes", "b": "no"}


def test_surveys_and_answers_that_nobody_gave_are_found(workspace: uptake.Workspace) -> None:
    text = """placements:
  mood:
    labels:
      - {name: glad, when: {survey.csatt: {gte: 4}}}
      - {name: dear, when: {answer.why_leave: [Price, Prise]}}
      - {name: fine, when: {survey.csat: {lt: 9}, answer.nps: Price}}
      - {name: rest}
"""
    plan = parse({"plan/a.yml": text})
    found = workspace.read(lambda cursor: list(surveys(subject(cursor, plan, workspace.ledger))))
    assert [one.where for one in found] == ["plan/a.yml:4", "plan/a.yml:5"]
    assert "nobody has 'survey.csatt'." in found[0].what
    assert "Did you mean 'survey.csat'" in found[0].do
    assert "'Prise'" in found[1].what
