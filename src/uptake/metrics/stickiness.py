"""Stickiness.

How habitual use is: of those active over a month, how many are active on a given day (or week), and on how
many days they are.

Formula: ratio: actives in the `short_days` days up to a day / actives in the `long_days` days up to it, averaged
    over the last `smooth_days` days (30, or 7 at the end of each period). Power curve: share of those active in
    the `window_days` days up to the end of the period who were active on exactly, and on at least, 1, 2, 3 ... of
    them, with `window_days=calendar` of the days of the period itself; with `interval` week or month, of the last
    `intervals` weeks or months of the calendar that were over then
Unit: share
Grain: user, account (any of its users), or user in one account
Population: entities active in the long window (ratio), or in the window of the power curve
Empty: no value where nobody was active in the long window; such days are left out of the mean
Interval: linearised by entity for the mean of ratios; Wilson for the power curve, 95 %
Pitfall: a product used weekly by nature has a low daily ratio and is no worse for it; compare with the usage
    interval. Weekends can be left out of the days averaged over
Source: definitions 5.2; Pendo (30-day mean of the ratio), Amplitude (exactly and at least)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.event_properties import counting
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Row, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.kinds.power import CURVES
from uptake.metrics.kinds.ratio import RATIO
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.daily_ratios import Looked, ratios
from uptake.metrics.parts.population import AT
from uptake.metrics.parts.power_counts import powers, powers_of_calendar
from uptake.metrics.parts.tallies import edges, is_of_everybody
from uptake.metrics.parts.windows import are_many

CALENDAR = "calendar"
ONE_DAY = timedelta(days=1)
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92}
"""Period -> the most days it can have."""


def rows(asked: Asked) -> Sql:
    """The rows of the ratio or of the power curve."""
    return _power(asked) if asked.param("output") == "power" else _ratio(asked)


def _ratio(asked: Asked) -> Sql:
    return Sql(
        """
    SELECT s.entity_key, l.anchor_at, l.period_on, l.day,
        (l.day - s.day < $short_days::INTEGER)::INT AS is_short
    FROM looked_at l JOIN span s
        ON l.day >= s.day AND l.day < s.next_day AND s.day > l.day - $long_days::INTEGER""",
        _days(asked),
        _spans(asked),
    )


def totals(asked: Asked) -> Sql | None:
    """The ratio without a row per entity and day.

    Equal spans are counted before they meet days. What a span sways the mean by is a sum over a run of
    days, so it is the difference of a running sum at the ends of the run, the same for all equal spans.
    """
    if asked.param("output") == "power":
        return Sql("SELECT * FROM counted", counted=lambda: _powers(asked)) if is_of_everybody(asked) else None
    if is_of_everybody(asked) and (_is_of_some(asked) or asked.split or are_many(asked)):
        return Sql("SELECT * FROM counted", counted=lambda: in_memory(asked))
    period = "m.period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}i.n, m.days, m.active, m.estimate, i.influence FROM (
            SELECT period_on, count(*) AS days, avg(long_n) AS active, avg(short_n / long_n) AS estimate
            FROM daily GROUP BY period_on
        ) m JOIN (
            SELECT period_on, count(*) AS n, sum(influence * influence) AS influence FROM (
                SELECT r.period_on, s.entity_key, sum(r.influence) AS influence
                FROM span s JOIN run r ON r.day = s.day AND r.next_day = s.next_day GROUP BY ALL
            ) GROUP BY period_on
        ) i ON i.period_on IS NOT DISTINCT FROM m.period_on ORDER BY ALL""",
        _days(asked),
        {
            **_spans(asked),
            "equal_span": "SELECT day, next_day, count(*) AS n FROM span GROUP BY ALL",
            # how many are in each window changes where a span begins, and where it ends or the window does
            "level": """SELECT day, sum(sum(long_change)) OVER (ORDER BY day) AS long_n,
            sum(sum(short_change)) OVER (ORDER BY day) AS short_n
        FROM (
            SELECT day, n AS long_change, n AS short_change FROM equal_span
            UNION ALL SELECT least(next_day, day + $long_days::INTEGER), -n, 0 FROM equal_span
            UNION ALL SELECT least(next_day, day + $short_days::INTEGER), 0, -n FROM equal_span
        ) GROUP BY day""",
            "daily": """SELECT l.period_on, l.day, v.long_n, v.short_n
        FROM looked_at l ASOF JOIN level v ON l.day >= v.day WHERE v.long_n > 0""",
            "bounds": "SELECT period_on, min(day) AS first_day, max(day) AS last_day FROM looked_at GROUP BY period_on",
            "running": """SELECT b.period_on, c.day,
            sum(coalesce(1 / d.long_n, 0)) OVER period_days AS short_sum,
            sum(coalesce(d.short_n / d.long_n / d.long_n, 0)) OVER period_days AS long_sum
        FROM bounds b JOIN calendar c ON c.day BETWEEN b.first_day - 1 AND b.last_day
        LEFT JOIN daily d ON d.day = c.day AND d.period_on IS NOT DISTINCT FROM b.period_on
        WINDOW period_days AS (PARTITION BY b.period_on ORDER BY c.day)""",
            "run": """SELECT e.period_on, e.day, e.next_day,
            (s.short_sum - b.short_sum) - (l.long_sum - b.long_sum) AS influence
        FROM (
            SELECT b.period_on, s.day, s.next_day, greatest(s.day, b.first_day) AS begins,
                greatest(
                    least(s.next_day - 1, s.day + $short_days::INTEGER - 1, b.last_day), b.first_day - 1
                ) AS short_ends,
                least(s.next_day - 1, s.day + $long_days::INTEGER - 1, b.last_day) AS long_ends
            FROM equal_span s JOIN bounds b
                ON s.day <= b.last_day AND s.next_day > b.first_day AND s.day > b.first_day - $long_days::INTEGER
        ) e
        JOIN running b ON b.day = e.begins - 1 AND b.period_on IS NOT DISTINCT FROM e.period_on
        JOIN running s ON s.day = e.short_ends AND s.period_on IS NOT DISTINCT FROM e.period_on
        JOIN running l ON l.day = e.long_ends AND l.period_on IS NOT DISTINCT FROM e.period_on""",
        },
    )


def in_memory(asked: Asked) -> list[Row]:
    """What the kind makes the ratio from, counted in memory: of facts of all events."""
    return ratios(asked, _looked(asked))


def _is_of_some(asked: Asked) -> bool:
    """Whether an event or a feature is what counts: its days have to be made, and are kept in memory alone."""
    return asked.param("active") not in (None, ACTIVE)


def _powers(asked: Asked) -> list[Row]:
    """What the kind makes the power curves from, counted in memory."""
    if asked.param("interval") != "day":
        return powers_of_calendar(asked, CURVES[asked.param("interval")].column)
    most = _most_days(asked)
    windows = [
        (before + ONE_DAY if asked.param("window_days") == CALENDAR else on_day - (most - 1) * ONE_DAY, on_day)
        for _, on_day, _, before, _ in edges(asked)
    ]
    return powers(asked, windows, most, CURVES["day"].column)


def _looked(asked: Asked) -> list[Looked]:
    """The days looked at."""
    days = "SELECT period_on, day, anchor_at + INTERVAL 1 MICROSECOND FROM looked_at ORDER BY ALL"
    with executed(asked, Sql(days, _days(asked), {"looked_at": _spans(asked)["looked_at"]})) as answer:
        return [Looked(*row) for row in answer.fetchall()]


def _spans(asked: Asked) -> dict[str, str]:
    """Relations: the days looked at, and the active days that reach into them."""
    weekdays = "" if asked.param("weekends") else "AND isodow(c.day) < 6"
    return {
        "looked_at": f"""SELECT c.day, p.period_on, c.ends_at - INTERVAL 1 MICROSECOND AS anchor_at
        FROM period p JOIN calendar c
            ON c.day BETWEEN p.on_day - ($smooth_days::INTEGER - 1) AND p.on_day {weekdays}""",
        # an active day covers the days after it until the next one takes over, so nobody counts twice
        "span": f"""SELECT entity_key, day, next_day FROM {counting(asked).day}
        WHERE day <= $last_day AND day > (SELECT min(day) FROM looked_at) - $long_days::INTEGER""",
    }


def _days(asked: Asked) -> dict[str, int]:
    if asked.param("short_days") > asked.param("long_days"):
        raise QuestionError(
            f"short_days is {asked.param('short_days')}.", allowed=[f"at most long_days, {asked.param('long_days')}"]
        )
    smooth_days = asked.param("smooth_days") or (7 if asked.question.period else 30)
    return {"short_days": asked.param("short_days"), "long_days": asked.param("long_days"), "smooth_days": smooth_days}


def _power(asked: Asked) -> Sql:
    if asked.param("interval") != "day":
        return _power_of_calendar(asked)
    is_of_period = asked.param("window_days") == CALENDAR
    first = "p.first_day" if is_of_period else "p.on_day - $intervals::INTEGER + 1"
    return Sql(
        f"""
    SELECT d.entity_key, {AT} AS anchor_at, p.period_on, count(*) AS value
    FROM period p JOIN {counting(asked).day} d ON d.day >= {first} AND d.day <= p.on_day
    WHERE d.events >= $at_least GROUP BY ALL""",
        {"intervals": _most_days(asked), "at_least": asked.param("at_least")},
    )


def _most_days(asked: Asked) -> int:
    """The most days that a window of the power curve has."""
    days = asked.param("window_days")
    if days != CALENDAR:
        return int(days)
    if asked.question.period is None:
        raise QuestionError("window_days is calendar, but no period is asked for.", do="Ask with period=month.")
    return LONGEST[asked.question.period]


def _power_of_calendar(asked: Asked) -> Sql:
    """The same over weeks or months that were over at the end of the period."""
    interval = asked.param("interval")
    return Sql(
        f"""
    SELECT entity_key, anchor_at, period_on, count(*) AS value FROM (
        SELECT d.entity_key, {AT} AS anchor_at, p.period_on, p.interval_on
        FROM interval_day p JOIN {counting(asked).day} d USING (day)
        GROUP BY ALL HAVING sum(d.events) >= $at_least
    ) GROUP BY ALL""",
        {"intervals": asked.param("intervals"), "at_least": asked.param("at_least")},
        {
            "over": f"""SELECT p.period_on, p.on_at,
            CASE WHEN (c.{interval}_on + INTERVAL 1 {interval})::DATE = p.on_day + 1 THEN p.on_day + 1
                ELSE c.{interval}_on END AS until
        FROM period p JOIN calendar c ON c.day = p.on_day""",
            "interval_day": f"""SELECT p.period_on, p.on_at, c.day, c.{interval}_on AS interval_on
        FROM over p JOIN calendar c
            ON c.day >= p.until - to_{interval}s($intervals::INTEGER) AND c.day < p.until""",
        },
    )


def kind(params: Mapping[str, Any]) -> Kind:
    """Ratio or power curve."""
    return CURVES[params["interval"]] if params["output"] == "power" else RATIO


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    events="activity",
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("active", "selector", "What counts as being there: active, or an event or feature.", default=ACTIVE),
        Param("output", "choice", "The ratio, or the power curve.", default="ratio", choices=("ratio", "power")),
        Param("short_days", "integer", "Days of the short window.", default=1, least=1, most=366),
        Param("long_days", "integer", "Days of the long window.", default=30, least=1, most=366),
        Param("smooth_days", "integer", "Days averaged over; 30, or 7 at the end of each period.", least=1, most=366),
        Param("interval", "choice", "What the power curve counts.", default="day", choices=("day", "week", "month")),
        Param(
            "window_days",
            "integer",
            "Days of the power curve; calendar: those of the period itself.",
            default=28,
            least=1,
            most=366,
            words=(CALENDAR,),
        ),
        Param("intervals", "integer", "Weeks or months of the power curve.", default=12, least=1, most=120),
        Param("at_least", "integer", "Events that make a day, week or month of the power curve.", default=1, least=1),
        Param("weekends", "boolean", "Whether Saturdays and Sundays are averaged over too.", default=True),
    ),
)
