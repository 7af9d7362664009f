"""What two plans say differently: by key, with file and line, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from uptake.plan import written_out
from uptake.plan.condition import BOUNDS, IN_WORDS
from uptake.plan.document import Value, nearest_place, read_document
from uptake.plan.loader import content_of, parse
from uptake.plan.model import Plan
from uptake.plan.number_writing import Section, named
from uptake.plan.problems import Location, location_text
from uptake.plan.quoting import flow
from uptake.plan.words import title_of

MOST_CHARACTERS = 120
"""Characters of a value that are shown."""
NOUNS = {
    "features": "Feature", "scores": "Score", "segments": "Segment", "milestones": "Milestone", "tasks": "Task",
    "value_moments": "Value moment", "references": "Reference", "targets": "Target", "launches": "Launch",
    "owners": "Owner", "events": "Event", "placements": "Placement", "alerts": "Alert",
    "qualified": "Rule",
}  # fmt: skip
"""Sections of things with names -> what one of them is called."""
COME: tuple[Section, ...] = ("placements", "qualified", "alerts")
"""Sections of which some come by themselves, beside scores."""
UNTOLD = ("components", "labels", "when", "where", "any", "all")
"""Keys that say nothing beside those in them."""


@dataclass(frozen=True)
class Change:
    """One key that two plans say differently.

    Args:
        key: Where it stands, `scores.health.bands.good`.
        before: What it said, on one line; None: it was not there.
        after: What it says; None: it is not there any more.
        place: File and line where it stands, of the later plan if it has it.
        told: The change in words.
    """

    key: str
    before: str | None
    after: str | None
    place: str
    told: str


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Everything that a plan says otherwise than another; nothing where both mean the same.

    Comments, layout and the file a key stands in are no change.

    Args:
        before: File name -> text of the one.
        after: The same of the other.

    Raises:
        PlanError: One of them cannot be read.
    """
    was, now = parse(before), parse(after)
    if was.version == now.version:
        return ()
    (old, old_places), (new, new_places) = content_of(before), content_of(after)
    written: dict[Section, set[str]] = {
        "placements": {*was.placements, *now.placements},
        "qualified": {*was.qualified, *now.qualified},
        "alerts": {*was.all_alerts, *now.all_alerts} if was.alerts or now.alerts else set(),
    }
    old, new = (
        _with_those_that_come(_with_scores(said, plan), plan, written) for said, plan in ((old, was), (new, now))
    )
    meant = _meaning(was), _meaning(now)
    found = []
    for location, one, other in _apart((), old, new):
        if _is_meant(location, *meant):
            is_there = not isinstance(other, _Nothing)
            place = nearest_place(new_places if is_there else old_places, location)
            subject, rest = _named(location, new if is_there else old)
            found.append(
                Change(
                    location_text(location),
                    _written(one),
                    _written(other),
                    str(place or ""),
                    _told(subject, rest, one, other),
                )
            )
    return tuple(found)


def _with_scores(content: dict[str, Value], plan: Plan) -> dict[str, Value]:
    """The content with the scores that come by themselves, where it has none: they go when others are written."""
    if plan.scores:
        return content
    come: dict[str, Value] = {
        name: {
            "title": score.title,
            "entities": score.entities,
            "components": {key: part.weight for key, part in score.components.items()},
        }
        for name, score in plan.all_scores.items()
    }
    return {**content, "scores": come}


def _with_those_that_come(
    content: dict[str, Value], plan: Plan, written: Mapping[Section, Iterable[str]]
) -> dict[str, Value]:
    """The content with what comes by itself and that one of the plans has written."""
    for section, names in written.items():
        held = content.get(section)
        given = held if isinstance(held, dict) else {}
        known = named(plan, section)
        if come := [known[name] for name in names if name not in given and name in known]:
            said = read_document("\n".join(map(written_out.entry, come)), "").value
            assert isinstance(said, dict)
            content = {**content, str(section): {**given, **said}}
    return content


def _meaning(plan: Plan) -> dict[str, Any]:
    scores = {name: score.model_dump(mode="json") for name, score in plan.all_scores.items()}
    ruled: dict[str, Any] = {}
    for section in COME:
        ruled[section] = {name: one.model_dump(mode="json") for name, one in named(plan, section).items()}
    return {**plan.model_dump(mode="json"), "scores": scores, **ruled}


class _Nothing:
    """Stands for a key that is not there."""


_NOTHING = _Nothing()
Said = Value | _Nothing


def _apart(location: Location, before: Said, after: Said) -> Iterator[tuple[Location, Said, Said]]:
    """Where two contents differ, as deep as both are mappings, or lists of the same labels or alternatives.

    Of a section of things, each is told.
    """
    if len(location) == 1 and location[0] in NOUNS:
        before, after = ({} if isinstance(said, _Nothing) else said for said in (before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _apart((*location, key), before.get(key, _NOTHING), after.get(key, _NOTHING))
    elif (
        isinstance(before, tuple) and isinstance(after, tuple) and location[0] == "placements" and _pair(before, after)
    ):
        for position, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _apart((*location, position), one, other)
    elif before != after or type(before) is not type(after):
        yield location, before, after


def _pair(before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
    """Whether two lists are of mappings of the same names, so that each can be told apart."""

    def names(parts: tuple[Value, ...]) -> list[object]:
        return [part.get("name") if isinstance(part, dict) else part for part in parts]

    return all(isinstance(part, dict) for part in (*before, *after)) and names(before) == names(after)


def _is_meant(location: Location, before: Any, after: Any) -> bool:  # noqa: ANN401 - contents are of any type
    """Whether what stands there means something else; what is only written otherwise does not."""
    for key in location:
        if isinstance(key, int):
            if not (isinstance(before, list) and isinstance(after, list) and key < min(len(before), len(after))):
                break
        elif not (isinstance(before, dict) and isinstance(after, dict) and key in before and key in after):
            break
        before, after = before[key], after[key]
    return bool(before != after)


def _named(location: Location, content: Value) -> tuple[str, Location]:
    """What a location belongs to, as people call it, and the rest of the location."""
    section, *rest = location
    noun = NOUNS.get(str(section))
    if noun is None or not rest:
        return title_of(str(section)), tuple(rest)
    found = content[str(section)] if isinstance(content, dict) else None
    thing = found.get(str(rest[0])) if isinstance(found, dict) else None
    given = thing.get("title") if isinstance(thing, dict) else None
    title = given if isinstance(given, str) else title_of(str(rest[0]))
    subject = title if noun.lower() in title.lower() else f"{noun} {title}"
    match rest[1:]:
        case ["labels", int(position), *others] if isinstance(thing, dict):
            label = cast("tuple[dict[str, str], ...]", thing["labels"])[position]
            of = f" of {label['of']}s" if "of" in label else ""
            called = str(label.get("title", title_of(label["name"]))).lower()
            return f"{subject}, {called}{of}", tuple(key for key in others if not isinstance(key, int))
        case others:
            return subject, tuple(others)


def _told(subject: str, rest: Location, before: Said, after: Said) -> str:
    words = " ".join(str(part).replace("_", " ") for part in rest if part not in UNTOLD or part is rest[-1])
    about = f"{subject}, {words}" if words else subject
    if rest and rest[-1] in BOUNDS and not isinstance(before, _Nothing) and not isinstance(after, _Nothing):
        return f"{about.rpartition(' ')[0]} {IN_WORDS[rest[-1]]} {_written(after)}, was {_written(before)}"
    if isinstance(before, _Nothing):
        return f"{about} is new: {_in_words(after)}" if words else f"{about} is new"
    if isinstance(after, _Nothing):
        return f"{about} is gone; it was {_in_words(before)}" if words else f"{about} is gone"
    if isinstance(before, tuple) and isinstance(after, tuple):
        return f"{about}, {_list_told(before, after)}"
    return f"{about} is {_in_words(after)}, was {_in_words(before)}"


def _list_told(before: tuple[Value, ...], after: tuple[Value, ...]) -> str:
    """What one list has and another has not."""
    was, now = ({_said(part): part for part in parts} for parts in (before, after))
    new, gone = tuple(now[one] for one in now if one not in was), tuple(was[one] for one in was if one not in now)
    told = [f"{what}: {_in_words(parts)}" for what, parts in (("new", new), ("gone", gone)) if parts]
    return "; ".join(told) or "in another order"


def _in_words(value: Said) -> str:
    """A value as people say it, without the marks it is written with: `{good: 75}` is "good 75"."""
    text = _said(value)
    more = f" … ({len(value):,} in all)" if isinstance(value, tuple | dict) else " …"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + more


def _said(value: Said) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case tuple():
            return ", ".join(map(_said, value)) or "nothing"
        case dict():
            said = ", ".join(_entry_said(str(key), part) for key, part in value.items() if key != "name")
            name = str(value.get("name", ""))
            return f"{name} ({said})" if name and said else name or said or "nothing"
        case _:
            return flow(value)


def _entry_said(key: str, value: Value) -> str:
    if key in UNTOLD and isinstance(value, dict):
        return f"{key} {_said(value)}" if key in ("where", "when") else _said(value)
    if key in ("all", "any") and isinstance(value, tuple):
        return (" or " if key == "any" else " and ").join(f"({_said(part)})" for part in value)
    if key == "exists" and isinstance(value, bool):
        return "known" if value else "not known"
    if key in IN_WORDS:
        return f"{IN_WORDS[key] or 'is'} {_said(value)}"
    return f"{key.replace('_', ' ')} {_said(value)}"


def _written(value: Said) -> str | None:
    """A value on one line, as it could stand in a file."""
    if isinstance(value, _Nothing):
        return None
    text = flow(value)
    more = f" … ({len(value):,} in all)" if isinstance(value, tuple | dict) else " …"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + more
