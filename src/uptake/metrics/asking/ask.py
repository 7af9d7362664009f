"""Asking: a question becomes one query, its rows become estimates, both become a result.

WITH period AS (...), entity_row AS (the metric), labelled AS (attributes, filters) SELECT (the kind)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from uptake.metrics.asking import earlier, overlap, unmet
from uptake.metrics.asking.groups import groups
from uptake.metrics.asking.notes import notes
from uptake.metrics.asking.prepared import Prepared, entity_rows, population, prepare
from uptake.metrics.core import dimensions, periods
from uptake.metrics.core.columnar import Columnar, columnar
from uptake.metrics.core.dimensions import AT_EVENT, MISSING, Attribute
from uptake.metrics.core.metric import Asked, Kind, Row, Sql, plain
from uptake.metrics.core.query import executed, shown_sql
from uptake.metrics.core.question import NONE, Question
from uptake.metrics.core.reading import as_asked
from uptake.metrics.core.result import Result
from uptake.metrics.parts.attributes import in_order
from uptake.plan import Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor


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
        result = earlier.compared(prepared, result, lambda before: _answer(before, plan))
    if columnar(result):
        return result
    names = tuple(column.name for column in result.columns)
    rows = [row if tuple(row) == names else {name: row.get(name) for name in names} for row in result.rows]
    return replace(result, rows=rows)


def _answer(prepared: Prepared, plan: Plan) -> Result:
    """The answer, its rows with all that their kind knows of them."""
    found, asked, kind, labels = prepared.found, prepared.asked, prepared.kind, prepared.labels
    quick = _quick(prepared)
    if quick is not None:
        run = shown = quick
    if quick is None or quick.tables or quick.counted:
        rows_sql = entity_rows(prepared)
        run = quick or replace(rows_sql, select=kind.select(labels))
        shown = replace(rows_sql, select=kind.shown(labels, asked))
    estimates = kind.estimate(_read(asked, kind, run, labels), labels, asked)
    if "period_on" in labels and found.metric.is_snapshot:
        estimates = _with_open_periods(estimates, prepared.question)
    estimates = in_order(estimates, plain(labels), prepared.dimensions)
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
        notes=(
            *notes(asked, found.metric),
            *_group_notes(prepared),
            *_not_yet(prepared, estimates),
            *_open(asked, estimates),
            *shown.notes,
        ),
        currency=str(prepared.question.params.get("currency") or plan.product.currency or "").upper(),
        cell=(*plain(labels), *cells.coordinates) if cells else (),
        sides=cells.sides if cells else (),
    )


def _quick(prepared: Prepared) -> Sql | None:
    """A quicker way than rows of entities, if the metric has one for the question."""
    asked, metric = prepared.asked, prepared.found.metric
    if metric.totals is None or not prepared.is_labelled:
        return metric.totals(asked) if metric.totals else None
    if metric.splits_totals is None or not metric.splits_totals(asked):
        return None
    split = groups(asked, prepared.dimensions, prepared.where)
    return metric.totals(replace(asked, split=split)) if split else None


def _read(asked: Asked, kind: Kind, run: Sql, labels: tuple[str, ...]) -> list[Row]:
    """What the kind makes its estimates from."""
    if run.counted is not None:
        return run.counted()
    with executed(asked, run) as answer:
        return kind.read(answer, labels)


def _group_notes(prepared: Prepared) -> Iterator[str]:
    yield from dimensions.notes(prepared.dimensions)
    yield from overlap.notes(prepared)
    yield from unmet.notes(prepared)


def _not_yet(prepared: Prepared, rows: list[Row] | Columnar) -> Iterator[str]:
    """That nobody had an attribute yet at the moment that counts, and how to ask for what it is now."""
    for one in prepared.dimensions:
        if not isinstance(one, Attribute) or one.mode != AT_EVENT:
            continue
        if _labels(rows, one.label) == {MISSING}:
            yield (
                f"Nobody had {one.label} at the moment that counts, such as the start of a cohort's life:"
                " properties=most_recent takes the value at as_of."
            )


def _open(asked: Asked, rows: list[Row] | Columnar) -> Iterator[str]:
    """That everybody's window is still open, which looks like nobody where only the numbers are read."""
    if isinstance(rows, Columnar) or any(row.get("n") for row in rows):
        return
    if any(row.get("open") for row in rows):
        beside = " or open=count" if "open" in asked.question.params else ""
        yield (
            "Everybody's window is still open at as_of, so nobody is counted yet:"
            f" a shorter window, a later as_of{beside} counts them."
        )


def _labels(rows: list[Row] | Columnar, name: str) -> set[Any]:
    """All that rows say in a column; nothing where they have none of that name."""
    if isinstance(rows, Columnar):
        return set(rows.columns[name].tolist()) if name in rows.columns else set()
    return {row.get(name) for row in rows}


def _with_open_periods(rows: list[Row] | Columnar, question: Question) -> list[Row] | Columnar:
    """What is measured at the end of a period is in progress until the period is over."""
    if isinstance(rows, Columnar):
        period, told = rows.columns["period_on"], rows.columns["status"].copy()
        # rows of a period stand together, so that few of very many have to be looked at
        begins = np.flatnonzero(np.append(True, period[1:] != period[:-1])[: len(period)])
        for period_on in set(period[begins].tolist()):
            if not periods.is_over(period_on, str(question.period), question.last_day):
                told[(period == np.datetime64(period_on)) & (told == "closed")] = "in_progress"
        return rows.with_column("status", told)
    is_over: dict[date, bool] = {}
    for row in rows:
        if row.get("status") == "closed":
            period_on = row["period_on"]
            if period_on not in is_over:
                is_over[period_on] = periods.is_over(period_on, str(question.period), question.last_day)
            if not is_over[period_on]:
                row["status"] = "in_progress"
    return rows
