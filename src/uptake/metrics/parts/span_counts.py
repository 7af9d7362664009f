"""How many lives and silences hold at the end of each period, counted in memory: the relations of `spans`, feature by feature.

A span of a feature counts as far as its entity was there and could use the feature, which is a span of periods as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.features import classes
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.tallies import instant, is_possible, numbered
from uptake.metrics.parts.windows import EPOCH
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

    Who could do so, then could not, and then again, or was in another group then, has a span in each of several of these.
    """

    begins: Numbers
    ends: Numbers
    group: NDArray[np.int8]


def tables(
    asked: Asked, features: dict[int, Feature], quiet: Callable[[Feature], int]
) -> dict[str, Callable[[], pa.Table]]:
    """The relations `could`, `used`, `adopted` and `silent` by name, if they are worked out here.

    Their columns are `number`, `class` or `feature_key`, the labels of the breakdown, if there is one, and `members`.

    Args:
        asked: The question.
        features: Key -> feature.
        quiet: How many days without use make a silence.
    """
    if asked.split is None and not is_possible(asked):
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
        self._groups = asked.split.names if asked.split else [()]

    def table(self, by: str, counts: Iterator[tuple[int, Changes]]) -> pa.Table:
        """Rows (number, by, labels, members): how many spans hold at the end of each period.

        Args:
            by: What they are told apart by.
            counts: For each of those how many more, or fewer, of each group there are from one period's end to the next.
        """
        self._prepare()
        parts = [(key, np.cumsum(changes, axis=1)[:, : self._periods].ravel()) for key, changes in counts]
        groups = len(self._groups)
        number = np.tile(np.arange(1, self._periods + 1, dtype=np.int32), len(parts) * groups)
        keys = np.repeat(np.array([key for key, _ in parts], np.int32), self._periods * groups)
        of_labels = zip(*self._groups, strict=True)
        labels = {
            label: pa.array(np.tile(np.repeat(np.array(names, object), self._periods), len(parts)), pa.string())
            for label, names in zip(self._asked.split.labels if self._asked.split else (), of_labels, strict=True)
        }
        members = np.concatenate([members for _, members in parts]) if parts else np.empty(0, np.int64)
        return pa.table({"number": number, by: keys, **labels, "members": members.astype(np.int64)})

    def able_ones(self) -> Iterator[tuple[int, Changes]]:
        """By class, who was there and could use its features."""
        self._prepare()
        for number, conditions in enumerate(classes(self._features)):
            yield number, sum((self._changes(*able) for able in self._able[conditions]), self._nothing())

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
            groups = (there * (self._group(at) + 1) for there, at in zip(could, ends, strict=True))
            self._able[conditions] = list(spans_of(groups, everyone, len(edges)))
        return facts

    def _group(self, at: np.datetime64) -> NDArray[np.int8] | np.int8:
        return self._asked.split.numbers(at) if self._asked.split else np.int8(0)

    def _within(self, feature: Feature, number: Numbers, begins: Numbers, ends: Numbers | None) -> Changes:
        """Changes of how many spans hold, as far as their entities could use the feature."""
        changes = self._nothing()
        for order, able in enumerate(self._able[feature.eligible]):
            rows = np.flatnonzero((able.begins < able.ends)[number]) if order else slice(None)
            who = number[rows]
            until = able.ends[who]
            changes += self._changes(
                np.maximum(begins[rows], able.begins[who]),
                until if ends is None else np.minimum(ends[rows], until),
                able.group[who] if len(self._groups) > 1 else able.group,
            )
        return changes

    def _nothing(self) -> Changes:
        return np.zeros((len(self._groups), self._periods + 1), np.int64)

    def _changes(self, begins: Numbers, ends: Numbers, group: NDArray[np.int8]) -> Changes:
        """By group, how many more or fewer spans hold from one period's end to the next."""
        changes = self._nothing()
        # what ends before it begins comes and goes at once, which changes nothing
        begins = np.minimum(begins, ends)
        if len(self._groups) > 1:
            before = group * np.int32(self._periods + 1)
            begins, ends = begins + before, ends + before
        size = changes.size
        changes += (np.bincount(begins, minlength=size) - np.bincount(ends, minlength=size)).reshape(changes.shape)
        return changes


def spans_of(groups: Iterator[NDArray[Any]], everyone: int, number: int) -> Iterator[Able]:
    """Spans of periods from who could at the end of each one.

    Args:
        groups: Period by period, of everybody the number of their group plus 1, or 0 of who could not.
        everyone: How many entities there are.
        number: How many periods.
    """
    before, changed, at, became = np.zeros(everyone, np.int8), [], [], []
    for period, after in enumerate(groups):
        who = np.flatnonzero(after != before)
        changed.append(who)
        at.append(np.full(len(who), period, np.int32))
        became.append(after[who])
        before = after
    entity, begins = np.concatenate([*changed, []]).astype(np.int64), np.concatenate([*at, []]).astype(np.int32)
    group = np.concatenate([*became, []]).astype(np.int8)
    order = np.argsort(entity, kind="stable")
    entity, begins, group = entity[order], begins[order], group[order]
    # a span ends where the next one of the same entity begins, or where it was none any more
    is_last = np.append(entity[1:] != entity[:-1], True)[: len(entity)]
    ends = np.where(is_last, number, np.append(begins[1:], number)[: len(entity)])
    could = group > 0
    entity, begins, ends, group = entity[could], begins[could], ends[could], group[could] - 1
    nth = np.arange(len(entity)) - np.searchsorted(entity, entity)
    for one in range(int(nth.max(initial=0)) + 1):
        able = Able(
            np.full(everyone, number, np.int32), np.full(everyone, number, np.int32), np.zeros(everyone, np.int8)
        )
        who = nth == one
        able.begins[entity[who]], able.ends[entity[who]], able.group[entity[who]] = begins[who], ends[who], group[who]
        yield able


def _day(column: str) -> str:
    """SQL for a day since 1970 in 16 bits; `NEVER` for none and for one too far away."""
    return f"least(coalesce({column} - DATE '1970-01-01', {NEVER}), {NEVER})::USMALLINT"
