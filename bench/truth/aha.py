"""Is the planted aha moment found among the early actions that a plan is proposed from, and the decoy not?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import uptake
from bench.report import Table
from bench.truth.found import Found
from uptake.plan import ActivationCandidate
from uptake.propose.proposing import proposal


def candidates(workspace: uptake.Workspace) -> tuple[ActivationCandidate, ...]:
    """What `uptake init --from-data` would propose as activation, the strongest first."""
    return workspace.read(lambda cursor: proposal(cursor, workspace.plan)).activation_candidates


def found(of: tuple[ActivationCandidate, ...], truth: Mapping[str, Any]) -> Found:
    """The actions proposed, beside those that the aha moment is made of."""
    planted = frozenset(part["event"] for part in truth["activation"]["rule"]["all"])
    return Found("actions of the aha moment", "proposed as activation", planted, frozenset(one.event for one in of))


def table(of: tuple[ActivationCandidate, ...], truth: Mapping[str, Any]) -> Table:
    """Every proposed action, with what was planted with it."""
    rule = truth["activation"]["rule"]
    parts = {(part["event"], part["at_least"], rule["within_days"]) for part in rule["all"]}
    events = {event for event, _, _ in parts}
    rows = [
        (
            f"`{one.event}`", f"{one.at_least}", f"{one.within_days}", f"{one.retention_reached:.2f}",
            f"{one.retention_not:.2f}", f"{one.ci_lower:+.2f} to {one.ci_upper:+.2f}",
            "yes, to the number and the day" if (one.event, one.at_least, one.within_days) in parts
            else "yes" if one.event in events else "no",
        )
        for one in of
    ]  # fmt: skip
    columns = (
        "early action",
        "at least",
        "within days",
        "came back with it",
        "without",
        "apart by",
        "part of the aha moment",
    )
    decoy = truth["decoy"]["event"]
    is_in = "among them" if any(one.event == decoy for one in of) else "not among them"
    notes = [
        f"Apart by: 95 % interval, in the half of the users that had no say in choosing. The decoy, `{decoy}`, is {is_in}."
    ]
    return Table("Early actions proposed as activation", columns, rows, frozenset({1, 2, 3, 4}), notes)
