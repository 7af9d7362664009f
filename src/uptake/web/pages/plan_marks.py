"""Changes of the plan beside the history of a score: when, by whom, what, and where the whole difference is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from uptake.plans import Version
from uptake.web import links
from uptake.web.reader import Reader

MOST = 12
"""Versions that are looked at, the latest."""
TOLD = 2
"""Changes of one version that are told; the page of the plan has all."""


@dataclass(frozen=True)
class PlanMark:
    """A plan that was taken into use.

    Args:
        on: The local day.
        author: Who wrote it; empty if nobody knows.
        says: What it changed, the score's own numbers first.
        more: How many changes more there are.
        url: All of them.
        is_of_score: Whether it changed the score itself.
    """

    on: date
    author: str
    says: Sequence[str]
    more: int
    url: str
    is_of_score: bool

    @property
    def title(self) -> str:
        """In the few words that a chart has room for."""
        return f"Plan: {self.says[0] if self.says else 'read otherwise'}"


def plan_marks(reader: Reader, score: str, first: date) -> list[PlanMark]:
    """The changes of the plan since a day, the earliest first.

    Args:
        reader: Where the versions are read.
        score: The score beside whose history they stand.
        first: The first day of that.
    """
    zone = ZoneInfo(reader.plan.product.timezone)
    found = [_mark(one, score, zone) for one in reader.plan_log(MOST) if not one.is_first]
    return [mark for mark in reversed(found) if mark.on >= first]


def _mark(one: Version, score: str, zone: ZoneInfo) -> PlanMark:
    own = [change for change in one.changes if change.key.startswith(f"scores.{score}.")]
    told = [*own, *(change for change in one.changes if change not in own)]
    return PlanMark(
        one.taken_at.replace(tzinfo=UTC).astimezone(zone).date(), one.author, [change.told for change in told[:TOLD]],
        max(0, len(told) - TOLD), links.plan_version(one.version), bool(own),
    )  # fmt: skip
