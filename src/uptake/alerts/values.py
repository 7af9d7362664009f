"""The numbers behind a crossing: what a rule asked for, on the day and on the day before."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from uptake.benchmarks.words import WORDS
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Alert, Condition, Plan
from uptake.scores.fall import DAYS as MEAN_DAYS
from uptake.scores.history import written_from
from uptake.scores.rules import Texts, told
from uptake.segments.placing import meanings
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats
from uptake.store.projection import Cursor

APART = 7
"""Days without a crossing from which on two panels are less work than one that spans them."""
Value = float | str | None


def measured(alert: Alert) -> list[Condition]:
    """The conditions of an alert that say by how much it was crossed: those on attributes are about whom it is told of."""
    return [
        condition
        for _, condition in alert.when.leaves()
        if condition.property.partition(".")[0] not in ("user", "account") and condition.test != "exists"
    ]


def values(
    cursor: Cursor, plan: Plan, alert: Alert, condition: Condition, keys: NDArray[np.int64], days: list[date]
) -> list[Value]:
    """What a condition asks for, of somebody on a day; None where there was nothing.

    Scores are read from history, in which they are to the hundredth; all else is worked out again.

    Args:
        cursor: A cursor of the projection; history is up to date.
        plan: The plan.
        alert: The alert.
        condition: One of `measured`.
        keys: Whose.
        days: When, a day for each of them.
    """
    if not days:
        return []
    kind, dot, name = condition.property.partition(".")
    if not dot or kind not in ("score", "fall"):
        return _of_panels(cursor, plan, alert.entity, condition.property, keys, days)
    points = _points(cursor, f"score.{name}", alert.entity, keys, days, 0)
    if kind == "fall":
        points = 1.0 - points / _points(cursor, f"score.{name}", alert.entity, keys, days, MEAN_DAYS)
    return [None if np.isnan(value) else float(value) for value in points]


def _points(cursor: Cursor, track: str, entity: str, keys: NDArray[np.int64], days: list[date], before: int) -> Floats:
    """A score on each day, or its mean over so many days before, all of which have to have one."""
    first, count = ("day", "1") if before == 0 else (f"day - {before}", str(before))
    end = "day + 1" if before == 0 else "day"
    found = cursor.execute(
        f"""WITH asked AS (
            SELECT unnest($keys::BIGINT[]) AS entity_key, unnest($days::DATE[]) AS day,
                unnest(range(len($days::DATE[]))) AS number
        )
        SELECT number, sum(value * (least(valid_to, {end})::DATE - greatest(valid_from, {first})::DATE)) / {count} / 100.0
            AS points
        FROM asked JOIN history USING (entity_key)
        WHERE track = $track AND entity = $entity AND valid_from < {end} AND valid_to > {first}
        GROUP BY number
        HAVING sum(least(valid_to, {end})::DATE - greatest(valid_from, {first})::DATE) = {count}""",
        {"keys": keys.tolist(), "days": days, "track": track, "entity": entity},
    ).fetchall()
    made = np.full(len(days), np.nan)
    for number, points in found:
        made[number] = points
    return made


def _of_panels(
    cursor: Cursor, plan: Plan, entity: str, subject: str, keys: NDArray[np.int64], days: list[date]
) -> list[Value]:
    made: list[Value] = [None] * len(days)
    zone, meant, known = plan.product.timezone, meanings(WORDS), written_from(cursor, plan)
    at = np.array(days, dtype="datetime64[D]")
    for first, last in _runs(sorted(set(days))):
        as_of = begin_of(last + timedelta(days=1), zone)
        question = Question(subject, entity, {}, None, last, None, as_of, last, zone, plan.product.week_start)
        panel = Panel(Asked(question, plan, GRAINS[entity], cursor, ""), first, last)
        panel.made |= known
        found = told(panel, subject, meant)
        row, column = panel.rows(keys), (at - np.datetime64(first)).astype(np.int64)
        for number in np.flatnonzero((row >= 0) & (column >= 0) & (column < panel.days)).tolist():
            if isinstance(found, Texts):
                made[number] = found.at(int(row[number]), int(column[number]))
            else:
                value = float(found[row[number], column[number]])
                made[number] = None if np.isnan(value) else value
    return made


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Days as runs, (first, last), between which nothing lies for a while."""
    runs = [(days[0], days[0])]
    for day in days[1:]:
        first, last = runs[-1]
        if (day - last).days < APART:
            runs[-1] = (first, day)
        else:
            runs.append((day, day))
    return runs
