"""Histories that Hypothesis makes up, told to a workspace as people tell them: in pieces, late, twice, under old ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

import uptake

ZONES = ("America/New_York", "Asia/Beirut", "UTC")
"""The clocks of the second go forward at midnight: 30 March 2025 begins at one."""
FIRST = date(2025, 2, 20)
LAST = date(2025, 4, 20)
Row = dict[str, Any]


class Event(NamedTuple):
    """What happened, in UTC without a zone, in the order in which it came. `sent b` is the event `sent`, `to` b."""

    at: datetime
    place: int
    account: str
    user: str
    name: str


class Told(NamedTuple):
    """An event as it is told: when, by whom, in which of two imports, and whether under an id merged later."""

    at: datetime
    account: str
    user: str
    name: str
    sent: str
    is_old: bool


def dates(until: date = LAST) -> st.SearchStrategy[date]:
    """Days of the history."""
    return st.dates(FIRST, until)


MINUTES = st.one_of(st.integers(0, 1439), st.sampled_from([0, 239, 240, 299, 300, 1259, 1260, 1319, 1320]))
"""Of a day in UTC: often those at which a day of one of the zones begins or ends."""


@st.composite
def histories(draw: st.DrawFn, names: tuple[str, ...], accounts: str = "abcd") -> list[Told]:
    """Events of three users in some accounts: a few, or so many that there are habits."""
    one = st.builds(
        lambda day, minute, account, user, name, sent, is_old: Told(
            datetime(day.year, day.month, day.day) + timedelta(minutes=minute), account, user, name, sent, is_old
        ),
        dates(),
        MINUTES,
        st.sampled_from(accounts),
        st.sampled_from("uvw"),
        st.sampled_from(names),
        st.sampled_from(["early", "late", "twice"]),
        st.booleans(),
    )
    return draw(st.one_of(st.lists(one, max_size=12), st.lists(one, min_size=40, max_size=70)))


def in_order(told: Iterable[Told]) -> list[Event]:
    """The events once each, by time and then by arrival."""
    whole = list(told)
    first = [one for one in whole if one.sent != "late"]
    came = first + [one for one in whole if one.sent == "late"]
    return sorted(Event(one.at, place, one.account, one.user, one.name) for place, one in enumerate(came))


@contextmanager
def workspace_of(home: Path, told: list[Told], **more: list[Row]) -> Iterator[uptake.Workspace]:
    """A workspace that heard of all this.

    Args:
        home: The empty workspace.
        told: The events; those sent twice come again with the second import.
        more: Rows of other kinds.
    """
    rows = [
        {
            "event": one.name.partition(" ")[0],
            "to": one.name.partition(" ")[2] or None,
            "user_id": f"old {one.user}" if one.is_old else one.user,
            "account_id": one.account,
            "timestamp": one.at,
            "message_id": f"m{number}",
        }
        for number, one in enumerate(told)
    ]
    first = [row for row, one in zip(rows, told, strict=True) if one.sent != "late"]
    second = [row for row, one in zip(rows, told, strict=True) if one.sent != "early"]
    merged = [{"previous_id": f"old {user}", "user_id": user, "alias_at": LAST} for user in "uvw"]
    with uptake.open(home) as workspace:
        for kind, found in [*more.items(), ("events", first), ("events", second), ("aliases", merged)]:
            if found:
                keys = list(dict.fromkeys(key for row in found for key in row))
                table = pa.Table.from_pylist([{key: row.get(key) for key in keys} for row in found])
                assert not workspace.import_rows(table, kind).reasons
        yield workspace


class Clock(NamedTuple):
    """Days of a zone."""

    zone: ZoneInfo

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.replace(tzinfo=UTC).astimezone(self.zone).date()

    def begin(self, day: date) -> datetime:
        """The instant at which a local day begins; where its midnight does not exist, the one after."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def end(self, day: date) -> datetime:
        """The instant after a local day."""
        return self.begin(day + timedelta(days=1))


def active_days(events: Iterable[Event], clock: Clock, entity: str, names: tuple[str, ...]) -> dict[str, set[date]]:
    """Entity -> the days on which it did one of these."""
    found: dict[str, set[date]] = defaultdict(set)
    for one in events:
        if one.name in names:
            found[str(getattr(one, entity))].add(clock.day(one.at))
    return found


def adopted_on(days: set[date], value_on: date | None, interval: int) -> date | None:
    """The day on which there was value, and use in two of four intervals in a row, counted from the first day."""
    used: dict[int, date] = {}
    for day in sorted(days):
        used.setdefault((day - min(days)).days // interval, day)
    habit = next((day for number, day in used.items() if any(number - back in used for back in (1, 2, 3))), None)
    return max(habit, value_on) if habit and value_on else None


def waited(waits: list[tuple[float, bool]], share: float) -> float | None:
    """Kaplan-Meier: the time by which a share of all had got there; (time, got there) each."""
    left = 1.0
    for time in sorted({time for time, _ in waits}):
        at_risk = sum(other >= time for other, _ in waits)
        left *= 1 - sum(other == time and reached for other, reached in waits) / at_risk
        if left <= 1 - share + 1e-9:
            return time
    return None
