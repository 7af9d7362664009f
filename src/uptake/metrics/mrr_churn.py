"""MRR churn.

The share of monthly revenue that was lost: by contracts that ended, and by those that became smaller.

Formula: sum over accounts of what they pay less at the end than at the beginning / MRR just before the beginning, of
    the accounts that paid then. `lost=ended`: what those paid who pay nothing any more; `lost=reduced`: the rest
Unit: share
Grain: account
Population: accounts with a contract just before the beginning
Empty: no value where nobody paid; no interval where nothing or everything was lost; in progress until the period is over
Interval: delta method with the account as the unit, on log odds, 95 %
Pitfall: growth of others does not make it smaller (that is net revenue retention); with `lost=all` it is
    1 - gross revenue retention. Small customers leave more often, so it is usually below account churn
Source: fight-churn (MRR churn with downgrades in it); definitions 5.18
"""

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.net_revenue_retention import changes
from uptake.metrics.parts import contracts

LOST = {
    "all": "greatest(b.mrr - coalesce(n.mrr, 0), 0)",
    "ended": "CASE WHEN n.mrr IS NULL THEN b.mrr ELSE 0 END",
    "reduced": "CASE WHEN n.mrr < b.mrr THEN b.mrr - n.mrr ELSE 0 END",
}


def rows(asked: Asked) -> Sql:
    """Everyone who paid at the beginning, with what they paid then and how much of it is lost."""
    return changes(asked, LOST[asked.param("lost")])


METRIC = Metric(
    kind=Sums(("lost", "currency"), ("before", "currency"), is_part=True),
    unit="share",
    rows=rows,
    params=(
        contracts.over(),
        Param(
            "lost",
            "choice",
            "Which losses count: all, those of contracts that ended, or those of contracts that became smaller.",
            default="all",
            choices=tuple(LOST),
        ),
        contracts.CURRENCY,
    ),
    entities=("account",),
    default_period="month",
)
