"""Ranks among peers, worked out from uses in memory: how many have each rate tells where everybody stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder, Numbered, Spans
from uptake.facts.entity_days import Column
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.features import classes
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.tallies import Sums, Tally, edges, numbered, seen_from, tallied
from uptake.metrics.parts.windows import EPOCH, are_many
from uptake.plan import Feature
from uptake.store.sql import literal

DIGITS = 9
"""Equal rates come from different fractions, and are equal when they are rounded."""
UNUSED = DayOrder(np.empty(0, np.int32), np.empty(0, np.uint16), {"uses": np.empty(0, np.uint16)})
"""How much a feature was used that nobody used."""
Rates = Callable[[Column], NDArray[np.float64]]
"""What codes mean, as rates."""
LISTED = 2**18
"""Codes of rates below this are counted in a list; where there are others, rates are sorted."""


def ranks(asked: Asked, features: dict[int, Feature]) -> Iterator[tuple[date | str | Sums | None, ...]]:
    """For each feature, period and group the sums of the ranks of everyone who could use it; of accounts, of their means.

    Args:
        asked: The question, of the metric `depth` without `peers`.
        features: Key -> feature.
    """
    grain = MEMBER if asked.grain is ACCOUNT else asked.grain
    facts = numbered(asked, grain)
    present = facts.spans(grain.present)
    seen = seen_from(asked, facts, grain)
    window_days, least_days = asked.param("window_days"), asked.param("least_days")
    used = uses(asked, facts, features, window_days)
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
                    windows.append(_Window(features[key].name, tally, since, early, crowd, peers))

    def told(window: _Window) -> list[tuple[date | str | Sums | None, ...]]:
        feature, tally, since, early, crowd, peers = window
        begins = _begins(since, early.between(tally.on - window_days + 1, tally.on))
        who, rates, code = _rates(tally, peers.could, begins, window_days, least_days)
        ranked = _Ranked(rates, code, peers.number)
        return [(tally.period_on, feature, *names, sums) for names, sums in crowd.sums(ranked, peers, who)]

    for found in side_by_side(told, windows):
        yield from found


def uses(asked: Asked, facts: Numbered, features: dict[int, Feature], window_days: int) -> Mapping[int, DayOrder]:
    """How much everybody used each feature on each day; where there are few windows, of the days that lie in one."""
    grain = MEMBER if asked.grain is ACCOUNT else asked.grain
    sql = f"""SELECT entity_key, day, feature_key AS part, coalesce(uses, 0) AS uses FROM {grain.of("feature_day")}
        WHERE feature_key IN ({", ".join(map(str, features)) or "NULL"})"""
    if not are_many(asked):
        days = [
            f"day BETWEEN {literal(on - timedelta(window_days - 1))} AND {literal(on)}" for _, on, *_ in edges(asked)
        ]
        sql += f" AND ({' OR '.join(days) or 'false'})"
    return facts.day_parts(sql)


def _begins(since: NDArray[np.int32], early: DayOrder) -> NDArray[np.int32]:
    """From which day on everybody is looked at: the first one in the window, of who did something before they were seen."""
    if not len(early.day):
        return since
    begins = since.copy()
    # of several values for one place the last one stays: from the latest day on, the first day
    begins[early.number[::-1]] = early.day[::-1]
    return begins


def _rates(
    tally: Tally, peers: NDArray[np.bool_], begins: NDArray[np.int32], window_days: int, least_days: int
) -> tuple[Column, Rates, Column]:
    """Those of the peers who used a feature, by number; how much in a whole window, by code; and the code of each."""
    uses = np.bincount(tally.rows.number, tally.rows.values["uses"], tally.everyone)
    who = np.flatnonzero((uses != 0) & peers)
    used, own = uses[who], begins[who]
    short = np.flatnonzero(own > tally.on - window_days + 1)
    lived = (tally.on - own[short] + 1).clip(least_days, window_days)
    # whole uses and the days they were in make a small number, so that each pair is made a rate of once
    width = max(window_days - least_days, 0) + 1
    are_whole = tally.rows.values["uses"].dtype.kind == "u"
    if not are_whole or used.max(initial=0) >= LISTED // width:
        used[short] = used[short] * window_days / lived
        found, code = np.unique(np.round(used, DIGITS), return_inverse=True)
        return who, found.__getitem__, code
    code = used.astype(np.intp)
    code *= width
    code[short] += window_days - lived

    def rates(pairs: Column) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.round(pairs // width * window_days / (window_days - pairs % width), DIGITS)
        return found

    return who, rates, code


class _Ranked:
    """Where those who have each rate stand.

    Args:
        rates: What codes mean, as rates; several may mean the same.
        code: The code of each who used a feature; all other peers have the rate 0.
        peers: How many peers there are.
    """

    def __init__(self, rates: Rates, code: Column, peers: int) -> None:
        self._code = code
        members = np.bincount(code)
        told = np.flatnonzero(members)
        found, place = np.unique(np.append(0.0, rates(told)), return_inverse=True)
        self.idle = int(place[0])
        self.members = np.bincount(place[1:], members[told], len(found)).astype(np.int64)
        self.members[self.idle] += peers - len(code)
        self.value = (np.cumsum(self.members) - self.members / 2) / peers
        self.of_idle = float(self.value[self.idle])
        self._place = np.zeros(len(members), np.intp)
        self._place[told] = place[1:]

    @cached_property
    def places(self) -> Column:
        """The place in `value` of each of those who used it, in the order of their codes."""
        found: Column = self._place[self._code]
        return found

    @cached_property
    def of_users(self) -> NDArray[np.float64]:
        """The rank of each of those who used it, in the order of their codes."""
        found: NDArray[np.float64] = self.value[self._place][self._code]
        return found

    def sums_of(self, group: Column, sizes: Column) -> Iterator[tuple[int, Sums]]:
        """The sums of each group of which there is anybody among the peers.

        Args:
            group: The number of the group of each of those who used it; -1 of who is in none.
            sizes: How many peers each group has.
        """
        ranks = len(self.value)
        cells = (group.astype(np.intp) + 1) * ranks + self.places
        members = np.bincount(cells, minlength=(len(sizes) + 1) * ranks).reshape(-1, ranks)[1:]
        members[:, self.idle] += sizes - members.sum(axis=1)
        for number in np.flatnonzero(sizes).tolist():
            yield number, Sums.of_counts(self.value, members[number])


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

    def sums(self, ranked: _Ranked, peers: _Peers, who: Column) -> Iterator[tuple[tuple[str, ...], Sums]]:
        """The sums of the ranks of each group."""
        if self._accounts is not None and peers.accounts is not None:
            yield from self._accounts.sums(ranked, peers.accounts, who)
        elif peers.group is not None and peers.sizes is not None:
            of_groups = ranked.sums_of(peers.group[who], peers.sizes)
            yield from ((self._names[number], sums) for number, sums in of_groups)
        else:
            yield (), Sums.of_counts(ranked.value, ranked.members)


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

    def sums(self, ranked: _Ranked, told: _Told, who: Column) -> Iterator[tuple[tuple[str, ...], Sums]]:
        """The sums, for each group, of the mean ranks of the members of each account."""
        accounts, size = self._of[who], len(told.members)
        used, total = np.bincount(accounts, minlength=size), np.bincount(accounts, ranked.of_users, size)
        means = (total + (told.members - used) * ranked.of_idle) / np.maximum(told.members, 1)
        yield from ((names, Sums.of(means[places])) for names, places in told.groups)


class _Window(NamedTuple):
    """What a feature was used in the window of a period.

    Args:
        feature: Its name.
        tally: The uses.
        since: From which day on everybody could be seen using it.
        early: The uses before that.
        crowd: Those who could use it.
        peers: Those of them who were there at the end of the period.
    """

    feature: str
    tally: Tally
    since: NDArray[np.int32]
    early: DayOrder
    crowd: _Crowd
    peers: _Peers


class _Told(NamedTuple):
    """The accounts that have a value at the end of a period.

    Args:
        members: How many peers each account of members has.
        groups: The places of the accounts of each group that have a value, by name.
    """

    members: Column
    groups: list[tuple[tuple[str, ...], Column]]
