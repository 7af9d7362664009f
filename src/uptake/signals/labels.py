"""Attributes of everyone on every day, as numbers of labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.metrics.core.dimensions import MISSING, Attribute
from uptake.metrics.core.grain import ACCOUNT, GRAINS, MEMBER
from uptake.metrics.parts.attributes import in_bands
from uptake.signals.facts_by_day import USER_BITS
from uptake.signals.panel import Panel
from uptake.signals.windows import taken
from uptake.store.sql import literal


def labels(panel: Panel, attribute: Attribute) -> tuple[NDArray[np.int64], list[str]]:
    """The label of everyone at the end of each day, by number, and the labels; 0 is "(none)".

    Users have what all accounts agree on that they are in and that have the attribute; where these differ, none.

    Args:
        panel: Whom and when. Users in accounts have the attributes of both.
        attribute: The attribute.

    Raises:
        QuestionError: Accounts are told apart by what their users are.
    """
    side = attribute.entity
    if panel.grain is MEMBER:
        beside = panel.beside(GRAINS[side])
        numbers, found = labels(beside, attribute)
        row = beside.rows(panel.keys >> 32 if side == "account" else panel.keys & USER_BITS)
        return taken(numbers, row, 0), found
    if side != panel.grain.name:
        if panel.grain is ACCOUNT:
            raise QuestionError(
                f"Accounts cannot be told apart by {attribute.label}.", allowed=["an attribute of the account"]
            )
        return _agreed(panel, attribute)
    if attribute.name == "id":
        ids = dict(panel.cursor.execute(f"SELECT {side}_key, {side}_id FROM {side}s").fetchall())
        numbers = np.broadcast_to(np.arange(1, panel.n + 1)[:, None], (panel.n, panel.days))
        return numbers, [MISSING, *(ids[key] for key in panel.keys.tolist())]
    text = in_bands(attribute.bands, "text", "number") if attribute.bands else "text"
    relation = f"""SELECT {side}_key AS entity_key, {text} AS text, valid_from, valid_to FROM {attribute.table}
        WHERE name = {literal(attribute.name)}"""
    texts = [row[0] for row in panel.cursor.execute(f"SELECT DISTINCT text FROM ({relation}) ORDER BY 1").fetchall()]
    numbered = f"SELECT *, dense_rank() OVER (ORDER BY text) AS number FROM ({relation})"
    return np.nan_to_num(panel.held(panel.by_day(numbered), "number")).astype(np.int64), [MISSING, *texts]


def _agreed(users: Panel, attribute: Attribute) -> tuple[NDArray[np.int64], list[str]]:
    members = users.beside(MEMBER)
    numbers, found = labels(members, attribute)
    row = users.rows(members.keys & USER_BITS)
    known = members.present & (numbers > 0) & (row >= 0)[:, None]
    lowest = np.full((users.n, users.days), len(found), dtype=np.int64)
    highest = np.zeros((users.n, users.days), dtype=np.int64)
    np.minimum.at(lowest, row, np.where(known, numbers, len(found)))
    np.maximum.at(highest, row, np.where(known, numbers, 0))
    return np.where(lowest == highest, highest, 0), found
