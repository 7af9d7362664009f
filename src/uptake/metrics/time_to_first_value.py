"""Time to first value.

How long it takes new users, or accounts, from their start to the first moment of value.

Formula: Kaplan-Meier on (first value - start, or `as_of` - start for those who have not got there);
    the estimate is the median, beside it p25, p75, p90 and the share that got there by day 1, 7, 14, 30. `start` and
    `until` may be any moments: a milestone of the plan, an event, an imported date such as `signed_on` or `paid`
Unit: seconds
Grain: user, account (any of its users), or user in one account
Population: entities that started in the period, the ones who never got there included as censored
Empty: no median where fewer than half have got there; no share by a day nobody was watched for
Interval: Brookmeyer and Crowley with log-log limits for quantiles, log-log for shares, 95 %; before anybody arrived, where
    that formula has no value, Wilson's limit, so few entities set no lower limit (0).
    Between the groups of a breakdown the log-rank test, `pvalue`
Pitfall: a mean over those who finished flatters the number and is not offered; value before the start
    counts as 0 seconds. Groups differ in more than what they are broken down by: the test is observational. Who left
    without value waits on (`left=waiting`), as leaving is no way of getting there
Source: definitions 5.9; Kaplan and Meier 1958; Mantel 1966
"""

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.duration import DURATION
from uptake.metrics.parts.durations import LEFT, OUTPUT, by_days, durations
from uptake.metrics.parts.first_reached import first_reached
from uptake.metrics.parts.milestones import milestone_sql
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.metrics.parts.tallies import is_of_everybody


def rows(asked: Asked) -> Sql:
    """Everyone who started in the period, with the time to value or the time waited so far."""
    if asked.param("until") is not None:
        until = moment_sql(asked, asked.param("until"))
    else:
        until = milestone_sql(asked, asked.param("milestone"), asked.param("criteria"))
    return durations(asked, asked.param("start"), until)


def totals(asked: Asked) -> Sql | None:
    """The starts and the milestone of everybody, without a row for each; of moments that facts hold."""
    has_own = asked.param("until") is not None or asked.param("criteria") is not None
    if (
        has_own
        or asked.param("output") != "summary"
        or asked.param("start") != START_OF_LIFE
        or not is_of_everybody(asked)
    ):
        return None
    started, reached = moment_sql(asked, START_OF_LIFE), milestone_sql(asked, asked.param("milestone"))
    return Sql(counted=lambda: first_reached(asked, started, reached))


METRIC = Metric(
    kind=DURATION,
    unit="seconds",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param(
            "start",
            "moment",
            "What starts the clock: start_of_life, first_event, signed_on, paid, a milestone, an event ...",
            default=START_OF_LIFE,
        ),
        Param("until", "moment", "What stops it: any moment; if not given, the milestone or the criteria."),
        Param("milestone", "text", "A milestone of the plan; value is the first of any value moment.", default="value"),
        Param("criteria", "criteria", "Other criteria than a milestone's."),
        LEFT,
        by_days(1, 7, 14, 30),
        OUTPUT,
    ),
    is_snapshot=False,
)
