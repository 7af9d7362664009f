"""Curves and campaigns of a launch counted in memory: no row for each whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.parts.cohorts import Instants
from uptake.metrics.parts.opened_since import earliest, opened_since
from uptake.metrics.parts.tallies import instant, numbered
from uptake.metrics.parts.windows import EPOCH
from uptake.plan import Conditions
from uptake.plan.launch import CURVES

NEVER = np.int32(2**30)
"""The day on which somebody gets there who has not."""
Days = NDArray[np.int32]
Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class Launched:
    """What is asked of a launch.

    Args:
        values: The values of the SQL that says the same.
        feature: Key of the feature.
        conditions: Whom it is for.
        at_launch: Whether those alone count to whom it was open on the day of the launch.
    """

    values: Mapping[str, Any]
    feature: int
    conditions: Conditions
    at_launch: bool


class Exposed(NamedTuple):
    """To whom it was opened, and how far each got.

    Args:
        who: Their numbers.
        open_at: When.
        start: Number of that day since 1970.
        closed: How many days are over since.
        group: The number of the group each was in then.
        reached: Curve -> the day, from 0, on which each got there; `NEVER` of who has not.
    """

    who: Numbers
    open_at: Instants
    start: Days
    closed: Days
    group: NDArray[np.int8]
    reached: Mapping[str, Days]


class Calendar(NamedTuple):
    """The days from a launch on, with the instants between which they lie."""

    first: int
    begins: Instants
    ends: Instants


def curves(asked: Asked, launched: Launched) -> list[Row]:
    """How many had got how far by each day."""
    days = launched.values["within_days"] + 1
    groups = _groups(asked)
    people = _exposed(asked, numbered(asked), launched, _calendar(asked, launched))
    sizes = np.bincount(people.group, minlength=len(groups))
    n = _held(people.group, np.zeros_like(people.closed), people.closed, len(groups), days)
    target, meant = launched.values["target"], (launched.values["target_of"], launched.values["target_days"])
    found: list[Row] = []
    counts = {curve: _held(people.group, people.reached[curve], people.closed, len(groups), days) for curve in CURVES}
    for group, names in groups:
        if not sizes[group]:
            continue
        over = n[group].tolist()
        for curve in CURVES:
            for day, (known, count) in enumerate(zip(over, counts[curve][group].tolist(), strict=True)):
                found.append(
                    {
                        **names,
                        "curve": curve,
                        "day": day,
                        "n": known,
                        "count": count,
                        "estimate": count / known if known else None,
                        "target": target if (curve, day) == meant else None,
                    }
                )
    return found


def campaign(asked: Asked, launched: Launched, channels: Mapping[str, str], any_channel: str) -> list[Row]:
    """How many of those a channel had reached, and of the others, got there in time.

    Args:
        asked: The question.
        launched: The launch.
        channels: Name of a channel -> SQL for (entity_key, event_at): whom it reached when.
        any_channel: What all of several channels together are called.
    """
    facts, groups, calendar = numbered(asked), _groups(asked), _calendar(asked, launched)
    people = _exposed(asked, facts, launched, calendar)
    within, reached_by = launched.values["within_days"], launched.values["reached_by"]
    got = people.reached[launched.values["target_of"]]
    last = people.start - calendar.first + reached_by
    waits = (people.closed > within) & (got > reached_by)
    converted = got <= within
    begins = calendar.begins[people.start - calendar.first]
    ends = calendar.ends.take(last, mode="clip")
    # of everybody the place among those to whom it was opened
    place = np.full(len(facts.everyone), -1)
    place[people.who] = np.arange(len(people.who))
    had: dict[str, NDArray[np.bool_]] = {}
    for name, sql in channels.items():
        rows = facts.rows(sql)
        where, at = place[rows.number], rows.values["event_at"]
        is_in = (where >= 0) & (at < instant(asked.question.as_of))
        where, at = where[is_in], at[is_in]
        is_in = (at >= begins[where]) & (at < ends[where])
        had[name] = np.zeros(len(people.who), np.bool_)
        had[name][where[is_in]] = True
    if len(channels) > 1:
        had[any_channel] = np.logical_or.reduce(list(had.values()))

    def count(chosen: NDArray[np.bool_]) -> list[int]:
        found: list[int] = np.bincount(people.group[chosen], minlength=len(groups)).tolist()
        return found

    n, done = count(waits), count(waits & converted)
    found: list[tuple[int, float, str, Row]] = []
    for driver, touched in had.items():
        n_with, done_with = count(waits & touched), count(waits & touched & converted)
        for order, (group, names) in enumerate(groups):
            without = n[group] - n_with[group]
            if not n_with[group] or not without:
                continue
            estimate = done_with[group] / n_with[group] - (done[group] - done_with[group]) / without
            row = {
                **names,
                "driver": driver,
                "n": n[group],
                "n_with": n_with[group],
                "n_without": without,
                "converted_with": done_with[group],
                "converted_without": done[group] - done_with[group],
                "estimate": estimate,
            }
            found.append((order, -abs(estimate), driver, row))
    return [row for *_, row in sorted(found, key=lambda one: one[:3])]


def _groups(asked: Asked) -> list[tuple[int, Row]]:
    """The groups in the order of their names: the number of each, and its labels."""
    if asked.split is None:
        return [(0, {})]
    labels, names = plain(asked.split.labels), asked.split.names
    return [
        (number, dict(zip(labels, names[number], strict=True)))
        for number in sorted(range(len(names)), key=names.__getitem__)
    ]


def _calendar(asked: Asked, launched: Launched) -> Calendar:
    since: date = launched.values["launched_on"]
    sql = "SELECT begins_at, ends_at FROM calendar WHERE day >= $since ORDER BY day"
    columns = asked.cursor.execute(sql, {"since": since}).fetchnumpy()
    return Calendar((since - EPOCH).days, np.asarray(columns["begins_at"]), np.asarray(columns["ends_at"]))


def _exposed(asked: Asked, facts: Numbered, launched: Launched, calendar: Calendar) -> Exposed:
    """Everyone whom the launch is for."""
    as_of, begins, ends = instant(asked.question.as_of), calendar.begins[0], calendar.ends[0]
    present = facts.spans(asked.grain.present)
    is_there = (present.valid_to > begins) & (present.valid_from < as_of) & (begins < as_of)
    there = earliest(present.number, np.maximum(present.valid_from, begins), is_there, len(facts.everyone))
    open_at = opened_since(asked, facts, launched.conditions, there)
    is_meant = open_at >= begins  # what is missing is not
    if launched.at_launch:
        is_meant &= open_at < ends
    who = np.flatnonzero(is_meant)
    open_at = open_at[who]
    group = asked.split.numbers_of(who, open_at) if asked.split else np.zeros(len(who), np.int8)
    if (group < 0).any():
        who, open_at, group = who[group >= 0], open_at[group >= 0], group[group >= 0]
    start = (np.searchsorted(calendar.begins, open_at, side="right") - 1 + calendar.first).astype(np.int32)
    until = (launched.values["until_day"] - EPOCH).days
    return Exposed(who, open_at, start, until - start + 1, group, _reached(asked, facts, launched, who, start, until))


def _reached(
    asked: Asked, facts: Numbered, launched: Launched, who: Numbers, start: Days, until: int
) -> dict[str, Days]:
    """Curve -> the day, from 0, on which each got there."""
    everyone = len(facts.everyone)
    start_of = np.full(everyone, NEVER, np.int32)
    start_of[who] = start
    used = f"SELECT entity_key, day FROM {asked.grain.of('feature_day')} WHERE feature_key = {launched.feature}"
    rows = facts.days(used)
    number, day = rows.number, rows.day.astype(np.int32)
    is_in = (day >= start_of[number]) & (day <= until)
    number, day = number[is_in], day[is_in]
    tried = _first(number, day, everyone)
    is_after = day > tried[number]
    again = _first(number[is_after], day[is_after], everyone)
    values = launched.values
    adopted = _nth(number, day, tried, everyone, values["adopted_days"], values["adopted_within"])
    is_kept = day >= adopted[number] + values["cadence_days"]
    kept = _first(number[is_kept], day[is_kept], everyone)
    found = dict(zip(CURVES, (tried, again, adopted, kept), strict=True))
    return {curve: np.where(on[who] == NEVER, NEVER, on[who] - start).astype(np.int32) for curve, on in found.items()}


def _first(number: NDArray[np.int32], day: Days, everyone: int) -> Days:
    """The first day of each, of rows in the order of days."""
    found = np.full(everyone, NEVER, np.int32)
    found[number[::-1]] = day[::-1]  # of several values for one place the last one stays
    return found


def _nth(number: NDArray[np.int32], day: Days, tried: Days, everyone: int, nth: int, within: int) -> Days:
    """The second, third or later day of each within so many days from the first, of rows in the order of days."""
    is_in = day < tried[number] + within
    number, day = number[is_in], day[is_in]
    found = _first(number, day, everyone)
    for _ in range(nth - 1):
        is_later = day > found[number]
        number, day = number[is_later], day[is_later]
        found = _first(number, day, everyone)
    return found


def _held(group: NDArray[np.int8], since: Days, until: Days, groups: int, days: int) -> NDArray[np.int64]:
    """By group, for how many each day lies in their span."""
    holds = (since < until) & (since < days)
    line = group[holds].astype(np.int64) * (days + 1)
    size = groups * (days + 1)
    changes = np.bincount(line + since[holds], minlength=size)
    changes = changes - np.bincount(line + np.minimum(until[holds], days), minlength=size)
    return np.cumsum(changes.reshape(groups, days + 1), axis=1)[:, :days]
