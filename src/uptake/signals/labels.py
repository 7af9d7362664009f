"""Attributes of everyone on every day, as numbers of labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.metrics.dimensions import MISSING, Attribute
from uptake.metrics.grain import GRAINS, MEMBER
from uptake.signals.panel import Panel
from uptake.store.sql import literal


def labels(panel: Panel, attribute: Attribute) -> tuple[NDArray[np.int64], list[str]]:
    """The label of everyone at the end of each day, by number, and the labels; 0 is "(none)".

    Args:
        panel: Whom and when. Users in accounts have the attributes of both.
        attribute: The attribute.

    Raises:
        QuestionError: Users are told apart by what their accounts are, or accounts by what their users are.
    """
    side = attribute.entity
    if panel.grain is MEMBER:
        beside = Panel(replace(panel.asked, grain=GRAINS[side]), panel.first, panel.last)
        numbers, found = labels(beside, attribute)
        row = beside.rows(panel.keys >> 32 if side == "account" else panel.keys & 0xFFFFFFFF)
        return np.where((row >= 0)[:, None], numbers[np.maximum(row, 0)], 0), found
    if side != panel.grain.name:
        raise QuestionError(
            f"{panel.grain.noun.capitalize()} cannot be told apart by {attribute.label}.",
            allowed=[f"an attribute of the {panel.grain.name}"],
        )
    if attribute.name == "id":
        return np.broadcast_to(np.arange(1, panel.n + 1)[:, None], (panel.n, panel.days)), [
            MISSING,
            *map(str, panel.keys),
        ]
    relation = f"""SELECT {side}_key AS entity_key, text, valid_from, valid_to FROM {side}_attribute
        WHERE name = {literal(attribute.name)}"""
    texts = [row[0] for row in panel.cursor.execute(f"SELECT DISTINCT text FROM ({relation}) ORDER BY 1").fetchall()]
    numbers = np.zeros((panel.n, panel.days), dtype=np.int64)
    for number, text in enumerate(texts, 1):
        numbers[panel.spans(f"FROM ({relation}) WHERE text = {literal(text)}")] = number
    return numbers, [MISSING, *texts]
