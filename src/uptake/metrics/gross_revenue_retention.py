"""Gross revenue retention.

How much of what customers paid a year ago is still paid, growth left out: the share of revenue that did not leak.

Formula: sum over accounts of the smaller of MRR just before the end and MRR just before the beginning / MRR just before
    the beginning, of the accounts that paid at the beginning
Unit: share
Grain: account
Population: accounts with a contract just before the beginning
Empty: no value where nobody paid; no interval where nothing or everything was lost; in progress until the period is over
Interval: delta method with the account as the unit, on log odds, 95 %
Pitfall: each account is capped at its own earlier amount, so no account makes up for another; 1 - gross retention is
    MRR churn. `over` is a year unless something else is asked for
Source: definitions 5.18; fight-churn 2.1 (the cap is standard)
"""

from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.net_revenue_retention import changes
from uptake.metrics.parts import contracts


def rows(asked: Asked) -> Sql:
    """Everyone who paid at the beginning, with what they paid then and how much of it they still pay."""
    return changes(asked, "least(coalesce(n.mrr, 0), b.mrr)")


METRIC = Metric(
    kind=Sums(("kept", "currency"), ("before", "currency"), is_part=True),
    unit="share",
    rows=rows,
    params=(contracts.over("year"), contracts.CURRENCY),
    entities=("account",),
    default_period="month",
)
