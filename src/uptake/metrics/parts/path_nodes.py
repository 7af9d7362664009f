"""Nodes of paths: what an event is called in them, and which events are looked at at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from uptake.errors import QuestionError
from uptake.facts.feature_day import keyed
from uptake.facts.selection import active_sql, events_sql
from uptake.metrics.core.metric import Asked
from uptake.metrics.kinds.paths import SPECIAL
from uptake.plan import Selector, event_title, selector
from uptake.store.sql import literal

AFTER, BEFORE = 1, 2
"""Keys of the anchors."""
CHOSEN, NAMED = 3, 100_000
"""Key of the first node that is chosen, and what is added to the key of an event's name."""


@dataclass(frozen=True)
class Nodes:
    """The nodes of a question's paths, as SQL.

    Args:
        names: SELECT of (node_key, node).
        key: The node of a row of `event`; the first that fits.
        chosen: Whether a row of `event` is looked at.
        read: Whether it would be if nothing were left out.
    """

    names: str
    key: str
    chosen: str
    read: str

    @property
    def is_by_name(self) -> bool:
        """Whether an event's name alone says all of this."""
        return "properties" not in f"{self.key}{self.chosen}{self.read}"


def nodes(asked: Asked) -> Nodes:
    """The nodes: the anchors, then `events` as they are given, or else events by name, or features.

    Raises:
        QuestionError: The plan has no features, or both events and features are asked for.
    """
    anchors = [
        (key, given)
        for key, given in ((AFTER, asked.param("after")), (BEFORE, asked.param("before")))
        if given is not None and not (key == BEFORE and given == asked.param("after"))
    ]
    chosen = _chosen(asked)
    named = [(key, label_of(given), [selector(given)]) for key, given in anchors]
    named += [(CHOSEN + place, label, found) for place, (label, found) in enumerate(chosen)]
    tests = {key: events_sql(asked.cursor, asked.plan, found) for key, _, found in named}
    looked_at = " OR ".join(tests[key] for key, _, _ in named if key >= CHOSEN)
    looked_at = looked_at or active_sql(asked.cursor, asked.plan)
    anchored = "".join(f"{tests[key]} OR " for key, _ in anchors)
    read = f"({anchored}{looked_at})"
    excluded = asked.param("exclude")
    if excluded:
        left_out = events_sql(asked.cursor, asked.plan, [selector(given) for given in excluded])
        looked_at = f"({looked_at}) AND NOT {left_out}"
    labels = [*SPECIAL.items(), *((key, label) for key, label, _ in named)]
    by_name = "" if chosen else f" UNION ALL SELECT name_key + {NAMED}, event_name FROM event_names"
    otherwise = "" if chosen else f" ELSE name_key + {NAMED}"
    cases = " ".join(f"WHEN {tests[key]} THEN {key}" for key, _, _ in named)
    return Nodes(
        f"SELECT * FROM (VALUES {', '.join(f'({key}, {literal(label)})' for key, label in labels)}){by_name}",
        f"CASE {cases}{otherwise} END" if cases else f"name_key + {NAMED}",
        f"({anchored}{looked_at})",
        read,
    )


def _chosen(asked: Asked) -> list[tuple[str, list[Selector]]]:
    events = asked.param("events")
    if asked.param("nodes") != "features":
        return [(label_of(given), [selector(given)]) for given in events or ()]
    if events:
        raise QuestionError("Both events and nodes=features are given.", do="Leave one of them out.")
    if not asked.plan.features:
        raise QuestionError("The plan has no features.", do="Ask with nodes=events, or describe features in the plan.")
    return [(feature.name, [Selector(feature=feature.name)]) for feature in keyed(asked.plan).values()]


def label_of(given: Any, titles: Mapping[str, str] = MappingProxyType({})) -> str:  # noqa: ANN401 - a selector in any form
    """What a selector is called: its event or feature, and its conditions.

    >>> label_of({"event": "page", "where": {"path": "/about"}})
    'page where path is /about'
    """
    found = selector(given)
    name = " or ".join(event_title(called, titles) for called in ([found.feature] if found.feature else found.events))
    tests = (
        f"{test.property} {test.test.replace('_', ' ')} {' or '.join(map(str, test.values))}" for test in found.where
    )
    return f"{name} where {' and '.join(tests)}" if found.where else name
