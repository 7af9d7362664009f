"""Features: how far each has come, and who uses one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake import charts
from uptake.charts import dates, words
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.metrics.core.universal import UNIVERSAL
from uptake.plan import Feature
from uptake.reports import overview
from uptake.reports.headline import headline
from uptake.web import formats, links
from uptake.web.cache import Urgency
from uptake.web.pages import metric_form, paging, problems, question
from uptake.web.pages.columns import WIDE
from uptake.web.pages.condition_field import ConditionField
from uptake.web.pages.metric_form import Field
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words import plan_words as wording
from uptake.web.words.sentences import sentence

Row = Mapping[str, Any]

STEPS = ("tried", "adopted", "retained")
SORTED_BY = "adopted_share"
ASKED = ("entity", "by", "where")
CHART = "How far each feature has come"
COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "title", "title": "Feature", "link": "url"},
    {"name": "tag", "title": "Tag", "rank": WIDE},
    {"name": "module", "title": "Part", "rank": WIDE},
    {"name": "eligible", "title": "Eligible", "type": "integer", "about": "Who could use it.", "rank": WIDE},
    {"name": "tried_share", "title": "Tried", "type": "number", "unit": "share", "about": "Used it at least once."},
    {"name": "adopted_share", "title": "Adopted", "type": "number", "unit": "share",
     "about": "Used it on enough days soon after the first use; the plan says how many."},
    {"name": "interval", "title": "95 % interval", "type": "interval", "unit": "share", "is_sortable": False, "rank": WIDE},
    {"name": "retained_share", "title": "Kept", "type": "number", "unit": "share",
     "about": "Of those who adopted it, who used it again in its last usage interval."},
    {"name": "launched_on", "title": "Launched", "type": "date", "rank": WIDE},
)  # fmt: skip
ACCOUNTS: tuple[dict[str, Any], ...] = (
    {"name": "name", "title": "Account", "link": "url"},
    {"name": "users", "title": "Users of it", "type": "integer", "about": "In the last 30 days."},
    {"name": "share", "title": "Of active users", "type": "number", "unit": "share", "about": "In the last 30 days."},
    {"name": "active_users", "title": "Active users", "type": "integer", "about": "In the last 30 days.", "rank": WIDE},
    {"name": "uses", "title": "Uses", "type": "number", "about": "In the last 30 days.", "rank": WIDE},
    {"name": "first_on", "title": "First used", "type": "date", "missing": "never", "rank": WIDE},
    {"name": "last_on", "title": "Last used", "type": "date", "missing": "never", "rank": WIDE},
)


@dataclass(frozen=True, kw_only=True)
class FeaturesPage(Page):
    """All features.

    Args:
        headline: The sentence the page opens with.
        fields: The form.
        chart: The funnel of each feature, or None without features.
        columns: The table's columns.
        rows: The table's rows, each with `url`.
        params: The address's parameters, kept by links.
        sort: The column sorted by.
        is_descending: Whether from the largest down.
        metric_url: The metric behind the page, with the same question.
        has_features: Whether the plan has any.
        has_events: Whether anything was imported.
        home: The workspace's folder, for commands.
    """

    template: ClassVar[str] = "features.html"
    section: ClassVar[str] = "/features"

    title: str = "Features"
    headline: str
    fields: list[Field | ConditionField]
    chart: Mapping[str, Any] | None
    columns: Sequence[Row]
    rows: Sequence[Row]
    params: list[tuple[str, str]]
    sort: str
    is_descending: bool
    metric_url: str
    has_features: bool
    has_events: bool
    home: str


@dataclass(frozen=True, kw_only=True)
class FeaturePage(Page):
    """One feature.

    Args:
        feature: As the plan has it.
        headline: The sentence the page opens with.
        events: Its events, in words.
        eligible: Who can use it, in words.
        adopted: When it counts as adopted, in words.
        trend_url: Where the chart by month is fetched from.
        rows: Accounts with their use of it, each with `url`.
        columns: The table's columns.
        total: Accounts of all pages.
        asked: What the address asks.
        params: The address's parameters, kept by links.
        sort: The column sorted by.
        is_descending: Whether from the largest down.
        size: Rows of a page.
        return_url: Who comes back to the feature.
    """

    template: ClassVar[str] = "feature.html"
    section: ClassVar[str] = "/features"

    feature: Feature
    headline: str
    events: str
    eligible: str
    adopted: str
    trend_url: str
    rows: Sequence[Row]
    columns: Sequence[Row]
    total: int
    asked: paging.Asked
    params: list[tuple[str, str]]
    sort: str
    is_descending: bool
    size: int
    return_url: str


@dataclass(frozen=True, kw_only=True)
class FeatureTrendPart(Part):
    """How far a feature came, month by month."""

    template: ClassVar[str] = "part_chart.html"

    chart: Mapping[str, Any]


def routes(site: Site) -> list[Route]:
    """The list, the page of one feature, and its trend."""
    return [
        Route("/features", site.endpoint(show_list)),
        Route("/features/{name}/trend", site.endpoint(trend_part)),
        Route("/features/{name}", site.endpoint(show)),
    ]


def show_list(reader: Reader, request: Request) -> Page:
    """All features."""
    given = question.read(request.query_params)
    sort, is_descending = str(given.get("sort", SORTED_BY)), given.get("descending", "1") != "0"
    asked = {name: value for name, value in given.items() if name in UNIVERSAL and name != "period"}
    known, features = reader.vocabulary(), reader.plan.features
    form = metric_form.fields(entry("feature_adoption"), asked, reader.plan, known)[1]
    result = reader.metric("feature_adoption", asked).result()
    rows = [_told(row, features[row["feature"]]) for row in result.rows if row["feature"] in features]
    return FeaturesPage(
        headline=sentence(result, headline(result), reader.plan) if rows else "",
        fields=[field for field in form if field.name in ASKED],
        chart=charts.for_result("features", rows, CHART, "", "share", by=result.by) if rows else None,
        columns=_columns(rows, result.by),
        rows=_sorted(rows, sort, is_descending),
        params=request.query_params.multi_items(),
        sort=sort,
        is_descending=is_descending,
        metric_url=links.metric("feature_adoption", asked),
        has_features=bool(features),
        has_events=bool(known.events),
        home=reader.home,
    )


def show(reader: Reader, request: Request) -> Page:
    """One feature."""
    name = request.path_params["name"]
    asked = paging.read(request.query_params)
    feature = reader.plan.features.get(name)
    if feature is None:
        return problems.not_found(QuestionError(f"The plan has no feature '{name}'.", allowed=reader.plan.features))
    page = reader.accounts_of_feature(name, asked.ask)
    sort, is_descending = paging.shown_order(page)
    return FeaturePage(
        title=feature.title,
        feature=feature,
        headline=_headline(reader, feature),
        events=wording.selectors(feature.events, reader.plan.events),
        eligible=wording.conditions(feature.eligible),
        adopted=wording.adopted(feature),
        trend_url=f"{links.feature(name)}/trend",
        rows=[{**row, "url": links.account(row["account_id"])} for row in page.rows],
        columns=ACCOUNTS,
        total=page.total,
        asked=asked,
        params=request.query_params.multi_items(),
        sort=sort,
        is_descending=is_descending,
        size=paging.SIZE,
        return_url=links.metric("retention", {"unit": "month", "returns": f'{{"feature": "{name}"}}'}),
    )


def trend_part(reader: Reader, request: Request) -> Part:
    """A feature by month."""
    name = request.path_params["name"]
    result = _by_month(reader, reader.moment()[1]).result()
    rows = [
        {"period_on": row["period_on"], "share": step, "n": row["adopted" if step == "retained" else "eligible"],
         "estimate": row[f"{step}_share"], "ci_lower": row[f"{step}_ci_lower"], "ci_upper": row[f"{step}_ci_upper"],
         "status": row["status"]}
        for row in result.rows if row["feature"] == name for step in STEPS
    ]  # fmt: skip
    about = "Tried and adopted: of those who could use it. Retained: of those who adopted it."
    return FeatureTrendPart(
        chart=charts.for_result("share", rows, "By month", about, "share", by=("share",), period="month")
    )


def _by_month(reader: Reader, last_day: date) -> Future[Result]:
    return reader.metric("feature_adoption", overview.months(last_day), Urgency.PART)


def _headline(reader: Reader, feature: Feature) -> str:
    rows = reader.metric("feature_adoption", {}).result().rows
    row = next((row for row in rows if row["feature"] == feature.name), None)
    if row is None or row["estimate"] is None:
        return f"Nobody could use {feature.title} yet."
    launched = f", launched on {dates.day(feature.launched_on)}" if feature.launched_on else ""
    interval = formats.interval(row["ci_lower"], row["ci_upper"], "share")
    kept = f"; {words.share(row['retained_share'])} of them still use it" if row["retained_share"] is not None else ""
    who = f"{words.count(row['eligible'])} eligible users"
    return f"{words.share(row['estimate'])} {interval} of {who} have adopted {feature.title}{launched}{kept}."


def _told(row: Row, feature: Feature) -> dict[str, Any]:
    own = {"url": links.feature(feature.name), "module": feature.module, "launched_on": feature.launched_on}
    return {**row, **own}


def _columns(rows: Sequence[Row], by: Sequence[str]) -> list[Row]:
    """The columns that some row fills, with the breakdowns after the name."""
    always = ("interval", "title")
    filled = [column for column in COLUMNS if column["name"] in always or _any(rows, column["name"])]
    return [*filled[:1], *({"name": label, "title": label} for label in by), *filled[1:]]


def _any(rows: Sequence[Row], name: str) -> bool:
    return any(row.get(name) is not None for row in rows)


def _sorted(rows: list[dict[str, Any]], sort: str, is_descending: bool) -> list[dict[str, Any]]:
    """The rows in order, words whatever their case; what has no value comes last either way."""

    def key(row: Row) -> Any:  # noqa: ANN401 - a column holds words, numbers or dates
        return row[sort].casefold() if isinstance(row[sort], str) else row[sort]

    valued = sorted((row for row in rows if row.get(sort) is not None), key=key, reverse=is_descending)
    return [*valued, *(row for row in rows if row.get(sort) is None)]
