"""The page of a metric: its sentence, chart, table, definition, parameters and SQL; and the answer as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake import charts
from uptake.charts import dates, words
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics import export
from uptake.metrics.catalogue import catalogue
from uptake.metrics.definition import Definition
from uptake.metrics.metric import Entry
from uptake.metrics.question import ALL
from uptake.metrics.recheck import Difference, differences
from uptake.metrics.result import Result
from uptake.plan import Plan
from uptake.reports import overview, targets
from uptake.reports.headline import as_drawn, headline
from uptake.web import formats, links
from uptake.web.pages import explore, question
from uptake.web.pages import metric_form as form
from uptake.web.pages.aims import Aim, aim
from uptake.web.pages.cells import address, linked, marked
from uptake.web.pages.columns import columns, newest_first
from uptake.web.pages.condition_field import ConditionField
from uptake.web.pages.first_look import first_look
from uptake.web.pages.made_of import made_of
from uptake.web.pages.part_sentences import launched
from uptake.web.pages.problems import Problem, told
from uptake.web.pages.sentences import sentence
from uptake.web.pages.titles import with_titles
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.wording import joined

TITLES_OF_KINDS = {"time_to_convert": "Time to convert", "drivers": "What goes with conversion"}
"""What charts of outputs beside a metric's main one are called."""
MOST_ROWS = 500
"""Rows of the table on the page; files have all."""
FILES = {"csv": "CSV", "parquet": "Parquet", "json": "JSON", "svg": "SVG", "png": "PNG"}
TRIANGLE = "retention_heatmap"
"""The other picture of retention, which the page has as a table."""
PICTURES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "svg": lambda spec: charts.svg(spec).encode(),
    "png": charts.png,
}
"""Pictures as files show what the page shows."""
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
}


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
        shown: The answer, or None where the question could not be asked.
        problem: Why it could not, or None.
        lacks: What the plan lacks for it and what to do; empty if nothing.
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
    found = _entry(request)
    given = question.read(request.query_params)
    if question.pairs(given) != request.query_params.multi_items():
        # Empty fields of the form: the address without them is the one to share.
        return RedirectResponse(links.metric(found.name, question.pairs(given)), 303)
    asked = question.completed(found, first_look(found, given, reader.plan), reader.moment()[1], reader.first_day())
    result, problem, lacks = None, None, ""
    try:
        result = reader.metric(found.name, question.as_asked(asked)).result()
    except DefinitionMissing as error:
        lacks = f"{error.what} {error.do}"
    except QuestionError as error:
        problem = told(error)
    known = reader.vocabulary()
    since = dates.day(str(asked["date_from"])) if "date_from" in asked else ""
    in_form, wrong = question.in_form(asked, given), problem.what if problem else ""
    own, universal = form.fields(found, in_form, reader.plan, known, wrong, since)
    return MetricPage(
        title=found.definition.title,
        name=found.name,
        headline=_headline(reader, result) if result else "",
        definition=found.definition,
        own_fields=own,
        fields=universal,
        first=explore.first_fields(found.name),
        is_explorer=found.name in explore.explorers(),
        shown=_shown(reader, found, result, asked) if result else None,
        problem=problem,
        lacks=lacks,
        has_events=bool(known.events),
        home=reader.home,
        aims=_aims(reader, found, asked) if result else [],
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
    found = _entry(request)
    given = question.read(request.query_params)
    result = reader.metric(found.name, question.as_asked(given)).result()
    apart = differences(result, reader.rows_of(result.sql))
    return CheckPart(equals=not apart, rows=len(result.rows), differences=apart)


def file(reader: Reader, request: Request) -> Response:
    """The answer as a file."""
    found, ending = _entry(request), request.path_params["ending"]
    if ending not in export.FORMATS:
        raise HTTPException(404)
    given = question.read(request.query_params)
    is_triangle = given.pop("picture", "") == TRIANGLE
    result = reader.metric(found.name, question.as_asked(given)).result()
    if ending not in PICTURES:
        return attachment(export.FORMATS[ending](result), found.name, ending)
    spec = chart_of(reader, result, (), TRIANGLE if is_triangle and result.kind == "retention" else "")
    return attachment(PICTURES[ending](dict(spec)), f"{found.name}{'_triangle' * is_triangle}", ending)


def attachment(content: bytes, name: str, ending: str) -> Response:
    """A file to keep."""
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(content, media_type=FILE_TYPES[ending], headers=headers)


def _entry(request: Request) -> Entry:
    name = request.path_params["name"]
    if name not in catalogue():
        raise HTTPException(404)
    return catalogue()[name]


def _shown(reader: Reader, found: Entry, result: Result, asked: question.Given) -> Shown:
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
        check_url=links.metric(found.name, pairs, "/check") if result.has_whole_sql else "",
        files=[(title, links.metric(found.name, pairs, f".{ending}")) for ending, title in FILES.items()],
        triangle_files=[
            (FILES[ending], links.metric(found.name, [*pairs, ("picture", TRIANGLE)], f".{ending}"))
            for ending in PICTURES
        ],
        command=question.command(found.name, asked, reader.home),
        python=question.python(found.name, asked),
        trend=_trend(reader, found, result, asked),
    )


def chart_of(reader: Reader, result: Result, pairs: Sequence[tuple[str, str]], picture: str = "") -> Mapping[str, Any]:
    """The picture of an answer; its marks lead to the people they count.

    Args:
        reader: For the plan.
        result: The answer.
        pairs: The question as an address has it.
        picture: Another picture than that of the kind.
    """
    reference = overview.reference(reader.plan, result.name, result.params)
    period = str(result.params.get("unit" if result.kind == "retention" else "period") or "")
    spec = charts.for_result(
        picture or result.kind,
        with_titles(marked(result, as_drawn(result.rows)), reader.plan, result.params),
        _title(result, period, reader.plan),
        _caption(reader, result),
        result.unit,
        reference=reference.model_dump() if reference else None,
        by=result.by,
        period=period,
        cohort_period=result.cohort_period,
        currency=result.currency,
    )
    return {**spec, "usermeta": {**spec["usermeta"], "people": address(result, pairs)}}


def _title(result: Result, period: str, plan: Plan) -> str:
    """What the chart shows: "Activation rate by month and account.plan"."""
    labels = [label for label in result.by if label != "measure"]  # its lines are named by what they measure
    split = [*([period] if period and result.kind in question.PERIODIC_KINDS else []), *labels]
    if result.kind == "retention":
        return f"{result.title} over the {period}s since the start"
    title = TITLES_OF_KINDS.get(result.kind, result.title)
    if result.kind == "launch":
        title = f"{title} of {launched(result, plan)}"
    return f"{title} by {joined(split, 'and')}" if split else title


def _caption(reader: Reader, result: Result) -> str:
    """What goes into the numbers; and of means of days, how many they are, as fewer go into those of periods."""
    said = made_of(result.name, reader.plan, result.params) or formats.without_code(result.definition.purpose)
    if result.kind != "ratio" or not result.rows:
        return said
    days = words.days(max(row["days"] for row in result.rows))
    period = result.params.get("period")
    return f"{said}; mean of the last {days}{f' of each {period}' if period else ''}"


def _trend(reader: Reader, found: Entry, result: Result, asked: question.Given) -> Mapping[str, Any] | None:
    """The months up to the one number that was asked for, so that it does not stand alone."""
    is_at_once = question.USUAL_PERIODS.get(found.name) == ALL
    if is_at_once or not question.has_periods(found, asked) or result.params["period"]:
        return None
    date_to = result.params["date_to"]
    months = {**overview.months(date.fromisoformat(date_to)), "date_to": date_to}
    given = {**question.as_asked(asked), **months}
    return chart_of(reader, reader.metric(found.name, given).result(), question.pairs(given))
