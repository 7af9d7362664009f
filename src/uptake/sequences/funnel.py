"""Funnels: how far each entity goes through a sequence of steps, in whatever sense of "through" is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from uptake.sequences import ordered, strict, unordered
from uptake.sequences.attempts import attempts
from uptake.sequences.choice import choose
from uptake.sequences.each import Each, one_by_one
from uptake.sequences.events import Events, Instants, Rows
from uptake.sequences.exclusions import Spoiling, by_gap, require_gaps, spoil
from uptake.sequences.optional import add_optional
from uptake.sequences.outcome import MISSING, Outcome, joined
from uptake.sequences.reach import Reach
from uptake.sequences.rules import Exclusion, Rules
from uptake.sequences.ties import Arrival, Tolerance


def funnel(
    events: Events,
    rules: Rules,
    exclusions: Sequence[Exclusion] = (),
    rounds: Instants | None = None,
    each: Each = one_by_one,
) -> Outcome:
    """Follows every entity through the steps and keeps one pass of each.

    A pass begins at an entry: an event that fits the first step or, in any order, any step. It goes on to later events
    of the entity, one for each step, as deep as the rules let it. An event serves one step of a pass. What is excluded
    is held against the pass when it is made; it does not make the pass look for other events.

    Args:
        events: The events and which step each fits.
        rules: What counts as going through.
        exclusions: What may not happen between steps.
        rounds: Instants that divide time, increasing. An entity enters and counts once from each of them up to the
            next, and nobody enters before the first or from the last on; what follows an entry may lie anywhere. None:
            once for ever.
        each: How runs of whole entities are worked on; several may be at the same time.

    Returns:
        One line for each entity that entered, or one for each round in which it did; with `each`, one for each attempt.

    Raises:
        ValueError: If the rules contradict each other, the steps or the exclusions.

    >>> entity, at = np.array([1, 1, 1, 2]), np.array([0, 60, 90, 0])
    >>> signed_up, invited = np.array([True, False, True, True]), np.array([False, True, False, False])
    >>> outcome = funnel(Events(entity, at, [signed_up, invited]), Rules(window=60))
    >>> outcome.depth.tolist(), outcome.counts_by_step.tolist()
    ([2, 1], [2, 1])
    """
    rules.require_consistent(len(events.steps))
    require_gaps(exclusions, rules.required(len(events.steps)), len(events))

    def of_part(part: tuple[slice, Events]) -> Outcome:
        rows, own = part
        return _of_part(own, rules, [replace(one, rows=one.rows[rows]) for one in exclusions], rounds)

    return joined(each(of_part, events.parts))


def _of_part(events: Events, rules: Rules, exclusions: Sequence[Exclusion], rounds: Instants | None) -> Outcome:
    required = rules.required(len(events.steps))
    in_order = rules.order != "unordered"
    excluded = by_gap(exclusions, required, in_order)
    ties = Tolerance(events, rules.tolerance) if rules.tolerance is not None and in_order else Arrival()
    if in_order:
        chosen, reach = _in_order(events, rules, required, ties, rounds)
    else:
        chosen, reach = _in_any_order(events, rules, rounds)
    if rules.entry == "closest" and in_order and len(required) > 1 and (exclusions or rules.tolerance is not None):
        chosen = _without_forgotten(events, chosen, rounds)
    spoiling = spoil(chosen, excluded, reach, ties)
    if rules.exclusion == "undo":
        spoiling = spoiling._replace(clean=np.where(spoiling.is_spoilt, 1, spoiling.clean))
    if rules.entry == "each":
        places = attempts(events, chosen, spoiling, reach, ties)
    else:
        places = _best(events, rules, chosen, spoiling, rounds)
    chosen, spoiling = chosen.take(places, axis=1), spoiling.of(places)
    starts, depth, done = chosen[0], spoiling.clean, chosen
    if exclusions:
        if rules.exclusion == "remove":
            depth = np.where(spoiling.is_spoilt, 0, depth)
        done = np.where(np.arange(len(required))[:, np.newaxis] < depth, chosen, len(events))
    if rules.optional:
        done = add_optional(events, rules, required, done, spoiling.row, reach, ties)
    return Outcome(
        entity=events.entity[starts],
        entered_at=events.at[starts],
        depth=depth,
        instants=_instants(events, done),
        is_spoilt=spoiling.is_spoilt,
        required=tuple(required),
    )


def _in_order(
    events: Events, rules: Rules, required: Sequence[int], ties: Arrival, rounds: Instants | None
) -> tuple[Rows, Reach]:
    windows = [rules.step_windows[step] for step in required] if rules.step_windows else []
    foreign = strict.foreign(events, required, rules.between) if rules.order == "strict" else []
    reach = Reach(events, events.end, rules.window, windows, foreign)
    fitting = [events.sets[step] for step in required]
    starts = _entries(events, rules, fitting[0].rows[:-1], rounds)
    if rules.order == "strict" and rules.between == "halt":
        reached = ordered.arrivals(fitting, starts, reach, ties)
        reach = replace(reach, end=strict.halts(events, required, starts, reached))
        starts = starts[starts < reach.end[starts]]
    return ordered.passes(fitting, starts, reach, ties), reach


def _in_any_order(events: Events, rules: Rules, rounds: Instants | None) -> tuple[Rows, Reach]:
    reach = Reach(events, events.end, rules.window)
    starts = _entries(events, rules, np.flatnonzero(np.logical_or.reduce(events.steps)), rounds)
    return unordered.passes(events, starts, reach), reach


def _entries(events: Events, rules: Rules, starts: Rows, rounds: Instants | None) -> Rows:
    first, last = events.ends_of_time
    if rounds is not None and (first < rounds[0] or last >= rounds[-1]):
        at = events.at.take(starts)
        starts = starts.take(np.flatnonzero((at >= rounds[0]) & (at < rounds[-1])))
    if rules.entry == "first":
        return starts.compress(np.diff(_owner(events, starts, rounds), prepend=-1) != 0)
    return starts


def _owner(events: Events, starts: Rows, rounds: Instants | None) -> Rows:
    # Whose entries they are: an entity's, and where there are rounds an entity's in one of them.
    ends = events.end.take(starts)
    if rounds is None or len(rounds) == 2:
        return ends
    number = np.searchsorted(rounds, events.at[starts], side="right")
    is_new = np.ones(len(starts), np.intp)
    is_new[1:] = (ends[1:] != ends[:-1]) | (number[1:] != number[:-1])
    return np.cumsum(is_new)


def _without_forgotten(events: Events, chosen: Rows, rounds: Instants | None) -> Rows:
    # Of entries that go on to the same event the last is chosen anyway, unless an exclusion tells them apart, or the last
    # is itself a later step of the others, as one of two events of an instant can be.
    owner = _owner(events, chosen[0], rounds)
    is_last = np.ones(chosen.shape[1], np.bool_)
    is_last[:-1] = (chosen[1, 1:] != chosen[1, :-1]) | (chosen[1, :-1] == len(events)) | (owner[1:] != owner[:-1])
    return chosen.compress(is_last, axis=1)


def _best(events: Events, rules: Rules, chosen: Rows, spoiling: Spoiling, rounds: Instants | None) -> Rows:
    # What removes an entity is that its deepest pass is spoilt and that no clean one is as deep.
    depth = 2 * spoiling.depth + ~spoiling.is_spoilt if rules.exclusion == "remove" else spoiling.clean
    last = chosen[spoiling.clean - 1, np.arange(chosen.shape[1])] if rules.entry == "closest" else depth
    return choose(_owner(events, chosen[0], rounds), depth, last, rules.entry)


def _instants(events: Events, chosen: Rows) -> Instants:
    if not len(events):
        return np.empty(chosen.shape[::-1], np.int64)
    instants = events.at.take(chosen, mode="clip")
    instants[chosen == len(events)] = MISSING
    return instants.T
