"""How tests write funnels: an event is a letter, `A0 B5` are an A at 0 and a B at 5 microseconds, in order of arrival."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uptake.sequences.events import Events
from uptake.sequences.funnel import funnel
from uptake.sequences.outcome import MISSING, Outcome
from uptake.sequences.rules import Exclusion, Rules


def asked(
    steps: str, *histories: str, rules: Rules | None = None, exclude: Sequence[tuple[str, int, int]] = ()
) -> Outcome:
    """Asks a funnel of entities 0, 1, .. with these histories; the steps are letters, too."""
    rows = [(entity, word[0], int(word[1:])) for entity, history in enumerate(histories) for word in history.split()]
    letters = np.array([letter for _, letter, _ in rows], "U1")
    entity = np.array([entity for entity, _, _ in rows], np.int64)
    at = np.array([at for _, _, at in rows], np.int64)
    exclusions = [Exclusion(letters == letter, after, before) for letter, after, before in exclude]
    return funnel(Events(entity, at, [letters == step for step in steps]), rules or Rules(), exclusions)


def times(outcome: Outcome, line: int = 0) -> list[int | None]:
    return [None if at == MISSING else at for at in outcome.instants[line].tolist()]


def depths(outcome: Outcome) -> list[int]:
    return [int(depth) for depth in outcome.depth]
