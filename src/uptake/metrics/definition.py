"""The public page of a metric, read from its module's docstring.

The docstring is: a title line, a paragraph on what it is for, and the labelled lines below. Page,
tile, endpoint and command line show this text and no other.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

LABELS = ("Formula", "Unit", "Grain", "Population", "Empty", "Interval", "Pitfall", "Source")


@dataclass(frozen=True)
class Definition:
    """What a metric means, in words.

    Args:
        name: The metric's name.
        title: Its name for people.
        purpose: What it is for.
        parts: Label -> text, in the order of `LABELS`.
    """

    name: str
    title: str
    purpose: str
    parts: dict[str, str]


def read(name: str, docstring: str) -> Definition:
    """Reads a metric's docstring.

    Raises:
        ValueError: A label is missing, unknown, or out of order; the contract test shows it.
    """
    head, _, rest = inspect.cleandoc(docstring).partition("\n\n")
    pattern = re.compile(rf"^({'|'.join(LABELS)}): ", re.MULTILINE)
    pieces = pattern.split(rest)
    parts = {label: " ".join(text.split()) for label, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    if tuple(parts) != LABELS:
        missing = [label for label in LABELS if label not in parts]
        raise ValueError(
            f"The docstring of {name} needs the labels {', '.join(LABELS)} in this order; missing: {missing}."
        )
    return Definition(name, head.strip().rstrip("."), " ".join(pieces[0].split()), parts)
