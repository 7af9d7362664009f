"""A second opinion on what begins and ends with a contract: plain loops over events, subscriptions and stages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_world import (
    LAST,
    ZONES,
    Clock,
    Event,
    Row,
    Told,
    active_days,
    adopted_on,
    dates,
    histories,
    in_order,
    waited,
    workspace_of,
)  # fmt: skip
from scenario_answers import by

from uptake.metrics.core.result import Result

pytestmark = pytest.mark.usefixtures("one_thread")
NewHome = Callable[..., Path]
PLAN = """
product: {{timezone: {zone}, currency: EUR, usage_interval_days: 5}}
active: [task, ship]
value_moments: {{shipped: {{event: ship}}}}
journey: {{awareness: [Lead], interest: [Call, Demo], evaluation: [Offer]}}
"""
ACTIVE = ("task", "ship")
NAMES = ("task", "task", "ship", "login")
DAY = 86_400
CHEAP = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
AS_OF = st.sampled_from([date(2025, 3, 8), date(2025, 3, 29), date(2025, 3, 31), LAST])
"""Among them the eves of days on which clocks change, and of such a day's end."""


@st.composite
def subscriptions(draw: st.DrawFn) -> list[Row]:
    """Up to three of each account, which may overlap, follow each other, cost nothing or never end."""
    found = []
    for account in "abcd":
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.one_of(dates(), st.sampled_from([date(2025, 3, 1), date(2025, 4, 1)])))
            length = draw(st.one_of(st.none(), st.integers(1, 30)))
            end = start + timedelta(days=length) if length else None
            renewal = draw(st.one_of(st.none(), st.just(end), dates()))
            mrr = draw(st.sampled_from([0.0, 10.0, 20.0]))
            found.append(
                {"account_id": account, "mrr": mrr, "started_on": start, "ended_on": end, "renewal_on": renewal}
            )
    return found


def pays(rows: list[Row], account: str, day: date) -> float:
    """What an account pays on a day."""
    return sum(
        float(row["mrr"])
        for row in rows
        if row["account_id"] == account and row["started_on"] <= day and (not row["ended_on"] or day < row["ended_on"])
    )


def first(events: list[Event], entity: str, name: str, key: str) -> datetime | None:
    return next((one.at for one in events if one.name == name and getattr(one, entity) == key), None)


def same_times(row: Row, waits: list[tuple[float, bool]], by_days: tuple[int, ...]) -> None:
    assert (row["n"], row["reached"]) == (len(waits), sum(reached for _, reached in waits))
    found = [row[name] for name in ("p25", "estimate", "p75", "p90")]
    assert found == [waited(waits, share) for share in (0.25, 0.5, 0.75, 0.9)]
    for days in by_days:
        until = [(min(time, days * DAY + 1), reached and time <= days * DAY) for time, reached in waits]
        left = 1.0
        for time in sorted({time for time, _ in until}):
            left *= 1 - sum(one == time and reached for one, reached in until) / sum(one >= time for one, _ in until)
        is_known = max(time for time, _ in waits) >= days * DAY or left < 1e-9
        assert row[f"by_{days}d"] == (pytest.approx(1 - left) if is_known else None)


@CHEAP
@given(
    told=histories(NAMES, "abcdef"), zone=st.sampled_from(ZONES), as_of=AS_OF,
    signed=st.lists(st.one_of(st.none(), dates()), min_size=6, max_size=6),
    churned=st.lists(st.one_of(st.none(), dates()), min_size=6, max_size=6),
    met=st.lists(st.one_of(st.none(), dates()), min_size=6, max_size=6),
)  # fmt: skip
def test_time_to_value(
    new_home: NewHome,
    told: list[Told],
    zone: str,
    as_of: date,
    signed: list[date | None],
    churned: list[date | None],
    met: list[date | None],
) -> None:
    """From the signature to the first value, or to a goal met; who churned may be watched until then alone."""
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    now = clock.end(as_of)
    accounts: list[Row] = [
        {"account_id": name, "created_at": "2025-01-01", "signed_on": on, "churned_on": gone if gone != on else None}
        for name, on, gone in zip("abcdef", signed, churned, strict=True)
    ]
    goals = [
        {"account_id": name, "goal": "g", "met_on": on}
        for name, on in zip("abcdef", met, strict=True)
        if on is not None
    ]
    with workspace_of(new_home(PLAN.format(zone=zone)), told, accounts=accounts, goals=goals) as workspace:
        for entity, until, left in (
            ("account", "value", "waiting"), ("account", "value", "censored"), ("account", "goal_met", "waiting"),
            ("member", "value", "waiting"),
        ):  # fmt: skip
            waits: dict[date, list[tuple[float, bool]]] = defaultdict(list)
            for number, account in enumerate(accounts):
                if account["signed_on"] is None or clock.begin(account["signed_on"]) >= now:
                    continue
                start, name = clock.begin(account["signed_on"]), account["account_id"]
                own = [one for one in events if one.account == name and one.at < now]
                users = sorted({one.user for one in own}) if entity == "member" else [""]
                for user in users:
                    goal = met[number]
                    reached = first([one for one in own if user in ("", one.user)], "account", "ship", name)
                    if until == "goal_met":
                        reached = clock.begin(goal) if goal else None
                    seen = now
                    gone = account["churned_on"]
                    if left == "censored" and gone and not account["signed_on"] > gone:
                        seen = max(start, min(now, clock.begin(gone)))
                    is_reached = reached is not None and reached < seen
                    time = ((reached if reached and is_reached else seen) - start) / timedelta(seconds=1)
                    waits[account["signed_on"].replace(day=1)].append((max(time, 0), is_reached))
            asked: dict[str, Any] = {"entity": entity, "until": until, "left": left, "as_of": str(as_of)}
            whole = workspace.metric("time_to_value", by_days=[7, 30], **asked)
            every = [one for month in waits.values() for one in month]
            assert len(whole.rows) == bool(every), (entity, until, left)
            if every:
                same_times(whole.rows[0], every, (7, 30))
            monthly = by(workspace.metric("time_to_value", period="month", **asked), "period_on", of="n")
            assert {month: n for month, n in monthly.items() if n} == {month: len(own) for month, own in waits.items()}


def decay_of(days: dict[date, set[str]], gone: date, adopted: date, by_users: bool) -> date:
    """When the last interval of usual use ended, counted in fives back from the day of leaving."""
    uses = []
    for number in range(min((gone - min(days)).days // 5, 52)):
        interval = [gone - timedelta(days=number * 5 + back) for back in range(1, 6)]
        came = [days[day] for day in interval if day in days]
        uses.append(len(set().union(*came)) if by_users else len(came))
    usual = quantiles(uses, n=4, method="inclusive")[2] if len(uses) > 1 else sum(uses)
    falls = [number for number, use in enumerate(uses) if usual and use >= 0.8 * usual]
    return max(gone - timedelta(days=5 * falls[0]), adopted) if falls else adopted


@CHEAP
@given(told=histories(NAMES), paid=subscriptions(), zone=st.sampled_from(ZONES), as_of=AS_OF)
def test_churn_kind(new_home: NewHome, told: list[Told], paid: list[Row], zone: str, as_of: date) -> None:
    """Who paid at the beginning of a month and does not at its end; who was silent for twelve days."""
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    months = [month for month in (date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)) if month <= as_of]
    ends = [min(date(2025, month.month + 1, 1), as_of + timedelta(days=1)) for month in months]
    eve = timedelta(days=1)
    gone: dict[str, list[tuple[date, str, date, float]]] = {"contract": [], "inactivity": []}
    for month, end in zip(months, ends, strict=True):
        for account in "abcd":
            before = pays(paid, account, month - eve)
            if before and not pays(paid, account, end - eve):
                over = [row["ended_on"] for row in paid if row["account_id"] == account and row["mrr"]]
                on = max(day for day in over if day is not None and day <= end - eve)
                gone["contract"].append((month, account, on, before))
    days_of = {"contract": active_days(events, clock, "account", ACTIVE)}
    days_of["inactivity"] = active_days(events, clock, "user", ACTIVE)
    for user, days in days_of["inactivity"].items():
        for day in days:
            on = day + timedelta(days=12)
            if on <= as_of and not any(day < other <= on for other in days):
                gone["inactivity"].append((on.replace(day=1), user, on, 0.0))
    with workspace_of(new_home(PLAN.format(zone=zone)), told, subscriptions=paid) as workspace:
        for churned, entity in (("contract", "account"), ("inactivity", "user")):
            listed, counts = set(), defaultdict(list)
            for month, key, on, mrr in gone[churned]:
                shipped = first(events, entity, "ship", key)
                days = days_of[churned].get(key, set())
                adopted = adopted_on(days, clock.day(shipped) if shipped else None, 5) if days else None
                decay = None
                if adopted and adopted < on:
                    users: dict[date, set[str]] = defaultdict(set)
                    for one in events:
                        if getattr(one, entity) == key and one.name in ACTIVE:
                            users[clock.day(one.at)].add(one.user)
                    decay = decay_of(users, on, adopted, entity == "account")
                kind = "slow" if decay else "early"
                listed.add((month, key, kind, on, adopted if decay else None, decay))
                counts[month, kind].append((mrr, (on - decay).days if decay else None))
            asked: Row = {
                "churned": churned, "entity": entity, "window_days": 12, "date_from": "2025-02-01", "as_of": str(as_of)
            }  # fmt: skip
            rows = workspace.metric("churn_kind", output="list", **asked).rows
            names = ("period_on", f"{entity}_id", "kind", "churned_on", "adopted_on", "decay_on")
            assert {tuple(row[name] for name in names) for row in rows} == listed
            assert len(rows) == len(listed)
            for row in workspace.metric("churn_kind", **asked).rows:
                own = counts[row["period_on"], row["kind"]]
                assert row["estimate"] == len(own)
                assert row["n"] == sum(one[0] == row["period_on"] for one in listed)
                fell = [back for _, back in own if back is not None]
                assert row["decay_days"] == (median(fell) if fell else None)
                if entity == "account":
                    assert (row["mrr"] or 0) == sum(mrr for mrr, _ in own)


STAGES = {"Lead": "awareness", "Call": "interest", "Demo": "interest", "Offer": "evaluation", "Lost": None}
STEPS = ("awareness", "interest", "evaluation", "test", "adoption", "renewal", "expansion")


def share_adopted_on(events: list[Event], account: str, gone: date | None, clock: Clock) -> date | None:
    """The first day before it left at whose end a quarter of those who ever came there had shipped and were active in two of the last four
    intervals; of fewer than two intervals of data nothing is said.
    """
    used = [clock.day(one.at) for one in events if one.name in ACTIVE]
    mine = [one for one in events if one.account == account]
    days_of = active_days(mine, clock, "user", ACTIVE)
    shipped = {one.user: clock.day(one.at) for one in reversed(mine) if one.name == "ship"}
    came = {one.user: clock.day(one.at) for one in reversed(mine)}
    day = min(used, default=date.max - timedelta(days=9)) + timedelta(days=9)
    while day < min(LAST + timedelta(days=20), gone or date.max):
        people = [user for user, on in came.items() if on <= day]
        intervals = {user: {(day - on).days // 5 for on in days_of[user] if on <= day} for user in people}
        adopted = [
            user for user in people if shipped.get(user, date.max) <= day and len(intervals[user] & {0, 1, 2, 3}) > 1
        ]
        if people and len(adopted) / len(people) >= 0.25:
            return day
        day += timedelta(days=1)
    return None


def entries(
    events: list[Event], paid: list[Row], deals: list[Row], account: str, gone: date | None, clock: Clock
) -> dict[str, datetime]:  # fmt: skip
    """Step -> when the account first got there."""
    found: dict[str, list[datetime]] = defaultdict(list)
    own = [row for row in paid if row["account_id"] == account and row["mrr"]]
    signed = min((row["started_on"] for row in own), default=date.max)
    for deal in deals:
        step = STAGES[deal["stage"]]
        if deal["account_id"] == account and step and deal["valid_from"] < signed:
            found[step].append(clock.begin(deal["valid_from"]))
    mine = [one for one in events if one.account == account]
    found["test"] += [one.at for one in mine if one.name in ACTIVE]
    adopted = share_adopted_on(events, account, gone, clock)
    found["adoption"] += [clock.begin(adopted)] if adopted else []
    renewals = [row["renewal_on"] for row in own if row["renewal_on"] and row["renewal_on"] > row["started_on"]]
    if renewals and pays(paid, account, min(renewals)):
        found["renewal"].append(clock.begin(min(renewals)))
    for row in own:
        for day in (row["started_on"], row["ended_on"]):
            if day and 0 < pays(paid, account, day - timedelta(days=1)) < pays(paid, account, day):
                found["expansion"].append(clock.begin(day))
    return {step: min(times) for step, times in found.items() if times}


def journey_of(way: dict[str, datetime], left: datetime | None, now: datetime) -> dict[str, tuple[bool, bool, float]]:
    """Step that was entered -> whether the account is there, whether it went on, and the seconds it took."""
    known = [(step, way[step]) for step in STEPS if step in way and way[step] < now]
    found = {}
    for number, (step, at) in enumerate(known):
        later = min((other for _, other in known[number + 1 :]), default=None)
        until = later or (min(now, left) if left else now)
        is_here = number == len(known) - 1 and (left is None or left >= now)
        found[step] = (is_here, later is not None, max((until - at) / timedelta(seconds=1), 0))
    return found


@CHEAP
@given(
    told=histories(NAMES), paid=subscriptions(), zone=st.sampled_from(ZONES), as_of=AS_OF,
    deals=st.lists(st.fixed_dictionaries({
        "account_id": st.sampled_from("abcd"), "stage": st.sampled_from(list(STAGES)), "valid_from": dates(),
    }), max_size=12),
    churned=st.lists(st.one_of(st.none(), dates()), min_size=4, max_size=4),
)  # fmt: skip
def test_journey(
    new_home: NewHome,
    told: list[Told],
    paid: list[Row],
    zone: str,
    as_of: date,
    deals: list[Row],
    churned: list[date | None],
) -> None:
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    now = clock.end(as_of)
    accounts = [
        {"account_id": name, "created_at": "2025-01-01", "churned_on": on}
        for name, on in zip("abcd", churned, strict=True)
    ]
    numbered = [deal | {"opportunity_id": f"o{number}"} for number, deal in enumerate(deals)]
    told_all = {"accounts": accounts, "subscriptions": paid, "opportunities": numbered}
    with workspace_of(new_home(PLAN.format(zone=zone)), told, **told_all) as workspace:
        steps: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
        stuck = []
        for name, gone in zip("abcd", churned, strict=True):
            way = entries(events, paid, deals, name, gone, clock)
            for step, one in journey_of(way, clock.begin(gone) if gone else None, now).items():
                steps[step].append(one)
                if one[0] and step != STEPS[-1]:
                    stuck.append((name, step, pytest.approx((now - way[step]) / timedelta(days=1))))
        result: Result = workspace.metric("journey", as_of=str(as_of))
        found = {row["step"]: (row["here"], row["n"], row["moved"]) for row in result.rows}
        assert found == {
            step: (sum(here for here, _, _ in own), len(own), sum(moved for _, moved, _ in own))
            for step, own in steps.items()
        }
        for row in result.rows:
            days = waited([(time / DAY, moved) for _, moved, time in steps[row["step"]]], 0.5)
            assert row["median_days"] == (None if row["step"] == STEPS[-1] or days is None else pytest.approx(days))
        rows = workspace.metric("journey", output="stuck", as_of=str(as_of)).rows
        assert sorted((row["account_id"], row["step"], row["days"]) for row in rows) == sorted(
            stuck, key=lambda one: one[:2]
        )
