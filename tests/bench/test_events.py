"""The made-up year has the size that was asked for and the shape of use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import events

COUNT = 50_000


@pytest.fixture(scope="module")
def log() -> events.Log:
    return events.simulate(COUNT)


@pytest.mark.parametrize("count", [1, 99, 1_000, 20_001])
def test_there_are_exactly_as_many_events_as_were_asked_for(count: int) -> None:
    made = events.simulate(count)

    assert [len(column) for column in (made.name, made.user, made.account, made.at_ms)] == [count] * 4


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path: Path) -> None:
    first, second, other = (
        events.written(2_000, seed, tmp_path / str(folder)).read_bytes() for folder, seed in enumerate((1, 1, 2))
    )

    assert first == second
    assert first != other


def test_a_file_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    path = events.written(100, folder=tmp_path)
    before = path.stat()

    assert events.written(100, folder=tmp_path).stat().st_mtime_ns == before.st_mtime_ns


def test_the_file_holds_what_was_simulated(tmp_path: Path, log: events.Log) -> None:
    table = pq.read_table(events.written(COUNT, folder=tmp_path))

    assert table.schema.names == ["event_at", "event", "user_id", "account_id"]
    assert table["user_id"].to_pylist() == [f"u{number:06d}" for number in log.user]
    at = table["event_at"].to_numpy()
    assert at[0] == np.datetime64(events.FIRST_DAY) + np.timedelta64(int(log.at_ms[0]), "ms")


def test_every_user_is_there_and_stays_in_one_account(log: events.Log) -> None:
    pairs = np.unique(np.stack([log.user, log.account]), axis=1)

    assert pairs.shape[1] == COUNT // events.EVENTS_A_USER
    assert len(np.unique(log.account)) == COUNT // events.EVENTS_A_USER // events.USERS_AN_ACCOUNT


def test_events_are_in_the_order_of_time_and_within_the_year(log: events.Log) -> None:
    assert (np.diff(log.at_ms) >= 0).all()
    assert log.at_ms[0] >= 0
    assert log.at_ms[-1] < events.DAYS * events.DAY_MS


def test_a_tenth_of_the_users_does_half_of_everything(log: events.Log) -> None:
    each = np.sort(np.bincount(log.user))[::-1]

    assert each[: len(each) // 10].sum() > COUNT * 0.4


def test_use_comes_in_sessions_on_workdays(log: events.Log) -> None:
    order = np.lexsort((log.at_ms, log.user))
    gaps = np.diff(log.at_ms[order])[np.diff(log.user[order]) == 0]
    weekday = (log.at_ms // events.DAY_MS + events.FIRST_DAY.weekday()) % 7

    assert (gaps < 30 * 60_000).mean() > 0.8
    assert (weekday > 4).mean() < 0.12
    assert len(np.unique(log.name)) == len(events.NAMES)
