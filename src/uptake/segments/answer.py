"""What answers about a placement have in common."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Count:
    """A label with how many have it.

    Args:
        name: The label.
        title: How people call it.
        count: How many.
    """

    name: str
    title: str
    count: int


@dataclass(frozen=True)
class OfPlacement:
    """An answer about a placement.

    Args:
        name: The placement.
        title: How people call it.
        entity: user or account.
        ladder: Whether the labels are steps, the highest first.
        on: As of the end of this day.
        data_until: The last day of which anything is known; after it counts as if nothing had happened.
        as_of: What happened from this instant on is not known yet.
        known_by: What was received from this instant on does not count; None: everything counts.
        plan_version: The plan it was made by.
    """

    name: str
    title: str
    entity: str
    ladder: bool
    on: date
    data_until: date
    as_of: datetime
    known_by: datetime | None
    plan_version: str

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values, in the shape of the command line's JSON."""
        return asdict(self)
