"""Scores and rules: do the signals and scores they ask for exist, and can they be what they are asked to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from uptake.check.attributes import source
from uptake.check.conditions import Source, compare
from uptake.check.finding import Finding
from uptake.check.refusals import refusal
from uptake.check.subject import Subject
from uptake.metrics.core import dimensions, params
from uptake.metrics.parts import attributes as known_attributes
from uptake.plan import Component, Location, Score, location_text, rules_in
from uptake.plan.problems import nearest, shown
from uptake.scores.scored import scale_of
from uptake.signals.answers import NAME
from uptake.signals.signal import catalogue
from uptake.store.sql import literal


def components(checked: Subject) -> Iterator[Finding]:
    """Components whose signal does not exist, takes no such parameter or has no scale, and those that have no part."""
    for score in checked.plan.scores.values():
        for part in score.components.values():
            location = ("scores", score.name, "components", part.name)
            if part.signal not in catalogue():
                is_written = part.signal != part.name
                hint = () if is_written else ("Under a name of your own say which is meant: signal.",)
                where = (*location, "signal") if is_written else location
                yield _unknown(checked, where, "signal", part.signal, catalogue(), *hint)
                continue
            yield from _component(checked, location, score, part)
        known = [part for part in score.components.values() if part.signal in catalogue()]
        if "account" in score.entities and "user" in score.entities and known == [*score.components.values()]:
            yield from _users_left_out(checked, score)


def _component(checked: Subject, location: Location, score: Score, part: Component) -> Iterator[Finding]:
    signal = catalogue()[part.signal]
    for name, value in part.params.items():
        ask = partial(params.read, signal, {name: value}, checked.plan, part.signal)
        yield from refusal(checked, (*location, "params", name), ask)
    if part.points is None:
        yield from refusal(checked, location, lambda: scale_of(part))
    if "account" not in score.entities and not signal.is_said_of("user"):
        yield Finding(
            "error",
            checked.plan.place(location),
            f"{location_text(location)}: the signal {shown(part.signal)} is said of accounts alone, and the score is of users.",
            "Leave it out, or make the score one of accounts: entities.",
        )


def _users_left_out(checked: Subject, score: Score) -> Iterator[Finding]:
    if not any(catalogue()[part.signal].is_said_of("user") for part in score.components.values()):
        location = ("scores", score.name, "components")
        yield Finding(
            "error",
            checked.plan.place(location),
            f"{location_text(location)}: all of them are said of accounts alone, and the score is of users too.",
            "Write entities: account with it.",
        )


def peers(checked: Subject) -> Iterator[Finding]:
    """Attributes that nobody has, as what peers have in common."""
    known = known_attributes.known(checked.cursor, checked.plan)
    for score in checked.plan.scores.values():
        if score.peers is not None:
            for entity in score.entities[-1:]:
                ask = partial(dimensions.find, known, score.peers, entity)
                yield from refusal(checked, ("scores", score.name, "peers"), ask)


def rules(checked: Subject) -> Iterator[Finding]:
    """Rules that ask for a signal or a score that does not exist, and places that need one."""
    for location, rule in rules_in(checked.plan):
        for below, condition in rule.leaves():
            yield from _asked(checked, (*location, *below), condition.property)
    for scheme in checked.plan.placements.values():
        for position, needed in enumerate(scheme.needs):
            yield from _asked(checked, ("placements", scheme.name, "needs", position), needed)


def placed(checked: Subject) -> Iterator[Finding]:
    """Places of users that are told by what is said of accounts alone."""
    for scheme in checked.plan.placements.values():
        for number, label in enumerate(scheme.labels):
            if label.when is None or "user" not in ((label.of,) if label.of else scheme.entities):
                continue
            for below, condition in label.when.leaves():
                signal = catalogue().get(condition.property)
                if signal is not None and not signal.is_said_of("user"):
                    location = ("placements", scheme.name, "labels", number, "when", *below)
                    yield Finding(
                        "error",
                        checked.plan.place(location),
                        f"{location_text(location)}: the signal is said of accounts alone, and this is a place of users.",
                        "Leave it out, or write of: account with the label.",
                    )


def _asked(checked: Subject, location: Location, subject: str) -> Iterator[Finding]:
    kinds = {
        "signal": catalogue(),
        "adopters": catalogue(),
        "score": checked.plan.all_scores,
        "fall": checked.plan.all_scores,
        "decline": checked.plan.all_scores,
    }
    kind, dot, name = subject.partition(".")
    kind, name = (kind, name) if dot else ("signal", kind)
    if name not in kinds.get(kind, (name,)):
        yield _unknown(
            checked, location, "score" if kinds.get(kind) is checked.plan.all_scores else "signal", name, kinds[kind]
        )


def attributes(checked: Subject) -> Iterator[Finding]:
    """Rules that ask for attributes, or values of them, that nobody has."""
    for location, rule in rules_in(checked.plan):
        for below, condition in rule.leaves():
            side, dot, name = condition.property.partition(".")
            if dot and side in ("user", "account"):
                yield from compare(checked, (*location, *below), condition, source(side, name))


def surveys(checked: Subject) -> Iterator[Finding]:
    """Rules that ask for surveys that nobody has answered, or for answers that nobody gave."""
    for location, rule in rules_in(checked.plan):
        for below, condition in rule.leaves():
            kind, _, name = condition.property.partition(".")
            if kind in ("survey", "answer"):
                yield from compare(checked, (*location, *below), condition, _answers(kind, name))


def _answers(kind: str, name: str) -> Source:
    value = "score" if kind == "survey" else "nullif(trim(comment), '')"
    return Source(
        rows=f"(SELECT {value}::VARCHAR AS text, score AS number FROM raw.feedback WHERE {NAME} = {literal(name)})",
        text="text",
        number="number",
        called=f"{kind}.{name}",
        missing="nobody",
        names=f"SELECT {NAME} AS name, count({value}) AS n FROM raw.feedback GROUP BY ALL HAVING n > 0 ORDER BY n DESC, 1",
        prefix=f"{kind}.",
    )


def _unknown(checked: Subject, location: Location, what: str, name: str, known: Iterable[str], *hints: str) -> Finding:
    listed = list(known)
    return Finding(
        "error",
        checked.plan.place(location),
        f"{location_text(location)}: there is no {what} {shown(name)}.",
        " ".join(filter(None, (nearest(name, listed), f"Allowed: {', '.join(listed)}.", *hints))),
    )
