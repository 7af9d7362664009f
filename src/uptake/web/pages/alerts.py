"""Alerts: who crossed what and why, newest first; and who carries an account, as a part of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.metrics.core import export
from uptake.plan import SEVERITIES, subjects
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages import waiting
from uptake.web.pages.metric_files import attachment
from uptake.web.pages.paging import SIZE, whole
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site

Row = Mapping[str, Any]
ASKED = ("alert", "severity", "since", "entity", "id")
WHY_DAYS, WHY_LINES = 28, 3
"""Over how many days a change is explained, and in how many lines."""


@dataclass(frozen=True, kw_only=True)
class AlertsPage(Page):
    """Alerts of some days.

    Args:
        headline: How many there are.
        rows: Those of this page, with `url` of whom they are, `why` where their reasons are, `is_open`, `is_gone`.
        total: How many there are in all.
        number: This page, from 1.
        size: Rows of a page.
        asked: What was asked, by name.
        params: The address's parameters, kept by links.
        names: (name, title) of the plan's alerts.
        rules: (title, address) of where their thresholds are changed.
        severities: What they may be.
        csv_url: All of them as a file.
        form_token: What a form of this server has to know.
        here: This address, to come back to.
        has_any: Whether there is anything to tell of.
        home: The workspace's folder, for commands.
    """

    template: ClassVar[str] = "alerts.html"
    section: ClassVar[str] = "/alerts"

    title: str = "Alerts"
    headline: str
    rows: Sequence[Row]
    total: int
    number: int
    size: int
    asked: Mapping[str, str]
    params: list[tuple[str, str]]
    names: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str]]
    severities: Sequence[str]
    csv_url: str
    form_token: str
    here: str
    has_any: bool
    home: str


@dataclass(frozen=True, kw_only=True)
class WhyPart(Part):
    """Why a score is another than four weeks before the alert.

    Args:
        lines: The largest changes as sentences; none where nothing can be told.
        since: The day they are told from.
        is_known: Whether there was a score on that day.
    """

    template: ClassVar[str] = "part_why.html"

    lines: Sequence[str]
    since: date
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class CarriedPart(Part):
    """Who carries an account.

    Args:
        row: What is known of it.
        champion_url: The champion's page.
        owner_url: The owner's page.
        proposed_url: The page of who does most.
        note: What has to be known to read it; empty: nothing.
    """

    template: ClassVar[str] = "part_carried.html"

    row: Row
    champion_url: str
    owner_url: str
    proposed_url: str
    note: str


def routes(site: Site) -> list[Route]:
    """The list, its file, reasons, what is marked as seen, and the part of an account's page."""

    def see(reader: Reader, request: Request, form: Form) -> Response:
        del reader, request
        return _see(site, form)

    return [
        Route("/alerts", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/alerts.csv", site.endpoint(_as_csv)),
        Route("/alerts/why", site.endpoint(_why)),
        Route("/alerts/seen", site.action(see), methods=["POST"]),
        Route("/account-carried", site.endpoint(_carried)),
    ]


def _asked(request: Request) -> dict[str, str]:
    return {name: value for name in ASKED if (value := request.query_params.get(name, "").strip())}


def _show(site: Site, reader: Reader, request: Request) -> Page:
    asked = _asked(request)
    finding = reader.alerts(asked)
    if waits := waiting.until([finding], request, "Alerts", AlertsPage.section, "Looking for alerts"):
        return waits
    found = reader.remembered(finding.result())
    number = whole(request.query_params.get("page", "1"))
    part = found.rows[(number - 1) * SIZE : number * SIZE]
    query = request.url.query
    is_open = sum(row["status"] == "open" for row in found.rows)
    return AlertsPage(
        headline=f"{found.title}{f', {is_open:,} still open' if found.rows else ''}." if reader.has_events() else "",
        rows=[_row(reader, row) for row in part],
        total=len(found.rows),
        number=number,
        size=SIZE,
        asked={"since": found.params["since"].isoformat()} | asked,
        params=request.query_params.multi_items(),
        names=[(alert.name, alert.title) for alert in reader.plan.all_alerts.values()],
        rules=[(one.title, links.numbers("alerts", one.name)) for one in reader.plan.all_alerts.values()],
        severities=SEVERITIES,
        csv_url=f"/alerts.csv?{query}".rstrip("?"),
        form_token=site.form_token,
        here=query,
        has_any=reader.has_events(),
        home=reader.home,
    )


def _row(reader: Reader, row: Row) -> dict[str, Any]:
    alert = reader.plan.all_alerts.get(row["alert"])
    scores = [name for kind, name in subjects(alert.when) if kind in ("score", "fall", "decline")] if alert else []
    why = {"score": scores[0], "entity": row["entity"], "id": row["id"], "on": row["on"].isoformat()} if scores else {}
    return {
        **row,
        "url": links.profile(row["entity"], row["id"]),
        "why": f"/alerts/why?{urlencode(why)}" if why else "",
        "is_open": row["status"] == "open",
        "is_gone": row["status"] not in ("open", "cleared"),
    }


def _as_csv(reader: Reader, request: Request) -> Response:
    return attachment(export.csv_text(reader.all_alerts(_asked(request))).encode(), "alerts", "csv")


def _why(reader: Reader, request: Request) -> Part:
    asked = request.query_params
    try:
        on = date.fromisoformat(asked.get("on", ""))
    except ValueError as error:
        raise QuestionError(f"on is '{asked.get('on', '')}'.", allowed=["a day, such as 2026-03-01"]) from error
    since = on - timedelta(days=WHY_DAYS)
    given = {"entity": asked.get("entity", "account"), "as_of": on.isoformat(), "since": since.isoformat()}
    found = reader.change_of(asked.get("score", ""), asked.get("id", ""), given).change
    lines = [line.says for line in found.lines if line.points][:WHY_LINES] if found else []
    return WhyPart(lines=lines, since=since, is_known=found is not None)


def _see(site: Site, form: Form) -> Response:
    try:
        on = date.fromisoformat(form.get("on", ""))
    except ValueError:
        raise HTTPException(404) from None
    if not site.workspace.state.see_alert(form.get("alert", ""), form.get("entity", ""), form.get("id", ""), on):
        raise HTTPException(404)
    return RedirectResponse(f"/alerts?{form.get('here', '')}".rstrip("?"), 303)


def _carried(reader: Reader, request: Request) -> Part:
    found = reader.champions(request.query_params.get("id", ""))
    if not found.rows:
        raise HTTPException(404)
    row = found.rows[0]

    def url(name: str) -> str:
        return links.user(row[name]) if row[name] else ""

    note = " ".join(found.notes)
    return CarriedPart(
        row={**row, "says": _says(row)}, champion_url=url("champion_id"), owner_url=url("owner_id"),
        proposed_url=url("proposed_id"), note=note,
    )  # fmt: skip


def _says(row: Row) -> str:
    """What the state of a champion means, as the end of a sentence."""
    match row["state"]:
        case "removed":
            return f"left on {dates.day(row['removed_on'])}"
        case "silent":
            return f"silent since {dates.day(row['last_active_on'])}"
        case "never came":
            return "never came"
    return f"last active on {dates.day(row['last_active_on'])}" if row["last_active_on"] else ""
