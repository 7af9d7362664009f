"""Durations: any clock, any goal, who left, groups that are tested against each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import qth_survival_time
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError

DAY = 86_400
AS_OF = datetime(2025, 4, 1)
PLAN = "value_moments: {shipped: {event: ship}}\nmilestones: {board: {event: board}}"


def day(number: float) -> datetime:
    """So many days after 1 March 2025."""
    return datetime(2025, 3, 1) + timedelta(days=number)


@pytest.fixture(scope="module")
def customers(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    """Four accounts that signed on days 0, 0, 5 and 10, created on day -20; `gone` churned on day 15.

    `fast` ships on day 2, `slow` on day 20, `gone` on day 18, `waiting` never. `fast` has a goal met on day 8, paid
    on day -5 and an outcome on day 12, of its user.
    """
    signed = {"fast": 0, "slow": 0, "gone": 5, "waiting": 10}
    accounts = [
        {
            "account_id": name,
            "signed_on": day(on),
            "created_at": day(-20),
            "churned_on": day(15) if name == "gone" else None,
        }
        for name, on in signed.items()
    ]
    said = [
        ("login", "fast", -19),
        ("ship", "fast", 2),
        ("board", "fast", 1),
        ("login", "slow", 1),
        ("ship", "slow", 20),
    ]
    said += [("login", "gone", 6), ("ship", "gone", 18), ("login", "waiting", 11)]
    events = [{"event": name, "user_id": f"u {who}", "account_id": who, "timestamp": day(at)} for name, who, at in said]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        money = [
            {"account_id": "fast", "mrr": 0.0, "started_on": day(-9)},
            {"account_id": "fast", "mrr": 9.0, "started_on": day(-5)},
        ]
        workspace.import_rows(pa.Table.from_pylist(money), "subscriptions")
        workspace.import_rows(pa.Table.from_pylist([{"account_id": "fast", "goal": "g", "met_on": day(8)}]), "goals")
        outcome = {"account_id": "fast", "user_id": "u fast", "outcome": "passed", "outcome_at": day(12)}
        workspace.import_rows(pa.Table.from_pylist([outcome]), "outcomes")
        deals = [{"opportunity_id": "1", "account_id": "fast", "stage": "won", "is_won": True, "close_on": day(-1)}]
        workspace.import_rows(pa.Table.from_pylist(deals), "opportunities")
        yield workspace


def test_time_to_value_begins_with_the_signature(customers: uptake.Workspace) -> None:
    """fast 2 days, gone 13, slow 20, waiting still at 21 (1 April): S = 3/4, 1/2, 1/4. Median 13 days."""
    row = only(customers.metric("time_to_value", as_of=AS_OF))
    assert (row["n"], row["reached"], row["estimate"]) == (4, 3, 13 * DAY)
    assert (row["p25"], row["p75"], row["p90"]) == (2 * DAY, 20 * DAY, None)
    assert row["by_30d"] is None
    shares = only(customers.metric("time_to_value", as_of=AS_OF, by_days=[1, 14]))
    assert (shares["by_1d"], shares["by_14d"]) == (0.0, 0.5)
    assert shares["by_14d_ci_lower"] < 0.5 < shares["by_14d_ci_upper"]


def test_the_clock_of_an_account_does_not_run_for_users_who_come_later(customers: uptake.Workspace) -> None:
    """Signed on days 0, 0, 5; the users came on days -19, 1, 6: at the end of day 0 (1 March) one of them waits."""
    row = only(customers.metric("time_to_value", entity="member", as_of="2025-03-01"))
    assert (row["n"], row["reached"]) == (1, 0)
    assert only(customers.metric("time_to_value", entity="member", as_of="2025-03-02"))["n"] == 2


def test_who_left_is_censored_if_asked(customers: uptake.Workspace) -> None:
    """`gone` left 10 days after signing, before shipping: S = 3/4 at 2, then slow of 2 at 20: 3/8. Median 20 days."""
    row = only(customers.metric("time_to_value", as_of=AS_OF, left="censored"))
    assert (row["n"], row["reached"], row["estimate"]) == (4, 2, 20 * DAY)


def test_a_clock_may_start_before_anybody_began_and_stop_at_anything(customers: uptake.Workspace) -> None:
    """Of `fast`: signed on day 0, created -20, first event -19, board 1, won -1, paid -5, goal 8, outcome 12."""

    def days(start: Any, until: Any, **more: Any) -> float:
        asked = {
            "entity": "account",
            "where": "account.id=fast",
            "start": start,
            "until": until,
            "as_of": AS_OF,
            **more,
        }
        return float(only(customers.metric("time_to_first_value", **asked))["estimate"]) / DAY

    assert days("created_at", "value") == 22
    assert days("paid", "goal_met") == 13
    assert days("subscribed", "paid") == 4
    assert days("won", "outcome") == days("won", "outcome:passed") == 13
    assert days("first_event", {"event": "ship"}) == 21
    assert days("board", "ship") == 1
    assert days("account.signed_on", "board", entity="member") == 1
    assert days("start_of_life", "value:shipped") == 2
    assert days("goal_met", "value") == 0  # it came before


def test_dates_of_accounts_are_not_dates_of_users(customers: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="signed_on is a date of accounts"):
        customers.metric("time_to_first_value", start="signed_on")
    with pytest.raises(QuestionError, match="time_to_value cannot be asked with entity='user'"):
        customers.metric("time_to_value", entity="user")


def test_a_moment_nobody_knows_is_told(customers: uptake.Workspace) -> None:
    result = customers.metric("time_to_first_value", until="nope")
    assert any("No event 'nope'" in note for note in result.notes)
    assert not customers.metric("time_to_first_value", entity="member", until="goal_met").notes


@pytest.mark.parametrize("moment", ["won", "subscribed", "paid", "goal_met"])
def test_what_happens_to_accounts_is_not_waited_for_by_users(customers: uptake.Workspace, moment: str) -> None:
    """A contract names no user: 0 % of the users paying would be read as a number."""
    for asked in ({"until": moment}, {"start": moment}, {"until": "value", "split": moment}):
        with pytest.raises(QuestionError, match=f"'{moment}' happens to accounts, not to users"):
            customers.metric("paid_conversion", entity="user", **asked)
        assert customers.metric("paid_conversion", entity="member", **asked) is not None


def test_an_import_moves_the_clock(new_home: Callable[..., Path]) -> None:
    """A goal that is met later than imported at first, and one of an account that no other row names."""
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.table({"account_id": ["a"], "signed_on": [day(0)]}), "accounts")
        for account, met in (("a", 9), ("a", 3), ("b", 1)):
            workspace.import_rows(pa.table({"account_id": [account], "goal": ["g"], "met_on": [day(met)]}), "goals")
        row = only(workspace.metric("time_to_value", until="goal_met", as_of=AS_OF))
        assert (row["n"], row["estimate"]) == (1, 3 * DAY)


@pytest.fixture(scope="module")
def newcomers(
    new_home: Callable[..., Path], one_thread: None
) -> Iterator[tuple[uptake.Workspace, list[tuple[Any, ...]]]]:
    """120 users of three teams who ship after a random time, or have not yet by 1 April."""
    chance = random.Random(7)  # noqa: S311 - no secret
    people, waits = [], []
    for number in range(120):
        team, begin = "xyz"[number % 3], day(chance.randrange(25)) + timedelta(seconds=chance.randrange(DAY))
        wait = timedelta(hours=chance.randrange(1, 200) * (1 + number % 3))
        waits.append((team, begin, wait))
        people.append({"user_id": f"u{number}", "created_at": begin, "team": team})
    events = [
        {"event": "ship", "user_id": f"u{number}", "timestamp": begin + wait}
        for number, (_, begin, wait) in enumerate(waits)
        if begin + wait < AS_OF
    ]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(people), "users")
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        told = [
            (team, min(wait, AS_OF - begin) / timedelta(seconds=1), begin + wait < AS_OF) for team, begin, wait in waits
        ]
        yield workspace, told


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # lifelines' own
def test_quantiles_shares_and_the_test_are_those_of_lifelines(
    newcomers: tuple[uptake.Workspace, list[tuple[Any, ...]]],
) -> None:
    workspace, told = newcomers
    result = workspace.metric("time_to_first_value", by="team", as_of=AS_OF)
    team, waited, reached = zip(*told, strict=True)
    expected = multivariate_logrank_test(waited, team, reached).p_value
    assert [row["pvalue"] for row in result.rows] == [pytest.approx(expected)] * 3
    for row in result.rows:
        own = [(wait, came) for name, wait, came in told if name == row["user.team"]]
        fitted = KaplanMeierFitter().fit(*zip(*own, strict=True))
        assert row["estimate"] == fitted.median_survival_time_
        for share in (25, 75):
            found = qth_survival_time(
                1 - share / 100, fitted.survival_function_.round(9)
            )  # 3 / 4 comes out a hair above
            assert row[f"p{share}"] == (None if found == float("inf") else found)
        for days in (1, 7, 14):
            assert row[f"by_{days}d"] == pytest.approx(1 - fitted.predict(days * DAY))
            at = fitted.confidence_interval_.loc[: days * DAY].iloc[-1]
            if 0 < row[f"by_{days}d"] < 1:
                assert row[f"by_{days}d_ci_lower"] == pytest.approx(1 - at.iloc[1])
                assert row[f"by_{days}d_ci_upper"] == pytest.approx(1 - at.iloc[0])


def test_groups_are_tested_within_their_period(newcomers: tuple[uptake.Workspace, list[tuple[Any, ...]]]) -> None:
    workspace, _ = newcomers
    by_week = workspace.metric("time_to_first_value", by="team", period="week", as_of=AS_OF)
    weeks = {row["period_on"]: row["pvalue"] for row in by_week.rows}
    assert len(set(weeks.values())) == len(weeks)
    alone = workspace.metric(
        "time_to_first_value", by="team", date_from="2025-03-03", date_to="2025-03-09", as_of=AS_OF
    )
    assert by(alone, "user.team", of="pvalue")["x"] == pytest.approx(weeks[day(2).date()])
    assert "pvalue" not in workspace.metric("time_to_first_value", as_of=AS_OF).rows[0]


def test_the_curve_and_its_picture_say_the_test(newcomers: tuple[uptake.Workspace, list[tuple[Any, ...]]]) -> None:
    workspace, _ = newcomers
    curve = workspace.metric("time_to_first_value", by="team", output="curve", as_of=AS_OF)
    assert len({row["pvalue"] for row in curve.rows}) == 1
    assert "Log-rank test between the groups: p " in str(curve.chart_spec()["title"])
