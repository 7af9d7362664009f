"""Tickets that come as events: which event is one, and where it says which ticket it is and what it is about."""

from __future__ import annotations

from uptake.plan.section import Section
from uptake.plan.selectors import SelectorField
from uptake.plan.words import Text


class Tickets(Section):
    """Support tickets that are sent as events, beside those that are imported as rows.

    Args:
        opened: What says that a ticket was opened.
        id: The property of it that holds the help desk's id: a ticket of that id counts once, however often and in
            whatever way it came. An event without it is a ticket of its own.
        feature: The property that names the feature it is about, or None.
    """

    opened: SelectorField
    id: Text
    feature: Text | None = None
