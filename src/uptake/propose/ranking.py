"""Which early actions are worth a hypothesis: found in one half of the users, confirmed in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from uptake.plan import ActivationCandidate
from uptake.propose.early import EarlyAction
from uptake.stats.difference import adjusted_pvalues

FALSE_DISCOVERIES = 0.05
"""Expected share of chance finds among the actions that pass the discovery half."""
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Ranking:
    """Candidates and what it took to find them.

    Args:
        candidates: The strongest first, at most one per event.
        tested: Actions that were tested.
        n: Users looked at, both halves, of the longest window for early actions.
    """

    candidates: tuple[ActivationCandidate, ...]
    tested: int
    n: int


def rank(actions: Sequence[EarlyAction], names: Mapping[int, str]) -> Ranking:
    """Chooses early actions by phi in the discovery half and keeps those that the confirmation half confirms.

    Tested are actions whose 2x2 table is filled enough. Of those that pass the Benjamini-Hochberg procedure and go
    with coming back more often, one per event is kept: the soonest of those that are as strong as its strongest within
    one standard error of phi, 1 / sqrt(n). A longer window is often a little stronger only because it reaches further
    towards the time to come back. The action is confirmed if the 95 % interval of its difference in the other half lies
    above 0. All numbers of a candidate but the p-value are those of that other half, which had no say in choosing it;
    they also give the order of those that were chosen.

    Args:
        actions: All early actions.
        names: Names of their events by key.

    References:
        Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
    """
    tested = [action for action in actions if action.discovery.is_testable]
    n = max((action.discovery.n + action.confirmation.n for action in actions), default=0)
    passed: dict[int, list[tuple[EarlyAction, float]]] = {}
    adjusted = adjusted_pvalues([action.discovery.pvalue for action in tested])
    for action, pvalue in zip(tested, adjusted, strict=True):
        if pvalue <= FALSE_DISCOVERIES and action.discovery.phi > 0:
            passed.setdefault(action.event, []).append((action, pvalue))
    chosen = sorted(map(_soonest, passed.values()), key=lambda row: (-row[0].discovery.phi, names[row[0].event]))
    confirmed = [(action, pvalue) for action, pvalue in chosen if action.confirmation.difference.ci_lower > 0]
    candidates = [_candidate(action, pvalue, names) for action, pvalue in confirmed[:MOST_CANDIDATES]]
    return Ranking(tuple(sorted(candidates, key=lambda candidate: -candidate.phi)), len(tested), n)


def _soonest(passed: Sequence[tuple[EarlyAction, float]]) -> tuple[EarlyAction, float]:
    best = max(action.discovery.phi for action, _ in passed)
    near = [row for row in passed if row[0].discovery.phi >= best - 1 / sqrt(row[0].discovery.n)]
    return min(near, key=lambda row: (row[0].within_days, -row[0].discovery.phi, row[0].at_least))


def _candidate(action: EarlyAction, pvalue: float, names: Mapping[int, str]) -> ActivationCandidate:
    held_back = action.confirmation
    return ActivationCandidate(
        event=names[action.event],
        at_least=action.at_least,
        within_days=action.within_days,
        n_reached=held_back.reached,
        n=held_back.n,
        retention_reached=held_back.with_it.estimate,
        retention_not=held_back.without_it.estimate,
        ci_lower=held_back.difference.ci_lower,
        ci_upper=held_back.difference.ci_upper,
        phi=held_back.phi,
        pvalue=pvalue,
    )
