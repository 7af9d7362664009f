"""What the check found: one doubtful thing, where it stands and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args
from unicodedata import normalize

from uptake.plan.problems import shown

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = get_args(Level)

MOST_COMPARED = 2_000
"""Names that a misspelt one is compared with, the most frequent first."""


@dataclass(frozen=True)
class Finding:
    """One thing the check found.

    Args:
        level: `error` if a number is wrong or empty because of it, `warning` if one misleads, else `note`.
        where: File and line, "plan/features.yml:14"; empty for what concerns the data alone.
        what: What was found, sentences.
        do: What to do, sentences; empty if nothing has to be done.
    """

    level: Level
    where: str
    what: str
    do: str = ""


def sort(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; otherwise in the order they were found."""
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def letters(text: str) -> str:
    """A name without case, blanks and punctuation: what is left tells whether two names mean one thing.

    >>> letters("Task Created") == letters("task_created")
    True
    """
    return "".join(character for character in normalize("NFKC", text).casefold() if character.isalnum())


def did_you_mean(found: str, counts: dict[str, int]) -> str:
    """Names the spelling that is most like a wrong one, with how often it occurs; empty if none is.

    Args:
        found: The wrong name.
        counts: Names that exist and how often they occur, the most frequent first.

    >>> did_you_mean("Task Create", {"task_created": 1200, "login": 3})
    "Did you mean 'task_created' (1,200 times)?"
    """
    alike: dict[str, str] = {}
    for name in list(counts)[:MOST_COMPARED]:
        alike.setdefault(letters(name), name)
    match = get_close_matches(letters(found), list(alike), n=1, cutoff=0.7)
    return f"Did you mean {shown(alike[match[0]])} ({times(counts[alike[match[0]]])})?" if match else ""


def listed(counts: dict[str, int], most: int) -> str:
    """Names with how often they occur, the first so many.

    >>> listed({"kanban": 12, "list": 3, "map": 1}, 2)
    "'kanban' (12), 'list' (3) and 1 more"
    """
    parts = [f"{shown(name)} ({count:,})" for name, count in list(counts.items())[:most]]
    more = len(counts) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more else "")


def times(count: int) -> str:
    """A number of occurrences in words.

    >>> times(1), times(1200)
    ('once', '1,200 times')
    """
    return "once" if count == 1 else f"{count:,} times"


def many(count: int, noun: str) -> str:
    """A number of things.

    >>> many(1, "user"), many(1200, "user")
    ('1 user', '1,200 users')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def percent(part: int, whole: int) -> str:
    """A share for people; one that is neither nothing nor all is never shown as 0 % or 100 %.

    >>> percent(1, 3), percent(1, 1000), percent(999, 1000)
    ('33 %', 'under 1 %', 'over 99 %')
    """
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1 %"
    if 99 < share < 100:
        return "over 99 %"
    return f"{share:.0f} %"
