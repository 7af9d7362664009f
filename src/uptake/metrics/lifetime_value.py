"""Lifetime value.

What a customer will have paid by the time they leave, if customers go on leaving as they did.

Formula: mean MRR of the accounts with a contract just before the beginning, times the months that are compared / the
    share of them that had none just before the end; with both means over the same accounts that is their MRR times
    the months / the number that left
Unit: currency
Grain: account
Population: accounts with a contract just before the beginning
Empty: not defined where nobody left; no value where nobody paid; in progress until the period is over
Interval: delta method with the account as the unit, on logarithms, 95 %
Pitfall: it assumes that churn stays what it is, is the same for a new and an old customer, and goes with no change of
    price: no growth, no margin, no discounting. It stands on the few who left, so it comes out too high after a quiet
    year; `too few` means that fewer than five left. `over` is a year unless something else is asked for
Source: definitions 5.18; the simple form, revenue per account / churn rate
"""

from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.net_revenue_retention import changes
from uptake.metrics.parts import contracts
from uptake.metrics.parts.contracts import MONTHS
from uptake.store.sql import literal

ASSUMES = "Assumes that customers go on leaving at this rate, and that amounts neither grow nor are discounted."
PERIOD_MONTHS = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1, "quarter": 3}


def rows(asked: Asked) -> Sql:
    """Everyone who paid at the beginning, with what they would have paid until the end and whether they left."""
    over = asked.param("over")
    months = MONTHS[over] if over in MONTHS else PERIOD_MONTHS[str(asked.question.period)]
    sql = changes(asked, f"b.mrr * {literal(months)}", "(n.mrr IS NULL)::INT")
    sql.notes = (*sql.notes, ASSUMES)
    return sql


METRIC = Metric(
    kind=Sums(("revenue", "currency"), ("left", "count")),
    unit="currency",
    rows=rows,
    params=(contracts.over("year"), contracts.CURRENCY),
    entities=("account",),
    default_period="month",
)
