"""What was planted in users is in the tables: plain pandas, none of the generator's code."""

from __future__ import annotations

import demo_world
import numpy as np
import pandas as pd
import pytest
from demo_world import World
from lifelines import KaplanMeierFitter

COHORTS = ("first", "second", "third")


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world.shipped_world()


def active_months(world: World) -> pd.DataFrame:
    """User and 30-day month after signup in which there is an active event."""
    active = world.active
    month = np.floor(world.since_signup(active) / 30).astype(int)
    return pd.DataFrame({"user_id": active.user_id, "month": month}).drop_duplicates()


@pytest.fixture(scope="module")
def months(world: World) -> dict[int, set[str]]:
    """Month after signup -> users active in it."""
    return {int(str(month)): set(rows.user_id) for month, rows in active_months(world).groupby("month")}


@pytest.fixture(scope="module")
def aha(world: World) -> set[str]:
    """Users with three tasks and an invitation within seven days."""
    events = world["events"]
    early = events[world.since_signup(events).between(0, 7, inclusive="left")]
    tasks = early[early.event_name == "task_created"].user_id.value_counts()
    invitations = early[early.event_name == "invitation_sent"].user_id.value_counts()
    return set(tasks[tasks >= 3].index) & set(invitations.index)


@pytest.mark.parametrize("name", COHORTS)
def test_the_cohort_table_is_as_planted(world: World, months: dict[int, set[str]], name: str) -> None:
    cohort = world.cohort(name)
    planted = world.truth["retention"]
    for month, expected in zip(planted["months"], planted["expected"][name], strict=True):
        closed = cohort.index[cohort + pd.Timedelta(days=30 * (month + 1)) <= world.end]
        assert len(closed) > 500
        assert np.mean(closed.isin(list(months[month]))) == pytest.approx(expected, abs=planted["tolerance"])


def test_every_cell_of_the_table_can_be_observed(world: World) -> None:
    first, second, third = (world.cohort(name) for name in COHORTS)
    for cohort, share in ((first, 1.0), (second, 1.0), (third, 0.6)):
        closed = (cohort + pd.Timedelta(days=210) <= world.end).mean()
        assert closed >= share


def test_some_users_skip_a_month_and_come_back(world: World, months: dict[int, set[str]]) -> None:
    cohort = set(world.cohort("first").index)
    assert len((months[1] - months[2]) & months[3] & cohort) > 10


@pytest.mark.parametrize("name", COHORTS)
def test_the_median_time_to_first_value_is_as_planted(world: World, name: str) -> None:
    cohort = world.cohort(name)
    planted = world.truth["time_to_first_value"]
    events = world["events"]
    reached = events[events.event_name == planted["event"]].groupby("user_id").event_at.min().reindex(cohort.index)
    until = reached.fillna(world.end)
    days = (until - cohort).dt.total_seconds() / 86_400
    assert (days >= 0).all()
    median = KaplanMeierFitter().fit(days, reached.notna()).median_survival_time_
    assert median == pytest.approx(planted["expected_median_days"][name], abs=planted["tolerance_days"])


@pytest.mark.parametrize("name", COHORTS)
def test_the_share_that_reaches_the_aha_moment_is_as_planted(world: World, aha: set[str], name: str) -> None:
    planted = world.truth["activation"]
    rate = np.mean(world.cohort(name).index.isin(list(aha)))
    assert rate == pytest.approx(planted["expected_rate"][name], abs=planted["tolerance"])


@pytest.mark.parametrize("name", COHORTS)
def test_users_who_reached_the_aha_moment_stay_longer(
    world: World, aha: set[str], months: dict[int, set[str]], name: str
) -> None:
    cohort = world.cohort(name)
    planted = world.truth["activation"]
    for month in (1, 2, 3, 6):
        closed = cohort.index[cohort + pd.Timedelta(days=30 * (month + 1)) <= world.end]
        back, did = closed.isin(list(months[month])), closed.isin(list(aha))
        expected = planted["expected_retention"][name][str(month)]
        assert back[did].mean() == pytest.approx(expected["with"], abs=planted["retention_tolerance"])
        assert back[~did].mean() == pytest.approx(expected["without"], abs=planted["retention_tolerance"])
        assert back[did].mean() - back[~did].mean() > 0.15


def test_one_half_of_the_aha_moment_alone_adds_nothing(
    world: World, aha: set[str], months: dict[int, set[str]]
) -> None:
    events = world["events"]
    early = events[world.since_signup(events).between(0, 7, inclusive="left")]
    users = world["users"]
    barred = (users.role == "viewer") | users.account_id.isin(world.truth["never_adopted"]["accounts"])
    cohort = pd.concat([world.cohort(name) for name in COHORTS]).index
    cohort = cohort[~cohort.isin(list(aha | set(users.user_id[barred])))]
    back = cohort.isin(list(months[3]))
    invited = cohort.isin(early[early.event_name == "invitation_sent"].user_id)
    tasks = early[early.event_name == "task_created"].user_id.value_counts()
    many_tasks = cohort.isin(tasks[tasks >= 3].index)
    neither = back[~invited & ~many_tasks].mean()
    assert back[invited].mean() == pytest.approx(neither, abs=0.07)
    assert back[many_tasks].mean() == pytest.approx(neither, abs=0.07)


def test_the_decoy_tells_nothing_in_the_first_week_and_much_for_ever(world: World, months: dict[int, set[str]]) -> None:
    planted = world.truth["decoy"]
    events = world["events"]
    opened = events[events.event_name == planted["event"]]
    cohort = pd.concat([world.cohort(name) for name in COHORTS]).index
    back = cohort.isin(list(months[3]))

    def lift(users: pd.Series[str]) -> float:
        did = cohort.isin(users)
        return float(back[did].mean() - back[~did].mean())

    within = opened[world.since_signup(opened) < 7]
    assert lift(within.user_id) == pytest.approx(planted["expected_lift_within_7_days"], abs=planted["tolerance"])
    assert lift(opened.user_id) > 0.25


@pytest.mark.parametrize("name", COHORTS)
def test_set_up_is_completed_as_planted(world: World, name: str) -> None:
    planted = world.truth["onboarding_completion"]
    events = world["events"]
    early = events[world.since_signup(events).between(0, 7, inclusive="left")]
    done = set.intersection(*(set(early[early.event_name == step].user_id) for step in planted["steps"]))
    rate = np.mean(world.cohort(name).index.isin(list(done)))
    assert rate == pytest.approx(planted["expected"][name], abs=planted["tolerance"])


def test_a_user_has_no_event_before_signup(world: World) -> None:
    events = world["events"]
    assert world.since_signup(events).min() >= 0
    signups = events[events.event_name == "signup"].set_index("user_id").event_at
    assert signups.index.is_unique
    assert (signups == world.signups.reindex(signups.index)).all()
    start = pd.Timestamp(world.truth["starts_on"], tz="Europe/Berlin")
    assert set(world.signups[world.signups >= start].index) == set(signups.index)


def test_labouring_users_work_long_and_finish_nothing(world: World) -> None:
    planted = world.truth["labouring"]
    events = world["events"].sort_values(["user_id", "event_at"])
    is_new = events.event_at.diff().gt(pd.Timedelta(minutes=30)) | events.user_id.ne(events.user_id.shift())
    sessions = events.groupby(is_new.cumsum())
    lasts = (sessions.event_at.max() - sessions.event_at.min()).dt.total_seconds() / 60
    labours = sessions.user_id.first().isin(planted["users"])
    assert lasts[labours].median() >= planted["expected_session_minutes_at_least"]
    assert lasts[~labours].median() < 8

    of_them = events[events.user_id.isin(planted["users"])].event_name
    assert not of_them.isin(["task_completed", "import_completed", "project_completed"]).any()
    assert (of_them == "import_failed").sum() > 1_000
    others = events[~events.user_id.isin(planted["users"])].event_name.value_counts()
    success = others["import_completed"] / others["import_started"]
    assert success == pytest.approx(planted["expected_import_success_of_others"], abs=0.02)

    tickets = world["tickets"]
    theirs = tickets.user_id.isin(planted["users"])
    assert tickets[theirs].satisfaction.mean() <= planted["expected_satisfaction_at_most"]
    assert tickets[~theirs].satisfaction.mean() >= planted["expected_satisfaction_of_others_at_least"]


def test_every_import_that_was_started_ended(world: World) -> None:
    counts = world["events"].event_name.value_counts()
    assert counts["import_started"] == counts["import_completed"] + counts["import_failed"]


def test_customer_types_come_in_their_own_rhythm(world: World) -> None:
    days = world.active[["user_id", "account_id", "event_at"]].assign(day=lambda rows: rows.event_at.dt.floor("D"))
    days = days.drop_duplicates(["user_id", "day"]).sort_values(["user_id", "day"])
    days["gap"] = days.groupby("user_id").day.diff().dt.days
    medians = days.groupby("user_id").gap.median()[days.groupby("user_id").size() >= 5]
    account = days.groupby("user_id").account_id.first()
    for kind in world.truth["customer_types"]["types"].values():
        low, high = kind["median_gap_days"]
        assert low <= medians[account.isin(kind["accounts"])].median() <= high


def test_the_launched_feature_is_taken_up_as_planted(world: World) -> None:
    planted = world.truth["launch"]
    launched = pd.Timestamp(planted["launched_on"], tz="UTC")
    active = world.active[world.active.user_id.isin(planted["eligible_at_launch"])]
    after = (active.event_at - launched).dt.days
    blocks = [set(active.user_id[after.between(30 * n, 30 * n + 29)]) for n in range(3)]
    there = set.intersection(*blocks)
    events = world["events"]
    used = events[events.event_name == planted["event"]]
    assert used.event_at.min() >= launched
    first = used[used.user_id.isin(there)].groupby("user_id").event_at.min()
    assert len(there) > 1_000
    for day, expected in planted["expected_share_by_day"].items():
        share = (first < launched + pd.Timedelta(days=int(day) + 1)).sum() / len(there)
        assert share == pytest.approx(expected, abs=planted["tolerance"]), day


def test_consultants_work_in_both_accounts_and_nobody_else_does(world: World) -> None:
    planted = world.truth["consultants"]["users"]
    accounts = world["events"].groupby("user_id").account_id.agg(frozenset)
    several = accounts[accounts.map(len) > 1]
    assert len(several) > 40
    for user, pair in several.items():
        assert pair == set(planted[user]["accounts"])


def test_people_work_by_day_and_rarely_at_weekends(world: World) -> None:
    regions = world["accounts"].drop_duplicates("account_id").set_index("account_id").region
    events = world["events"]
    zones = {
        "Central Europe": "Europe/Berlin",
        "United Kingdom": "Europe/London",
        "North America": "America/New_York",
        "Asia-Pacific": "Asia/Singapore",
    }
    home = events.user_id.map(world["users"].drop_duplicates("user_id").set_index("user_id").account_id).map(regions)
    for region, zone in zones.items():
        local = events[home == region].event_at.dt.tz_convert(zone)
        assert local.dt.hour.between(8, 19).all()
        assert (local.dt.day_of_week >= 5).mean() < 0.02
