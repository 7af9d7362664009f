"""What is wrong in a plan, as data: where it stands, what was found, what is allowed.

Readers of values raise `Problems` with locations relative to the value they were given; whoever
reads the value around it puts its own location in front. So one reader serves a file with line
numbers, a web form and the command line, and all problems of a plan are reported together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

Location = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists counted from 0."""

MOST_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Args:
        location: Where it stands.
        what: The predicate of the sentence, "is 'cores'", without a full stop.
        allowed: What would have been right.
        do: What to do, a whole sentence.
    """

    location: Location
    what: str
    allowed: tuple[str, ...] = ()
    do: str = ""

    def sentence(self, subject: str = "The value") -> str:
        """The problem in words, subject and predicate only.

        >>> Problem(("features", "boards", "tag"), "is 'cores'").sentence()
        "features.boards.tag is 'cores'."
        """
        return f"{location_text(self.location) or subject} {self.what}."

    def text(self, subject: str = "The value") -> str:
        """The problem in words, with what is allowed and what to do."""
        allowed = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        return self.sentence(subject) + allowed + (f" {self.do}" if self.do else "")


class Problems(ValueError):
    """One or more problems; a ValueError, so that pydantic carries it to the top."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(" ".join(problem.text() for problem in problems))


class Gathering:
    """Collects the problems of many parts, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @contextmanager
    def at(self, *location: str | int) -> Iterator[None]:
        """Takes in the problems raised inside, with `location` in front of their own."""
        try:
            yield
        except Problems as found:
            self.problems.extend(replace(p, location=(*location, *p.location)) for p in found.problems)

    def end(self) -> None:
        """Raises what was collected.

        Raises:
            Problems: If anything was.
        """
        if self.problems:
            raise Problems(*self.problems)


def refuse(what: str, *allowed: str, do: str = "") -> Problems:
    """The problem of the very value a reader was given."""
    return Problems(Problem((), what, allowed, do))


def unknown_keys(given: Iterable[str], allowed: Iterable[str]) -> list[Problem]:
    """A problem for each key that is not allowed, with the nearest allowed one as a proposal."""
    allowed = tuple(allowed)
    return [Problem((key,), "is not a key here", allowed, nearest(key, allowed)) for key in given if key not in allowed]


def nearest(found: object, allowed: Iterable[str]) -> str:
    """Asks "Did you mean ...?" where something allowed is spelled alike; else an empty text."""
    match = get_close_matches(str(found)[:MOST_SHOWN], list(allowed), n=1, cutoff=0.7)
    return f"Did you mean {match[0]}?" if match else ""


def location_text(location: Location) -> str:
    """A location for people; positions in lists are counted from 1.

    >>> location_text(("activation", "user", "all", 0, "at_least"))
    'activation.user.all[1].at_least'
    """
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += ("." if text else "") + (part if part.isprintable() and len(part) <= MOST_SHOWN else shown(part))
    return text


def shown(value: object) -> str:
    """A wrong value as a message repeats it: short, on one line, with text in quotes.

    >>> shown("cores"), shown(True), shown(None), shown({"a": 1})
    ("'cores'", 'true', 'empty', 'a mapping')
    """
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(value if len(value) <= MOST_SHOWN else value[:MOST_SHOWN] + "…")
        case date():
            return value.isoformat()
        case int() if abs(value) >= 10**MOST_SHOWN:
            return "a number of more than 60 digits"
        case int() | float():
            return str(value)
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return f"of type {type(value).__name__}"


def described(value: object) -> str:
    """A value of a wrong type with the type's name, so that `30` and `'30'` can be told apart.

    >>> described("30"), described(30), described(True)
    ("'30', text", '30, a number', 'true, a yes/no value')
    """
    match value:
        case bool():
            return f"{shown(value)}, a yes/no value"
        case str():
            return f"{shown(value)}, text"
        case date():
            return f"{shown(value)}, a date"
        case int() | float():
            return f"{shown(value)}, a number"
        case _:
            return shown(value)
