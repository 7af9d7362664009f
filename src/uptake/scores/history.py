"""History: what held of everyone on every day, as spans, made for all days in blocks and brought up to date.

A track is one thing that is written down of users or of accounts: a score, where a scheme placed somebody. Its values
are whole numbers. History is made when somebody first asks for it; an import, or another plan, says from which day on it
is no longer true, and only that part is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from uptake.metrics.grain import GRAINS
from uptake.metrics.metric import Asked
from uptake.metrics.question import Question, begin_of, last_day_before
from uptake.metrics.reading import data_until
from uptake.plan import Plan
from uptake.scores.spans import NOTHING, Ended, Spans, Whole
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats
from uptake.store.projection import Cursor, meta, set_meta

TABLE = """CREATE TABLE history (
    track VARCHAR, entity VARCHAR, entity_key INTEGER, valid_from DATE, valid_to DATE,
    value INTEGER, lower INTEGER, upper INTEGER
)"""
DAYS = 366
"""For how long back history is made."""
CELLS = 6_000_000
"""Entities times days of a block: what is worked out at once, for memory's sake."""
MADE_BY, UNTIL, STALE_FROM = "history_made_by", "history_until", "history_stale_from"
"""Names in `meta`: the plan, the first day that history does not have, the first day that is no longer true."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Track:
    """One thing that is written down.

    Args:
        name: Its name, `score.adoption`.
        entity: user or account.
        values: The values of everyone of a panel: numbers, entities, days; -1 in the first number is no value. One
            number, or three: a value with the ends of its interval.
        numbers: How many numbers these are.
    """

    name: str
    entity: str
    values: Callable[[Panel], Whole]
    numbers: int = 1


def outdate(cursor: Cursor, first: date | None) -> None:
    """Notes from which day on history is no longer true; None: nothing has changed."""
    noted = meta(cursor, STALE_FROM)
    if first is not None and (not noted or first.isoformat() < noted):
        set_meta(cursor, STALE_FROM, first.isoformat())


def is_current(cursor: Cursor, plan: Plan) -> bool:
    """Whether history has everything that is known."""
    until = begin_of_history(cursor, plan)[1] + timedelta(days=1)
    return (
        meta(cursor, MADE_BY) == plan.version
        and meta(cursor, UNTIL) == until.isoformat()
        and not meta(cursor, STALE_FROM)
    )


def begin_of_history(cursor: Cursor, plan: Plan) -> tuple[date, date]:
    """The first and the last day that history is made for: those over when the data ends, a year at most."""
    last = last_day_before(data_until(cursor, plan.product.timezone), plan.product.timezone)
    found = cursor.execute("SELECT min(day) FROM active_day").fetchall()[0][0]
    return max(found or last, last - timedelta(days=DAYS - 1)), last


def bring_up(cursor: Cursor, plan: Plan, tracks: Sequence[Track], progress: Progress) -> None:
    """Makes what is missing or no longer true; part of a transaction.

    Args:
        cursor: A cursor that may write.
        plan: The plan.
        tracks: All that is written down.
        progress: Told how far it is.
    """
    first, last = begin_of_history(cursor, plan)
    stale, until = meta(cursor, STALE_FROM), meta(cursor, UNTIL)
    begin = first
    if meta(cursor, MADE_BY) == plan.version and until:
        begin = max(first, min(date.fromisoformat(until), date.fromisoformat(stale or until)))
    begins = {}
    for entity in dict.fromkeys(track.entity for track in tracks):
        own = [track for track in tracks if track.entity == entity]
        begins[entity] = begin
        _make(cursor, plan, own, begin, last, begin > first, progress)
    set_meta(cursor, MADE_BY, plan.version)
    set_meta(cursor, UNTIL, (last + timedelta(days=1)).isoformat())
    set_meta(cursor, STALE_FROM, "")


def _make(
    cursor: Cursor, plan: Plan, tracks: Sequence[Track], begin: date, last: date, goes_on: bool, progress: Progress
) -> None:
    entity = tracks[0].entity
    zone = plan.product.timezone
    question = Question(
        "history", entity, {}, None, last, None, begin_of(last + timedelta(days=1), zone), last, zone,
        plan.product.week_start,
    )  # fmt: skip
    asked = Asked(question, plan, GRAINS[entity], cursor, "")
    sizes = Panel(asked, last, last)
    length = max(1, CELLS // max(1, sizes.n if entity == "user" else sizes.members.n))
    spans = {track.name: Spans(sizes.keys, track.numbers) for track in tracks}
    open_ones = _cut_off(cursor, entity, begin) if goes_on else _remove(cursor, entity)
    for name, (keys, begins, values) in open_ones.items():
        if name in spans:
            spans[name].resume(keys, begins, values[: spans[name].numbers])
    day = begin
    while day <= last:
        end = min(day + timedelta(days=length - 1), last)
        progress(f"{entity}s from {day} to {end}")
        panel = Panel(asked, day, end)
        for track in tracks:
            _write(cursor, track, spans[track.name].add(track.values(panel)), begin)
        day = end + timedelta(days=1)
    for track in tracks:
        _write(cursor, track, spans[track.name].end(), begin)


def _remove(cursor: Cursor, entity: str) -> Mapping[str, tuple[Whole, Whole, Whole]]:
    cursor.execute("DELETE FROM history WHERE entity = $entity", {"entity": entity})
    return {}


def _cut_off(cursor: Cursor, entity: str, begin: date) -> Mapping[str, tuple[Whole, Whole, Whole]]:
    """Takes out what lies from a day on, and what holds the day before: it may go on."""
    values = {"entity": entity, "begin": begin}
    found = cursor.execute(
        """SELECT track, entity_key, (valid_from - $begin)::BIGINT AS begins, value, lower, upper FROM history
        WHERE entity = $entity AND valid_from < $begin AND valid_to >= $begin ORDER BY track, entity_key""",
        values,
    ).fetchnumpy()
    cursor.execute("DELETE FROM history WHERE entity = $entity AND valid_to >= $begin", values)
    tracks = np.asarray(found["track"])
    held = np.stack([np.ma.filled(found[name], NOTHING).astype(np.int64) for name in ("value", "lower", "upper")])
    return {
        str(name): (
            np.asarray(found["entity_key"])[tracks == name].astype(np.int64),
            np.asarray(found["begins"])[tracks == name].astype(np.int64),
            held[:, tracks == name],
        )
        for name in dict.fromkeys(tracks.tolist())
    }


def _write(cursor: Cursor, track: Track, ended: Ended, begin: date) -> None:
    if not len(ended.key):
        return
    base = np.datetime64(begin, "D")
    cursor.register(
        "ended",
        pa.table(
            {
                "entity_key": ended.key,
                "valid_from": base + ended.begins,
                "valid_to": base + ended.ends,
                "value": ended.values[0],
                "lower": ended.values[1] if track.numbers > 1 else pa.nulls(len(ended.key), pa.int64()),
                "upper": ended.values[2] if track.numbers > 1 else pa.nulls(len(ended.key), pa.int64()),
            }
        ),
    )
    try:
        cursor.execute(
            "INSERT INTO history SELECT $track, $entity, entity_key, valid_from, valid_to, value, lower, upper FROM ended",
            {"track": track.name, "entity": track.entity},
        )
    finally:
        cursor.unregister("ended")


@dataclass(frozen=True)
class Held:
    """What held of somebody over some days.

    Args:
        valid_from: First day.
        valid_to: The day after the last.
        value: The value.
        lower: Lower end of its interval, or None.
        upper: Upper end.
    """

    valid_from: date
    valid_to: date
    value: int
    lower: int | None
    upper: int | None


def of_one(cursor: Cursor, track: str, entity: str, id_: str) -> list[Held]:
    """All that was written down of a user or an account, in order; nothing where the id is unknown."""
    rows = cursor.execute(
        f"""SELECT valid_from, valid_to, value, lower, upper FROM history
        JOIN {entity}s ON {entity}_key = entity_key
        WHERE track = $track AND entity = $entity AND {entity}_id = $id ORDER BY valid_from""",
        {"track": track, "entity": entity, "id": id_},
    ).fetchall()
    return [Held(*row) for row in rows]


def hundredths(values: Floats) -> Whole:
    """Numbers as whole hundredths, -1 for nan."""
    made = np.rint(values * 100.0)
    np.nan_to_num(made, copy=False, nan=NOTHING)
    return made.astype(np.int32)
