"""Attributes in memory: what everybody who is counted was at a moment, as a number for each value there is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Successions
from uptake.metrics.core.dimensions import Attribute
from uptake.metrics.core.grain import GRAINS, MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.query import kept
from uptake.metrics.parts.attributes import in_bands
from uptake.metrics.parts.tallies import numbered
from uptake.store.sql import literal

Codes = NDArray[np.int64]
Instants = NDArray[np.datetime64]
MOMENT = np.timedelta64(1, "us")


class Known(NamedTuple):
    """An attribute in memory.

    Args:
        one: The attribute.
        said: The values there are, with `text`, `number` and the `label` they go by; the place of each is its code,
            the last one is missing.
        spans: Of those it was said of, by number, its code from when until when.
        place: Of everybody who is counted the number among those it is said of; -1 of those who have none.
    """

    one: Attribute
    said: pa.Table
    spans: Successions
    place: NDArray[np.int32]

    def codes(self, at: np.datetime64) -> Codes:
        """The code of what it was just before an instant, of everybody who is counted."""
        # one place more, of those who have no number: their place is -1
        missing = len(self.said) - 1
        return np.append(self.spans.just_before(at, missing), missing)[self.place]

    def codes_of(self, who: NDArray[Any], at: Instants) -> Codes:
        """The code of what it was, of some of those who are counted just before an instant of their own."""
        return self.spans.just_before_each(self.place[who], at, len(self.said) - 1)


def known_of(asked: Asked, one: Attribute) -> Known:
    """An attribute of those who are counted."""
    own, facts = numbered(asked), numbered(asked, GRAINS[one.entity])
    table, is_it = one.table, f"name = {literal(one.name)}"
    # who has no row is as one who has a row that says nothing
    label = in_bands(one.bands, "text", "number") if one.bands else "text"
    values = f"""SELECT row_number() OVER (ORDER BY text NULLS LAST, number NULLS LAST) - 1 AS code, text, number,
            {label} AS label
        FROM (SELECT DISTINCT text, number FROM {table} WHERE {is_it} UNION SELECT NULL, NULL) ORDER BY code"""
    spans = f"""SELECT a.{one.entity}_key AS entity_key, v.code AS value, a.valid_from, a.valid_to
        FROM {table} a JOIN ({values}) v ON v.text IS NOT DISTINCT FROM a.text AND v.number IS NOT DISTINCT FROM a.number
        WHERE {is_it}"""
    keys = own.everyone.keys
    if asked.grain is MEMBER:
        keys = keys >> 32 if one.entity == "account" else keys & 0xFFFFFFFF
    return Known(one, kept(asked, values), facts.successions(spans), facts.everyone.numbers(keys))
