"""What a question would be refused for, as a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.errors import QuestionError
from uptake.plan import Location, location_text


def refusal(checked: Subject, location: Location, ask: Callable[[], object]) -> Iterator[Finding]:
    """The error that asking for something of the plan ends in, if it does."""
    try:
        ask()
    except QuestionError as error:
        allowed = f"Allowed: {', '.join(error.allowed)}." if error.allowed else ""
        yield Finding(
            "error",
            checked.plan.place(location),
            f"{location_text(location)}: {error.what}",
            " ".join(filter(None, (allowed, error.do))),
        )
