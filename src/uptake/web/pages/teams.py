"""Teams: what each team looks at, on one definition; see `uptake.reports.lenses` for what stands on which page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from uptake.directory.listing import Ask
from uptake.errors import QuestionError
from uptake.metrics.core.result import Result
from uptake.plan import Condition
from uptake.reports import targets
from uptake.reports.headline import headline
from uptake.reports.lens import Aims, Groups, Lens, Numbers, Rows
from uptake.reports.lens import Part as Declared
from uptake.reports.lenses import BY_NAME, LENSES
from uptake.web.cache import Urgency
from uptake.web.pages import question, team_groups, team_lists
from uptake.web.pages.aims import Aim, aim
from uptake.web.pages.condition_field import condition
from uptake.web.pages.overview import HeadlinePart, LinePart, TrendPart
from uptake.web.pages.overview_lines import Line, LineAsked
from uptake.web.pages.team_groups import Table
from uptake.web.pages.team_lists import Listing
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Part, Site
from uptake.web.words import history_words, list_sentences
from uptake.web.words.sentences import sentence

OWNER = "account.owner"


@dataclass(frozen=True)
class Place:
    """A part as the page has it: its frame, and where it is fetched from.

    Args:
        title: What it shows.
        says: What has to be known to read it.
        url: Where it is fetched from; empty: it stands here, its lines are fetched one by one.
        lines: Lines of numbers, each fetched by itself.
    """

    title: str
    says: str
    url: str
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Tab:
    """A link to a team.

    Args:
        title: The team.
        url: Its page.
        asks: The question that its page answers.
        is_current: Whether it is the page that is shown.
    """

    title: str
    url: str
    asks: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class TeamsPage(Page):
    """All teams.

    Args:
        tabs: They.
    """

    template: ClassVar[str] = "teams.html"
    section: ClassVar[str] = "/teams"

    title: str = "Teams"
    tabs: list[Tab]


@dataclass(frozen=True, kw_only=True)
class TeamPage(Page):
    """What one team looks at.

    Args:
        headline_url: Where the sentence is fetched from that it opens with.
        tabs: All teams.
        places: The parts, in order.
        has_events: Whether anything was imported.
        owners: Who look after accounts, to choose from; none where that means nothing here.
        owner: Who was chosen; empty: everybody.
        history: What there is to know of the history that scores come from; empty where it is complete.
        home: The workspace's folder, for commands.
    """

    template: ClassVar[str] = "team.html"
    section: ClassVar[str] = "/teams"

    headline_url: str
    tabs: list[Tab]
    places: list[Place]
    has_events: bool
    owners: list[str]
    owner: str
    history: str
    home: str


@dataclass(frozen=True, kw_only=True)
class GroupsPart(Part):
    """A table of groups."""

    template: ClassVar[str] = "part_groups.html"

    table: Table


@dataclass(frozen=True, kw_only=True)
class ListingPart(Part):
    """A list of accounts.

    Args:
        caption: What is listed.
        missing: What to say where nobody is on it.
        listing: The list.
        zone: The product's time zone.
    """

    template: ClassVar[str] = "part_listing.html"

    caption: str
    missing: str
    listing: Listing
    zone: str


@dataclass(frozen=True, kw_only=True)
class AimsPart(Part):
    """The targets of the plan."""

    template: ClassVar[str] = "part_aims.html"

    aims: list[Aim]


def routes(site: Site) -> list[Route]:
    """The list of teams, the page of each, and the parts of it."""
    return [
        Route("/teams", site.endpoint(show_all)),
        Route("/teams/{team}", site.endpoint(show)),
        Route("/teams/{team}/headline", site.endpoint(headline_part)),
        Route("/teams/{team}/parts/{part:int}", site.endpoint(part)),
        Route("/teams/{team}/parts/{part:int}/{line:int}", site.endpoint(line_part)),
        Route("/teams/{team}/parts/{part:int}/{line:int}/trend", site.endpoint(trend_part)),
    ]


def show_all(reader: Reader, request: Request) -> Page:
    """All teams."""
    del reader, request
    return TeamsPage(tabs=_tabs(None))


def show(reader: Reader, request: Request) -> Page:
    """The page of one team; what is slow comes after it."""
    lens, owner = _lens(request), _owner(request)
    has_events = reader.has_events()
    places = [_place(reader, lens, number, owner) for number in range(len(lens.parts))] if has_events else []
    return TeamPage(
        title=lens.asks,
        headline_url=f"/teams/{lens.name}/headline{_query(lens, owner)}",
        tabs=_tabs(lens),
        places=places,
        has_events=has_events,
        owners=reader.owners() if lens.has_owner and has_events else [],
        owner=owner if lens.has_owner else "",
        history=history_words.of_list(reader)
        if has_events and any(isinstance(one, Rows) for one in lens.parts)
        else "",
        home=reader.home,
    )


def headline_part(reader: Reader, request: Request) -> Part:
    """The sentence that the page opens with."""
    lens, owner = _lens(request), _owner(request)
    if lens.opening is None:
        owned = (Condition(property=OWNER, test="is", values=(owner,)),) if owner else ()
        page, _ = reader.accounts(Ask(where=owned, limit=1))
        said = list_sentences.accounts(page.totals, reader.plan.product.currency or "", owner)
        return HeadlinePart(headline=said or "No accounts yet.")
    asked = question.as_asked(team_groups.given(reader, lens.opening))
    try:
        result = reader.metric(lens.opening.metric, asked, Urgency.PART).result()
    except QuestionError as error:
        return HeadlinePart(headline=" ".join(part for part in (error.what, error.do) if part))
    return HeadlinePart(headline=sentence(result, headline(result), reader.plan))


def part(reader: Reader, request: Request) -> Part:
    """A table, a list or the targets, once it is known."""
    found = _part(request)
    match found:
        case Groups():
            return GroupsPart(table=team_groups.table(reader, found))
        case Rows():
            listing = team_lists.LISTS[found.list](reader, _owner(request))
            return ListingPart(
                caption=found.title, missing=found.missing, listing=listing, zone=reader.plan.product.timezone
            )
        case Aims():
            return AimsPart(aims=aims(reader))
    raise HTTPException(404)


def line_part(reader: Reader, request: Request) -> Part:
    """A line of numbers, once its number is there."""
    asked = _line(reader, request)
    ready(asked.ask_values(Urgency.PART), seconds=None)
    asked.ask_trend(Urgency.AHEAD)
    return LinePart(line=asked.line())


def trend_part(reader: Reader, request: Request) -> Part:
    """The trend of a line, once it is there."""
    asked = _line(reader, request)
    ready([asked.ask_trend(Urgency.PART)], seconds=None)
    return TrendPart(line=asked.line())


def _place(reader: Reader, lens: Lens, number: int, owner: str) -> Place:
    found, url = lens.parts[number], _url(lens, number, owner)
    if not isinstance(found, Numbers):
        return Place(found.title, getattr(found, "says", ""), url)
    lines = [asked_line(reader, lens, number, line, owner).line() for line in range(len(found.tiles))]
    says = f"Of the accounts that {owner} looks after." if owner and found.is_of_owner else ""
    return Place(found.title, says, "", lines)


def asked_line(reader: Reader, lens: Lens, number: int, line: int, owner: str) -> LineAsked:
    """The questions behind a line of a part of numbers."""
    found = lens.parts[number]
    if not isinstance(found, Numbers) or line >= len(found.tiles):
        raise HTTPException(404)
    said = condition(OWNER, owner) if owner and found.is_of_owner else ""
    query = f"?{urlencode({'owner': owner})}" if said else ""
    days = reader.moment()[1], reader.first_day()
    base = f"/teams/{lens.name}/parts/{number}"
    return LineAsked(reader, line, *days, found.tiles, base, [said] if said else [], query)


def _line(reader: Reader, request: Request) -> LineAsked:
    lens, path = _lens(request), request.path_params
    _part(request)
    return asked_line(reader, lens, path["part"], path["line"], _owner(request) if lens.has_owner else "")


def aims(reader: Reader) -> list[Aim]:
    """The targets of the plan with their pace."""
    last_day: date = reader.moment()[1]

    def ask(name: str, given: Mapping[str, Any]) -> Result:
        future: Future[Result] = reader.metric(name, given, Urgency.PART)
        return future.result()

    return [aim(targets.progress(one, reader.plan, last_day, ask)) for one in reader.plan.targets.values()]


def _lens(request: Request) -> Lens:
    name = request.path_params["team"]
    if name not in BY_NAME:
        raise HTTPException(404)
    return BY_NAME[name]


def _part(request: Request) -> Declared:
    lens, number = _lens(request), int(request.path_params["part"])
    if number >= len(lens.parts):
        raise HTTPException(404)
    return lens.parts[number]


def _owner(request: Request) -> str:
    return request.query_params.get("owner", "").strip()


def _url(lens: Lens, number: int, owner: str) -> str:
    return f"/teams/{lens.name}/parts/{number}{_query(lens, owner)}"


def _query(lens: Lens, owner: str) -> str:
    return f"?{urlencode({'owner': owner})}" if owner and lens.has_owner else ""


def _tabs(current: Lens | None) -> list[Tab]:
    return [Tab(lens.title, f"/teams/{lens.name}", lens.asks, lens is current) for lens in LENSES]
