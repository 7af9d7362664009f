"""Segments: the named sets of the plan, and how one is made of the people behind a number, and taken away again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.charts import words
from uptake.directory.listing import Ask
from uptake.errors import PlanError, QuestionError
from uptake.plan import Group, Plan, Segment, numbers
from uptake.plan.words import free_name
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages import people
from uptake.web.pages.explore import explorers
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words.plan_words import behaviour, joined

ENTITIES = {"user": "users", "account": "accounts"}
TESTS = {"is": "is", "is_not": "is not", "gte": "is at least", "lte": "is at most", "gt": "is above", "lt": "is below"}


@dataclass(frozen=True)
class Listed:
    """One segment.

    Args:
        name: Its name in the plan.
        title: How people call it.
        of: users or accounts.
        who: Who belongs to it, in words.
        questions: (title, address) of questions about it.
        is_list: Whether its members are named, so that it can be taken away here.
        numbers_url: Where its thresholds are changed; empty: it has none.
    """

    name: str
    title: str
    of: str
    who: str
    questions: list[tuple[str, str]]
    is_list: bool
    numbers_url: str

    @property
    def url(self) -> str:
        """Everybody who is in it."""
        return f"/{self.of}?{urlencode({'segment': self.name})}"


@dataclass(frozen=True, kw_only=True)
class SizePart(Part):
    """How many are in a segment now.

    Args:
        text: How many, in words.
        url: Who they are.
    """

    template: ClassVar[str] = "part_size.html"

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class SegmentsPage(Page):
    """All segments.

    Args:
        headline: How many there are, and of whom.
        segments: They.
        saved: The segment that was just saved, or None.
        deleted: The name of the segment that was just taken away; empty if none was.
        plan_folder: Where the plan's files are.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "segments.html"
    section: ClassVar[str] = "/segments"

    title: str = "Segments"
    headline: str
    segments: Sequence[Listed]
    saved: Listed | None
    deleted: str
    plan_folder: str
    form_token: str


def routes(site: Site) -> list[Route]:
    """The list, and what changes it."""

    def save(reader: Reader, request: Request, form: Form) -> Response:
        return _save(site, reader, request, form)

    def delete(reader: Reader, request: Request, form: Form) -> Response:
        return _delete(site, reader, request, form)

    return [
        Route("/segments", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/segments/{name}/size", site.endpoint(_size)),
        Route("/segments/{name}/delete", site.action(delete), methods=["POST"]),
        Route("/metrics/{name}/people/segment", site.action(save), methods=["POST"]),
    ]


def _show(site: Site, reader: Reader, request: Request) -> Page:
    listed = [_listed(reader.plan, segment) for segment in reader.plan.segments.values()]
    saved = request.query_params.get("saved", "")
    return SegmentsPage(
        headline=_headline(listed),
        segments=listed,
        saved=next((segment for segment in listed if segment.name == saved), None),
        deleted=request.query_params.get("deleted", ""),
        plan_folder=f"{reader.home}/plan",
        form_token=site.form_token,
    )


def _size(reader: Reader, request: Request) -> Part:
    """How many are in it now: counting takes a moment, so the page does not wait for it."""
    segment = reader.plan.segments.get(request.path_params["name"])
    if segment is None:
        raise HTTPException(404)
    asked = Ask(segments=(segment.name,), limit=1)
    page = reader.accounts(asked)[0] if segment.entity == "account" else reader.users(asked)
    noun = segment.entity if page.total == 1 else ENTITIES[segment.entity]
    return SizePart(text=f"{words.count(page.total)} {noun}", url=_listed(reader.plan, segment).url)


def _headline(listed: Sequence[Listed]) -> str:
    """How many segments there are: "3 segments: 2 of accounts and 1 of users."."""
    if not listed:
        return ""
    of = [(sum(segment.of == whose for segment in listed), whose) for whose in ENTITIES.values()]
    said = joined([f"{number} of {whose}" for number, whose in sorted(of, reverse=True) if number], "and")
    return f"{len(listed)} segment{'' if len(listed) == 1 else 's'}: {said}."


def _save(site: Site, reader: Reader, request: Request, form: Form) -> Response:
    """Makes a segment of everyone on the side of the number that the address names."""
    found = people.behind(reader, request)
    entity = "account" if found.entity == "account" or form.get("entity") == "account" else "user"
    title = form.get("title", "").strip()
    name = form.get("name", "").strip() or free_name(title, reader.plan.segments, "segment")
    with refusing():
        site.workspace.save_segment(
            name, entity, found.ids(entity), title=title or None, replace=form.get("replace") == "yes"
        )
    return RedirectResponse(f"/segments?{urlencode({'saved': name})}", 303)


def _delete(site: Site, reader: Reader, request: Request, form: Form) -> Response:
    name = request.path_params["name"]
    segment = reader.plan.segments.get(name)
    if segment is None:
        raise QuestionError(f"The plan has no segment '{name}'.", allowed=reader.plan.segments)
    if form.get("confirm") != name:
        raise QuestionError(
            f"'{form.get('confirm', '')}' was typed, not '{name}'. Nothing was deleted.",
            do="Type the segment's name to delete it.",
        )
    if not segment.is_list:
        raise QuestionError(f"'{name}' is told by a rule.", do="Take it out of the plan's files.")
    with refusing():
        site.workspace.delete_segment(name)
    return RedirectResponse(f"/segments?{urlencode({'deleted': name})}", 303)


@contextmanager
def refusing() -> Iterator[None]:
    """What a plan's files refuse was asked wrongly: the page says what, and that nothing was written."""
    try:
        yield
    except PlanError as error:
        raise QuestionError(f"{error.what} Nothing was written.", allowed=error.allowed, do=error.do) from None


def _listed(found: Plan, segment: Segment) -> Listed:
    given: dict[str, Any] = {"segment": segment.name, "entity": segment.entity}
    questions = [(one.asks, links.metric(one.metric, given)) for one in list(explorers().values())[:3]]
    is_list = segment.is_list
    who = f"{words.count(len(segment.members))} by id" if is_list else _said(segment.where or segment.when)
    if segment.did:
        who = joined([part for part in (who, *map(behaviour, segment.did)) if part], "and")
    if segment.list:
        who += f", in {segment.list}"
    has_numbers = numbers(found, "segments", segment.name)
    numbers_url = links.numbers("segments", segment.name) if has_numbers else ""
    return Listed(segment.name, segment.title, ENTITIES[segment.entity], who, questions, is_list, numbers_url)


def _said(group: Group | None) -> str:
    """Conditions in words: "account.plan is Pro and (seats is at least 10 or industry is Software)"."""
    if group is None:
        return ""
    if not group.conditions and len(group.of) == 1:
        return _said(group.of[0])
    parts = [
        f"{test.property} {TESTS.get(test.test, test.test)} {' or '.join(map(str, test.values))}"
        for test in group.conditions
    ]
    parts += [f"({_said(part)})" if len(part.of) + len(part.conditions) > 1 else _said(part) for part in group.of]
    return (" and " if group.kind == "all" else " or ").join(parts)
