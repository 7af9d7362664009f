"""Members.

How many users a customer has, whoever of them comes.

Formula: users in the account at the end of the day
Account: its own
Missing: never; 0 where nobody is in it yet
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Users who are there."""
    del params
    return sums(panel.members.present, panel.by_account)


SIGNAL = Signal(unit="count", of_account=read, is_ranked=True)
