"""Discovery, velocity and conversion, read once more by plain loops over events."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time
from scenario_answers import by, only

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.metrics.core.result import Result
from uptake.stats.difference import difference_of_shares
from uptake.stats.proportion import wilson

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2025, 4, 14, 22)
LAST_DAY = date(2025, 4, 14)
LAUNCH = date(2025, 3, 10)
GAP = timedelta(minutes=30)
PLAN = f"""
product: {{timezone: Europe/Berlin}}
features:
  tasks: {{events: [task]}}
  boards: {{events: [board], eligible: {{account.plan: Pro}}}}
  goals: {{events: [goal], launched_on: {LAUNCH}, eligible: {{account.plan: {{is_not: Free}}, user.role: {{exists: true}}}}}}
  secret: {{events: [secret], tag: hidden}}
activation: {{user: {{event: task, at_least: 2}}}}
proficiency: {{interval_days: 3}}
"""


@dataclass(frozen=True)
class World:
    """What happened, in UTC without zone."""

    workspace: uptake.Workspace
    events: list[tuple[datetime, str, str, str]]
    account_of: dict[str, str]
    plans: dict[str, list[tuple[datetime, str]]]
    roles: dict[str, datetime | None]
    paid: dict[str, datetime]

    def of(self, user: str, *names: str) -> list[datetime]:
        """When the user did one of these."""
        return [at for at, who, _, name in self.events if who == user and name in names]

    def start(self, user: str) -> datetime:
        return min(at for at, who, _, _ in self.events if who == user)


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest, new_home: Callable[..., Path], one_thread: None) -> Iterator[World]:
    """Thirty users of six accounts over six weeks; accounts change plans, users get roles late or never."""
    chance = random.Random(int(request.param))  # noqa: S311 - no secret
    begin = datetime(2025, 3, 1)

    def moment(days: float = 40) -> datetime:
        return begin + timedelta(minutes=chance.randrange(int(days * 1440)))

    plans = {f"a{n}": [(datetime(2025, 1, 1), chance.choice(["Free", "Pro"]))] for n in range(6)}
    for changes in plans.values():
        changes.extend(sorted((moment(), chance.choice(["Free", "Pro", "Team"])) for _ in range(chance.randrange(3))))
    account_of = {f"u{n}": f"a{n % 6}" for n in range(30)}
    roles = {user: chance.choice([None, datetime(2025, 1, 1), moment()]) for user in account_of}
    names = ["task", "task", "task", "board", "goal", "login", "secret", "upgrade"]
    events = []
    for user, account in account_of.items():
        first = moment(25)
        for _ in range(chance.randint(1, 30)):
            at = first + timedelta(minutes=chance.randrange(int(chance.choice([3, 10, 30]) * 1440)))
            events.append((at, user, account, chance.choice(names)))
    paid = {account: moment() for account in plans if chance.random() < 0.7}
    with uptake.open(new_home(PLAN)) as workspace:
        columns = dict(
            zip(("timestamp", "user_id", "account_id", "event"), map(list, zip(*events, strict=True)), strict=True)
        )
        workspace.import_rows(pa.table(columns), "events")
        rows = [{"account_id": a, "plan": plan, "valid_from": at} for a, said in plans.items() for at, plan in said]
        workspace.import_rows(pa.Table.from_pylist(rows), "accounts")
        told = [{"user_id": u, "role": "any", "valid_from": at} for u, at in roles.items() if at]
        workspace.import_rows(pa.Table.from_pylist(told), "users")
        bought = [
            {"account_id": a, "mrr": price, "started_on": at - timedelta(days=9 - price)}
            for a, at in paid.items()
            for price in (0, 9)
        ]
        workspace.import_rows(pa.Table.from_pylist(bought), "subscriptions")
        yield World(workspace, sorted(event for event in events if event[0] < AS_OF), account_of, plans, roles, paid)


def local_day(at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone(ZONE).date()


def same_as(row: dict[str, Any], waits: Sequence[tuple[float, bool]]) -> None:
    """The row's numbers are those of lifelines for these durations."""
    fitted = KaplanMeierFitter().fit(*zip(*waits, strict=True))
    assert (row["n"], row["reached"]) == (len(waits), sum(reached for _, reached in waits))
    for column, share in (("estimate", 0.5), ("p25", 0.25), ("p75", 0.75)):
        found = qth_survival_time(1 - share, fitted.survival_function_.round(9))
        assert row[column] == (None if found == float("inf") else pytest.approx(found)), column


def open_at(world: World, user: str, feature: str) -> datetime | None:
    """From when on a feature was open to a user: looked at minute by minute of whatever changes."""
    account = world.account_of[user]
    started = world.start(user)
    changes = [started, *(at for at, _ in world.plans[account] if at > started)]
    role = world.roles[user]
    if role and role > started:
        changes.append(role)
    for at in sorted(changes):
        plan = [name for since, name in world.plans[account] if since <= at][-1]
        can = {"tasks": True, "boards": plan == "Pro", "goals": plan != "Free" and role is not None and role <= at}[
            feature
        ]
        if can and at < AS_OF:
            launch = datetime.combine(LAUNCH, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
            return max(at, launch) if feature == "goals" else at
    return None


def test_discovery_is_timed_from_when_a_feature_was_open(world: World) -> None:
    result = world.workspace.metric("feature_discovery_lag", as_of=AS_OF)
    expected: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for feature, name in (("tasks", "task"), ("boards", "board"), ("goals", "goal")):
        for user in world.account_of:
            opened = open_at(world, user, feature)
            if opened is not None and opened < AS_OF and world.start(user) < AS_OF:
                used = world.of(user, name)
                wait = (used[0] if used else AS_OF) - opened
                expected[feature].append((max(wait / timedelta(seconds=1), 0), bool(used)))
    assert {row["feature"] for row in result.rows} == set(expected)
    for row in result.rows:
        same_as(row, expected[row["feature"]])


def begun(world: World, user: str) -> list[datetime]:
    """When the user's sessions began: half an hour or more after the event before, one by one."""
    times = sorted(at for at, who, _, _ in world.events if who == user)
    return [at for before, at in zip([None, *times], times, strict=False) if not before or at - before >= GAP]


@pytest.mark.parametrize("period", [None, "month"])
def test_discovery_is_counted_in_sessions_begun_since_a_feature_was_open(world: World, period: str | None) -> None:
    asked = {"unit": "sessions", "by_sessions": [1, 3], "period": period, "as_of": AS_OF}
    result = world.workspace.metric("feature_discovery_lag", **asked)
    expected: dict[tuple[str, date | None], list[tuple[float, bool]]] = defaultdict(list)
    for feature, name in (("tasks", "task"), ("boards", "board"), ("goals", "goal")):
        for user in world.account_of:
            opened = open_at(world, user, feature)
            if opened is not None and opened < AS_OF and world.start(user) < AS_OF:
                used = world.of(user, name)
                sessions = [at for at in begun(world, user) if at >= opened and (not used or at <= used[0])]
                month = local_day(opened).replace(day=1) if period else None
                expected[feature, month].append((len(sessions), bool(used)))
    found = {(row["feature"], row.get("period_on")): row for row in result.rows if row["n"]}
    assert set(found) == set(expected)
    for key, row in found.items():
        if any(wait for wait, _ in expected[key]):
            same_as(row, expected[key])
        else:  # lifelines takes no curve that ends where it begins
            assert (row["n"], row["reached"]) == (len(expected[key]), sum(reached for _, reached in expected[key]))
    assert differences(result, world.workspace.rows_of(result.sql)) == []


def test_a_lag_in_sessions_of_accounts_and_of_who_left(world: World) -> None:
    """An account's sessions are those of all its users; what is shown gives the same, whoever is asked for."""
    for entity in ("account", "member"):
        for left in ("waiting", "censored"):
            asked = {"unit": "sessions", "entity": entity, "left": left, "as_of": AS_OF}
            result = world.workspace.metric("feature_discovery_lag", **asked)
            assert differences(result, world.workspace.rows_of(result.sql)) == []
    (tasks,) = (
        row
        for row in world.workspace.metric("feature_discovery_lag", unit="sessions", entity="account", as_of=AS_OF).rows
        if row["feature"] == "tasks"
    )
    waits = []
    for account in world.plans:
        users = [user for user, of in world.account_of.items() if of == account]
        opened = min(world.start(user) for user in users)
        used = min((at for user in users for at in world.of(user, "task")), default=None)
        sessions = [at for user in users for at in begun(world, user) if at >= opened and (not used or at <= used)]
        waits.append((float(len(sessions)), used is not None))
    same_as(tasks, waits)


@pytest.mark.parametrize("last", [127, 128, 129])
def test_a_lag_of_as_many_sessions_as_a_small_number_holds(tmp_path: Path, last: int) -> None:
    """Ann finds boards in her 2nd session and has `last` of them; Bob has as many and never finds any."""
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [
        {"user_id": user, "event_name": name, "event_at": begin + timedelta(hours=hour)}
        for hour in range(last)
        for user, name in (("ann", "board" if hour == 1 else "look"), ("bob", "look"))
    ]
    uptake.init(tmp_path, {"plan.yml": "features: {boards: {events: [board]}}"})
    with uptake.Workspace(tmp_path) as workspace:
        workspace.import_events(pa.Table.from_pylist(rows))
        found = only(workspace.metric("feature_discovery_lag", unit="sessions", by_sessions=[1, 2, last]))
        assert (found["n"], found["reached"], found["estimate"]) == (2, 1, 2)
        assert [found[f"by_session_{number}"] for number in (1, 2, last)] == [0, 0.5, 0.5]


def test_no_curve_is_told_in_sessions(world: World) -> None:
    with pytest.raises(QuestionError, match="output is curve, and unit is sessions"):
        world.workspace.metric("feature_discovery_lag", unit="sessions", output="curve")


def proficient_after(days: set[date], features: dict[date, set[str]], activated: date, need: int) -> int | None:
    """Days to the end of the second good interval of three days running, by trying every interval in turn."""
    good_before = False
    for number in range(20):
        interval = [activated + timedelta(days=number * 3 + offset) for offset in range(3)]
        if interval[-1] > LAST_DAY:
            return None
        used = set().union(*(features[day] for day in interval))
        is_good = sum(day in days for day in interval) >= 2 and len(used) >= need
        if is_good and good_before:
            return (number + 1) * 3
        good_before = is_good
    return None


@pytest.mark.parametrize("need", [0, 1, 2])
def test_velocity_is_timed_to_the_end_of_two_good_intervals(world: World, need: int) -> None:
    waits = []
    core = {"task": "tasks", "board": "boards", "goal": "goals"}
    for user in world.account_of:
        tasks = world.of(user, "task")
        if len(tasks) < 2:
            continue
        activated = local_day(tasks[1])
        days, features = set[date](), defaultdict[date, set[str]](set)
        for at, who, _, name in world.events:
            if who == user and name != "login" and local_day(at) >= activated:
                days.add(local_day(at))
                features[local_day(at)] |= {core[name]} if name in core else set()
        reached = proficient_after(days, features, activated, need)
        waits.append(((reached or (LAST_DAY - activated).days + 1) * 86_400, reached is not None))
    same_as(only(world.workspace.metric("adoption_velocity", core_features=need, as_of=AS_OF)), waits)


@pytest.mark.parametrize("split", [None, "activated", {"event": "board"}])
def test_conversion_is_counted_after_the_day_of_the_split(world: World, split: Any) -> None:
    """Users convert by the event `upgrade`; the split is judged 5 days after the start, for everybody."""
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for user in world.account_of:
        start = world.start(user)
        judged = start + timedelta(days=5) if split else start
        bought = world.of(user, "upgrade")
        if (bought and bought[0] <= judged) or judged >= AS_OF:
            continue
        came = world.of(user, "task")[1:2] if split == "activated" else world.of(user, "board")[:1]
        part = ("reached" if came and came[0] < judged else "not reached") if split else None
        ends = start + timedelta(days=20)
        if ends >= AS_OF:
            counts[part][2] += 1
        else:
            counts[part][0] += 1
            counts[part][1] += bool(bought and bought[0] <= ends)
    result = world.workspace.metric(
        "paid_conversion", entity="user", until="upgrade", within_days=20, split=split, split_days=5, as_of=AS_OF
    )
    assert {row.get("split"): [row["n"], row["count"], row["open"]] for row in result.rows} == dict(counts)
    if split is not None:
        one, other = (wilson(counts[part][1], counts[part][0]) for part in ("reached", "not reached"))
        for row in result.rows:
            found = [row[f"split_difference{end}"] for end in ("", "_ci_lower", "_ci_upper")]
            assert found == pytest.approx(difference_of_shares(one, other)[1:])
        assert "observational" in result.notes[-1]


def test_accounts_convert_with_the_first_subscription_that_costs(world: World) -> None:
    n = count = 0
    for account in world.plans:
        starts = [at for at, _, where, _ in world.events if where == account]
        paid = world.paid.get(account)
        if not starts or (paid and paid <= starts[0]):
            continue
        n += 1
        count += bool(paid and paid <= starts[0] + timedelta(days=14))
    row = only(world.workspace.metric("paid_conversion", within_days=14, as_of=AS_OF))
    assert (row["n"], row["count"], row["open"]) == (n, count, 0)


def test_what_cannot_be_asked_says_why(workspace: uptake.Workspace, world: World) -> None:
    with pytest.raises(DefinitionMissing, match="no features"):
        workspace.metric("feature_discovery_lag")
    with pytest.raises(DefinitionMissing, match="'activated'"):
        workspace.metric("adoption_velocity")
    with pytest.raises(QuestionError, match="feature is 'secret'"):
        world.workspace.metric("feature_discovery_lag", feature="secret")
    with pytest.raises(QuestionError, match="split_days is 30"):
        world.workspace.metric("paid_conversion", split="activated", split_days=30)


def test_one_off_data_can_be_asked_without_a_plan() -> None:
    """u is activated by its first task on the 3rd, works on 4 of 6 days: proficient after 6; v is not, after 2."""
    day = datetime(2025, 3, 3, 12)
    rows = [("u", "task", n) for n in (0, 1, 3, 4)] + [("v", "task", 4), ("u", "buy", 5)]
    table = pa.table(
        {name: list(column) for name, column in zip(("user_id", "event", "at"), zip(*rows, strict=True), strict=True)}
    )
    at = [day + timedelta(days=int(number)) for number in table["at"].to_pylist()]
    with uptake.from_events(table.set_column(2, "at", pa.array(at))) as workspace:
        asked: dict[str, Any] = {"criteria": "task", "interval_days": 3, "as_of": "2025-03-08"}
        row = only(workspace.metric("adoption_velocity", **asked))
        assert (row["n"], row["reached"], row["estimate"]) == (2, 1, 6 * 86_400)
        bought = workspace.metric("paid_conversion", entity="user", until="buy", within_days=5, as_of="2025-03-20")
        assert (only(bought)["n"], only(bought)["count"]) == (2, 1)
        parts = by(bought := _split(workspace), "split")
        assert (parts, bought.by) == ({"reached": 1.0, "not reached": 0.0}, ("split",))


def _split(workspace: uptake.Workspace) -> Result:
    """By day 2 both have a task, u two of them."""
    twice = {"event": "task", "at_least": 2}
    asked: dict[str, Any] = {"entity": "user", "until": "buy", "split": twice, "split_days": 2, "within_days": 6}
    return workspace.metric("paid_conversion", **asked, as_of="2025-03-20")
