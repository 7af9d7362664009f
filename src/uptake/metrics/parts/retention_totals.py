"""The triangle of retention without a row per member."""

from __future__ import annotations

from datetime import timedelta

from uptake.facts.active_day import NEVER
from uptake.metrics.core.metric import Asked, Sql
from uptake.metrics.core.periods import COLUMN, NUMBER
from uptake.metrics.core.question import begin_of
from uptake.metrics.parts.activity import ACTIVE, instants_sql
from uptake.metrics.parts.retention_units import LENGTH, is_elapsed, spans, started_sql
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.store.sql import name


def totals(asked: Asked) -> Sql | None:
    """The triangle without a row per member, of each group.

    A member and a unit it came back in are met once: on its last active day there, whose next active
    day lies in a later unit. So returns are counted as they are read.
    """
    if asked.param("returns") not in (None, ACTIVE):
        return None
    if asked.param("at_least") > 1 or asked.param("criterion") == "brackets":
        return None
    is_life = asked.param("start") in (None, START_OF_LIFE)
    if not is_life and (is_elapsed(asked) or asked.param("entry") in ("recurring", "every")):
        return None  # a day with the start in its middle can lie before it; some entries let one start more than once
    if asked.param("unit_0") != "returns" or asked.param("reference") != "start" or asked.param("floor") != "none":
        return None
    if not is_elapsed(asked):
        relations = {"last_active": _last_in_calendar_units(asked)}
    elif asked.param("unit") in ("hour", "day"):
        return None  # a day of 25 hours can lie in three units
    else:
        relations = {"moment": _moments(asked), "last_active": _last_in_rolling_units(asked)}
    labels = _labels(asked)
    columns, same = (
        "".join(f"{label}, " for label in labels),
        "".join(f" AND r.{label} = m.{label}" for label in labels),
    )
    (_, last), *_ = spans(asked)
    is_later_enough, last_unit = (">=", "NULL::INTEGER") if last is None else ("=", "unit_index")
    return Sql(
        f"""SELECT m.*, coalesce(r.returned, 0)::BIGINT AS returned,
            coalesce(r.returned, 0) / nullif(m.n, 0) AS estimate
        FROM (
            SELECT cohort_on, {columns}unit_index, first_unit, last_unit, sum(members)::BIGINT AS cohort_size,
                coalesce(sum(members) FILTER (closed_units > unit_index), 0)::BIGINT AS n
            FROM (SELECT cohort_on, {columns}closed_units, count(*) AS members FROM started GROUP BY ALL) CROSS JOIN unit
            GROUP BY ALL
        ) m LEFT JOIN (
            SELECT l.cohort_on, {columns}unit.unit_index, sum(l.members) AS returned
            FROM last_active l JOIN unit ON l.unit_index {is_later_enough} unit.unit_index
            WHERE l.closed_units > unit.unit_index GROUP BY ALL
        ) r ON r.cohort_on = m.cohort_on AND r.unit_index = m.unit_index{same} ORDER BY ALL""",
        relations={
            "unit": f"""SELECT unit_index, unit_index AS first_unit, {last_unit} AS last_unit
        FROM generate_series(0, {asked.param("units")}) series(unit_index)""",
            **_started(asked),
            **relations,
        },
    )


def _labels(asked: Asked) -> list[str]:
    """The columns of `started` that tell groups apart."""
    return [name(label) for label in asked.split.labels] if asked.split else []


def _started(asked: Asked) -> dict[str, str]:
    """The relation `started`, of those who are not left out, with what they were when they started."""
    if asked.split is None:
        return {"started": started_sql(asked)}
    began = f"SELECT *, started_at AS anchor_at FROM ({started_sql(asked)})"
    return {"began": began, "started": asked.split.labelled("began")}


def _last_in_calendar_units(asked: Asked) -> str:
    """SQL for (cohort_on, closed_units, unit_index, members): members by a unit they were last active in.

    By every unit they came back in, or for `on_or_after` only by the last one known.
    """
    unit, columns = asked.param("unit"), "".join(f"s.{label}, " for label in _labels(asked))
    ends = "$last_day + 1" if asked.param("criterion") == "on_or_after" else f"{COLUMN[unit]} + INTERVAL 1 {unit}"
    # differences are compared, as joins on keys alone are several times quicker. Life begins before anything is done
    is_life = asked.param("start") in (None, START_OF_LIFE)
    after = "d.day - s.started_on" if is_life else "epoch_us(d.last_at) - epoch_us(s.started_at)"
    return f"""SELECT s.cohort_on, {columns}s.closed_units, d.unit_number - s.unit_number AS unit_index, count(*) AS members
        FROM (
            SELECT d.entity_key, d.day, d.last_at, c.unit_number FROM {asked.grain.day} d JOIN (
                SELECT day, {NUMBER[unit].format(day=COLUMN[unit])} AS unit_number, ({ends})::DATE AS ends_on
                FROM calendar WHERE day <= $last_day
            ) c USING (day) WHERE d.next_day - c.ends_on >= 0
        ) d JOIN (
            SELECT *, {NUMBER[unit].format(day="unit_on")} AS unit_number FROM started
        ) s USING (entity_key) WHERE {after} >= 0 GROUP BY ALL"""


def _moments(asked: Asked) -> str:
    """SQL for (entity_key, first_at, last_at, next_at): first and last activity of every day known at `as_of`."""
    days = f"SELECT entity_key, first_at, last_at, next_at FROM {asked.grain.day} WHERE day <= $last_day"
    if asked.question.as_of == begin_of(asked.question.last_day + timedelta(days=1), asked.plan.product.timezone):
        return days
    return f"""{days} UNION ALL
        SELECT entity_key, min(event_at), max(event_at), {NEVER}::TIMESTAMP FROM ({instants_sql(asked, ACTIVE)})
        WHERE day > $last_day AND event_at < $as_of GROUP BY entity_key"""


def _last_in_rolling_units(asked: Asked) -> str:
    """SQL for the same over `moment`, by units of 24 hours since the start.

    A day lies in one unit or in two; in the first of two its last activity there is not known, nor needed.
    """
    length, columns = LENGTH[asked.param("unit")], "".join(f"{label}, " for label in _labels(asked))
    unit_of = {name: f"(epoch_us(d.{name}) - epoch_us(s.started_at)) // {length}" for name in ("first_at", "last_at")}
    placed = f"""SELECT s.cohort_on, {columns}s.closed_units, d.first_at >= s.started_at AS is_first_after,
                {unit_of["first_at"]} AS first_unit, {unit_of["last_at"]} AS last_unit,
                (epoch_us(d.next_at) - epoch_us(s.started_at)) // {length} AS next_unit, d.next_at
            FROM moment d JOIN started s USING (entity_key)
            WHERE epoch_us(d.last_at) - epoch_us(s.started_at) >= 0"""
    if asked.param("criterion") == "on_or_after":
        return f"""SELECT cohort_on, {columns}closed_units, last_unit AS unit_index, count(*) AS members
        FROM ({placed}) WHERE next_at >= $as_of GROUP BY ALL"""
    return f"""WITH placed AS ({placed})
        SELECT cohort_on, {columns}closed_units, last_unit AS unit_index, count(*) AS members
        FROM placed WHERE last_unit < next_unit GROUP BY ALL
        UNION ALL SELECT cohort_on, {columns}closed_units, first_unit, count(*)
        FROM placed WHERE first_unit < last_unit AND is_first_after GROUP BY ALL"""
