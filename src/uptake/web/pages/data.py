"""What came in, what was refused and why, how to bring more, and the plan that says what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake.charts import words
from uptake.check import Finding
from uptake.kinds import KINDS
from uptake.plan import Plan
from uptake.store.ledger import Import, Rejected
from uptake.web import links
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words import plan_words as wording
from uptake.web.words.made_of import active

Row = Mapping[str, Any]

IMPORTS_SHOWN = 50
SAMPLES = 5
"""Refused rows shown of each kind; the command line has all."""
WRITTEN_BY_US = ("aliases",)
"""Kinds nobody imports by name: they come out of Segment's records."""


@dataclass(frozen=True)
class Total:
    """All rows of one kind.

    Args:
        kind: The kind.
        about: What a row is.
        rows: Rows stored.
    """

    kind: str
    about: str
    rows: int


@dataclass(frozen=True)
class Said:
    """One part of the plan in words.

    Args:
        title: What it says.
        text: How it says it; empty where the plan does not.
        key: Where to write it, if it does not.
    """

    title: str
    text: str
    key: str


@dataclass(frozen=True, kw_only=True)
class DataPage(Page):
    """Data and plan.

    Args:
        headline: How much is stored and what was refused; empty without any data.
        totals: Rows of each kind.
        imports: The last imports, newest first.
        imports_total: How many imports there were.
        archive_bytes: Size of the archive.
        archive_files: Files of the archive.
        reasons: (kind, reason, rows) of the quarantine, most rows first.
        samples: Refused rows, a few of each kind.
        refused: Rows in quarantine.
        said: The plan in words.
        features: The plan's features: title, url, tag, events, eligible, adopted.
        home: The workspace's folder, for commands.
        plan_folder: Where the plan's files are.
    """

    template: ClassVar[str] = "data.html"
    section: ClassVar[str] = "/data"

    title: str = "Data and plan"
    headline: str
    totals: list[Total]
    imports: list[Import]
    imports_total: int
    archive_bytes: int
    archive_files: int
    reasons: Sequence[tuple[str, str, int]]
    samples: list[Rejected]
    refused: int
    said: list[Said]
    features: list[Row]
    home: str
    plan_folder: str


@dataclass(frozen=True, kw_only=True)
class FindingsPart(Part):
    """What the check found."""

    template: ClassVar[str] = "part_findings.html"

    findings: Sequence[Finding]


def routes(site: Site) -> list[Route]:
    """The page and the check."""
    return [Route("/data", site.endpoint(show)), Route("/data/findings", site.endpoint(findings_part))]


def show(reader: Reader, request: Request) -> Page:
    """The page."""
    del request
    ledger = reader.ledger
    imports, files, reasons = ledger.imports(), ledger.files(), ledger.quarantine_reasons()
    stored = {kind.name: sum(done.rows_stored for done in imports if done.kind == kind.name) for kind in KINDS}
    kinds = list(dict.fromkeys(kind for kind, _, _ in reasons))
    refused = sum(rows for _, _, rows in reasons)
    return DataPage(
        headline=_headline(stored["events"], len(imports), refused) if imports else "",
        totals=[
            Total(kind.name, kind.about, stored[kind.name])
            for kind in KINDS
            if kind.name not in WRITTEN_BY_US or stored[kind.name]
        ],
        imports=imports[::-1][:IMPORTS_SHOWN],
        imports_total=len(imports),
        archive_bytes=sum(file.bytes for file in files),
        archive_files=len(files),
        reasons=reasons,
        samples=[row for kind in kinds for row in ledger.quarantine(kind, SAMPLES)],
        refused=refused,
        said=_said(reader.plan),
        features=[_feature(reader.plan, name) for name in reader.plan.features],
        home=reader.home,
        plan_folder=f"{reader.home}/plan",
    )


def _headline(events: int, imports: int, refused: int) -> str:
    """What came in and what did not: "2,027,364 events are stored, from 13 imports; no row was refused."."""
    stored = f"{words.count(events)} event{' is' if events == 1 else 's are'} stored"
    came = f"from {words.count(imports)} import{'' if imports == 1 else 's'}"
    if not refused:
        return f"{stored}, {came}; no row was refused."
    return f"{stored}, {came}; {words.count(refused)} row{' waits' if refused == 1 else 's wait'} in quarantine."


def findings_part(reader: Reader, request: Request) -> Part:
    """What the check found; the check looks at all the data, which takes its time."""
    del request
    return FindingsPart(findings=reader.findings().result())


def _said(plan: Plan) -> list[Said]:
    product = plan.product
    steps = plan.onboarding.steps if plan.onboarding else ()
    titles = [f"{step.title}{'' if step.required else ' (optional)'}" for step in steps]
    within = f", within {plan.onboarding.within_days} days" if plan.onboarding else ""
    moments = [
        f"{moment.title} ({wording.criteria(moment.criteria, plan.events)})" for moment in plan.value_moments.values()
    ]
    more = [f"{moment.title} ({wording.criteria(moment.criteria, plan.events)})" for moment in plan.milestones.values()]
    return [
        Said(
            "Days and weeks", f"cut in {product.timezone}, weeks start on {product.week_start.capitalize()}", "product"
        ),
        Said("Usage interval", words.days(product.usage_interval_days), "product"),
        Said("A user starts with", wording.start(plan.start.user, plan.events), "start"),
        Said("An account starts with", wording.start(plan.start.account, plan.events), "start"),
        Said("Active means", active(plan), "active"),
        Said("Set-up", f"{', '.join(titles)}{within}" if titles else "", "onboarding"),
        Said("Activated means", wording.activation(plan), "activation"),
        Said("An activated account has", wording.account_activation(plan), "activation"),
        Said("Value means", wording.joined(moments, "or"), "value_moments"),
        Said("Milestones", ", ".join(more), "milestones"),
        Said("Reference ranges", ", ".join(name.replace("_", " ") for name in plan.references), "references"),
    ]


def _feature(plan: Plan, name: str) -> Row:
    feature = plan.features[name]
    return {
        "title": feature.title,
        "url": links.feature(name),
        "tag": feature.tag,
        "events": wording.selectors(feature.events),
        "eligible": wording.conditions(feature.eligible) or "everyone",
        "adopted": wording.adopted(feature),
    }
