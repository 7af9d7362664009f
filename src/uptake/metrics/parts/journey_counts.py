"""How far accounts had come by the end of each period, counted in memory from when they entered each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.parts.tallies import edges, instant, numbered
from uptake.stats.life_table import from_sorted_counts

TIME_BITS = 53
"""Bits that hold microseconds, up to 285 years."""
MICROSECONDS = 1e6


def counted(asked: Asked, entered: pa.Table, steps: Sequence[str]) -> list[Row]:
    """Of each period, step and group who entered it, who went on and who is there, with the life table of going on.

    Args:
        asked: The question.
        entered: Rows (entity_key, step, entered_at, later_at, left_at): accounts with the number of a step, when they
            entered it and a later one, and when they left, in the order of `entered_at`; nobody stands for never.
        steps: Names of the steps.
    """
    facts = numbered(asked)
    there = facts.spans(f"SELECT entity_key, valid_from, valid_to FROM {asked.grain.present}")
    who = facts.everyone.numbers(entered["entity_key"].to_numpy())
    step, at, later, left = (entered[name].to_numpy() for name in ("step", "entered_at", "later_at", "left_at"))
    names = asked.split.names if asked.split else [()]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.argsort(order)
    rows = list[Row]()
    for period_on, _, on_at, *_ in edges(asked):
        on = instant(on_at)
        own = slice(np.searchsorted(at, on))
        group = asked.split.numbers(on)[who[own]] if asked.split else np.zeros(own.stop, np.int8)
        chosen = np.flatnonzero(group >= 0)
        has_moved = later[own][chosen] < on
        until = np.where(has_moved, later[own][chosen], np.minimum(left[own][chosen], on))
        lasted = np.maximum(until - at[own][chosen], np.timedelta64(0, "us")).astype(np.int64)
        cell = step[own][chosen] * len(names) + place[group[chosen]]
        # who has no number was never there
        is_here = np.append(there.just_before(on, len(facts.everyone)), False)[who[own][chosen]] & ~has_moved
        here = np.bincount(cell[is_here], minlength=len(steps) * len(names))
        for number, found in _cells(cell, lasted, has_moved):
            labels = (
                dict(zip(plain(asked.split.labels), names[order[number % len(names)]], strict=True))
                if asked.split
                else {}
            )
            period = {"period_on": period_on} if asked.question.period else {}
            rows.append({**period, "step": steps[number // len(names)], **labels, "here": int(here[number]), **found})
    return rows


def _cells(cell: Column, lasted: Column, has_moved: Column) -> Iterator[tuple[int, Row]]:
    """Each cell with how many entered and moved, and their life table."""
    # one number sorts several times quicker than three
    packed = np.sort((cell.astype(np.int64) << TIME_BITS + 1) | (lasted << 1) | has_moved)
    line = packed >> 1
    begins = np.flatnonzero(np.append(True, line[1:] != line[:-1])[: len(line)])
    if not len(begins):
        return
    everybody = np.diff(begins, append=len(line))
    moved = np.add.reduceat(packed & 1, begins)
    cells, time = line[begins] >> TIME_BITS, line[begins] & (1 << TIME_BITS) - 1
    firsts = np.flatnonzero(np.append(True, cells[1:] != cells[:-1]))
    tables = from_sorted_counts(time / MICROSECONDS, moved, everybody - moved, np.append(firsts, len(cells)))
    sums = np.add.reduceat(everybody, firsts).tolist(), np.add.reduceat(moved, firsts).tolist()
    for number, entered, went, table in zip(cells[firsts].tolist(), *sums, tables, strict=True):
        yield number, {"n": entered, "moved": went, "table": table}
