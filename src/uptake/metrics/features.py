"""Features of a question, grouped by who can use them."""

from __future__ import annotations

from uptake.facts.feature_day import keyed
from uptake.metrics.metric import Asked
from uptake.metrics.population import eligible_sql, present_sql
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


def eligible_classes_sql(asked: Asked, features: dict[int, Feature]) -> str:
    """SQL for (entity_key, anchor_at, period_on, class): who could use the features of each class."""
    present = present_sql(asked)
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


def class_of_feature_sql(features: dict[int, Feature]) -> str:
    """SQL VALUES for (feature_key, class)."""
    pairs = [f"({key}, {number})" for number, keys in enumerate(classes(features).values()) for key in keys]
    return f"VALUES {', '.join(pairs)}" if pairs else "SELECT 0, 0 WHERE false"
