"""The public page of a metric, or a signal, read from its module's docstring.

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
    """What a metric, or a signal, means, in words.

    Args:
        name: Its name.
        title: Its name for people.
        purpose: What it is for.
        parts: Label -> text, in the order of the labels.
    """

    name: str
    title: str
    purpose: str
    parts: dict[str, str]


def read(name: str, docstring: str, labels: tuple[str, ...] = LABELS) -> Definition:
    """Reads a docstring.

    Args:
        name: Whose it is.
        docstring: The text.
        labels: The labels it has to have.

    Raises:
        ValueError: A label is missing, unknown, or out of order; the contract test shows it.
    """
    head, _, rest = inspect.cleandoc(docstring).partition("\n\n")
    pattern = re.compile(rf"^({'|'.join(labels)}): ", re.MULTILINE)
    pieces = pattern.split(rest)
    parts = {label: " ".join(text.split()) for label, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    if tuple(parts) != labels:
        missing = [label for label in labels if label not in parts]
        raise ValueError(
            f"The docstring of {name} needs the labels {', '.join(labels)} in this order; missing: {missing}."
        )
    return Definition(name, head.strip().rstrip("."), " ".join(pieces[0].split()), parts)
