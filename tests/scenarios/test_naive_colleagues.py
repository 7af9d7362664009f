"""A second opinion on what people of one account do with each other, and on who is busy in vain: plain loops over events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_world import FIRST, LAST, MINUTES, ZONES, Clock, Event, Row, Told, dates, histories, in_order, workspace_of
from scenario_answers import by

pytestmark = pytest.mark.usefixtures("one_thread")
NewHome = Callable[..., Path]
CHEAP = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
AS_OF = st.sampled_from([date(2025, 3, 8), date(2025, 3, 29), date(2025, 3, 31), LAST])

INVITES = """
product: {{timezone: {zone}}}
activation: {{user: {{within_days: 7, event: task, at_least: 2}}}}
invites: {{sent: sent, accepted: accepted, within_days: 10{invitee}}}
"""


@st.composite
def rosters(draw: st.DrawFn) -> list[Row]:
    """Seats, of which some have no beginning, some no end; under ids that are merged as well."""
    users = ["u", "v", "w", "x", "old u"]
    pairs = draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(users)), unique=True, max_size=9))
    found = []
    for account, user in pairs:
        start, length = draw(st.one_of(st.none(), dates())), draw(st.one_of(st.none(), st.integers(1, 40)))
        end = start + timedelta(days=length) if start and length else None
        found.append({"account_id": account, "user_id": user, "valid_from": start, "valid_to": end})
    return found


def months_until(as_of: date) -> list[tuple[date, date]]:
    """The first and the last day of every month of the history, the last month's as far as it is over."""
    months = [(date(2025, month, 1), date(2025, month + 1, 1) - timedelta(days=1)) for month in (2, 3, 4)]
    return [(first, min(last, as_of)) for first, last in months if first <= as_of]


@CHEAP
@given(
    told=histories(("sent u", "sent v", "sent old v", "sent nobody", "accepted", "accepted", "task"), "ab"),
    seats=rosters(), zone=st.sampled_from(ZONES), as_of=AS_OF, has_ids=st.booleans(),
)  # fmt: skip
def test_invite_loop(
    new_home: NewHome, told: list[Told], seats: list[Row], zone: str, as_of: date, has_ids: bool
) -> None:
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    now = clock.end(as_of)
    accepted = [one for one in events if one.name == "accepted"]
    firsts = {(one.account, one.user): one.at for one in reversed(accepted)}
    expected: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])

    def count(month: date, part: str, came: int, of: int = 1) -> None:
        expected[month, part][0] += of
        expected[month, part][1] += came

    for month, last in months_until(as_of):
        begin, end = clock.begin(month), clock.end(last)
        for one in events:
            if not begin <= one.at < end or not one.name.startswith(("sent", "accepted")):
                continue
            invitee = one.name.removeprefix("sent ").removeprefix("old ")
            until = one.at + timedelta(days=10)
            if not has_ids:
                is_sent = one.name.startswith("sent")
                count(month, "accepted", not is_sent, is_sent)
            elif one.name != "accepted" and until <= now:
                own = [other.at for other in accepted if (other.account, other.user) == (one.account, invitee)]
                count(month, "accepted", any(one.at <= at < until for at in own))
        for (_, user), at in firsts.items():
            until = at + timedelta(days=7)
            if begin <= at < end and until <= now:
                tasks = [one.at for one in events if one.user == user and one.name == "task"]
                count(month, "activated", len(tasks) > 1 and tasks[1] < until)
        given_at: dict[tuple[str, str], datetime] = {}
        for seat in seats:
            pair = (seat["account_id"], seat["user_id"].removeprefix("old "))
            at = clock.begin(seat["valid_from"]) if seat["valid_from"] else datetime(1970, 1, 1)
            given_at[pair] = min(at, given_at.get(pair, at))
        for pair, at in given_at.items():
            if begin <= at < end:
                count(month, "seats", pair in firsts and firsts[pair] < end)
    plan = INVITES.format(zone=zone, invitee=", invitee: to" if has_ids else "")
    with workspace_of(new_home(plan), told, seats=seats) as workspace:
        rows = workspace.metric("invite_loop", date_from=str(FIRST), as_of=str(as_of)).rows
        assert {(row["period_on"], row["part"]): [row["of"], row["came"]] for row in rows} == expected
        for row in rows:
            assert row["estimate"] == (row["came"] / row["of"] if row["of"] else None)


LABOUR = """
product: {{timezone: {zone}}}
active: [work, begin, done]
tasks: {{import: {{start: begin, complete: done, within_minutes: 20}}}}
"""


@st.composite
def busy(draw: st.DrawFn) -> list[Told]:
    """Events of three users that follow each other at gaps around those that matter."""
    steps = st.tuples(
        st.sampled_from([0, 1, 10, 20, 21, 29, 30]), st.sampled_from(["begin", "begin", "work", "done", "login"])
    )
    runs = st.tuples(
        dates(), MINUTES, st.sampled_from("ab"), st.sampled_from("uvw"), st.lists(steps, min_size=1, max_size=8)
    )
    found = []
    for day, minute, account, user, own in draw(st.lists(runs, max_size=14)):
        at = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        for gap, name in own:
            at += timedelta(minutes=gap)
            sent, is_old = draw(st.sampled_from(["early", "late", "twice"])), draw(st.booleans())
            found.append(Told(at, account, user, name, sent, is_old))
    return found


answers = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.sampled_from(["u", "v", "old u"]),
            "account_id": st.sampled_from("ab"),
            "survey": st.sampled_from(["nps", "csat"]),
            "score": st.sampled_from([1.0, 2.0, 3.0, 5.0]),
            "feedback_at": dates(),
        }
    ),
    max_size=8,
)


def lengths(events: list[Event], clock: Clock, now: datetime) -> list[tuple[str, str, date, float]]:
    """(user, account, day, seconds) of every session of more than one event that is known to have ended."""
    own: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for one in events:
        own[one.user, one.account].append(one.at)
    found = []
    for (user, account), times in own.items():
        begins = [times[0], *(at for before, at in pairwise(times) if at - before >= timedelta(minutes=30))]
        for begin, following in zip(begins, [*begins[1:], datetime.max], strict=True):
            session = [at for at in times if begin <= at < following]
            if len(session) > 1 and session[-1] < now:
                found.append((user, account, clock.day(begin), (session[-1] - begin).total_seconds()))
    return found


def tries(events: list[Event], now: datetime) -> list[tuple[str, str, datetime, int]]:
    """(user, account, at, done) of every start whose time is over."""
    found = []
    known = [one for one in events if one.at < now and one.name in ("begin", "done")]
    for number, one in enumerate(known):
        end = one.at + timedelta(minutes=20)
        following = (other for other in known[number + 1 :] if (other.user, other.account) == (one.user, one.account))
        after = next(following, None)
        if one.name == "begin" and end < now:
            found.append(
                (one.user, one.account, one.at, int(after is not None and after.name == "done" and after.at <= end))
            )
    return found


@CHEAP
@given(told=busy(), said=answers, zone=st.sampled_from(ZONES), as_of=AS_OF, least=st.sampled_from([0, 15, 30]))
def test_labouring(new_home: NewHome, told: list[Told], said: list[Row], zone: str, as_of: date, least: int) -> None:
    """Busy for so long in 28 days, and of two tries fewer than half done, or unhappy when asked last in 30 days."""
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    now, begin = clock.end(as_of), as_of - timedelta(days=27)
    with workspace_of(new_home(LABOUR.format(zone=zone)), told, feedback=said) as workspace:
        for entity in ("user", "account", "member"):

            def key(user: str, account: str, entity: str = entity) -> str:
                return {"user": user, "account": account, "member": f"{user} {account}"}[entity]

            seconds: dict[str, float] = defaultdict(float)
            for user, account, day, length in lengths(events, clock, now):
                seconds[key(user, account)] += length if begin <= day <= as_of else 0
            done: dict[str, list[int]] = defaultdict(list)
            for user, account, at, is_done in tries(events, now):
                if begin <= clock.day(at) <= as_of:
                    done[key(user, account)].append(is_done)
            mood: dict[str, float] = {}
            for answer in sorted(said, key=lambda one: one["feedback_at"]):
                at = clock.begin(answer["feedback_at"])
                if now - timedelta(days=30) <= at < now:
                    share = answer["score"] / 10 if answer["survey"] == "nps" else (answer["score"] - 1) / 4
                    mood[key(answer["user_id"].removeprefix("old "), answer["account_id"])] = share
            judged: dict[str, bool] = {}
            for one in events:
                who = key(one.user, one.account)
                if one.name == "login" or not begin <= clock.day(one.at) <= as_of:
                    continue
                has_tried = len(done[who]) >= 2
                if seconds[who] < least * 60:
                    judged[who] = False
                elif has_tried or who in mood:
                    judged[who] = (has_tried and fmean(done[who]) < 0.5) or mood.get(who, 1) < 0.4
            asked: Row = {
                "entity": entity, "least_minutes": least, "least_tries": 2, "sentiment_days": 30, "as_of": str(as_of)
            }  # fmt: skip
            rows = workspace.metric("labouring", **asked).rows
            assert [(row["n"], row["count"]) for row in rows if row["n"]] == (
                [(len(judged), sum(judged.values()))] if judged else []
            ), entity
            if rows and entity != "member":
                found = workspace.people("labouring", {}, **asked).ids()
                assert sorted(found) == sorted(who for who, labours in judged.items() if labours)


MAP = """
product: {{timezone: {zone}}}
active: [task, board, file]
features: {{tasks: {{events: [task]}}, boards: {{events: [board]}}, files: {{events: [file]}}, looks: {{events: [page]}}}}
"""


def place(
    events: list[Event], clock: Clock, seats: list[Row], account: str, on: date
) -> tuple[int, float, float] | None:
    """Seats, breadth and the share of seats that were active, of an account at the end of a day."""
    end, begin = clock.end(on), on - timedelta(days=27)
    own = [one for one in events if one.account == account and one.at < end]
    window = [one for one in own if begin <= clock.day(one.at)]
    if seats:
        held = [
            seat["user_id"].removeprefix("old ")
            for seat in seats
            if seat["account_id"] == account
            and (not seat["valid_from"] or seat["valid_from"] <= on)
            and (not seat["valid_to"] or on < seat["valid_to"])
        ]
    else:
        held = [one.user for one in own]
    active = {one.user for one in window if one.name != "page"}
    if not held:
        return None
    breadth = len({one.name for one in window}) / 4 if active else 0.0
    return len(set(held)), breadth, len(set(held) & active) / len(set(held))


@CHEAP
@given(
    told=histories(("task", "board", "file", "page"), "abcde"),
    seats=rosters(),
    zone=st.sampled_from(ZONES),
    as_of=AS_OF,
)
def test_adoption_map(new_home: NewHome, told: list[Told], seats: list[Row], zone: str, as_of: date) -> None:
    """Each month has a map and medians of its own."""
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    expected: dict[date, dict[str, Any]] = {}
    for month, last in months_until(as_of):
        places = {name: place(events, clock, seats, name, last) for name in "abcde"}
        known = {name: one for name, one in places.items() if one}
        if not known:
            continue
        xs, ys = median(one[1] for one in known.values()), median(one[2] for one in known.values())
        names = {(True, True): "embedded", (True, False): "shelfware", (False, True): "thin", (False, False): "dormant"}
        expected[month] = {name: (*one, names[one[1] >= xs, one[2] >= ys]) for name, one in known.items()}
    with workspace_of(new_home(MAP.format(zone=zone)), told, seats=seats) as workspace:
        medians = {"y": "seats_active", "x_split": "median", "y_split": "median"}
        asked = {"period": "month", "date_from": "2025-02-01", "as_of": str(as_of), **medians}
        found: dict[date, dict[str, Any]] = defaultdict(dict)
        for row in workspace.metric("adoption_map", **asked).rows:
            found[row["period_on"]][row["point"]] = (row["n"], row["x"], row["estimate"], row["quadrant"])
        assert found == expected
        placed = {one.id: one.label for one in workspace.placements("fit", as_of=str(as_of)).everyone}
        placed = {id_: label for id_, label in placed.items() if label != "unknown"}  # neither seats nor users
        assert placed == by(workspace.metric("adoption_map", as_of=str(as_of)), "point", of="quadrant")
        whole = by(workspace.metric("adoption_map", as_of=str(as_of), **medians), "point", of="quadrant")
        assert whole == {name: one[3] for name, one in expected.get(as_of.replace(day=1), {}).items()}
