"""Net revenue retention.

How much the customers of a year ago pay now, for every euro they paid then: who left pays nothing, who grew pays more.

Formula: MRR just before the end / MRR just before the beginning, both of the accounts that paid at the beginning; what
    new accounts pay is in neither
Unit: share; above 1 where growth of those who stayed outweighs what was lost
Grain: account
Population: accounts with a contract just before the beginning
Empty: no value where nobody paid; no interval where nobody's amount changed; in progress until the period is over
Interval: delta method with the account as the unit, on logarithms, 95 %: a few large customers make it wide
Pitfall: `over` is a year unless something else is asked for, however short the periods: each answers for the twelve
    months up to its end. One good upgrade can hide many losses; gross revenue retention beside it cannot
Source: definitions 5.18; fight-churn (net retention); amounts of different currencies are never added
"""

from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.parts import contracts
from uptake.metrics.parts.contracts import BEGIN

NET = Sums(("now", "currency"), ("before", "currency"))


def rows(asked: Asked) -> Sql:
    """Everyone who paid at the beginning, with what they paid then and pay at the end."""
    return changes(asked, "coalesce(n.mrr, 0)")


def changes(asked: Asked, value: str, base: str = "b.mrr") -> Sql:
    """Everyone who paid at the beginning.

    Args:
        asked: The question.
        value: SQL for the value, over `b.mrr` at the beginning and `n.mrr` at the end, NULL for who left.
        base: SQL for the base, over the same.
    """
    return Sql(
        f"""
    SELECT b.entity_key, {BEGIN} AS anchor_at, p.period_on, {value} AS value, {base} AS base
    FROM paid_before b JOIN compared p ON p.period_on IS NOT DISTINCT FROM b.period_on
    LEFT JOIN paid_now n ON n.entity_key = b.entity_key AND n.period_on IS NOT DISTINCT FROM b.period_on""",
        relations={
            "compared": contracts.compared_sql(asked),
            "paid_before": contracts.paid_sql(asked, "begins_at"),
            "paid_now": contracts.paid_sql(asked, "on_at"),
        },
        notes=(*contracts.money_notes(asked), *contracts.too_early_notes(asked)),
    )


METRIC = Metric(
    kind=NET,
    unit="share",
    rows=rows,
    params=(contracts.over("year"), contracts.CURRENCY),
    entities=("account",),
    default_period="month",
)
