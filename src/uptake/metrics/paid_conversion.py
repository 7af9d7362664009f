"""Paid conversion.

The share of new accounts, or users, that began to pay soon enough after their start; and whether those who had adopted
early did so more often.

Formula: entities that reached `until` (by default the first subscription that costs something) after their start and
    at most `within_days` x 24 h after it / entities that started in the period and have had that long. With `split`,
    each entity is judged at day `split_days`: had it reached that moment by then? Only those who had not converted by
    that day are counted, and only conversions after it; beside both parts stands `split_difference`, the share of those
    who had reached it less that of the others
Unit: share
Grain: account, user (with `until` an event of the user's), or user in one account
Population: entities that started in the period and had not converted by their start, or by the day of the split;
    those whose window is still open are counted beside as open
Empty: no value (never 0) where nobody started or nobody's window has closed
Interval: Wilson, 95 %; Newcombe's for the difference
Pitfall: who adopted early chose to: the difference between the parts of a split is observational, a hypothesis for an
    experiment. Judging adoption at any time before the payment would credit it to those who simply stayed longer
    (immortal time): therefore one day for all
Source: product adoption glossary, customer adoption for success teams (evaluation); PostHog customer analytics;
    requirements B10
"""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.core.query import kept
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.kinds.split_share import SplitShare
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.store.sql import literal, parameters

SPLIT = "split"
REACHED, NOT_REACHED = "reached", "not reached"
OBSERVATIONAL = "The difference is observational: who got there early chose to, and differs in more than that."


def rows(asked: Asked) -> Sql:
    """Everyone who started in the period unconverted, with whether the conversion came in time."""
    split, days = asked.param(SPLIT), asked.param("split_days")
    if split is not None and days >= asked.param("within_days"):
        raise QuestionError(
            f"split_days is {days}, within_days is {asked.param('within_days')}.",
            do="Judge before the window ends: what is counted comes after.",
        )
    counted_from = "s.reached_at + to_days($split_days::INTEGER)" if split is not None else "s.reached_at"
    ends = "s.reached_at + to_days($within_days::INTEGER)"
    part, join, judged = "", "", ""
    relations, tables = dict[str, str](), dict[str, Callable[[], pa.Table]]()
    if split is not None:
        parted = moment_sql(asked, split)
        relations["parted"] = parted
        if not parameters(parted):
            tables["parted"] = lambda: kept(asked, parted)
        part = f""", CASE WHEN a.reached_at < {counted_from} THEN {literal(REACHED)} ELSE {literal(NOT_REACHED)} END
            ::ENUM({literal(REACHED)}, {literal(NOT_REACHED)}) AS {SPLIT}"""
        join = " LEFT JOIN parted a USING (entity_key)"
        judged = f" AND {counted_from} < $as_of"
    return Sql(
        f"""
    SELECT s.entity_key, s.reached_at AS anchor_at, p.period_on{part},
        coalesce(m.reached_at < $as_of AND m.reached_at <= {ends}, false)::INT AS value,
        {ends} >= $as_of AS is_open
    FROM ({moment_sql(asked, asked.param("start"))}) s
    JOIN period p ON s.reached_at >= p.begins_at AND s.reached_at < p.ends_at
    LEFT JOIN ({moment_sql(asked, asked.param("until"))}) m USING (entity_key){join}
    WHERE s.reached_at < $as_of{judged} AND (m.reached_at > {counted_from}) IS NOT FALSE""",
        {"within_days": asked.param("within_days"), "split_days": days},
        relations=relations,
        notes=(OBSERVATIONAL,) if split is not None else (),
        tables=tables,
    )


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """With a split, its two parts."""
    return (SPLIT,) if params[SPLIT] is not None else ()


def kind(params: Mapping[str, Any]) -> Kind:
    """A share, with a split the shares of both parts and their difference."""
    return SHARE if params[SPLIT] is None else SplitShare(SPLIT, (REACHED, NOT_REACHED))


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    params=(
        Param("within_days", "integer", "Days from the start.", default=30, least=1, most=3660),
        Param(
            "start", "moment", "What starts the clock: start_of_life, subscribed, an event ...", default=START_OF_LIFE
        ),
        Param("until", "moment", "What counts as converting: paid, won, an event ...", default="paid"),
        Param(SPLIT, "moment", "Tell apart who had reached this by day `split_days`: activated, value, an event ..."),
        Param("split_days", "integer", "The day on which everyone is judged.", default=7, least=1, most=3660),
    ),
    labels=labels,
    entities=("account", "user", "member"),
    is_snapshot=False,
)
