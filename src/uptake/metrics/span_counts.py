"""How many lives and silences hold at the end of each period, counted in memory: the relations of `spans`, feature by feature.

A span of a feature counts as far as its entity was there and could use the feature, which is a span of periods as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics import periods
from uptake.metrics.features import classes
from uptake.metrics.metric import Asked
from uptake.metrics.population import eligible_spans_sql
from uptake.metrics.tallies import instant, is_possible, numbered
from uptake.metrics.windows import EPOCH
from uptake.plan import Conditions, Feature

Numbers = NDArray[np.int32]
Changes = NDArray[np.int64]
NEVER = 2**16 - 1
"""A day that never comes."""
NOBODY = Rows(np.empty(0, np.int32), defaultdict(lambda: np.empty(0, np.uint16)))
"""The rows of a feature nobody used."""
ADOPTED, TRIED = "adopted_on", "first_on"


class Able(NamedTuple):
    """From which period's end on until which one entities could use the features of a class, by their numbers.

    Who could do so, then could not, and then again, has a span in each of several of these.
    """

    begins: Numbers
    ends: Numbers


def tables(
    asked: Asked, features: dict[int, Feature], quiet: Callable[[Feature], int]
) -> dict[str, Callable[[], pa.Table]]:
    """The relations `could`, `used`, `adopted` and `silent` by name, if they are worked out here: (number, ..., members).

    Args:
        asked: The question.
        features: Key -> feature.
        quiet: How many days without use make a silence.
    """
    if not is_possible(asked):
        return {}
    counts = _Counts(asked, features)
    return {
        "could": lambda: counts.table("class", counts.able_ones()),
        "used": lambda: counts.table("feature_key", counts.lives(TRIED)),
        "adopted": lambda: counts.table("feature_key", counts.lives(ADOPTED)),
        "silent": lambda: counts.table("feature_key", counts.silences(quiet)),
    }


class _Counts:
    """What is counted for one answer."""

    def __init__(self, asked: Asked, features: dict[int, Feature]) -> None:
        self._asked, self._features = asked, features
        self._facts: Numbered | None = None
        self._able: dict[Conditions, list[Able]] = {}

    def table(self, by: str, counts: Iterator[tuple[int, Changes]]) -> pa.Table:
        """Rows (number, by, members): how many spans hold at the end of each period.

        Args:
            by: What they are told apart by.
            counts: For each of those how many more, or fewer, there are from one period's end to the next.
        """
        self._prepare()
        parts = [(key, np.cumsum(changes)[: self._periods]) for key, changes in counts]
        number = np.tile(np.arange(1, self._periods + 1, dtype=np.int32), len(parts))
        keys = np.repeat(np.array([key for key, _ in parts], np.int32), self._periods)
        members = np.concatenate([members for _, members in parts]) if parts else np.empty(0, np.int64)
        return pa.table({"number": number, by: keys, "members": members.astype(np.int64)})

    def able_ones(self) -> Iterator[tuple[int, Changes]]:
        """By class, who was there and could use its features."""
        self._prepare()
        for number, conditions in enumerate(classes(self._features)):
            yield number, np.sum([self._changes(*able) for able in self._able[conditions]], axis=0)

    def lives(self, since: str) -> Iterator[tuple[int, Changes]]:
        """By feature, who had got so far with it."""
        sql = f"""SELECT entity_key, feature_key AS part, {_day(TRIED)} AS {TRIED}, {_day(ADOPTED)} AS {ADOPTED}
            FROM {self._asked.grain.life}"""
        for key, feature, rows in self._of_features(sql):
            yield key, self._within(feature, rows.number, self._number_of[rows.values[since]], None)

    def silences(self, quiet: Callable[[Feature], int]) -> Iterator[tuple[int, Changes]]:
        """By feature, who had adopted it and left it alone."""
        sql = f"""SELECT entity_key, feature_key AS part, {_day("last_on")} AS last_on, {_day("next_on")} AS next_on
            FROM {self._asked.grain.silence}"""
        for key, feature, rows in self._of_features(sql):
            silent = np.minimum(rows.values["last_on"].astype(np.int32) + quiet(feature), NEVER)
            back = self._number_of[rows.values["next_on"]]
            yield key, self._within(feature, rows.number, self._number_of[silent], back)

    def _of_features(self, sql: str) -> Iterator[tuple[int, Feature, Rows]]:
        """Each feature with its rows of SQL for (entity_key, part, more columns)."""
        facts = self._prepare()
        parts = facts.parts(sql)
        for key, feature in self._features.items():
            yield (
                key,
                feature,
                parts.get(key) or Rows(np.empty(0, np.int32), defaultdict(lambda: np.empty(0, np.uint16))),
            )

    def _prepare(self) -> Numbered:
        """The facts; the periods and who could use what are read when they are first needed."""
        if self._facts is not None:
            return self._facts
        self._facts = facts = numbered(self._asked)
        edges = periods.edges(self._asked.cursor, self._asked.question, self._asked.plan)
        self._periods = len(edges)
        on = np.array([(on_day - EPOCH).days for _, on_day, *_ in edges], np.int64)
        # day since 1970 -> the first period at whose end it is over
        self._number_of = np.searchsorted(on, np.arange(NEVER + 1)).astype(np.int32)
        present = facts.spans(self._asked.grain.present)
        for conditions in classes(self._features):
            able = facts.spans(eligible_spans_sql(self._asked, conditions)) if conditions else present
            ends = [instant(on_at) for _, _, on_at, *_ in edges]
            everyone = len(facts.everyone)
            could = (present.just_before(at, everyone) & able.just_before(at, everyone) for at in ends)
            self._able[conditions] = list(spans_of(could, everyone, len(edges)))
        return facts

    def _within(self, feature: Feature, number: Numbers, begins: Numbers, ends: Numbers | None) -> Changes:
        """Changes of how many spans hold, as far as their entities could use the feature."""
        changes = np.zeros(self._periods + 1, np.int64)
        for order, able in enumerate(self._able[feature.eligible]):
            rows = np.flatnonzero((able.begins < able.ends)[number]) if order else slice(None)
            until = able.ends[number[rows]]
            changes += self._changes(
                np.maximum(begins[rows], able.begins[number[rows]]),
                until if ends is None else np.minimum(ends[rows], until),
            )
        return changes

    def _changes(self, begins: Numbers, ends: Numbers) -> Changes:
        holds = begins < ends
        size = self._periods + 1
        changes: Changes = np.bincount(begins[holds], minlength=size) - np.bincount(ends[holds], minlength=size)
        return changes


def spans_of(could: Iterator[NDArray[np.bool_]], everyone: int, number: int) -> Iterator[Able]:
    """Spans of periods from who could at the end of each one.

    Args:
        could: Who could, period by period.
        everyone: How many entities there are.
        number: How many periods.
    """
    before, changed, at = np.zeros(everyone, np.bool_), [], []
    for period, after in enumerate(could):
        who = np.flatnonzero(after != before)
        changed.append(who)
        at.append(np.full(len(who), period, np.int32))
        before = after
    entity, period_of = np.concatenate([*changed, []]).astype(np.int64), np.concatenate([*at, []]).astype(np.int32)
    order = np.argsort(entity, kind="stable")
    entity, period_of = entity[order], period_of[order]
    nth = np.arange(len(entity)) - np.searchsorted(entity, entity)
    for first in range(0, int(nth.max(initial=0)) + 1, 2):
        able = Able(np.full(everyone, number, np.int32), np.full(everyone, number, np.int32))
        for edge, place in zip(able, (nth == first, nth == first + 1), strict=True):
            edge[entity[place]] = period_of[place]
        yield able


def _day(column: str) -> str:
    """SQL for a day since 1970 in 16 bits; `NEVER` for none and for one too far away."""
    return f"least(coalesce({column} - DATE '1970-01-01', {NEVER}), {NEVER})::USMALLINT"
