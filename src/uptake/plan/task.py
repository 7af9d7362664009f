"""Tasks: what people set out to do, by the event that begins it and the one that says it is done."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from uptake.plan.section import Section, key_as_title
from uptake.plan.selectors import SelectorField
from uptake.plan.words import Text

MOST_MINUTES = 366 * 24 * 60


class Task(Section):
    """Something people set out to do.

    Args:
        name: Its key in the plan.
        title: How people call it.
        start: What begins it.
        complete: What says that it is done.
        within_minutes: Minutes from the start; done later is not done.
        error: What says that something went wrong on the way, or None.
        key: The event property that tells tasks apart which one person has going at once, or None.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    start: SelectorField
    complete: SelectorField
    within_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = 60
    error: SelectorField | None = None
    key: Text | None = None
