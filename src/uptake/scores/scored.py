"""Everyone's score on every day of a panel, with all that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from uptake.errors import QuestionError
from uptake.metrics.core import dimensions
from uptake.metrics.parts import attributes
from uptake.plan import Component, Score
from uptake.scores import linear, scale
from uptake.scores.scale import Groups
from uptake.scores.shrinkage import Shrunk, known_for_sure, shrink
from uptake.signals.labels import labels
from uptake.signals.panel import Panel
from uptake.signals.signal import find, read
from uptake.signals.windows import Floats, blank, known_or_0, means, stacked, sums, taken


@dataclass(frozen=True)
class Ranks:
    """What the ranks of a component were made of: of users in accounts where an account's value is the mean of theirs.

    Args:
        values: A row for each of those ranked, a column per day, nan where there was nothing to rank.
        groups: Among whom each was ranked, of the same shape.
        row: The row of the entity each stands for; -1: of none.
    """

    values: Floats
    groups: Groups
    row: Groups


@dataclass(frozen=True)
class Scored:
    """A score of everyone of a panel. Arrays are of entities and days; components come first where there are several.

    Args:
        score: What was asked for.
        names: The components that these entities can have.
        weights: Their weights, together 1.
        signals: By component: signals as they are, before they become 0 to 1.
        parts: The components, 0 to 1, nan where missing.
        n: How many users each component of an account is the mean of; 1 for what is said of the entity itself.
        groups: The peer group of everyone.
        own: The score by the entity's own components alone.
        shrunk: The score, with interval.
        ranks: Of components that are ranks, by number: what was ranked.
    """

    score: Score
    names: tuple[str, ...]
    weights: Floats
    signals: tuple[Floats, ...]
    parts: tuple[Floats, ...]
    n: Floats
    groups: Groups
    own: Floats
    shrunk: Shrunk
    ranks: Mapping[int, Ranks] = field(default_factory=dict)

    @cached_property
    def raw(self) -> Floats:
        """Signals as they are, components first."""
        return stacked(self.signals)

    @cached_property
    def values(self) -> Floats:
        """The components, first, 0 to 1, nan where missing."""
        return stacked(self.parts)

    @cached_property
    def baseline(self) -> Floats:
        """The mean of each component over everyone's peers."""
        return _peers_mean(self.values, self.groups)

    @cached_property
    def raw_baseline(self) -> Floats:
        """The mean of each signal over everyone's peers, as it is."""
        return _peers_mean(self.raw, self.groups)

    @property
    def points(self) -> Floats:
        """The score, 0 to 100."""
        return self.shrunk.score


def scored(panel: Panel, score: Score) -> Scored:
    """Scores everyone of a panel, once.

    Args:
        panel: Users, users in accounts, or accounts.
        score: A score of the plan.

    Raises:
        QuestionError: A signal or an attribute is not known, or the score is not of these.
    """
    if ("scored", score.name) not in panel.made:
        panel.made["scored", score.name] = _scored(panel, score)
    made: Scored = panel.made["scored", score.name]
    return made


def _scored(panel: Panel, score: Score) -> Scored:
    grain = panel.grain.name
    entity = "account" if grain == "account" else "user"
    if entity not in score.entities:
        raise QuestionError(f"The score '{score.name}' is not of {entity}s.", allowed=score.entities)
    chosen = {name: part for name, part in score.components.items() if find(part.signal).is_said_of(entity)}
    if not chosen:
        raise QuestionError(f"No component of the score '{score.name}' is said of {entity}s.")
    groups = _groups(panel, score, entity)
    weights = np.array([part.weight for part in chosen.values()])
    weights = weights / weights.sum()
    raw = tuple(read(panel, part.signal, part.params) for part in chosen.values())
    if grain == "account":
        values, n, variance, ranks = _of_accounts(panel, chosen, raw, weights, groups, score.peers)
    else:
        values = tuple(_scaled(raw[row], part, groups) for row, part in enumerate(chosen.values()))
        n, variance = np.broadcast_to(1.0, (len(raw), panel.n, panel.days)), None
        itself = np.arange(panel.n)
        ranks = {row: Ranks(raw[row], groups, itself) for row, part in enumerate(chosen.values()) if is_ranked(part)}
    combine = linear.worst if score.model == "strict" else lambda known: linear.mean(known, weights)
    own = combine(values)
    is_drawn = score.shrink and score.model == "linear" and grain == "account"
    return Scored(
        score, tuple(chosen), weights, raw, values, n, groups, own,
        known_for_sure(own) if variance is None else shrink(own, variance, groups, drawn=is_drawn), ranks,
    )  # fmt: skip


def _of_accounts(
    panel: Panel,
    chosen: Mapping[str, Component],
    raw: tuple[Floats, ...],
    weights: Floats,
    groups: Groups,
    peers: str | None,
) -> tuple[tuple[Floats, ...], Floats, Floats, dict[int, Ranks]]:
    """Components of accounts, of how many users each is the mean, the variance that this leaves in the score, and ranks.

    The users of an account are its sample. How much users differ is taken from all accounts of the peer group together,
    as an account of one user says nothing of it.
    """
    members = panel.members
    of_member = taken(groups, panel.of_member, -1)
    values, n, sampled, ranks = stacked(raw), np.ones_like(stacked(raw)), [], {}
    for row, part in enumerate(chosen.values()):
        if find(part.signal).is_of_members:
            told = read(members, part.signal, part.params)
            ranks[row] = Ranks(told, of_member, panel.of_member)
            key = ("of users", part.signal, tuple(sorted(part.params.items())), part.points or scale_of(part), peers)
            if key not in panel.made:  # several scores may be made of it
                own = _scaled(told, part, of_member)
                panel.made[key] = own, *panel.mean_of_members(own)
            own, values[row], n[row] = panel.made[key]
            sampled.append((weights[row], own))
        else:
            ranks[row] = Ranks(raw[row], groups, np.arange(panel.n))
            values[row] = _scaled(raw[row], part, groups)
    ranks = {row: ranks[row] for row, part in enumerate(chosen.values()) if is_ranked(part)}
    values[:, ~panel.present] = np.nan  # who has left has users still, and is nobody's peer
    if not sampled:
        return tuple(values), n, np.zeros(values.shape[1:]), ranks
    share = np.array([weight for weight, _ in sampled])
    person = linear.mean([own for _, own in sampled], share / share.sum())
    mean, users = means(person, panel.by_account)
    apart = (person - taken(mean, panel.of_member, np.nan)) ** 2
    squares = sums(known_or_0(apart), panel.by_account)
    within = _pooled(squares, np.maximum(users - 1, 0), groups)
    carried = sum(np.where(np.isnan(values[row]), 0.0, weights[row]) for row in range(len(weights)))
    of_users = sum(
        np.where(np.isnan(values[row]), 0.0, weights[row])
        for row, part in enumerate(chosen.values())
        if find(part.signal).is_of_members
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (of_users / carried) ** 2 * within / users
    return tuple(values), n, np.where(np.isfinite(variance), variance, 0.0), ranks


def is_ranked(part: Component) -> bool:
    """Whether a component is a rank among peers."""
    if part.points is not None:
        return False
    return find(part.signal).is_ranked and part.best is None if part.ranked is None else part.ranked


def _scaled(values: Floats, part: Component, groups: Groups) -> Floats:
    if part.points is not None:
        return scale.stepped(values, [step.at for step in part.points], [step.points / 100 for step in part.points])
    ends = scale_of(part)
    return scale.ranked(values, groups) if ends is None else scale.between(values, *ends)


def scale_of(part: Component) -> tuple[float, float] | None:
    """The values of a component that stand for 0 and for 100; None: it is held against peers.

    Args:
        part: A component without points by steps.

    Raises:
        QuestionError: Nobody says which value stands for 100.
    """
    if is_ranked(part):
        return None
    signal = find(part.signal)
    worst = signal.worst if part.worst is None else part.worst
    best = signal.best if part.best is None else part.best
    if best is None or best == worst:
        raise QuestionError(
            f"The component '{part.name}' does not say which value of {part.signal} stands for 100.",
            do="Write best (and worst) with it in the plan, or ranked: true.",
        )
    return worst, best


def _groups(panel: Panel, score: Score, entity: str) -> Groups:
    """The peer group of everyone on every day, numbered; one for all where the score names no attribute."""
    if score.peers is None:
        return panel.filled(0, np.int64)
    attribute = dimensions.find(attributes.known(panel.cursor, panel.asked.plan), score.peers, entity)
    return labels(panel, attribute)[0]


def _pooled(squares: Floats, freedom: Floats, groups: Groups) -> Floats:
    """The variance within accounts of a peer group, all of them together, at everyone's place."""
    made = blank(*squares.shape)
    for day in range(squares.shape[1]):
        for group in np.unique(groups[:, day]):
            chosen = groups[:, day] == group
            # of others there are no squares; without them the sum is the same to the last digit, whoever comes later
            free = chosen & (freedom[:, day] > 0)
            made[chosen, day] = squares[free, day].sum() / freedom[free, day].sum() if free.any() else 0.0
    return made


def _peers_mean(values: Floats, groups: Groups) -> Floats:
    """The mean of each component over everyone's peers."""
    made = np.full(values.shape, np.nan)
    for day in range(values.shape[2]):
        for group in np.unique(groups[:, day]):
            chosen = groups[:, day] == group
            known = ~np.isnan(values[:, chosen, day])
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = np.where(known, values[:, chosen, day], 0.0).sum(axis=1) / known.sum(axis=1)
            made[:, chosen, day] = mean[:, None]
    return made
