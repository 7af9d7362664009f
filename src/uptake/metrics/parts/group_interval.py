"""The usage interval as the length of a window: as measured, each group of a breakdown by its own.

A metric whose parameter may be `usage_interval` reads `length(asked, ...)`: a number, or a column of the relation
`group_interval`, which is made here once it is known what the answer is broken down by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.dimensions import Dimension, EventProperty, is_overlapping
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked, Gaps, Param, Sql
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.gaps import SHARE, gaps_source
from uptake.metrics.parts.labelled import Test, labelled
from uptake.metrics.parts.population import AT, window_sql
from uptake.stats.quantile import HAIR
from uptake.store.sql import name

USAGE_INTERVAL = "usage_interval"
"""The word for as many days as within which most people are back."""
GAP_DAYS = 180
"""Days over which it is measured."""
INTERVAL_DAYS = Param(
    "interval_days",
    "integer",
    "Length of a usage interval in days, the plan's if not given; usage_interval: as measured, by group where there are"
    " groups.",
    default=lambda plan: plan.product.usage_interval_days,
    least=1,
    most=366,
    words=(USAGE_INTERVAL,),
)
NOTE = (
    f"The usage interval is as measured over {GAP_DAYS} days, at the end of each period and for each group by itself:"
    " the metric usage_interval says how long it is. Where nobody came twice it is the plan's."
)


@dataclass(frozen=True)
class Length:
    """A number of days, the same for all or each group's own.

    Args:
        days: SQL for it, where `join` has been made.
        most: The greatest that it can be.
        values: Parameters bound in `days`.
        notes: What a reader should know.
        gaps: What groups' own are made of; None where it is the same for all.
    """

    days: str
    most: int
    values: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    gaps: Gaps | None = None

    def join(self, entity: str, period: str) -> str:
        """SQL that joins it to rows of an alias with `entity_key` and one with `period_on`."""
        if self.gaps is None:
            return ""
        return (
            f"LEFT JOIN group_interval i ON i.entity_key = {entity}.entity_key"
            f" AND i.period_on IS NOT DISTINCT FROM {period}.period_on"
        )


def length(asked: Asked, parameter: str, active: Any = ACTIVE, grain: Grain | None = None) -> Length:  # noqa: ANN401 - a selector in any form
    """The number of days that a parameter says.

    Args:
        asked: The question.
        parameter: The parameter; its value is a number or `usage_interval`.
        active: What counts as coming.
        grain: Whose interval, if not the question's.
    """
    given, grain = asked.param(parameter), grain or asked.grain
    if given != USAGE_INTERVAL:
        return Length(f"${parameter}::INTEGER", given, {parameter: given})
    otherwise = asked.plan.product.usage_interval_days
    typical = gaps_source(asked, grain, active, GAP_DAYS, "gap_day")
    gaps = f"""SELECT s.entity_key, {AT} AS anchor_at, p.period_on, g.gap
        FROM period p CROSS JOIN {grain.start} s
        LEFT JOIN {typical.sql} g ON g.entity_key = s.entity_key AND g.on_day = p.on_day"""
    most = max(GAP_DAYS, otherwise)
    return Length(f"coalesce(i.interval_days, {otherwise})", most, {}, (NOTE,), Gaps(gaps, typical, grain, otherwise))


def relations(gaps: Gaps, by: Sequence[Dimension], where: Sequence[Test], zone: str) -> dict[str, str]:
    """Relations, the last of them `group_interval` (entity_key, period_on, interval_days).

    Args:
        gaps: What the intervals are made of.
        by: What the answer is broken down by.
        where: Conditions that all must hold.
        zone: The product's time zone.

    Raises:
        QuestionError: Somebody can be in several groups at once, and would have several intervals.
    """
    for one in by:
        if isinstance(one, EventProperty) or is_overlapping(one):
            raise QuestionError(
                f"With {USAGE_INTERVAL} everybody is in one group, and {one.label} puts people in several.",
                do="Break down by what somebody was at one moment, or give a number of days.",
            )
    return {
        "gap_day": window_sql(str(GAP_DAYS)),
        **gaps.typical.relations,
        "gap_row": gaps.sql,
        "gap_labelled": labelled(gaps.grain, by, where, zone, rows="gap_row"),
        "group_interval": "SELECT entity_key, period_on, interval_days FROM ("
        f"{with_interval_sql('gap_labelled', ('period_on', *(name(one.label) for one in by)), gaps.otherwise_days)})",
    }


def with_interval_sql(rows: str, labels: Sequence[str], otherwise_days: int | str) -> str:
    """SQL for the rows of a relation with `interval_days`: the usage interval of their group.

    It is the smallest typical gap that at least a share of 0.8 of the group's do not exceed.

    Args:
        rows: A relation with `gap`, the typical gap of somebody or NULL.
        labels: Its columns that make a group.
        otherwise_days: SQL for the interval of a group in which nobody has a gap.
    """
    columns = "".join(f"{label}, " for label in labels)
    partition = f"PARTITION BY {', '.join(labels)} " if labels else ""
    same = " AND ".join(f"i.{label} IS NOT DISTINCT FROM l.{label}" for label in labels) or "true"
    return f"""SELECT l.*, coalesce(i.days, {otherwise_days}) AS interval_days FROM {rows} l LEFT JOIN (
            SELECT {columns}min(gap) AS days FROM (
                SELECT {columns}gap, cume_dist() OVER ({partition}ORDER BY gap) AS share FROM {rows} WHERE gap IS NOT NULL
            ) WHERE share >= {SHARE} - {HAIR} GROUP BY ALL
        ) i ON {same}"""


def measured(sql: Sql, length: Length) -> Sql:
    """The rows of a metric that reads a length, with what its SQL needs."""
    tables = {**sql.tables, **(length.gaps.typical.tables if length.gaps else {})}
    values, notes = {**sql.values, **length.values}, (*sql.notes, *length.notes)
    return replace(sql, values=values, notes=notes, gaps=length.gaps, tables=tables)
