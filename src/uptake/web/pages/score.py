"""The part of an account's and of a user's page that says where they stand: the score, why, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.routing import Route

from uptake import charts
from uptake.charts import dates, words
from uptake.errors import QuestionError
from uptake.plan import Plan, Score
from uptake.scores import written
from uptake.scores.ask import Explained, named
from uptake.scores.explanation import NOISE, Explanation
from uptake.scores.history import Held
from uptake.web import formats, links
from uptake.web.pages import as_known, evidence
from uptake.web.pages.as_known import AsKnown
from uptake.web.pages.plan_marks import PlanMark, plan_marks
from uptake.web.reader import Reader
from uptake.web.site import Part, Site
from uptake.web.words import history_words

Row = Mapping[str, Any]

LINES: tuple[dict[str, Any], ...] = (
    {"name": "title", "title": "Line", "link": "url"},
    {"name": "points", "title": "Points", "type": "points"},
    {"name": "says", "title": "Why", "type": "sentence", "rank": "wrap"},
)
NOTHING: Mapping[str, str] = MappingProxyType({})
GIVEN = ("as_of", "plan_version", "known_by")
"""What a score may be asked beside whose it is."""
ENDED = "Subscription ended"
"""How the timeline of an account begins to say that one did."""


@dataclass(frozen=True, kw_only=True)
class ScorePart(Part):
    """Where somebody stands.

    Args:
        others: The scores to choose from: title, url, is_current.
        says: The score in a sentence.
        why: Its largest lines, in words.
        waterfall: From the peers to the score, or None.
        lines: All lines of it, each with `url` of the rows behind it.
        changed: What happened to the score since the earlier day, in a sentence.
        change: All lines of the change.
        columns: Columns of the tables of lines.
        chart: The score of every day, or None.
        history: What there is to know of that history; empty where it is complete.
        plan_changes: Changes of the plan since the first day of that history.
        whose: Their name.
        as_known: By which plan it is told, and of what was known by then.
        as_of: The day whose end it is told of; empty: the end of the data.
        here: The page it is a part of.
        kept: (name, value) that the page's address has beside.
    """

    template: ClassVar[str] = "part_score.html"

    others: Sequence[Row]
    says: str
    why: Sequence[str]
    waterfall: Mapping[str, Any] | None
    lines: Sequence[Row]
    changed: str
    change: Sequence[Row]
    columns: Sequence[Row]
    chart: Mapping[str, Any] | None
    history: str
    plan_changes: Sequence[PlanMark]
    whose: str
    as_known: AsKnown
    as_of: str
    here: str
    kept: Sequence[tuple[str, str]]


def routes(site: Site) -> list[Route]:
    """The part."""
    return [Route("/score", site.endpoint(part))]


def url(plan: Plan, entity: str, id_: str, asked: Mapping[str, str] = NOTHING) -> str:
    """Where the part about somebody is fetched from, by what the page's address says; empty without a score of such."""
    known = [score.name for score in written.of_entity(plan, entity)]
    name = asked.get("score", "")
    return links.score(entity, id_, name if name in known else known[0], _given(asked).items()) if known else ""


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in GIVEN if asked.get(name)}


def part(reader: Reader, request: Request) -> Part:
    """The part.

    Raises:
        QuestionError: There is no such score.
    """
    entity, id_, name = (request.query_params.get(key, "") for key in ("entity", "id", "score"))
    given = _given(request.query_params)
    known = as_known.read(reader, given)
    score = named(reader.plan_of(known.by_plan), name)
    if entity not in score.entities:
        raise QuestionError(f"The score '{name}' is not of {entity}s.", allowed=score.entities)
    others = [
        {"title": one.title, "url": links.score(entity, id_, one.name, given.items()), "is_current": one.name == name}
        for one in written.of_entity(reader.plan, entity)
    ]
    held = (
        [] if given else reader.score_history(name, entity, id_)
    )  # history is of the plan in use and of all that is known
    changes = plan_marks(reader, name, held[0].valid_from) if held else []
    here = links.profile(entity, id_)
    told: dict[str, Any] = {
        "others": others if len(others) > 1 else [],
        "columns": LINES,
        "chart": _chart(reader, score, entity, id_, held, changes),
        "plan_changes": changes,
        "history": "" if given else history_words.of_list(reader),
        "as_known": known,
        "as_of": given.get("as_of", ""),
        "here": here.partition("?")[0],
        "kept": [("score", name), *parse_qsl(here.partition("?")[2])],
    }
    try:
        explained = reader.explained(name, entity, id_, given)
    except QuestionError as error:
        return ScorePart(
            **told,
            says=f"{score.title}: {error.what}",
            why=(),
            waterfall=None,
            lines=(),
            changed="",
            change=(),
            whose=id_,
        )
    level, change = explained.level, explained.change
    return ScorePart(
        **told,
        says=_says(explained),
        why=level.words if level else (),
        waterfall=_waterfall(explained, level) if level else None,
        lines=_lines(reader.plan, explained, level),
        changed=_changed(explained),
        change=_lines(reader.plan, explained, change),
        whose=explained.of.name,
    )


def _says(explained: Explained) -> str:
    of = explained.of
    if of.score is None:
        return f"{explained.title}: nothing that it is made of is known of {of.name}."
    lower, upper = of.lower, of.upper
    interval = ""
    if lower is not None and upper is not None and lower != upper:
        interval = f" ({formats.score(lower)}{words.RANGE}{formats.score(upper)} with 95{words.SPACE}% certainty)"
    return f"{explained.title} {formats.score(of.score)} of 100{interval}, {of.band}."


def _changed(explained: Explained) -> str:
    change, since = explained.of.change, dates.day(explained.since)
    if change is None:
        return f"There was no score on {since}."
    if abs(change) < 0.05:
        return f"As on {since}."
    return f"{abs(change):.1f} points {'more' if change > 0 else 'less'} than on {since}."


def _waterfall(explained: Explained, level: Explanation) -> Mapping[str, Any]:
    is_strict = any(line.kind == "decides" for line in level.lines)
    rows = [
        {"title": line.title, "points": line.points, "says": line.says}
        for line in level.lines
        if abs(line.points) > NOISE
    ]
    first = "All there is" if is_strict else "Mean of the peers"
    made = charts.waterfall(
        rows, start=level.start, end=level.end, first=first, last=explained.title,
        title="Why", subtitle=f"From {'100' if is_strict else f'the mean of {explained.peers}'} to this score, in points",
    )  # fmt: skip
    return {**made, "config": charts.config()}


def _lines(plan: Plan, explained: Explained, sums: Explanation | None) -> list[Row]:
    return [
        {
            "title": line.title,
            "points": line.points,
            "says": line.says.partition(": ")[2] or line.says,
            "url": evidence.link(plan, explained.score, line.component, explained.entity, explained.of.id),
        }
        for line in (sums.lines if sums else ())
    ]


def _chart(
    reader: Reader, score: Score, entity: str, id_: str, held: Sequence[Held], changes: Sequence[PlanMark]
) -> Mapping[str, Any] | None:
    if not held:
        return None
    days = list[Row]()
    on = held[0].valid_from
    for span in held:
        while on < span.valid_from:
            days.append({"on": on, "score": None, "lower": None, "upper": None})
            on += timedelta(days=1)
        while on < span.valid_to:
            days.append({
                "on": on, "score": span.value / 100,
                "lower": None if span.lower is None else span.lower / 100,
                "upper": None if span.upper is None else span.upper / 100,
            })  # fmt: skip
            on += timedelta(days=1)
    marks = _marks(reader, id_) if entity == "account" else []
    of_plan = [{"on": mark.on, "title": mark.title, "is_plan": True} for mark in changes if mark.on <= days[-1]["on"]]
    said = ["With its 95 % interval, every day by the same plan"]
    said += ["dashed lines: the contract became another"] if marks else []
    said += ["whole lines: the plan was changed"] if of_plan else []
    made = charts.score_history(
        marks=sorted([*marks, *of_plan], key=lambda mark: mark["on"]), poor=score.bands.poor, good=score.bands.good,
        days=days, title=f"{score.title}, day by day", subtitle="; ".join(said),
    )  # fmt: skip
    return {**made, "config": charts.config()}


def _marks(reader: Reader, id_: str) -> list[Row]:
    """When the customer's contract became another: its plan, its seats, its end. A renewal as it was is no mark."""
    held: dict[date, list[str]] = {}
    ended: set[date] = set()
    for row in reader.account(id_).timeline:
        if row["kind"] == "subscription":
            if str(row["title"]).startswith(ENDED):
                ended.add(_day(row["at"]))
            else:
                plan, seats = str(row["title"]).removeprefix("Subscription"), str(row["detail"]).rpartition(", ")[2]
                held.setdefault(_day(row["at"]), []).append(
                    f"{plan.strip()} {seats if 'seat' in seats else ''}".strip()
                )
    marks, before = list[Row](), ""
    for day in sorted({*held, *ended}):
        now = " and ".join(sorted(held.get(day, [])))
        if day not in held:
            marks.append({"on": day, "title": "ended"})
        elif now != before:
            marks.append({"on": day, "title": now or "began"})
        before = now
    return marks


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
