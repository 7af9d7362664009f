"""The triangle of retention from columns in memory, without SQL over days and without a row per member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Row, Sql, plain
from uptake.metrics.core.question import begin_of
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.retention_members import Calendar, Members, is_life, members_of, opening_sql, starts_again
from uptake.metrics.parts.retention_returns import Flags, came_of, joined
from uptake.metrics.parts.retention_units import is_elapsed, spans
from uptake.metrics.parts.tallies import is_of_everybody, numbered
from uptake.store.sql import parameters


def counts(asked: Asked) -> Sql | None:
    """The triangle of each group, where columns in memory have what it takes; else None."""
    of_life, is_active = is_life(asked), asked.param("returns") in (None, ACTIVE)
    if not is_of_everybody(asked) or asked.param("floor") != "none":
        return None
    if asked.param("at_least") > 1 and (
        not of_life or not is_active or is_elapsed(asked) or asked.param("criterion") == "on_or_after"
    ):
        return None  # how often on the day of the start is not known, nor how often ever after
    if is_elapsed(asked):
        if asked.param("unit") in ("hour", "day") or not of_life or not is_active:
            return None  # a day of 25 hours can lie in three units; a day with an event can begin before it
        if asked.question.as_of != begin_of(asked.question.last_day + timedelta(days=1), asked.plan.product.timezone):
            return None  # days are known as a whole
    starts = opening_sql(asked)
    return None if parameters(starts) else Sql(counted=lambda: _rows(asked, starts))


def _rows(asked: Asked, starts: str) -> list[Row]:
    """The cells of the triangle, as the kind reads them: one row with all columns as arrays."""
    facts, columns, number = numbered(asked), spans(asked), len(asked.split.names) if asked.split else 1
    calendar = Calendar(asked)
    members = members_of(asked, facts, calendar, starts, number)
    cells = len(calendar.cohorts) * number
    found = np.zeros((5, len(columns), cells), np.int64)
    for some, came in _came(asked, facts, calendar, members, number):
        if asked.param("unit_0") == "cohort":
            came[0] = True  # the start itself is what everybody did
        is_in = np.stack(
            [came[first] if last is None or first == last else came[first : last + 1].any(0) for first, last in columns]
        )
        is_over = some.closed > np.array([first if last is None else last for first, last in columns])[:, None]
        before = np.concatenate([np.ones_like(is_in[:1]), is_in[:-1]])
        begins = np.flatnonzero(np.append(True, some.cell[1:] != some.cell[:-1]))
        is_back = is_in & is_over
        measured = [is_over, is_back]
        if asked.param("reference") == "previous":
            measured += [is_over & before, is_back & before]
        for place, flags in enumerate(measured, 1):
            sums = np.add.reduceat(flags.view(np.int8), begins, axis=1, dtype=np.int64)
            found[place][:, some.cell[begins]] += sums
        found[0][:, some.cell[begins]] += np.diff(np.append(begins, len(some.cell)))
    return [_told(asked, calendar, found)]


def _came(
    asked: Asked, facts: Numbered, calendar: Calendar, members: Members, groups: int
) -> Iterator[tuple[Members, Flags]]:
    """Members once in each cohort, with the flags of the units they came back in."""
    found = came_of(asked, facts, calendar, members)
    return joined(found, groups, len(facts.everyone)) if starts_again(asked) else found


def _told(asked: Asked, calendar: Calendar, found: Column) -> Row:
    """Numbers of cells as columns, in the order of cohorts and of names."""
    columns, names = spans(asked), asked.split.names if asked.split else [()]
    in_order = sorted(range(len(names)), key=names.__getitem__)
    cell = (np.arange(len(calendar.cohorts))[:, None] * len(names) + in_order).ravel()
    cell = cell[found[0, 0, cell] > 0]
    cohort, group = np.divmod(np.repeat(cell, len(columns)), len(names))
    size, closed, returned, was_before, kept = (counts[:, cell].T.ravel() for counts in found)
    is_of_previous = asked.param("reference") == "previous"
    n = was_before if is_of_previous else closed
    labels = plain(asked.split.labels) if asked.split else []
    first, last = (np.tile(np.array(ends), len(cell)) for ends in zip(*columns, strict=True))
    row = {
        "cohort_on": calendar.cohorts[cohort],
        **{label: np.array([name[at] for name in names], object)[group] for at, label in enumerate(labels)},
        "unit_index": np.tile(np.arange(len(columns)), len(cell)),
        "first_unit": first,
        "last_unit": last,
        "cohort_size": size,
        "n": n,
        "returned": returned,
        "estimate": np.divide(returned, n, out=np.full(len(n), np.nan), where=n > 0),
    }
    return row | {"kept": kept, "closed": closed} if is_of_previous else row
