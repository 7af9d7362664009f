"""By which plan, and of what had been received by then, something is told; beside the plan in use and all that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uptake.charts import dates
from uptake.metrics.core.question import read_as_of
from uptake.web.reader import Reader

PLANS = 20
"""Plans that can be chosen."""


@dataclass(frozen=True)
class AsKnown:
    """What is chosen, and what can be.

    Args:
        plans: (version, words) of the plans to choose from, the one in use first.
        by_plan: The one that is chosen; empty: the one in use.
        known_by: The day up to which what was received counts; empty: all.
        told_by: Both in words; empty: by the plan in use, of everything.
    """

    plans: list[tuple[str, str]]
    by_plan: str
    known_by: str
    told_by: str


def read(reader: Reader, query: Mapping[str, str]) -> AsKnown:
    """What an address says of them.

    Raises:
        QuestionError: There was no such plan, or it is no day.
    """
    version, known_by = query.get("plan_version", ""), query.get("known_by", "")
    zone, said = reader.plan.product.timezone, []
    if reader.plan_of(version).version != reader.plan.version:
        said.append(f"by plan {version}, which is not the one in use")
    if at := read_as_of(known_by or None, zone):
        said.append(f"of what had been received before {dates.instant(at, zone)}")
    return AsKnown(plans(reader, version), version, known_by, " and ".join(said))


def plans(reader: Reader, chosen: str) -> list[tuple[str, str]]:
    """The plans to choose from: the one in use, what is chosen, and those that were in use before."""
    zone = reader.plan.product.timezone
    before = dict(reader.plan_versions(PLANS))
    made = [
        (version, f"{version}, of {dates.instant(at.replace(tzinfo=None), zone)}") for version, at in before.items()
    ]
    others = [(chosen, chosen)] if chosen and chosen not in before else []
    return [("", "The one in use"), *others, *made]
