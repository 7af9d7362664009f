"""Time to value from contract.

How long it takes customers from the signed contract to the first outcome they would call one.

Formula: Kaplan-Meier on (first outcome - signature, or `as_of` - signature for those who have none yet); the
    estimate is the median, beside it p25, p75, p90 and the share that got there by day 30, 60, 90, 180. The signature
    is the account's `signed_on`; the outcome is the first value moment, or by `until` a goal met (`goal_met`), an
    imported outcome (`outcome:NAME`) or any other moment
Unit: seconds
Grain: account, or user in one account from the account's signature on
Population: accounts that signed in the period, the ones without an outcome included as censored
Empty: no median where fewer than half have got there; no share by a day nobody was watched for
Interval: Brookmeyer and Crowley with log-log limits for quantiles, log-log for shares, 95 %; before anybody arrived, where
    that formula has no value, Wilson's limit, so few entities set no lower limit (0).
    Between the groups of a breakdown the log-rank test, `pvalue`
Pitfall: accounts without a date of signature are not in it. An outcome before the signature, in a trial, counts as
    0 seconds. Who churned without an outcome waits on (`left=waiting`), as leaving is no way of getting there
Source: definitions 5.9, customer adoption for success teams ("from contract signature"); requirements B4
"""

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.duration import DURATION
from uptake.metrics.parts.durations import LEFT, OUTPUT, by_days, durations
from uptake.metrics.parts.moments import moment_sql


def rows(asked: Asked) -> Sql:
    """Every account that signed in the period, with the time to its first outcome or the time waited so far."""
    return durations(asked, asked.param("start"), moment_sql(asked, asked.param("until")))


METRIC = Metric(
    kind=DURATION,
    unit="seconds",
    rows=rows,
    params=(
        Param("start", "moment", "What starts the clock: signed_on, won, subscribed, live_on ...", default="signed_on"),
        Param("until", "moment", "What stops it: value, goal_met, outcome:NAME, paid, an event ...", default="value"),
        LEFT,
        by_days(30, 60, 90, 180),
        OUTPUT,
    ),
    entities=("account", "member"),
    is_snapshot=False,
)
