"""Numbers of scores and thresholds of rules: a page for those of each, of which `plan_edits` says what others would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.routing import Route

from uptake.plan import Location, NumbersOf, location_text
from uptake.signals.signal import definition, find
from uptake.web.pages import plan_edits
from uptake.web.pages.plan_edits import EditPage
from uptake.web.pages.rule_form import Field, Ways, deeds, own, text_of, ways
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

SAID_ONCE = "When an account has adopted is said under journey in the plan: the metric of that name goes by it too."


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
    """A label of a placement, or a part of another rule.

    Args:
        title: How people call it, or what the part says.
        of: users or accounts, where only these have it; else empty.
        rule: When it holds; None: it takes the rest.
    """

    title: str
    of: str
    rule: Ways | None


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
    """The thresholds of a placement, an alert, a rule to qualify by or a segment.

    Args:
        steps: The labels of a placement, in the order in which they are tried; the parts of another rule.
        about: What has to be known to read them.
        is_written: Whether it stands in the plan's files; else it comes by itself.
        people: What is said of those it is about.
        people_url: Who they are.
    """

    template: ClassVar[str] = "thresholds.html"

    steps: Sequence[Step]
    about: str
    is_written: bool
    people: str
    people_url: str


def routes(site: Site) -> list[Route]:
    """A page for the numbers of everything that has some, and what writes them."""
    pages = {
        "scores": _of_score, "placements": _of_placement, "alerts": _of_alert, "qualified": _of_qualified,
        "segments": _of_segment,
    }  # fmt: skip
    sections: Sequence[NumbersOf] = ("scores", "placements", "alerts", "qualified", "segments")
    return [
        route
        for section in sections
        for route in (
            Route(f"/plan/{section}/{{name}}", site.endpoint(partial(pages[section], site))),
            Route(
                f"/plan/{section}/{{name}}/save",
                site.action(partial(plan_edits.save, site, section)),
                methods=["POST"],
            ),
        )
    ]


def _of_score(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, said = plan_edits.edited(site, reader, "scores", request)
    score = reader.plan.all_scores[name]
    signals = {part: find(component.signal) for part, component in score.components.items()}

    def field(location: Location, label: str, without: float | None = None) -> Field:
        return Field(location_text(location), label, shown[location], text_of(without))

    return NumbersPage(
        title=score.title,
        bands=[field(("bands", "good"), "Good from"), field(("bands", "poor"), "Poor below")],
        parts=[
            Part(
                part, definition(component.signal).title, signals[part].unit,
                [
                    field(("components", part, "weight"), f"Weight of {part}"),
                    *(
                        field(("components", part, "points", number, "at"), f"{step.points:g} points of {part} from")
                        for number, step in enumerate(component.points or ())
                    ),
                    *(
                        field(("components", part, end), f"{end.title()} of {part}", getattr(signals[part], end))
                        for end in (() if component.points else ("worst", "best"))
                    ),
                ],
            )
            for part, component in score.components.items()
        ],
        **said,
    )  # fmt: skip


def _of_placement(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, said = plan_edits.edited(site, reader, "placements", request)
    scheme = reader.plan.all_placements[name]
    steps = []
    for position, label in enumerate(scheme.labels):
        entity, rule = label.of or scheme.entities[-1], None
        if label.when is not None:
            rule = ways(reader.plan, entity, label.when, ("labels", position, "when"), shown)
        steps.append(Step(label.title, f"{label.of}s" if label.of else "", rule))
    about, is_written = "The first label whose rule holds is somebody's.", name in reader.plan.placements
    if name == "journey" and not is_written:
        about += f" {SAID_ONCE}"
    return ThresholdsPage(
        title=scheme.title,
        steps=steps,
        about=about,
        is_written=is_written,
        people="Who stands where",
        people_url=f"/placements?{urlencode({'name': name})}",
        **said,
    )


def _of_alert(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, said = plan_edits.edited(site, reader, "alerts", request)
    alert = reader.plan.all_alerts[name]
    steps = [Step("Is told when", f"of {alert.entity}s", ways(reader.plan, alert.entity, alert.when, ("when",), shown))]
    if alert.clears is not None:
        steps.append(Step("Is over when", "", ways(reader.plan, alert.entity, alert.clears, ("clears",), shown)))
    steps.append(Step("Quiet", "", Ways("all", [own("Is not told again for", "", "days", ("quiet_days",), shown)], [])))
    return ThresholdsPage(
        title=alert.title,
        steps=steps,
        about="An alert is told on the day its rule begins to hold, and again only after it was over.",
        is_written=name in reader.plan.alerts,
        people="Who it was told of",
        people_url=f"/alerts?{urlencode({'alert': name})}",
        **said,
    )


def _of_qualified(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, said = plan_edits.edited(site, reader, "qualified", request)
    one = reader.plan.all_qualified[name]
    steps = [Step("Qualifies", f"{one.entity}s", ways(reader.plan, one.entity, one.when, ("when",), shown))]
    if one.converts:
        hoped = own("Outcomes count for", "", "days", ("within_days",), shown)
        steps.append(Step("Is held against", "", Ways("all", [hoped], [])))
    return ThresholdsPage(
        title=one.title,
        steps=steps,
        about="",
        is_written=name in reader.plan.qualified,
        people="Who qualifies",
        people_url=f"/qualified?{urlencode({'tab': name})}",
        **said,
    )


def _of_segment(site: Site, reader: Reader, request: Request) -> Page:
    name = request.path_params["name"]
    shown, said = plan_edits.edited(site, reader, "segments", request)
    segment = reader.plan.segments[name]
    steps = [
        Step("Is in it", f"{segment.entity}s", ways(reader.plan, segment.entity, rule, (key,), shown))
        for key, rule in (("where", segment.where), ("when", segment.when))
        if rule is not None
    ]
    if segment.did:
        steps.append(
            Step("Did", "" if steps else f"{segment.entity}s", deeds(reader.plan, segment.did, ("did",), shown))
        )
    return ThresholdsPage(
        title=segment.title,
        steps=steps,
        about="",
        is_written=True,
        people="Who is in it",
        people_url=f"/{segment.entity}s?{urlencode({'segment': name})}",
        **said,
    )
