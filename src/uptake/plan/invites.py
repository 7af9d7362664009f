"""Invites: the events that say that somebody was asked to come, and came."""

from __future__ import annotations

from uptake.plan.section import Section
from uptake.plan.selectors import SelectorField
from uptake.plan.words import Days, Text


class Invites(Section):
    """Invites that users send to colleagues.

    Args:
        sent: What says that an invite was sent.
        accepted: What the invited user does to accept it.
        invitee: The property of `sent` that holds the invited user's id, or None: sent and accepted invites of an account
            are then counted, but not led from one to the other.
        within_days: Days after which an invite that was not accepted counts as not accepted.
    """

    sent: SelectorField
    accepted: SelectorField
    invitee: Text | None = None
    within_days: Days = 14
