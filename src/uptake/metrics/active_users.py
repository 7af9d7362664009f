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
    JOIN {grain.start} s ON s.started_at < p.on_at
    LEFT JOIN (
        SELECT DISTINCT d.entity_key, p.on_day FROM period p
        JOIN {grain.day} d ON d.day BETWEEN {begins} AND p.on_day
    ) a ON a.entity_key = s.entity_key AND a.on_day = p.on_day""",
        {"window_days": None if asked.param("window") == "calendar" else int(asked.param("window"))},
    )


METRIC = Metric(
    kind=COUNT,
    unit="count",
    rows=rows,
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
