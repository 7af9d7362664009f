"""Account churn.

The share of customers who left: they had a contract when the period began and have none at its end.

Formula: accounts with a contract just before the beginning and none just before the end / accounts with one just before
    the beginning. A contract is a subscription of more than nothing. Where no subscriptions were imported, accounts
    that were there and have a `churned_on` since. `inactivity`: active in the `window_days` days before the beginning,
    and not in the `window_days` days up to the end
Unit: share
Grain: account
Population: accounts with a contract (or active) when what is compared begins; new ones are in nobody's churn
Empty: no value where nobody had a contract; in progress until the period is over
Interval: Wilson, 95 %
Pitfall: `over` says what is compared: churn of a year is not twelve times that of a month. A gap within the period is
    no churn; breakdowns are as of the beginning, so who moved to Free before leaving is a loss of the old plan
Source: fight-churn (contract churn and activity churn); definitions 5.18
"""

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.parts import contracts
from uptake.metrics.parts.contracts import BEGIN

BY_DATE = "No subscriptions have been imported: who has left is told by churned_on of accounts."


def rows(asked: Asked) -> Sql:
    """Everyone who was a customer at the beginning, with whether they are none at the end."""
    compared = contracts.compared_sql(asked)
    if asked.param("churned") == "inactivity":
        relations = {
            "compared": compared,
            "was": _active("begin_day - 1"),
            "still": _active("on_day"),
        }
        return Sql(_left(), {"window_days": asked.param("window_days")}, relations)
    has_contracts = asked.cursor.execute("SELECT EXISTS (FROM contract)").fetchall()[0][0]
    notes: tuple[str, ...] = () if has_contracts else (BY_DATE,)
    held = "(SELECT * FROM contract WHERE mrr > 0)" if has_contracts else "account_presence"
    was, still = (
        f"""SELECT DISTINCT k.account_key AS entity_key, p.period_on
        FROM compared p JOIN {held} k ON k.valid_from < p.{moment} AND k.valid_to >= p.{moment}"""
        for moment in ("begins_at", "on_at")
    )
    return Sql(_left(), relations={"compared": compared, "was": was, "still": still}, notes=notes)


def _left() -> str:
    return f"""
    SELECT w.entity_key, {BEGIN} AS anchor_at, p.period_on, (s.entity_key IS NULL)::INT AS value,
        NOT p.is_closed AS is_open
    FROM was w JOIN compared p ON p.period_on IS NOT DISTINCT FROM w.period_on
    LEFT JOIN still s ON s.entity_key = w.entity_key AND s.period_on IS NOT DISTINCT FROM w.period_on"""


def _active(last_day: str) -> str:
    """SQL for (entity_key, period_on): who was active in the days up to a day of what is compared."""
    # met once, on the last active day there, as the next one lies behind
    return f"""SELECT d.account_key AS entity_key, p.period_on
        FROM compared p JOIN calendar c ON c.day > p.{last_day} - $window_days::INTEGER AND c.day <= p.{last_day}
        JOIN account_day d ON d.day = c.day AND d.next_day > p.{last_day}"""


METRIC = Metric(
    kind=SHARE,
    unit="share",
    rows=rows,
    params=(
        contracts.over(),
        Param(
            "churned",
            "choice",
            "What leaving is: the end of the contract, or no activity for `window_days` days.",
            default="contract",
            choices=("contract", "inactivity"),
        ),
        Param("window_days", "integer", "Days without activity that count as gone.", default=30, least=1, most=366),
    ),
    entities=("account",),
    default_period="month",
)
