"""Active users.

How many users, or accounts, did something that counts as activity: on each day over the last 1, 7,
28 or 30 days, or within calendar weeks, months and quarters.

Formula: distinct entities with an active event, or with one of `active`, in the window. Rolling: the `window_days`
    days that end with the period's last finished day, also before the range. Calendar: the period itself, with
    `calendar_cut` its days from `date_from` on.
    `usage_interval`: as many days as within which most people are back (see the metric of that name), measured at each
    period's end over `gap_days` days; broken down, each group by its own, as `interval_days` says, so that who comes
    monthly by the nature of the work is not held against the week of others
Unit: count
Grain: user, account (any of its users active), or user in one account
Population: everyone who had started by the end of the window
Empty: 0 where people exist and nobody was active; no row where nobody had started
Interval: Wilson on the share of the population, scaled back to a count, 95 %
Pitfall: active means what the plan says; a page view or a sign-in alone is not activity, unless `active` names it
Source: definitions 5.2; peers differ on windows ("Where peers disagree" 11)
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from uptake.metrics.core.event_properties import counting
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Row, Sql, plain
from uptake.metrics.core.periods import is_over
from uptake.metrics.kinds.count import COUNT
from uptake.metrics.parts.activity import ACTIVE, bare_days_sql
from uptake.metrics.parts.count_within import COUNT_WITHIN
from uptake.metrics.parts.gaps import gaps_source
from uptake.metrics.parts.group_interval import GAP_DAYS, USAGE_INTERVAL
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.tallies import edges, instant, is_of_everybody, is_possible, numbered
from uptake.metrics.parts.windows import EPOCH

CALENDAR, CUT = OF_PERIODS = ("calendar", "calendar_cut")
"""Windows that are the period itself, the second without the days before the range."""
NEVER = 2**31 - 1
"""A day that never comes."""


def rows(asked: Asked) -> Sql:
    """One row per period and entity that had started, with whether it was active in the window."""
    if asked.param("window") == USAGE_INTERVAL:
        return _within_interval(asked)
    is_calendar = asked.param("window") in OF_PERIODS
    grain = counting(asked)
    return Sql(
        f"""
    SELECT s.entity_key, {AT} AS anchor_at, p.period_on,
        (a.entity_key IS NOT NULL)::INT AS value, {"NOT p.is_closed" if is_calendar else "false"} AS is_open
    FROM period p
    JOIN {grain.start} s ON s.started_on <= p.on_day
    LEFT JOIN (
        SELECT d.entity_key, p.on_day FROM period p JOIN {grain.day} d
            ON d.day >= {_first(asked)} AND d.day <= p.on_day AND d.next_day > p.on_day
    ) a ON a.entity_key = s.entity_key AND a.on_day = p.on_day"""
    )


def _within_interval(asked: Asked) -> Sql:
    """The same with the days since the last activity and the typical gap; the kind knows each group's interval."""
    grain = counting(asked)
    gaps = gaps_source(asked, asked.grain, asked.param("active"), asked.param("gap_days"))
    return Sql(
        f"""
    SELECT s.entity_key, {AT} AS anchor_at, p.period_on, p.on_day - a.day AS days_ago, g.gap, false AS is_open
    FROM period p
    JOIN {grain.start} s ON s.started_on <= p.on_day
    LEFT JOIN (
        SELECT d.entity_key, p.on_day, d.day FROM period p JOIN {grain.day} d
            ON d.day <= p.on_day AND d.next_day > p.on_day
    ) a ON a.entity_key = s.entity_key AND a.on_day = p.on_day
    LEFT JOIN {gaps.sql} g ON g.entity_key = s.entity_key AND g.on_day = p.on_day""",
        {"window_days": asked.param("gap_days"), "otherwise_days": asked.plan.product.usage_interval_days},
        {"window_day": WINDOW_DAY, **gaps.relations},
        tables=dict(gaps.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The same counts without a row per entity: equal spans are counted before they meet periods."""
    if asked.param("window") == USAGE_INTERVAL:
        return None
    is_of_active = asked.param("active") in (None, ACTIVE)
    if asked.split is not None or (not is_of_active and _is_countable(asked)):
        return Sql(counted=partial(_counted, asked))
    is_calendar = asked.param("window") in OF_PERIODS
    grain = counting(asked)
    period = "p.period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}k.n::BIGINT AS n, coalesce(a.estimate, 0)::BIGINT AS estimate,
            {"p.is_closed" if is_calendar else "true"} AS is_closed
        FROM period p ASOF JOIN known k ON p.on_day >= k.started_on
        LEFT JOIN active a ON a.on_day = p.on_day ORDER BY ALL""",
        relations={
            # who was active before the start of life is counted from the start on, like everyone in the population
            "span": f"""SELECT day, greatest(day, started_on) AS counts_on, next_day, count(*) AS n
            FROM {grain.day} JOIN {grain.start} USING (entity_key)
            WHERE day <= $last_day AND started_on <= $last_day GROUP BY ALL""",
            "active": f"""SELECT p.on_day, sum(s.n) AS estimate FROM period p JOIN span s
            ON s.day >= {_first(asked)} AND s.counts_on <= p.on_day AND s.next_day > p.on_day GROUP BY p.on_day""",
            "known": f"""SELECT started_on, sum(count(*)) OVER (ORDER BY started_on) AS n FROM {grain.start}
            WHERE started_on IS NOT NULL GROUP BY started_on""",
        },
    )


def _is_countable(asked: Asked) -> bool:
    """Whether the counts can be made from days in memory; of a whole range in which nothing is cut off by periods."""
    window = asked.param("window")
    is_cut = window in OF_PERIODS and not asked.question.period
    return window != USAGE_INTERVAL and not is_cut and is_of_everybody(asked)


def _tells_groups_apart(asked: Asked) -> bool:
    is_of_active = asked.param("active") in (None, ACTIVE)
    return _is_countable(asked) and (is_possible(asked) or not is_of_active)


def _counted(asked: Asked) -> list[Row]:
    """The counts by period and group, from days in memory."""
    facts, window = numbered(asked), asked.param("window")
    came = facts.days(bare_days_sql(asked, asked.param("active") or ACTIVE))
    starts = f"SELECT entity_key, started_on - DATE '1970-01-01' AS value FROM {asked.grain.start}"
    started = facts.told(f"{starts} WHERE started_on IS NOT NULL", NEVER)
    rows = []
    for period_on, on_day, on_at, before, _ in edges(asked):
        on, begin = (on_day - EPOCH).days, (before - EPOCH).days + 1
        if window == CUT and asked.question.date_from is not None:
            begin = max(begin, (asked.question.date_from - EPOCH).days)
        is_active = np.zeros(len(facts.everyone), np.bool_)
        is_active[came.between(begin if window in OF_PERIODS else on - int(window) + 1, on).number] = True
        known = np.flatnonzero(started <= on)
        of_period = {} if period_on is None else {"period_on": period_on}
        is_closed = period_on is None or window not in OF_PERIODS
        if period_on is not None and not is_closed:
            is_closed = is_over(period_on, str(asked.question.period), asked.question.last_day)
        if asked.split is None:
            count = int(np.count_nonzero(is_active[known]))
            rows += [{**of_period, "n": len(known), "estimate": count, "is_closed": is_closed}] if len(known) else []
            continue
        for names, places in asked.split.parts(instant(on_at), known):
            labels = dict(zip(plain(asked.split.labels), names, strict=True))
            count = int(np.count_nonzero(is_active[known[places]]))
            rows.append({**of_period, **labels, "n": len(places), "estimate": count, "is_closed": is_closed})
    by = [name for name in ("period_on", *plain(asked.split.labels if asked.split else ())) if rows and name in rows[0]]
    return sorted(rows, key=lambda row: [row[name] for name in by])


def _first(asked: Asked) -> str:
    """SQL for the first day of the window that ends with a period's last finished day."""
    window = asked.param("window")
    if window == CUT:
        return "greatest(p.first_day, coalesce($date_from::DATE, p.first_day))"
    return "p.first_day" if window == CALENDAR else f"p.on_day - {int(window) - 1}"


def kind(params: Mapping[str, Any]) -> Kind:
    """A window for all, or each group's usage interval."""
    return COUNT_WITHIN if params["window"] == USAGE_INTERVAL else COUNT


METRIC = Metric(
    kind=kind,
    unit="count",
    rows=rows,
    events="activity",
    totals=totals,
    splits_totals=_tells_groups_apart,
    params=(
        Param("active", "selector", "What counts as being there: active, or an event or feature.", default=ACTIVE),
        Param(
            "window",
            "choice",
            "Days looked back on from each period's end, calendar for the period itself, calendar_cut for the period from"
            " date_from on, or usage_interval for as many as within which most are back, by group where there are groups.",
            default="28",
            choices=("1", "7", "28", "30", *OF_PERIODS, USAGE_INTERVAL),
        ),
        Param(
            "gap_days",
            "integer",
            "With usage_interval: days over which it is measured.",
            default=GAP_DAYS,
            least=2,
            most=3660,
        ),
    ),
)
