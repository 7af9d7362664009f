"""Features of a question, grouped by who can use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column, EntityDays
from uptake.facts.feature_day import keyed
from uptake.facts.feature_set import words
from uptake.metrics.core.metric import Asked, Source
from uptake.metrics.parts.population import eligible_sql, present_sql
from uptake.metrics.parts.tallies import Tally, tallies
from uptake.metrics.parts.windows import Window, are_many, counted, read
from uptake.plan import Conditions, Feature


def classes(features: dict[int, Feature]) -> dict[Conditions, list[int]]:
    """Eligibility -> keys of the features that have it; most features share one or two."""
    found: dict[Conditions, list[int]] = {}
    for key, feature in features.items():
        found.setdefault(feature.eligible, []).append(key)
    return found


def core(asked: Asked) -> dict[int, Feature]:
    """Key -> feature, of the core features."""
    return {key: feature for key, feature in keyed(asked.plan).items() if feature.tag == "core"}


def shown(asked: Asked) -> dict[int, Feature]:
    """Key -> feature, of all that are not hidden."""
    return {key: feature for key, feature in keyed(asked.plan).items() if feature.tag != "hidden"}


def eligible_classes_sql(asked: Asked, features: dict[int, Feature], among: str = "") -> str:
    """SQL for (entity_key, anchor_at, period_on, class): who could use the features of each class.

    Args:
        asked: The question.
        features: Key -> feature.
        among: A relation with `entity_key`, if only those in it matter.
    """
    present = present_sql(asked, among)
    parts = []
    for number, conditions in enumerate(classes(features)):
        if not conditions:
            parts.append(f"SELECT *, {number} AS class FROM present")
        else:
            parts.append(
                f"SELECT present.*, {number} AS class FROM present"
                f" JOIN ({eligible_sql(asked, conditions)}) e ON e.entity_key = present.entity_key"
                " AND e.period_on IS NOT DISTINCT FROM present.period_on"
            )
    if not parts:
        parts.append("SELECT *, 0 AS class FROM present WHERE false")
    return f"WITH present AS ({present}) {' UNION ALL '.join(parts)}"


def used_source(asked: Asked, features: Iterable[int], window_days: int) -> Source:
    """Rows (entity_key, period_on, on_day, bits_0, ...), over `window_day`: what active ones used, a bit each.

    Args:
        asked: The question.
        features: Keys of the features that matter; each word of bits they lie in is a column.
        window_days: How many days a window has.
    """
    sql = f"""SELECT f.entity_key, p.period_on, p.on_day{bits_of("f", features)}
        FROM window_day p JOIN {asked.grain.of("feature_set")} f ON f.day = p.day
        GROUP BY f.entity_key, p.period_on, p.on_day HAVING bool_or(f.is_active)"""
    if not are_many(asked) or not are_in_first_word(features):
        return Source(f"({sql})")

    def columns(window: Window) -> dict[str, Column]:
        return {"bits_0": np.bitwise_or.reduceat(window.values["bits"], window.begins)}

    return Source(
        "used",
        {"used": sql},
        {"used": lambda: counted(asked, sets_of(asked), window_days, columns, among=is_active)},
    )


def sets_of(asked: Asked) -> EntityDays:
    """Which features everyone used on each day, those of the first word of bits, and whether they were active."""
    sets = asked.grain.of("feature_set")
    return read(asked, f"SELECT entity_key, day, bits, is_active FROM {sets} WHERE word = 0")


def is_active(window: Window) -> Column:
    """Who was active in a window of feature sets."""
    return np.logical_or.reduceat(window.values["is_active"], window.begins)


def set_tallies(asked: Asked, facts: Numbered, window_days: int) -> Iterator[Tally]:
    """Each period, with the feature sets of its window, those of the first word of bits."""
    sets = asked.grain.of("feature_set")
    return tallies(asked, facts, f"SELECT entity_key, day, bits, is_active FROM {sets} WHERE word = 0", window_days)


def are_in_first_word(features: Iterable[int]) -> bool:
    """Whether the bits of some features all lie in the first word."""
    return set(words(features)) <= {0}


def first_word(features: Iterable[int]) -> np.uint64:
    """The bits of some features in the first word."""
    return np.uint64(words(features).get(0, 0))


def bits_of(alias: str, features: Iterable[int]) -> str:
    """SQL for the columns `bits_0, ...`, each after a comma, aggregated over rows of `feature_set`."""
    chosen = words(features)
    # one word holds 64 features, and then there is nothing to choose rows by
    return "".join(
        f", bit_or({alias}.bits){f' FILTER ({alias}.word = {word})' if len(chosen) > 1 or word else ''} AS bits_{word}"
        for word in chosen
    )


def used_of(alias: str, features: Iterable[int]) -> str:
    """SQL for how many of some features were used, over columns of `used_source`; NULL or 0 for none."""
    counts = [
        f"coalesce(bit_count({alias}.bits_{word} & {bits}::UBIGINT), 0)" for word, bits in words(features).items()
    ]
    return f"({' + '.join(counts) or '0'})"


def class_of_feature_sql(features: dict[int, Feature]) -> str:
    """SQL VALUES for (feature_key, class)."""
    pairs = [f"({key}, {number})" for number, keys in enumerate(classes(features).values()) for key in keys]
    return f"VALUES {', '.join(pairs)}" if pairs else "SELECT 0, 0 WHERE false"
