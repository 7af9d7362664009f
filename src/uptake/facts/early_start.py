"""Lives that began before the events did: nobody watched those users and accounts then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from uptake.store.projection import Cursor

MANY = 0.05
"""Above this share of those with a start of life, early ones bend what is said of newcomers."""


@dataclass(frozen=True)
class EarlyStarts:
    """Users or accounts whose life began before the first local day with events.

    Args:
        entity: user or account.
        early: How many of them.
        started: All with a start of life.
        first_day: The first local day with events.
    """

    entity: str
    early: int
    started: int
    first_day: date

    @property
    def words(self) -> str:
        """How many of how many.

        >>> EarlyStarts("user", 1_204, 5_053, date(2025, 7, 1)).words
        '1,204 of 5,053 users'
        """
        return f"{self.early:,} of {self.started:,} {self.entity}{'' if self.started == 1 else 's'}"


def early_starts(cursor: Cursor) -> tuple[EarlyStarts, ...]:
    """Users, and accounts, of whom more than 5 % started before the first local day with events.

    Args:
        cursor: A cursor of the projection.

    Returns:
        Users first; neither without events.
    """
    first_day = cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    if first_day is None:
        return ()
    found = []
    for entity in ("user", "account"):
        early, started = cursor.execute(
            f"SELECT count(*) FILTER (started_on < $first_day), count(started_on) FROM {entity}_start",
            {"first_day": first_day},
        ).fetchall()[0]
        if early > MANY * started:
            found.append(EarlyStarts(entity, early, started, first_day))
    return tuple(found)
