"""Events at hand, asked at once."""

from __future__ import annotations

import gc
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

import uptake
from uptake.errors import ImportFailed, PlanError

EVENTS = pa.table(
    {
        "who": ["a", "a", "b", "b", "a"],
        "what": ["signup", "task", "signup", "task", "task"],
        "org": ["x", "x", "x", "y", "x"],
        "when": [datetime(2026, 3, day, 23, 30) for day in (2, 3, 2, 9, 10)],
        "size": [None, 1, None, 5, 3],
    }
)
NAMED = {"user": "who", "event": "what", "account": "org", "at": "when"}


def test_a_frame_answers_without_a_plan() -> None:
    """Both sign up on Monday 2 March; a has a task on the 3rd, b on the 9th, a again on the 10th."""
    workspace = uptake.from_events(EVENTS, **NAMED)  # never closed, as in a notebook
    asked = {"start": "signup", "returns": "task", "unit": "week", "units": 1, "as_of": "2026-03-22"}
    cells = {
        row["unit_index"]: row["estimate"] for row in workspace.metric("retention", **asked).rows if row["cohort_on"]
    }
    assert cells == {0: 0.5, 1: 1.0}
    big = {"event": "task", "where": {"size": {"gte": 3}}}
    assert workspace.metric("active_users", entity="account", window="30").rows[0]["n"] == 2
    later = workspace.metric("retention", start="signup", returns=big, unit="week", units=1, as_of="2026-03-22").rows
    assert [row["returned"] for row in later if row["cohort_on"]] == [0, 2]


def test_days_and_weeks_are_cut_in_the_zone_given() -> None:
    """23:30 UTC is the next day in Berlin; weeks that begin on Sundays begin a day earlier."""
    workspace = uptake.from_events(EVENTS, timezone="Europe/Berlin", week_start="sunday", **NAMED)
    assert [str(row["day"]) for row in workspace.rows_of("SELECT DISTINCT day FROM event ORDER BY day")] == [
        "2026-03-03", "2026-03-04", "2026-03-10", "2026-03-11",
    ]  # fmt: skip
    weeks = workspace.metric("active_users", window="calendar", period="week", date_from="2026-03-01").rows
    assert [row["period_on"] for row in weeks] == [date(2026, 3, 1), date(2026, 3, 8)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_does_as_well(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log.{ending}"
    if ending == "csv":
        path.write_text("user_id,event,timestamp\nu1,task,2026-03-02T10:00:00Z\n", encoding="utf-8")
    else:
        import pyarrow.parquet as pq

        pq.write_table(EVENTS.rename_columns(["user_id", "event", "account_id", "timestamp", "size"]), path)
    with uptake.from_events(path) as workspace:
        assert workspace.metric("active_users", window="30").rows[0]["estimate"] >= 1


def test_an_answer_without_anything_to_count_says_why() -> None:
    """Nobody named an account, and there is no plan that has features."""
    nobody = "No accounts are known: nothing that has been imported names one."
    no_features = "The plan has no features: describe them under features."
    with uptake.from_events(EVENTS.drop_columns(["org"]), user="who", event="what", at="when") as workspace:
        assert nobody in workspace.metric("active_users", entity="account").notes
        assert nobody in workspace.metric("adoption_map").notes
        assert "No users in accounts are known" in workspace.metric("retention", entity="member").notes[0]
        assert workspace.metric("active_users").notes == ()
        for metric in ("feature_adoption", "features_used", "breadth", "depth", "adoption_decay", "adoption_half_life"):
            assert workspace.metric(metric).notes == (no_features,)


def test_nothing_is_left_behind() -> None:
    closed, forgotten = uptake.from_events(EVENTS, **NAMED), uptake.from_events(EVENTS, **NAMED)
    folders = [closed.home.folder, forgotten.home.folder]
    closed.close()
    del forgotten
    gc.collect()
    assert not any(folder.exists() for folder in folders)


def test_what_cannot_be_read_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="nobody"):
        uptake.from_events(EVENTS, user="nobody")
    with pytest.raises(PlanError, match=r"^timezone is 'Mars/Olympus'"):
        uptake.from_events(EVENTS, timezone="Mars/Olympus", **NAMED)


def test_errors_name_the_arguments_of_a_notebook() -> None:
    rows = [{"who": 1, "event": "task", "when": "03/04/2026"}]
    for given, said in (
        ({"at": "when", "time_format": "day first"}, "Name one: user=COLUMN.$"),
        ({"user": "uid"}, "^user=uid: The table has no column 'uid'"),
        ({"user": "who"}, "Name the column: at=COLUMN.$"),
        ({"user": "who", "at": "when"}, "time_format='day first' or time_format='month first'"),
    ):
        with pytest.raises(ImportFailed, match=said):
            uptake.from_events(rows, **given)
    wrong: list[tuple[object, str]] = [
        ("", "the path is empty"),
        (None, "the source is None"),
        ({"event": ["task"]}, "a list of dicts"),
    ]
    for nothing, said in wrong:
        with pytest.raises(ImportFailed, match=said):
            uptake.from_events(nothing)


def test_a_column_of_a_frame_is_no_table() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(ImportFailed, match="A Series is not a table"):
        uptake.from_events(pd.Series(["task"]))


def test_a_frame_without_names_is_asked_by_number() -> None:
    pd = pytest.importorskip("pandas")
    with uptake.from_events(pd.DataFrame([[7, 1000, "2026-03-02"]]), user=0, event=1, at=2) as workspace:  # type: ignore[arg-type]
        steps = workspace.metric("funnel", steps=[1000, 1001], as_of="2026-03-31").rows
        assert [(row["name"], row["count"]) for row in steps] == [("1000", 1), ("1001", 0)]
        assert workspace.metric("active_users", active="1000", window="30", where="user.id=7").rows[0]["estimate"] == 1
    with pytest.raises(ImportFailed, match="several columns that are called 'user'"):
        uptake.from_events(pd.DataFrame([["a", "b", "task", "2026-03-02"]], columns=["user", "user", "event", "time"]))


def test_asked_as_of_before_anybody_was_there_an_answer_says_so() -> None:
    with uptake.from_events(EVENTS, **NAMED) as workspace:
        found = workspace.metric("active_users", as_of="2026-02-20")
        assert found.notes == ("No users were there yet: the first started on 2026-03-02, after as_of.",)
        assert workspace.metric("active_users", as_of="2026-03-02").notes == ()


def test_rows_that_cannot_be_read_are_told_of() -> None:
    """The second of two has no user; where all are like it there is nothing to answer from."""
    rows = [{"user": "a", "event": "task", "time": "2026-03-02"}, {"user": None, "event": "task", "time": "2026-03-02"}]
    with pytest.warns(UserWarning, match="1 of 2 rows of events cannot be read"):
        workspace = uptake.from_events(rows)
    assert (workspace.imported["events"].stored, workspace.imported["events"].rejected) == (1, 1)
    with pytest.raises(ImportFailed, match="1 of 1 rows of events cannot be read"):
        uptake.from_events(rows[1:])


def test_no_rows_are_an_empty_workspace() -> None:
    none: list[object] = [[], EVENTS.slice(0, 0)]
    for nothing in none:
        with uptake.from_events(nothing, **NAMED) as workspace:
            found = workspace.metric("active_users", window="30", as_of="2026-03-31")
            assert found.rows == []
            assert found.notes == ("No users are known: nothing that has been imported names one.",)


PEOPLE = [{"who": "a", "team": "Sales", "org": "x"}, {"who": "b", "team": "Support"}]
ORGS = pa.table({"account_id": ["x", "y"], "size": [10, 500], "plan": ["Free", "Pro"]})


def test_what_is_known_of_users_and_accounts_breaks_answers_down() -> None:
    """Columns of ids may be called as in the events, or as usual; b works in x and in y."""
    with uptake.from_events(EVENTS, users=PEOPLE, accounts=ORGS, **NAMED) as workspace:
        teams = {row["user.team"]: row["n"] for row in workspace.metric("active_users", by="team").rows}
        assert teams == {"Sales": 1, "Support": 1}
        big = workspace.metric("active_users", entity="account", where="size>=100", window="30").rows
        assert [row["n"] for row in big] == [1]
        plans = {row["account.plan"]: row["n"] for row in workspace.metric("active_users", by="account.plan").rows}
        assert plans == {"Free": 2, "Pro": 1}


def test_attributes_change_from_the_moment_they_say(tmp_path: Path) -> None:
    """a is in Sales until 8 March, then in Support, and signs up on the 2nd, which is no activity: active on the 3rd and 10th."""
    path = tmp_path / "people.csv"
    path.write_text("who,team,valid_from\na,Sales,2026-03-01\na,Support,2026-03-08\n", encoding="utf-8")
    with uptake.from_events(EVENTS, users=path, **NAMED) as workspace:
        asked = {"window": "1", "period": "day", "by": "team", "where": "user.id=a", "date_from": "2026-03-02"}
        rows = workspace.metric("active_users", **asked).rows
    active = {(row["period_on"].day, row["user.team"]) for row in rows if row["estimate"]}
    assert active == {(3, "Sales"), (10, "Support")}


def test_a_question_may_name_another_zone_groups_and_an_earlier_window() -> None:
    with uptake.from_events(EVENTS, users=PEOPLE, timezone="UTC", **NAMED) as workspace:
        asked = {
            "window": "1",
            "period": "day",
            "timezone": "Europe/Berlin",
            "date_from": "2026-03-10",
            "by": "team",
            "top": 1,
        }
        result = workspace.metric("active_users", compare="previous_period", **asked)
    assert result.params["timezone"] == "Europe/Berlin"
    active = {(row["period_on"].day, row["user.team"]) for row in result.rows if row["estimate"]}
    assert active == {(10, "(other)"), (11, "Sales")}


def test_ids_that_are_one_person() -> None:
    """Before, a visitor and a, who has the column `who`; then one person who did both."""
    events = [
        {"who": None, "anonymous_id": "visitor", "what": "view", "when": "2026-03-02T10:00:00Z"},
        {"who": "a", "anonymous_id": None, "what": "buy", "when": "2026-03-03T10:00:00Z"},
    ]
    named = {"user": "who", "event": "what", "at": "when"}
    link = {"previous_id": "visitor", "is_anonymous": True, "who": "a", "alias_at": "2026-03-03T09:00:00Z"}
    for aliases, expected in ((None, [1, 0]), ([link], [1, 1])):
        with uptake.from_events(events, aliases=aliases, **named) as workspace:
            rows = workspace.metric("funnel", steps="view,buy", as_of="2026-06-30").rows
        assert [row["count"] for row in rows] == expected


def test_people_that_cannot_be_read_leave_nothing() -> None:
    with pytest.raises(ImportFailed):
        uptake.from_events(EVENTS, users=pa.table({"colour": ["red"]}), **NAMED)
