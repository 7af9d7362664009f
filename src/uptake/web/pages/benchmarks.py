"""Benchmarks: how far every account is from the exemplary ones of its type, the furthest first, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.benchmarks.answer import REASONS, Account, Benchmarks, Cohort, TypeBenchmark
from uptake.benchmarks.cohorts import NOT_KNOWN
from uptake.charts import dates, words
from uptake.errors import QuestionError
from uptake.metrics.core import export
from uptake.reports import references
from uptake.web import links
from uptake.web.cache import Urgency
from uptake.web.forms import Form
from uptake.web.pages import waiting
from uptake.web.pages.paging import whole
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words.benchmark_words import Bar, Why, bars, measure_title, record_words, way_words, why

SIZE = 20
MOST_ATTRIBUTES = 12
SHOWN = {
    "": "All",
    "on_the_way": "Not reached yet",
    "slipped": "Reached once, not any more",
    "reached": "Reached",
    "fits": "Fit another type",
    "untold": "Without a reason",
}


@dataclass(frozen=True)
class Line:
    """An account.

    Args:
        id: Its id.
        name: What it is called.
        url: Its page.
        type: The title of its type.
        account: It against its benchmark.
        bars: What it has of each measure.
        weekly: Attainment by week, as a trend.
        way: How its way stands, in words.
        expected: When it will be there, in words; empty: that is not said.
        why: What it lacks.
    """

    id: str
    name: str
    url: str
    type: str
    account: Account
    bars: Sequence[Bar]
    weekly: Sequence[dict[str, Any]]
    way: str
    expected: str
    why: Sequence[Why]


@dataclass(frozen=True)
class Told:
    """A type's benchmark, with names.

    Args:
        type: The benchmark.
        measures: Title and bar of each measure.
        exemplars: Name, address and share of the others' benchmark of each exemplary account.
    """

    type: TypeBenchmark
    measures: Sequence[Bar]
    exemplars: Sequence[tuple[str, str, float | None]]


@dataclass(frozen=True, kw_only=True)
class BenchmarksPage(Page):
    """Everybody against their benchmark.

    Args:
        headline: How many have not reached it, and who is furthest.
        record: How forecasts of a past day did, in words.
        lines: The accounts of this page.
        total: Accounts of all pages.
        number: This page.
        size: Accounts of a page.
        params: The address's parameters, kept by links.
        types: The benchmarks.
        cohorts: Title and cohort: accounts by the month of signing, or by an attribute.
        by: The attribute; empty: the month.
        attributes: (attribute, title) to choose from.
        type_name: The type that is shown; empty: all.
        shown: Which accounts are: one of `SHOWN`.
        search: The text searched for in names and ids.
        choices: What can be shown.
        reasons: What can be said of an account.
        told: The name of the account that something was just said of; empty: none.
        query: The address's parameters, as text.
        form_token: What a form of this server has to know.
        has_any: Whether there are accounts.
        is_default: Whether the plan has no section of its own.
    """

    template: ClassVar[str] = "benchmarks.html"
    section: ClassVar[str] = "/benchmarks"

    title: str = "Benchmarks"
    headline: str
    record: str
    lines: Sequence[Line]
    total: int
    number: int
    size: int
    params: list[tuple[str, str]]
    types: Sequence[Told]
    cohorts: Sequence[tuple[str, Cohort]]
    by: str
    attributes: Sequence[tuple[str, str]]
    type_name: str
    shown: str
    search: str
    choices: Sequence[tuple[str, str]]
    reasons: dict[str, str]
    told: str
    query: str
    form_token: str
    has_any: bool
    is_default: bool


@dataclass(frozen=True, kw_only=True)
class ReferencesPart(Part):
    """Reference ranges of the plan with own values.

    Args:
        standings: They.
    """

    template: ClassVar[str] = "part_references.html"

    standings: Sequence[references.Standing]


def routes(site: Site) -> list[Route]:
    """The page, its file, its part with reference ranges, and what writes a reason."""

    def tell(reader: Reader, request: Request, form: Form) -> Response:
        del reader, request
        return _tell(site, form)

    return [
        Route("/benchmarks", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/benchmarks.csv", site.endpoint(_file)),
        Route("/benchmarks/references", site.endpoint(_references)),
        Route("/benchmarks/reason", site.action(tell), methods=["POST"]),
    ]


def _show(site: Site, reader: Reader, request: Request) -> Page:
    query = request.query_params
    by, type_name, shown = query.get("by", ""), query.get("type", ""), query.get("show", "")
    number = whole(query.get("page", "1"))
    if shown not in SHOWN:
        raise QuestionError(f"show is '{shown}'.", allowed=[name for name in SHOWN if name])
    asked = reader.benchmark({"by": by} if by else {})
    says = "Holding every account against its benchmark"
    if waits := waiting.until([asked], request, "Benchmarks", BenchmarksPage.section, says):
        return waits
    found = reader.with_reasons(asked.result())
    names = {one.name for one in found.types}
    if type_name and type_name not in names:
        raise QuestionError(f"There is no benchmark '{type_name}'.", allowed=sorted(names))
    search, told = query.get("q", "").strip(), query.get("told", "")
    everybody = {one.id for one in found.accounts} | ({told} if told else set())
    called = reader.account_names(tuple(sorted(everybody)))
    of_type = [one for one in found.accounts if type_name in ("", one.type) and _is_called(one, called, search)]
    chosen = [one for one in of_type if _is_shown(one, shown)]
    page = chosen[(number - 1) * SIZE : number * SIZE]
    return BenchmarksPage(
        headline=_headline(of_type, called),
        record=record_words(found.record),
        lines=[_line(one, found, called, reader) for one in page],
        total=len(chosen),
        number=number,
        size=SIZE,
        params=[pair for pair in query.multi_items() if pair[0] not in ("told", "page")],
        types=[_told(one, called) for one in found.types],
        cohorts=[(_cohort_title(one, by), one) for one in found.cohorts],
        by=by,
        attributes=[("", "Month of signing"), *_attributes(reader)],
        type_name=type_name,
        shown=shown,
        search=search,
        choices=list(SHOWN.items()),
        reasons=REASONS,
        told=called.get(told, told),
        query=urlencode([pair for pair in query.multi_items() if pair[0] != "told"]),
        form_token=site.form_token,
        has_any=bool(found.accounts),
        is_default=not reader.plan.benchmarks,
    )


def _is_called(one: Account, called: dict[str, str], search: str) -> bool:
    text = search.casefold()
    return text in one.id.casefold() or text in called.get(one.id, "").casefold()


def _is_shown(one: Account, shown: str) -> bool:
    if shown == "fits":
        return one.fits is not None
    if shown == "untold":
        return not one.reason and one.way.state != "reached"
    return shown in ("", one.way.state)


def _headline(accounts: Sequence[Account], called: dict[str, str]) -> str:
    known = [one for one in accounts if one.distance is not None]
    if not known:
        return ""
    there = sum(one.way.state == "reached" for one in known)
    first = known[0]
    noun = "account is" if len(known) == 1 else "accounts are"
    holds = "1 holds it" if there == 1 else f"{words.count(there)} hold it"
    return (
        f"{words.count(len(known) - there)} of {words.count(len(known))} {noun} not at the benchmark of their type; "
        f"{holds}. {called.get(first.id, first.id)} is furthest: {words.share(first.distance)} of it is missing."
    )


def _line(one: Account, found: Benchmarks, called: dict[str, str], reader: Reader) -> Line:
    types = {type_.name: type_ for type_ in found.types}
    type_ = types.get(one.type or "")
    way, expected = way_words(one)
    return Line(
        one.id,
        called.get(one.id, one.id),
        links.account(one.id),
        type_.title if type_ else "of no type",
        one,
        bars(one, type_) if type_ else [],
        [{"estimate": value} for value in one.way.weekly],
        way,
        expected,
        why(one, types, reader.plan),
    )


def _told(type_: TypeBenchmark, called: dict[str, str]) -> Told:
    measures = [
        Bar(measure_title(one), one.median, one.median, one.lowest, one.highest, one.unit, None, one.better)
        for one in type_.measures
    ]
    exemplars = [(called.get(one.id, one.id), links.account(one.id), one.left_out) for one in type_.exemplars]
    return Told(type_, measures, exemplars)


def _cohort_title(one: Cohort, by: str) -> str:
    """A month in words, "June 2024"; the value of an attribute as it is."""
    if by or one.name == NOT_KNOWN:
        return one.name
    return dates.period(date.fromisoformat(f"{one.name}-01"), "month")


def _attributes(reader: Reader) -> list[tuple[str, str]]:
    names = [name for name in reader.vocabulary().values if name.startswith("account.")][:MOST_ATTRIBUTES]
    return [(name, name.partition(".")[2].replace("_", " ").capitalize()) for name in names]


def _file(reader: Reader, request: Request) -> Response:
    del request
    headers = {"content-disposition": 'attachment; filename="benchmarks.csv"'}
    found = reader.with_reasons(reader.benchmark({}).result())
    return Response(export.csv_text(found), media_type="text/csv; charset=utf-8", headers=headers)


def _references(reader: Reader, request: Request) -> Part:
    """Reference ranges: metrics are asked, so the page does not wait for them."""
    del request
    last_day = reader.moment()[1]
    found = references.standings(
        reader.plan, last_day, lambda name, given: reader.metric(name, given, Urgency.PART).result()
    )
    return ReferencesPart(standings=found)


def _tell(site: Site, form: Form) -> Response:
    account_id = form.get("account_id", "")
    site.workspace.write_distance_reason(account_id, form.get("reason", ""), form.get("note", ""))
    back = [pair for pair in parse_qsl(form.get("query", "")) if pair[0] in ("q", "type", "show", "by", "page")]
    return RedirectResponse(f"/benchmarks?{urlencode([*back, ('told', account_id)])}", 303)
