"""Users: the list with search, filters and order; the page of one user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake import charts
from uptake.charts import dates
from uptake.directory.listing import Ask
from uptake.directory.user import User
from uptake.errors import QuestionError
from uptake.facts.milestone import STEP, VALUE
from uptake.metrics.core.names import called
from uptake.plan import Plan
from uptake.web import links
from uptake.web.pages import list_views, paging, problems, score
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.reader import Reader
from uptake.web.site import Page, Site
from uptake.web.words import history_words, list_sentences

Row = Mapping[str, Any]

COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "name", "title": "User", "link": "url", "under": "role"},
    {"name": "accounts", "title": "Accounts"},
    {
        "name": "score",
        "title": "Score",
        "type": "score",
        "missing": "not known",
        "about": "0 to 100; the page of a user says why it is what it is.",
    },
    {
        "name": "score_change",
        "title": "Change",
        "type": "points",
        "rank": WIDE,
        "missing": "not known",
        "about": "Points of the score in the last 28 days.",
    },
    {
        "name": "band",
        "title": "Band",
        "type": "band",
        "rank": EXTRA,
        "about": "Where good and poor begin is in the plan.",
    },
    {"name": "role", "title": "Role", "rank": EXTRA},
    {"name": "active_days", "title": "Active days", "type": "integer", "about": "In the last 28 days."},
    {"name": "sessions", "title": "Sessions", "type": "integer", "about": "In the last 28 days.", "rank": EXTRA},
    {
        "name": "features",
        "title": "Features",
        "type": "integer",
        "about": "Core features used in the last 30 days.",
        "rank": WIDE,
    },
    {"name": "activated_on", "title": "Activated", "type": "date", "missing": "not yet", "rank": WIDE},
    {"name": "last_active_on", "title": "Last active", "type": "date", "missing": "never", "rank": WIDE},
)
"""What the list shows; its file has every column."""


@dataclass(frozen=True, kw_only=True)
class UsersPage(paging.ListPage):
    """The list.

    Args:
        account_id: The account whose users these are; empty: of all.
        account_url: That account's page.
    """

    template: ClassVar[str] = "users.html"
    section: ClassVar[str] = "/users"

    title: str = "Users"
    account_id: str
    account_url: str


@dataclass(frozen=True, kw_only=True)
class UserPage(Page):
    """One user.

    Args:
        user: Everything that is known.
        score_url: Where the part about their score is fetched from; empty where the plan has none.
        headline: The sentence the page opens with.
        chart: Active days by week, or None where there never were any.
        memberships: Accounts the user belongs or belonged to, each with `url`.
        reached: Milestones reached: title, reached_at.
        features: Features used, each with `url`.
        events: The last events, newest first, each with `event`, what people call it.
    """

    template: ClassVar[str] = "user.html"
    section: ClassVar[str] = "/users"

    user: User
    score_url: str
    headline: str
    chart: Mapping[str, Any] | None
    memberships: Sequence[Row]
    reached: Sequence[Row]
    features: Sequence[Row]
    events: Sequence[Row]


def routes(site: Site) -> list[Route]:
    """The list, its file, and the page of one user."""
    return [
        Route("/users", site.endpoint(lambda reader, request: _show_list(site, reader, request))),
        Route("/users.{ending}", site.endpoint(_as_file)),
        Route("/users/{id:path}", site.endpoint(show)),
    ]


def _show_list(site: Site, reader: Reader, request: Request) -> Page:
    asked, account_id = paging.read(request.query_params), request.query_params.get("account", "")
    page = reader.users(asked.ask, account_id)
    found = paging.scores(reader.plan, "user", asked)
    found += paging.labels(reader.plan, "user", asked.where)
    found += paging.choices(reader.vocabulary(), "user", asked.where)
    sort, is_descending = paging.shown_order(page)
    every = _columns(reader.plan)
    columns = paging.shown_columns(every, asked.columns, page.rows, paging.shown_order(page)[0])
    views, view = list_views.views(site, reader, "users", request.query_params)
    return UsersPage(
        headline=list_sentences.users(page.totals),
        rows=[{**row, "url": links.user(row["user_id"])} for row in page.rows],
        columns=columns,
        column_choices=paging.column_choices(every, columns),
        views=views,
        history=history_words.of_list(reader),
        view=view,
        total=page.total,
        asked=asked,
        params=request.query_params.multi_items(),
        sort=sort,
        is_descending=is_descending,
        choices=found,
        others=paging.others(found, asked.where),
        segments=paging.segments(reader.plan, "user"),
        account_id=account_id,
        account_url=links.account(account_id),
        size=paging.SIZE,
        files=paging.files("users", request.url.query),
        has_any=bool(page.total or reader.users(Ask(limit=1)).total),
        home=reader.home,
    )


def _as_file(reader: Reader, request: Request) -> Response:
    asked, account_id = paging.read(request.query_params), request.query_params.get("account", "")
    ending = request.path_params["ending"]
    return paging.as_file("users", ending, asked, lambda ask: reader.all_users(ask, account_id))


def _columns(plan: Plan) -> list[Row]:
    """All columns of the list, with the plan's placements after the score."""
    after = 1 + next(at for at, column in enumerate(COLUMNS) if column["name"] == "band")
    return [*COLUMNS[:after], *paging.placed(plan, "user"), *COLUMNS[after:]]


def show(reader: Reader, request: Request) -> Page:
    """The page of one user."""
    user_id = request.path_params["id"] or request.query_params.get("id", "")
    try:
        user = reader.user(user_id)
    except QuestionError as error:
        return problems.not_found(error)
    said = {row["name"]: row["text"] for row in user.attributes}
    name = called("user", user_id, said)
    return UserPage(
        title=name,
        user=user,
        score_url=score.url(reader.plan, "user", user_id, request.query_params),
        headline=_headline(user, name),
        chart=_chart(user.weeks) if _weeks_active(user) else None,
        memberships=[{**row, "url": links.account(row["account_id"])} for row in user.memberships],
        reached=[
            {"title": _title(reader.plan, row["milestone"]), "reached_at": row["reached_at"]} for row in user.milestones
        ],
        features=[{**row, "url": links.feature(row["feature"])} for row in user.features],
        events=[{**row, "event": reader.plan.events.get(row["event_name"], row["event_name"])} for row in user.events],
    )


def _chart(weeks: Sequence[Row]) -> Mapping[str, Any]:
    rows = [{"period_on": week["week_on"], "estimate": week["days"], "n": None, "status": "closed"} for week in weeks]
    return charts.for_result("count", rows, "Active days by week", "", "count", period="week")


def _title(plan: Plan, milestone: str) -> str:
    """A milestone for people: its title in the plan."""
    if milestone.startswith(STEP) and plan.onboarding is not None:
        steps = {step.name: step.title for step in plan.onboarding.steps}
        return f"Set-up: {steps.get(milestone.removeprefix(STEP), milestone)}"
    known = {**plan.milestones, **{f"{VALUE}{name}": moment for name, moment in plan.value_moments.items()}}
    if milestone in known:
        return known[milestone].title
    return {"activated": "Activated", "value": "First value"}.get(milestone, milestone)


def _weeks_active(user: User) -> list[Row]:
    return [week for week in user.weeks if week["days"]]


def _headline(user: User, name: str) -> str:
    reached = {row["milestone"]: row["reached_at"] for row in user.milestones}
    weeks = _weeks_active(user)
    if not weeks:
        return f"{name} has not been active in the last year."
    seen = f"was last active in the week of {dates.day(weeks[-1]['week_on'])}"
    if "value" in reached:
        return f"{name} reached first value on {dates.day(reached['value'])} and {seen}."
    if "activated" in reached:
        return f"{name} was activated on {dates.day(reached['activated'])}, has not reached value, and {seen}."
    return f"{name} has not been activated and {seen}."
