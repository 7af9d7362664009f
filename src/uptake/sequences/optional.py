"""Optional steps: done or skipped between the required steps of a pass."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from uptake.sequences.events import Events, Rows
from uptake.sequences.ordered import unused
from uptake.sequences.reach import Reach
from uptake.sequences.rules import Rules
from uptake.sequences.ties import Arrival


def add_optional(
    events: Events, rules: Rules, required: Sequence[int], chosen: Rows, stopped: Rows, reach: Reach, ties: Arrival
) -> Rows:
    """Finds where passes do the optional steps.

    The events of the required steps stay as they are. Each optional step in turn takes the first event that follows the
    step done before it and precedes the next required step of the pass or, where that is not reached, the row that
    stopped the pass; a step that finds none is skipped.

    Args:
        events: The events, with n steps.
        rules: Those of the funnel, for windows of optional steps: like those of required ones they count from the
            required step before.
        required: The numbers of the k required steps.
        chosen: k by m rows: where each pass does each required step.
        stopped: For each pass the row at which it ended, "no row" if nothing ended it.
        reach: The limits of the passes.
        ties: Which event came first.

    Returns:
        n by m rows: where each pass does each step, "no row" where it does not.
    """
    none = len(events)
    done = np.full((len(events.steps), chosen.shape[1]), none, np.intp)
    done[list(required)] = chosen
    for place, (step, following) in enumerate(pairwise(required)):
        start, until = done[step], np.where(done[following] < none, ties.later(done[following]), stopped)
        previous = start
        for optional in range(step + 1, following):
            fitting = events.sets[optional]
            rows = unused(fitting.since(ties.next(previous)), done, fitting)
            limit = rules.step_windows[optional] if rules.step_windows else None
            in_time = (start < none) & (rows < until) & reach.within_pass(done[0], rows)
            in_time &= reach.within_window(limit, start, rows) & reach.unbroken(place, start, rows)
            done[optional] = np.where(in_time, rows, none)
            previous = np.where(in_time, rows, previous)
    return done
