"""The smallest readers: texts, names, counts. Each returns the value or raises `Problems`."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated
from unicodedata import normalize

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


def free_name(title: str, taken: Collection[str], kind: str) -> str:
    """A name for something that people gave a title, and that nothing else has.

    Args:
        title: The title; of scripts without Latin letters nothing is left.
        taken: The names of the others.
        kind: What it is: the name of what has no letters in its title.

    >>> free_name("Zoë's accounts", {"zoe_s_accounts"}, "segment")
    'zoe_s_accounts_2'
    >>> free_name("2026", (), "segment"), free_name("顧客", (), "segment")
    ('segment_2026', 'segment')
    """
    ascii_only = normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    base = re.sub("[^a-z0-9]+", "_", ascii_only).strip("_")[:50].rstrip("_")
    if not base[:1].isalpha():
        base = f"{kind}_{base}".rstrip("_")
    names = (base, *(f"{base}_{number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)


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
