"""Features used.

How many different core features an active user, or account, uses.

Formula: distinct core features used in the `window_days` days up to the end of the period, averaged over
    the entities that were active in them
Unit: count
Grain: user, account (all its users together), or user in one account
Population: entities active in the window; one that was active without a core feature counts with 0
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: a count, not a share: breadth divides by what each one could use
Source: product adoption glossary ("5-7 core features"); requirements C3
"""

from uptake.metrics.features import core
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import active_sql
from uptake.store.sql import literal


def rows(asked: Asked) -> Sql:
    """Every active entity with its number of core features."""
    return Sql(
        f"""
    SELECT a.entity_key, a.anchor_at, a.period_on, coalesce(u.features, 0)::DOUBLE AS value
    FROM ({active_sql(asked)}) a LEFT JOIN (
        SELECT f.entity_key, p.period_on, count(DISTINCT f.feature_key) AS features
        FROM period p JOIN {asked.grain.of("feature_day")} f
            ON f.day > p.on_day - $window_days::INTEGER AND f.day <= p.on_day
        WHERE list_contains({literal(list(core(asked)))}::INTEGER[], f.feature_key) GROUP BY ALL
    ) u ON u.entity_key = a.entity_key AND u.period_on IS NOT DISTINCT FROM a.period_on""",
        {"window_days": asked.param("window_days")},
    )


METRIC = Metric(
    kind=MEAN,
    unit="count",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=3660),),
)
