"""Placing everyone of a panel on every day: the first label whose rule holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.plan import Placement, Plan
from uptake.scores.rules import Meaning, Meanings, Texts, holds, told
from uptake.segments.adopters import over_adopters
from uptake.segments.membership import is_in
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags

Codes = NDArray[np.int8]
"""Numbers of labels, by entity and day; -1 for who was not there."""
NOBODY = -1


def named(plan: Plan, name: str) -> Placement:
    """The placement of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in plan.all_placements:
        do = "Describe it in the plan under placements."
        raise QuestionError(f"There is no placement '{name}'.", allowed=plan.all_placements, do=do)
    return plan.all_placements[name]


def place(panel: Panel, scheme: Placement, others: Meanings | None = None) -> Codes:
    """Where everyone stands: the number of their label among `scheme.labels_of(entity)`.

    Args:
        panel: Whom and when.
        scheme: The placement.
        others: What words before a dot mean beside those that placements know themselves (`benchmark`).

    Raises:
        QuestionError: A rule asks for what there is not, or the placement is not of these.
    """
    if ("placed", scheme.name) not in panel.made:
        panel.made["placed", scheme.name] = _place(panel, scheme, meanings(others))
    made: Codes = panel.made["placed", scheme.name]
    return made


def meanings(others: Meanings | None = None) -> dict[str, Meaning]:
    """What words before a dot mean in the rules of placements and segments."""
    known: Mapping[str, Meaning] = {"adopters": over_adopters, **(others or {})}

    def segment(panel: Panel, name: str) -> Texts:
        return Texts(is_in(panel, name, meanings(others)).astype(np.int8), ("not in", "in"))

    def placement(panel: Panel, name: str) -> Texts:
        scheme = named(panel.asked.plan, name)
        titles = tuple(label.name for label in scheme.labels_of(entity_of(panel)))
        return Texts(place(panel, scheme, others), (*titles, None))  # -1 is the last

    return {**known, "segment": segment, "placement": placement}


def entity_of(panel: Panel) -> str:
    """Whose labels they are: those of users, for users in accounts too."""
    return "account" if panel.grain.name == "account" else "user"


def is_known(panel: Panel, scheme: Placement, meant: Meanings) -> Flags:
    """Where everything is known that the placement needs."""
    known = panel.present
    for subject in scheme.needs:
        found = told(panel, subject, meant)
        missing = (
            [number for number, text in enumerate(found.texts) if text is None] if isinstance(found, Texts) else []
        )
        is_missing = np.isin(found.numbers, missing) if isinstance(found, Texts) else np.isnan(found)
        known = known & ~is_missing
    return known


def _place(panel: Panel, scheme: Placement, meant: Meanings) -> Codes:
    entity = entity_of(panel)
    if entity not in scheme.entities:
        raise QuestionError(f"The placement '{scheme.name}' is not of {entity}s.", allowed=scheme.entities)
    labels = scheme.labels_of(entity)
    rest, unknown = len(labels) - 1, None
    left = panel.present
    if scheme.needs:
        rest, left = rest - 1, is_known(panel, scheme, meant)
        unknown = panel.present & ~left
    places = []
    for label in labels[:rest]:
        assert label.when is not None
        places.append(left & holds(panel, label.when, meant))
        left = left & ~places[-1]
    places += [left] if unknown is None else [left, unknown]
    made = panel.filled(NOBODY, np.int8)
    for number, place in enumerate(places):  # each is in one of them: adding is quicker than choosing
        made += place.view(np.int8) * np.int8(number - NOBODY)
    return made
