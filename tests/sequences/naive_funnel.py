"""Funnels by trying every choice of events, in plain Python: what the vectorised ones are held against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from naive_matching import matching

from uptake.sequences.rules import Rules


@dataclass(frozen=True)
class Row:
    """One event: whose, when, which steps it fits, and which exclusions name it."""

    entity: int
    at: int
    steps: frozenset[int]
    excluded: frozenset[int] = frozenset()


class Line(NamedTuple):
    """The outcome of one entity; None for a step that was not done."""

    entity: int
    entered_at: int
    depth: int
    instants: tuple[int | None, ...]
    is_spoilt: bool


class Pass(NamedTuple):
    """The events of one entry, by place, and what became of it."""

    chosen: tuple[int, ...]
    is_spoilt: bool
    stopped: int | None
    clean: int
    depth: int


@dataclass(frozen=True)
class NaiveFunnel:
    """The rules, said once more. `trades` tries every choice of events even where ties are open."""

    steps: int
    rules: Rules
    exclusions: Sequence[tuple[int, int]] = ()
    trades: bool = True
    rounds: Sequence[int] = (-(2**60), 2**60)

    @property
    def required(self) -> list[int]:
        return [step for step in range(self.steps) if step not in self.rules.optional]

    def lines(self, rows: Sequence[Row]) -> list[Line]:
        people = [[row for row in rows if row.entity == entity] for entity in sorted({row.entity for row in rows})]
        return [line for own in people for line in self.lines_of(own)]

    def lines_of(self, own: list[Row]) -> Iterator[Line]:
        if self.rules.order == "strict" and self.rules.between == "halt" and self.entries(own):
            own = own[: self.halt(own)]
        if self.rules.entry == "each":
            yield from (self.line(own, one) for one in self.attempts(own))
            return
        passes: dict[int, list[Pass]] = {}
        for start in self.entries(own):
            passes.setdefault(self.round_of(own[start]), []).append(self.pass_of(own, start))
        for found in passes.values():
            yield self.line(own, self.choose(found))

    def attempts(self, own: list[Row]) -> Iterator[Pass]:
        """One pass after the other, each from the first entry at which the one before is over."""
        before: Pass | None = None
        for start in self.entries(own):
            if before is None or self.is_over(own, before, start):
                before = self.pass_of(own, start)
                yield before

    def is_over(self, own: list[Row], one: Pass, place: int) -> bool:
        last = max(one.chosen[: one.clean])
        if not self.is_later(own, last, place):
            return False
        if one.clean == len(self.required) or (one.stopped is not None and place > one.stopped):
            return True
        if self.rules.window is not None and own[place].at - own[one.chosen[0]].at > self.rules.window:
            return True
        if self.rules.order != "strict":
            return False
        before, after = self.required[one.clean - 1], self.required[one.clean]
        allowed = set(range(before + (self.rules.between == "nothing"), after))
        return not all(row.steps & allowed for row in own[last + 1 : place + 1])

    def line(self, own: list[Row], best: Pass) -> Line:
        removed = best.is_spoilt and self.rules.exclusion == "remove"
        chosen = () if removed else best.chosen[: best.clean]
        instants = [None if place is None else own[place].at for place in self.with_optional(own, chosen, best.stopped)]
        return Line(own[0].entity, own[best.chosen[0]].at, len(chosen), tuple(instants), best.is_spoilt)

    def entries(self, own: list[Row]) -> list[int]:
        unordered = self.rules.order == "unordered"
        found = [place for place, row in enumerate(own) if (row.steps if unordered else 0 in row.steps)]
        found = [place for place in found if 0 < self.round_of(own[place]) < len(self.rounds)]
        if self.rules.entry == "first":
            return sorted({self.round_of(own[place]): place for place in reversed(found)}.values())
        return found

    def round_of(self, row: Row) -> int:
        return bisect_right(self.rounds, row.at)

    def choose(self, passes: list[Pass]) -> Pass:
        if self.rules.entry == "first":
            return passes[0]
        if self.rules.entry == "closest" and self.rules.order != "unordered":
            second = [one.chosen[1] if len(one.chosen) > 1 else None for one in passes]
            passes = [
                one
                for one, at, after in zip(passes, second, second[1:] + [None], strict=True)
                if at is None or at != after
            ]
        if self.rules.exclusion == "remove":
            deepest = max((one.depth, not one.is_spoilt) for one in passes)
            passes = [one for one in passes if (one.depth, not one.is_spoilt) == deepest]
        else:
            passes = [one for one in passes if one.clean == max(other.clean for other in passes)]
        if self.rules.entry == "closest":
            earliest_end = min(one.chosen[one.clean - 1] for one in passes)
            passes = [one for one in passes if one.chosen[one.clean - 1] == earliest_end]
        return passes[0] if self.rules.entry == "earliest" else passes[-1]

    def pass_of(self, own: list[Row], start: int) -> Pass:
        if self.rules.order == "unordered":
            chosen = self.growth(own, start)
        elif self.rules.tolerance is None or self.trades:
            chains = list(self.chains(own, (start,)))
            chosen = min(chain for chain in chains if len(chain) == max(map(len, chains)))
        else:
            chosen = (start,)
            while following := list(self.following(own, chosen)):
                chosen = (*chosen, following[0])
        return self.spoilt(own, chosen)

    def chains(self, own: list[Row], chain: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        yield chain
        for place in self.following(own, chain):
            yield from self.chains(own, (*chain, place))

    def following(self, own: list[Row], chain: tuple[int, ...]) -> Iterator[int]:
        for place, row in enumerate(own):
            if len(chain) < len(self.required) and place not in chain and self.required[len(chain)] in row.steps:
                tolerance = self.rules.tolerance
                in_order = place > chain[-1] if tolerance is None else row.at >= own[chain[-1]].at - tolerance
                if in_order and self.within(own, chain, place, self.required[len(chain)]):
                    yield place

    def within(self, own: list[Row], chain: tuple[int, ...], place: int, step: int) -> bool:
        """Whether a step done at `place` keeps the limits of time and of strict order after a chain."""
        rules, last = self.rules, chain[-1]
        if rules.window is not None and own[place].at - own[chain[0]].at > rules.window:
            return False
        limit = rules.step_windows[step] if rules.step_windows else None
        if limit is not None and own[place].at - own[last].at > limit:
            return False
        if rules.order == "strict" and rules.between != "halt" and len(chain) < len(self.required):
            before, after = self.required[len(chain) - 1], self.required[len(chain)]
            allowed = set(range(before + (rules.between == "nothing"), after))
            return all(row.steps & allowed for row in own[last + 1 : place])
        return True

    def halt(self, own: list[Row]) -> int:
        entry = self.entries(own)[0]
        for place in range(entry + 1, len(own)):
            before = own[:place]
            depth = max(len(chain) for start in self.entries(before) for chain in self.chains(before, (start,)))
            known = self.required[depth] + 1 if depth < len(self.required) else self.steps
            if not own[place].steps & set(range(known)):
                return place
        return len(own)

    def growth(self, own: list[Row], start: int) -> tuple[int, ...]:
        window = self.rules.window
        sizes = [0]
        grown = []
        for place in range(start, len(own)):
            if window is None or own[place].at - own[start].at <= window:
                sizes.append(matching([row.steps for row in own[start : place + 1]], frozenset()))
                if sizes[-1] > sizes[-2]:
                    grown.append(place)
        return tuple(grown)

    def spoilt(self, own: list[Row], chosen: tuple[int, ...]) -> Pass:
        for done in range(1, min(len(chosen), len(self.required) - 1) + 1):
            if places := [place for place in range(len(own)) if self.spoils(own, chosen, done, place)]:
                clean = 1 if self.rules.exclusion == "undo" else done
                return Pass(chosen, True, places[0], clean, min(len(chosen), done + 1))
        return Pass(chosen, False, None, len(chosen), len(chosen))

    def spoils(self, own: list[Row], chosen: tuple[int, ...], done: int, place: int) -> bool:
        step = self.required[done - 1]
        named = [self.exclusions[number] for number in own[place].excluded]
        if self.rules.order != "unordered":
            named = [(after, before) for after, before in named if after <= step < before]
        last, following = chosen[done - 1], chosen[done] if done < len(chosen) else None
        if not named or not self.is_later(own, last, place):
            return False
        if following is not None:
            return self.is_later(own, place, following)
        return self.within(own, chosen[:done], place, self.required[done])

    def is_later(self, own: list[Row], one: int, other: int) -> bool:
        if self.rules.tolerance is None or self.rules.order == "unordered":
            return other > one
        return own[other].at > own[one].at + self.rules.tolerance

    def with_optional(self, own: list[Row], chosen: tuple[int, ...], stopped: int | None) -> list[int | None]:
        done: list[int | None] = [None] * self.steps
        for step, place in zip(self.required, chosen, strict=False):
            done[step] = place
        for number, last in enumerate(chosen[: len(self.required) - 1]):
            following = chosen[number + 1] if number + 1 < len(chosen) else None
            previous = last
            for step in range(self.required[number] + 1, self.required[number + 1]):
                for place in range(len(own)):
                    in_time = stopped is None or place < stopped
                    precedes = in_time if following is None else not self.is_later(own, following, place)
                    follows = place not in done and not self.is_later(own, place, previous)
                    timely = self.within(own, (*chosen[:number], last), place, step)
                    if step in own[place].steps and precedes and follows and timely:
                        done[step] = previous = place
                        break
        return done
