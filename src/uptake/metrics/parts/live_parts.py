"""In how many parts each account is live at the end of many periods, from when its users adopted a feature of each.

The engine would have a row for each account, part and period; here it is a number in a row of numbers, which changes from
one period to the next by those who adopted or left in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows, Spans
from uptake.facts.entity_days import Column
from uptake.metrics.core import periods
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.known_attributes import Known
from uptake.metrics.parts.span_counts import spans_of
from uptake.metrics.parts.tallies import End, Values, instant, numbered
from uptake.metrics.parts.windows import EPOCH

LIVES = pa.schema([("account_key", pa.int32()), ("period_on", pa.date32()), ("parts", pa.int64())])


class Moment(NamedTuple):
    """The end of a day."""

    on_day: date
    on_at: datetime


class Parts(NamedTuple):
    """In which parts accounts can be live.

    Args:
        part_of: Key of a feature -> the part it is of. Everybody in an account can use all of them.
        live_share: A part is live if more than this share of the account's users have adopted a feature of it.
        is_new: Count only parts that were not live at the beginning of the period.
        known: What members are, if that tells parts apart: all features are of one then, and each part has its own users.
    """

    part_of: Mapping[int, str]
    live_share: float
    is_new: bool
    known: Known | None = None


def table(asked: Asked, parts: Parts) -> pa.Table:
    """Rows (account_key, period_on, parts), of accounts with any."""
    tables = [LIVES.empty_table()]
    for period_on, _, accounts, counts in _live_parts(asked, parts):
        any_live = np.flatnonzero(counts)
        columns = (accounts[any_live], np.full(len(any_live), np.datetime64(period_on, "D")), counts[any_live])
        arrays = [pa.array(column, kind) for column, kind in zip(columns, LIVES.types, strict=True)]
        tables.append(pa.table(arrays, LIVES))
    return pa.concat_tables(tables)


def values(asked: Asked, parts: Parts) -> Iterator[Values]:
    """For each period in how many parts every account that was there is live."""
    facts = numbered(asked, ACCOUNT)
    present = facts.spans(ACCOUNT.present)
    for period_on, end, accounts, counts in _live_parts(asked, parts):
        found, number = np.zeros(len(facts.everyone)), facts.everyone.numbers(accounts)
        found[number[number >= 0]] = counts[number >= 0]
        at = instant(end.on_at)
        who = np.flatnonzero(present.just_before(at, len(found)))
        yield End(period_on, at), who, found[who]


def _live_parts(asked: Asked, parts: Parts) -> Iterator[tuple[date | None, Moment, Column, Column]]:
    """Each period with its end, all accounts with members, and in how many parts each is live, or newly so."""
    names = list(dict.fromkeys(parts.part_of.values()))
    facts = numbered(asked, MEMBER)
    present = facts.spans(MEMBER.present)
    adopters = facts.rows(_adopters_sql({key: names.index(part) for key, part in parts.part_of.items()}))
    accounts, account_of = np.unique(facts.everyone.keys >> 32, return_inverse=True)
    cell = account_of[adopters.number] * len(names) + adopters.values["part"]
    cut = periods.edges(asked.cursor, asked.question, asked.plan)

    def live_among(moments: list[Moment], known: Known) -> Iterator[NDArray[np.bool_]]:
        """Of which people enough have adopted anything, in which accounts."""
        texts = known.said["text"].to_pylist()
        said, part = np.unique(np.array(texts, object).astype(str), return_inverse=True)
        part[[text is None for text in texts]] = -1
        first = np.full(len(facts.everyone), np.iinfo(np.int32).max)
        first[adopters.number] = adopters.values["adopted_on"]
        for moment in moments:
            at = instant(moment.on_at)
            own = part[known.codes(at)]
            who = np.flatnonzero(present.just_before(at, len(facts.everyone)) & (own >= 0))
            one = account_of[who] * len(said) + own[who]
            users = np.bincount(one, minlength=len(accounts) * len(said))
            has_adopted = np.flatnonzero(first[who] <= (moment.on_day - EPOCH).days)
            adopted = np.bincount(one.take(has_adopted), minlength=len(users))
            yield (adopted > parts.live_share * users).reshape(len(accounts), len(said))

    def live(moments: list[Moment]) -> Iterator[NDArray[np.bool_]]:
        """Which parts of which accounts are live, at one moment after another."""
        if parts.known is not None:
            yield from live_among(moments, parts.known)
            return
        adopted = np.zeros((len(accounts), len(names)), np.int64)
        for moment, came, left in _changes(facts, present, adopters, moments):
            for places, change in ((came, 1), (left, -1)):
                counts = np.bincount(cell[places], minlength=adopted.size)
                adopted += change * counts.reshape(adopted.shape) if len(places) else 0
            there = present.just_before(instant(moment.on_at), len(facts.everyone))
            users = np.bincount(account_of[there], minlength=len(accounts))
            yield adopted > parts.live_share * users[:, np.newaxis]

    ends = [Moment(on_day, on_at) for _, on_day, on_at, *_ in cut]
    begins = [Moment(day_before, begins_at) for *_, day_before, begins_at in cut]
    before = live(begins) if parts.is_new else None
    for (period_on, *_), end, is_live in zip(cut, ends, live(ends), strict=True):
        is_told = is_live & ~next(before) if before is not None else is_live
        yield period_on, end, accounts, np.count_nonzero(is_told, axis=1)


def _changes(
    facts: Numbered, present: Spans, adopters: Rows, moments: list[Moment]
) -> Iterator[tuple[Moment, Column, Column]]:
    """Each moment with the places of the adopters who are there since the one before, and of those who are no longer."""
    everyone, size = len(facts.everyone), len(moments)
    on = np.array([(moment.on_day - EPOCH).days for moment in moments])
    adopted = np.searchsorted(on, adopters.values["adopted_on"])
    came, left = [], []
    for able in spans_of((present.just_before(instant(moment.on_at), everyone) for moment in moments), everyone, size):
        ends = able.ends[adopters.number]
        begins = np.maximum(adopted, able.begins[adopters.number])
        begins = np.where(begins < ends, begins, size)
        came.append(_by_number(begins, size))
        left.append(_by_number(np.where(begins < size, ends, size), size))
    for number, moment in enumerate(moments):
        yield moment, np.concatenate([one[number] for one in came]), np.concatenate([one[number] for one in left])


def _by_number(numbers: Column, size: int) -> list[Column]:
    """The places of each number below a size."""
    order = np.argsort(numbers.astype(np.min_scalar_type(size)), kind="stable")  # few bits are sorted by counting
    edges = np.searchsorted(numbers[order], np.arange(size + 1))
    return [order[edges[number] : edges[number + 1]] for number in range(size)]


def _adopters_sql(parts: Mapping[int, int]) -> str:
    """SQL for (entity_key, part, adopted_on): who first adopted a feature of a part when, in days since 1970."""
    pairs = ", ".join(f"({key}, {part})" for key, part in parts.items())
    adopted = f"""SELECT member_key AS entity_key, part, (adopted_on - DATE '1970-01-01')::INTEGER AS adopted_on
        FROM member_feature JOIN (VALUES {pairs}) part_of(feature_key, part) USING (feature_key)
        WHERE adopted_on IS NOT NULL"""
    if len(set(parts.values())) < len(parts):
        return f"SELECT entity_key, part, min(adopted_on) AS adopted_on FROM ({adopted}) GROUP BY ALL"
    return adopted
