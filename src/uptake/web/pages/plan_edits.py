"""What pages of the plan's numbers have in common: what others would change, and writing them into the plan's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uptake import plan
from uptake.errors import PlanError, QuestionError
from uptake.plan import Location, NumbersOf, Plan, location_text
from uptake.plans import FILES, IN_USE
from uptake.reports.effect_words import headlines
from uptake.reports.plan_effect import Effect
from uptake.web import links
from uptake.web.forms import Form
from uptake.web.pages.effect_told import Told, told
from uptake.web.pages.problems import BAD_REQUEST, Problem
from uptake.web.pages.rule_form import text_of
from uptake.web.pages.segments import refusing
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Site

PEOPLE_SHOWN = 20
PATIENCE_S = 0.25
"""How long a page waits for what would change before it is shown without."""
SHOWN_FOR = "plan"
"""The field that says by which plan a form was shown."""
Asked = Mapping[str, str]
Known = Mapping[Location, float | None]
"""The numbers of something in the plan, by where they stand in it; None where a score takes the signal's own."""
KINDS: Mapping[NumbersOf, str] = {
    "scores": "Scores", "placements": "Placements", "alerts": "Alerts", "qualified": "Who qualifies", "segments": "Segments",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EditPage(Page):
    """Numbers of the plan, and what others would change.

    Args:
        headline: What would change, in sentences; empty: nothing was changed yet.
        address: This page without anything changed.
        changes: (words, file and line) of what is changed.
        shifts: What would become of scores, placements and rules.
        given: (name, value) of what would be saved.
        later: Where the page is to fetch itself again with what would change; empty if it is here.
        is_asked: Whether numbers were given.
        has_numbers: Whether it has numbers that can be changed here.
        shown_for: The version of the plan that the form is shown for.
        is_behind: Whether the plan has become another since they were typed.
        problem: Why they cannot be; None: they can.
        plan_folder: Where the plan's files are.
        form_token: What a form of this server has to know.
    """

    section: ClassVar[str] = "/data"

    headline: Sequence[str]
    address: str
    changes: Sequence[tuple[str, str]]
    shifts: Sequence[Told]
    given: Sequence[tuple[str, str]]
    later: str
    is_asked: bool
    has_numbers: bool
    shown_for: str
    is_behind: bool
    problem: Problem | None
    plan_folder: str
    form_token: str

    @property
    def status(self) -> int:
        """That of a wrong question where the numbers cannot be."""
        return BAD_REQUEST if self.problem else super().status


def edited(
    site: Site, reader: Reader, section: NumbersOf, request: Request
) -> tuple[dict[Location, str], dict[str, Any]]:
    """The numbers as the form shows them, and what every page of them says.

    What would change is there at once where it is found soon; else the page asks for it once more, and waits.

    Raises:
        QuestionError: The plan has nothing of that name.
    """
    name, query = request.path_params["name"], request.query_params
    known = _known(reader.plan, section, name)
    wanted, effect, problem, is_there = dict[Location, float | None](), None, None, True
    typed = {location: query[location_text(location)] for location in known if location_text(location) in query}
    try:
        wanted = _wanted(site, reader, section, name, query)
        if any(known[at] != value for at, value in wanted.items()):
            with refusing():
                future = _effect(site, reader, section, name, wanted)
                # Only a browser that asks for the effect alone waits until it is there.
                is_there = ready([future], None if "hx-request" in request.headers else PATIENCE_S)
                effect = _own_first(future.result(), section, name) if is_there else None
    except QuestionError as error:
        problem = Problem(error.what, error.allowed, do=error.do)
    is_behind = query.get(SHOWN_FOR, reader.plan.version) != reader.plan.version
    shown = {at: text_of(wanted.get(at, value)) for at, value in known.items()} | (typed if problem else {})
    said = {
        "headline": headlines(effect) if effect else (),
        "address": links.numbers(section, name),
        "changes": [(change.told, change.place) for change in effect.changes] if effect else (),
        "shifts": [told(shift, effect.near_days) for shift in effect.shifts] if effect else (),
        "given": [(location_text(location), text_of(value)) for location, value in wanted.items()],
        "later": "" if is_there else f"{links.numbers(section, name)}?{urlencode(query.multi_items())}",
        "is_asked": bool(typed),
        "has_numbers": bool(known),
        "shown_for": reader.plan.version,
        "is_behind": is_behind,
        "problem": problem,
        "plan_folder": f"{reader.home}/plan",
        "form_token": site.form_token,
    }
    return shown, said


def save(site: Site, section: NumbersOf, reader: Reader, request: Request, form: Form) -> Response:
    """Writes the numbers of a form; where the plan has become another meanwhile, what would change is shown once more."""
    name = request.path_params["name"]
    wanted = _wanted(site, reader, section, name, form)
    if form.get(SHOWN_FOR, reader.plan.version) != reader.plan.version:
        return RedirectResponse(f"{links.numbers(section, name)}?{urlencode(form)}", 303)
    with refusing():
        site.workspace.save_numbers(section, name, wanted)
    return RedirectResponse(f"/plan?{urlencode({'saved': name})}", 303)


def addresses(found: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """What of a plan has numbers that can be changed: by kind, titles and addresses."""
    made = []
    for section, kind in KINDS.items():
        known = plan.named_in(found, section)
        pages = [
            (one.title, links.numbers(section, name))
            for name, one in known.items()
            if plan.numbers(found, section, name)
        ]
        made += [(kind, pages)] if pages else []
    return made


def _effect(site: Site, reader: Reader, section: NumbersOf, name: str, wanted: plan.Numbers) -> Future[Effect]:
    """What they change, now or later; a plan that cannot be is refused now."""
    plans = site.workspace.plans
    texts = plan.with_numbers(plans.texts(FILES), "plan", section, name, wanted)
    plan.parse(texts)
    return reader.effect(texts, plans.texts(IN_USE), PEOPLE_SHOWN)


def _own_first(found: Effect, section: NumbersOf, name: str) -> Effect:
    """What becomes of the edited thing stands first."""
    own = (section.removesuffix("s"), name)
    return replace(found, shifts=tuple(sorted(found.shifts, key=lambda shift: (shift.kind, shift.name) != own)))


def _known(found: Plan, section: NumbersOf, name: str) -> Known:
    with refusing():
        return plan.numbers(found, section, name)


def _wanted(site: Site, reader: Reader, section: NumbersOf, name: str, given: Asked) -> dict[Location, float | None]:
    """The numbers that a form gives; one that was taken out of its field is None.

    Of a form that was shown for an earlier plan those are taken that were typed: what stood there already is not put back.
    """
    known = _known(reader.plan, section, name)
    before = _shown_before(site, section, name, given.get(SHOWN_FOR, ""))
    found = dict[Location, float | None]()
    for location in known:
        said = location_text(location)
        if said not in given:
            continue
        text = given[said].strip()
        try:
            value = float(text) if text else None
        except ValueError:
            value = float("nan")
        if value is not None and not isfinite(value):
            raise QuestionError(f"{said} is '{text}'.", allowed=("a number such as 0.25",))
        if value is None and known[location] is None:
            continue
        if not (location in before and before[location] == value):
            found[location] = value
    return found


def _shown_before(site: Site, section: NumbersOf, name: str, version: str) -> Known:
    """The numbers of the plan that a form was shown for; nothing where that is not known."""
    try:
        return plan.numbers(site.workspace.plans.read(version), section, name) if version else {}
    except (PlanError, QuestionError):
        return {}
