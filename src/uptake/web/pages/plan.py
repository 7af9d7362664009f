"""The plan's versions, and the way back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.charts import dates
from uptake.plan import named_in
from uptake.web.forms import Form
from uptake.web.pages import plan_edits
from uptake.web.pages.segments import refusing
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

VERSIONS_SHOWN = 50


@dataclass(frozen=True)
class Kept:
    """A version of the plan.

    Args:
        version: Its version.
        since: When it was taken into use, in words.
        author: Who wrote it; empty if nobody knows.
        changes: (words, file and line) of what it says otherwise than the one before.
        is_in_use: Whether it is the plan in use.
        is_first: Whether it is the first that was kept.
    """

    version: str
    since: str
    author: str
    changes: Sequence[tuple[str, str]]
    is_in_use: bool
    is_first: bool


@dataclass(frozen=True, kw_only=True)
class PlanPage(Page):
    """Every plan that was in use.

    Args:
        headline: How many there were.
        versions: They, the latest first.
        numbers: What has numbers that can be changed: by kind, titles and addresses.
        done: What has just been done, in words; empty: nothing.
        undo: The version that was in use before that; empty: there is none.
        plan_folder: Where the plan's files are.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "plan.html"
    section: ClassVar[str] = "/data"

    title: str = "Changes of the plan"
    headline: str
    versions: Sequence[Kept]
    numbers: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    done: str
    undo: str
    plan_folder: str
    form_token: str


def routes(site: Site) -> list[Route]:
    """The versions, and what changes the plan."""

    def restore(reader: Reader, request: Request, form: Form) -> Response:
        del reader, form
        version = request.path_params["version"]
        with refusing():
            site.workspace.restore_plan(version)
        return RedirectResponse(f"/plan?{urlencode({'restored': version})}", 303)

    return [
        Route("/plan", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/plan/versions/{version}/restore", site.action(restore), methods=["POST"]),
    ]


def _show(site: Site, reader: Reader, request: Request) -> Page:
    log = site.workspace.plans.log(VERSIONS_SHOWN)
    zone = reader.plan.product.timezone
    versions = [
        Kept(
            one.version, dates.instant(one.taken_at.replace(tzinfo=None), zone), one.author,
            [(change.told, change.place) for change in one.changes], number == 0, one.is_first,
        )
        for number, one in enumerate(log)
    ]  # fmt: skip
    saved, restored = (request.query_params.get(name, "") for name in ("saved", "restored"))
    titles = [found[saved].title for section in plan_edits.KINDS if saved in (found := named_in(reader.plan, section))]
    done = f"The numbers of {titles[0] if len(set(titles)) == 1 else saved} are in use." if titles else ""
    if restored and log and log[0].version.startswith(restored):
        done = f"Version {restored} is in use again."
    count = len(versions)
    return PlanPage(
        headline=f"{'The latest ' if count == VERSIONS_SHOWN else ''}{count} version{'' if count == 1 else 's'} of the plan.",
        versions=versions,
        numbers=plan_edits.addresses(reader.plan),
        done=done,
        undo=log[1].version if done and count > 1 else "",
        plan_folder=f"{reader.home}/plan",
        form_token=site.form_token,
    )
