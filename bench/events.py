"""A year of events of a made-up product: every user comes in sessions, a few come very often.

    python -c "from bench import events; print(events.written(20_000))"

The same size and seed give the same file, byte for byte, as long as NumPy and Arrow stay the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

WORK = Path(__file__).parent / "built"
"""Scratch: the events, the workspaces, the tables of ClickHouse. Not in git."""

EVENTS = 20_000_000
SEED = 20
FIRST_DAY = date(2025, 1, 6)
DAYS = 365
NAMES = tuple(f"event_{number:02d}" for number in range(60))
FEATURES = 30
"""Events come in pairs: two names make a feature."""

EVENTS_A_USER = 100
USERS_AN_ACCOUNT = 10
EVENTS_A_SESSION = 8.0
MOST_EVENTS_A_SESSION = 400
DAY_MS = 86_400_000
ROW_GROUP = 1_000_000

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """Events in the order in which they happened, column by column.

    Args:
        name: Position in `NAMES`.
        user: Number of the user, from 0.
        account: Number of the user's account, from 0.
        at_ms: Milliseconds since the first day began, UTC.
    """

    name: Integers
    user: Integers
    account: Integers
    at_ms: Integers


def written(count: int = EVENTS, seed: int = SEED, folder: Path = WORK) -> Path:
    """The events as a Parquet file; made if it is not there yet.

    Args:
        count: How many events.
        seed: Seed of the generator.
        folder: Where the file lies.
    """
    path = folder / f"events-{count}-{seed}-{USERS_AN_ACCOUNT}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        _write(simulate(count, seed), half)
        half.replace(path)
    return path


def simulate(count: int, seed: int = SEED) -> Log:
    """Makes exactly `count` events of `count / 100` users in `count / 1000` accounts.

    Accounts differ in size and users in how much they do (both lognormal). A user begins on some day
    of the year, comes in sessions that thin out with time, mostly on workdays, and leaves sooner or
    later. A session is about one feature more than about the others; its events are seconds apart.
    """
    random = np.random.default_rng(seed)
    users = max(count // EVENTS_A_USER, 1)
    account = _accounts(random, users)
    session_user, session_at = _sessions(random, count, users)
    lengths = np.minimum(random.geometric(1 / EVENTS_A_SESSION, len(session_user)), MOST_EVENTS_A_SESSION)
    ends = np.cumsum(lengths)
    sessions = int(np.searchsorted(ends, count)) + 1
    lengths = lengths[:sessions].copy()
    lengths[-1] -= ends[sessions - 1] - count
    of_session = np.repeat(np.arange(sessions), lengths)
    user = session_user[of_session]
    at_ms = session_at[of_session] + _pauses(random, lengths)
    name = _names(random, of_session, sessions)
    order = np.argsort(at_ms, kind="stable")
    user = user[order]
    return Log(name[order], user, account[user], at_ms[order])


def _accounts(random: np.random.Generator, users: int) -> Integers:
    accounts = max(users // USERS_AN_ACCOUNT, 1)
    size = random.lognormal(0, 1, accounts)
    chosen = random.choice(accounts, users, p=size / size.sum())
    chosen[:accounts] = np.arange(min(accounts, users))  # no account without a user
    return chosen.astype(np.int64)


def _sessions(random: np.random.Generator, count: int, users: int) -> tuple[Integers, Integers]:
    """User and beginning (ms) of more sessions than are needed; each user's first one comes first."""
    begins = np.where(random.random(users) < 0.3, random.integers(0, 28, users), random.integers(0, DAYS - 5, users))
    stays = np.minimum(random.exponential(200, users) + 1, DAYS - begins)
    weight = random.lognormal(0, 1.2, users) * stays
    more = int(count / EVENTS_A_SESSION * 1.15) + 100
    user = np.concatenate([np.arange(users), random.choice(users, more, p=weight / weight.sum())])
    day = begins[user] + (random.beta(0.8, 1.3, len(user)) * stays[user]).astype(np.int64)
    day[:users] = begins
    weekday = (FIRST_DAY.weekday() + day) % 7
    # four of five weekend sessions take place on a workday before
    moved = np.maximum(day - (weekday - 4) - random.integers(0, 5, len(day)), begins[user])
    day = np.where((weekday > 4) & (random.random(len(day)) < 0.8), moved, day)
    middle, spread = np.array([(10, 1.5), (15, 2), (21, 1.5)])[random.choice(3, len(day), p=[0.45, 0.45, 0.1])].T
    # evenings run past midnight, but nothing happens after the year
    hour = np.clip(random.normal(middle, spread), 4, np.where(day < DAYS - 1, 23.9, 18))
    return user, day * DAY_MS + (hour * 3_600_000).astype(np.int64)


def _pauses(random: np.random.Generator, lengths: Integers) -> Integers:
    """Milliseconds from the beginning of the session to each of its events."""
    total = int(lengths.sum())
    pause = np.minimum(random.lognormal(np.log(15_000), 1.2, total), 1_200_000).astype(np.int64)
    first = np.cumsum(lengths) - lengths
    pause[first] = 0
    elapsed: Integers = np.cumsum(pause)
    since: Integers = elapsed - np.repeat(elapsed[first], lengths)
    return since


def _names(random: np.random.Generator, of_session: Integers, sessions: int) -> Integers:
    """Three of five events are about the session's feature; the others are any, frequent ones more often."""
    feature = np.minimum(random.geometric(0.1, sessions) - 1, FEATURES - 1)
    any_name = np.minimum(random.geometric(0.07, len(of_session)) - 1, len(NAMES) - 1)
    own_name = 2 * feature[of_session] + random.integers(0, 2, len(of_session))
    names: Integers = np.where(random.random(len(of_session)) < 0.6, own_name, any_name)
    return names


def _write(log: Log, path: Path) -> None:
    names = pa.array(NAMES)
    users = pa.array([f"u{number:06d}" for number in range(int(log.user.max()) + 1)])
    accounts = pa.array([f"a{number:05d}" for number in range(int(log.account.max()) + 1)])
    begin = np.datetime64(FIRST_DAY, "ms")
    schema = pa.schema(
        [
            ("event_at", pa.timestamp("us")),
            ("event", pa.string()),
            ("user_id", pa.string()),
            ("account_id", pa.string()),
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, len(log.user), ROW_GROUP):
            part = slice(start, start + ROW_GROUP)
            at = pa.array((begin + log.at_ms[part]).astype("datetime64[us]"))
            columns = [at, *(_texts(all_, one[part]) for all_, one in (
                (names, log.name), (users, log.user), (accounts, log.account)))]  # fmt: skip
            writer.write_table(pa.table(columns, schema=schema), row_group_size=ROW_GROUP)


def _texts(dictionary: pa.Array, numbers: Integers) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), dictionary).cast(pa.string())
