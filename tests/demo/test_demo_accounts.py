"""What was planted in accounts is in the tables: plain pandas, none of the generator's code."""

from __future__ import annotations

import demo_world
import numpy as np
import pandas as pd
import pytest
from demo_world import World

CORE = {
    "boards": ["board_viewed"],
    "tasks": ["task_created", "task_completed"],
    "projects": ["project_created", "project_completed"],
    "comments": ["comment_added"],
    "files": ["file_attached"],
    "timeline": ["timeline_opened"],
    "dashboards": ["dashboard_viewed"],
}


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world.shipped_world()


def instant(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz="UTC")


def active_days(world: World, accounts: list[str]) -> pd.DataFrame:
    """One row per account, user and day with an active event."""
    active = world.active[world.active.account_id.isin(accounts)]
    days = active.assign(day=active.event_at.dt.floor("D"))
    return days[["account_id", "user_id", "day"]].drop_duplicates()


def use(days: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> float:
    """Active days of all users together, a week."""
    weeks = (end - begin).days / 7
    return float(((days.day >= begin) & (days.day < end)).sum() / weeks)


def test_shelfware_is_deep_use_by_few_of_many_seats(world: World) -> None:
    planted = world.truth["shelfware"]
    since = world.end - pd.Timedelta(days=30)
    recent = world.active[world.active.event_at >= since]
    seats = world["seats"].groupby("account_id").user_id.nunique()
    for account, expected in planted["accounts"].items():
        rows = recent[recent.account_id == account]
        assert seats[account] == expected["seats"]
        assert rows.user_id.nunique() / seats[account] <= planted["expected_active_share_at_most"]
        for user in expected["deep_users"]:
            names = set(rows.event_name[rows.user_id == user])
            used = sum(bool(names & set(events)) for events in CORE.values())
            assert used >= planted["expected_core_features_of_deep_users_at_least"]


def test_use_decays_before_an_account_churns(world: World) -> None:
    planted = world.truth["decaying"]
    days = active_days(world, list(planted["accounts"]))
    ratios = []
    for account, dates in planted["accounts"].items():
        rows = days[days.account_id == account]
        decay, churn = instant(dates["decay_from"]), instant(dates["churned_on"])
        before = use(rows, decay - pd.Timedelta(days=42), decay)
        at_last = use(rows, churn - pd.Timedelta(days=21), churn)
        assert rows.day.max() < churn
        assert 56 <= (churn - decay).days <= 98
        ratios.append(at_last / before)
    assert len(ratios) == 28
    assert np.median(ratios) < 0.25
    assert max(ratios) <= planted["expected_use_before_churn_at_most"]


def test_churned_accounts_say_so_everywhere(world: World) -> None:
    slow, early = world.truth["decaying"]["accounts"], world.truth["never_adopted"]["accounts"]
    accounts = world["accounts"]
    churned = accounts[accounts.churned_on.notna()]
    assert set(churned.account_id) == set(slow) | set(early)
    assert (churned.churned_on == churned.valid_from).all()
    outcomes = world["outcomes"]
    left = outcomes[outcomes.outcome == "churned"].set_index("account_id").outcome_at
    subscriptions = world["subscriptions"].sort_values("started_on").drop_duplicates("account_id", keep="last")
    subscriptions = subscriptions.set_index("account_id")
    for account, dates in (slow | early).items():
        churn = pd.Timestamp(dates["churned_on"])
        assert left[account] == churn
        assert subscriptions.ended_on[account] == churn
    others = subscriptions[~subscriptions.index.isin(list(slow | early))]
    assert others.ended_on.isna().all()


def test_champions_leave_some_accounts_when_they_decay(world: World) -> None:
    contacts = world["contacts"]
    gone = contacts[contacts.role == "left the company"].set_index("account_id")
    planted = {
        account: dates["champion_left_on"]
        for account, dates in world.truth["decaying"]["accounts"].items()
        if dates["champion_left_on"]
    }
    assert 5 <= len(planted) <= 19
    assert set(gone.index) == set(planted)
    last = world["events"].groupby("user_id").event_at.max()
    for account, left in planted.items():
        assert gone.valid_from[account] == pd.Timestamp(left)
        assert last[gone.user_id[account]] < instant(left)


def test_fading_accounts_lose_use_until_the_last_day_and_have_not_churned(world: World) -> None:
    planted = world.truth["fading"]["accounts"]
    days = active_days(world, list(planted))
    assert not world["accounts"].set_index("account_id").loc[list(planted)].churned_on.notna().any()
    for account, dates in planted.items():
        rows = days[days.account_id == account]
        decay = instant(dates["decay_from"])
        before = use(rows, decay - pd.Timedelta(days=42), decay)
        assert use(rows, world.end.floor("D") - pd.Timedelta(days=14), world.end) < 0.75 * before


def test_accounts_that_never_adopted_stop_within_weeks(world: World) -> None:
    events = world["events"][world["events"].account_id.isin(world.truth["never_adopted"]["accounts"])]
    assert world.since_signup(events).max() < 31
    assert not (events.event_name == "project_completed").any()


def test_healthy_accounts_do_not_decay(world: World) -> None:
    exemplary = world.truth["exemplary"]["accounts"]
    users = world["users"].drop_duplicates("user_id")
    old = users[users.account_id.isin(exemplary) & (users.created_at < instant("2025-07-01"))].user_id
    days = active_days(world, exemplary)
    days = days[days.user_id.isin(old)]
    first = use(days, instant("2025-09-01"), instant("2025-12-01"))
    last = use(days, instant("2026-06-01"), instant("2026-09-01"))
    assert last > 0.7 * first


def test_seats_that_never_came_have_no_user_and_no_event(world: World) -> None:
    planted = world.truth["never_came"]
    never = set(planted["seats"])
    seats = world["seats"]
    assert never <= set(seats.user_id)
    assert not never & set(world["users"].user_id)
    assert not never & set(world["events"].user_id)
    assert set(seats.user_id) - never == set(world["users"].user_id)
    counts = seats[seats.user_id.isin(never)].account_id.value_counts().to_dict()
    assert counts == planted["by_account"]


def test_a_plan_only_gives_what_it_includes(world: World) -> None:
    accounts = world["accounts"].assign(
        at=lambda rows: rows.valid_from.dt.tz_localize("Europe/Berlin").astype("datetime64[ms, UTC]")
    )
    gated = {"automation_created": 1, "report_built": 1, "workload_viewed": 1, "goal_set": 2, "goal_reviewed": 2}
    events = world["events"][world["events"].event_name.isin(gated)]
    plans = pd.merge_asof(
        events.sort_values("event_at"), accounts.sort_values("at"), left_on="event_at", right_on="at", by="account_id"
    )
    rank = plans.plan.map({"Free": 0, "Pro": 1, "Enterprise": 2})
    assert (rank >= plans.event_name.map(gated)).all()


def test_moves_to_another_plan_are_dated_rows_and_change_what_is_paid(world: World) -> None:
    planted = world.truth["changes"]
    accounts = world["accounts"].sort_values(["account_id", "valid_from"])
    before = accounts.groupby("account_id").plan.shift()
    moves = accounts[before.notna() & (before != accounts.plan) & (accounts.valid_from >= "2025-07-01")]
    assert len(moves) == len(planted["plan_moves"])
    kinds = {(move["from"], move["to"]) for move in planted["plan_moves"]}
    assert kinds == {("Free", "Pro"), ("Pro", "Enterprise"), ("Enterprise", "Pro")}
    paid = world["subscriptions"].set_index(["account_id", "started_on"]).plan
    for move in planted["plan_moves"]:
        assert paid[(move["account_id"], pd.Timestamp(move["on"]))] == move["to"]


def test_contracts_are_renewed_expanded_and_contracted(world: World) -> None:
    counts = world.truth["changes"]["counts"]
    assert all(count >= 5 for count in counts.values()), counts
    outcomes = world["outcomes"]
    assert (outcomes.value[outcomes.outcome == "expanded"] > 0).all()
    assert (outcomes.value[outcomes.outcome.isin(["contracted", "churned"])] < 0).all()


def test_subscriptions_follow_each_other_without_gap_or_overlap(world: World) -> None:
    rows = world["subscriptions"].sort_values(["account_id", "started_on"])
    following = rows.groupby("account_id").started_on.shift(-1)
    has_next = following.notna()
    assert (rows.ended_on[has_next] == following[has_next]).all()
    assert (rows.ended_on.isna() | (rows.ended_on > rows.started_on)).all()
    price = rows.plan.map({"Pro": 12.0, "Enterprise": 22.0})
    assert (rows.mrr == rows.seats * price).all()


def test_a_won_deal_is_a_rise_of_revenue_on_that_day(world: World) -> None:
    won = world["opportunities"][world["opportunities"].is_won.eq(True)]
    rises = world["outcomes"].rename(columns={"value": "amount", "outcome_at": "valid_from"})
    found = won.merge(rises, on=["account_id", "valid_from", "amount"])
    assert len(found) == len(won) > 150


def test_unhappy_people_are_those_with_a_reason(world: World) -> None:
    nps = world["feedback"][world["feedback"].survey == "nps"]
    labouring = nps.user_id.isin(world.truth["labouring"]["users"])
    assert nps.score.between(0, 10).all()
    assert nps[labouring].score.mean() < 4
    assert nps[~labouring].score.mean() > 7
    quarter = nps.feedback_at.dt.tz_localize(None).dt.to_period("Q")
    assert not pd.DataFrame({"user": nps.user_id, "quarter": quarter}).duplicated().any()


@pytest.mark.parametrize("table", ["tickets", "feedback"])
def test_only_users_of_that_account_speak(world: World, table: str) -> None:
    members = set(zip(world["memberships"].user_id, world["memberships"].account_id, strict=True))
    rows = world[table][world[table].user_id.notna()]
    assert set(zip(rows.user_id, rows.account_id, strict=True)) <= members


def test_a_pulse_praises_shelfware_and_hears_late_of_a_decay(world: World) -> None:
    rows = world["feedback"][world["feedback"].survey == "pulse"]
    assert rows.user_id.isna().all()
    assert rows.score.isin(range(1, 6)).all()
    planted = world.truth["pulse"]
    for archetype in ("exemplary", "shelfware", "never_adopted"):
        mean = rows[rows.account_id.isin(world.truth[archetype]["accounts"])].score.mean()
        assert mean == pytest.approx(planted["expected_mean"][archetype], abs=planted["tolerance"])
    lives = world.truth["decaying"]["accounts"]
    of = rows[rows.account_id.isin(lives)]
    days = pd.DataFrame(lives).T[["decay_from", "decay_to"]].loc[of.account_id]
    begin, end = (pd.DatetimeIndex(days[side], tz="UTC") for side in days)
    is_late = of.feedback_at >= begin + (end - begin) / 2
    assert of[~is_late].score.mean() == pytest.approx(planted["expected_mean"]["decaying"], abs=planted["tolerance"])
    assert of[is_late].score.mean() == pytest.approx(planted["expected_mean_late_in_a_decay"], abs=0.3)


def test_some_owners_never_say_what_they_think_and_some_no_longer(world: World) -> None:
    rows = world["feedback"][world["feedback"].survey == "pulse"]
    latest = rows.groupby("account_id").feedback_at.max()
    lives = world["accounts"].sort_values("valid_from").drop_duplicates("account_id", keep="last")
    live = lives[lives.churned_on.isna() & (lives.live_on < world.end.tz_localize(None) - pd.Timedelta(days=150))]
    said = latest.reindex(live.account_id)
    planted = world.truth["pulse"]
    assert said.isna().mean() == pytest.approx(planted["share_never_rated"], abs=0.06)
    silent = said < world.end - pd.Timedelta(days=90)
    assert silent.mean() == pytest.approx(planted["share_no_longer_rated"], abs=0.06)


def test_goals_are_set_reviewed_and_often_met(world: World) -> None:
    goals = world["goals"].sort_values(["goal_id", "valid_from"])
    assert (goals.groupby("goal_id").size() > 1).mean() > 0.5
    met = goals[goals.met_on.notna()]
    assert len(met) > 50
    assert (met.actual >= met.target).all()
