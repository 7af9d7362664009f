"""History: what held of everyone on every day, as spans, made for all days in blocks and brought up to date.

A track is one thing that is written down of users or of accounts: a score, where a scheme placed somebody. Its values
are whole numbers. History is made when somebody first asks for it; an import, or another plan, says from which day on it
is no longer true, and only that part is made again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of, last_day_before
from uptake.metrics.core.reading import data_until
from uptake.plan import Plan
from uptake.scores.fall import HISTORY_FROM, MADE, carried_on
from uptake.scores.spans import NOTHING, Ended, Spans, Whole, together
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor, meta, set_meta

TABLE = """CREATE TABLE history (
    track VARCHAR, entity VARCHAR, entity_key INTEGER, valid_from DATE, valid_to DATE,
    value INTEGER, lower INTEGER, upper INTEGER
)"""
DAYS = 366
"""For how long back history is made."""
READ = 8_000_000
"""Entities times days for which facts are read at once."""
GOES_ON = date(9999, 12, 31)
"""Stands for the end of a span that holds on the last day: what goes on need not be written again every day."""
MADE_BY, FROM, UNTIL, STALE_FROM = "history_made_by", "history_from", "history_until", "history_stale_from"
"""Names in `meta`: the plan, the first day that history has, the first that it does not have, the first day that is no
longer true."""
Progress = Callable[[float], None]
"""Told the share that is done."""
Reading = Callable[[], AbstractContextManager[Cursor]]
Open = Mapping[str, tuple[Whole, Whole, Whole]]
"""Track -> whose, since when and what: spans that may go on."""


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


class Write(Protocol):
    """Writes spans down, which are over or go on."""

    def __call__(self, track: Track, spans: Ended, *, is_over: bool) -> None:
        """Writes them."""


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


def written_from(cursor: Cursor, plan: Plan) -> dict[Hashable, Any]:
    """For `Panel.made`: that days before it can be looked up, where history has everything that is known."""
    since = meta(cursor, FROM) if is_current(cursor, plan) else ""
    return {HISTORY_FROM: date.fromisoformat(since)} if since else {}


def begin_of_history(cursor: Cursor, plan: Plan) -> tuple[date, date]:
    """The first and the last day that history is made for: those over when the data ends, a year at most."""
    last = last_day_before(data_until(cursor, plan.product.timezone), plan.product.timezone)
    found = cursor.execute("SELECT min(day) FROM active_day").fetchall()[0][0]
    return max(found or last, last - timedelta(days=DAYS - 1)), last


def bring_up(cursor: Cursor, plan: Plan, tracks: Sequence[Track], reading: Reading, progress: Progress) -> None:
    """Makes what is missing or no longer true; part of a transaction.

    Users and accounts are worked out side by side: most of the time is arithmetic, which other threads do not wait for.

    Args:
        cursor: A cursor that may write.
        plan: The plan.
        tracks: All that is written down.
        reading: Gives further cursors, which see the facts as they were committed.
        progress: Told how far it is.
    """
    first, last = begin_of_history(cursor, plan)
    stale, until = meta(cursor, STALE_FROM), meta(cursor, UNTIL)
    begin = first
    if meta(cursor, MADE_BY) == plan.version and until:
        begin = max(first, min(date.fromisoformat(until), date.fromisoformat(stale or until)))
    writer = _Writer(cursor, begin)
    entities = {entity: [track for track in tracks if track.entity == entity] for entity in ("user", "account")}
    since = meta(cursor, FROM)
    known: dict[Hashable, Any] = {HISTORY_FROM: date.fromisoformat(since)} if since and begin > first else {}
    behind: dict[str, float] = {}

    def make(entity: str) -> None:
        held = writer.cut_off(entity) if begin > first else writer.remove(entity)
        with reading() as own:
            for share in _make(_asked(own, plan, entity, last), entities[entity], begin, held, known, writer.write):
                behind[entity] = share
                progress(sum(behind.values()) / len(entities))

    with ThreadPoolExecutor(len(entities)) as pool:
        for done in [pool.submit(make, entity) for entity, own in entities.items() if own]:
            done.result()
    set_meta(cursor, MADE_BY, plan.version)
    if begin == first:
        set_meta(cursor, FROM, first.isoformat())
    set_meta(cursor, UNTIL, (last + timedelta(days=1)).isoformat())
    set_meta(cursor, STALE_FROM, "")


def _asked(cursor: Cursor, plan: Plan, entity: str, last: date) -> Asked:
    """The question within which signals are asked of all days."""
    zone, as_of = plan.product.timezone, begin_of(last + timedelta(days=1), plan.product.timezone)
    question = Question("history", entity, {}, None, last, None, as_of, last, zone, plan.product.week_start)
    return Asked(question, plan, GRAINS[entity], cursor, "")


def _make(
    asked: Asked, tracks: Sequence[Track], begin: date, held: Open, known: Mapping[Hashable, Any], write: Write
) -> Iterator[float]:
    """Makes the spans of one kind of entities from a day on; yields the share that is done, often: there it can be stopped."""
    last = asked.question.last_day
    everybody = Panel(asked, last, last)
    spans = {track.name: Spans(track.numbers) for track in tracks}
    for name, open_ones in held.items():
        if name in spans:
            spans[name].resume(*open_ones)
    day, carried = begin, dict(known)
    while day <= last:
        # whoever comes later has nothing yet
        facts = Panel(asked, day, min(day + timedelta(days=min(DAYS, everybody.days_of(READ)) - 1), last), ever=False)
        for own in spans.values():
            own.know(facts.keys)
        ended: dict[str, list[Ended]] = {track.name: [] for track in tracks}
        for panel in facts.parts(facts.days_of(MADE)):
            panel.made.update(carried)
            for track in tracks:
                ended[track.name].append(spans[track.name].add(track.values(panel)))
            carried = carried_on(panel)
            yield ((panel.last - begin).days + 1) / ((last - begin).days + 1)
        day = facts.last + timedelta(days=1)
        for track in tracks:
            write(track, together(ended[track.name]), is_over=True)
    for track in tracks:
        write(track, spans[track.name].end(), is_over=False)


class _Writer:
    """Changes the table, for several threads."""

    def __init__(self, cursor: Cursor, begin: date) -> None:
        self._cursor, self._begin = cursor, begin
        self._lock = threading.Lock()

    def remove(self, entity: str) -> Open:
        """Takes out all there is of users or accounts."""
        with self._lock:
            self._cursor.execute("DELETE FROM history WHERE entity = $entity", {"entity": entity})
        return {}

    def cut_off(self, entity: str) -> Open:
        """Takes out what lies from the first day on; what holds the day before may go on, and is returned."""
        values = {"entity": entity, "begin": self._begin}
        with self._lock:
            found = self._cursor.execute(
                """SELECT track, entity_key, (valid_from - $begin)::BIGINT AS begins, value, lower, upper FROM history
                WHERE entity = $entity AND valid_from < $begin AND valid_to >= $begin ORDER BY track, entity_key""",
                values,
            ).fetchnumpy()
            self._cursor.execute("DELETE FROM history WHERE entity = $entity AND valid_from >= $begin", values)
            self._cursor.execute(
                """UPDATE history SET valid_to = $goes_on
                WHERE entity = $entity AND valid_to >= $begin AND valid_to <> $goes_on""",
                values | {"goes_on": GOES_ON},
            )
        tracks = np.asarray(found["track"])
        held = np.stack([np.ma.filled(found[name], NOTHING).astype(np.int64) for name in ("value", "lower", "upper")])
        keys, begins = (np.asarray(found[name]).astype(np.int64) for name in ("entity_key", "begins"))
        chosen = {str(name): tracks == name for name in dict.fromkeys(tracks.tolist())}
        return {name: (keys[rows], begins[rows], held[:, rows]) for name, rows in chosen.items()}

    def write(self, track: Track, spans: Ended, *, is_over: bool) -> None:
        """Adds spans; those that began before the first day are there already, and are given their end where it is known."""
        is_new = spans.begins >= 0
        if is_over:
            self._end(track, spans.key[~is_new], self._day(spans.ends[~is_new]))
        key, values = spans.key[is_new], spans.values[:, is_new]
        if not len(key):
            return
        ends = self._day(spans.ends[is_new]) if is_over else np.full(len(key), np.datetime64(GOES_ON, "D"))
        lower, upper = values[1:] if track.numbers > 1 else [pa.nulls(len(key), pa.int32())] * 2
        begins = self._day(spans.begins[is_new])
        columns = {
            "entity_key": key,
            "begins": begins,
            "ends": ends,
            "value": values[0],
            "lower": lower,
            "upper": upper,
        }
        self._execute(
            "INSERT INTO history SELECT $track, $entity, entity_key, begins, ends, value, lower, upper FROM written",
            track, columns,
        )  # fmt: skip

    def _end(self, track: Track, key: Whole, ends: NDArray[np.datetime64]) -> None:
        if len(key):
            self._execute(
                f"""UPDATE history SET valid_to = written.ends FROM written WHERE track = $track AND entity = $entity
                    AND history.entity_key = written.entity_key AND valid_to = DATE '{GOES_ON}'""",
                track, {"entity_key": key, "ends": ends},
            )  # fmt: skip

    def _execute(self, sql: str, track: Track, written: Mapping[str, Any]) -> None:
        with self._lock:
            self._cursor.register("written", pa.table(dict(written)))
            try:
                self._cursor.execute(sql, {"track": track.name, "entity": track.entity})
            finally:
                self._cursor.unregister("written")

    def _day(self, number: Whole) -> NDArray[np.datetime64]:
        return np.datetime64(self._begin, "D") + number.astype(np.int64)


@dataclass(frozen=True)
class Held:
    """What held of somebody over some days.

    Args:
        valid_from: First day.
        valid_to: The day after the last; the first that history does not have where it goes on.
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
        f"""SELECT valid_from, least(valid_to, $until::DATE), value, lower, upper FROM history
        JOIN {entity}s ON {entity}_key = entity_key
        WHERE track = $track AND entity = $entity AND {entity}_id = $id ORDER BY valid_from""",
        {"track": track, "entity": entity, "id": id_, "until": meta(cursor, UNTIL)},
    ).fetchall()
    return [Held(*row) for row in rows]
