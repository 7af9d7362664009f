"""How the conformance suite writes events: lines "user event MM-DD HH:MM[:SS] [@account] [property=value]" of 2026, UTC.

2 March 2026 is a Monday.
"""

from __future__ import annotations

from typing import Any

from uptake.metrics.core.result import Result


def rows(lines: str) -> list[dict[str, Any]]:
    """Events as anybody's rows are, in the order written."""
    found: list[dict[str, Any]] = []
    for line in lines.strip().splitlines():
        user, event, day, time, *more = line.split()
        row: dict[str, Any] = {"user_id": user, "event": event, "timestamp": f"2026-{day}T{time}Z"}
        for word in more:
            name, _, value = word.partition("=")
            row |= {"account_id": word[1:]} if word.startswith("@") else {name: value}
        found.append(row)
    return found


def triangle(result: Result, of: str = "returned") -> dict[str, list[Any]]:
    """First day of a cohort -> one column of its cells; the means under `weighted` and `simple`."""
    found: dict[str, list[Any]] = {}
    for row in result.rows:
        key = row["cohort_on"].isoformat() if row["row"] == "cohort" else row["row"]
        found.setdefault(key, []).append(row[of])
    return found


def by_period(result: Result, of: str = "estimate") -> dict[str, Any]:
    """First day of the period -> one column, in the order of time."""
    return {row["period_on"].isoformat(): row[of] for row in result.rows}


def states(result: Result) -> dict[str, tuple[int, ...]]:
    """First day of the period -> new, current, resurrected, dormant."""
    found: dict[str, dict[str, int]] = {}
    for row in result.rows:
        found.setdefault(row["period_on"].isoformat(), {})[row["state"]] = row["estimate"]
    return {
        day: tuple(one[state] for state in ("new", "current", "resurrected", "dormant")) for day, one in found.items()
    }


def counts(result: Result) -> list[int]:
    """How many did each step of a funnel."""
    return [row["count"] for row in result.rows]
