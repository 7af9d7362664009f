"""Value realisation.

The share of active users, or accounts, that reached a moment of value: an outcome, not only activity.

Formula: entities that met any value moment of the plan within the `window_days` days up to the end of the
    period / entities active in them
Unit: share
Grain: user, account (its users together), or user in one account
Population: entities active in the window; if moments have conditions under `eligible`, those who could reach one at
    its end, by moments open to them
Empty: no value where nobody was active who could reach one
Interval: Wilson, 95 %
Pitfall: the moment must be an outcome the customer would call one; a value moment made of page views raises
    a warning in `uptake check`. Value without activity in the window is not counted
Source: product adoption glossary ("users reaching success metrics, 50-70 % of active users"); requirements B6
"""

from uptake.errors import DefinitionMissing
from uptake.facts.milestone import met_in_window, value_leaves, value_moments
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.parts.group_interval import USAGE_INTERVAL, length, measured
from uptake.metrics.parts.population import WINDOW_DAY, active_sql, eligible_sql


def rows(asked: Asked) -> Sql:
    """Every active entity to whom a value moment was open, with whether it met one in the window."""
    moments = value_moments(asked.plan)
    if not moments:
        raise DefinitionMissing("The plan has no value moments.", do="Describe what success is under value_moments.")
    counts = ", ".join(
        f"coalesce(sum(d.events) FILTER (d.leaf = {n}), 0) AS leaf_{n}" for n in range(len(value_leaves(asked.plan)))
    )
    met = ", ".join(f"{test} AS met_{n}" for n, test in enumerate(met_in_window(asked.plan)))
    classes = list(dict.fromkeys(moment.eligible for moment in moments))
    joins = [
        f"LEFT JOIN ({eligible_sql(asked, conditions)}) e{n} ON {_same(f'e{n}')}"
        for n, conditions in enumerate(classes)
        if conditions
    ]
    tests = [f"e{n}.entity_key IS NOT NULL" if conditions else "true" for n, conditions in enumerate(classes)]
    is_met = " OR ".join(f"({tests[classes.index(moment.eligible)]} AND c.met_{n})" for n, moment in enumerate(moments))
    window = length(asked, "window_days")
    within = f"{window.join('d', 'p')} WHERE p.on_day - d.day < {window.days}"
    rows = Sql(
        f"""
    SELECT a.entity_key, a.anchor_at, a.period_on, coalesce({is_met}, false)::INT AS value, false AS is_open
    FROM ({active_sql(asked, within)}) a LEFT JOIN (
        SELECT entity_key, period_on, {met} FROM (
            SELECT d.entity_key, p.period_on, {counts}
            FROM window_day p JOIN {asked.grain.of("value_day")} d ON d.day = p.day {within} GROUP BY ALL
        )
    ) c ON {_same("c")} {" ".join(joins)} WHERE {" OR ".join(tests)}""",
        {"window_days": window.most},
        {"window_day": WINDOW_DAY},
    )
    return measured(rows, window)


def _same(alias: str) -> str:
    return f"{alias}.entity_key = a.entity_key AND {alias}.period_on IS NOT DISTINCT FROM a.period_on"


METRIC = Metric(
    kind=SHARE,
    unit="share",
    rows=rows,
    params=(
        Param(
            "window_days",
            "integer",
            "Days looked back on; usage_interval: as many as within which most are back, by group where there are groups.",
            default=30,
            least=1,
            most=3660,
            words=(USAGE_INTERVAL,),
        ),
    ),
)
