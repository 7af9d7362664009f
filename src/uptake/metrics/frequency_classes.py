"""Frequency classes.

How many users, or accounts, come daily, weekly, now and then, or not at all: everybody is in one class.

Formula: entities by their active days in the `window_days` days up to the end of the period, in the first class
    whose least number of days they reach / entities who were there. Classes and window are the plan's
    (`frequency_classes`); without it ChurnZero's for 14 days: daily from 9 on, weekly 5 to 8, occasional 2 to 4,
    inactive up to 1
Unit: share
Grain: user, account (days on which any of its users was active), or user in one account
Population: everyone who was there at the end of the period, also those who were not active at all
Empty: no value where nobody was there; 0 for a class that nobody is in
Interval: Wilson, 95 %
Pitfall: fixed classes call a monthly product's best customers inactive: set classes and window by the usage
    interval, in the plan or in the question, or look at `frequency`
Source: definitions 5.24; ChurnZero's usage frequency
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Metric, Param, Row, Split, Sql
from uptake.metrics.kinds.classes import CLASSES
from uptake.metrics.parts.activity import ACTIVE, days_sql
from uptake.metrics.parts.observed import days_done
from uptake.metrics.parts.population import WINDOW_DAY, present_count_sql, present_sql
from uptake.metrics.parts.tallies import Tally, is_of_everybody, is_possible, numbered, tallies
from uptake.metrics.parts.windows import EPOCH
from uptake.plan.thresholds import MOST_CLASSES
from uptake.store.sql import literal

CHURNZERO = "daily:9,weekly:5,occasional:2,inactive:0"
_CLASS = re.compile(r"\s*([^:,]*[^:,\s])\s*:\s*(\d{1,4})\s*")


def rows(asked: Asked) -> Sql:
    """Everyone who was there, a row for each class with whether they are in it."""
    window_days = asked.param("window_days")
    classes = read(asked.param("classes"), window_days)
    cases = " ".join(f"WHEN coalesce(a.days, 0) >= {least} THEN {literal(name)}" for name, least in classes.items())
    return Sql(
        f"""
    SELECT c.entity_key, c.anchor_at, c.period_on, w.class::{_order(classes)} AS class, (c.class = w.class)::INT AS value,
        false AS is_open
    FROM (
        SELECT e.*, CASE {cases} END AS class FROM ({present_sql(asked)}) e LEFT JOIN (
            SELECT d.entity_key, p.period_on, count(*) AS days
            FROM window_day p JOIN ({days_sql(asked, asked.param("active"))}) d ON d.day = p.day GROUP BY ALL
        ) a ON a.entity_key = e.entity_key AND a.period_on IS NOT DISTINCT FROM e.period_on
    ) c CROSS JOIN (SELECT unnest({literal(list(classes))}) AS class) w""",
        {"window_days": window_days},
        {"window_day": WINDOW_DAY},
    )


def totals(asked: Asked) -> Sql:
    """The counts without a row for each class, and without one for who did nothing: they are the rest."""
    window_days = asked.param("window_days")
    classes = read(asked.param("classes"), window_days)
    if (split := asked.split) is not None:
        return Sql(counted=lambda: list(_counted(asked, split, classes)))
    *others, rest = classes
    cases = " ".join(f"WHEN d.counted >= {classes[name]} THEN {literal(name)}" for name in others)
    done = days_done(asked, asked.param("active"), window_days)
    relation = {"classed": lambda: _classed(asked, classes)} if _is_in_memory(asked) else {}
    return Sql(
        f"""SELECT {"k.period_on, " if asked.question.period else ""}w.class::{_order(classes)} AS class, k.n,
            (CASE WHEN w.class = {literal(rest)}
                THEN k.n - coalesce(sum(c.members) OVER (PARTITION BY k.on_day), 0)
                ELSE coalesce(c.members, 0) END)::BIGINT AS count, 0 AS open, count / k.n AS estimate
        FROM known k CROSS JOIN (SELECT unnest({literal(list(classes))}) AS class) w
        LEFT JOIN classed c ON c.on_day = k.on_day AND c.class = w.class ORDER BY ALL""",
        {"window_days": window_days},
        {
            "window_day": WINDOW_DAY,
            **done.relations,
            "known": present_count_sql(asked.grain),
            "classed": f"""SELECT p.on_day, CASE {cases} END AS class, count(*) AS members
        FROM {done.sql} d JOIN period p ON p.period_on IS NOT DISTINCT FROM d.period_on
        JOIN {asked.grain.present} e
            ON e.entity_key = d.entity_key AND e.valid_from < p.on_at AND e.valid_to >= p.on_at
        WHERE d.counted >= {classes[others[-1]]} GROUP BY ALL""",
        },
        tables=relation or dict(done.tables),
    )


def _is_in_memory(asked: Asked) -> bool:
    return is_possible(asked) and asked.param("active") in (None, ACTIVE)


def _tells_groups_apart(asked: Asked) -> bool:
    return is_of_everybody(asked) and asked.param("active") in (None, ACTIVE)


def _counted(asked: Asked, split: Split, classes: Mapping[str, int]) -> Iterator[Row]:
    """How many of each group are in each class, in the order of the SELECT."""
    found: dict[date | None, dict[tuple[str, ...], list[int]]] = {}
    for tally, there in _with_those_there(asked):
        who, days = np.flatnonzero(there), tally.days
        found[tally.period_on] = {
            names: _members(days[who[places]], classes) for names, places in split.parts(tally.on_at, who)
        }
    for period_on, groups in found.items():
        period = {"period_on": period_on} if asked.question.period else {}
        for number, word in enumerate(classes):
            for names, members in sorted(groups.items()):
                n, count = sum(members), members[number]
                labels = dict(zip(split.labels, names, strict=True))
                yield {**period, "class": word, **labels, "n": n, "count": count, "open": 0, "estimate": count / n}


def _with_those_there(asked: Asked) -> Iterator[tuple[Tally, NDArray[np.bool_]]]:
    """The active days of each period's window, and who was there at its end."""
    facts = numbered(asked)
    present = facts.spans(asked.grain.present)
    for tally in tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", asked.param("window_days")):
        yield tally, present.just_before(tally.on_at, tally.everyone)


def _members(days: Column, classes: Mapping[str, int]) -> list[int]:
    """How many are in each class, by how many days they were active."""
    members: list[int] = np.diff([np.count_nonzero(days >= least) for least in classes.values()], prepend=0).tolist()
    return members


def _classed(asked: Asked, classes: Mapping[str, int]) -> pa.Table:
    """Rows (on_day, class, members): how many of those who were there are in each class but the last."""
    found: list[tuple[date, str, int]] = []
    for tally, there in _with_those_there(asked):
        *members, _ = _members(tally.days[there], classes)
        on_day = EPOCH + timedelta(days=tally.on)
        found += zip([on_day] * len(members), classes, members, strict=False)
    columns = [list(column) for column in zip(*found, strict=True)]
    schema = pa.schema([("on_day", pa.date32()), ("class", pa.string()), ("members", pa.int64())])
    return pa.table(columns, schema) if found else schema.empty_table()


def _order(classes: Iterable[str]) -> str:
    return f"ENUM({', '.join(literal(name) for name in classes)})"


def read(text: str, window_days: int) -> dict[str, int]:
    """Class -> least number of active days, from the most active to the one that begins at 0.

    Args:
        text: The classes, `daily:9,weekly:5,inactive:0`.
        window_days: Days there are.

    Raises:
        QuestionError: It is not that; or a class is named twice, begins above the window or not below the one before.

    >>> read("often:5, seldom:0", 14)
    {'often': 5, 'seldom': 0}
    """
    parts = [_CLASS.fullmatch(part) for part in text.split(",")]
    pairs = [(part[1], int(part[2])) for part in parts if part]
    least = [days for _, days in pairs]
    is_well = (
        None not in parts
        and 2 <= len(pairs) <= MOST_CLASSES
        and len(dict(pairs)) == len(pairs)
        and least == sorted(set(least), reverse=True)
        and least[-1] == 0
        and least[0] <= window_days
    )
    if not is_well:
        raise QuestionError(
            f"classes is '{text}'.",
            allowed=[f"2 to {MOST_CLASSES} names with their least days, the most first, the last from 0: {CHURNZERO}"],
            do=f"No class can begin above window_days, {window_days}." if least and least[0] > window_days else "",
        )
    return dict(pairs)


METRIC = Metric(
    kind=CLASSES,
    unit="share",
    rows=rows,
    totals=totals,
    events="activity",
    params=(
        Param("active", "selector", "What counts as coming: active, or an event or feature.", default=ACTIVE),
        Param(
            "classes",
            "text",
            "Names with the least number of active days of each, from the most active on.",
            default=lambda plan: plan.frequency_classes.text,
        ),
        Param(
            "window_days",
            "integer",
            "Days looked back on.",
            lambda plan: plan.frequency_classes.window_days,
            least=1,
            most=3660,
        ),
    ),
    splits_totals=_tells_groups_apart,
    labels=("class",),
)
