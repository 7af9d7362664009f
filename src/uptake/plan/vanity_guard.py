"""The vanity guard: definitions that signing up, signing in or looking at a page alone can meet.

They make every number above them look good and say little, so each gets a warning with the reason. Opening one particular
page (`where` on a page or screen view) may be real use and gets none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from uptake.plan.criterion import All, Criteria, Criterion
from uptake.plan.model import Plan
from uptake.plan.problems import Location, location_text, shown
from uptake.plan.quorum import AllParts, Members, Quorum
from uptake.plan.selectors import Selector
from uptake.plan.vanity import VIEWS, vanity_kind

_REASONS = {
    "a sign-up": "Signing up shows interest, not use",
    "a sign-in or sign-out": "Signing in is done before any work and often by habit",
    "a session start or end": "A session starts before anything is done in it",
    VIEWS: "Looking at a page is not yet using the product",
    "an app start or close": "Opening the app is done before any work",
    "whatever is sent": "Every event counts sign-ins and page views too",
}


@dataclass(frozen=True)
class PlanWarning:
    """A definition that is allowed and will mislead.

    Args:
        location: Where it stands in the plan.
        place: File and line, "plan/features.yml:14"; empty for a plan that was not read from files.
        what: What is doubtful, a sentence.
        reason: Why, a sentence.
        do: What to do, a sentence.
    """

    location: Location
    place: str
    what: str
    reason: str
    do: str

    def __str__(self) -> str:
        return f"{self.place}: ".removeprefix(": ") + f"{self.what} {self.reason} {self.do}"


def vanity_warnings(plan: Plan) -> tuple[PlanWarning, ...]:
    """Warns of each definition of active, activated, a feature's use, value and the like that a vanity event alone can meet.

    Returns:
        One warning per definition, in the order active, features, activation, value moments, milestones, tasks; empty
        if there is none. A plan that does not say what active means gets none: vanity events are left out then.
    """
    return tuple(_warnings(plan))


def _warnings(plan: Plan) -> Iterator[PlanWarning]:
    for position, chosen in enumerate(plan.active):
        if event := _vanity_of(chosen, plan):
            yield _warning(plan, ("active", position), event, "makes a user active", "active")
    for name, feature in plan.features.items():
        for position, chosen in enumerate(feature.events):
            if event := _vanity_event(chosen):
                location = ("features", name, "events", position)
                yield _warning(plan, location, event, "counts as use of the feature", "the feature")
                break
    if plan.activation is not None and (event := _enough(plan.activation.user.criteria, plan)):
        yield _warning(plan, ("activation", "user"), event, "is enough to be activated", "activation")
    if plan.activation is not None and (event := _enough_of(plan.activation.account.quorum, plan)):
        yield _warning(plan, ("activation", "account"), event, "is enough for an account to be activated", "activation")
    yield from _of_moments(plan)


def _of_moments(plan: Plan) -> Iterator[PlanWarning]:
    for name, moment in plan.value_moments.items():
        if event := _enough(moment.criteria, plan):
            yield _warning(plan, ("value_moments", name), event, "is enough to have realised value", "the value moment")
    for name, milestone in plan.milestones.items():
        if event := _enough(milestone.criteria, plan):
            yield _warning(plan, ("milestones", name), event, "is enough to reach the milestone", "the milestone")
    for name, task in plan.tasks.items():
        if event := _vanity_of(task.complete, plan):
            yield _warning(plan, ("tasks", name, "complete"), event, "counts as the task done", "the end of the task")


def _warning(plan: Plan, location: Location, event: str, effect: str, subject: str) -> PlanWarning:
    kind = vanity_kind(event) or ""
    return PlanWarning(
        location=location,
        place=plan.place(location),
        what=f"{location_text(location)}: {shown(event)} ({kind}) alone {effect}.",
        reason=f"{_REASONS[kind]}, so the number would be high and say little about adoption.",
        do=f"Define {subject} by events that stand for work done in the product.",
    )


def _enough(tree: Criteria, plan: Plan) -> str | None:
    """A vanity event that alone can meet the criteria: all parts of All, one part of Any."""
    if isinstance(tree, Criterion):
        return _vanity_of(tree.selector, plan)
    events = [_enough(part, plan) for part in tree.of]
    if isinstance(tree, All):
        return events[0] if all(events) else None
    return next((event for event in events if event), None)


def _enough_of(tree: Quorum, plan: Plan) -> str | None:
    """The same of a quorum; a part that asks for activated users is judged where those are described."""
    if isinstance(tree, Members):
        return _enough(tree.criteria, plan) if tree.criteria is not None else None
    events = [_enough_of(part, plan) for part in tree.of]
    if isinstance(tree, AllParts):
        return events[0] if all(events) else None
    return next((event for event in events if event), None)


def _vanity_of(chosen: Selector, plan: Plan) -> str | None:
    """A vanity event among those selected; a text that is the name of a feature stands for its events."""
    for name in chosen.events if chosen.feature is None else (chosen.feature,):
        meant = plan.features[name].events if name in plan.features else (Selector(events=(name,), where=chosen.where),)
        if event := next(filter(None, map(_vanity_event, meant)), None):
            return event
    return None


def _vanity_event(chosen: Selector) -> str | None:
    for name in chosen.events:
        kind = vanity_kind(name)
        if kind is not None and not (kind == VIEWS and chosen.where):
            return name
    return None
