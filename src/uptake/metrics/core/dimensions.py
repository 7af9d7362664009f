"""What an answer can be broken down and filtered by: attributes of users and accounts, and segments.

Every entity row has an instant, `anchor_at` (a start, the end of a period); attributes are looked up
at that instant, so who moved from Free to Pro in May is Free in April's numbers. A question can ask for
their value at `as_of` instead, or for every value they had up to then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from uptake.errors import QuestionError
from uptake.metrics.core.grain import ACCOUNT, MEMBER, USER, Grain
from uptake.plan import Bands, Condition, Placement, Plan, Segment

AT_EVENT, MOST_RECENT, ANY_TIME = MODES = ("at_event", "most_recent", "any_time")
"""When an attribute counts: as it was at the moment that counts, as it is at `as_of`, or whenever it was up to then."""
SEGMENT, EVENT, PLACEMENT = "segment", "event", "placement"
MISSING = "(none)"
"""Label of those without the attribute; missing is a group of its own, never 0 and never dropped."""
OTHER = "(other)"
"""Label of the groups beyond the largest."""
IN, OUT = "in", "not in"
"""Labels of those in a segment and of everyone else."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of one entity.

    Args:
        entity: user or account.
        name: The attribute; `id` is the entity's id itself.
        mode: When it counts, one of `MODES`.
        suffix: `@` and the mode, where the attribute was asked for with it.
        bands: The ranges that it is told apart by, or None: every value is a group.
        told_by: SQL for what is known of it, where that is no imported attribute but what accounts pay.
        about: What to know of it, a sentence; empty: nothing.
    """

    entity: str
    name: str
    mode: str = AT_EVENT
    suffix: str = ""
    bands: Bands | None = None
    told_by: str = ""
    about: str = ""

    @property
    def table(self) -> str:
        """Where its values stand: the entity's key, name, text, number, valid_from, valid_to."""
        return self.told_by or f"{self.entity}_attribute"

    @property
    def label(self) -> str:
        """How it is called in answers: `account.plan`."""
        return f"{self.entity}.{self.name}{self.suffix}"


@dataclass(frozen=True)
class Membership:
    """Whether somebody is in a segment.

    Args:
        segment: The segment of the plan.
        mode: When its conditions count; a list holds always.
        suffix: `@` and the mode, where the segment was asked for with it.
        known: Attributes that are more than what was imported under their name.
    """

    segment: Segment
    mode: str = AT_EVENT
    suffix: str = ""
    known: tuple[Attribute, ...] = ()

    @property
    def entity(self) -> str:
        """Whose segment it is."""
        return self.segment.entity

    @property
    def label(self) -> str:
        """How it is called in answers: `segment.pilot`."""
        return f"{SEGMENT}.{self.segment.name}{self.suffix}"

    def attributes(self) -> list[tuple[Attribute, Condition]]:
        """Every condition with the attribute it is about."""
        leaves = self.segment.where.leaves() if self.segment.where else ()
        return [(self.attribute(condition), condition) for _, condition in leaves]

    def attribute(self, condition: Condition) -> Attribute:
        """The attribute that one of its conditions is about."""
        own = Attribute(self.entity, condition.property.partition(".")[2], self.mode)
        return next((replace(one, mode=self.mode) for one in self.known if one.label == own.label), own)

    def __hash__(self) -> int:
        return hash(self.label)


@dataclass(frozen=True)
class Placed:
    """Where a placement of the plan puts somebody, as it was at the end of the day, from history.

    Args:
        scheme: The placement.
        entity: Whose place: user or account.
        mode: When it counts.
        suffix: `@` and the mode, where it was asked for with it.
    """

    scheme: Placement
    entity: str
    mode: str = AT_EVENT
    suffix: str = ""

    @property
    def label(self) -> str:
        """How it is called in answers: `placement.segment`."""
        return f"{PLACEMENT}.{self.scheme.name}{self.suffix}"

    @property
    def labels(self) -> list[str]:
        """The names of its labels, by number."""
        return [label.name for label in self.scheme.labels_of(self.entity)]

    def __hash__(self) -> int:
        return hash((self.label, self.entity))


@dataclass(frozen=True)
class EventProperty:
    """A property of events.

    Args:
        name: The property.
    """

    name: str
    entity: ClassVar[str] = "event"

    @property
    def label(self) -> str:
        """How it is called in answers: `event.view`."""
        return f"{EVENT}.{self.name}"


@dataclass(frozen=True)
class Memberships:
    """Which of all segments somebody is in: none, one or several.

    Args:
        parts: Each of the segments.
        left_out: What is not among them, in sentences.
        suffix: `@` and the mode, where they were asked for with it.
    """

    parts: tuple[Membership, ...]
    left_out: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def entity(self) -> str:
        """Whose segments they are: of accounts, if some are."""
        return "account" if any(one.entity == "account" for one in self.parts) else "user"

    @property
    def label(self) -> str:
        """How they are called in answers: `segment`."""
        return f"{SEGMENT}{self.suffix}"


Dimension = Attribute | Membership | Memberships | Placed | EventProperty


def is_overlapping(one: Dimension) -> bool:
    """Whether somebody can be in several groups of it at the same moment."""
    return isinstance(one, Memberships) or (isinstance(one, Attribute) and one.mode == ANY_TIME)


def find(attributes: list[Attribute], text: str, entity: str) -> Attribute:
    """The attribute that a word means: `account.plan`, or `plan` if that is clear.

    Args:
        attributes: All that exist.
        text: The word.
        entity: The question's grain; its own attributes come first.

    Raises:
        QuestionError: There is no such attribute.
    """
    found = _look_up(attributes, text, entity)
    if found is None:
        raise _unknown(attributes, text)
    return found


def _unknown(attributes: list[Attribute], text: str) -> QuestionError:
    return QuestionError(
        f"There is no attribute '{text}'.",
        allowed=[attribute.label for attribute in attributes],
        do="Attributes come with imported users and accounts.",
    )


def dimension(attributes: list[Attribute], text: str, entity: str, plan: Plan, mode: str) -> Dimension:
    """What a word means: `event.NAME`, or an attribute, `segment.NAME` or `segment`, with or without `@most_recent`.

    Args:
        attributes: All that exist.
        text: The word.
        entity: The question's grain; its own attributes come first.
        plan: The plan, for its segments.
        mode: When attributes count where the word does not say.

    Raises:
        QuestionError: There is no such attribute or segment, or the segment cannot be asked for so.
    """
    if text.startswith(f"{EVENT}.") and text != f"{EVENT}.":
        return EventProperty(text.removeprefix(f"{EVENT}."))
    word, suffix, said = text, "", mode
    before, at, behind = text.rpartition("@")
    if at and behind in MODES:
        word, said = before, behind
        suffix = f"@{said}" if said != mode else ""
    placed = word.removeprefix(f"{PLACEMENT}.")
    if word != placed and _look_up(attributes, text, entity) is None:
        return placement(plan, placed, entity, said, suffix)
    if word == SEGMENT and plan.segments:
        return memberships(attributes, plan, entity, said, suffix)
    named = word.removeprefix(f"{SEGMENT}.")
    if word != named and named in plan.segments:
        return membership(attributes, plan, named, said, suffix)
    found = _look_up(attributes, text, entity)
    if found is not None:  # also where the name of an attribute ends like a mode
        return replace(found, mode=mode)
    found = _look_up(attributes, word, entity)
    if found is not None:
        return replace(found, mode=said, suffix=suffix)
    if word != named:
        return membership(attributes, plan, named, said, suffix)
    raise _unknown(attributes, text)


def membership(attributes: list[Attribute], plan: Plan, name: str, mode: str, suffix: str = "") -> Membership:
    """Whether somebody is in a segment of the plan.

    Raises:
        QuestionError: There is no such segment, or it cannot be asked for so.
    """
    if name not in plan.segments:
        do = "Describe it in the plan under segments."
        raise QuestionError(f"The plan has no segment '{name}'.", allowed=plan.segments, do=do)
    segment = plan.segments[name]
    found = Membership(segment, mode, suffix, tuple(one for one in attributes if one.told_by))
    named = f"{SEGMENT}.{segment.name}"
    if mode == ANY_TIME and not segment.is_list:
        raise QuestionError(
            f"properties is any_time, but the conditions of segment '{segment.name}' must hold at one moment.",
            do=f"Ask for {named}@{AT_EVENT} or {named}@{MOST_RECENT}.",
        )
    missing = _missing(attributes, found)
    if missing is not None:
        raise QuestionError(
            _asks_for(segment, missing),
            allowed=[one.label for one in attributes if one.entity == missing.entity],
            do="Correct it in the plan, or import the attribute.",
        )
    return found


def placement(plan: Plan, name: str, entity: str, mode: str, suffix: str = "") -> Placed:
    """Where a placement puts somebody: their own place where it has one for them, else their account's.

    Raises:
        QuestionError: There is no such placement, or it cannot be asked for so.
    """
    if name not in plan.all_placements:
        raise QuestionError(f"There is no placement '{name}'.", allowed=plan.all_placements)
    if mode == ANY_TIME:
        do = f"Ask for {PLACEMENT}.{name}@{AT_EVENT} or {PLACEMENT}.{name}@{MOST_RECENT}."
        raise QuestionError("properties is any_time, but a placement is told of one day.", do=do)
    scheme, own = plan.all_placements[name], "account" if entity == ACCOUNT.name else "user"
    return Placed(scheme, own if own in scheme.entities else scheme.entities[0], mode, suffix)


def memberships(attributes: list[Attribute], plan: Plan, entity: str, mode: str, suffix: str = "") -> Memberships:
    """Which of all the plan's segments somebody is in; accounts are in those of accounts alone.

    Raises:
        QuestionError: There are none, or they cannot be asked for so.
    """
    meant = [one for one in plan.segments.values() if entity != ACCOUNT.name or one.entity == ACCOUNT.name]
    if not meant:
        raise QuestionError(
            "All segments of the plan are of users, and an account has many.", do="Ask with entity=user."
        )
    parts, left_out = list[Membership](), list[str]()
    for segment in meant:
        missing = _missing(attributes, Membership(segment))
        if missing:
            left_out.append(f"{_asks_for(segment, missing)} It is not among the rows.")
        else:
            parts.append(membership(attributes, plan, segment.name, mode))
    if len(meant) < len(plan.segments):
        left_out.append("Segments of users are not among the rows: an account has many.")
    return Memberships(tuple(parts), tuple(left_out), suffix)


def _missing(attributes: list[Attribute], one: Membership) -> Attribute | None:
    """The first attribute of its conditions that nobody has."""
    there = {(attribute.entity, attribute.name) for attribute in attributes}
    asked = (attribute for attribute, _ in one.attributes())
    return next((attribute for attribute in asked if (attribute.entity, attribute.name) not in there), None)


def _asks_for(segment: Segment, attribute: Attribute) -> str:
    return f"Segment '{segment.name}' asks for {attribute.label}, an attribute that no {attribute.entity} has."


def _look_up(attributes: list[Attribute], text: str, entity: str) -> Attribute | None:
    if text in ("account", "user"):
        text = f"{text}.id"
    first = "account" if entity == "account" else "user"
    order = [first, "account" if first == "user" else "user"]
    for candidate in [text, *(f"{side}.{text}" for side in order)]:
        for attribute in attributes:
            if attribute.label == candidate:
                return attribute
    return None


def in_segments(condition: Condition, of: Memberships) -> Condition:
    """A condition on which segments somebody is in, which names some of them.

    Raises:
        QuestionError: It names others, or compares.
    """
    names = [one.segment.name for one in of.parts]
    if condition.test != "exists" and (condition.test not in ("is", "is_not") or not {*condition.values} <= {*names}):
        do = f"An attribute of that name is user.{SEGMENT} or account.{SEGMENT}."
        raise QuestionError(f"{condition.property} is held against something else than segments.", allowed=names, do=do)
    return condition


def in_segment(condition: Condition) -> Condition:
    """A condition on a segment with the values that it can have, `in` and `not in`; yes and no mean the same.

    Raises:
        QuestionError: It has another value, or compares.
    """
    words = {True: IN, False: OUT, IN: IN, OUT: OUT}
    if condition.test not in ("is", "is_not") or any(value not in words for value in condition.values):
        raise QuestionError(f"{condition.property} is held against something else.", allowed=(IN, OUT))
    return condition.model_copy(update={"values": tuple(words[value] for value in condition.values)})


def grain_for(entity: Grain, dimensions: Iterable[Dimension]) -> Grain:
    """The grain that can answer: users looked at by what an account is are counted per account.

    Raises:
        QuestionError: Accounts were asked for by what their users are.
    """
    sides: dict[str, str] = {}
    for one in dimensions:
        sides.setdefault(one.entity, one.label)
    if entity is ACCOUNT and "user" in sides:
        raise QuestionError(
            f"Accounts cannot be told apart by {sides['user']}: an account has many users.",
            do="Ask with entity=user, or use an attribute or a segment of accounts.",
        )
    return MEMBER if entity is USER and "account" in sides else entity


def notes(by: Iterable[Dimension]) -> Iterator[str]:
    """What somebody who reads a breakdown should know of when its labels hold."""
    for one in by:
        if isinstance(one, Memberships):
            yield from one.left_out
        if not isinstance(one, Attribute) or one.name == "id":
            continue
        if one.about:
            yield one.about
        if one.bands:
            yield f"Bands of {one.label} hold their lower end and not their upper end."
        if one.mode == ANY_TIME:
            yield (
                f"{one.label} is every value somebody had up to as_of: who had several counts in each of them,"
                " so the rows do not add up to the whole."
            )
        elif one.mode == MOST_RECENT:
            yield f"{one.label} is the value at as_of, in earlier periods too."
