"""Lengths of time as people give them: a number of days, or a number with its unit."""

from __future__ import annotations

import re

from uptake.errors import QuestionError

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Letter -> seconds."""
WORDS = "|".join(f"{word}s?" for word in ("second", "minute", "hour", "day", "week"))
"""Units as people write them, which begin with their letter."""
UNLIMITED = "none"
FORMS = ("a number of days such as 14", "30m", "1h", "7d", "2w", UNLIMITED)
MOST_DAYS = 36_600


def microseconds(name: str, value: object) -> int | None:
    """A length of time.

    Args:
        name: What it is, for the message.
        value: A number of days, a number followed by s, m, h, d or w or the word for it, or `none`.

    Returns:
        Microseconds; None for `none`, which is no limit.

    Raises:
        QuestionError: It is none of these, or not above 0.

    >>> microseconds("window_days", 7), microseconds("window_days", "90m"), microseconds("window_days", "none")
    (604800000000, 5400000000, None)
    >>> microseconds("window_days", "7 days") == microseconds("window_days", "1 week") == microseconds("window_days", 7)
    True
    """
    text = str(value).strip().lower()
    if text == UNLIMITED:
        return None
    found = re.fullmatch(rf"([0-9]+(?:\.[0-9]+)?) ?([smhdw]?|{WORDS})", text)
    length = round(float(found[1]) * UNITS[found[2][:1] or "d"] * 1_000_000) if found else 0
    if not 0 < length <= MOST_DAYS * UNITS["d"] * 1_000_000:
        raise QuestionError(f"{name} is '{value}'.", allowed=FORMS)
    return length
