"""The lines of an explanation in words, with the numbers behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from uptake.charts import words
from uptake.metrics.core.params import read as read_params
from uptake.plan import Plan, Score
from uptake.scores.explanation import NOISE, Explanation, Line
from uptake.scores.phrases import PHRASES, Phrase
from uptake.scores.scored import is_ranked
from uptake.signals.signal import Signal, definition, find

LEAST = 0.05
"""Points below which a number of points with one decimal would be 0."""
OF_THE = " of the"
FLAGS = ("activated", "adopted", "value_reached")
"""Signals that are yes or no of a user."""


@dataclass(frozen=True)
class About:
    """What a sentence has to know.

    Args:
        plan: The plan.
        score: The score.
        entity: user or account.
        is_change: Whether it is about a change, not about a level.
    """

    plan: Plan
    score: Score
    entity: str
    is_change: bool = False


def told(explanation: Explanation, about: About) -> Explanation:
    """An explanation whose lines have titles and sentences."""
    missing = [line.component for line in explanation.lines if line.kind == "component" and line.raw is None]
    carried = sum(
        line.weight or 0.0 for line in explanation.lines if line.component in missing and line.kind == "component"
    )
    lines = [
        replace(line, title=_title(line, about), says=_sentence(line, about, missing, carried))
        for line in explanation.lines
    ]
    return replace(explanation, lines=tuple(lines))


def described(score: Score) -> str:
    """Whose a score is and what it is made of, in a sentence."""
    total = sum(part.weight for part in score.components.values())
    parts = [
        f"{component_title(score, name)} {words.share(part.weight / total)}" for name, part in score.components.items()
    ]
    made = "the worst of" if score.model == "strict" else "the mean of"
    if score.model == "strict":
        parts = [component_title(score, name) for name in score.components]
    return f"of {' and '.join(f'{entity}s' for entity in score.entities)}: {made} {', '.join(parts)}"


def component_title(score: Score, name: str) -> str:
    """What a component is called: as its signal."""
    return definition(score.components[name].signal).title


def _title(line: Line, about: About) -> str:
    match line.kind:
        case "weights":
            return "Weight of what is missing"
        case "shrinkage":
            return "Drawn towards peers"
        case "peers":
            return "Mean of the peers"
        case "ranks":
            return f"{component_title(about.score, line.component)}: peers moved"
    return component_title(about.score, line.component)


def _sentence(line: Line, about: About, missing: list[str], carried: float) -> str:
    title = _title(line, about)
    if line.kind == "component" and line.raw is None:
        return f"{title} is not known: the other components carry its weight of {words.share(line.weight)}."
    does = f"{title} {_does(line.points)}"
    match line.kind:
        case "weights":
            return f"{does}: {_weights(about, missing, carried)}."
        case "shrinkage":
            before = f", {words.share(line.reference)} before" if about.is_change else ""
            tell = "tells" if line.n == 1 else "tell"
            return f"{does}: {_users(line.n)} {tell} little, {words.share(line.value)} of the score is its own{before}."
        case "peers":
            return f"{does}: it is {words.number(line.value)}, {words.number(line.reference)} before."
        case "ranks":
            then = f"among the peers of before the same would rank {_rank(line.reference)} of 100"
            return f"{does}: {then}, it ranks {_rank(line.value)} now."
        case "decides":
            does = f"{title} decides, the worst of {len(about.score.components)} components"
            does += f", and {_does(line.points)}" if about.is_change else ""
    return f"{does}: {_numbers(line, about)}."


def _weights(about: About, missing: list[str], carried: float) -> str:
    if not missing:
        return "what was not known before is known now"
    titles = [component_title(about.score, name) for name in missing]
    listed = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
    are = "is" if len(titles) == 1 else "are"
    return f"{listed} {are} not known, the others carry the {words.share(carried)}"


def _numbers(line: Line, about: About) -> str:
    """What the signal says, and what it is held against."""
    part = about.score.components[line.component]
    signal = find(part.signal)
    params = read_params(signal, part.params, about.plan, part.signal)
    say = _of_features(about.plan) if part.signal == "breadth" else _by_unit(part.signal, signal, about.entity)
    phrase = PHRASES.get(part.signal, Phrase(f"{definition(part.signal).title} is {{value}}"))
    users = about.entity == "account" and signal.is_of_members
    text = phrase.users if users and phrase.users else phrase.own
    said = text.format(value=say(line.raw, True), days=params.get("window_days", ""), users=_users(line.n))
    held = "not known" if line.raw_reference is None else say(line.raw_reference, about.is_change)
    held = held.removesuffix(OF_THE)
    if is_ranked(part):
        said, held = f"{said} (rank {_rank(line.value)} of 100)", f"{held} (rank {_rank(line.reference)})"
    return f"{said}, {held} before" if about.is_change else f"{said}, peers {held}"


def _users(n: int | None) -> str:
    return f"{n or 0:,} user{'' if n == 1 else 's'}"


Say = Callable[[float | None, bool], str]
"""Says a value; of somebody themselves, not of many."""


def _by_unit(name: str, signal: Signal, entity: str) -> Say:
    def say(value: float | None, is_own: bool) -> str:
        if name in FLAGS and entity == "user" and is_own:
            return "yes" if value else "no"
        if signal.unit in ("count", "points"):
            return _short(value)
        return words.value(value, signal.unit, 2 if signal.unit == "share" else 3)

    return say


def _of_features(plan: Plan) -> Say:
    """Breadth as a number of features where everyone can use all of them, else as a share."""
    core = [feature for feature in plan.features.values() if feature.tag == "core"]
    of_all = len(core) if not any(feature.eligible for feature in core) else 0

    def say(value: float | None, is_own: bool) -> str:
        if not of_all or value is None:
            return f"{words.share(value)}{OF_THE if is_own else ''}"
        return f"{_short(value * of_all)}{f' of {of_all:,}' if is_own else ''}"

    return say


def _short(value: float | None) -> str:
    """A count or a mean of counts, with no more digits than one reads."""
    if value is None:
        return words.NO_VALUE
    size = abs(value)
    said = f"{size:,.0f}" if size >= 10 else f"{size:.1f}" if size >= 1 else f"{size:.2f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return f"{words.MINUS if value < 0 and said != '0' else ''}{said}"


def _rank(value: float | None) -> str:
    return f"{100.0 * (value or 0.0):.0f}"


def _does(points: float) -> str:
    if abs(points) <= NOISE:
        return "adds nothing"
    size = f"{abs(points):.1f} points" if abs(points) >= LEAST else "less than 0.1 points"
    return f"{'adds' if points > 0 else 'takes'} {size}"
