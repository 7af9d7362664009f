"""Labels of different placements that sound as if they could not both be true."""

from __future__ import annotations

from collections.abc import Mapping

CONTRADICTING = {
    "thriving": {"at_risk", "inactive", "shelfware", "dormant"},
    "power": {"fading", "busy_but_shallow", "not_started", "shelfware", "dormant"},
    "steady": {"fading", "not_started"},
    "embedded": {"inactive", "not_started"},
}
"""Labels of segment, state and fit that sound as if they could not both be true of one."""


def contradictions(labels: Mapping[str, str]) -> set[tuple[str, str]]:
    """The pairs of them that somebody has."""
    has = {labels[name] for name in ("segment", "state", "fit") if name in labels}
    return {(one, other) for one in has & set(CONTRADICTING) for other in has & CONTRADICTING[one]}
