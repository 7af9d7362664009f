"""Names of events: those the plan names and nobody sends, those that differ in spelling, those nobody named."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.finding import Finding, did_you_mean, letters, listed
from uptake.check.subject import Subject
from uptake.plan import ANY_EVENT, is_vanity, location_text
from uptake.plan.problems import shown

MOST_LISTED = 10


def unknown(checked: Subject) -> Iterator[Finding]:
    """Events of the plan that never occurred."""
    for location, chosen in checked.selectors():
        for position, name in enumerate(chosen.events):
            if name in checked.events or name == ANY_EVENT:
                continue
            if name in checked.plan.features and location[0] != "features":
                do = f"To mean the feature of that name, write {{feature: {name}}} by itself."
            else:
                do = did_you_mean(name, checked.events) or "Correct the name, or import the events it stands for."
            what = f"{location_text(location)} names the event {shown(name)}, which never occurred."
            yield Finding("error", checked.plan.place((*location, "event", position)), what, do)


def titled(checked: Subject) -> Iterator[Finding]:
    """Titles of events that never occurred."""
    for name in checked.plan.events:
        if name not in checked.events:
            what = f"events gives a title to {shown(name)}, which never occurred."
            do = did_you_mean(name, checked.events) or "Correct the name, or take the title away."
            yield Finding("warning", checked.plan.place(("events", name)), what, do)


def spellings(checked: Subject) -> Iterator[Finding]:
    """Event names that differ in case, blanks or punctuation only."""
    alike: dict[str, dict[str, int]] = {}
    for name, count in checked.events.items():
        alike.setdefault(letters(name), {})[name] = count
    named = {name for _, chosen in checked.selectors() for name in chosen.events}
    for key, counts in alike.items():
        if key and len(counts) > 1:
            missed = {name: count for name, count in counts.items() if name not in named}
            what = f"Events that differ in spelling only: {listed(counts, MOST_LISTED)}."
            if missed and len(missed) < len(counts):
                what += f" The plan does not name {listed(missed, MOST_LISTED)}."
            do = "Send one name; until then list every spelling where the plan names one: {event: [name, name]}."
            yield Finding("warning", "", what, do)


def unnamed(checked: Subject) -> Iterator[Finding]:
    """Events that occur and that no definition names; vanity events are expected to be left out."""
    named = {name for _, chosen in checked.selectors() for name in chosen.events}
    left = {name: count for name, count in checked.events.items() if name not in named and not is_vanity(name)}
    if not left:
        return
    if not checked.plan.features:
        yield Finding(
            "note",
            "",
            f"The plan describes no features. Events: {listed(left, MOST_LISTED)}.",
            "Describe features, so that adoption can be told apart; init --from-data proposes some.",
        )
        return
    yield Finding(
        "note",
        "",
        f"Events that no definition of the plan names: {listed(left, MOST_LISTED)}.",
        "Add those that stand for work to a feature; the others can stay.",
    )
