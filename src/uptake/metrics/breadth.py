"""Breadth.

The share of the core features open to them that active users, or accounts, use.

Formula: distinct core features used in the `window_days` days up to the end of the period / core features
    the entity could use then, averaged over active entities
Unit: share
Grain: user, account (all its users together), or user in one account
Population: entities active in the window that could use at least one core feature
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %
Pitfall: features behind a plan or role count only for those who have it; use of a feature one is not
    eligible for does not count, so a share never passes 100 %
Source: definitions 5.11; Pendo's feature adoption is the same share without eligibility
"""

from uptake.metrics.features import classes, core, used_of, used_source
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import AT, WINDOW_DAY, eligible_sql


def rows(asked: Asked) -> Sql:
    """Every active entity with used / eligible core features."""
    features = core(asked)
    joins, used, open_to = [], [], []
    for number, (conditions, keys) in enumerate(classes(features).items()):
        is_eligible = "true"
        if conditions:
            joins.append(
                f"LEFT JOIN ({eligible_sql(asked, conditions)}) e{number} ON e{number}.entity_key = a.entity_key"
                f" AND e{number}.period_on IS NOT DISTINCT FROM a.period_on"
            )
            is_eligible = f"e{number}.entity_key IS NOT NULL"
        used.append(f"CASE WHEN {is_eligible} THEN {used_of('a', keys)} ELSE 0 END")
        open_to.append(f"CASE WHEN {is_eligible} THEN {len(keys)} ELSE 0 END")
    bits = used_source(asked, features, asked.param("window_days"))
    return Sql(
        f"""
    SELECT * FROM (
        SELECT a.entity_key, {AT} AS anchor_at, a.period_on, CASE WHEN {AT} >= s.valid_from AND {AT} < s.valid_to
            THEN ({" + ".join(used) or "0"}) / nullif({" + ".join(open_to) or "0"}, 0) END AS value
        FROM {bits.sql} a JOIN period p USING (on_day)
        JOIN {asked.grain.present} s USING (entity_key) {" ".join(joins)}
    ) WHERE value IS NOT NULL""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, **bits.relations},
        tables=dict(bits.tables),
    )


METRIC = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=3660),),
)
