"""Asking: a question becomes one query, its rows become estimates, both become a result.

WITH period AS (...), entity_row AS (the metric), labelled AS (attributes, filters) SELECT (the kind)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics import dimensions, earlier, event_properties, group_interval, params, periods, recheck
from uptake.metrics.catalogue import entry
from uptake.metrics.dimensions import IN, OTHER, Dimension, EventProperty, Membership, in_segment
from uptake.metrics.grain import MEMBER, grain
from uptake.metrics.labelled import Test, labelled
from uptake.metrics.largest import largest
from uptake.metrics.metric import Asked, Entry, Kind, Row, Sql, as_rows, plain
from uptake.metrics.notes import notes
from uptake.metrics.question import (
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
from uptake.metrics.result import Column, Result
from uptake.metrics.starts import starting_events_sql
from uptake.metrics.universal import UNIVERSAL
from uptake.plan import Condition, Plan, conditions
from uptake.store.kept import Kept
from uptake.store.projection import Cursor, meta
from uptake.store.sql import expand, name, parameters


def ask(cursor: Cursor, plan: Plan, metric: str, given: Mapping[str, Any], kept: Kept | None = None) -> Result:
    """Answers a question.

    Args:
        cursor: A cursor of the projection; for another time zone than the plan's, of a cut.
        plan: The adoption plan.
        metric: The metric's name.
        given: What every metric takes, any of `UNIVERSAL`, and the metric's own parameters.
        kept: What was read for earlier questions to the same projection.

    Returns:
        The result; its rows are empty if there is nothing to count.

    Raises:
        QuestionError: A name or a value is not known.
    """
    prepared = prepare(cursor, plan, metric, given, kept)
    result = _answer(prepared, plan)
    if prepared.question.compare != NONE:
        result = _compared(prepared, plan, result)
    names = [column.name for column in result.columns]
    return replace(result, rows=[{column: row.get(column) for column in names} for row in result.rows])


def _answer(prepared: Prepared, plan: Plan) -> Result:
    """The answer, its rows with all that their kind knows of them."""
    found, asked, kind, labels = prepared.found, prepared.asked, prepared.kind, prepared.labels
    quick = found.metric.totals(asked) if found.metric.totals and not prepared.is_labelled else None
    if quick is not None:
        run = shown = quick
    if quick is None or quick.tables:
        rows_sql = entity_rows(prepared)
        run = quick or replace(rows_sql, select=kind.select(labels))
        shown = replace(rows_sql, select=kind.shown(labels, asked))
    with executed(asked, run) as answer:
        rows = kind.read(answer, labels)
    estimates = kind.estimate(rows, labels, asked)
    if "period_on" in labels and found.metric.is_snapshot:
        _mark_open_periods(estimates, prepared.question)
    cells = kind.cells(labels, asked)
    return Result(
        name=found.name,
        kind=kind.name,
        unit=next((one.unit for one in prepared.columns if one.name == "estimate"), found.metric.unit),
        params=as_asked(prepared.question),
        as_of=prepared.question.as_of,
        plan_version=plan.version,
        definition=found.definition,
        population=population(asked),
        columns=prepared.columns,
        rows=estimates,
        sql=prepared.heading + shown_sql(asked, shown),
        has_whole_sql=not shown.reads,
        by=prepared.by,
        notes=(*notes(asked, found.metric), *dimensions.notes(prepared.dimensions), *shown.notes),
        currency=str(prepared.question.params.get("currency") or plan.product.currency or "").upper(),
        cell=(*plain(labels), *cells.coordinates) if cells else (),
        sides=cells.sides if cells else (),
    )


def _compared(prepared: Prepared, plan: Plan, result: Result) -> Result:
    """The answer with that of an earlier window beside it, or why there is none."""
    question, asked = prepared.question, prepared.asked
    unit = question.period if prepared.kind.by_period else question.period or question.params.get("unit")
    unit = unit if unit in periods.COLUMN else None
    if not earlier.can_compare(result):
        return earlier.without(result, "This answer has no single numbers to compare with an earlier window's.")
    window = earlier.window(question, unit)
    if window is None:
        return earlier.without(result, "There is nothing to compare with: the question names no first day (date_from).")
    begins = asked.plan.product.data_from or asked.cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    if begins is None or window[0] < begins:
        since = f"the data begins on {begins}" if begins else "there is no data"
        return earlier.without(
            result, f"There is nothing to compare with: the window before begins on {window[0]}, {since}."
        )
    keep = _groups(prepared, result)
    before = replace(question, date_from=window[0], date_to=window[1], keep=keep, compare=NONE)
    then = _answer(replace(prepared, question=before, asked=replace(asked, question=before)), plan)
    return earlier.beside(result, then, unit, question, window[0], is_snapshot=prepared.found.metric.is_snapshot)


def _groups(prepared: Prepared, result: Result) -> tuple[tuple[str, ...], ...] | None:
    """The groups that were chosen to stay apart, which an earlier answer is to tell apart as well; None where all are."""
    of_events = [isinstance(one, EventProperty) for one in prepared.dimensions]
    is_chosen = prepared.question.top is not None or any(of_events)
    if not is_chosen or len(set(of_events)) != 1:  # of a mixture all are told apart
        return None
    groups = (tuple(row[one.label] for one in prepared.dimensions) for row in result.rows)
    return tuple(group for group in dict.fromkeys(groups) if group[0] != OTHER)


@dataclass(frozen=True)
class Prepared:
    """A question that can be turned into SQL.

    Args:
        found: The metric.
        question: What is asked, complete.
        asked: What the metric may look at.
        kind: The kind of the answer.
        labels: Columns that split the answer, as SQL has them: period, the metric's own, breakdowns.
        by: The same without the period, as the answer has them.
        dimensions: What to break down by.
        where: Conditions with what they are about.
        columns: The columns of the answer.
        heading: What stands above its SQL.
    """

    found: Entry
    question: Question
    asked: Asked
    kind: Kind
    labels: tuple[str, ...]
    by: tuple[str, ...]
    dimensions: list[Dimension]
    where: list[Test]
    columns: tuple[Column, ...]
    heading: str

    @property
    def is_labelled(self) -> bool:
        """Whether rows need attributes, to be told apart or left out."""
        return bool(self.dimensions or self.where)


def prepare(cursor: Cursor, plan: Plan, metric: str, given: Mapping[str, Any], kept: Kept | None = None) -> Prepared:
    """Reads a question, up to where its SQL can be made; arguments as of `ask`.

    Raises:
        QuestionError: A name or a value is not known.
    """
    found = entry(metric)
    question = read_question(cursor, plan, found, given)
    heading = recheck.heading(question.timezone, plan.product.timezone)
    plan = plan.in_zone(question.timezone)
    if heading and meta(cursor, "timezone") != question.timezone:
        raise ValueError(f"The facts at hand are not of the days of {question.timezone}: see Workspace.facts_for.")
    split, where = _dimensions(cursor, plan, question)
    all_named = [*split, *(one for one, _ in where)]
    counted = dimensions.grain_for(grain(question.entity), all_named)
    asked = Asked(question, plan, counted, cursor, found.metric.unit, kept or Kept())
    event_properties.require(found.metric, found.name, [one for one in all_named if isinstance(one, EventProperty)])
    if found.metric.events == event_properties.ACTIVITY:
        of_events = [(one, test) for one, test in where if isinstance(one, EventProperty)]
        asked = event_properties.narrowed(asked, of_events)
        where = [(one, test) for one, test in where if not isinstance(one, EventProperty)]
    kind = found.metric.kind_for({**question.params, "entity": question.entity})
    own = found.metric.labels_for(question.params)
    periodic = question.period is not None and kind.by_period
    labels = (
        *(("period_on",) if periodic else ()),
        *own,
        *(name(one.label) for one in split),
    )
    by = (*own, *(one.label for one in split))
    columns = (
        *((Column("period_on", "date"),) if periodic else ()),
        *(Column(label, "text") for label in by),
        *kind.columns(found.metric.unit, asked),
    )
    return Prepared(found, question, asked, kind, labels, by, split, where, columns, heading)


def entity_rows(prepared: Prepared) -> Sql:
    """The metric's entity rows and, as `labelled`, the same with attributes and filtered; its SELECT is not needed."""
    asked, metric, question = prepared.asked, prepared.found.metric, prepared.question
    split, where = prepared.dimensions, prepared.where
    of_events = [one for one in (*split, *(one for one, _ in where)) if isinstance(one, EventProperty)]
    top = question.top
    if of_events and metric.events == event_properties.ACTIVITY:
        split = [one for one in split if not isinstance(one, EventProperty)]  # the rows have them as columns
        sql = event_properties.rows_by_value(metric, asked, of_events, top)
        top = None
    else:
        sql = metric.rows(asked)
    if of_events and metric.events == event_properties.START:
        sql.relations["starting_event"] = starting_events_sql(asked, of_events[0].label)
    zone = asked.plan.product.timezone
    told_apart = labelled(asked.grain, split, where, zone, brings_properties=metric.events == event_properties.ROWS)
    if sql.gaps is not None:
        sql.relations = group_interval.relations(sql.gaps, prepared.dimensions, where, zone) | sql.relations
    if split and (top is not None or question.keep is not None):
        sql.relations |= largest(sql.select, told_apart, split, top, question.keep)
    else:
        sql.relations |= {"entity_row": sql.select, "labelled": told_apart}
    return sql


def _mark_open_periods(rows: list[Row], question: Question) -> None:
    """What is measured at the end of a period is in progress until the period is over."""
    for row in rows:
        is_open = not periods.is_over(row["period_on"], str(question.period), question.last_day)
        if is_open and row.get("status") == "closed":
            row["status"] = "in_progress"


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
        raise QuestionError(f"date_from is {date_from}, after date_to, {date_to}.", do="Swap them, or leave one out.")
    by = given.get("by", ())
    where = given.get("where")
    return Question(
        metric=found.name,
        entity=entity,
        params=params.read(found.metric, {k: v for k, v in given.items() if k not in UNIVERSAL}, plan, found.name),
        date_from=date_from,
        date_to=min(date_to, last_day),
        period=read_period(given.get("period")) or found.metric.default_period,
        as_of=as_of,
        last_day=last_day,
        timezone=zone,
        week_start=read_week_start(given, plan),
        by=tuple(by.split(",")) if isinstance(by, str) else tuple(by),
        where=conditions([where] if isinstance(where, str) else where),
        segments=read_names(given.get("segment")),
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


def compose(asked: Asked, sql: Sql) -> tuple[str, dict[str, Any]]:
    """The whole query and the values of the parameters it uses."""
    question = asked.question
    relations = {**periods.weeks(question, asked.plan), "period": periods.sql(question), **sql.relations}
    text = "WITH " + ", ".join(f"{relation} AS (\n    {body}\n)" for relation, body in relations.items())
    text += f"\n{sql.select}"
    values = {
        "as_of": question.as_of,
        "date_from": question.date_from,
        "date_to": question.date_to,
        "last_day": question.last_day,
        **sql.values,
    }
    taken = parameters(text)
    return text, {key: value for key, value in values.items() if key in taken}


def shown_sql(asked: Asked, sql: Sql) -> str:
    """The query with its parameters written out; where no SQL gives the numbers, the one that reads what they are made of."""
    values = compose(asked, replace(sql, select=sql.reads, relations={}))[1] if sql.reads else {}
    return expand(sql.reads, values) if sql.reads else expand(*compose(asked, sql))


@contextmanager
def executed(asked: Asked, sql: Sql) -> Iterator[Cursor]:
    """The answer to a query while the block lasts, made from the relations that were worked out here, if there are any."""
    of_engine = {name: body for name, body in sql.relations.items() if name not in sql.tables}
    for relation, table in sql.tables.items():
        asked.cursor.register(relation, table())
    try:
        yield asked.cursor.execute(*compose(asked, replace(sql, relations=of_engine)))
    finally:
        for relation in sql.tables:
            asked.cursor.unregister(relation)


def fetch(cursor: Cursor, sql: str, values: dict[str, Any]) -> list[Row]:
    """The rows of a query as dicts."""
    return as_rows(cursor.execute(sql, values))


def _dimensions(cursor: Cursor, plan: Plan, question: Question) -> tuple[list[Dimension], list[Test]]:
    """What the question is broken down by, and its conditions with what they are about."""
    if not question.by and not question.where and not question.segments:
        return [], []
    attributes = dimensions.known(cursor)

    def find(text: str) -> Dimension:
        return dimensions.dimension(attributes, text, question.entity, plan, question.properties)

    by = list(dict.fromkeys(find(text) for text in question.by))
    if len({one.label.lower() for one in by}) < len(by):
        labels = " and ".join(one.label for one in by)
        raise QuestionError(f"{labels} differ in case alone.", do="Ask by one of them at a time.")
    where: list[Test] = [(find(test.property), test) for test in question.where]
    for segment in question.segments:
        one = dimensions.membership(attributes, plan, segment, question.properties)
        where.append((one, Condition(property=one.label, test="is", values=(IN,))))
    return by, [(one, in_segment(test) if isinstance(one, Membership) else test) for one, test in where]


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


def population(asked: Asked) -> str:
    """Who is counted, in words."""
    noun = asked.grain.noun
    if asked.grain.name == MEMBER.name and asked.question.entity == "user":
        noun += " (a user counts once in each account)"
    return noun
