"""What a company knows of its customers beside their events: tasks, invites, contracts, tickets, answers to surveys.

Made for the users and accounts of a file of `bench.events`, which stays as it is. The same file gives the same tables.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

import uptake
from bench import questions
from bench.events import DAYS, FIRST_DAY, SEED
from bench.workspace import HOME, use_threads

PLAN = Path(__file__).parent / "customers.yml"
"""The part of the plan that says what these rows mean; read beside `bench/plan.yml`."""
TIERS = ("Free", "Pro", "Team")
SEAT_PRICES = (0, 20, 35)
ROLES = ("admin", "editor", "viewer")
SOURCES = ("search", "partner", "content", None)
STAGES = ("Lead", "Qualified", "Proposal")
FEATURES = 30
DAY_S = 86_400
YEAR_S = DAYS * DAY_S
PEOPLE = """SELECT user_id, any_value(account_id) AS account_id, count(*) AS events,
        epoch(min(event_at))::BIGINT - ? AS begins, epoch(max(event_at))::BIGINT - ? AS ends
    FROM read_parquet(?) GROUP BY user_id ORDER BY user_id"""

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Users in the order of their ids, and the accounts they belong to.

    Args:
        user: Their ids.
        account: Position of each user's account in `accounts`.
        accounts: Ids of accounts.
        events: How many events each user has.
        begins: Seconds from the first day to the first event.
        ends: Seconds from the first day to the last event.
    """

    user: npt.NDArray[np.object_]
    account: Integers
    accounts: npt.NDArray[np.object_]
    events: Integers
    begins: Integers
    ends: Integers


def main() -> None:
    """Makes a workspace of the rows and the events, and prints how long each kind took; see `bench.child.build`."""
    folder, events = Path(sys.argv[1]), Path(sys.argv[2])
    use_threads(int(sys.argv[3]))
    home = uptake.init(folder / HOME, {plan.name: plan.read_text("utf-8") for plan in (questions.PLAN, PLAN)})
    seconds: dict[str, float] = {}
    with uptake.open(home.folder) as workspace:
        for kind, rows in [*tables(events).items(), ("events of the contest", events)]:
            began = time.perf_counter()
            workspace.import_rows(rows, kind.split()[0])
            seconds[kind] = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "sizes": {"projection": home.projection.stat().st_size}}))


def tables(events: Path, seed: int = SEED) -> dict[str, pa.Table]:
    """Kind of rows -> the rows; in the order in which they are imported.

    Args:
        events: The Parquet file.
        seed: Seed of the generator.
    """
    people, random = _people(events), np.random.default_rng(seed)
    opened, left = _account_times(people)
    tier = random.integers(0, len(TIERS), len(people.accounts))
    signed = np.minimum(opened + random.integers(10, 60, len(opened)) * DAY_S, left)
    churned = np.where((random.random(len(opened)) < 0.5) & (left < YEAR_S - 45 * DAY_S), left + DAY_S, YEAR_S)
    seats = np.bincount(people.account) + random.integers(0, 6, len(opened))
    return {
        "accounts": _accounts(people, opened, signed, churned, tier, seats),
        "users": _users(random, people),
        "seats": _seats(people, opened),
        "subscriptions": _subscriptions(random, people, signed, churned, tier, seats),
        "opportunities": _opportunities(random, people, opened),
        "tickets": _tickets(random, people),
        "feedback": _feedback(random, people),
        "events": _events(random, people),
    }


def _people(events: Path) -> People:
    epoch = int(np.datetime64(FIRST_DAY, "s").astype(np.int64))
    found = duckdb.execute(PEOPLE, [epoch, epoch, str(events)]).fetchnumpy()
    accounts, account = np.unique(np.asarray(found["account_id"], object), return_inverse=True)
    numbers = (np.asarray(found[name], np.int64) for name in ("events", "begins", "ends"))
    return People(np.asarray(found["user_id"], object), account.astype(np.int64), accounts, *numbers)


def _account_times(people: People) -> tuple[Integers, Integers]:
    """When the first user of each account came, and when the last one was there."""
    opened, left = np.full(len(people.accounts), YEAR_S), np.zeros(len(people.accounts), np.int64)
    np.minimum.at(opened, people.account, people.begins)
    np.maximum.at(left, people.account, people.ends)
    return opened, left


def _accounts(
    people: People, opened: Integers, signed: Integers, churned: Integers, tier: Integers, seats: Integers
) -> pa.Table:
    """Two states: as it was opened, free; and from its contract on."""
    number = np.arange(len(people.accounts))
    both = np.concatenate([number, number])
    is_paid = np.repeat([False, True], len(number)) & (tier[both] > 0)
    return pa.table(
        {
            "account_id": people.accounts[both],
            "created_at": _instants(opened[both]),
            "signed_on": _instants(signed[both], is_paid),
            "renewal_on": _instants(signed[both] + YEAR_S, is_paid),
            "churned_on": _instants(churned[both], is_paid & (churned[both] < YEAR_S)),
            "plan": np.array(TIERS, object)[np.where(is_paid, tier[both], 0)],
            "seats": pa.array(seats[both]),
            "industry": np.array(["Design", "Software", "Schools", "Public"], object)[both % 4],
            "valid_from": _instants(np.concatenate([opened, signed])),
        }
    )


def _users(random: np.random.Generator, people: People) -> pa.Table:
    count = len(people.user)
    return pa.table(
        {
            "user_id": people.user,
            "role": _any(random, ROLES, count),
            "utm_source": _any(random, SOURCES, count),
            "valid_from": _instants(people.begins),
        }
    )


def _seats(people: People, opened: Integers) -> pa.Table:
    return pa.table(
        {
            "account_id": people.accounts[people.account],
            "user_id": people.user,
            "valid_from": _instants(opened[people.account]),
        }
    )


def _subscriptions(
    random: np.random.Generator, people: People, signed: Integers, churned: Integers, tier: Integers, seats: Integers
) -> pa.Table:
    """One to four stretches of a contract; each may have more seats than the one before, or fewer."""
    parts = []
    paid = np.flatnonzero((tier > 0) & (signed < churned))
    stretches = random.integers(1, 5, len(paid))
    for stretch in range(4):
        has = stretches > stretch
        one = paid[has]
        length = (churned[one] - signed[one]) / stretches[has]
        begins = (signed[one] + stretch * length).astype(np.int64) // DAY_S * DAY_S
        ends = (signed[one] + (stretch + 1) * length).astype(np.int64) // DAY_S * DAY_S
        bought = np.maximum(seats[one] + random.integers(-2, 4, len(one)) * min(stretch, 1), 1)
        parts.append(
            pa.table(
                {
                    "subscription_id": np.char.add(people.accounts[one].astype(str), f"-{stretch}").astype(object),
                    "account_id": people.accounts[one],
                    "plan": np.array(TIERS, object)[tier[one]],
                    "mrr": pa.array((bought * np.array(SEAT_PRICES)[tier[one]]).astype(np.float64)),
                    "seats": pa.array(bought),
                    "started_on": _instants(begins),
                    "ended_on": _instants(ends, ends < YEAR_S - DAY_S),
                }
            )
        )
    return pa.concat_tables(parts)


def _opportunities(random: np.random.Generator, people: People, opened: Integers) -> pa.Table:
    """A deal an account, a row for each stage it came to."""
    reached = random.integers(1, len(STAGES) + 1, len(opened))
    number = np.repeat(np.arange(len(opened)), reached)
    stage = np.arange(len(number)) - np.repeat(np.cumsum(reached) - reached, reached)
    return pa.table(
        {
            "opportunity_id": np.char.add("o", people.accounts[number].astype(str)).astype(object),
            "account_id": people.accounts[number],
            "stage": np.array(STAGES, object)[stage],
            "valid_from": _instants(opened[number] + stage * 5 * DAY_S),
        }
    )


def _tickets(random: np.random.Generator, people: People) -> pa.Table:
    who = _somebody(random, people, 4)
    opened = _within(random, people, who)
    return pa.table(
        {
            "ticket_id": _numbered("t", len(who)),
            "account_id": people.accounts[people.account[who]],
            "user_id": people.user[who],
            "feature": _any(random, [f"f{number:02d}" for number in range(FEATURES)], len(who)),
            "satisfaction": pa.array(random.integers(1, 6, len(who))),
            "opened_at": _instants(opened),
            "solved_at": _instants(opened + random.integers(1, 9 * DAY_S, len(who))),
        }
    )


def _feedback(random: np.random.Generator, people: People) -> pa.Table:
    who = _somebody(random, people, 3)
    survey = random.integers(0, 3, len(who))
    return pa.table(
        {
            "account_id": people.accounts[people.account[who]],
            "user_id": people.user[who],
            "survey": np.array(["nps", "csat", "ces"], object)[survey],
            "score": pa.array(np.where(survey == 0, random.integers(0, 11, len(who)), random.integers(1, 6, len(who)))),
            "feature": _any(random, [f"f{number:02d}" for number in range(FEATURES)], len(who)),
            "feedback_at": _instants(_within(random, people, who)),
        }
    )


def _events(random: np.random.Generator, people: People) -> pa.Table:
    """Tasks (a twentieth as many as events), invites (one in two users) and clicks on news (one in four)."""
    return pa.concat_tables([*_tasks(random, people), *_invites(random, people), _clicks(random, people)])


def _tasks(random: np.random.Generator, people: People) -> list[pa.Table]:
    who = np.repeat(np.arange(len(people.user)), people.events // 20)
    began = _within(random, people, who)
    task = _numbered("k", len(who))
    fails, ends = random.random(len(who)) < 0.2, random.random(len(who)) < 0.7
    took = (random.exponential(900, len(who)) + 5).astype(np.int64)
    done = ends & (began + took < YEAR_S)
    return [
        _of(people, "task_started", who, began, task=task),
        _of(people, "task_failed", who[fails], np.minimum(began + took // 2, YEAR_S - 1)[fails], task=task[fails]),
        _of(people, "task_done", who[done], (began + took)[done], task=task[done]),
    ]


def _invites(random: np.random.Generator, people: People) -> list[pa.Table]:
    """The first user of an account asks others up to 30 days before they come; some never come."""
    host = np.zeros(len(people.accounts), np.int64)
    in_turn = np.argsort(people.begins, kind="stable")[::-1]
    host[people.account[in_turn]] = in_turn
    guest = np.flatnonzero(
        (random.random(len(people.user)) < 0.5) & (host[people.account] != np.arange(len(people.user)))
    )
    by = host[people.account[guest]]
    came = people.begins[guest]
    sent = np.maximum(people.begins[by], came - random.integers(60, 30 * DAY_S, len(guest)))
    in_vain = _numbered("nobody", len(guest))
    return [
        _of(people, "invite_sent", by, sent, invitee=people.user[guest]),
        _of(people, "invite_sent", by, sent, invitee=in_vain),
        _of(people, "invite_accepted", guest, came),
    ]


def _clicks(random: np.random.Generator, people: People) -> pa.Table:
    who = _somebody(random, people, 4)
    return _of(people, "news_clicked", who, _within(random, people, who))


def _of(people: People, name: str, who: Integers, at: Integers, **properties: npt.NDArray[np.object_]) -> pa.Table:
    columns = {
        "event": pa.repeat(name, len(who)),
        "user_id": people.user[who],
        "account_id": people.accounts[people.account[who]],
        "event_at": _instants(at),
    }
    return pa.table(
        columns | {key: properties.get(key, pa.nulls(len(who), pa.string())) for key in ("task", "invitee")}
    )


def _somebody(random: np.random.Generator, people: People, one_in: int) -> Integers:
    return np.sort(random.integers(0, len(people.user), len(people.user) // one_in))


def _within(random: np.random.Generator, people: People, who: Integers) -> Integers:
    """An instant between each one's first and last event."""
    stays: Floats = random.random(len(who)) * (people.ends - people.begins)[who]
    return people.begins[who] + stays.astype(np.int64)


def _instants(seconds: Integers, is_said: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    at = np.datetime64(FIRST_DAY, "us") + seconds.astype("timedelta64[s]")
    return pa.array(at, mask=None if is_said is None else ~is_said)


def _any(random: np.random.Generator, names: Sequence[str | None], count: int) -> npt.NDArray[np.object_]:
    return np.array(names, object)[random.integers(0, len(names), count)]


def _numbered(letter: str, count: int) -> npt.NDArray[np.object_]:
    return np.array([f"{letter}{number:07d}" for number in range(count)], object)


if __name__ == "__main__":
    main()
