"""The page of a metric: its sentence, chart, table, definition, parameters and SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.asking import apart
from uptake.charts import dates
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import Difference, differences
from uptake.metrics.core.definition import Definition
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.question import ALL
from uptake.metrics.core.result import Result
from uptake.reports import overview, targets
from uptake.reports.headline import headline
from uptake.web import links
from uptake.web.pages import as_known, explore, question
from uptake.web.pages import metric_form as form
from uptake.web.pages.aims import Aim, aim
from uptake.web.pages.answer_chart import chart_of
from uptake.web.pages.cells import linked
from uptake.web.pages.columns import columns, newest_first
from uptake.web.pages.condition_field import ConditionField
from uptake.web.pages.first_look import first_look
from uptake.web.pages.metric_files import FILES, PICTURES, TRIANGLE, file
from uptake.web.pages.problems import Problem, told
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Part, Site
from uptake.web.words.sentences import sentence
from uptake.web.words.titles import with_titles

PATIENCE_S = 0.25
"""How long a page waits for its answer before it comes without and fetches it."""
MOST_ROWS = 500
"""Rows of the table on the page; files have all."""


@dataclass(frozen=True)
class Shown:
    """An answer as the page shows it.

    Args:
        spec: The chart.
        columns: Columns of the table: name, type, unit.
        rows: Rows of the table, at most `MOST_ROWS`.
        which: Which of all rows those are, in words.
        total: Rows there are.
        triangle: Rows of the retention table; empty for other metrics.
        by: Columns the answer is broken down by.
        unit_name: For retention, the unit of the triangle's cells.
        cohorts: For retention, the period of the cohorts.
        population: Who was counted, in words.
        notes: What a reader should know beside it.
        sql: The query.
        check_url: Where the query is run again and compared.
        files: (title, address) of the answer as files.
        triangle_files: The same of the triangle as a picture.
        command: The question on the command line.
        python: The question in Python.
        trend: A chart by month, where the answer itself is one number; None else.
    """

    spec: Mapping[str, Any]
    columns: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    which: str
    total: int
    triangle: Sequence[Mapping[str, Any]]
    by: tuple[str, ...]
    unit_name: str
    cohorts: str
    population: str
    notes: Sequence[str]
    sql: str
    check_url: str
    files: Sequence[tuple[str, str]]
    triangle_files: Sequence[tuple[str, str]]
    command: str
    python: str
    trend: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class MetricPage(Page):
    """A metric and one question to it.

    Args:
        name: The metric.
        headline: The sentence it opens with; empty where there is no answer.
        definition: What the metric means.
        own_fields: The metric's own parameters.
        fields: Parameters that every metric has.
        first: Names of the fields that are seen at once, in this order.
        is_explorer: Whether the page is one of those that questions begin with.
        shown: The answer, or None where the question could not be asked or is still being answered.
        problem: Why it could not, or None.
        lacks: What the plan lacks for it and what to do; empty if nothing.
        later: Where the page is to fetch itself again with the answer; empty if it is here.
        has_events: Whether anything was imported.
        home: The workspace's folder, for commands.
        aims: The plan's targets of this metric and question.
        owner: Who answers for the metric; empty: nobody is named.
        saved_question: The question as it is saved in a view, JSON.
        dashboards: (value, title) of the dashboards a view may be saved to; the last makes a new one.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "metric.html"

    name: str
    headline: str
    definition: Definition
    own_fields: list[form.Field]
    fields: list[form.Field | ConditionField]
    first: tuple[str, ...]
    is_explorer: bool
    shown: Shown | None
    problem: Problem | None
    lacks: str
    later: str
    has_events: bool
    home: str
    aims: list[Aim]
    owner: str
    saved_question: str
    dashboards: Sequence[tuple[str, str]]
    form_token: str

    @property
    def section(self) -> str:  # type: ignore[override]  # retention has its own place in the rail
        """The address in the rail that the page belongs to."""
        if self.name == "retention":
            return "/metrics/retention"
        return "/explore" if self.is_explorer else "/metrics"

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 400 if self.problem and self.shown is None else 200


@dataclass(frozen=True, kw_only=True)
class CheckPart(Part):
    """Whether the SQL gives the numbers shown.

    Args:
        equals: Whether it does.
        rows: Rows compared.
        differences: Where it does not.
    """

    template: ClassVar[str] = "part_check.html"

    equals: bool
    rows: int
    differences: list[Difference]


def routes(site: Site) -> list[Route]:
    """The pages, the check and the files."""
    return [
        Route("/metrics/{name}/check", site.endpoint(check)),
        Route("/metrics/{name}.{ending}", site.endpoint(file)),
        Route("/metrics/{name}", site.endpoint(lambda reader, request: show(site, reader, request))),
    ]


def show(site: Site, reader: Reader, request: Request) -> Page | Response:
    """The page."""
    found = question.entry(request)
    given = question.read(request.query_params)
    if question.pairs(given) != request.query_params.multi_items():
        # Empty fields of the form: the address without them is the one to share.
        return RedirectResponse(links.metric(found.name, question.pairs(given)), 303)
    asked = question.completed(found, first_look(found, given, reader.plan), reader.moment()[1], reader.first_day())
    result, trend, problem, lacks, is_there = None, None, None, "", True
    # Only a browser that asks for the answer alone waits until it is there.
    patience = None if "hx-request" in request.headers else PATIENCE_S
    try:
        future = reader.metric(found.name, question.as_asked(asked))
        if is_there := ready([future], patience):
            result = future.result()
            trend = _trend(reader, found, result, asked)
            is_there = ready([trend] if trend else [], patience)
    except DefinitionMissing as error:
        lacks = f"{error.what} {error.do}"
    except QuestionError as error:
        problem = told(error)
    known = reader.vocabulary()
    since = dates.day(str(asked["date_from"])) if "date_from" in asked else ""
    in_form, wrong = question.in_form(asked, given), problem.what if problem else ""
    own, universal = form.fields(
        found, in_form, reader.plan, known, wrong, since, as_known.plans(reader, given.get("plan_version", ""))
    )
    return MetricPage(
        title=found.definition.title,
        name=found.name,
        headline=_headline(reader, result) if result and is_there else "",
        definition=found.definition,
        own_fields=own,
        fields=universal,
        first=explore.first_fields(found.name),
        is_explorer=found.name in explore.explorers(),
        shown=_shown(reader, found, result, trend, asked) if result and is_there else None,
        problem=problem,
        lacks=lacks,
        later="" if is_there else links.metric(found.name, question.pairs(given)),
        has_events=bool(known.events),
        home=reader.home,
        aims=_aims(reader, found, asked) if result and is_there else [],
        owner=targets.owner(reader.plan, found.name),
        saved_question=json.dumps(given, ensure_ascii=False),
        dashboards=[*((one.name, one.title) for one in site.dashboards.every() if not one.problem), ("", "A new one")],
        form_token=site.form_token,
    )


def _headline(reader: Reader, result: Result) -> str:
    told = replace(result, rows=_named(reader, result.rows)) if result.kind == "stuck" else result
    return sentence(told, headline(told), reader.plan)


def _has_accounts(result: Result) -> bool:
    return any(column.name == "account_id" for column in result.columns)


def _named(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose accounts are called by their names."""
    found = reader.account_names(tuple(sorted({row["account_id"] for row in rows})))
    return [{**row, "account_id": found.get(row["account_id"], row["account_id"])} for row in rows]


def _aims(reader: Reader, found: Entry, asked: question.Given) -> list[Aim]:
    """The targets of the metric that are about the same entity and parameters, each with its own value of now."""

    def ask(name: str, given: Mapping[str, Any]) -> Result:
        return reader.metric(name, given).result()

    last_day = reader.moment()[1]
    about = targets.of_metric(reader.plan, found.name, asked)
    return [aim(targets.progress(one, reader.plan, last_day, ask)) for one in about]


def check(reader: Reader, request: Request) -> Part:
    """Runs the query of the answer again and compares."""
    found = question.entry(request)
    given = question.read(request.query_params)
    result = reader.metric(found.name, question.as_asked(given)).result()
    apart = differences(result, reader.rows_of(result.sql))
    return CheckPart(equals=not apart, rows=len(result.rows), differences=apart)


def _shown(reader: Reader, found: Entry, result: Result, trend: Future[Result] | None, asked: question.Given) -> Shown:
    pairs = question.pairs(question.as_asked(asked))
    rows = with_titles(linked(result, newest_first(result)[:MOST_ROWS], pairs), reader.plan, result.params)
    if result.kind == "features":
        rows = [{**row, "url": links.feature(row["feature"])} for row in rows]
    for entity, link in (("account", links.account), ("user", links.user)):
        if any(column.name == f"{entity}_id" for column in result.columns):
            rows = [{**row, f"{entity}_url": link(row[f"{entity}_id"])} for row in rows]
    if _has_accounts(result):
        rows = _named(reader, rows)
    if result.kind == "points":
        page = links.feature if "feature" in result.params else links.account
        rows = [{**row, "url": page(row["point"])} for row in rows]
    return Shown(
        spec=chart_of(reader, result, pairs),
        columns=columns(result),
        rows=rows,
        which="Every seventh day" if result.kind == "launch" else f"The first {len(rows):,}",
        total=len(result.rows),
        triangle=linked(result, result.rows, pairs) if result.kind == "retention" else (),
        by=result.by,
        unit_name=str(result.params.get("unit", "")),
        cohorts=result.cohort_period,
        population=result.population,
        notes=result.notes,
        sql=result.sql,
        check_url=links.metric(found.name, pairs, "/check") if result.has_whole_sql and not apart(asked)[0] else "",
        files=[(title, links.metric(found.name, pairs, f".{ending}")) for ending, title in FILES.items()],
        triangle_files=[
            (FILES[ending], links.metric(found.name, [*pairs, ("picture", TRIANGLE)], f".{ending}"))
            for ending in PICTURES
        ],
        command=question.command(found.name, asked, reader.home),
        python=question.python(found.name, asked),
        trend=chart_of(reader, trend.result(), pairs) if trend else None,
    )


def _trend(reader: Reader, found: Entry, result: Result, asked: question.Given) -> Future[Result] | None:
    """The months up to the one number that was asked for, so that it does not stand alone; None where it does not."""
    is_at_once = question.USUAL_PERIODS.get(found.name) == ALL
    if is_at_once or not question.has_periods(found, asked) or result.params["period"]:
        return None
    date_to = result.params["date_to"]
    months = {**overview.months(date.fromisoformat(date_to)), "date_to": date_to}
    return reader.metric(found.name, {**question.as_asked(asked), **months})
