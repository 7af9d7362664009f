"""The smallest readers: texts, names, counts. Each returns the value or raises `Problems`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from uptake.kinds import LONGEST_ID
from uptake.plan.problems import described, refuse, shown

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
NAME_IN_WORDS = "lower case letters, digits and _, at most 63, the first a letter"
MOST_CHARACTERS = 200
MOST_TIMES = 1_000_000


def read_text(value: object, most: int = MOST_CHARACTERS) -> str:
    """Any Unicode text without NUL, at least one character: titles, properties, attributes."""
    wanted = f"text of 1 to {most:,} characters"
    if not isinstance(value, str):
        in_quotes = value is not None and not isinstance(value, dict | list | tuple)
        raise refuse(f"is {described(value)}", "text", do="Put it in quotes." if in_quotes else "")
    if not 1 <= len(value) <= most:
        raise refuse(f"has {len(value):,} characters", wanted)
    refuse_unwritable(value)
    return value


def read_event(value: object) -> str:
    """The name of an event, as long as one that was imported can be."""
    return read_text(value, LONGEST_ID)


def refuse_unwritable(value: str) -> None:
    """Raises for text that no file and no database can hold: NUL and lone surrogates."""
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise refuse(f"is {shown(value)}", "Unicode text without NUL")


def read_name(value: object) -> str:
    """A name the plan gives to something: it becomes a column, a URL, a file name."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise refuse(f"is {shown(value)}", NAME_IN_WORDS)
    return value


def read_count(value: object) -> int:
    """How many times, at least once."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_TIMES:
        raise refuse(f"is {described(value)}", f"a whole number from 1 to {MOST_TIMES:,}")
    return value


def title_of(name: str) -> str:
    """The title of something that was given none.

    >>> title_of("create_project")
    'Create project'
    """
    return (name[:1].upper() + name[1:]).replace("_", " ")


Text = Annotated[str, BeforeValidator(read_text)]
Name = Annotated[str, BeforeValidator(read_name)]
Days = Annotated[int, Field(ge=1, le=3_660)]
