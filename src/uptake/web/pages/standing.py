"""Parts of the pages of accounts and users: where they stand by every placement and why, and against the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from uptake.benchmarks.answer import Account, TypeBenchmark
from uptake.charts import words
from uptake.plan import Placement
from uptake.segments.agreement import agreement
from uptake.segments.ask import Standing
from uptake.segments.tracks import name_of
from uptake.segments.words import joined
from uptake.segments.words import since as since_words
from uptake.segments.written import Stood
from uptake.web.cache import Urgency
from uptake.web.reader import Reader
from uptake.web.site import Part, Site
from uptake.web.words.benchmark_words import Bar, Why, bars, record_words, way_words, why

FIT = "fit"
QUADRANT = (("thin", "embedded"), ("dormant", "shelfware"))
"""Labels of the placement `fit` as a square: few and many core features from left to right, many people above few."""


@dataclass(frozen=True)
class Place:
    """Where somebody stands by one placement.

    Args:
        placement: What it is called.
        title: The label.
        tone: good or bad where a label is meant so, else empty.
        since: Since when, in words; empty: that is not written down.
        why: By which conditions.
        lacks: What the next step lacks; empty: there is none, or nothing.
        url: Who else stands there.
    """

    placement: str
    title: str
    tone: str
    since: str
    why: str
    lacks: str
    url: str


@dataclass(frozen=True)
class Corner:
    """A corner of the square of product and people.

    Args:
        title: The label.
        count: How many accounts are in it; None: that is not written down.
        url: They.
        is_here: Whether this account is.
    """

    title: str
    count: int | None
    url: str
    is_here: bool


@dataclass(frozen=True, kw_only=True)
class StandingPart(Part):
    """Where somebody stands.

    Args:
        places: By every placement.
        agreement: How labels that sound contradictory go together, a sentence for each pair.
        square: Product and people as rows of corners; none of users, and where the plan has other labels.
        why_url: Where the same with its reasons is, which takes longer; empty: the places have them.
    """

    template: ClassVar[str] = "part_standing.html"

    places: Sequence[Place]
    agreement: Sequence[str]
    square: Sequence[Sequence[Corner]]
    why_url: str


@dataclass(frozen=True, kw_only=True)
class BenchmarkPart(Part):
    """An account against the benchmark of its type.

    Args:
        says: How far it is, in a sentence.
        bars: Measure by measure.
        way: How its way stands.
        expected: When it will be there; empty: that is not said.
        record: How such forecasts did; empty: there is none.
        why: What it lacks.
        url: It on the page of benchmarks, where a reason can be given.
    """

    template: ClassVar[str] = "part_benchmark.html"

    says: str
    bars: Sequence[Bar]
    way: str
    expected: str
    record: str
    why: Sequence[Why]
    url: str


TONES = {"power": "good", "at_risk": "bad", "inactive": "bad", "shelfware": "bad"}


def routes(site: Site) -> list[Route]:
    """The parts."""
    return [
        Route("/standing", site.endpoint(_standing)),
        Route("/standing/why", site.endpoint(_why)),
        Route("/account-benchmark", site.endpoint(_benchmark)),
    ]


def _whose(request: Request) -> tuple[str, str]:
    entity, id_ = request.query_params.get("entity", ""), request.query_params.get("id", "")
    if entity not in ("user", "account"):
        raise HTTPException(404)
    return entity, id_


def _standing(reader: Reader, request: Request) -> Part:
    """From history, which is there at once; without it everything is worked out now."""
    entity, id_ = _whose(request)
    found = reader.stood(entity, id_)
    if not found:
        return _why(reader, request)
    fit = next((one.label.name for one in found if one.scheme.name == FIT), "")
    return StandingPart(
        places=[_stood(one, entity) for one in found],
        agreement=agreement({one.scheme.name: one.label.name for one in found}, reader.plan, entity),
        square=_square(reader, fit) if fit else [],
        why_url=f"/standing/why?{urlencode({'entity': entity, 'id': id_})}",
    )


def _why(reader: Reader, request: Request) -> Part:
    entity, id_ = _whose(request)
    found = reader.standings(entity, id_)
    fit = next((one.label for scheme, one in found if scheme.name == FIT), "")
    return StandingPart(
        places=[_place(scheme, one, entity) for scheme, one in found],
        agreement=agreement({scheme.name: one.label for scheme, one in found}, reader.plan, entity),
        square=_square(reader, fit) if fit else [],
        why_url="",
    )


def _stood(one: Stood, entity: str) -> Place:
    since = f"since {since_words(one.since, is_longer=one.is_longer)}"
    before = f", {one.before.title.lower()} before" if one.before else ""
    return Place(
        one.scheme.title, one.label.title, TONES.get(one.label.name, ""), since + before, "", "",
        _who(entity, one.scheme.name, one.label.name),
    )  # fmt: skip


def _place(scheme: Placement, one: Standing, entity: str) -> Place:
    titles = {label.name: label.title for label in scheme.labels_of(entity)}
    since = "" if one.since is None else f"since {since_words(one.since, is_longer=one.is_longer)}"
    before = f", {titles[one.before].lower()} before" if one.before else ""
    lacks = f"{titles[one.next]} lacks: {joined(one.lacks)}" if one.next and one.lacks else ""
    return Place(
        scheme.title, titles[one.label], TONES.get(one.label, ""), since + before, joined(one.reasons), lacks,
        _who(entity, scheme.name, one.label),
    )  # fmt: skip


def _who(entity: str, scheme: str, label: str) -> str:
    return f"/{entity}s?{urlencode({'where': f'{name_of(scheme)}={label}'})}"


def _square(reader: Reader, here: str) -> list[list[Corner]]:
    titles = {label.name: label.title for label in reader.plan.all_placements[FIT].labels_of("account")}
    if not {label for row in QUADRANT for label in row} <= set(titles):
        return []
    counts = reader.label_counts("account", FIT)
    return [
        [
            Corner(
                titles[label],
                counts.get(label, 0) if counts else None,
                _who("account", FIT, label),
                label == here,
            )
            for label in row
        ]
        for row in QUADRANT
    ]


def _benchmark(reader: Reader, request: Request) -> Part:
    id_ = request.query_params.get("id", "")
    found = reader.benchmark({}, Urgency.PART).result()
    one = next((account for account in found.accounts if account.id == id_), None)
    if one is None:
        raise HTTPException(404)
    types = {type_.name: type_ for type_ in found.types}
    type_ = types.get(one.type or "")
    way, expected = way_words(one)
    return BenchmarkPart(
        says=_says(one, type_),
        bars=bars(one, type_) if type_ else [],
        way=way,
        expected=expected,
        record=record_words(found.record) if one.way.expected else "",
        why=why(one, types, reader.plan),
        url=f"/benchmarks?{urlencode({'q': id_})}",
    )


def _says(one: Account, type_: TypeBenchmark | None) -> str:
    if type_ is None:
        return "It is of no type that the plan has a benchmark of."
    if one.distance is None:
        return f"Nothing is known to hold against the benchmark of {type_.title}."
    if one.is_exemplary:
        return f"It is one of the {words.count(len(type_.exemplars))} exemplary accounts of {type_.title}."
    return f"{words.share(one.distance)} of the benchmark of {type_.title} is missing."
