"""What is checked: a plan, the data it is about, and the ledger of what came in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from uptake.plan import Location, Plan, Selector
from uptake.store.ledger import Ledger
from uptake.store.projection import Cursor

FEW = 0.05
"""Below this share, rows or entities that lack something are few and only worth a note, if that."""


@dataclass(frozen=True)
class Subject:
    """A plan and its data.

    Args:
        cursor: A cursor of the projection, whose facts are up to date.
        plan: The plan.
        ledger: The ledger.
        events: Rows by event name, the most frequent first.
        last_day: The last local day with events; None without events.
    """

    cursor: Cursor
    plan: Plan
    ledger: Ledger
    events: dict[str, int]
    last_day: date | None

    def number(self, sql: str, values: dict[str, object] | None = None) -> int:
        """The one number a query gives, 0 if it gives nothing."""
        row = self.cursor.execute(sql, values or {}).fetchone()
        return int(row[0] or 0) if row else 0

    def occurs(self, chosen: Selector) -> bool:
        """Whether every event of a selector, or of the feature it stands for, ever occurred."""
        return all(name in self.events for part in self.meant(chosen) for name in part.events)

    def meant(self, chosen: Selector) -> tuple[Selector, ...]:
        """The selector itself, or those of the feature that it names or that its bare word stands for."""
        if chosen.feature is not None:
            return self.plan.features[chosen.feature].events
        if len(chosen.events) == 1 and not chosen.where and chosen.events[0] not in self.events:
            feature = self.plan.features.get(chosen.events[0])
            return feature.events if feature else (chosen,)
        return (chosen,)

    def selectors(self) -> Iterator[tuple[Location, Selector]]:
        """Every selector that names events, each once: those that stand for a feature are left to the feature."""
        for location, chosen in self.plan.selectors():
            # A feature's own events are events even where one is called like a feature.
            if location[0] == "features" or self.meant(chosen) == (chosen,):
                yield location, chosen


def subject(cursor: Cursor, plan: Plan, ledger: Ledger) -> Subject:
    """Counts the events."""
    rows = cursor.execute(
        """SELECT event_name, count(*) FROM event JOIN event_names USING (name_key)
        GROUP BY event_name ORDER BY 2 DESC, 1"""
    ).fetchall()
    last_day = cursor.execute("SELECT max(day) FROM event").fetchall()[0][0]
    return Subject(cursor, plan, ledger, dict(rows), last_day)
