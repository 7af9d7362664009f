"""Tickets and users of each feature in the window of each period, counted from columns in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder
from uptake.metrics.core.dimensions import MISSING
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.parts.ranks import uses
from uptake.metrics.parts.tallies import edges, instant, numbered
from uptake.metrics.parts.windows import EPOCH
from uptake.plan import Feature

NOBODY = DayOrder(np.empty(0, np.int32), np.empty(0, np.uint16))
NO_FEATURE = -1
"""The key of what is no feature."""


class Tickets(NamedTuple):
    """All that were opened before `as_of`.

    Args:
        number: The number of the entity of each; -1 of one that is known from tickets alone.
        opened_at: When it was.
        feature: The name of the feature, or what stands for none.
    """

    number: NDArray[np.int32]
    opened_at: NDArray[np.datetime64]
    feature: NDArray[Any]

    def of(self, rows: NDArray[np.bool_]) -> Tickets:
        """Some of them."""
        return Tickets(self.number[rows], self.opened_at[rows], self.feature[rows])

    def opened(self, begins: np.datetime64, ends: np.datetime64) -> NDArray[np.int32]:
        """Whose were opened from an instant on and before another."""
        return self.number[(self.opened_at >= begins) & (self.opened_at < ends)]


def tickets(asked: Asked, opened: str, named: str) -> Tickets:
    """Reads them.

    Args:
        asked: The question.
        opened: SQL for (entity_key, opened_at, feature).
        named: SQL for (feature, said): what a ticket may call each feature.
    """
    columns = asked.cursor.execute(
        f"""SELECT t.entity_key, t.opened_at, coalesce(n.feature, $missing) AS feature
        FROM ({opened}) t LEFT JOIN ({named}) n ON n.said = lower(t.feature) WHERE t.opened_at < $as_of""",
        {"missing": MISSING, "as_of": asked.question.as_of},
    ).fetchnumpy()
    number = numbered(asked).everyone.numbers(np.asarray(columns["entity_key"]))
    return Tickets(number, np.asarray(columns["opened_at"]), np.asarray(columns["feature"]))


def counted(asked: Asked, features: dict[int, Feature], known: Tickets, first: np.datetime64) -> Iterator[Row]:
    """The sums of tickets and users of each period, feature and group.

    Args:
        asked: The question, of the metric `tickets_per_100_users`, by period and feature.
        features: Key -> feature.
        known: The tickets; nobody is known from them alone.
        first: When the first one of all was opened; before, nothing is known.
    """
    own, window_days = numbered(asked), asked.param("window_days")
    # an account has as many users as there are in it who used a feature
    users = numbered(asked, MEMBER) if asked.grain is ACCOUNT else own
    whose = own.everyone.numbers(users.everyone.keys >> 32) if asked.grain is ACCOUNT else None
    used, everyone = uses(asked, users, features, window_days), len(own.everyone)
    days = asked.cursor.execute(
        "SELECT (day - DATE '1970-01-01')::INTEGER AS day, begins_at FROM calendar ORDER BY day"
    ).fetchnumpy()
    keys = {MISSING: NO_FEATURE, **{feature.name: key for key, feature in features.items()}}
    about = {name: known.of(known.feature == name) for name in keys}
    for period_on, on_day, on_at, *_ in edges(asked):
        if instant(on_at) <= first:
            continue
        on = (on_day - EPOCH).days
        begins = np.asarray(days["begins_at"])[np.searchsorted(np.asarray(days["day"]), on - window_days + 1)]
        for name in sorted(keys):
            asking = about[name].opened(begins, instant(on_at))
            rows = used.get(keys[name], NOBODY).between(on - window_days + 1, on)
            came = np.zeros(len(users.everyone), np.bool_)
            came[rows.number] = True
            who = np.flatnonzero(came)
            base = np.bincount(who if whose is None else whose[who], minlength=everyone)
            value = np.bincount(asking, minlength=everyone)
            told = np.flatnonzero(base + value)
            for labels, places in _groups(asked, instant(on_at), told):
                yield {"period_on": period_on, "feature": name, **labels, **_sums(value, base, told[places])}


def _groups(asked: Asked, at: np.datetime64, who: NDArray[np.intp]) -> Iterator[tuple[Row, Any]]:
    """The labels of each group of some entities, in their order, with the places of those in it."""
    if asked.split is None:
        yield from [({}, slice(None))] if len(who) else []
        return
    for names, places in sorted(asked.split.parts(at, who), key=lambda part: part[0]):
        yield dict(zip(asked.split.labels, names, strict=True)), places


def _sums(tickets: NDArray[np.int64], users: NDArray[np.int64], who: NDArray[np.intp]) -> Row:
    """What the kind adds up, of some entities."""
    value, base = tickets[who], users[who]
    total, of = int(value.sum()), int(base.sum())
    return {
        "n": len(who),
        "users": of,
        "tickets": total,
        "squares": int(np.square(value).sum()),
        "products": int((value * base).sum()),
        "base_squares": int(np.square(base).sum()),
        "estimate": 100 * total / of if of else None,
    }
