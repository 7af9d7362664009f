"""Events' own properties, `event.NAME`: what they mean depends on what a metric does with events.

A metric that counts activity counts that of the events that meet the conditions, and nothing else of them; broken
down, it is asked once for each value, so an entity counts with every value that its events had. A metric whose cohorts
begin with an event looks at the event that began them, of which there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from uptake.errors import QuestionError
from uptake.facts.active_day import NEVER
from uptake.facts.selection import active_sql, events_sql, property_number, property_sql, property_text
from uptake.metrics.core.dimensions import MISSING, OTHER, EventProperty
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.plan import Condition, Selector, selector
from uptake.store.sql import literal, name

ACTIVITY, START, ROWS = "activity", "start", "rows"
"""What `event.NAME` is a property of: the events that are counted, the one that began a cohort, or whatever event the
metric's rows bring it of, in `properties`."""
VALUED, VALUED_DAYS = "valued_event", "valued_day"
"""Relations of events, and of active days, with the number of their value."""
MOST_VALUES = 20
"""Where a breakdown has more and nobody says how many to show, the others are one."""


@dataclass(frozen=True)
class Narrowed(Grain):
    """A grain of which only some events count.

    Args:
        kept: SQL that holds for rows of `events` that count.
        active: SQL that holds for rows of `events` that are activity.
        events: The relation they are rows of: `event`, or a part of it.
        days: The relation of their active days, where that has been made; with `kept` for its rows.
    """

    kept: str = "true"
    active: str = "true"
    events: str = "event"
    days: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether facts, which are of all events, cannot answer."""
        return True

    @property
    def day(self) -> str:
        """As for everybody, from the events that count."""
        if self.days:
            return f"(SELECT * FROM {self.days} WHERE {self.kept})"
        return f"({_days_sql(self.of('event'), self.active, 'entity_key')})"

    def of(self, table: str) -> str:
        """As for everybody; of events, those that count."""
        rows, kept = (self.events, f" AND {self.kept}") if table == "event" else (table, "")
        return f"(SELECT {self.key} AS entity_key, * FROM {rows} WHERE {self.needs}{kept})"


def _days_sql(events: str, condition: str, whose: str) -> str:
    """SQL for a row for each day of an entity with such events, as `Grain.day` has them."""
    return f"""SELECT *, coalesce(lead(day) OVER days, {NEVER}) AS next_day,
                coalesce(lead(first_at) OVER days, {NEVER}) AS next_at
            FROM (
                SELECT {whose}, day, count(*)::UINTEGER AS events, min(event_at) AS first_at, max(event_at) AS last_at
                FROM {events} WHERE {condition} GROUP BY ALL
            ) WINDOW days AS (PARTITION BY {whose} ORDER BY day)"""


def require(metric: Metric, called: str, properties: Sequence[EventProperty]) -> None:
    """Refuses properties of events where the metric does not look at single events.

    Raises:
        QuestionError: It does not.
    """
    if properties and not metric.events:
        raise QuestionError(
            f"{called} does not count single events, so {properties[0].label} says nothing of it.",
            do=f"A selector can hold the condition: {{event: NAME, where: {{{properties[0].name}: value}}}}.",
        )


def narrowed(asked: Asked, tests: Sequence[tuple[EventProperty, Condition]]) -> Asked:
    """The same question about the events that meet the conditions."""
    if not tests:
        return asked
    zone = asked.plan.product.timezone
    return _keeping(asked, *(property_sql(test, *columns(one), zone) for one, test in tests))


def counting(asked: Asked) -> Grain:
    """The grain whose active days are those of what a question counts: of activity, or of its parameter `active`."""
    chosen, grain = _chosen(asked), asked.grain
    if chosen is None:
        return grain
    condition = events_sql(asked.cursor, asked.plan, [chosen])
    if isinstance(grain, Narrowed):
        return replace(grain, active=condition)
    return Narrowed(grain.name, grain.key, grain.needs, grain.noun, active=condition)


def columns(one: EventProperty, properties: str = "properties") -> tuple[str, str]:
    """SQL for the text and the number of a property."""
    return property_text(one.name, properties), property_number(one.name, properties)


def rows_by_value(metric: Metric, asked: Asked, split: Sequence[EventProperty], top: int | None) -> Sql:
    """The metric's rows, once for each value that the events had, with the values as columns.

    Args:
        metric: The metric.
        asked: The question.
        split: The properties.
        top: How many values stay apart, those of most entities; all others are asked for together.

    Raises:
        QuestionError: No event that counts has the property.
    """
    called = " and ".join(one.label for one in split)
    texts = [f"coalesce({columns(one)[0]}, {literal(MISSING)})" for one in split]
    values = _values(asked, texts)
    nothing = (MISSING,) * len(split)
    some = [value for value in values if value != nothing]
    known = asked.question.keep
    if not some and known is None:
        do = "Look at the properties of events, or ask for others."
        raise QuestionError(f"No event that counts has {called}.", do=do)
    most = MOST_VALUES if top is None else top
    kept = [value for value in values if value == nothing or value in (some[:most] if known is None else known)]
    values_of = dict(enumerate(kept))
    others = len(kept)
    if not set(some) <= set(kept):
        values_of[others] = (OTHER,) * len(split)
    relations = _valued(asked, texts, kept)
    days = VALUED_DAYS if _chosen(asked) is None else ""
    sqls = {
        value: metric.rows(_keeping(asked, f"value_number = {number}", events=VALUED, days=days))
        for number, value in (values_of or {others: nothing}).items()
    }
    first = next(iter(sqls.values()))
    notes = [f"{called}: who had events of several values counts with each, so the rows do not add up to the whole."]
    if top is None and known is None and len(some) > most:
        notes.append(f"{called} has {len(some):,} values; {OTHER} are those beyond the {most} that most had.")
    union = " UNION ALL ".join(_with_labels(sql, split, value) for value, sql in sqls.items())
    return replace(first, select=union, relations={**relations, **first.relations}, notes=(*first.notes, *notes))


def _valued(asked: Asked, texts: Sequence[str], kept: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Relations of counted events, and of their days, with the number of their value; of all others it is the last.

    So properties are read once, however many values there are.
    """
    listed = (f"({', '.join(map(literal, value))})" for value in kept)
    cases = " ".join(f"WHEN ({', '.join(texts)}) = {value} THEN {number}" for number, value in enumerate(listed))
    number = f"CASE {cases} ELSE {len(kept)} END" if cases else str(len(kept))
    narrow = f" AND {asked.grain.kept}" if isinstance(asked.grain, Narrowed) else ""
    of_all = f"(SELECT {asked.grain.key} AS entity_key, * FROM {VALUED} WHERE {asked.grain.needs})"
    return {
        VALUED: f"SELECT *, {number} AS value_number FROM event WHERE {_counted(asked)}{narrow} AND event_at < $as_of",
        VALUED_DAYS: _days_sql(of_all, "true", "value_number, entity_key"),
    }


def _values(asked: Asked, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The values, or combinations of them, that counted events had, those of most entities first."""
    rows = asked.cursor.execute(
        f"""SELECT -count(DISTINCT entity_key), {", ".join(texts)} FROM {asked.grain.of("event")}
        WHERE {_counted(asked)} AND event_at < $as_of AND day <= $date_to GROUP BY ALL ORDER BY ALL""",
        {"as_of": asked.question.as_of, "date_to": asked.question.date_to},
    ).fetchall()
    return [row[1:] for row in rows]


def _with_labels(sql: Sql, split: Sequence[EventProperty], value: tuple[str, ...]) -> str:
    """SQL for the rows of one value, which have relations of their own, with its labels as columns."""
    relations = ", ".join(f"{relation} AS ({body})" for relation, body in sql.relations.items())
    labels = ", ".join(f"{literal(label)} AS {name(one.label)}" for one, label in zip(split, value, strict=True))
    return f"SELECT *, {labels} FROM ({f'WITH {relations} ' if relations else ''}SELECT * FROM ({sql.select}))"


def _keeping(asked: Asked, *kept: str, events: str = "event", days: str = "") -> Asked:
    """The same question about rows of `events` for which all conditions hold."""
    grain = asked.grain
    active = active_sql(asked.cursor, asked.plan)
    condition = f"({' AND '.join(kept)})"
    return replace(
        asked, grain=Narrowed(grain.name, grain.key, grain.needs, grain.noun, condition, active, events, days)
    )


def _counted(asked: Asked) -> str:
    """SQL that holds for rows of `event` that the question counts."""
    chosen = _chosen(asked)
    return active_sql(asked.cursor, asked.plan) if chosen is None else events_sql(asked.cursor, asked.plan, [chosen])


def _chosen(asked: Asked) -> Selector | None:
    """What the question counts by its own parameter; None where it is whatever the plan counts as activity."""
    chosen = asked.question.params.get("active")
    return None if chosen in (None, "active") else selector(chosen)
