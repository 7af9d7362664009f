"""A question that can be turned into SQL: what it is broken down by, whom it leaves out, which columns it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.asking import recheck
from uptake.metrics.asking.largest import largest
from uptake.metrics.catalogue import entry
from uptake.metrics.core import dimensions, event_properties
from uptake.metrics.core.dimensions import (
    IN,
    Dimension,
    EventProperty,
    Membership,
    Memberships,
    in_segment,
    in_segments,
    is_overlapping,
)
from uptake.metrics.core.grain import MEMBER, grain
from uptake.metrics.core.metric import Asked, Entry, Kind, Sql
from uptake.metrics.core.question import Question
from uptake.metrics.core.reading import read_question
from uptake.metrics.core.result import Column
from uptake.metrics.parts import group_interval
from uptake.metrics.parts.attributes import known
from uptake.metrics.parts.labelled import Test, labelled
from uptake.metrics.parts.starts import starting_events_sql
from uptake.plan import Condition, Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor, meta
from uptake.store.sql import name


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
    overlaps = any(map(is_overlapping, split))
    held = (kept or Kept()).for_one_question(cursor)
    asked = Asked(question, plan, counted, cursor, found.metric.unit, held, overlaps)
    event_properties.require(found.metric, found.name, [one for one in all_named if isinstance(one, EventProperty)])
    if found.metric.events == event_properties.ACTIVITY:
        of_events = [(one, test) for one, test in where if isinstance(one, EventProperty)]
        asked = event_properties.narrowed(asked, of_events)
        where = [(one, test) for one, test in where if not isinstance(one, EventProperty)]
    kind = found.metric.kind_for({**question.params, "entity": question.entity})
    own = found.metric.labels_for(question.params)
    if kind.compares_groups and not own and split and is_overlapping(split[0]):
        raise QuestionError(
            f"Groups that are held against each other have nobody in common, and those of {split[0].label} may.",
            do="Ask by one segment, segment.NAME, which people are in or not in, or by what they were at one moment.",
        )
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


def population(asked: Asked) -> str:
    """Who is counted, in words."""
    noun = asked.grain.noun
    if asked.grain.name == MEMBER.name and asked.question.entity == "user":
        noun += " (a user counts once in each account)"
    return noun


def _dimensions(cursor: Cursor, plan: Plan, question: Question) -> tuple[list[Dimension], list[Test]]:
    """What the question is broken down by, and its conditions with what they are about."""
    if not question.by and not question.where and not question.segments:
        return [], []
    attributes = known(cursor, plan)

    def find(text: str) -> Dimension:
        return dimensions.dimension(attributes, text, question.entity, plan, question.properties)

    by = list(dict.fromkeys(find(text) for text in question.by))
    if len({one.label.lower() for one in by}) < len(by):
        labels = " and ".join(one.label for one in by)
        raise QuestionError(f"{labels} differ in case alone.", do="Ask by one of them at a time.")
    if sum(isinstance(one, Memberships) for one in by) > 1:
        raise QuestionError("All segments are asked for twice.", do="Ask at one moment at a time.")
    where: list[Test] = [(find(test.property), test) for test in question.where]
    for segment in question.segments:
        one = dimensions.membership(attributes, plan, segment, question.properties)
        where.append((one, Condition(property=one.label, test="is", values=(IN,))))
    return by, [(one, _checked(one, test)) for one, test in where]


def _checked(one: Dimension, test: Condition) -> Condition:
    if isinstance(one, Memberships):
        return in_segments(test, one)
    return in_segment(test) if isinstance(one, Membership) else test
