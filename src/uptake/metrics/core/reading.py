"""Reading a question: what was given becomes a complete question, and that again what can be given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core import dimensions, params
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.question import (
    COMPARISONS,
    NONE,
    Question,
    begin_of,
    last_day_before,
    read_as_of,
    read_choice,
    read_date,
    read_names,
    read_period,
    read_top,
    read_week_start,
    read_zone,
)
from uptake.metrics.core.universal import UNIVERSAL
from uptake.plan import Condition, Plan, conditions
from uptake.store.projection import Cursor, meta


def read_question(cursor: Cursor, plan: Plan, found: Entry, given: Mapping[str, Any]) -> Question:
    """A complete question from what was given; defaults come from the plan and the data.

    Raises:
        QuestionError: A name or a value is not known.
    """
    given = {key: value for key, value in given.items() if value not in (None, "")}
    zone = read_zone(given, plan)
    entity = str(given.get("entity", found.metric.default_entity))
    if entity not in found.metric.entities:
        raise QuestionError(f"{found.name} cannot be asked with entity='{entity}'.", allowed=found.metric.entities)
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    last_day = last_day_before(as_of, zone)
    date_to = read_date("date_to", given.get("date_to")) or last_day
    date_from = read_date("date_from", given.get("date_from"))
    watched_from = plan.product.data_from
    if date_from is None and watched_from is not None and watched_from <= date_to:
        date_from = watched_from
    if date_from is not None and date_from > date_to:
        if date_to is last_day:
            raise QuestionError(
                f"date_from is {date_from}, but the last day that is over at as_of is {last_day}.",
                do="Ask from an earlier day, or as of a later one.",
            )
        raise QuestionError(f"date_from is {date_from}, after date_to, {date_to}.", do="Swap them, or leave one out.")
    where = given.get("where")
    own = {key: value for key, value in given.items() if key not in UNIVERSAL}
    return Question(
        metric=found.name,
        entity=entity,
        params=params.read(found.metric, own, plan, found.name, UNIVERSAL),
        date_from=date_from,
        date_to=min(date_to, last_day),
        period=read_period(given.get("period")) or found.metric.default_period,
        as_of=as_of,
        last_day=last_day,
        timezone=zone,
        week_start=read_week_start(given, plan),
        by=read_names("by", given.get("by")),
        where=conditions([where] if isinstance(where, str) else where),
        segments=read_names("segment", given.get("segment")),
        compare=read_choice("compare", given.get("compare", NONE), COMPARISONS),
        top=read_top(given.get("top")),
        properties=read_choice("properties", given.get("properties", dimensions.AT_EVENT), dimensions.MODES),
    )


def data_until(cursor: Cursor, zone: str) -> Any:  # noqa: ANN401 - a datetime; DuckDB's rows are untyped
    """The default `as_of`: the end of the last local day with events, but not after the last import.

    Never the clock on the wall: data that ends in September is asked as of September.
    """
    at, received = cursor.execute(
        "SELECT max(event_at), (SELECT max(value)::TIMESTAMP FROM meta WHERE name = 'received_at') FROM event"
    ).fetchall()[0]
    if at is None:
        return received or begin_of(read_date("", "1970-01-02"), zone)  # type: ignore[arg-type]  # a literal date
    ends = begin_of(last_day_before(at, zone) + timedelta(days=2), zone)
    return min(ends, received) if received is not None else ends


def after_the_last_import(cursor: Cursor, as_of: datetime) -> tuple[str, ...]:
    """A note where more is asked for than can be known; none otherwise."""
    received = meta(cursor, "received_at")
    if not received or as_of.isoformat(" ") <= received:
        return ()
    note = f"as_of lies after the last import ({received[:16]} UTC): what happened since is not known,"
    return (f"{note} and counts as if nothing had.",)


def as_asked(question: Question) -> dict[str, Any]:
    """The question as parameters that ask it again."""
    return {
        "entity": question.entity,
        **dict(question.params),
        "date_from": question.date_from.isoformat() if question.date_from else None,
        "date_to": question.date_to.isoformat(),
        "period": question.period,
        "as_of": question.as_of.isoformat() + "Z",
        "timezone": question.timezone,
        "week_start": question.week_start,
        "by": list(question.by),
        "top": question.top,
        "compare": question.compare,
        "where": [_as_given(test) for test in question.where],
        "segment": list(question.segments),
        "properties": question.properties,
    }


def _as_given(condition: Condition) -> dict[str, Any]:
    """A condition in the form in which it can be given again."""
    takes_several = condition.test in ("is", "is_not", "contains")
    value = list(condition.values) if takes_several else condition.values[0]
    return {condition.property: {condition.test: value}}
