"""Numbers of scores and thresholds of placements: what others would change, and writing them into the plan's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake import plan
from uptake.errors import QuestionError
from uptake.plan import Location, NumbersOf, Plan, location_text
from uptake.plans import FILES, IN_USE
from uptake.reports.effect_words import headlines
from uptake.reports.plan_effect import Effect, Moved, Shift
from uptake.signals.signal import definition, find
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages.rule_form import Field, Known, Ways, text_of, ways
from uptake.web.pages.segments import refusing
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

PEOPLE_SHOWN = 20
SECTIONS: tuple[NumbersOf, ...] = ("scores", "placements")


@dataclass(frozen=True)
class Part:
    """A component of a score with its numbers.

    Args:
        name: Its name.
        signal: What its signal is called.
        unit: The signal's unit.
        fields: Its numbers: weight, worst, best.
    """

    name: str
    signal: str
    unit: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class Step:
    """A label of a placement.

    Args:
        title: How people call it.
        of: users or accounts, where only these have it; else empty.
        rule: When it holds; None: it takes the rest.
    """

    title: str
    of: str
    rule: Ways | None


@dataclass(frozen=True)
class Told:
    """What becomes of a score or a placement.

    Args:
        title: Its title, and of whom.
        mean: The mean before and after, in words; empty if it is no score.
        labels: (label, before, after).
        people: Who moves: id, name, address, before, after, score, renewal.
        renews: Whether anybody of them has a renewal.
        more: How many more do.
        problem: Why it cannot be told.
    """

    title: str
    mean: str
    labels: Sequence[tuple[str, int, int]]
    people: Sequence[Mapping[str, str]]
    renews: bool
    more: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class EditPage(Page):
    """Numbers of the plan, and what others would change.

    Args:
        headline: What would change, in sentences; empty: nothing was changed yet.
        address: This page without anything changed.
        changes: (words, file and line) of what is changed.
        shifts: What would become of scores and placements.
        given: (name, value) of what would be saved.
        plan_folder: Where the plan's files are.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "edit.html"
    section: ClassVar[str] = "/data"

    headline: Sequence[str]
    address: str
    changes: Sequence[tuple[str, str]]
    shifts: Sequence[Told]
    given: Sequence[tuple[str, str]]
    plan_folder: str
    form_token: str


@dataclass(frozen=True, kw_only=True)
class NumbersPage(EditPage):
    """The numbers of a score.

    Args:
        bands: Where good and poor begin.
        parts: Its components.
    """

    template: ClassVar[str] = "numbers.html"

    bands: Sequence[Field]
    parts: Sequence[Part]


@dataclass(frozen=True, kw_only=True)
class ThresholdsPage(EditPage):
    """The thresholds of a placement.

    Args:
        steps: Its labels, in the order in which they are tried.
        is_written: Whether it stands in the plan's files; else it comes by itself.
        placement_url: Who stands where.
    """

    template: ClassVar[str] = "thresholds.html"

    steps: Sequence[Step]
    is_written: bool
    placement_url: str


def routes(site: Site) -> list[Route]:
    """A page for the numbers of each score and of each placement, and what writes them."""

    def save(section: NumbersOf, reader: Reader, request: Request, form: Form) -> Response:
        name = request.path_params["name"]
        with refusing():
            wanted = _wanted(_known(reader.plan, section, name), form)
            site.workspace.save_numbers(section, name, wanted)
        return RedirectResponse(f"/plan?{urlencode({'saved': name})}", 303)

    pages = {"scores": _of_score, "placements": _of_placement}
    return [
        route
        for section in SECTIONS
        for route in (
            Route(f"/plan/{section}/{{name}}", site.endpoint(partial(pages[section], site))),
            Route(f"/plan/{section}/{{name}}/save", site.action(partial(save, section)), methods=["POST"]),
        )
    ]


def _of_score(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, edited = _edited(site, reader, "scores", name, request.query_params)
    score = reader.plan.all_scores[name]
    signals = {part: find(component.signal) for part, component in score.components.items()}

    def field(location: Location, label: str, own: float | None = None) -> Field:
        return Field(location_text(location), label, text_of(shown[location]), text_of(own))

    return NumbersPage(
        title=score.title,
        bands=[field(("bands", "good"), "Good from"), field(("bands", "poor"), "Poor below")],
        parts=[
            Part(
                part, definition(component.signal).title, signals[part].unit,
                [
                    field(("components", part, "weight"), f"Weight of {part}"),
                    field(("components", part, "worst"), f"Worst of {part}", signals[part].worst),
                    field(("components", part, "best"), f"Best of {part}", signals[part].best),
                ],
            )
            for part, component in score.components.items()
        ],
        **edited,
    )  # fmt: skip


def _of_placement(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, edited = _edited(site, reader, "placements", name, request.query_params)
    scheme = reader.plan.all_placements[name]
    steps = []
    for position, label in enumerate(scheme.labels):
        entity, rule = label.of or scheme.entities[-1], None
        if label.when is not None:
            rule = ways(reader.plan, entity, label.when, ("labels", position, "when"), shown)
        steps.append(Step(label.title, f"{label.of}s" if label.of else "", rule))
    return ThresholdsPage(
        title=scheme.title,
        steps=steps,
        is_written=name in reader.plan.placements,
        placement_url=f"/placements?{urlencode({'name': name})}",
        **edited,
    )


def _edited(
    site: Site, reader: Reader, section: NumbersOf, name: str, query: Mapping[str, str]
) -> tuple[Known, dict[str, Any]]:
    """The numbers as the form shows them, and what every page of them says."""
    known = _known(reader.plan, section, name)
    wanted = _wanted(known, query)
    effect = None
    if any(known[at] != value for at, value in wanted.items()):
        effect = _effect(site, reader, section, name, wanted)
    said = {
        "headline": headlines(effect) if effect else (),
        "address": f"/plan/{section}/{name}",
        "changes": [(change.told, change.place) for change in effect.changes] if effect else (),
        "shifts": [_told(shift, effect.near_days) for shift in effect.shifts] if effect else (),
        "given": [(location_text(location), text_of(value)) for location, value in wanted.items()],
        "plan_folder": f"{reader.home}/plan",
        "form_token": site.form_token,
    }
    return {location: wanted.get(location, value) for location, value in known.items()}, said


def _effect(site: Site, reader: Reader, section: NumbersOf, name: str, wanted: plan.Numbers) -> Effect:
    plans = site.workspace.plans
    with refusing():
        texts = plan.with_numbers(plans.texts(FILES), "plan", section, name, wanted)
        return site.workspace.effect_of(texts, plans.texts(IN_USE), as_of=reader.moment()[0], limit=PEOPLE_SHOWN)


def _known(found: Plan, section: NumbersOf, name: str) -> Known:
    with refusing():
        return plan.numbers(found, section, name)


def _wanted(known: Known, given: Mapping[str, str]) -> dict[Location, float]:
    """The numbers that a form gives; what is left empty stays as it is."""
    found = {}
    for location in known:
        said = location_text(location)
        text = given.get(said, "").strip()
        try:
            value = float(text) if text else None
        except ValueError:
            value = float("nan")
        if value is not None:
            if not isfinite(value):
                raise QuestionError(f"{said} is '{text}'.", allowed=("a number such as 0.25",))
            found[location] = value
    return found


def _told(shift: Shift, near_days: int) -> Told:
    mean = ""
    if shift.mean_before is not None and shift.mean_after is not None:
        mean = f"Mean {shift.mean_before:.1f}, then {shift.mean_after:.1f}"
    people = shift.people or shift.movers
    return Told(
        f"{shift.title} of {shift.entity}s", mean, shift.labels,
        [_row(one, shift.entity, near_days) for one in people],
        any(one.renews_in is not None for one in people), (shift.moved or shift.rescored) - len(people), shift.problem,
    )  # fmt: skip


def _row(one: Moved, entity: str, near_days: int) -> dict[str, str]:
    def points(value: float | None) -> str:
        return "" if value is None else f"{value:.1f}"

    renewal = "" if one.renews_in is None else f"in {one.renews_in:,} days"
    return {
        "name": one.name,
        "url": links.profile(entity, one.id),
        "before": one.label_before,
        "after": one.label_after,
        "score_before": points(one.score_before),
        "score_after": points(one.score_after),
        "renewal": renewal,
        "near": "yes" if one.renews_in is not None and one.renews_in <= near_days else "",
    }
