"""What occurs in the data: every event with who does it, and which of them count as activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uptake.plan import EventUse
from uptake.propose.words import is_noise
from uptake.store.projection import Cursor

RETURNING = 5
"""An event recurs if at least one in so many of the users who ever did it did it on two days or more."""
RARE = 100
"""What fewer than one in so many of the users of the most used does is too rare to be proposed."""


@dataclass(frozen=True)
class Observed:
    """An event as it occurs.

    Args:
        key: Its key in the projection.
        use: Name, users, days, rows.
        returning: Users who did it on at least two local days.
    """

    key: int
    use: EventUse
    returning: int

    @property
    def recurs(self) -> bool:
        """Whether it is done again and again, and not once in a life as filling in a profile."""
        return self.use.users > 0 and self.returning * RETURNING >= self.use.users


def observe(cursor: Cursor) -> tuple[Observed, ...]:
    """Every event, those of most users first."""
    rows = cursor.execute(
        """WITH by_user AS (
            SELECT name_key, user_key, count(*) AS total, min(day) < max(day) AS returns FROM event GROUP BY ALL
        ), by_day AS (
            SELECT name_key, count(DISTINCT day) AS days FROM event GROUP BY name_key
        )
        SELECT name_key, event_name, count(user_key), any_value(days), sum(total)::BIGINT,
            count(*) FILTER (returns AND user_key IS NOT NULL)
        FROM by_user JOIN by_day USING (name_key) JOIN event_names USING (name_key)
        GROUP BY name_key, event_name ORDER BY 3 DESC, 5 DESC, event_name"""
    ).fetchall()
    return tuple(
        Observed(key, EventUse(name, users, days, total), again) for key, name, users, days, total, again in rows
    )


def active(observed: Sequence[Observed]) -> tuple[Observed, ...]:
    """Events proposed as activity: work that recurs.

    Left out are vanity events and noise, what hardly any user does, and what hardly anybody does on a second day. If
    nothing recurs, as in the data of a single day, that last rule is left out.
    """
    work = [event for event in observed if event.use.users and not is_noise(event.use.name)]
    most = max((event.use.users for event in work), default=0)
    common = tuple(event for event in work if event.use.users * RARE >= most)
    return tuple(event for event in common if event.recurs) or common
