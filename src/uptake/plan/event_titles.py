"""Titles of events: what people call them; the name of the data stays what an event is."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from uptake.plan.problems import Gathering, Problem, shown
from uptake.plan.words import Text, read_event


def _told_apart(titles: dict[str, str]) -> dict[str, str]:
    """Refuses one title for two events: in a picture of paths they would be one."""
    gathering, first = Gathering(), dict[str, str]()
    for name, title in titles.items():
        if title in first:
            do = "Events that mean the same can be one feature."
            gathering.problems.append(
                Problem((name,), f"is {shown(title)}, the title of {shown(first[title])} too", do=do)
            )
        first.setdefault(title, name)
    gathering.end()
    return titles


EventTitles = Annotated[dict[Annotated[str, BeforeValidator(read_event)], Text], AfterValidator(_told_apart)]
