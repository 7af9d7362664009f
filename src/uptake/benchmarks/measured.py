"""Everyone of a panel of accounts against the benchmark of their type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.benchmarks.attainment import apart, mean_of_known, middle, shares
from uptake.benchmarks.exemplars import exemplars, of_type
from uptake.plan import Benchmark, Measure
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Flags, Floats

NO_TYPE = -1
CLEARLY = 0.5
"""How much of the way to their own exemplary accounts the way to another type's may be for it to be said."""
Part = tuple[str, tuple[tuple[str, Any], ...]]
"""What is measured: a signal and its parameters."""


def part_of(measure: Measure) -> Part:
    """What a measure of the plan measures."""
    return measure.signal, tuple(sorted(measure.params.items()))


@dataclass(frozen=True)
class Measured:
    """Accounts against benchmarks. Arrays end with accounts and days, or with days where they are of no account.

    Args:
        panel: The accounts and days.
        types: The benchmarks, in the plan's order.
        type_of: Which of them everyone is held against; -1: none.
        parts: All that is measured for any type.
        values: Of everyone, part by part.
        exemplars: Who is exemplary, type by type.
        median: The benchmark, by type and part; of all parts, also those that the type itself is not made of.
        lowest: The lower end of the band.
        highest: The upper end.
    """

    panel: Panel
    types: tuple[Benchmark, ...]
    type_of: NDArray[np.int64]
    parts: tuple[Part, ...]
    values: Floats
    exemplars: Flags
    median: Floats
    lowest: Floats
    highest: Floats

    def at(self, measure: Measure) -> int:
        """The position of a measure among the parts."""
        return self.parts.index(part_of(measure))

    def attained_by_type(self, number: int, values: Floats, median: Floats) -> Floats:
        """What values are of a benchmark: measure by measure, in the type's order.

        Args:
            number: The type.
            values: By part, and whatever follows.
            median: By part, and whatever follows that fits.
        """
        measures = self.types[number].signals.values()
        return np.stack(
            [
                shares(values[self.at(one)], median[self.at(one)], is_lower_better=one.better == "lower")
                for one in measures
            ]
        )

    @cached_property
    def by_type(self) -> Floats:
        """How much of the benchmark of each type everyone has, also of those they are not held against."""
        return np.stack(
            [
                mean_of_known(self.attained_by_type(number, self.values, self.median[number][:, None, :]))
                for number in range(len(self.types))
            ]
        )

    @cached_property
    def attainment(self) -> Floats:
        """How much of the benchmark of their type everyone has, 0 to 1; nan where nothing is known, or without a type."""
        own = np.take_along_axis(self.by_type, np.maximum(self.type_of, 0)[None], axis=0)[0]
        return np.where(self.type_of == NO_TYPE, np.nan, own)

    @cached_property
    def apart(self) -> Floats:
        """How unlike everyone is to the exemplary accounts of each type, 0 to 1, over all parts."""
        return np.stack([apart(self.values, median[:, None, :]) for median in self.median])

    @cached_property
    def fits(self) -> NDArray[np.int64]:
        """The other type that everyone fits better, by number; -1 where there is none.

        It is the one whose exemplary accounts they are most like, if they are clearly nearer to these than to their own
        and have come as far as its target says. Whoever has little of everything is like the type that asks for least,
        which says nothing of what they are.
        """
        target = np.array([one.target for one in self.types])[:, None, None]
        with np.errstate(invalid="ignore"):
            is_there = (self.by_type >= target) | (self.type_of == NO_TYPE)
        unlike = np.where(np.isnan(self.apart), np.inf, self.apart)
        own = np.take_along_axis(unlike, np.maximum(self.type_of, 0)[None], axis=0)[0]
        own = np.where(self.type_of == NO_TYPE, np.inf, own)
        others = np.where(is_there, unlike, np.inf)
        is_nearer = (others.min(axis=0) < CLEARLY * own) & self.panel.present
        return np.where(is_nearer, others.argmin(axis=0), NO_TYPE)

    def left_out(self, number: int, day: int) -> dict[int, float]:
        """What each exemplary account has of the benchmark that the others make: row -> attainment, nan with no others.

        Args:
            number: The type.
            day: Which day, by column.
        """
        chosen = self.exemplars[number, :, day]
        values = self.values[:, :, day]
        found = {}
        for row in np.flatnonzero(chosen).tolist():
            others = chosen.copy()
            others[row] = False
            median = np.stack([middle(part[:, None], others[:, None])[0][0] for part in values])
            found[row] = float(mean_of_known(self.attained_by_type(number, values[:, row], median)))
        return found


def measured(panel: Panel, benchmarks: Mapping[str, Benchmark]) -> Measured:
    """Holds everyone of a panel of accounts against the benchmark of their type, once.

    Args:
        panel: Accounts.
        benchmarks: The plan's benchmarks.

    Raises:
        QuestionError: A signal, a score or an attribute is not known.
    """
    key = ("measured", tuple(benchmarks))
    if key not in panel.made:
        panel.made[key] = _measured(panel, tuple(benchmarks.values()))
    made: Measured = panel.made[key]
    return made


def _measured(panel: Panel, types: Sequence[Benchmark]) -> Measured:
    parts = tuple(dict.fromkeys(part_of(one) for benchmark in types for one in benchmark.signals.values()))
    values = values_of(panel, parts)
    type_of = np.full((panel.n, panel.days), NO_TYPE, dtype=np.int64)
    best = []
    for number, benchmark in enumerate(types):
        is_first = of_type(panel, benchmark) & (type_of == NO_TYPE)
        type_of[is_first] = number
        best.append(exemplars(panel, benchmark, is_first))
    bands = np.stack([np.stack([np.stack(middle(part, chosen)) for part in values]) for chosen in best])
    return Measured(
        panel, tuple(types), type_of, parts, values, np.stack(best), bands[:, :, 0], bands[:, :, 1], bands[:, :, 2]
    )


def values_of(panel: Panel, parts: Sequence[Part]) -> Floats:
    """What is measured of everyone: parts, accounts, days."""
    return np.stack([read(panel, signal, dict(params)) for signal, params in parts])
