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
        unlike_typical: How unlike everyone is to what is typical of each type, 0 to 1, where the plan says by what its
            customers are alike; None: it does not.
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
    unlike_typical: Floats | None = None

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
        """How unlike everyone is to each type, 0 to 1: to what is typical of it, else to its exemplary accounts in all parts."""
        if self.unlike_typical is not None:
            return self.unlike_typical
        return np.stack([apart(self.values, median[:, None, :]) for median in self.median])

    @cached_property
    def fits(self) -> NDArray[np.int64]:
        """The other type that everyone fits better, by number; -1 where there is none.

        It is the one they are most like, if they are clearly nearer to it than to their own. Where what is measured tells
        types apart, they also have to have come as far as its target says: whoever has little of everything is like the
        type that asks for least, which says nothing of what they are.
        """
        if self.unlike_typical is not None:
            return _nearer(self.apart, self.type_of, self.panel.present)
        target = np.array([one.target for one in self.types])[:, None, None]
        with np.errstate(invalid="ignore"):
            is_there = (self.by_type >= target) | (self.type_of == NO_TYPE)
        return _nearer(self.apart, self.type_of, self.panel.present & is_there)

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
    for number, benchmark in enumerate(types):
        type_of[of_type(panel, benchmark) & (type_of == NO_TYPE)] = number
    unlike = _unlike_typical(panel, types, type_of)
    is_one_of_them = unlike is None or _nearer(unlike, type_of, panel.present) == NO_TYPE
    best = [exemplars(panel, benchmark, (type_of == number) & is_one_of_them) for number, benchmark in enumerate(types)]
    bands = np.stack([np.stack([np.stack(middle(part, chosen)) for part in values]) for chosen in best])
    return Measured(
        panel,
        tuple(types),
        type_of,
        parts,
        values,
        np.stack(best),
        bands[:, :, 0],
        bands[:, :, 1],
        bands[:, :, 2],
        unlike,
    )


def _unlike_typical(panel: Panel, types: Sequence[Benchmark], type_of: NDArray[np.int64]) -> Floats | None:
    """How unlike everyone is to the median of each type, in the signals by which customers of a type are alike.

    The median is of the accounts that the plan names as exemplary, else of all of the type: the best by a score may be the
    ones that do not belong there, and among all of them these are few.
    """
    alike = tuple(dict.fromkeys((name, ()) for benchmark in types for name in benchmark.alike))
    if not alike:
        return None
    traits = values_of(panel, alike)
    found = []
    for number, benchmark in enumerate(types):
        of_it = type_of == number
        chosen = of_it if benchmark.exemplars is None else exemplars(panel, benchmark, of_it)
        found.append(apart(traits, np.stack([middle(trait, chosen)[0] for trait in traits])[:, None, :]))
    return np.stack(found)


def _nearer(apart: Floats, type_of: NDArray[np.int64], may: Flags) -> NDArray[np.int64]:
    """The type that everyone is clearly nearer to than to their own, by number; -1 where there is none.

    Args:
        apart: How unlike everyone is to each type; nan where nothing is known.
        type_of: The own type; -1: none.
        may: Who may be of another type at all, or of which.
    """
    unlike = np.where(np.isnan(apart), np.inf, apart)
    own = np.take_along_axis(unlike, np.maximum(type_of, 0)[None], axis=0)[0]
    own = np.where(type_of == NO_TYPE, np.inf, own)
    others = np.where(may, unlike, np.inf)
    return np.where(others.min(axis=0) < CLEARLY * own, others.argmin(axis=0), NO_TYPE)


def values_of(panel: Panel, parts: Sequence[Part]) -> Floats:
    """What is measured of everyone: parts, accounts, days."""
    return np.stack([read(panel, signal, dict(params)) for signal, params in parts])
