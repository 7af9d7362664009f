"""Active users.

How many users, or accounts, did something that counts as activity: on each day over the last 1, 7,
28 or 30 days, or within calendar weeks, months and quarters.

Formula: distinct entities with an active event in the window. Rolling: the `window_days` days that end
    with the period's last finished day, also before the range. Calendar: the period itself.
Unit: count
Grain: user, account (any of its users active), or user in one account
Population: everyone who had started by the end of the window
Empty: 0 where people exist and nobody was active; no row where nobody had started
Interval: Wilson on the share of the population, scaled back to a count, 95 %
Pitfall: active means what the plan says; a page view or a sign-in alone is not activity
Source: definitions 5.2; peers differ on windows ("Where peers disagree" 11)
"""

from uptake.metrics.kinds.count import COUNT
from uptake.metrics.metric import Asked, Metric, Param, Sql


def rows(asked: Asked) -> Sql:
    """One row per period and entity that had started, with whether it was active in the window."""
    begins = "p.first_day" if asked.param("window") == "calendar" else "p.on_day - ($window_days::INTEGER - 1)"
    is_open = "NOT p.is_closed" if asked.param("window") == "calendar" else "false"
    grain = asked.grain
    return Sql(
        f"""
    SELECT DISTINCT s.entity_key, p.on_at - INTERVAL 1 MICROSECOND AS anchor_at, p.period_on,
        (a.entity_key IS NOT NULL)::INT AS value, {is_open} AS is_open
    FROM period p
    JOIN {grain.start} s ON s.started_on <= p.on_day
    LEFT JOIN (
        SELECT DISTINCT d.entity_key, p.on_day FROM period p
        JOIN {grain.day} d ON d.day BETWEEN {begins} AND p.on_day
    ) a ON a.entity_key = s.entity_key AND a.on_day = p.on_day""",
        {"window_days": None if asked.param("window") == "calendar" else int(asked.param("window"))},
    )


def totals(asked: Asked) -> Sql:
    """The same counts without a row per entity: a year of days in one pass over the active days.

    An active day counts until the window has passed or the next active day takes over, so every
    entity is counted once; counting what begins and ends on each day gives the level of every day.
    """
    grain, window = asked.grain, asked.param("window")
    if window == "calendar":
        active = f"""SELECT p.period_on, count(DISTINCT d.entity_key) AS estimate
            FROM period p JOIN {grain.day} d ON d.day BETWEEN p.first_day AND p.on_day GROUP BY p.period_on"""
        relations = {"active": active}
    else:
        until = (
            "day + 1" if window == "1" else f"least(day + {window}, coalesce(lead(day) OVER entity, DATE '9999-12-31'))"
        )
        relations = {
            "span": f"""SELECT day, {until} AS until FROM {grain.day}
            WHERE day <= $last_day AND day > (SELECT min(on_day) FROM period) - {window}
            WINDOW entity AS (PARTITION BY entity_key ORDER BY day)""",
            "level": """SELECT day, sum(sum(change)) OVER (ORDER BY day) AS active FROM (
            SELECT day, count(*) AS change FROM span GROUP BY day
            UNION ALL SELECT until, -count(*) FROM span GROUP BY until
        ) GROUP BY day""",
            "active": "SELECT p.period_on, l.active AS estimate FROM period p ASOF JOIN level l ON p.on_day >= l.day",
        }
    relations["known"] = f"""SELECT started_on, sum(count(*)) OVER (ORDER BY started_on) AS n FROM {grain.start}
        WHERE started_on IS NOT NULL GROUP BY started_on"""
    is_closed = "p.is_closed" if window == "calendar" else "true"
    period = "p.period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}k.n::BIGINT AS n, coalesce(a.estimate, 0)::BIGINT AS estimate, {is_closed} AS is_closed
        FROM period p ASOF JOIN known k ON p.on_day >= k.started_on
        LEFT JOIN active a ON a.period_on IS NOT DISTINCT FROM p.period_on ORDER BY ALL""",
        relations=relations,
    )


METRIC = Metric(
    kind=COUNT,
    unit="count",
    rows=rows,
    totals=totals,
    params=(
        Param(
            "window",
            "choice",
            "Days looked back on from each period's end, or calendar for the period itself.",
            default="28",
            choices=("1", "7", "28", "30", "calendar"),
        ),
    ),
)
