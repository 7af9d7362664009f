"""Revenue kept.

What is left of the most that a customer ever paid of late.

Formula: MRR now / the highest of the `window_days` days up to the day; nothing where a contract has ended
Account: its own
Missing: nothing was paid in the window, or in several currencies, which are never added
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, trailing_max
from uptake.store.sql import literal


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """MRR now over the highest."""
    window, own = params["window_days"], literal(panel.asked.plan.product.currency or "")
    known = panel.cursor.execute(
        f"SELECT DISTINCT coalesce(currency, {own}) FROM contract WHERE mrr > 0 ORDER BY 1"
    ).fetchall()
    kept = panel.filled(np.nan)
    currencies = panel.filled(0, np.int32)
    for (code,) in known:
        contracts = f"""SELECT account_key AS entity_key, * FROM contract
            WHERE mrr > 0 AND coalesce(currency, {own}) = {literal(code)}"""
        mrr = panel.held(panel.by_day(contracts), "mrr", window - 1)
        highest = trailing_max(mrr, window, panel.days)
        was_paid = ~np.isnan(highest)
        kept = np.where(was_paid, np.nan_to_num(mrr[:, window - 1 :]) / highest, kept)
        currencies += was_paid
    return np.where(currencies == 1, kept, np.nan)


SIGNAL = Signal(
    unit="share",
    of_account=read,
    params=(Param("window_days", "integer", "Days looked back on.", default=365, least=1, most=3660),),
    best=1.0,
)
