"""How far everybody came: the events of a funnel's steps, read, kept and followed by `uptake.sequences`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.selection import events_sql, property_text
from uptake.facts.step_events import StepEvents, Wanted, read
from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.funnels.rules import VALUE, Funnel, funnel_of
from uptake.metrics.parts.tallies import numbered
from uptake.sequences.events import Bools, Instants, Keys
from uptake.sequences.funnel import funnel
from uptake.sequences.outcome import MISSING, Outcome
from uptake.sequences.rules import Exclusion
from uptake.store.sql import literal

ACCOUNT = "account"
"""What is held constant: the account; anything else is a property of the events."""


def _wanted(asked: Asked, found: Funnel) -> Wanted:
    selectors = [*(step.selectors for step in found.steps), *(one.selectors for one in found.exclusions)]
    tests = tuple(events_sql(asked.cursor, asked.plan, one) for one in selectors)
    any_test = events_sql(asked.cursor, asked.plan, [one for several in selectors for one in several])
    held = property_text(found.held) if found.held else ""
    if found.by_value:
        held = f"coalesce({literal(VALUE)} || {held}, '')"
    if found.hold == ACCOUNT:
        held = "account_key::VARCHAR"
    all_of = 0 if found.rules.order == "strict" else None
    return Wanted(asked.grain.key, asked.grain.needs, tests, any_test, len(found.steps), all_of, held)


def passes_of(asked: Asked) -> Passes:
    """The passes of the funnel that is asked for, worked out once."""
    if "passes" not in asked.made:
        asked.made["passes"] = Passes(asked, funnel_of(asked))
    passes: Passes = asked.made["passes"]
    return passes


class _Made(NamedTuple):
    """Passes, and how many events of theirs are tied."""

    outcome: Outcome
    ties: int

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return self.outcome.nbytes


@dataclass(frozen=True)
class Passes:
    """What a funnel gives, once it is looked at.

    Args:
        asked: The question.
        found: Its funnel.
    """

    asked: Asked
    found: Funnel

    @cached_property
    def wanted(self) -> Wanted:
        """Which events are read."""
        return _wanted(self.asked, self.found)

    @cached_property
    def events(self) -> StepEvents:
        """The events known at `as_of`."""
        as_of = periods.microseconds_of(self.asked.question.as_of)
        return read(self.asked.cursor, self.asked.kept, self.wanted).before(as_of)

    @cached_property
    def _made(self) -> _Made:
        """What is kept for those who ask other things of the same passes."""
        question = self.asked.question
        key = ("passes", self.wanted, repr(self.found), self.rounds.tobytes(), question.as_of)
        return self.asked.kept.get(
            self.asked.cursor, key, lambda: _Made(self._followed(), self.events.ties if self.found.is_by_arrival else 0)
        )

    @property
    def outcome(self) -> Outcome:
        """One line for each entity and period in which it entered."""
        return self._made.outcome

    @property
    def ties(self) -> int:
        """How many events happened at the instant of one of another step, where the order of arrival decides."""
        return self._made.ties

    def _followed(self) -> Outcome:
        events = self.events
        excluded = [
            Exclusion(rows, after, before)
            for rows, (after, before) in zip(events.fits[events.steps :], self.found.gaps(), strict=True)
        ]
        outcome = funnel(events.events, self.found.rules, excluded, self.rounds, side_by_side)
        if self.found.hold:
            outcome = self._of_entities(outcome, events.entity, events.history)
        return outcome.of(outcome.depth > 0)

    @property
    def entity(self) -> Keys:
        """Whose each line is; with a funnel for each value an entity has several."""
        if not self.found.by_value:
            return self.outcome.entity
        return self.events.entity[np.searchsorted(self.events.history, self.outcome.entity)]

    def _of_entities(self, outcome: Outcome, entity: Keys, history: Keys) -> Outcome:
        """The best of the histories of each entity and period; all, where an entity counts with each."""
        keys = entity[np.searchsorted(history, outcome.entity)]
        if self.found.counts_again:
            return outcome.renamed(keys)
        pairs, owner = np.unique(np.stack([keys, self._round(outcome)]), axis=1, return_inverse=True)
        best = outcome.best_by(owner.astype(np.int64).ravel(), self.found.rules.entry)
        return best.renamed(pairs[0][best.entity])

    @cached_property
    def _periods(self) -> list[tuple[date | None, datetime, datetime]]:
        return periods.read(self.asked.cursor, self.asked.question, self.asked.plan)

    @cached_property
    def rounds(self) -> Instants:
        """The instants between which an entity enters once: where the periods begin, and where the last one ends."""
        ends = [begins_at for _, begins_at, _ in self._periods] + [ends_at for *_, ends_at in self._periods[-1:]]
        instants = np.array([periods.microseconds_of(one) for one in ends] or [0, 0], np.int64)
        if self.asked.question.date_from is None:
            instants[0] = MISSING
        return instants

    def _round(self, outcome: Outcome) -> NDArray[np.int64]:
        return np.searchsorted(self.rounds, outcome.entered_at, side="right") - 1

    @cached_property
    def is_open(self) -> Bools:
        """Whether the window of each line is not over, so that the line is not counted."""
        window = self.found.rules.window
        if self.found.counts_open or window is None:
            return np.zeros(len(self.outcome.entity), np.bool_)
        return periods.microseconds_of(self.asked.question.as_of) - self.outcome.entered_at <= window

    def table(self) -> pa.Table:
        """The relation `pass`: entity_key, entered_at, period_on, done_at (when each step was done)."""
        outcome = self.outcome
        count, steps = outcome.instants.shape
        at = pa.array(outcome.instants.ravel().view("M8[us]"), pa.timestamp("us"))
        offsets = pa.array(np.arange(count + 1, dtype=np.int32) * steps)
        first_days = pa.array([first for first, *_ in self._periods] or [None], pa.date32())
        by_value = {}
        if name := self.found.by_value:
            held = self.events.held[outcome.entity]
            texts = [json.dumps({name: value.removeprefix(VALUE) if value else None}) for value in held]
            by_value["properties"] = pa.array(texts, pa.string())
        return pa.table(
            {
                "entity_key": self.entity,
                "entered_at": pa.array(outcome.entered_at.view("M8[us]"), pa.timestamp("us")),
                "period_on": first_days.take(pa.array(self._round(outcome))),
                "done_at": pa.ListArray.from_arrays(offsets, at),
                # one entity may begin two attempts in one instant
                **({"attempt": np.arange(count)} if self.found.counts_again else {}),
                **by_value,
            }
        )

    def counts(self) -> list[Row]:
        """What the kind makes of all passes, without a row for each: a row for each period, group and step."""
        rows = []
        for names, passes in self._parts():
            lines = self.outcome.of(passes[~self.is_open[passes]])
            of_attempts = self._sums(lines) if self.found.counts_again else None
            counts, n = lines.counts_by_step.tolist(), len(lines.entity)
            for step, (name, before) in enumerate(zip(self.found.names, self.found.previous, strict=True)):
                at = lines.instants.compress(lines.done[:, step], axis=0)
                rows.append(
                    {
                        **names,
                        "step": step + 1,
                        "name": name,
                        "n": n,
                        "open": len(passes) - n,
                        "count": counts[step],
                        "previous_count": None if before is None else counts[before],
                        "estimate": counts[step] / n if n else None,
                        "median_s": None if before is None else _median_s(at[:, step] - at[:, before]),
                        "median_from_start_s": None if before is None else _median_s(at[:, step] - at[:, 0]),
                        **(of_attempts[step] if of_attempts else {}),
                    }
                )
        return rows

    def _parts(self) -> Iterator[tuple[Row, NDArray[np.intp]]]:
        """The places of the passes of each period and group somebody entered in, with what these are called."""
        split, entered_at = self.asked.split, self.outcome.entered_at
        labels: tuple[str, ...] = split.labels if split else ()
        names: list[tuple[str, ...]] = sorted(split.names) if split else [()]
        cell, everything = self._round(self.outcome) * len(names), np.arange(len(entered_at))
        if split:
            who = numbered(self.asked).everyone.numbers(self.entity)
            group = split.numbers_of(who, entered_at.view("M8[us]"))
            place = np.array([names.index(one) for one in split.names])
            cell, everything = (column[group >= 0] for column in (cell + place[group], everything))
        # numbers of 16 bits are sorted by counting
        order = np.argsort(cell.astype(np.min_scalar_type(cell.max(initial=0))), kind="stable")
        begins = np.flatnonzero(np.diff(cell[order], prepend=-1))
        for one, places in zip(cell[order][begins].tolist(), np.split(order, begins[1:]), strict=False):
            period, group = divmod(one, len(names))
            first = {"period_on": self._periods[period][0]} if self.asked.question.period else {}
            yield first | dict(zip(labels, names[group], strict=True)), everything[places]

    def _sums(self, lines: Outcome) -> list[dict[str, int]]:
        """For each step the sums over entities from which the intervals of shares of attempts are made."""
        owner = np.unique(lines.entity, return_inverse=True)[1]
        tries = np.bincount(owner)
        done = [
            np.bincount(owner, lines.done[:, step], len(tries)).astype(np.int64)
            for step in range(len(self.found.steps))
        ]
        sums = []
        for own, before in zip(done, self.found.previous, strict=True):
            own_before = np.zeros_like(own) if before is None else done[before]
            sums.append(
                {
                    "entities": len(tries),
                    "done_done": int(own @ own),
                    "done_tries": int(own @ tries),
                    "tries_tries": int(tries @ tries),
                    "entities_before": int(np.count_nonzero(own_before)),
                    "done_before": int(own @ own_before),
                    "before_before": int(own_before @ own_before),
                }
            )
        return sums


def _median_s(durations: Instants) -> float | None:
    return float(np.median(durations)) / 1e6 if len(durations) else None
