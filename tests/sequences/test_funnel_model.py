"""The vectorised funnel against one that tries every choice of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_funnel import Line, NaiveFunnel, Row

from uptake.metrics.core.side_by_side import side_by_side
from uptake.sequences.events import Events
from uptake.sequences.funnel import funnel
from uptake.sequences.outcome import MISSING, Outcome
from uptake.sequences.rules import Between, Entry, Exclusion, Order, Rules, Spoilt

ENTRIES: list[Entry] = ["earliest", "latest", "closest", "first"]
ORDERS: list[Order] = ["ordered", "strict", "unordered"]
BETWEEN: list[Between] = ["nothing", "repeats", "halt"]
SPOILT: list[Spoilt] = ["stop", "undo", "remove"]

limits = st.none() | st.integers(0, 5)


def solved(
    steps: int,
    rows: Sequence[Row],
    rules: Rules,
    exclusions: Sequence[tuple[int, int]] = (),
    rounds: Sequence[int] | None = None,
) -> Outcome:
    columns = [np.array([step in row.steps for row in rows], np.bool_) for step in range(steps)]
    entity, at = (np.array([getattr(row, name) for row in rows], np.int64) for name in ("entity", "at"))
    named = [np.array([number in row.excluded for row in rows], np.bool_) for number in range(len(exclusions))]
    spoiling = [Exclusion(one, *gap) for one, gap in zip(named, exclusions, strict=True)]
    between = None if rounds is None else np.array(rounds, np.int64)
    return funnel(Events(entity, at, columns, part_rows=2), rules, spoiling, between, side_by_side)


def as_lines(outcome: Outcome) -> list[Line]:
    columns = (outcome.entity, outcome.entered_at, outcome.depth, outcome.instants, outcome.is_spoilt)
    return [
        Line(entity, entered_at, depth, tuple(None if at == MISSING else at for at in instants), is_spoilt)
        for entity, entered_at, depth, instants, is_spoilt in zip(*(column.tolist() for column in columns), strict=True)
    ]


@st.composite
def asked(draw: st.DrawFn, alone: bool = False) -> tuple[int, list[Row], Rules, list[tuple[int, int]]]:
    """Few events, many ties, any rules. `alone`: an event fits one step only, but for the same step named again."""
    steps = draw(st.integers(1, 4))
    order = draw(st.sampled_from(ORDERS))
    optional = () if order == "unordered" else draw(st.sets(st.sampled_from(range(steps)))) - {0, steps - 1}
    required = [step for step in range(steps) if step not in optional]
    pairs = [(after, before) for after in required for before in required if after < before]
    exclusions = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    tolerance = None if order == "strict" else draw(st.sampled_from([None, None, 0, 1, 2]))
    has_step_windows = order != "unordered" and tolerance is None and draw(st.booleans())
    rules = Rules(
        order=order,
        window=draw(limits),
        step_windows=[None, *(draw(limits) for _ in range(steps - 1))] if has_step_windows else (),
        entry=draw(st.sampled_from(ENTRIES)),
        optional=optional,
        exclusion=draw(st.sampled_from(SPOILT)),
        tolerance=tolerance,
        between=draw(st.sampled_from(BETWEEN)),
    )
    kinds = st.sampled_from(range(5))
    if alone:
        named = [draw(kinds) for _ in range(steps)]
        fits = kinds.map(lambda kind: frozenset(step for step, name in enumerate(named) if name == kind))
    else:
        fits = st.frozensets(st.sampled_from(range(steps)), max_size=2)
    numbers = st.frozensets(st.sampled_from(range(len(exclusions))), max_size=1) if exclusions else st.just(frozenset())
    row = st.builds(Row, st.integers(1, 2), st.integers(0, 5), fits, numbers)
    rows = draw(st.lists(row, max_size=9))
    return steps, sorted(rows, key=lambda one: (one.entity, one.at)), rules, exclusions


@settings(max_examples=400)
@given(asked())
def test_every_rule_gives_what_trying_every_choice_gives(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]],
) -> None:
    steps, rows, rules, exclusions = question
    found = as_lines(solved(steps, rows, rules, exclusions))
    assert found == NaiveFunnel(steps, rules, exclusions, trades=False).lines(rows)


@settings(max_examples=200)
@given(asked(), st.lists(st.integers(-1, 7), min_size=2, max_size=4, unique=True))
def test_an_entity_counts_once_in_each_round(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]], rounds: list[int]
) -> None:
    steps, rows, rules, exclusions = question
    rounds.sort()
    found = as_lines(solved(steps, rows, rules, exclusions, rounds))
    assert found == NaiveFunnel(steps, rules, exclusions, trades=False, rounds=rounds).lines(rows)


@given(asked(alone=True))
def test_where_an_event_fits_one_step_open_ties_give_the_best_choice_too(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]],
) -> None:
    steps, rows, rules, exclusions = question
    found = as_lines(solved(steps, rows, rules, exclusions))
    assert found == NaiveFunnel(steps, rules, exclusions).lines(rows)


@settings(max_examples=400)
@given(asked(), st.lists(st.integers(-1, 7), min_size=2, max_size=3, unique=True))
def test_each_attempt_begins_where_the_one_before_is_over(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]], rounds: list[int]
) -> None:
    steps, rows, rules, exclusions = question
    rounds.sort()
    between: Between = "repeats" if rules.between == "halt" else rules.between
    rules = replace(rules, entry="each", between=between)
    found = as_lines(solved(steps, rows, rules, exclusions, rounds))
    assert found == NaiveFunnel(steps, rules, exclusions, trades=False, rounds=rounds).lines(rows)


@st.composite
def wider(draw: st.DrawFn, limit: int | None) -> int | None:
    return None if limit is None else draw(st.none() | st.integers(limit, 9))


@given(asked(), st.data())
def test_wider_windows_never_make_anybody_less_deep(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]], data: st.DataObject
) -> None:
    steps, rows, rules, _ = question
    windows = [data.draw(wider(limit)) for limit in rules.step_windows]
    widened = replace(rules, window=data.draw(wider(rules.window)), step_windows=windows)
    assert (solved(steps, rows, widened).depth >= solved(steps, rows, rules).depth).all()


@given(asked())
def test_the_less_order_is_asked_for_the_deeper_all_go(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]],
) -> None:
    steps, rows, asked_rules, _ = question
    rules = Rules(window=asked_rules.window, between=asked_rules.between)
    strict, ordered, unordered = (
        dict(zip(outcome.entity.tolist(), outcome.depth.tolist(), strict=True))
        for outcome in (
            solved(steps, rows, replace(rules, order=order)) for order in ("strict", "ordered", "unordered")
        )
    )
    assert strict.keys() == ordered.keys() <= unordered.keys()
    assert all(strict[entity] <= depth <= unordered[entity] for entity, depth in ordered.items())


@given(asked())
def test_counts_never_rise_from_one_required_step_to_the_next(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]],
) -> None:
    steps, rows, rules, exclusions = question
    outcome = solved(steps, rows, rules, exclusions)
    counts = outcome.counts_by_step[list(outcome.required)]
    assert (np.diff(counts) <= 0).all()
    assert counts.tolist() == [np.sum(outcome.depth > place) for place in range(len(counts))]


@given(asked(), st.sampled_from(ENTRIES))
def test_owners_count_with_the_best_of_their_lines(
    question: tuple[int, list[Row], Rules, list[tuple[int, int]]], entry: Entry
) -> None:
    steps, rows, rules, exclusions = question
    outcome = solved(steps, rows, rules, exclusions)
    lines = as_lines(outcome)
    found = as_lines(outcome.best_by(np.zeros(len(lines), np.int64), entry))
    if not lines:
        assert found == []
        return
    if entry != "first":
        lines = [line for line in lines if line.depth == max(line.depth for line in lines)]
    if entry == "closest" and lines[0].depth:
        last = outcome.required[lines[0].depth - 1]
        ends = [at for line in lines if (at := line.instants[last]) is not None]
        lines = [line for line in lines if line.instants[last] == min(ends)]
    pick = max if entry in {"latest", "closest"} else min
    assert [line.entered_at for line in found] == [pick(line.entered_at for line in lines)]
    assert found[0]._replace(entity=0) in [line._replace(entity=0) for line in lines]
