"""What goes with conversion, counted by attributes in memory: a row for every pass and attribute is of the engine's hardest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from uptake.metrics.core.dimensions import Attribute
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked, Row, plain
from uptake.metrics.core.query import kept
from uptake.metrics.funnels.passes import Passes
from uptake.metrics.parts.known_attributes import MOMENT, known_of
from uptake.metrics.parts.tallies import numbered


def counts(asked: Asked, passes: Passes, first: int, last: int) -> list[Row]:
    """What the kind makes of all passes and the attributes at the moment of entry, without a row for each.

    Args:
        asked: The question.
        passes: The passes.
        first: The number of the step from which conversion is measured.
        last: The number of the step to which it is.
    """
    outcome, split = passes.outcome, asked.split
    who, at = numbered(asked).everyone.numbers(passes.entity), outcome.entered_at.view("M8[us]")
    group = split.numbers_of(who, at) if split else np.zeros(len(who), np.int8)
    counted = np.flatnonzero(outcome.done[:, first - 1] & ~passes.is_open & (group >= 0))
    who, at, group = who[counted], at[counted], group[counted].astype(np.int64)
    converted, until = outcome.done[counted, last - 1], (at + MOMENT).view("M8[us]")
    names, labels = split.names if split else [()], plain(split.labels) if split else []
    n, done = np.bincount(group, minlength=len(names)), np.bincount(group[converted], minlength=len(names))
    rows = list[Row]()
    for one in _attributes(asked):
        known = known_of(asked, one)
        said = known.said["text"].combine_chunks().dictionary_encode()
        texts = len(said.dictionary)
        code = said.indices.fill_null(texts).to_numpy()[known.codes_of(who, until)]
        cell, is_told = group * texts + code, code < texts
        held, held_done = (
            np.bincount(cell[chosen], minlength=len(names) * texts) for chosen in (is_told, is_told & converted)
        )
        others = np.repeat(n, texts) - held
        for found in np.flatnonzero((held >= asked.param("least_n")) & (others >= asked.param("least_n"))).tolist():
            of, text = divmod(found, texts)
            n_with, converted_with = int(held[found]), int(held_done[found])
            n_without, converted_without = int(others[found]), int(done[of]) - converted_with
            rows.append(
                {
                    **dict(zip(labels, names[of], strict=True)),
                    "driver": f"{one.entity}.{one.name} = {said.dictionary[text].as_py()}",
                    "n": int(n[of]),
                    "n_with": n_with,
                    "n_without": n_without,
                    "converted_with": converted_with,
                    "converted_without": converted_without,
                    "estimate": converted_with / n_with - converted_without / n_without,
                }
            )
    return sorted(rows, key=lambda row: (*(row[label] for label in labels), -abs(row["estimate"]), row["driver"]))


def _attributes(asked: Asked) -> Iterator[Attribute]:
    """The attributes of those who are counted: of users in accounts also those of the accounts."""
    for side in ("user", "account") if asked.grain is MEMBER else (asked.grain.name,):
        for name in kept(asked, f"SELECT DISTINCT name FROM {side}_attribute ORDER BY name")["name"].to_pylist():
            yield Attribute(side, name)
