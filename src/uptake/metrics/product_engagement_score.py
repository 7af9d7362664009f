"""Product engagement score.

One number for a whole product, after Pendo's PES: how much of it is used, how often people come, and whether more come than
go. For comparison with others; what drives it is in the components, and accounts have scores of their own.

Formula: the mean of three shares. Adoption: core features used in the last `window_days` days / core features one could
    use, averaged over those active (`breadth`). Stickiness: active in `short_days` days / active in `window_days` days,
    averaged over the last 30 days (`stickiness`). Growth: gained / (gained + lost), where gained are those active in the
    window who started in it or were not active in the window of the same length before, and lost those who were active
    before and not in it
Unit: share; 0.47 is 47 of 100
Grain: user, account (any of its users active), or user in one account
Population: n of the score and of adoption are those active in the window who could use a core feature; n of growth are
    those who came or went
Empty: no score while one of the three is missing: without core features in the plan, or where the window before reaches
    back before the data
Interval: Student's t, linearised by entity, and Wilson for the components; of the score the means of their ends, as wide as
    if the three moved together, so never too narrow, 95 %
Pitfall: it averages unlike things: a product used weekly by nature has a low stickiness and is no worse for it, and a wave of
    sign-ups hides falling use. Never the score of an account, of which there is one here for each, with reasons
Source: definitions 5.12. Pendo's words: adoption is the average number of core events of those active, stickiness the 30-day
    average of daily, weekly and monthly ratios, growth compares new and recovered with dropped accounts or visitors, each
    brought to 0 to 100 and averaged. How Pendo brings growth to 0 to 100 is not published ("percentile score"); here it is
    the share of those who came among all who came or went, so 50 of 100 is a product that stays as large as it is. Pendo
    counts core events for everybody; here features that somebody cannot use are left out
"""

from dataclasses import replace
from typing import Any

import numpy as np

from uptake.metrics import breadth, stickiness
from uptake.metrics.core.metric import Asked, Metric, Param, Row, Sql
from uptake.metrics.kinds.components import ADOPTION, COMPONENTS, GROWTH, LABEL, ORDER, STICKINESS
from uptake.metrics.parts.features import are_in_first_word, core
from uptake.metrics.parts.population import AT
from uptake.metrics.parts.tallies import is_of_everybody, numbered, tallies
from uptake.metrics.parts.windows import EPOCH

SMOOTH_DAYS = 30
"""Days that stickiness is averaged over, also at the end of each period: as Pendo does."""
NO_CORE = "The plan has no core features, so there is no adoption and no score: tag features core under features."


def rows(asked: Asked) -> Sql:
    """The rows of the three components, each with its name."""
    window = asked.param("window_days")
    adoption = breadth.rows(_asking(asked, breadth.METRIC, window_days=window))
    sticky = stickiness.rows(_asking(asked, stickiness.METRIC, **_days(asked)))
    return Sql(
        f"""
    SELECT '{ADOPTION}'::{ORDER} AS {LABEL}, entity_key, anchor_at, period_on, value, NULL::DATE AS day, NULL::INTEGER AS is_short
    FROM ({adoption.select})
    UNION ALL SELECT '{STICKINESS}'::{ORDER}, entity_key, anchor_at, period_on, NULL, day, is_short FROM ({sticky.select})
    UNION ALL SELECT '{GROWTH}'::{ORDER}, entity_key, anchor_at, period_on, is_gained, NULL, NULL FROM moved""",
        {**adoption.values, **sticky.values},
        {
            **adoption.relations,
            **sticky.relations,
            # the window and the one before it, of periods before which the data goes back as far
            "both_windows": """SELECT c.day, p.period_on, p.on_day, c.day > p.on_day - $window_days::INTEGER AS is_now
        FROM period p JOIN calendar c ON c.day > p.on_day - 2 * $window_days::INTEGER AND c.day <= p.on_day
        WHERE p.on_day - 2 * $window_days::INTEGER + 1 >= (SELECT min(day) FROM active_day)""",
            "moved": f"""SELECT entity_key, {AT} AS anchor_at, p.period_on, is_here::INTEGER AS is_gained FROM (
            SELECT d.entity_key, w.period_on, w.on_day, bool_or(w.is_now) AS is_here, bool_or(NOT w.is_now) AS was_here
            FROM both_windows w JOIN {asked.grain.day} d USING (day) GROUP BY ALL
        ) m JOIN period p USING (on_day) LEFT JOIN {asked.grain.start} s USING (entity_key)
        WHERE NOT m.is_here OR NOT m.was_here OR s.started_on > m.on_day - $window_days::INTEGER""",
        },
        () if core(asked) else (NO_CORE,),
        dict(adoption.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The sums of the components, each counted in memory."""
    return Sql(counted=lambda: _counted(asked)) if _is_possible(asked) else None


def _is_possible(asked: Asked) -> bool:
    return is_of_everybody(asked) and are_in_first_word(core(asked))


def _counted(asked: Asked) -> list[Row]:
    """The rows of each component with its name, as the kind reads them."""
    window = asked.param("window_days")
    adoption = breadth.sums(_asking(asked, breadth.METRIC, window_days=window)).tables["sums"]().to_pylist()
    sticky = stickiness.in_memory(_asking(asked, stickiness.METRIC, **_days(asked)))
    parts = {ADOPTION: adoption, STICKINESS: [row for row in sticky if row["days"]], GROWTH: _moved(asked)}
    return [{**row, LABEL: part} for part, rows in parts.items() for row in rows]


def _days(asked: Asked) -> dict[str, int]:
    """The days that stickiness is asked with."""
    return {
        "short_days": asked.param("short_days"),
        "long_days": asked.param("window_days"),
        "smooth_days": SMOOTH_DAYS,
    }


def _moved(asked: Asked) -> list[Row]:
    """By period and group who came and who went: everyone in one of two windows alone, or new in the later one."""
    facts, days = numbered(asked), asked.param("window_days")
    ((first_day,),) = asked.cursor.execute("SELECT min(day) FROM active_day").fetchall()
    started = facts.told(
        f"SELECT entity_key, (started_on - DATE '1970-01-01')::INTEGER AS value FROM {asked.grain.start}", 0
    )
    rows = list[Row]()
    for tally in tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", 2 * days):
        if first_day is None or tally.on - 2 * days + 1 < (first_day - EPOCH).days:
            continue
        is_here, was_here = tally.came_within(days), np.zeros(tally.everyone, np.bool_)
        was_here[tally.rows.between(tally.on - 2 * days + 1, tally.on - days).number] = True
        who = np.flatnonzero((is_here ^ was_here) | (is_here & (started > tally.on - days)))
        parts = asked.split.parts(tally.on_at, who) if asked.split else [((), slice(None))] if len(who) else []
        for names, places in parts:
            gained, n = int(np.count_nonzero(is_here[who[places]])), len(who[places])
            labels = dict(zip(asked.split.labels if asked.split else (), names, strict=True))
            numbers = {"n": n, "gained": gained, "lost": n - gained, "estimate": gained / n}
            rows.append({"period_on": tally.period_on, **labels, **numbers})
    return rows


def _asking(asked: Asked, metric: Metric, **given: Any) -> Asked:
    """The same question to one of the components."""
    params = {param.name: param.default_for(asked.plan) for param in metric.params} | given
    return replace(asked, question=replace(asked.question, params=params))


METRIC = Metric(
    kind=COMPONENTS,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=_is_possible,
    params=(
        Param(
            "window_days",
            "integer",
            "Days that adoption, stickiness and growth look back on.",
            default=30,
            least=1,
            most=366,
        ),
        Param("short_days", "integer", "Days of the short window of stickiness.", default=1, least=1, most=366),
    ),
    labels=(LABEL,),
)
