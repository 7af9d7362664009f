"""Labels of different placements that sound as if they contradicted each other, and how both are true.

A segment asks where somebody may be heading, or for value; a state, whether value and use go on today; `fit`, how much of the
product how many people use. Each rule holds, so that both labels stand: what they mean together is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from uptake.plan import Plan

Place = tuple[str, str]
"""A placement and a label of it."""


class _Pair(NamedTuple):
    """Two labels, and what is said of who has both.

    Args:
        one: The first.
        other: The second.
        account: What is said of an account.
        user: Of a user; empty: that does not happen.
    """

    one: Place
    other: Place
    account: str
    user: str = ""


PAIRS = (
    _Pair(
        ("segment", "at_risk"),
        ("state", "thriving"),
        "Thriving and at risk: people come and value goes on today, and the reason it is at risk says what may end it.",
        "Thriving and at risk: they come today, and the reason they are at risk says what may end it.",
    ),
    _Pair(
        ("segment", "inactive"),
        ("fit", "embedded"),
        "Embedded, but without value: many people still use much of the product, and no value has come of it for two of "
        "their rhythms.",
    ),
    _Pair(
        ("segment", "power"),
        ("state", "busy_but_shallow"),
        "Power, but shallow: those who come use much of the product, often, and they are few of its people.",
        "Power, but shallow: they use as much as those who have adopted, as often, and have reached no value moment themselves.",
    ),
    _Pair(
        ("segment", "power"),
        ("fit", "shelfware"),
        "Power, though shelfware: those who come use much of the product, often, and they are few of its people.",
    ),
    _Pair(
        ("segment", "power"),
        ("fit", "dormant"),
        "Power, though dormant: the few who come use it often, and more of it than is usual.",
    ),
    _Pair(
        ("fit", "shelfware"),
        ("state", "thriving"),
        "Thriving, though four weeks show few of its people: it comes less often than every two weeks by nature, and value "
        "goes on at that rhythm.",
    ),
    _Pair(
        ("fit", "dormant"),
        ("state", "thriving"),
        "Thriving, though four weeks show little use: it comes less often than every two weeks by nature, and value goes on "
        "at that rhythm.",
    ),
)
"""All that the placements every plan has can say of one day and that sounds contradictory; the rest of their rules exclude
each other: who is inactive never thrives."""


def agreement(labels: Mapping[str, str], plan: Plan, entity: str) -> tuple[str, ...]:
    """How labels that sound contradictory go together, a sentence for each pair.

    Args:
        labels: Placement -> label of one user or account.
        plan: Nothing is said of placements that the plan words itself.
        entity: user or account.
    """
    found = []
    for pair in PAIRS:
        is_own = any(placement in plan.placements for placement, _ in (pair.one, pair.other))
        if not is_own and {pair.one, pair.other} <= set(labels.items()):
            found.append(pair.account if entity == "account" else pair.user)
    return tuple(text for text in found if text)
