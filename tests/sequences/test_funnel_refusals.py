"""What a funnel refuses."""

from __future__ import annotations

import numpy as np
import pytest
from funnel_by_hand import asked

from uptake.sequences.events import Events
from uptake.sequences.funnel import funnel
from uptake.sequences.rules import Exclusion, Rules


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(window=-1), "at least 0"),
        (Rules(optional=[0]), "first and the last"),
        (Rules(optional=[2]), "first and the last"),
        (Rules(step_windows=[None, 1]), "one for each of 3"),
        (Rules(step_windows=[1, 1, 1]), "None for the first"),
        (Rules(order="unordered", optional=[1]), "need an order"),
        (Rules(order="strict", tolerance=0), "no tolerance"),
        (Rules(step_windows=[None, 1, 1], tolerance=0), "no tolerance"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(rules: Rules, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asked("ABC", "A0", rules=rules)


def test_columns_that_do_not_fit_are_refused() -> None:
    ids, fits = np.array([1, 2]), np.array([True, False])
    with pytest.raises(ValueError, match="at least one step"):
        Events(ids, ids, [])
    with pytest.raises(ValueError, match="a value for each of 2"):
        Events(ids, ids, [fits[:1]])
    for entity, at in (([2, 1], [0, 1]), ([1, 1], [1, 0])):
        with pytest.raises(ValueError, match="sorted"):
            Events(np.array(entity), np.array(at), [fits])
    events = Events(ids, ids, [fits, fits])
    with pytest.raises(ValueError, match="each of 2 events"):
        funnel(events, Rules(), [Exclusion(fits[:1], 0, 1)])
    for after, before in ((1, 0), (0, 2), (0, 0)):
        with pytest.raises(ValueError, match="not after"):
            funnel(events, Rules(), [Exclusion(fits, after, before)])
