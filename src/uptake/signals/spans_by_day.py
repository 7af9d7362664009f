"""Spans of everyone of one grain over consecutive days, as arrays: what held at the end of each day."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core.question import begin_of
from uptake.signals.facts_by_day import FactsByDay
from uptake.signals.windows import Counts, Flags, Floats


class SpansByDay(FactsByDay):
    """Everyone of a grain, and what held for them at the end of the days `[first, last]`; else as `FactsByDay`."""

    def spans(self, relation: str) -> Flags:
        """Where any of somebody's spans `[valid_from, valid_to)` holds at the end of the day."""

        def read(panel: Self) -> Flags:
            found = panel._fetch(
                f"""SELECT entity_key, epoch_us(valid_from) AS begins, epoch_us(valid_to) AS ends FROM ({relation})
                WHERE valid_from < valid_to"""
            )
            row = panel.rows(found["entity_key"])
            # told here, as the engine takes long to tell the local days of instants
            begins, ends = (np.searchsorted(panel._day_ends, found[edge], side="right") for edge in ("begins", "ends"))
            kept = (row >= 0) & (begins < ends)
            row, most = row[kept], int(np.bincount(row[kept]).max(initial=0))
            one = np.ones(len(row), dtype=np.min_scalar_type(-most - 1))  # most have few spans: what is narrow is quick
            return panel._added_up(row, begins[kept], ends[kept], one) > 0

        return self._days_of(("spans", relation), 0, read)

    def by_day(self, relation: str) -> str:
        """SQL for the same rows with `begins` and `ends`: the days at whose end a span `[valid_from, valid_to)` holds."""
        return (
            f"""SELECT *, {self.day_of("valid_from")} AS begins, {self.day_of("valid_to")} AS ends FROM ({relation})"""
        )

    def total(self, relation: str) -> Counts:
        """How many of everyone's spans hold at the end of each day.

        Args:
            relation: SQL for (entity_key, begins, ends): a span holds from the day `begins` until before `ends`.
        """
        return self.totals(relation, "1")[0]

    def totals(self, relation: str, *values: str) -> list[Counts]:
        """What everyone's spans that hold at the end of each day add up to, for each of some values.

        Args:
            relation: As for `total`.
            values: SQL for what is added up, whole numbers: sums of others would keep a rest of what is over.
        """

        def read(panel: Self) -> list[Counts]:
            sums = ", ".join(f"coalesce(sum({value}), 0)::BIGINT AS v{number}" for number, value in enumerate(values))
            found = panel._held(relation, sums, 0, "GROUP BY ALL")
            row = panel.rows(found["entity_key"])
            known = row >= 0
            row, begins, ends = row[known], found["begins"][known], found["ends"][known]
            made = []
            for number in range(len(values)):
                value = found[f"v{number}"][known]
                is_small = np.abs(value).sum() < np.iinfo(np.int32).max
                made.append(panel._added_up(row, begins, ends, value.astype(np.int32 if is_small else np.int64)))
            return made

        return [self._own_days(made, 0) for made in self.known(("totals", relation, values), read)]

    def held(self, relation: str, value: str = "value", back: int = 0) -> Floats:
        """The value of the span that holds at the end of each day; nan where none does.

        Args:
            relation: SQL for (entity_key, begins, ends) and what `value` is made of, as for `total`.
            value: SQL for the value, a number; of several spans the one with the smallest.
            back: Days before the first that are read too; the answer has as many columns more.
        """

        def read(panel: Self) -> Floats:
            found = panel._held(relation, f"({value})::DOUBLE AS held", back, "ORDER BY held DESC")
            row = panel.rows(found["entity_key"])
            known = (row >= 0) & ~np.isnan(found["held"])
            begins, long = found["begins"][known], (found["ends"] - found["begins"])[known]
            day = np.arange(long.sum()) - np.repeat(np.cumsum(long) - long - begins, long)
            made = np.full(panel.n * (back + panel.days), np.nan)
            made[day * panel.n + np.repeat(row[known], long)] = np.repeat(found["held"][known], long)
            return panel._by_entity(made, back + panel.days)

        return self._days_of(("held", relation, value, back), back, read)

    # Below

    def _added_up(self, row: Counts, begins: Counts, ends: Counts, value: Counts) -> Counts:
        """What spans add up to on every day, each from the day on that it begins until before that on which it ends."""
        made = np.zeros((self.days + 1) * self.n, dtype=value.dtype)
        np.add.at(made, begins * self.n + row, value)
        is_over = ends < self.days  # most hold still on the last day
        np.subtract.at(made, (ends * self.n + row)[is_over], value[is_over])
        cells = self._by_entity(made, self.days + 1)
        for day in range(1, self.days):
            cells[:, day] += cells[:, day - 1]
        return cells[:, : self.days]

    @cached_property
    def _day_ends(self) -> NDArray[np.int64]:
        """When each day ends, in microseconds."""
        zone = self.asked.question.timezone
        ends = [begin_of(day + timedelta(days=1), zone) for day in self.dates]
        return np.array(ends, dtype="datetime64[us]").astype(np.int64)

    def _held(self, relation: str, values: str, back: int, rest: str) -> dict[str, NDArray[Any]]:
        """Spans that hold on any day, cut to these days, with some values."""
        return self._fetch(
            f"""SELECT entity_key, greatest(0, begins + {back})::BIGINT AS begins,
                least({back + self.days}, ends + {back})::BIGINT AS ends, {values}
            FROM ({relation}) WHERE begins < ends AND begins < {self.days} AND ends > {-back} {rest}"""
        )
