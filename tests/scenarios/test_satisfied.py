"""Who keeps a feature and is content with it, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
AS_OF = {"as_of": LAST.isoformat()}
PLAN = "features: {boards: {title: Kanban boards, events: [board]}, files: {events: [file]}}"


def boards(user: str, *back: int) -> list[dict[str, Any]]:
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    return [
        {"event": "board", "user_id": user, "account_id": "a", "timestamp": noon - timedelta(days=day)} for day in back
    ]


def said(user: str, survey: str, score: float | None, feature: str, back: int = 3, **more: Any) -> dict[str, Any]:
    at = datetime(LAST.year, LAST.month, LAST.day, 12) - timedelta(days=back)
    return {
        "user_id": user,
        "account_id": "a",
        "survey": survey,
        "score": score,
        "feature": feature,
        "feedback_at": at,
        **more,
    }


@pytest.fixture(scope="module")
def asked(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Six keep boards: four answered, two of them content. One who let go is content too, one never came."""
    keeping = [f"keeps{number}" for number in range(6)]
    events = [row for user in keeping for row in boards(user, 0, 20, 21)] + boards("left", 30, 31) + boards("tried", 2)
    feedback = [
        said("keeps0", "csat", 5, "boards"), said("keeps1", "CES", 4, "Kanban Boards"), said("keeps2", "ces", 3.5, "boards"),
        # the latest answer counts, whatever came before
        said("keeps3", "csat", 5, "boards", back=9), said("keeps3", "csat", 1, "boards", back=8),
        # no answer, another feature, another kind of survey, and one given after the last day
        said("keeps4", "csat", None, "boards"), said("keeps4", "csat", 5, "files"), said("keeps5", "nps", 10, "boards"),
        said("keeps5", "csat", 5, "boards", back=-1), said("left", "csat", 5, "boards"), said("stranger", "csat", 5, "boards"),
    ]  # fmt: skip
    seats = [
        {"account_id": "a", "user_id": user, "valid_from": "2025-01-01"} for user in (*keeping, "left", "tried", "idle")
    ]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        workspace.import_rows(pa.Table.from_pylist(seats), "seats")
        workspace.import_rows(pa.Table.from_pylist(feedback), "feedback")
        yield workspace


def test_satisfied_are_those_who_keep_it_and_said_so(asked: uptake.Workspace) -> None:
    """Nine have a seat, and the stranger, known from an answer alone, is there too.

    Retained 6 of 10; answered 4, content 2: half. S/T = 6 / 10 x 2 / 4.
    """
    row = next(row for row in asked.metric("feature_adoption", **AS_OF).rows if row["feature"] == "boards")
    assert (row["eligible"], row["tried"], row["adopted"], row["retained"]) == (10, 8, 7, 6)
    assert (row["answered"], row["satisfied"], row["satisfied_share"]) == (4, 2, 0.5)
    assert row["s_per_t"] == pytest.approx(6 / row["eligible"] * 0.5)
    assert row["satisfied_ci_lower"] < 0.5 < row["satisfied_ci_upper"]


def test_nobody_asked_is_nobody_unhappy(asked: uptake.Workspace) -> None:
    row = next(row for row in asked.metric("feature_adoption", **AS_OF).rows if row["feature"] == "files")
    assert (row["answered"], row["satisfied_share"], row["s_per_t"]) == (0, None, None)


def test_what_is_favourable_can_be_said(asked: uptake.Workspace) -> None:
    found = {
        least: by(asked.metric("feature_adoption", favourable=least, **AS_OF), "feature", of="satisfied")["boards"]
        for least in (1, 3.5, 4, 4.5, 6)
    }
    assert found == {1: 4, 3.5: 3, 4: 2, 4.5: 1, 6: 0}


def test_a_filter_changes_no_ones_answer(asked: uptake.Workspace) -> None:
    """The same numbers by the rows of entities as by the quicker way; and the account's latest answer is its own."""
    rows = asked.metric("feature_adoption", by="account.id", where="account.id=a", **AS_OF).rows
    boards_ = next(row for row in rows if row["feature"] == "boards")
    assert (boards_["answered"], boards_["satisfied"]) == (4, 2)
    of_account = [
        row for row in asked.metric("feature_adoption", entity="account", **AS_OF).rows if row["feature"] == "boards"
    ]
    assert (of_account[0]["answered"], of_account[0]["satisfied"]) == (1, 1)


def test_who_they_are(asked: uptake.Workspace) -> None:
    found = asked.people("feature_adoption", {"feature": "boards"}, side="satisfied", as_of=AS_OF["as_of"])
    assert found.ids() == ["keeps0", "keeps1"]
    assert only(asked.metric("active_users", window="1", **AS_OF))["estimate"] == 6
