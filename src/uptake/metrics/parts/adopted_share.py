"""When so large a share of an account's people first had adopted: the signal `adopted` of accounts, as instants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked, Source, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.adopted import INTERVALS
from uptake.metrics.parts.milestones import milestone_sql, value_conditions
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.metrics.parts.windows import worked_out
from uptake.store.sql import day_begins, literal

NEEDED = 2


def share_source(asked: Asked, share: float) -> Source:
    """Rows (entity_key, entered_at): the first day at whose end an account was there and the share of its people had adopted.

    Args:
        asked: The question.
        share: The least share, of those who are there and to whom value is open.
    """
    seen, interval = replace(asked, grain=MEMBER), asked.plan.product.usage_interval_days
    zone = literal(asked.plan.product.timezone)

    runs = worked_out(seen, MEMBER, ACTIVE, "active_run", _runs_sql(interval), lambda days: _runs(days, interval))
    open_ = [eligible_spans_sql(seen, conditions, MEMBER) for conditions in value_conditions(asked.plan)]
    spans = {
        "present": _days(f"SELECT entity_key, valid_from, valid_to FROM {MEMBER.present}", zone),
        "regular": _regular_sql(runs.sql, interval),
    }
    if open_:
        spans["able"] = _days(" UNION ALL ".join(open_), zone)
    if asked.plan.value_moments:
        spans["valued"] = f"""SELECT entity_key, timezone({zone}, timezone('UTC', reached_at))::DATE AS begins_on,
            NULL::DATE AS ends_on FROM ({milestone_sql(seen, "value")})"""
    there = _days("SELECT account_key AS entity_key, valid_from, valid_to FROM account_presence", zone)
    changes = " UNION ALL ".join(
        f"SELECT entity_key, {literal(name)} AS what, unnest([begins_on, ends_on]) AS day, unnest([1, -1]) AS by_n FROM ({sql})"
        for name, sql in spans.items()
    )
    judged = " AND ".join(f"{name} > 0" for name in spans if name in ("present", "able"))
    adopted = " AND ".join(f"{name} > 0" for name in spans)
    relations = {
        **runs.relations,
        # before two usage intervals of data are over, nobody has a value
        "share_change": f"""SELECT entity_key, greatest(day, (SELECT min(day) FROM active_day) + {interval * NEEDED - 1}) AS day,
            {", ".join(f"sum(by_n) FILTER (what = {literal(name)}) AS {name}" for name in spans)}
        FROM ({changes}) WHERE day IS NOT NULL GROUP BY ALL""",
        "share_member": f"""SELECT entity_key, day, ({judged})::INT AS judged, ({adopted})::INT AS adopted FROM (
            SELECT entity_key, day,
                {", ".join(f"coalesce(sum({name}) OVER whole, 0) AS {name}" for name in spans)}
            FROM share_change WINDOW whole AS (PARTITION BY entity_key ORDER BY day)
        )""",
        "share_account": f"""SELECT entity_key, day, sum(judged) AS judged, sum(adopted) AS adopted, sum(there) AS there
        FROM (
            SELECT entity_key >> 32 AS entity_key, day, judged - lag(judged, 1, 0) OVER life AS judged,
                adopted - lag(adopted, 1, 0) OVER life AS adopted, 0 AS there
            FROM share_member WINDOW life AS (PARTITION BY entity_key ORDER BY day)
            UNION ALL SELECT entity_key, unnest([begins_on, ends_on]), 0, 0, unnest([1, -1]) FROM ({there})
        ) WHERE day IS NOT NULL GROUP BY ALL""",
    }
    select = f"""SELECT entity_key, {day_begins("min(day)", zone)} AS entered_at FROM (
            SELECT entity_key, day, sum(judged) OVER life AS judged, sum(adopted) OVER life AS adopted,
                sum(there) OVER life AS there
            FROM share_account WINDOW life AS (PARTITION BY entity_key ORDER BY day)
        ) WHERE there > 0 AND judged > 0 AND adopted / judged >= {share} GROUP BY entity_key"""
    made = Sql(select, relations=relations, tables=dict(runs.tables))
    parts = ", ".join(f"{part} AS ({body})" for part, body in relations.items())
    name, shown = "enough_adopted", f"WITH {parts} {select}"

    def read() -> pa.Table:
        with executed(asked, made) as cursor:
            return cursor.to_arrow_table()

    def kept() -> pa.Table:
        return asked.kept.get(asked.cursor, (name, asked.question.timezone, shown), read)

    return Source(name, {name: shown}, {name: kept})


def _days(spans: str, zone: str) -> str:
    """SQL for (entity_key, begins_on, ends_on): the days at whose ends a span holds."""
    local = ", ".join(
        f"timezone({zone}, timezone('UTC', {side}))::DATE AS {name}"
        for side, name in (("valid_from", "begins_on"), ("valid_to", "ends_on"))
    )
    return f"SELECT entity_key, {local} FROM ({spans})"


def _regular_sql(runs: str, interval: int) -> str:
    """SQL for (entity_key, begins_on, ends_on): days on which two of the last four intervals were active ones.

    Two days next to each other fall into one interval, or into two, by how far away the day is that looks back: closer
    than an interval they are in two where the boundary lies between them, else always, while the first is in sight.
    """
    back = ", ".join(str(interval * number) for number in range(1, INTERVALS))
    return f"""SELECT entity_key, (first_on + back) AS begins_on, (last_on + back) AS ends_on
            FROM {runs} CROSS JOIN (SELECT unnest([{back}]) AS back) WHERE first_on < last_on
        UNION ALL SELECT entity_key, first_on, before_on + {interval * INTERVALS} FROM {runs}
            WHERE first_on - before_on < {interval * INTERVALS}"""


def _runs_sql(interval: int) -> str:
    """SQL for (entity_key, before_on, first_on, last_on): days closer than an interval, and the day before them."""
    return f"""SELECT entity_key, before_on, day AS first_on,
            coalesce(lead(before_on) OVER life, newest_on) AS last_on
        FROM (
            SELECT entity_key, day, lag(day) OVER life AS before_on, max(day) OVER (PARTITION BY entity_key) AS newest_on
            FROM {MEMBER.day} WINDOW life AS (PARTITION BY entity_key ORDER BY day)
        ) WHERE before_on IS NULL OR day - before_on >= {interval}
        WINDOW life AS (PARTITION BY entity_key ORDER BY day)"""


def _runs(days: EntityDays, interval: int) -> pa.Table:
    """The same rows from columns in memory."""
    day = days.day.astype(np.int32)
    is_other = np.ones(len(day), np.bool_)
    np.not_equal(days.entity[1:], days.entity[:-1], out=is_other[1:])
    is_first = is_other.copy()
    is_first[1:] |= np.diff(day) >= interval
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(day)) - 1 if len(first) else first

    def dates(of: Column, missing: Column | None = None) -> pa.Array:
        return pa.array(day[of].astype("M8[D]"), pa.date32(), mask=missing)

    return pa.table(
        {
            "entity_key": days.entity[first],
            "before_on": dates(np.maximum(first - 1, 0), is_other[first]),
            "first_on": dates(first),
            "last_on": dates(last),
        }
    )
