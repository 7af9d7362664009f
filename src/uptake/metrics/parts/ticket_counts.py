"""Tickets and users of each feature in the window of each period, counted from columns in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder
from uptake.metrics.core.dimensions import MISSING
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.parts.ranks import uses
from uptake.metrics.parts.tallies import edges, groups, instant, numbered
from uptake.metrics.parts.windows import EPOCH
from uptake.plan import Feature

NOBODY = DayOrder(np.empty(0, np.int32), np.empty(0, np.uint16))
NO_FEATURE = -1
"""The key of what is no feature."""
BEGINNING = np.datetime64("0001-01-01", "us")


@dataclass(frozen=True, eq=False)
class Tickets:
    """Tickets about something, the first one first.

    Args:
        number: The number of the entity of each; -1 of one that is known from tickets alone.
        opened_at: When it was.
    """

    number: NDArray[np.int32]
    opened_at: NDArray[np.datetime64]

    def opened(self, begins: np.datetime64, ends: np.datetime64) -> NDArray[np.int32]:
        """Whose were opened from an instant on and before another."""
        return self.number[slice(*np.searchsorted(self.opened_at, [begins, ends]))]


NO_TICKETS = Tickets(np.empty(0, np.int32), np.empty(0, "datetime64[us]"))


@dataclass(frozen=True, eq=False)
class Known:
    """All tickets by the name of their feature, or what stands for none."""

    about: Mapping[str, Tickets]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(one.number.nbytes + one.opened_at.nbytes for one in self.about.values())

    def are_of_strangers(self, as_of: np.datetime64) -> bool:
        """Whether one that was opened before an instant is of an entity that is known from tickets alone."""
        return any((one.opened(BEGINNING, as_of) < 0).any() for one in self.about.values())


def tickets(asked: Asked, opened: str, named: str) -> Known:
    """Reads them, or takes what is kept.

    Args:
        asked: The question.
        opened: SQL for (entity_key, opened_at, feature).
        named: SQL for (feature, said): what a ticket may call each feature.
    """
    everyone = numbered(asked).everyone

    def read() -> Known:
        columns = asked.cursor.execute(
            f"""SELECT t.entity_key, t.opened_at, coalesce(n.feature, $missing) AS feature
            FROM ({opened}) t LEFT JOIN ({named}) n ON n.said = lower(t.feature) ORDER BY t.opened_at""",
            {"missing": MISSING},
        ).fetchnumpy()
        number, opened_at = everyone.numbers(np.asarray(columns["entity_key"])), np.asarray(columns["opened_at"])
        names, feature = np.unique(np.asarray(columns["feature"], str), return_inverse=True)
        places = [np.flatnonzero(feature == place) for place in range(len(names))]
        return Known({str(name): Tickets(number[own], opened_at[own]) for name, own in zip(names, places, strict=True)})

    return asked.kept.get(asked.cursor, ("tickets", asked.grain.name, asked.question.timezone, opened, named), read)


def counted(asked: Asked, features: dict[int, Feature] | None, known: Known, first: np.datetime64) -> Iterator[Row]:
    """The sums of tickets and users of each period, feature and group.

    Args:
        asked: The question, of the metric `tickets_per_100_users`.
        features: Key -> feature; None: the whole product, and all tickets stand under what is no feature.
        known: The tickets; nobody is known from them alone.
        first: When the first one of all was opened; before, nothing is known.
    """
    own, window_days = numbered(asked), asked.param("window_days")
    # an account has as many users as there are in it who used a feature
    grain = MEMBER if asked.grain is ACCOUNT else asked.grain
    users = numbered(asked, grain)
    whose = own.everyone.numbers(users.everyone.keys >> 32) if asked.grain is ACCOUNT else None
    everyone = len(own.everyone)
    used: Mapping[int, DayOrder] = (
        uses(asked, users, grain, features, window_days)
        if features is not None
        else {NO_FEATURE: users.days(f"SELECT entity_key, day FROM {grain.day}")}
    )
    days = asked.cursor.execute(
        "SELECT (day - DATE '1970-01-01')::INTEGER AS day, begins_at FROM calendar ORDER BY day"
    ).fetchnumpy()
    keys = {MISSING: NO_FEATURE, **{feature.name: key for key, feature in (features or {}).items()}}
    for period_on, on_day, on_at, *_ in edges(asked):
        if instant(on_at) <= first:
            continue
        on = (on_day - EPOCH).days
        begins = np.asarray(days["begins_at"])[np.searchsorted(np.asarray(days["day"]), on - window_days + 1)]
        for name in sorted(keys):
            asking = known.about.get(name, NO_TICKETS).opened(begins, instant(on_at))
            about = {} if features is None else {"feature": name}
            rows = used.get(keys[name], NOBODY).between(on - window_days + 1, on)
            came = np.zeros(len(users.everyone), np.bool_)
            came[rows.number] = True
            base = came if whose is None else np.bincount(whose[came], minlength=everyone)
            is_told = base > 0
            is_told[asking] = True
            for names, members in groups(asked, instant(on_at), is_told):
                labels = dict(zip(asked.split.labels if asked.split else (), names, strict=True))
                yield {"period_on": period_on, **about, **labels, **_sums(asking, base, members)}


def _sums(asking: NDArray[np.int32], base: NDArray[Any], members: NDArray[np.bool_]) -> Row:
    """What the kind adds up, of some entities.

    Args:
        asking: Whose each ticket is.
        base: How many users of each entity used the feature; or of each user whether they did.
        members: Of each entity whether it is one of them.
    """
    askers, value = np.unique(asking[members[asking]], return_counts=True)
    if base.dtype == np.bool_:  # counting is many times quicker than adding
        of = squares = int(np.count_nonzero(base & members))
    else:
        own = base[members]
        of, squares = int(own.sum()), int(np.square(own).sum())
    total = int(value.sum())
    return {
        "n": int(np.count_nonzero(members)),
        "users": of,
        "tickets": total,
        "squares": int(np.square(value).sum()),
        "products": int((value * base[askers]).sum()),
        "base_squares": squares,
        "estimate": 100 * total / of if of else None,
    }
