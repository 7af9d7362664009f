"""Placements: how many stand where, who moved between two days, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.charts import dates, words
from uptake.segments.answer import Count
from uptake.segments.ask import Placements
from uptake.segments.movement import NOT_THERE, Movement
from uptake.segments.placing import named
from uptake.segments.words import joined
from uptake.segments.words import since as since_words
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages import as_known, waiting
from uptake.web.pages.as_known import AsKnown
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

ROWS = 50
"""Users or accounts on a page."""
HEATS = 8
"""Shades of the matrix, beside none."""


@dataclass(frozen=True)
class Place:
    """A label.

    Args:
        title: How people call it.
        count: How many have it.
        share: How many of all, in words.
        width: The same in percent, for a bar.
        before: How many had it on the earlier day.
        entered: How many came from elsewhere.
        left: How many went elsewhere.
        url: Who has it, and why.
        entered_url: Who came.
        left_url: Who went.
    """

    title: str
    count: int
    share: str
    width: int
    before: int
    entered: int
    left: int
    url: str
    entered_url: str
    left_url: str


@dataclass(frozen=True)
class Way:
    """A cell of the matrix: from one label to another.

    Args:
        count: How many went.
        heat: The shade, by the share of those who stood where the row is; 0: nobody.
        title: The same in words.
        url: Who they are.
    """

    count: int
    heat: int
    title: str
    url: str


@dataclass(frozen=True)
class Row:
    """A row of the matrix: those who stood in one place on the earlier day.

    Args:
        title: The label.
        total: How many they were.
        ways: Where they stand now.
    """

    title: str
    total: int
    ways: list[Way]


@dataclass(frozen=True)
class Person:
    """A user or an account of the list.

    Args:
        name: How people call them.
        url: Their page.
        place: Where they stand, or from where to where they went.
        since: Since when, in words; empty where that is not told.
        why: By which conditions, or which changed.
        lacks: What the next step lacks.
        is_down: Whether they stood higher before.
    """

    name: str
    url: str
    place: str
    since: str
    why: str
    lacks: str
    is_down: bool


@dataclass(frozen=True, kw_only=True)
class PlacementsPage(Page):
    """Where everyone stands.

    Args:
        headline: How many stand where, in a sentence.
        schemes: (name, title) of every placement.
        name: The one that is shown.
        entities: (name, title) of whom it places.
        entity: Of whom it is shown.
        since: The earlier day.
        on: The later day.
        data_until: The last day of which anything is known, in words; empty: the later day is not after it.
        as_known: By which plan they are placed, and of what was known by then.
        places: Its labels.
        heads: The columns of the matrix.
        matrix: Its rows.
        listed: Who is listed, in words.
        people: They.
        total: How many there are, of whom some are shown.
        next_url: The ones that follow; empty: there are none.
        everyone_url: The page without a choice of whom to list; empty: nobody was chosen.
        is_ladder: Whether the labels are steps.
        has_any: Whether there is anybody to place, on whatever day.
        has_since: Whether it is told since when they stand there.
        can_work_out: Whether it can be worked out since when.
        here: This page's address.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "placements.html"
    section: ClassVar[str] = "/placements"

    title: str = "Placements"
    headline: str
    schemes: list[tuple[str, str]]
    name: str
    entities: list[tuple[str, str]]
    entity: str
    since: date
    on: date
    data_until: str
    as_known: AsKnown
    places: list[Place]
    heads: list[str]
    matrix: list[Row]
    listed: str
    people: list[Person]
    total: int
    next_url: str
    everyone_url: str
    is_ladder: bool
    has_any: bool
    has_since: bool
    can_work_out: bool
    here: str
    form_token: str


def routes(site: Site) -> list[Route]:
    """The page, and what makes it say since when."""

    def work_out(reader: Reader, request: Request, form: Form) -> Response:
        del reader, request
        site.workspace.bring_history_up()
        there = form.get("there", "")
        return RedirectResponse(there if there.startswith("/placements?") else "/placements", 303)

    return [
        Route("/placements", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/placements/history", site.action(work_out), methods=["POST"]),
    ]


def _show(site: Site, reader: Reader, request: Request) -> Page:
    asked = request.query_params
    name = asked.get("name") or "segment"
    version = asked.get("plan_version", "")
    plan = reader.plan_of(version)
    scheme = named(plan, name)
    entity = asked.get("entity") if asked.get("entity") in scheme.entities else scheme.entities[-1]
    given = {key: asked[key] for key in ("since", "as_of", "known_by") if asked.get(key)} | {"entity": entity}
    chosen = {key: asked[key] for key in ("label", "before", "after") if asked.get(key)}
    offset = max(0, int(asked.get("offset", "0"))) if asked.get("offset", "0").isdigit() else 0
    window = {"limit": ROWS, "offset": offset}
    is_standing = "label" in chosen
    moving = reader.movement(name, given | window | ({} if is_standing else chosen), version)
    if waits := waiting.until([moving], request, "Placements", PlacementsPage.section, "Placing everyone"):
        return waits
    moved = moving.result()
    standing = None
    if is_standing:
        days = {key: value for key, value in given.items() if key != "since"}
        standing = reader.placements(name, days | window | {"label": chosen["label"]}, version)
    asking = _Address(name, given | ({"plan_version": version} if version else {}))
    people = list(_standing(standing) if standing else _moving(moved))
    total = standing.total if standing else moved.total
    titles = {label.name: label.title for label in moved.after}
    return PlacementsPage(
        headline=_headline(moved, scheme.title, scheme.ladder),
        schemes=[(one.name, one.title) for one in plan.all_placements.values()],
        name=name,
        entities=[(one, f"{one.capitalize()}s") for one in scheme.entities],
        entity=moved.entity,
        since=moved.since,
        on=moved.on,
        data_until=dates.day(moved.data_until) if moved.on > moved.data_until else "",
        as_known=as_known.read(reader, asked),
        places=[_place(label, moved, asking) for label in moved.after if label.name != NOT_THERE],
        heads=[label.title for label in _columns(moved)],
        matrix=list(_matrix(moved, asking)),
        listed=_listed(chosen, titles, moved),
        people=people,
        total=total,
        next_url=asking(**chosen, offset=offset + ROWS) if offset + ROWS < total else "",
        everyone_url=asking() if chosen else "",
        is_ladder=scheme.ladder,
        has_any=reader.has_events(),
        has_since=any(one.since for one in people),
        can_work_out=is_standing
        and bool(people)
        and not (any(one.since for one in people) or moved.known_by or moved.plan_version != reader.plan.version),
        here=asking(**chosen),
        form_token=site.form_token,
    )


class _Address:
    """Addresses of this page with the same question.

    Args:
        name: The placement.
        given: Of whom, and between which days.
    """

    def __init__(self, name: str, given: dict[str, Any]) -> None:
        self._asked = {"name": name, **given}

    def __call__(self, **more: Any) -> str:
        """The page with further parameters."""
        return f"/placements?{urlencode(self._asked | more)}"


def _headline(moved: Movement, title: str, is_ladder: bool) -> str:
    there = [label for label in moved.after if label.name != NOT_THERE]
    everybody = sum(label.count for label in there)
    if not everybody:
        return ""
    parts = sorted((label for label in there if label.count), key=lambda label: -label.count)
    at = "at " if is_ladder else ""
    said = ", ".join(f"{words.count(label.count)} {at}{label.title.lower()}" for label in parts)
    who = moved.entity if everybody == 1 else f"{moved.entity}s"
    return f"{title} of {words.count(everybody)} {who} on {dates.day(moved.on)}: {said}."


def _place(label: Count, moved: Movement, address: _Address) -> Place:
    everybody = sum(one.count for one in moved.after if one.name != NOT_THERE)
    share = label.count / everybody if everybody else 0.0
    ways = [cell for cell in moved.cells if cell.before != cell.after]
    return Place(
        label.title, label.count, words.share(share if everybody else None, 2), round(100 * share),
        next(one.count for one in moved.before if one.name == label.name),
        sum(cell.count for cell in ways if cell.after == label.name),
        sum(cell.count for cell in ways if cell.before == label.name),
        address(label=label.name), address(after=label.name), address(before=label.name),
    )  # fmt: skip


def _columns(moved: Movement) -> Sequence[Count]:
    return [label for label in moved.after if label.count]


def _matrix(moved: Movement, address: _Address) -> Iterator[Row]:
    cells = {(cell.before, cell.after): cell.count for cell in moved.cells}
    for was in moved.before:
        if was.count:
            ways = []
            for is_ in _columns(moved):
                count = cells.get((was.name, is_.name), 0)
                share = count / was.count
                title = f"{words.share(share, 2)} of {was.title.lower()} became {is_.title.lower()}"
                if was.name == is_.name:
                    title = f"{words.share(share, 2)} of {was.title.lower()} stayed"
                heat = max(1, round(share * HEATS)) if count else 0
                ways.append(Way(count, heat, title, address(before=was.name, after=is_.name)))
            yield Row(was.title, was.count, ways)


def _standing(found: Placements) -> Iterator[Person]:
    titles = {label.name: label.title for label in found.labels}
    for one in found.everyone:
        since = since_words(one.since, is_longer=one.is_longer)
        before = f", {titles[one.before].lower()} before" if one.before else ""
        url = links.profile(found.entity, one.id)
        lacks = joined(one.lacks)
        yield Person(
            one.name, url, titles[one.label], since + before, joined(one.reasons),
            f"{titles[one.next]}: {lacks}" if one.next and lacks else "", one.is_down,
        )  # fmt: skip


def _moving(moved: Movement) -> Iterator[Person]:
    titles = {label.name: label.title for label in moved.after}
    for one in moved.moves:
        url = links.profile(moved.entity, one.id)
        way = titles[one.after] if one.before == one.after else f"{titles[one.before]} → {titles[one.after]}"
        why = "is not there any more" if one.after == NOT_THERE else joined(one.reasons)
        why = "was not there before" if one.before == NOT_THERE else why
        yield Person(one.name, url, way, "", why, "", one.is_down)


def _listed(chosen: dict[str, str], titles: dict[str, str], moved: Movement) -> str:
    """Whom the list shows: "At risk since 2 September 2026"."""
    days = f"{dates.day(moved.since)} to {dates.day(moved.on)}"
    title = {key: titles.get(value, value).lower() for key, value in chosen.items()}
    if "label" in title:
        return f"{titles.get(chosen['label'], '')} on {dates.day(moved.on)}: who, and why"
    if title.get("before") and title.get("after"):
        return f"From {title['before']} to {title['after']}, {days}"
    if "after" in title:
        return f"Who came to {title['after']}, {days}"
    return f"Who left {title['before']}, {days}" if "before" in title else f"Who moved, {days}"
