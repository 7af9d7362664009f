"""Ranks among peers, worked out from uses in memory, of each feature in the window of each period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered, Spans
from uptake.facts.entity_days import Column
from uptake.metrics.core.grain import ACCOUNT, MEMBER, Grain
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.features import classes
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.rates import Ranked, begins_of, rates_of
from uptake.metrics.parts.tallies import End, Sums, Tally, Values, edges, numbered, seen_from, tallied
from uptake.metrics.parts.windows import EPOCH, are_many
from uptake.plan import Feature
from uptake.store.sql import literal

UNUSED = DayOrder(np.empty(0, np.int32), np.empty(0, np.uint16), {"uses": np.empty(0, np.uint16)})
"""How much a feature was used that nobody used."""


def ranks(asked: Asked, features: dict[int, Feature]) -> Iterator[tuple[date | str | Sums | None, ...]]:
    """For each feature, period and group the sums of the ranks of everyone who could use it; of accounts, of their means.

    Args:
        asked: The question, of the metric `depth` without `peers`.
        features: Key -> feature.
    """

    def told(window: _Window) -> list[tuple[date | str | Sums | None, ...]]:
        ranked, who = window.ranked()
        sums = window.crowd.sums(ranked, window.peers, who)
        return [(window.tally.period_on, window.feature, *names, found) for names, found in sums]

    for found in side_by_side(told, _windows(asked, features)):
        yield from found


def of_accounts(asked: Asked, features: dict[int, Feature]) -> Iterator[Values]:
    """Of each period the accounts that have a value, and the mean over features of the mean ranks of their members.

    Args:
        asked: The question, of accounts, of the metric `depth` without `peers`.
        features: Key -> feature.
    """

    def told(window: _Window) -> tuple[End, Column, NDArray[np.float64]]:
        return window.tally.end, *window.crowd.means(*window.ranked(), window.peers)

    sums = dict[End, NDArray[np.float64]]()
    for end, who, means in side_by_side(told, _windows(asked, features)):
        of_end = sums.setdefault(end, np.zeros((2, len(numbered(asked).everyone))))
        of_end[:, who] += (means, np.ones(len(who)))
    for end, (total, number) in sums.items():
        known = np.flatnonzero(number)
        yield end, known, total[known] / number[known]


def _windows(asked: Asked, features: dict[int, Feature]) -> list[_Window]:
    """The window of each feature and period in which there is anybody who could use it."""
    grain = MEMBER if asked.grain is ACCOUNT else asked.grain
    facts = numbered(asked, grain)
    present = facts.spans(grain.present)
    seen = seen_from(asked, facts, grain)
    window_days, least_days = asked.param("window_days"), asked.param("least_days")
    used = uses(asked, facts, grain, features, window_days)
    windows: list[_Window] = []
    for conditions, keys in classes(features).items():
        able = facts.spans(eligible_spans_sql(asked, conditions, grain)) if conditions else present
        crowd = _Crowd(asked, facts, present, able)
        for key in keys:
            launched = features[key].launched_on
            since = np.maximum(seen, (launched - EPOCH).days) if launched else seen
            rows = used.get(key, UNUSED)
            early = rows.of(rows.day < since[rows.number])
            for tally in tallied(asked, facts, rows, window_days):
                # who the peers are is asked of the store, so not by those who work side by side
                peers = crowd.peers(tally)
                if peers.number:
                    windows.append(
                        _Window(features[key].name, tally, since, early, crowd, peers, window_days, least_days)
                    )
    return windows


def uses(
    asked: Asked, facts: Numbered, grain: Grain, features: Iterable[int], window_days: int
) -> Mapping[int, DayOrder]:
    """How much everybody used each feature on each day; where there are few windows, of the days that lie in one."""
    sql = f"""SELECT entity_key, day, feature_key AS part, coalesce(uses, 0) AS uses FROM {grain.of("feature_day")}
        WHERE feature_key IN ({", ".join(map(str, features)) or "NULL"})"""
    if not are_many(asked):
        days = [
            f"day BETWEEN {literal(on - timedelta(window_days - 1))} AND {literal(on)}" for _, on, *_ in edges(asked)
        ]
        sql += f" AND ({' OR '.join(days) or 'false'})"
    return facts.day_parts(sql)


class _Peers(NamedTuple):
    """The peers at the end of a period.

    Args:
        could: Who was there and could use the features.
        number: How many they are.
        group: The number of everybody's group; None without groups, or where accounts are told of.
        sizes: How many peers each group has; likewise.
        accounts: The accounts that are told of, if they are.
    """

    could: NDArray[np.bool_]
    number: int
    group: Column | None = None
    sizes: Column | None = None
    accounts: _Told | None = None


class _Crowd:
    """Who could use the features of a class, and whom their ranks are told of."""

    def __init__(self, asked: Asked, facts: Numbered, present: Spans, able: Spans) -> None:
        self._present, self._able = present, able
        self._accounts = _Accounts(asked, facts) if asked.grain is ACCOUNT else None
        self._split, self._names = asked.split, asked.split.names if asked.split else []
        self._peers: dict[np.datetime64, _Peers] = {}

    def peers(self, tally: Tally) -> _Peers:
        """Who they are at the end of a period."""
        if tally.on_at not in self._peers:
            could = self._present.just_before(tally.on_at, tally.everyone)
            if self._able is not self._present:
                could &= self._able.just_before(tally.on_at, tally.everyone)
            found = _Peers(could, int(np.count_nonzero(could)))
            if self._accounts is not None:
                found = found._replace(accounts=self._accounts.told(tally, could))
            elif self._split is not None:
                group = self._split.numbers(tally.on_at)
                sizes = np.bincount(group[could] + 1, minlength=len(self._names) + 1)[1:]
                found = found._replace(group=group, sizes=sizes)
            self._peers[tally.on_at] = found
        return self._peers[tally.on_at]

    def sums(self, ranked: Ranked, peers: _Peers, who: Column) -> Iterator[tuple[tuple[str, ...], Sums]]:
        """The sums of the ranks of each group."""
        if self._accounts is not None and peers.accounts is not None:
            yield from self._accounts.sums(ranked, peers.accounts, who)
        elif peers.group is not None and peers.sizes is not None:
            of_groups = ranked.sums_of(peers.group[who], peers.sizes)
            yield from ((self._names[number], sums) for number, sums in of_groups)
        else:
            yield (), Sums.of_counts(ranked.value, ranked.members)

    def means(self, ranked: Ranked, who: Column, peers: _Peers) -> tuple[Column, NDArray[np.float64]]:
        """The accounts that have a value, by number, and the mean rank of the members of each."""
        assert self._accounts is not None
        assert peers.accounts is not None
        return self._accounts.means(ranked, peers.accounts, who)


class _Accounts:
    """The accounts of members."""

    def __init__(self, asked: Asked, facts: Numbered) -> None:
        # members are in the order of their accounts
        of_members = facts.everyone.keys >> 32
        is_first = np.diff(of_members, prepend=-1) != 0
        keys, self._of = of_members[is_first], np.cumsum(is_first) - 1
        self._split = asked.split
        accounts = numbered(asked, ACCOUNT)
        self._number, self._everyone = accounts.everyone.numbers(keys), len(accounts.everyone)
        self._present = accounts.spans(ACCOUNT.present)

    def told(self, tally: Tally, peers: NDArray[np.bool_]) -> _Told:
        """Which accounts have a value at the end of a period; who has left may still have members."""
        members = np.bincount(self._of[peers], minlength=len(self._number))
        there = self._present.just_before(tally.on_at, self._everyone)
        place = np.flatnonzero((members > 0) & (self._number >= 0) & there[self._number])
        groups: list[tuple[tuple[str, ...], Column]] = [((), place)]
        if self._split:
            parts = self._split.parts(tally.on_at, self._number[place])
            groups = [(names, place[own]) for names, own in parts]
        return _Told(members, groups)

    def sums(self, ranked: Ranked, told: _Told, who: Column) -> Iterator[tuple[tuple[str, ...], Sums]]:
        """The sums, for each group, of the mean ranks of the members of each account."""
        means = self._means(ranked, told, who)
        yield from ((names, Sums.of(means[places])) for names, places in told.groups)

    def means(self, ranked: Ranked, told: _Told, who: Column) -> tuple[Column, NDArray[np.float64]]:
        """The accounts that have a value, by number, and the mean rank of the members of each."""
        places = np.concatenate([places for _, places in told.groups])
        return self._number[places], self._means(ranked, told, who)[places]

    def _means(self, ranked: Ranked, told: _Told, who: Column) -> NDArray[np.float64]:
        accounts, size = self._of[who], len(told.members)
        used, total = np.bincount(accounts, minlength=size), np.bincount(accounts, ranked.of_users, size)
        found: NDArray[np.float64] = (total + (told.members - used) * ranked.of_idle) / np.maximum(told.members, 1)
        return found


class _Window(NamedTuple):
    """What a feature was used in the window of a period.

    Args:
        feature: Its name.
        tally: The uses.
        since: From which day on everybody could be seen using it.
        early: The uses before that.
        crowd: Those who could use it.
        peers: Those of them who were there at the end of the period.
        window_days: How many days it has.
        least_days: The shortest time that uses are scaled up from.
    """

    feature: str
    tally: Tally
    since: NDArray[np.int32]
    early: DayOrder
    crowd: _Crowd
    peers: _Peers
    window_days: int
    least_days: int

    def ranked(self) -> tuple[Ranked, Column]:
        """Where those stand who have each rate, and who used the feature, by number."""
        begins = begins_of(self.since, self.early.between(self.tally.on - self.window_days + 1, self.tally.on))
        who, rates, code = rates_of(self.tally, self.peers.could, begins, self.window_days, self.least_days)
        return Ranked(rates, code, self.peers.number), who


class _Told(NamedTuple):
    """The accounts that have a value at the end of a period.

    Args:
        members: How many peers each account of members has.
        groups: The places of the accounts of each group that have a value, by name.
    """

    members: Column
    groups: list[tuple[tuple[str, ...], Column]]
