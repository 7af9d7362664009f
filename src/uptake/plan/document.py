"""One YAML file as plain values, with the line each of them stands in.

Only what a plan needs of YAML is read: mappings with text keys, lists, texts, decimal numbers, true,
false, null and dates. Aliases and tags are refused, so a small file cannot become a large plan and
nothing can be made to run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from uptake.plan.problems import Location, described, location_text

Value = str | bool | int | float | date | None | tuple["Value", ...] | dict[str, "Value"]
"""Lists are tuples: nothing in a plan is changed after it was read."""

MOST_LEVELS = 30
MOST_DIGITS = 30

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(rf"[-+]?[0-9]{{1,{MOST_DIGITS}}}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Place:
    """A line of a file; lines are counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def nearest_place(places: Mapping[Location, Place], location: Location) -> Place | None:
    """The place of a location or of the nearest thing around it that has one."""
    for length in range(len(location), -1, -1):
        if place := places.get(location[:length]):
            return place
    return None


@dataclass(frozen=True)
class Refusal:
    """Something a file must not have.

    Args:
        place: Where.
        text: What is wrong and what to do, whole sentences.
    """

    place: Place
    text: str


@dataclass
class Document:
    """What a file says.

    Args:
        value: Its content; None for a file of nothing but comments, and for one that cannot be read.
        places: The line of every key and list entry.
        refusals: What is wrong with it.
    """

    value: Value = None
    places: dict[Location, Place] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text


def read_document(text: str, file: str) -> Document:
    """Reads a YAML document; never raises for its content.

    Args:
        text: The text of the file.
        file: Its name as messages should show it.
    """
    document = Document()
    reader = _Reader(text, file, document)
    try:
        document.value = reader.document()
    except _Refused as refused:
        document.refusals.append(Refusal(Place(file, refused.line), refused.text))
    return document


class _Reader:
    def __init__(self, text: str, file: str, document: Document) -> None:
        self.file = file
        self.document_read = document
        self.events = _events(text)

    def document(self) -> Value:
        value: Value = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
            elif isinstance(event, NodeEvent) and documents > 1:
                raise _Refused(_line(event), "A second document begins here. Write one document, without ---.")
            elif isinstance(event, NodeEvent):
                value = self.value(event, ())
        return value

    def value(self, event: Event, location: Location) -> Value:
        # An alias carries the name of its anchor, so this refuses both.
        if getattr(event, "anchor", None) is not None:
            raise _Refused(_line(event), "Anchors and aliases (&, *) are not read in a plan. Write the value out.")
        if getattr(event, "tag", None) is not None:
            raise _Refused(_line(event), "Tags (!name) are not read in a plan. Take the tag away.")
        if len(location) > MOST_LEVELS:
            raise _Refused(_line(event), f"Values are nested more than {MOST_LEVELS} deep.")
        if isinstance(event, MappingStartEvent):
            return self.mapping(location)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(location)
        # Ends and aliases are dealt with, so only texts are left.
        text: str = cast("ScalarEvent", event).value
        return _scalar(text) if cast("ScalarEvent", event).style is None else text

    def sequence(self, location: Location) -> Value:
        values: list[Value] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            entry = (*location, len(values))
            self.document_read.places[entry] = Place(self.file, _line(event))
            values.append(self.value(event, entry))
        return tuple(values)

    def mapping(self, location: Location) -> Value:
        values: dict[str, Value] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.value(event, (*location, ""))
            if not isinstance(key, str):
                raise _Refused(_line(event), f"A key is {described(key)}. Allowed: text. Put it in quotes.")
            entry, place = (*location, key), Place(self.file, _line(event))
            first = self.document_read.places.setdefault(entry, place)
            value = self.value(next(self.events), entry)
            if key in values:
                what = f"{location_text(entry)} is given twice, first in line {first.line}. Write it once."
                self.document_read.refusals.append(Refusal(place, what))
            else:
                values[key] = value
        return values


def _events(text: str) -> Iterator[Event]:
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = _line(event)
            yield event
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Refused(line, f"The character U+{error.character:04X} cannot stand in a plan.") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = str(error.problem or error.context or error).splitlines()[0]
        hint = " Indent with blanks, not tabs." if "'\\t'" in reason else ""
        raise _Refused(line, f"This is not YAML: {reason}.{hint}") from None
    except (YAMLError, ValueError, OverflowError, AssertionError):
        # The reader lets through chr() of a \U escape that no character has, and asserts of %YAML versions.
        raise _Refused(line, "This is not YAML: something in or after this line cannot be read.") from None


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _scalar(text: str) -> Value:
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text[0] in "tT"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
