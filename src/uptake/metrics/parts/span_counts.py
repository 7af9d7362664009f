"""How many lives and silences hold at the end of each period, counted in memory: the relations of `spans`, feature by feature.

A span of a feature counts as far as its entity was there and could use the feature, which is a span of periods as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.feature_lives import ADOPTED, LAST, NEVER, NEXT, TRIED, Lives, Rules, by_plan, under_rules
from uptake.metrics.parts.features import classes
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.tallies import edges, instant, is_possible, numbered
from uptake.metrics.parts.windows import EPOCH
from uptake.plan import Conditions, Feature

Numbers = NDArray[np.int32]
Periods = NDArray[np.int16]
"""Numbers of periods: small, as what is gathered for every use of a feature is read as quickly as it is short."""
Changes = NDArray[np.int64]
NOBODY = Rows(np.empty(0, np.int32), defaultdict(lambda: np.empty(0, np.uint16)))
"""The rows of a feature nobody used."""


class Able(NamedTuple):
    """From which period's end on until which one entities could use the features of a class, by their numbers.

    Who could do so, then could not, and then again, or was in another group then, has a span in each of several of these.
    """

    begins: Periods
    ends: Periods
    group: NDArray[np.int8]


def tables(asked: Asked, features: dict[int, Feature], rules: Rules) -> dict[str, Callable[[], pa.Table]]:
    """The relations `could`, `used`, `adopted` and `silent` by name, if they are worked out here.

    Their columns are `number`, `class` or `feature_key`, the labels of the breakdown, if there is one, and `members`.

    Args:
        asked: The question.
        features: Key -> feature.
        rules: The rules of each feature; of those of the plan only the days without use may be others.
    """
    if asked.split is None and not is_possible(asked):
        return {}
    return SpanCounts(asked, features, rules).tables


class SpanCounts:
    """What is counted for one answer.

    Args:
        asked: The question.
        features: Key -> feature.
        rules: The rules of each feature.
        are_plans: Whether the plan has these rules, but for the days without use, so that lives are facts.
    """

    def __init__(self, asked: Asked, features: dict[int, Feature], rules: Rules, *, are_plans: bool = True) -> None:
        self.asked, self.features, self.rules = asked, features, rules
        self.groups = asked.split.names if asked.split else [()]
        self._are_plans = are_plans

    @property
    def tables(self) -> dict[str, Callable[[], pa.Table]]:
        """The relations by name."""
        return {
            "could": lambda: self.table("class", self.able_ones()),
            "used": lambda: self.table("feature_key", self.tried(TRIED)),
            "adopted": lambda: self.table("feature_key", self.tried(ADOPTED)),
            "silent": lambda: self.table("feature_key", self.silences()),
        }

    @cached_property
    def facts(self) -> Numbered:
        """The facts of the grain."""
        return numbered(self.asked)

    @cached_property
    def ends(self) -> list[tuple[int, np.datetime64]]:
        """The last day of each period, since 1970, and the instant after it."""
        return [((on_day - EPOCH).days, instant(on_at)) for _, on_day, on_at, *_ in edges(self.asked)]

    @cached_property
    def able(self) -> dict[Conditions, list[Able]]:
        """Who was there and could use the features of each class, from period to period."""
        present, everyone = self.facts.spans(self.asked.grain.present), len(self.facts.everyone)
        found = dict[Conditions, list[Able]]()
        for conditions in classes(self.features):
            could = (present.just_before(at, everyone) for _, at in self.ends)
            if conditions:
                able = self.facts.spans(eligible_spans_sql(self.asked, conditions))
                there = ((there, at) for there, (_, at) in zip(could, self.ends, strict=True))
                could = (here & able.just_before(at, everyone) for here, at in there)
            groups = (there * (self._group(at) + 1) for there, (_, at) in zip(could, self.ends, strict=True))
            found[conditions] = list(spans_of(groups, everyone, len(self.ends)))
        return found

    @cached_property
    def lives(self) -> Lives:
        """The lives of features."""
        if self._are_plans:
            return by_plan(self.asked, self.facts)
        return under_rules(self.asked, self.facts, self.features, self.rules)

    @cached_property
    def _number_of(self) -> Periods:
        """Day since 1970 -> the first period at whose end it is over."""
        return np.searchsorted([on for on, _ in self.ends], np.arange(NEVER + 1)).astype(np.int16)

    def read(self) -> None:
        """Reads what is needed of the store, which those who work side by side must not ask."""
        _ = self.able, self.lives

    def table(self, by: str, counts: Iterable[tuple[int, Changes]]) -> pa.Table:
        """Rows (number, by, labels, members): how many spans hold at the end of each period.

        Args:
            by: What they are told apart by.
            counts: For each of those how many more, or fewer, of each group there are from one period's end to the next.
        """
        parts = [(key, np.cumsum(changes, axis=1)[:, : len(self.ends)].ravel()) for key, changes in counts]
        members = np.concatenate([members for _, members in parts]) if parts else np.empty(0, np.int64)
        return pa.table({**self.told(by, [key for key, _ in parts]), "members": members.astype(np.int64)})

    def told(self, by: str, keys: Sequence[int]) -> dict[str, Any]:
        """Columns that say of which key, group and period the rows are, in this order.

        Args:
            by: What the keys are of.
            keys: The keys.
        """
        periods, groups = len(self.ends), len(self.groups)
        of_labels = zip(*self.groups, strict=True)
        labels = {
            label: pa.array(np.tile(np.repeat(np.array(names, object), periods), len(keys)), pa.string())
            for label, names in zip(self.asked.split.labels if self.asked.split else (), of_labels, strict=True)
        }
        number = np.tile(np.arange(1, periods + 1, dtype=np.int32), len(keys) * groups)
        return {"number": number, by: np.repeat(np.array(keys, np.int32), periods * groups), **labels}

    def able_ones(self) -> Iterator[tuple[int, Changes]]:
        """By class, who was there and could use its features."""
        for number, conditions in enumerate(classes(self.features)):
            yield number, sum((self._changes(*able) for able in self.able[conditions]), self._nothing())

    def tried(self, since: str) -> list[tuple[int, Changes]]:
        """By feature, who had got so far with it: `TRIED` or `ADOPTED`."""
        lives, number_of = self.lives.lives, self._number_of

        def of_feature(key: int) -> tuple[int, Changes]:
            rows = lives.get(key, NOBODY)
            return key, self._within(key, rows.number, number_of.take(rows.values[since]), None)

        return self._of_each(of_feature)

    def silences(self) -> list[tuple[int, Changes]]:
        """By feature, who had adopted it and left it alone."""
        silences, number_of = self.lives.silences, self._number_of

        def of_feature(key: int) -> tuple[int, Changes]:
            rows = silences.get(key, NOBODY)
            silent = np.minimum(rows.values[LAST].astype(np.int32) + self.rules(self.features[key]).quiet_days, NEVER)
            return key, self._within(key, rows.number, number_of.take(silent), number_of.take(rows.values[NEXT]))

        return self._of_each(of_feature)

    def _of_each(self, work: Callable[[int], tuple[int, Changes]]) -> list[tuple[int, Changes]]:
        """What becomes of each feature; what that needs of the store is read before."""
        self.read()
        return side_by_side(work, self.features)

    def _group(self, at: np.datetime64) -> NDArray[np.int8] | np.int8:
        return self.asked.split.numbers(at) if self.asked.split else np.int8(0)

    def _within(self, key: int, number: Numbers, begins: Periods, ends: Periods | None) -> Changes:
        """Changes of how many spans hold, as far as their entities could use the feature."""
        changes = self._nothing()
        for order, able in enumerate(self.able[self.features[key].eligible]):
            rows = np.flatnonzero((able.begins < able.ends)[number]) if order else slice(None)
            who = number[rows]
            until = able.ends.take(who)
            changes += self._changes(
                np.maximum(begins[rows], able.begins.take(who)),
                until if ends is None else np.minimum(ends[rows], until),
                able.group.take(who) if len(self.groups) > 1 else able.group,
            )
        return changes

    def _nothing(self) -> Changes:
        return np.zeros((len(self.groups), len(self.ends) + 1), np.int64)

    def _changes(self, begins: Periods, ends: Periods, group: NDArray[np.int8]) -> Changes:
        """By group, how many more or fewer spans hold from one period's end to the next."""
        changes = self._nothing()
        # what ends before it begins comes and goes at once, which changes nothing
        begins = np.minimum(begins, ends)
        if len(self.groups) > 1:
            before = group * np.int32(len(self.ends) + 1)
            counted = np.bincount(before + begins, minlength=changes.size) - np.bincount(
                before + ends, minlength=changes.size
            )
        else:
            counted = np.bincount(begins, minlength=changes.size) - np.bincount(ends, minlength=changes.size)
        changes += counted.reshape(changes.shape)
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
        at.append(np.full(len(who), period, np.int16))
        became.append(after[who])
        before = after
    entity, begins = np.concatenate([*changed, []]).astype(np.int64), np.concatenate([*at, []]).astype(np.int16)
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
            np.full(everyone, number, np.int16), np.full(everyone, number, np.int16), np.zeros(everyone, np.int8)
        )
        who = nth == one
        able.begins[entity[who]], able.ends[entity[who]], able.group[entity[who]] = begins[who], ends[who], group[who]
        yield able
