"""The tables are what `uptake import` takes, whatever the seed and the size."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import demo_world
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake import demo
from uptake.demo import Simulation, simulate
from uptake.errors import UptakeError
from uptake.kinds import BY_NAME

TABLES = tuple(field.name for field in fields(Simulation) if field.name != "truth")
FREE_COLUMNS = ("events", "users", "accounts")


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return demo_world.shipped()


@pytest.fixture(scope="module")
def small() -> Simulation:
    return demo_world.small()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_of_its_kind(simulation: Simulation, name: str) -> None:
    table, kind = getattr(simulation, name), BY_NAME[name]
    known = {column.name for column in kind.columns}
    assert table.num_rows > 0
    assert kind.at in table.column_names
    for column in kind.columns:
        if column.required:
            assert table[column.name].null_count == 0
    further = set(table.column_names) - known
    assert not further or name in FREE_COLUMNS
    # A further column that looks like a known one would be taken for it.
    assert not further & {alias for column in kind.columns for alias in column.aliases}


@pytest.mark.parametrize("name", TABLES)
def test_no_row_stands_twice(simulation: Simulation, name: str) -> None:
    table = getattr(simulation, name)
    if name == "events":
        assert len(pc.unique(table["message_id"])) == table.num_rows
    else:
        keys = [column for column in table.column_names if column != "comment"]
        rows = table.select(keys).to_pylist()
        assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_the_demo_has_the_size_it_promises(simulation: Simulation) -> None:
    accounts = len(pc.unique(simulation.accounts["account_id"]))
    users = len(pc.unique(simulation.users["user_id"]))
    assert accounts == 400 + len(simulation.truth["prospects"]["accounts"]) == 424
    assert 8_500 <= users <= 9_500
    assert 1_800_000 <= simulation.events.num_rows <= 2_200_000
    assert 20 <= len(pc.unique(simulation.events["event_name"])) <= 30


def test_events_are_in_order_and_within_the_period(simulation: Simulation) -> None:
    at = simulation.events["event_at"].cast(pa.int64()).to_numpy()
    assert (at[1:] >= at[:-1]).all()
    local = pc.local_timestamp(pc.cast(simulation.events["event_at"], pa.timestamp("ms", "Europe/Berlin")))
    assert pc.min(local).as_py().date() == date(2025, 7, 1)
    assert pc.max(local).as_py().date() == date(2026, 9, 30)


def test_every_id_that_is_named_exists(simulation: Simulation) -> None:
    accounts = set(simulation.accounts["account_id"].to_pylist())
    users = set(simulation.users["user_id"].to_pylist())
    for name in TABLES:
        table = getattr(simulation, name)
        assert set(pc.unique(table["account_id"]).to_pylist()) <= accounts
        if name != "seats" and "user_id" in table.column_names:
            assert set(pc.unique(table["user_id"]).to_pylist()) - {None} <= users


def test_the_same_seed_gives_the_same_tables(small: Simulation) -> None:
    again = simulate(seed=11, accounts=40, months=12)
    other = simulate(seed=12, accounts=40, months=12)
    for name in TABLES:
        assert getattr(again, name).equals(getattr(small, name))
        assert not getattr(other, name).equals(getattr(small, name))
    assert again.truth == small.truth


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    accounts=st.integers(40, 70),
    months=st.integers(12, 18),
    starts_on=st.sampled_from([date(2023, 10, 1), date(2024, 1, 1), date(2025, 4, 1)]),
)
def test_any_demo_keeps_its_promises(seed: int, accounts: int, months: int, starts_on: date) -> None:
    drawn = simulate(seed, accounts, months, starts_on)
    assert len(pc.unique(drawn.accounts["account_id"])) == accounts + len(drawn.truth["prospects"]["accounts"])
    local = pc.local_timestamp(pc.cast(drawn.events["event_at"], pa.timestamp("ms", "Europe/Berlin")))
    assert pc.min(local).as_py().date() >= starts_on
    assert pc.max(local).as_py().date() < date.fromisoformat(drawn.truth["ends_on"])
    users = drawn.users.to_pandas().drop_duplicates("user_id").set_index("user_id").created_at
    events = drawn.events.select(["user_id", "event_at"]).to_pandas()
    assert (events.event_at >= events.user_id.astype(str).map(users)).all()
    for name in TABLES:
        for column in BY_NAME[name].columns:
            if column.required:
                assert getattr(drawn, name)[column.name].null_count == 0


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ({"accounts": 39}, "40 or more"),
        ({"accounts": -1}, "40 or more"),
        ({"months": 11}, "12 or more"),
        ({"starts_on": date(2025, 8, 1)}, "January, April, July or October"),
        ({"starts_on": date(2025, 7, 2)}, "January, April, July or October"),
    ],
)
def test_an_argument_out_of_range_says_what_is_allowed(arguments: dict[str, object], allowed: str) -> None:
    with pytest.raises(UptakeError, match=allowed):
        simulate(**arguments)  # type: ignore[arg-type]  # the table of cases has one type


def test_files_are_written_once_and_again_byte_for_byte(small: Simulation, tmp_path: Path) -> None:
    demo.write(small, tmp_path / "new" / "one")
    demo.write(simulate(seed=11, accounts=40, months=12), str(tmp_path / "two"))
    one, two = tmp_path / "new" / "one", tmp_path / "two"
    names = {path.name for path in one.iterdir()}
    assert names == {"events.parquet", "truth.json"} | {f"{name}.csv" for name in TABLES if name != "events"}
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    before = {name: (one / name).read_bytes() for name in names}
    demo.write(small, one)
    assert {name: (one / name).read_bytes() for name in names} == before


def test_files_hold_what_was_simulated(small: Simulation, tmp_path: Path) -> None:
    demo.write(small, tmp_path)
    events = pyarrow.parquet.read_table(tmp_path / "events.parquet")
    assert events.num_rows == small.events.num_rows
    assert events.schema.field("event_name").type == pa.string()
    assert events.schema.field("event_at").type == pa.timestamp("ms", tz="UTC")
    assert events["event_at"].equals(small.events["event_at"])
    assert events["event_name"].to_pylist() == small.events["event_name"].to_pylist()
    lines = (tmp_path / "users.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + small.users.num_rows
    assert lines[0].replace('"', "").split(",") == small.users.column_names
    assert lines[1].split(",")[2].endswith("Z"), "an instant says its zone"
