"""Scores as history has them: of many on one day, of some on many days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from uptake.plan import Plan, Score
from uptake.scores.history import MADE_BY, STALE_FROM, UNTIL, Held
from uptake.store.projection import Cursor, meta
from uptake.store.sql import literal

CHANGE_DAYS = 28


def state(cursor: Cursor) -> tuple[str, str, str]:
    """What tells one state of history from another."""
    return meta(cursor, MADE_BY), meta(cursor, UNTIL), meta(cursor, STALE_FROM)


def last_day(cursor: Cursor, most: date) -> date | None:
    """The last day that history has, `most` at most; None: it has none."""
    until = meta(cursor, UNTIL)
    return min(most, date.fromisoformat(until) - timedelta(days=1)) if until else None


def of_entity(plan: Plan, entity: str) -> list[Score]:
    """The plan's scores of users or of accounts."""
    return [score for score in plan.all_scores.values() if entity in score.entities]


def on_day_sql(score: Score | None, entity: str, day: date | None, only: str = "true") -> str:
    """SQL for ({entity}_key, score, score_lower, score_upper, score_change, band) of everyone on a day.

    Args:
        score: The score; None: nobody has one.
        entity: user or account.
        day: The day; None: nobody has one.
        only: A condition on `entity_key`.
    """
    if score is None or day is None:
        return f"""SELECT NULL::INTEGER AS {entity}_key, NULL::DOUBLE AS score, NULL::DOUBLE AS score_lower,
            NULL::DOUBLE AS score_upper, NULL::DOUBLE AS score_change, NULL::VARCHAR AS band WHERE false"""
    track = literal(f"score.{score.name}")
    now, before = literal(day), literal(day - timedelta(days=CHANGE_DAYS))
    high, low = ("good", "poor") if score.higher_is == "better" else ("poor", "good")

    def on(at: str) -> str:
        return f"track = {track} AND entity = '{entity}' AND valid_from <= {at} AND valid_to > {at} AND {only}"

    return f"""SELECT now.entity_key AS {entity}_key, now.value / 100 AS score, now.lower / 100 AS score_lower,
            now.upper / 100 AS score_upper, (now.value - before.value) / 100 AS score_change,
            CASE WHEN now.value >= {100 * score.bands.good} THEN '{high}'
                WHEN now.value < {100 * score.bands.poor} THEN '{low}' ELSE 'average' END AS band
        FROM (FROM history WHERE {on(now)}) now
        LEFT JOIN (FROM history WHERE {on(before)}) before USING (entity_key)"""


def lines(
    cursor: Cursor, score: str, entity: str, ids: Sequence[str], days: Sequence[date]
) -> dict[str, list[float | None]]:
    """The scores of some on some days, in their order; those without any are left out.

    Args:
        cursor: A cursor of the projection.
        score: The score.
        entity: user or account.
        ids: Whose.
        days: On which days.
    """
    rows = cursor.execute(
        f"""SELECT {entity}_id, valid_from, valid_to, value, lower, upper FROM history
        JOIN {entity}s ON {entity}_key = entity_key
        WHERE track = $track AND entity = $entity AND {entity}_id IN (SELECT unnest($ids))
            AND valid_from <= $last AND valid_to > $first""",
        {"track": f"score.{score}", "entity": entity, "ids": list(ids), "first": days[0], "last": days[-1]},
    ).fetchall()
    spans: dict[str, list[Held]] = {}
    for id_, *held in rows:
        spans.setdefault(str(id_), []).append(Held(*held))
    return {id_: [_on(held, day) for day in days] for id_, held in spans.items()}


def _on(spans: Sequence[Held], day: date) -> float | None:
    return next((held.value / 100 for held in spans if held.valid_from <= day < held.valid_to), None)
