"""Renewal in.

In how many days a customer decides whether to stay.

Formula: days from the day to the next renewal that was known then: the account's attribute `renewal_on`, or that of a
    subscription in force; 0 on its day
Account: its own
Missing: no renewal was known, or all that were have passed
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.membership import NEVER
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats
from uptake.store.sql import instant, literal


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days to the next renewal."""
    del params
    zone = literal(panel.asked.plan.product.timezone)
    known = f"""SELECT account_key AS entity_key, valid_from, valid_to, {instant("text", zone)} AS renewal_on
            FROM account_attribute WHERE name = 'renewal_on'
        UNION ALL SELECT account_key, started_on, coalesce(ended_on, {NEVER}), renewal_on FROM (
            FROM raw.subscriptions QUALIFY row_number() OVER (
                PARTITION BY account_id, subscription_id, started_on ORDER BY import_id DESC, ordinal DESC) = 1
        ) JOIN accounts USING (account_id) WHERE renewal_on IS NOT NULL"""
    ahead = f"""SELECT entity_key, begins, least(ends, renews + 1) AS ends, renews
        FROM (SELECT *, {panel.day_of("renewal_on")} AS renews FROM ({panel.by_day(known)}) WHERE renewal_on IS NOT NULL)"""
    return panel.held(ahead, "renews") - np.arange(panel.days)


SIGNAL = Signal(unit="days", of_account=read, worst=0.0)
