"""Adoption rate.

The share of seats whose users have adopted the product, and beside it the share that is actively using it.

Formula: seats whose user has adopted / seats held at the end of the period. Adopted: reached a value moment,
    and active in at least 2 of the last 4 closed usage intervals; without value moments in the plan the latter
    alone. Active: active in the last 28 days
Unit: share
Grain: user (each user with a seat once), user in one account (each seat), account (mean of the accounts' shares)
Population: everyone with a seat then, also those who never came; without a seat roster, everyone who was there then
Empty: no value where there are no seats; adopted is in progress until two usage intervals of data are over
Interval: Wilson for seats, Student's t over accounts, 95 %
Pitfall: active is not adopted, which is why both are shown; sign-ups and invited seats are in the denominator
Source: definitions 5.25; GitLab keeps licence use and engagement apart in the same way
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uptake.facts.entity_days import Column
from uptake.metrics.activity import ACTIVE
from uptake.metrics.grain import MEMBER
from uptake.metrics.group_interval import INTERVAL_DAYS, Length, length, measured
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.metric import Asked, Kind, Metric, Param, Source, Sql
from uptake.metrics.milestones import milestone_sql
from uptake.metrics.population import AT, WINDOW_DAY, present_count_sql, seats_sql
from uptake.metrics.windows import Window, are_many, counted, worked_out

INTERVALS, NEEDED = 4, 2
"""Adopted means active in this many of so many closed usage intervals."""
NO_VALUE = "The plan has no value moments: adopted means active in 2 of the last 4 usage intervals, whatever was done."


def rows(asked: Asked) -> Sql:
    """Every seat (or account) with whether it is adopted and active."""
    is_account = asked.question.entity == "account"
    grain = MEMBER if is_account else asked.grain
    seen = replace(asked, grain=grain)
    interval = length(asked, "interval_days", grain=grain)
    window_days = max(interval.most * INTERVALS, asked.param("active_days"))
    used = _used(seen, interval, window_days)
    has_value, value = "true", ""
    notes: tuple[str, ...] = (NO_VALUE,)
    if asked.plan.value_moments:
        has_value, notes = "coalesce(v.reached_at <= h.anchor_at, false)", ()
        value = f"LEFT JOIN ({milestone_sql(seen, 'value')}) v USING (entity_key)"
    judged = f"""
        SELECT h.entity_key, h.anchor_at, h.period_on, h.is_open,
            ({has_value} AND coalesce(u.intervals, 0) >= {NEEDED})::INT AS adopted,
            coalesce(u.is_active, false)::INT AS active
        FROM holder h {value}
        LEFT JOIN {used.sql} u ON u.entity_key = h.entity_key AND u.period_on IS NOT DISTINCT FROM h.period_on"""
    final = (
        f"""SELECT entity_key >> 32 AS entity_key, anchor_at, period_on, is_open,
            avg(adopted) FILTER (NOT is_open) AS adopted, avg(active) AS active
        FROM ({judged}) GROUP BY ALL"""
        if is_account
        else judged
    )
    rows = Sql(
        f"""
    WITH holder AS (
        SELECT h.*, p.on_day - (SELECT min(day) FROM active_day) + 1 < {interval.days} * {NEEDED} AS is_open
        FROM ({seats_sql(grain)}) h JOIN period p ON p.period_on IS NOT DISTINCT FROM h.period_on {interval.join("h", "h")}
    ), judged AS ({final}
    )
    SELECT entity_key, anchor_at, period_on, 'adopted' AS measure, adopted AS value, is_open FROM judged
    UNION ALL SELECT entity_key, anchor_at, period_on, 'active', active, false FROM judged""",
        {
            "active_days": asked.param("active_days"),
            "window_days": window_days,
        },
        {"window_day": WINDOW_DAY, **used.relations},
        notes,
        dict(used.tables),
    )
    return measured(rows, interval)


def totals(asked: Asked) -> Sql | None:
    """The counts without a row for each seat: who did nothing lately is neither adopted nor active."""
    interval = length(asked, "interval_days")
    if asked.question.entity == "account" or interval.gaps:
        return None
    grain, window_days = asked.grain, max(interval.most * INTERVALS, asked.param("active_days"))
    used = _used(asked, interval, window_days)
    has_value, value = "true", ""
    if asked.plan.value_moments:
        has_value = f"v.reached_at <= {AT}"
        value = f"LEFT JOIN ({milestone_sql(asked, 'value')}) v ON v.entity_key = u.entity_key"
    period = "period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}'adopted' AS measure, CASE WHEN is_open THEN 0 ELSE seats END AS n,
            CASE WHEN is_open THEN 0 ELSE adopted END AS count, CASE WHEN is_open THEN seats ELSE 0 END AS open,
            count / nullif(n, 0) AS estimate
        FROM told UNION ALL SELECT {period}'active', seats, active, 0, active / seats FROM told ORDER BY ALL""",
        {"active_days": asked.param("active_days"), "window_days": window_days, **interval.values},
        {
            "window_day": WINDOW_DAY,
            **used.relations,
            "held": f"""SELECT {grain.key} AS entity_key, valid_from, valid_to FROM seat
        UNION ALL SELECT entity_key, valid_from, valid_to FROM {grain.present} WHERE NOT EXISTS (SELECT 1 FROM seat)""",
            "known": f"""SELECT on_day, count(DISTINCT {grain.key}) AS seats
        FROM period p JOIN seat s ON s.valid_from < p.on_at AND s.valid_to >= p.on_at GROUP BY on_day
        UNION ALL SELECT on_day, n FROM ({present_count_sql(grain)}) WHERE NOT EXISTS (SELECT 1 FROM seat)""",
            "did": f"""SELECT p.on_day, count(*) FILTER (u.is_active) AS active,
            count(*) FILTER (u.intervals >= {NEEDED} AND {has_value}) AS adopted
        FROM {used.sql} u JOIN period p ON p.period_on IS NOT DISTINCT FROM u.period_on {value}
        SEMI JOIN held h ON h.entity_key = u.entity_key AND h.valid_from < p.on_at AND h.valid_to >= p.on_at
        GROUP BY p.on_day""",
            "told": f"""SELECT p.period_on, k.seats, coalesce(d.adopted, 0) AS adopted, coalesce(d.active, 0) AS active,
            p.on_day - (SELECT min(day) FROM active_day) + 1 < {interval.days} * {NEEDED} AS is_open
        FROM known k JOIN period p USING (on_day) LEFT JOIN did d USING (on_day)""",
        },
        () if asked.plan.value_moments else (NO_VALUE,),
        dict(used.tables),
    )


def _used(seen: Asked, interval: Length, window_days: int) -> Source:
    """Rows (entity_key, period_on, intervals, is_active): in how many of the last intervals everyone active was."""
    active_days = seen.param("active_days")

    def columns(window: Window) -> dict[str, Column]:
        is_active = window.last_ago < active_days
        return {"intervals": window.intervals(interval.most, INTERVALS), "is_active": is_active}

    return worked_out(
        seen,
        seen.grain,
        ACTIVE,
        "used",
        f"""SELECT d.entity_key, p.period_on,
            count(DISTINCT (p.on_day - d.day) // {interval.days})
                FILTER ((p.on_day - d.day) // {interval.days} < {INTERVALS}) AS intervals,
            bool_or(p.on_day - d.day < $active_days::INTEGER) AS is_active
        FROM window_day p JOIN {seen.grain.day} d USING (day) {interval.join("d", "p")} GROUP BY ALL""",
        (lambda days: counted(seen, days, window_days, columns)) if not interval.gaps and are_many(seen) else None,
    )


def kind(params: Mapping[str, Any]) -> Kind:
    """Accounts have shares to average; seats are a yes or a no."""
    return MEAN if params["entity"] == "account" else SHARE


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    params=(
        INTERVAL_DAYS,
        Param("active_days", "integer", "Days looked back on for active.", default=28, least=1, most=366),
    ),
    labels=("measure",),
)  # fmt: skip
