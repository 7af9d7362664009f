"""Accounts: the list with search, filters and order; the page of one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake import charts
from uptake.charts import dates, words
from uptake.directory.account import Account
from uptake.directory.accounts import RENEWAL_DAYS, URGENCY
from uptake.directory.listing import Ask
from uptake.directory.listing import Page as Listed
from uptake.errors import QuestionError
from uptake.plan import Plan
from uptake.scores import written
from uptake.segments.tracks import name_of
from uptake.segments.written import SINCE
from uptake.web import links
from uptake.web.pages import in_trouble, list_views, paging, problems, score
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.reader import Reader
from uptake.web.site import Page, Site
from uptake.web.words import history_words, list_sentences

Row = Mapping[str, Any]

COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "name", "title": "Account", "link": "url", "under": "under"},
    {"name": "plan", "title": "Plan", "rank": EXTRA},
    {"name": "owner", "title": "Owner", "rank": EXTRA},
    {"name": "score", "title": "Score", "type": "score", "missing": "not known",
     "about": "0 to 100; the page of an account says why it is what it is."},
    {"name": "trend", "title": "90 days", "type": "trend", "is_sortable": False, "rank": WIDE, "about": "The score."},
    {"name": "score_change", "title": "Change", "type": "points", "missing": "not known",
     "about": "Points of the score in the last 28 days."},
    {"name": "band", "title": "Band", "type": "band", "rank": EXTRA, "about": "Where good and poor begin is in the plan."},
    {"name": "distance", "title": "Below benchmark", "type": "number", "unit": "share", "rank": WIDE,
     "about": "What is missing of the benchmark of its type: the median of its exemplary accounts."},
    {"name": "seats", "title": "Seats", "type": "integer", "rank": EXTRA,
     "about": "Seats held now; members where there is no roster."},
    {"name": "active_share", "title": "Seats used", "type": "number", "unit": "share", "rank": WIDE,
     "about": "Seats whose users were active in the last 28 days."},
    {"name": "adopted_share", "title": "Adopted", "type": "number", "unit": "share", "rank": EXTRA,
     "about": "Seats whose users reached value and were active in 2 of the last 4 usage intervals."},
    {"name": "line", "title": "12 weeks", "type": "line", "is_sortable": False, "rank": EXTRA,
     "about": "Active users, week by week."},
    {"name": "active_users", "title": "Active users", "type": "integer", "rank": EXTRA,
     "about": "In the last 28 days."},
    {"name": "mrr", "title": "MRR", "type": "number", "unit": "currency", "rank": EXTRA,
     "about": "Monthly revenue of the subscriptions that run."},
    {"name": "renewal_on", "title": "Renewal", "type": "date", "rank": WIDE},
    {"name": "last_active_on", "title": "Last active", "type": "date", "missing": "never", "rank": EXTRA},
    {"name": "churned_on", "title": "Left", "type": "date", "missing": "no", "rank": EXTRA},
)  # fmt: skip
"""What the list shows; its file has every column."""
USERS_SHOWN = 20
USERS: tuple[dict[str, Any], ...] = (
    {"name": "name", "title": "User", "link": "url", "under": "role"},
    {"name": "score", "title": "Score", "type": "score", "missing": "not known"},
    {"name": "active_days", "title": "Active days", "type": "integer", "about": "In the last 28 days."},
    {"name": "sessions", "title": "Sessions", "type": "integer", "about": "In the last 28 days.", "rank": EXTRA},
    {
        "name": "features",
        "title": "Core features",
        "type": "integer",
        "about": "Used in the last 30 days.",
        "rank": WIDE,
    },
    {"name": "activated_on", "title": "Activated", "type": "date", "missing": "not yet", "rank": EXTRA},
    {"name": "value_on", "title": "First value", "type": "date", "missing": "not yet", "rank": WIDE},
    {"name": "last_active_on", "title": "Last active", "type": "date", "missing": "never"},
)
"""What the page of an account shows of its users, beside where they stand."""
USERS_PLACED = (name_of("segment"), name_of("stage"))
WORRYING = ("at_risk", "inactive")
"""Segments that the page of an account begins with."""
ATTRIBUTES_TOLD = ("name",)
"""Attributes that the page's title already says."""


@dataclass(frozen=True, kw_only=True)
class AccountsPage(paging.ListPage):
    """The list; its rows have `line` too, the active users of each in the last weeks, and `trend`, its score.

    Args:
        owners: Who look after accounts, to choose from.
        order: What stands first, where that is no column's order; empty: it is one.
    """

    template: ClassVar[str] = "accounts.html"
    section: ClassVar[str] = "/accounts"

    title: str = "Accounts"
    owners: Sequence[str]
    order: str


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """One account.

    Args:
        account: Everything that is known of it.
        score_url: Where the part about its score is fetched from; empty where the plan has none.
        headline: The sentence the page opens with.
        attributes: Attributes it has now.
        chart: Active users by week, or None where there never were any.
        used: Features used in the last 30 days.
        unused: Features not used in them, those most others use first.
        users: Its users, the most active first, each with `url`.
        user_columns: What is shown of them.
        users_total: How many users it has.
        users_url: All of them.
        currency: Code of the product's currency.
    """

    template: ClassVar[str] = "account.html"
    section: ClassVar[str] = "/accounts"

    account: Account
    score_url: str
    headline: str
    attributes: Sequence[Row]
    chart: Mapping[str, Any] | None
    used: Sequence[Row]
    unused: Sequence[Row]
    users: Sequence[Row]
    user_columns: Sequence[Row]
    users_total: int
    users_url: str
    currency: str


def routes(site: Site) -> list[Route]:
    """The list, its file, and the page of one account."""
    return [
        Route("/accounts", site.endpoint(lambda reader, request: _show_list(site, reader, request))),
        Route("/accounts.{ending}", site.endpoint(_as_file)),
        Route("/accounts/{id:path}", site.endpoint(show)),
    ]


def _show_list(site: Site, reader: Reader, request: Request) -> Page:
    asked = in_trouble.in_order(paging.read(request.query_params))
    trouble = in_trouble.label_of(asked)
    page, lines = reader.accounts(asked.ask)
    found = paging.scores(reader.plan, "account", asked)
    found += paging.labels(reader.plan, "account", asked.where)
    found += paging.choices(reader.vocabulary(), "account", asked.where, apart=("account.owner",))
    trends = _trends(reader, asked, page)
    rows = [
        {
            **row,
            "url": links.account(row["account_id"]),
            "line": lines.get(row["account_id"], []),
            "trend": trends.get(row["account_id"]),
            "under": _under(row, reader.plan.product.currency or ""),
            "plan_says": _plan_says(row, reader.plan.product.currency or ""),
        }
        for row in page.rows
    ]
    sort, is_descending = paging.shown_order(page)
    every = _columns(reader.plan)
    if trouble:
        every, rows = in_trouble.columns(every), in_trouble.told(reader, trouble, rows)
    columns = paging.shown_columns(every, asked.columns, rows, sort)
    views, view = list_views.views(site, reader, "accounts", request.query_params)
    return AccountsPage(
        headline=list_sentences.accounts(page.totals, reader.plan.product.currency or "", asked.owner),
        owners=reader.owners(),
        order=in_trouble.ORDER if page.sort == URGENCY else "",
        history=history_words.of_list(reader),
        rows=rows,
        columns=columns,
        column_choices=paging.column_choices(every, columns),
        views=views,
        view=view,
        total=page.total,
        asked=asked,
        params=request.query_params.multi_items(),
        sort=sort,
        is_descending=is_descending,
        choices=found,
        others=paging.others(found, asked.where),
        segments=paging.segments(reader.plan, "account"),
        size=paging.SIZE,
        files=paging.files("accounts", request.url.query),
        has_any=bool(page.total or reader.accounts(Ask(limit=1))[0].total),
        home=reader.home,
    )


def _as_file(reader: Reader, request: Request) -> Response:
    asked = in_trouble.in_order(paging.read(request.query_params))
    return paging.as_file("accounts", request.path_params["ending"], asked, reader.all_accounts)


def show(reader: Reader, request: Request) -> Page:
    """The page of one account."""
    account_id = request.path_params["id"] or request.query_params.get("id", "")
    try:
        account = reader.account(account_id)
    except QuestionError as error:
        return problems.not_found(error)
    users = reader.users(Ask(limit=USERS_SHOWN), account_id)
    weeks = [
        {
            "period_on": week["week_on"],
            "estimate": week["users"],
            "n": None,
            "status": "closed" if week["is_closed"] else "in_progress",
        }
        for week in account.weeks
    ]
    return AccountPage(
        title=str(account.summary["name"]),
        account=account,
        score_url=score.url(reader.plan, "account", account_id, request.query_params),
        headline=_headline(account, reader.plan),
        attributes=[row for row in account.attributes if row["name"] not in ATTRIBUTES_TOLD],
        chart=_chart(weeks) if any(week["estimate"] for week in weeks) else None,
        used=[_linked(row) for row in account.features if row["users"]],
        unused=sorted((_linked(row) for row in account.features if not row["users"]), key=_use_of_others, reverse=True),
        users=[{**row, "url": links.user(row["user_id"])} for row in users.rows],
        user_columns=_user_columns(reader.plan, users.rows),
        users_total=users.total,
        users_url=links.users_of(account_id),
        currency=reader.plan.product.currency or "",
    )


def _trends(reader: Reader, asked: paging.Asked, page: Listed) -> dict[str, list[float | None]]:
    """The scores of the listed accounts over the last 90 days."""
    known = written.of_entity(reader.plan, "account")
    if not known:
        return {}
    ids = tuple(row["account_id"] for row in page.rows)
    return reader.score_lines(asked.ask.score or known[0].name, "account", ids)


def _columns(plan: Plan) -> list[Row]:
    """All columns of the list, with the plan's placements after the score."""
    after = 1 + next(at for at, column in enumerate(COLUMNS) if column["name"] == "band")
    every = [*COLUMNS[:after], *paging.placed(plan, "account"), *COLUMNS[after:]]
    return [{**column, "currency": plan.product.currency or ""} for column in every]


def _under(row: Row, currency: str) -> str:
    """What stands below an account's name: its plan, what it pays, its owner, and when it left."""
    left = f"left {dates.day(row['churned_on'])}" if row["churned_on"] else ""
    return " · ".join(str(part) for part in (_plan_says(row, currency), row["owner"], left) if part)


def _plan_says(row: Row, currency: str) -> str:
    """An account's plan, and what it pays."""
    paid = words.money(row["mrr"], currency) if row["mrr"] and currency else ""
    return " · ".join(str(part) for part in (row["plan"], paid) if part)


def _linked(row: Row) -> dict[str, Any]:
    return {**row, "url": links.feature(row["feature"])}


def _use_of_others(row: Row) -> float:
    return float(row["share_of_accounts"])


def _chart(weeks: list[dict[str, Any]]) -> Mapping[str, Any]:
    return charts.for_result("count", weeks, "Active users by week", "", "count", period="week")


def _user_columns(plan: Plan, rows: Sequence[Row]) -> list[Row]:
    """What is shown of an account's users: with where they stand, and without what nobody has."""
    placed = [column for column in paging.placed(plan, "user") if column["name"] in USERS_PLACED]
    columns = [*USERS[:2], *placed, *USERS[2:]]
    return [column for column in columns if any(row.get(column["name"]) is not None for row in rows)]


def _headline(account: Account, plan: Plan) -> str:
    summary, product = account.summary, plan.product.name
    name, seats = summary["name"], summary["seats"]
    if summary["churned_on"] is not None and summary["churned_on"] <= account.last_day:
        return f"{name} left on {dates.day(summary['churned_on'])}."
    stands = _stands(account, plan)
    begin = f"{name} {stands}; " if stands else ""
    if not seats:
        return f"{begin}{summary['active_users']:,} users were active in the last 28 days; its seats are not known."
    where = "" if stands else f" at {name}"
    adopted = f"{summary['adopted_users']:,} of {seats:,} users{where} have adopted {product}"
    return f"{begin}{adopted}; {words.share(summary['active_share'])} were active in the last 28 days."


def _stands(account: Account, plan: Plan) -> str:
    """What a manager has to know first: that it is at risk or inactive, and that it renews soon and for how much."""
    summary, said = account.summary, []
    label = summary.get(name_of("segment"))
    if label in WORRYING:
        title = next(one.title for one in plan.all_placements["segment"].labels_of("account") if one.name == label)
        since = summary.get(name_of("segment") + SINCE)
        said.append(f"has been {title.lower()} since {dates.day(since)}" if since else f"is {title.lower()}")
    renews = summary["renewal_on"]
    if renews is not None and 0 < (renews - account.last_day).days <= RENEWAL_DAYS:
        paid = f" ({words.money(summary['mrr'], plan.product.currency or '')} a month)" if summary["mrr"] else ""
        said.append(f"renews on {dates.day(renews)}{paid}")
    return " and ".join(said)
