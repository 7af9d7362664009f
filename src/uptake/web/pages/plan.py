"""The plan's versions, and the numbers of its scores: what another one would change, saved, and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake import plan
from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.plan import Numbers, Plan
from uptake.plans import FILES, IN_USE
from uptake.reports.effect_words import headlines
from uptake.reports.plan_effect import Effect, Moved, Shift
from uptake.signals.signal import find
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages.segments import refusing
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

VERSIONS_SHOWN = 50
PEOPLE_SHOWN = 20


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


@dataclass(frozen=True)
class Field:
    """A number of a score.

    Args:
        name: Its name in the form, `components.breadth.weight`.
        label: What it is, for readers of screens.
        value: What the form shows; empty where the signal's own is taken.
        own: The signal's own, where it has one.
    """

    name: str
    label: str
    value: str
    own: str


@dataclass(frozen=True)
class Part:
    """A component of a score with its numbers.

    Args:
        name: Its name.
        signal: Its signal.
        unit: The signal's unit.
        fields: Its numbers: weight, worst, best.
    """

    name: str
    signal: str
    unit: str
    fields: Sequence[Field]


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
class PlanPage(Page):
    """Every plan that was in use.

    Args:
        headline: How many there were.
        versions: They, the latest first.
        scores: (title, address) of the scores whose numbers can be changed.
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
    scores: Sequence[tuple[str, str]]
    done: str
    undo: str
    plan_folder: str
    form_token: str


@dataclass(frozen=True, kw_only=True)
class NumbersPage(Page):
    """The numbers of a score, and what others would change.

    Args:
        headline: What would change, in sentences; empty: nothing was changed yet.
        name: The score's name.
        bands: Where good and poor begin.
        parts: Its components.
        changes: (words, file and line) of what is changed.
        shifts: What would become of scores and placements.
        given: (name, value) of what would be saved.
        plan_folder: Where the plan's files are.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "numbers.html"
    section: ClassVar[str] = "/data"

    headline: Sequence[str]
    name: str
    bands: Sequence[Field]
    parts: Sequence[Part]
    changes: Sequence[tuple[str, str]]
    shifts: Sequence[Told]
    given: Sequence[tuple[str, str]]
    plan_folder: str
    form_token: str


def routes(site: Site) -> list[Route]:
    """The versions, and what changes the plan."""

    def save(reader: Reader, request: Request, form: Form) -> Response:
        name = request.path_params["name"]
        with refusing():
            site.workspace.save_score(name, _numbers(_score(reader.plan, name), form))
        return RedirectResponse(f"/plan?{urlencode({'saved': name})}", 303)

    def restore(reader: Reader, request: Request, form: Form) -> Response:
        del reader, form
        version = request.path_params["version"]
        with refusing():
            site.workspace.restore_plan(version)
        return RedirectResponse(f"/plan?{urlencode({'restored': version})}", 303)

    return [
        Route("/plan", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/plan/scores/{name}", site.endpoint(lambda reader, request: _edit(site, reader, request))),
        Route("/plan/scores/{name}/save", site.action(save), methods=["POST"]),
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
    done = f"The numbers of {saved} are in use." if saved in reader.plan.all_scores else ""
    if restored and log and log[0].version.startswith(restored):
        done = f"Version {restored} is in use again."
    count = len(versions)
    return PlanPage(
        headline=f"{'The latest ' if count == VERSIONS_SHOWN else ''}{count} version{'' if count == 1 else 's'} of the plan.",
        versions=versions,
        scores=[(score.title, f"/plan/scores/{name}") for name, score in reader.plan.all_scores.items()],
        done=done,
        undo=log[1].version if done and count > 1 else "",
        plan_folder=f"{reader.home}/plan",
        form_token=site.form_token,
    )


def _edit(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    known = _score(reader.plan, name)
    wanted = _numbers(known, request.query_params)
    shown = {location: wanted.get(location, value) for location, value in known.items()}
    effect = _effect(site, reader, name, wanted) if any(known[at] != value for at, value in wanted.items()) else None
    score = reader.plan.all_scores[name]
    signals = {part: find(component.signal) for part, component in score.components.items()}

    def field(location: tuple[str, ...], label: str, own: float | None = None) -> Field:
        return Field(".".join(location), label, _text(shown[location]), _text(own))

    return NumbersPage(
        title=score.title,
        headline=headlines(effect) if effect else (),
        name=name,
        bands=[field(("bands", "good"), "Good from"), field(("bands", "poor"), "Poor below")],
        parts=[
            Part(
                part, component.signal, signals[part].unit,
                [
                    field(("components", part, "weight"), f"Weight of {part}"),
                    field(("components", part, "worst"), f"Worst of {part}", signals[part].worst),
                    field(("components", part, "best"), f"Best of {part}", signals[part].best),
                ],
            )
            for part, component in score.components.items()
        ],
        changes=[(change.told, change.place) for change in effect.changes] if effect else (),
        shifts=[_told(shift, effect.near_days) for shift in effect.shifts] if effect else (),
        given=[(".".join(location), _text(value)) for location, value in wanted.items()],
        plan_folder=f"{reader.home}/plan",
        form_token=site.form_token,
    )  # fmt: skip


def _effect(site: Site, reader: Reader, name: str, wanted: Numbers) -> Effect:
    plans = site.workspace.plans
    with refusing():
        texts = plan.with_numbers(plans.texts(FILES), "plan", name, wanted)
        return site.workspace.effect_of(texts, plans.texts(IN_USE), as_of=reader.moment()[0], limit=PEOPLE_SHOWN)


def _score(found: Plan, name: str) -> dict[tuple[str, ...], float | None]:
    if name not in found.all_scores:
        raise QuestionError(f"There is no score '{name}'.", allowed=found.all_scores)
    return plan.numbers(found, name)


def _numbers(known: Mapping[tuple[str, ...], float | None], given: Mapping[str, str]) -> dict[tuple[str, ...], float]:
    """The numbers that a form gives; what is left empty stays as it is."""
    found = {}
    for location in known:
        text = given.get(".".join(location), "").strip()
        try:
            value = float(text) if text else None
        except ValueError:
            value = float("nan")
        if value is not None:
            if not isfinite(value):
                raise QuestionError(f"{'.'.join(location)} is '{text}'.", allowed=("a number such as 0.25",))
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
        "url": links.account(one.id) if entity == "account" else links.user(one.id),
        "before": one.label_before,
        "after": one.label_after,
        "score_before": points(one.score_before),
        "score_after": points(one.score_after),
        "renewal": renewal,
        "near": "yes" if one.renews_in is not None and one.renews_in <= near_days else "",
    }


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
