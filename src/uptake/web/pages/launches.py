"""Launches: how each is taken up against its target, and how those whom its campaign reached fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake.charts import dates, words
from uptake.charts.launch import CURVES
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.metrics.core.universal import UNIVERSAL
from uptake.plan import Launch, Plan
from uptake.reports.headline import headline
from uptake.web import links
from uptake.web.cache import Urgency
from uptake.web.pages import metric_form, problems, question
from uptake.web.pages.answer_chart import chart_of
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.pages.condition_field import ConditionField
from uptake.web.pages.metric_form import Field
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words import plan_words as wording
from uptake.web.words.part_sentences import reached
from uptake.web.words.sentences import sentence

Row = Mapping[str, Any]

METRIC = "launch_adoption"
ASKED = ("entity", "by", "where")
RANKS = {"tried": {"rank": WIDE}, "again": {"rank": EXTRA}, "kept": {"rank": WIDE}}
COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "title", "title": "Launch", "link": "url", "under": "feature"},
    {"name": "launched_on", "title": "Launched", "type": "date"},
    {"name": "n", "title": "People", "type": "integer", "rank": WIDE},
    {"name": "day", "title": "By day", "type": "integer", "rank": WIDE},
    *({"name": curve, "title": curve.capitalize(), "type": "number", "unit": "share",
       "about": f"Of those it is for, who {said} by that day.", **RANKS.get(curve, {})}
      for curve, said in CURVES.items()),
    {"name": "aim", "title": "Target", "missing": "none", "rank": WIDE},
    {"name": "state", "title": "State", "missing": "not set"},
)  # fmt: skip
OF_CHANNELS: tuple[dict[str, Any], ...] = (
    {"name": "driver", "title": "Channel"},
    {"name": "n_with", "title": "Reached", "type": "integer", "rank": WIDE},
    {"name": "share_with", "title": "Of them", "type": "number", "unit": "share"},
    {"name": "n_without", "title": "Others", "type": "integer", "rank": WIDE},
    {"name": "share_without", "title": "Of the others", "type": "number", "unit": "share"},
    {"name": "estimate", "title": "Difference", "type": "number", "unit": "share", "rank": WIDE},
    {"name": "interval", "title": "95 % interval", "type": "interval", "unit": "share", "rank": WIDE},
)


@dataclass(frozen=True, kw_only=True)
class LaunchesPage(Page):
    """All launches of the plan.

    Args:
        headline: How many have reached their target.
        columns: The table's columns.
        rows: A row for each launch, with `url`.
        home: The workspace's folder, for commands.
    """

    template: ClassVar[str] = "launches.html"
    section: ClassVar[str] = "/launches"

    title: str = "Launches"
    headline: str
    columns: Sequence[Row]
    rows: Sequence[Row]
    home: str


@dataclass(frozen=True, kw_only=True)
class LaunchPage(Page):
    """One launch.

    Args:
        headline: How far it has got.
        about: (what, in words, address or nothing) of the launch as the plan has it.
        fields: The form.
        here: The page's own address.
        chart: Its curves with the target; None where nothing can be counted.
        problem: Why nothing can be; empty if it can.
        campaign_url: Where the effect of the campaign is fetched from.
        metric_url: The metric behind the page, with the same question.
    """

    template: ClassVar[str] = "launch.html"
    section: ClassVar[str] = "/launches"

    headline: str
    about: Sequence[tuple[str, str, str]]
    fields: list[Field | ConditionField]
    here: str
    chart: Mapping[str, Any] | None
    problem: str
    campaign_url: str
    metric_url: str


@dataclass(frozen=True, kw_only=True)
class CampaignPart(Part):
    """Those whom the campaign reached beside the others.

    Args:
        says: The strongest difference in words, or what is missing.
        notes: What a reader should know.
        columns: The table's columns.
        rows: A row for each channel.
        metric_url: The question behind it; empty where it cannot be asked.
    """

    template: ClassVar[str] = "part_campaign.html"

    says: str
    notes: Sequence[str]
    columns: Sequence[Row]
    rows: Sequence[Row]
    metric_url: str


def routes(site: Site) -> list[Route]:
    """The list, the page of one launch, and the effect of its campaign."""
    return [
        Route("/launches", site.endpoint(show_list)),
        Route("/launches/{name}/campaign", site.endpoint(campaign)),
        Route("/launches/{name}", site.endpoint(show)),
    ]


def show_list(reader: Reader, request: Request) -> Page:
    """All launches."""
    del request
    plan = reader.plan
    answers = {name: reader.metric(METRIC, {"launch": name}, Urgency.PAGE) for name in plan.launches}
    rows = [_told(plan, plan.launches[name], answer.result()) for name, answer in answers.items()]
    return LaunchesPage(headline=_news(rows), columns=COLUMNS, rows=rows, home=reader.home)


def show(reader: Reader, request: Request) -> Page:
    """One launch."""
    name, plan = request.path_params["name"], reader.plan
    if name not in plan.launches:
        return problems.not_found(QuestionError(f"The plan has no launch '{name}'.", allowed=plan.launches))
    asked = _asked(request)
    form = metric_form.fields(entry(METRIC), asked, plan, reader.vocabulary())[1]
    launch, result, problem = plan.launches[name], None, ""
    try:
        result = reader.metric(METRIC, asked).result()
    except QuestionError as error:
        problem = str(error)
    pairs = question.pairs({key: value for key, value in asked.items() if key != "launch"})
    return LaunchPage(
        title=launch.title,
        headline=sentence(result, headline(result), plan) if result else "",
        about=_about(plan, launch),
        fields=[field for field in form if field.name in ASKED],
        here=links.launch(name),
        chart=chart_of(reader, result, question.pairs(asked)) if result else None,
        problem=problem,
        campaign_url=links.launch(name, pairs, "/campaign"),
        metric_url=links.metric(METRIC, asked),
    )


def campaign(reader: Reader, request: Request) -> Part:
    """The effect of the campaign, as far as watching tells."""
    asked = {**_asked(request), "output": "campaign"}
    try:
        result = reader.metric(METRIC, asked, Urgency.PART).result()
    except QuestionError as error:
        return CampaignPart(says=f"{error.what} {error.do}", notes=(), columns=(), rows=(), metric_url="")
    return CampaignPart(
        says=reached(result, reader.plan),
        notes=result.notes,
        columns=[*({"name": one, "title": one} for one in result.by), *OF_CHANNELS],
        rows=result.rows,
        metric_url=links.metric(METRIC, asked),
    )


def _asked(request: Request) -> dict[str, Any]:
    given = question.read(request.query_params)
    asked = {name: value for name, value in given.items() if name in UNIVERSAL and name != "period"}
    return {**asked, "launch": request.path_params["name"]}


def _about(plan: Plan, launch: Launch) -> list[tuple[str, str, str]]:
    feature = plan.features[launch.feature]
    whom = wording.conditions((*feature.eligible, *launch.population)) or "everyone"
    told = [
        f"{one.name} ({wording.selector(one.reached, plan.events)} says whom it reached)" if one.reached else one.name
        for one in launch.channels
    ]
    clock = "the launch" if launch.clock == "launch" else "the day each could first use it"
    return [
        ("Feature", feature.title, links.feature(feature.name)),
        ("Launched", dates.day(plan.launched_on(launch)), ""),
        ("For", whom, ""),
        ("Days counted from", clock, ""),
        ("Target", _aim(launch) or "none", ""),
        ("Made known by", wording.joined(told, "and") or "nothing the plan names", ""),
    ]


def _aim(launch: Launch) -> str:
    if launch.target is None:
        return ""
    return f"{words.share(launch.target)} by day {launch.within_days} that {CURVES[launch.target_of]}"


def _aimed(launch: Launch, day: int | None) -> str:
    """What was aimed at, with its day where that is not the one that was counted."""
    if launch.target is None:
        return ""
    return words.share(launch.target) + (f" by day {launch.within_days}" if day != launch.within_days else "")


def _told(plan: Plan, launch: Launch, result: Result) -> dict[str, Any]:
    """A launch as a row: its curves on the target's day, or on the last day that is over."""
    over = [row for row in result.rows if row["estimate"] is not None]
    day = max((row["day"] for row in over), default=None)
    by_curve = {row["curve"]: row for row in over if row["day"] == day}
    state, said = None, "nothing is counted yet"
    if launch.target is not None:
        got = by_curve[launch.target_of]["estimate"] if by_curve else 0.0
        said = f"{words.share(got)} had {CURVES[launch.target_of]} by day {day}" if by_curve else said
        is_over = day is not None and day >= launch.within_days
        state = "reached" if got >= launch.target else "missed" if is_over else "on the way"
    return {
        "title": launch.title,
        "url": links.launch(launch.name),
        "feature": feature if (feature := plan.features[launch.feature].title) != launch.title else "",
        "launched_on": plan.launched_on(launch),
        "n": max((row["n"] for row in by_curve.values()), default=None),
        "day": day,
        **{curve: by_curve[curve]["estimate"] if by_curve else None for curve in CURVES},
        "aim": _aim(launch) or None,
        "aimed": _aimed(launch, day),
        "state": state,
        "got": said,
    }


def _news(rows: Sequence[Row]) -> str:
    aimed = [row for row in rows if row["state"]]
    if not aimed:
        return ""
    if len(aimed) == 1:
        did = {"reached": "has reached", "missed": "missed", "on the way": "is on the way to"}[aimed[0]["state"]]
        return f"{aimed[0]['title']} {did} its target: {aimed[0]['got']}, where {aimed[0]['aimed']} were aimed at."
    counts = {state: sum(row["state"] == state for row in aimed) for state in ("reached", "missed", "on the way")}
    forms = {"reached": "{} reached the target", "missed": "{} missed it", "on the way": "{} on the way"}
    said = [forms[state].format(words.count(count)) for state, count in counts.items() if count]
    return f"Of {words.count(len(aimed))} launches with a target, {wording.joined(said, 'and')}."
