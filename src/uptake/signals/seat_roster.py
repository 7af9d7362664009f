"""The roster of seats as signals need it."""

from __future__ import annotations

from uptake.metrics.core.grain import MEMBER
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags


def rostered(accounts: Panel) -> Flags | None:
    """Whether each of the accounts' members holds a seat at the end of each day; None: there is no roster."""
    if not accounts.cursor.execute("SELECT EXISTS (FROM seat)").fetchall()[0][0]:
        return None
    return accounts.members.spans(f"SELECT entity_key, valid_from, valid_to FROM {MEMBER.of('seat')}")
