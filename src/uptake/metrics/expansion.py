"""Expansion.

What changed in what customers pay, account by account: who is new, who grew, who shrank, who left, who came back.

Formula: per account, MRR just before the end of the period less MRR just before its beginning. new: never paid before;
    reactivation: paid nothing at the beginning, but did before; expansion and contraction: paid at both moments, more
    or less; churn: pays nothing any more. The five add up to the change of MRR exactly. `measure` counts something
    else in the same way: seats paid for, accounts that moved to another plan (an upgrade costs more a seat), features
    or modules that an account adopted for the first time (its first user did)
Unit: currency for MRR, else count
Grain: account
Population: accounts that changed in the period; `output=ledger` lists them
Empty: no row where nothing changed; who came and left within one period is in none
Interval: none: it is an account of what happened, not an estimate of anything
Pitfall: breakdowns are as of the beginning, for who paid nothing then as of the end. Usage can tell of an expansion
    before the contract does: features adopted and seats taken are not yet money
Source: requirements D11; the five movements are those of subscription analytics
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.core.query import kept
from uptake.metrics.kinds.movements import LEDGER, MOVEMENTS, ORDER
from uptake.metrics.parts import contracts
from uptake.metrics.parts.contracts import BEGIN
from uptake.metrics.parts.population import AT

BY_CONTRACT = """CASE WHEN mrr_before = 0 AND has_paid THEN 'reactivation' WHEN mrr_before = 0 THEN 'new'
            WHEN mrr_after = 0 THEN 'churn' WHEN {change} > 0 THEN 'expansion' WHEN {change} < 0 THEN 'contraction' END"""
PRICES = "mrr_after * seats_before", "mrr_before * seats_after"
"""Price of a seat after and before, compared without dividing."""
SELECTS = {
    "mrr": (BY_CONTRACT.format(change="mrr_after - mrr_before"), "mrr_after - mrr_before"),
    "seats": (BY_CONTRACT.format(change="seats_after - seats_before"), "seats_after - seats_before"),
    "plan": (
        f"""CASE WHEN plan_before = plan_after OR mrr_before = 0 OR mrr_after = 0 THEN NULL
            WHEN {PRICES[0]} > {PRICES[1]} THEN 'upgrade' WHEN {PRICES[0]} < {PRICES[1]} THEN 'downgrade'
            WHEN plan_before <> plan_after THEN 'other plan' END""",
        "1",
    ),
    "features": ("'adopted'", "len(features)"),
    "modules": ("'adopted'", "len(modules)"),
}
"""Measure -> SQL for the movement, and for its size, over `changed`."""
OF_USE = "features", "modules"
"""Measures of what was adopted instead of what is paid."""


def rows(asked: Asked) -> Sql:
    """Every account that changed in a period: for the totals with its movement, for the ledger with everything."""
    measure, is_ledger = asked.param("measure"), asked.param("output") == "ledger"
    is_of_use = is_ledger or measure in OF_USE
    tables = {"first_adopted": lambda: kept(asked, _FIRST_ADOPTED)} if is_of_use else {}
    relations = {
        "compared": contracts.compared_sql(asked, "period"),
        "paid_before": contracts.paid_sql(asked, "begins_at"),
        "paid_now": contracts.paid_sql(asked, "on_at"),
        # who only adopted something has no movement of what is paid
        "first_adopted": _FIRST_ADOPTED if is_of_use else f"SELECT * FROM ({_FIRST_ADOPTED}) WHERE false",
        "adopted": _ADOPTED,
        "changed": _changed(asked),
    }
    notes = contracts.money_notes(asked)
    movement, size = SELECTS[measure]
    wanted = f"({movement})::{ORDER} AS movement, {size} AS value"
    if is_ledger:
        by_mrr, change = SELECTS["mrr"]
        return Sql(
            f"""SELECT *, ({by_mrr})::{ORDER} AS movement, {change} AS value FROM changed
        WHERE mrr_after <> mrr_before OR seats_after <> seats_before OR plan_after <> plan_before OR len(features) > 0""",
            relations=relations,
            notes=notes,
            tables=tables,
        )
    return Sql(
        f"SELECT entity_key, anchor_at, period_on, {wanted} FROM changed WHERE movement IS NOT NULL AND value <> 0",
        relations=relations,
        notes=notes,
        tables=tables,
    )


_FIRST_ADOPTED = """SELECT *,
            row_number() OVER (PARTITION BY entity_key, module ORDER BY adopted_on, feature) = 1 AS is_first_of_module
        FROM (
            SELECT member_key >> 32 AS entity_key, feature, module, min(adopted_on) AS adopted_on
            FROM member_feature JOIN features USING (feature_key) WHERE adopted_on IS NOT NULL GROUP BY ALL
        )"""
"""When each account first adopted each feature."""
_ADOPTED = """SELECT entity_key, p.period_on, list(feature ORDER BY feature) AS features,
            coalesce(list(DISTINCT module ORDER BY module) FILTER (is_first_of_module AND module IS NOT NULL), []) AS modules
        FROM compared p JOIN first_adopted a ON a.adopted_on >= p.begin_day AND a.adopted_on <= p.on_day GROUP BY ALL"""


def _changed(asked: Asked) -> str:
    """SQL for every account that paid at either moment or adopted something: what it had before and after.

    Nothing paid is 0 seats too; who pays for an unknown number of seats has no number of them.
    """
    return f"""SELECT entity_key, period_on, CASE WHEN b.mrr IS NULL THEN {AT} ELSE {BEGIN} END AS anchor_at,
            coalesce(b.mrr, 0) AS mrr_before, coalesce(n.mrr, 0) AS mrr_after,
            CASE WHEN b.mrr IS NULL THEN 0 ELSE b.seats END AS seats_before,
            CASE WHEN n.mrr IS NULL THEN 0 ELSE n.seats END AS seats_after, b.plan AS plan_before, n.plan AS plan_after,
            coalesce(f.first_paid_at < p.begins_at, false) AS has_paid,
            coalesce(a.features, []) AS features, coalesce(a.modules, []) AS modules
        FROM paid_before b FULL JOIN paid_now n USING (entity_key, period_on) FULL JOIN adopted a USING (entity_key, period_on)
        JOIN compared p USING (period_on) LEFT JOIN (
            SELECT account_key AS entity_key, min(valid_from) AS first_paid_at FROM ({contracts.in_currency(asked)})
            GROUP BY ALL
        ) f USING (entity_key)"""


def kind(params: Mapping[str, Any]) -> Kind:
    """Totals, or the accounts behind them."""
    return LEDGER if params["output"] == "ledger" else MOVEMENTS


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The movement splits the totals; in the ledger it is a column."""
    return () if params["output"] == "ledger" else ("movement",)


METRIC = Metric(
    kind=kind,
    unit="count",
    rows=rows,
    params=(
        Param("measure", "choice", "What is counted.", default="mrr", choices=tuple(SELECTS)),
        Param(
            "output", "choice", "The totals, or the accounts with everything that changed.", default="totals",
            choices=("totals", "ledger"),
        ),
        contracts.CURRENCY,
    ),
    labels=labels,
    entities=("account",),
    default_period="month",
)  # fmt: skip
