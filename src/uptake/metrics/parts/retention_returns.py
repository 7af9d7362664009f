"""Who came back in which unit after the start, as flags in memory.

Who came in a unit of the calendar is one row of flags for everybody, in which those who started so many units before are
looked up. Where units are counted from everybody's own start, flags are set for each by the days' first and last instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.activity import ACTIVE, days_sql, instants_sql
from uptake.metrics.parts.retention_members import Calendar, Members, is_life
from uptake.metrics.parts.retention_units import LENGTH, is_elapsed, spans
from uptake.metrics.parts.windows import EPOCH

Flags = NDArray[np.bool_]
"""Units by members."""


def came_of(asked: Asked, facts: Numbered, calendar: Calendar, members: Members) -> Iterator[tuple[Members, Flags]]:
    """Members, some at a time, with the flags of who came back in which unit after the start."""
    if not len(members.who):
        return
    last = spans(asked)[-1][1]
    units = (asked.param("units") if last is None else last) + 1
    if is_elapsed(asked):
        yield from _came_since_own_start(asked, facts, members, units)
        return
    rows = facts.days(_days(asked)).between(0, (asked.question.last_day - EPOCH).days)
    edges = np.append(np.flatnonzero(np.append(True, members.unit[1:] != members.unit[:-1])), len(members.unit))
    here = _Here(asked, rows, calendar, len(facts.everyone))
    for begin, end in pairwise(edges):
        some = members.of(slice(begin, end))
        yield some, here.since(int(some.unit[0]), some, units)


def _days(asked: Asked) -> str:
    """SQL for (entity_key, day, more columns): the days of returns, with what is asked of them."""
    returns = asked.param("returns")
    if asked.param("at_least") > 1:
        return f"SELECT entity_key, day, events FROM ({days_sql(asked, returns)})"
    if is_life(asked):
        return (
            f"SELECT entity_key, day FROM {asked.grain.day}"
            if returns in (None, ACTIVE)
            else (f"SELECT entity_key, day FROM ({days_sql(asked, returns)})")
        )
    if returns in (None, ACTIVE):
        return f"SELECT entity_key, day, last_at FROM {asked.grain.day}"
    return f"SELECT entity_key, day, max(event_at) AS last_at FROM ({instants_sql(asked, returns)}) GROUP BY ALL"


def joined(found: Iterable[tuple[Members, Flags]], groups: int, everyone: int) -> Iterator[tuple[Members, Flags]]:
    """Members once in each cohort, with what all their starts in it have together.

    A unit is over for those for whom it is since the last of their starts.

    Args:
        found: What `came_of` gives, of members that may start several times in a cohort.
        groups: How many groups there are.
        everyone: How many entities there are.
    """
    cohorts = dict[int, _Cohort]()
    for some, came in found:
        cohort = some.cell // groups
        edges = np.append(np.flatnonzero(np.append(True, cohort[1:] != cohort[:-1])), len(cohort))
        # cohorts begin one after the other, so what was begun before this one has all its starts
        for number in [number for number in cohorts if number < cohort[0]]:
            yield cohorts.pop(number).whole()
        for begin, end in pairwise(edges):
            number = int(cohort[begin])
            cohorts.setdefault(number, _Cohort(everyone, len(came))).add(some.of(slice(begin, end)), came[:, begin:end])
    for number in sorted(cohorts):
        yield cohorts.pop(number).whole()


class _Cohort:
    """One cohort while its starts are joined.

    Args:
        everyone: How many entities there are.
        units: How many units there are flags of.
    """

    def __init__(self, everyone: int, units: int) -> None:
        self._units = units
        self._bits = np.zeros((-(-units // 8), everyone), np.uint8)
        """Eight flags of everybody a number."""
        self._starts = list[Members]()

    def add(self, members: Members, came: Flags) -> None:
        """Adds the starts of a unit, later than all before."""
        for bits, more in zip(self._bits, np.packbits(came, axis=0), strict=True):
            bits[members.who] |= more
        self._starts.append(members)

    def whole(self) -> tuple[Members, Flags]:
        """Its members by cell, each with its last start, and the flags of all its starts."""
        starts = Members(
            *(np.concatenate([getattr(some, one.name) for some in self._starts]) for one in fields(Members))
        )
        last = np.full(self._bits.shape[1], -1, np.int32)
        last[starts.who] = np.arange(len(starts.who))  # of several values for one place the last one stays
        last = last[last >= 0]
        members = starts.of(last[np.argsort(starts.cell[last], kind="stable")])
        return members, np.unpackbits(self._bits[:, members.who], axis=0, count=self._units).view(np.bool_)


class _Here:
    """Who came in which unit of the calendar.

    Args:
        asked: The question.
        rows: The days of returns.
        calendar: The units.
        everyone: How many entities there are.
    """

    def __init__(self, asked: Asked, rows: DayOrder, calendar: Calendar, everyone: int) -> None:
        self._rows, self._calendar, self._everyone = rows, calendar, everyone
        self._at_least, self._is_life = asked.param("at_least"), is_life(asked)
        self._is_after = asked.param("criterion") == "on_or_after"
        self._flags: dict[int, Flags] = {}
        if self._is_after:
            # of several values for one place the last one stays
            self._last_day = np.zeros(everyone, np.uint16)
            self._last_day[rows.number] = rows.day
            self._last_at = self._last_instants(rows)

    def since(self, unit: int, members: Members, units: int) -> Flags:
        """For each unit from one on, which of those who started in that one came.

        Args:
            unit: The number of the one.
            members: Those who started in it.
            units: How many units.
        """
        if self._is_after:
            last_unit = self._calendar.units_of(self._last_day[members.who])
            found = last_unit - unit >= np.arange(units)[:, None]
        else:
            # later starts look for later units
            self._flags = {one: flags for one, flags in self._flags.items() if one >= unit}
            found = np.stack([self._came(one)[members.who] for one in range(unit, unit + units)])
        found[0] &= self._after_the_start(unit, members)
        return found

    def _after_the_start(self, unit: int, members: Members) -> Flags:
        """Who came in the unit of the start, or with `on_or_after` ever, after it; whole days tell as much for life."""
        if not self._is_life:
            rows = self._rows if self._is_after else self._of(unit)
            last_at = self._last_at if self._is_after else self._last_instants(rows)
            found: Flags = last_at[members.who] >= members.started_at  # what is missing is not after anything
            return found
        if self._is_after:
            return np.asarray(self._last_day[members.who] >= members.started_on)
        if self._calendar.days_of(unit)[0] >= members.started_on.max():
            return self._came(unit)[members.who]  # all started on the first day, and so before they came
        began = np.zeros(self._everyone, np.uint16)
        began[members.who] = members.started_on
        rows = self._of(unit)
        return self._flags_of(rows.of(rows.day >= began[rows.number]))[members.who]

    def _of(self, unit: int) -> DayOrder:
        return self._rows.between(*self._calendar.days_of(unit))

    def _came(self, unit: int) -> Flags:
        if unit not in self._flags:
            self._flags[unit] = self._flags_of(self._of(unit))
        return self._flags[unit]

    def _flags_of(self, rows: DayOrder) -> Flags:
        if self._at_least > 1:
            return np.asarray(np.bincount(rows.number, rows.values["events"], self._everyone) >= self._at_least)
        found = np.zeros(self._everyone, np.bool_)
        found[rows.number] = True
        return found

    def _last_instants(self, rows: DayOrder) -> NDArray[np.datetime64]:
        """The last instant of each in some days; missing of who has none, or where days tell enough."""
        found = np.full(self._everyone, np.datetime64("NaT"), "M8[us]")
        if not self._is_life:
            found[rows.number] = rows.values["last_at"]
        return found


def _came_since_own_start(
    asked: Asked, facts: Numbered, members: Members, units: int
) -> Iterator[tuple[Members, Flags]]:
    """As of `came_of`, in units of so many hours since everybody's own start.

    A day lies in one unit or in two; in the first of two its last activity there is not known, nor needed.
    """
    rows = facts.days(f"SELECT entity_key, day, first_at, last_at FROM {asked.grain.day}")
    rows = rows.between(0, (asked.question.last_day - EPOCH).days)
    length, never = LENGTH[asked.param("unit")], np.iinfo(np.int64).max // 2
    began = np.full(len(facts.everyone), never)
    began[members.who] = members.started_at.astype(np.int64)
    if asked.param("criterion") == "on_or_after":
        last_at = np.full(len(facts.everyone), -1)
        last_at[rows.number] = rows.values["last_at"].astype(np.int64)
        last = (last_at[members.who] - members.started_at.astype(np.int64)) // length
        yield members, last >= np.arange(units)[:, None]
        return
    came = np.zeros((units, len(facts.everyone)), np.bool_)

    def mark(one: tuple[str, slice]) -> None:
        name, piece = one
        who = rows.number[piece]
        since = rows.values[name][piece].astype(np.int64) - began[who]
        is_in = np.flatnonzero((since >= 0) & (since < units * length))
        came[since[is_in] // length, who[is_in]] = True

    half = len(rows.number) // 2
    side_by_side(
        mark, [(name, piece) for name in ("first_at", "last_at") for piece in (slice(half), slice(half, None))]
    )
    yield members, came[:, members.who]
