"""Support tickets for a hundred users of each feature: by hand, and by a plain count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_world import FIRST, LAST, MINUTES, ZONES, Clock, Row, Told, dates, histories, in_order, workspace_of

import uptake
from uptake.benchmarks.ask import asked_for
from uptake.signals.panel import Panel
from uptake.signals.signal import read

pytestmark = pytest.mark.usefixtures("one_thread")
NewHome = Callable[..., Path]
NOON = datetime(2025, 3, 30, 12)
AS_OF: dict[str, Any] = {"as_of": "2025-03-30"}
PLAN = """
features:
  boards: {title: Kanban boards, events: [board]}
  files: {title: boards, events: [file]}
  secret: {events: [board], tag: hidden}
"""


def event(name: str, user: str, account: str | None, back: int) -> Row:
    return {"event": name, "user_id": user, "account_id": account, "timestamp": NOON - timedelta(days=back)}


def ticket(id_: str, feature: str | None, back: int, account: str | None = None, user: str | None = None) -> Row:
    at = NOON - timedelta(days=back)
    return {"ticket_id": id_, "feature": feature, "account_id": account, "user_id": user, "opened_at": at}


def by(result: Any, label: str) -> dict[str, Row]:
    """The rows of an answer by a label."""
    return {row[label]: row for row in result.rows}


@pytest.fixture(scope="module")
def asked(new_home: NewHome) -> Any:
    """a: four use boards within 28 days, one long ago; b: one uses boards; c: nobody does, and it asks about them."""
    events = [event("board", f"a{number}", "a", number) for number in range(4)] + [event("board", "a9", "a", 28)]
    events += [event("board", "b0", "b", 27), event("file", "b0", "b", 40), event("other", "c0", "c", 1)]
    tickets = [
        ticket("1", "boards", 0, "a", "a0"), ticket("2", "KANBAN BOARDS", 27, "a"), ticket("3", "boards", 3, user="b0"),
        ticket("4", "boards", 5, "c", "c0"), ticket("5", None, 5, "a", "a1"), ticket("6", "secret", 5, "a", "a1"),
        # too long ago, and after the last day
        ticket("7", "boards", 28, "a", "a0"), ticket("8", "boards", -1, "a", "a0"),
    ]  # fmt: skip
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        workspace.import_rows(pa.Table.from_pylist(tickets), "tickets")
        # the first ticket again, solved: no further ticket
        again = ticket("1", "boards", 0, "a", "a0") | {"status": "solved", "solved_at": NOON}
        workspace.import_rows(pa.Table.from_pylist([again]), "tickets")
        yield workspace


def test_by_feature(asked: uptake.Workspace) -> None:
    """Boards: tickets 1 to 4; users a0 to a3 and b0. 100 x 4 / 5 = 80. Nobody used files of late; 5 and 6 name none shown."""
    found = by(asked.metric("tickets_per_100_users", **AS_OF), "feature")
    assert set(found) == {"boards", "(none)"}
    assert [found["boards"][name] for name in ("n", "users", "tickets", "estimate")] == [3, 5, 4, 80]
    assert found["boards"]["ci_lower"] < 80 < found["boards"]["ci_upper"]
    assert [found["(none)"][name] for name in ("users", "tickets", "estimate", "status")] == [
        0,
        2,
        None,
        "not_eligible",
    ]


def test_by_user_a_ticket_of_an_account_alone_is_nobodys(asked: uptake.Workspace) -> None:
    """Boards: tickets 1, 3 and 4, of a0, b0 and c0, who does not use them; 100 x 3 / 5."""
    found = by(asked.metric("tickets_per_100_users", entity="user", **AS_OF), "feature")["boards"]
    assert [found[name] for name in ("n", "users", "tickets", "estimate")] == [6, 5, 3, 60]


def sent(id_: str | None, feature: str | None, back: int, user: str, account: str | None) -> Row:
    """A ticket that came as an event."""
    return event("asked", user, account, back) | {"ticket": id_, "about": feature}


AS_EVENTS = "tickets: {opened: asked, id: ticket, feature: about}"


@pytest.mark.parametrize("has_rows", [True, False])
def test_a_ticket_counts_once_whether_it_came_as_a_row_or_as_an_event(new_home: NewHome, has_rows: bool) -> None:
    """Rows 1 and 2 of the last 28 days, about boards. Events: 1 again, 3 twice, 4 about files, one without an id, 5 too old.

    Of boards: 1, 2, 3 and the one without an id; without rows 1, 3 and that one. Of a's users a0 and a1 used boards.
    """
    rows = [ticket("1", "boards", 3, "a", "a0"), ticket("2", "boards", 5, "a", "a1")]
    events = [
        sent("1", "boards", 3, "a0", "a"), sent("3", "Kanban boards", 4, "a0", "a"), sent("3", "boards", 2, "a0", "a"),
        sent("4", "files", 4, "a1", "a"), sent(None, "boards", 6, "a1", "a"), sent("5", "boards", 28, "a1", "a"),
        event("board", "a0", "a", 1), event("board", "a1", "a", 2),
    ]  # fmt: skip
    with uptake.open(new_home(PLAN + AS_EVENTS)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        if has_rows:
            workspace.import_rows(pa.Table.from_pylist(rows), "tickets")
        for entity in ("account", "user", "member"):
            found = by(workspace.metric("tickets_per_100_users", entity=entity, **AS_OF), "feature")
            assert [found["boards"][name] for name in ("users", "tickets")] == [2, 4 if has_rows else 3]
        whole = workspace.metric("tickets_per_100_users", per="product", **AS_OF).rows[0]
        assert (whole["tickets"], whole["users"]) == (5 if has_rows else 4, 2)
        (load,) = _support_load(workspace)
        assert load == (5 if has_rows else 4) / 2
    with uptake.open(new_home(PLAN)) as without:
        without.import_rows(pa.Table.from_pylist(events), "events")
        answer = without.metric("tickets_per_100_users", **AS_OF)
        assert not answer.rows
        assert "named in the plan under tickets" in " ".join(answer.notes)


def _support_load(workspace: uptake.Workspace) -> list[float]:
    """The signal of every account on the last day."""

    def answer(cursor: Any) -> list[float]:
        with workspace.facts_for(AS_OF, cursor, workspace.plan):
            asked = asked_for(cursor, workspace.plan, AS_OF)
            last = asked.question.last_day
            found: list[float] = read(Panel(asked, last, last), "support_load")[:, -1].tolist()
            return found

    return workspace.read(answer)


def test_of_the_product(asked: uptake.Workspace) -> None:
    """All six tickets of the window; a0 to a3, b0 and c0 were active."""
    (row,) = asked.metric("tickets_per_100_users", per="product", **AS_OF).rows
    assert [row[name] for name in ("users", "tickets", "estimate")] == [6, 6, 100]


def test_who_is_behind_it(asked: uptake.Workspace) -> None:
    people = asked.people("tickets_per_100_users", {"feature": "boards"}, **AS_OF)
    assert {row["account_id"]: row["value"] for row in people.rows} == {"a": 2, "b": 1, "c": 1}


def test_before_the_first_ticket_nothing_is_known(asked: uptake.Workspace) -> None:
    result = asked.metric("tickets_per_100_users", as_of="2025-02-28")
    assert result.rows == []
    assert any("--kind tickets" in note for note in result.notes)


def test_the_signal_says_the_same_of_an_account(asked: uptake.Workspace) -> None:
    """The load of account a on the day is two named and two other tickets over four users: a hundredth of the metric's."""
    row = by(asked.metric("tickets_per_100_users", per="product", by="account", **AS_OF), "account.id")["a"]
    assert [row["tickets"], row["users"], row["estimate"]] == [4, 4, 100]


@st.composite
def desks(draw: st.DrawFn) -> list[Row]:
    """Tickets of accounts, of users under ids that are merged as well, and of both; some are told twice."""
    one = st.tuples(
        st.sampled_from([str(number) for number in range(12)]),
        st.sampled_from(["boards", "Kanban Boards", "files", "unknown", None]),
        st.sampled_from([("a", None), ("b", "u"), ("a", "old u"), ("c", "v"), (None, "w"), ("d", "x")]),
        dates(LAST + timedelta(days=3)),
        MINUTES,
    )
    return [
        {
            "ticket_id": id_, "feature": feature, "account_id": account, "user_id": user,
            "opened_at": datetime(day.year, day.month, day.day) + timedelta(minutes=minute),
        }
        for id_, feature, (account, user), day, minute in draw(st.lists(one, min_size=1, max_size=20))
    ]  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=histories(("board", "file", "other")), tickets=desks(), zone=st.sampled_from(ZONES),
    as_of=st.sampled_from([date(2025, 3, 8), date(2025, 3, 31), LAST]), entity=st.sampled_from(["account", "user"]),
    window=st.sampled_from([1, 7, 28]), is_of_product=st.booleans(),
)  # fmt: skip
def test_a_plain_count_gives_the_same(
    new_home: NewHome, told: list[Told], tickets: list[Row], zone: str, as_of: date, entity: str, window: int,
    is_of_product: bool,
) -> None:  # fmt: skip
    """Reads events and tickets one by one; tickets that name a user alone are the account's by hand, above."""
    if entity == "account":
        tickets = [row for row in tickets if row["account_id"]]
    clock, events = Clock(ZoneInfo(zone)), in_order(told)
    named = {"boards": "boards", "kanban boards": "boards", "files": "files"}
    latest = {row["ticket_id"]: row for row in tickets}
    own = "account_id" if entity == "account" else "user_id"
    known = [row for row in latest.values() if row["opened_at"] < clock.end(as_of)]
    months = [(date(2025, month, 1), min(date(2025, month + 1, 1) - timedelta(days=1), as_of)) for month in (2, 3, 4)]
    expected: dict[tuple[date, str | None], list[Any]] = {}
    for month, last in months:
        if month > as_of or not any(row["opened_at"] < clock.end(last) for row in tickets):
            continue
        days = {last - timedelta(days=back) for back in range(window)}
        users: dict[str | None, set[tuple[str, str]]] = defaultdict(set)
        for one in events:
            feature = {"board": "boards", "file": "files"}.get(one.name)
            if clock.day(one.at) in days and (feature or is_of_product):
                users[None if is_of_product else feature].add((one.account if entity == "account" else "", one.user))
        opened: dict[str | None, int] = defaultdict(int)
        for row in known:
            if clock.day(row["opened_at"]) in days and row[own]:
                opened[None if is_of_product else named.get(str(row["feature"]).lower(), "(none)")] += 1
        for feature in users.keys() | opened.keys():
            n, asked_for = len(users[feature]), opened[feature]
            expected[month, feature] = [n, asked_for, 100 * asked_for / n if n else None]
    plan = f"product: {{timezone: {zone}}}\n{PLAN}"
    more = {"tickets": tickets} if tickets else {}
    with workspace_of(new_home(plan), told, **more) as workspace:
        rows = workspace.metric(
            "tickets_per_100_users", entity=entity, per="product" if is_of_product else "feature", window_days=window,
            period="month", date_from=FIRST.replace(day=1), as_of=as_of.isoformat(),
        ).rows  # fmt: skip
    found = {(row["period_on"], row.get("feature")): [row["users"], row["tickets"], row["estimate"]] for row in rows}
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert found[key] == pytest.approx(numbers) if numbers[2] is not None else found[key] == numbers
