"""Who is in a segment of the plan on every day of a panel."""

from __future__ import annotations

import numpy as np

from uptake.errors import QuestionError
from uptake.metrics.core.grain import GRAINS, MEMBER
from uptake.plan import Segment
from uptake.scores.rules import Meanings, holds
from uptake.segments.behaving import did
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags, joined


def is_in(panel: Panel, name: str, meant: Meanings | None = None) -> Flags:
    """Whether everyone is in a segment at the end of each day.

    Args:
        panel: Whom and when.
        name: The segment.
        meant: What words before a dot mean in its rule.

    Raises:
        QuestionError: There is no such segment, or it is of others.
    """
    segments = panel.asked.plan.segments
    if name not in segments:
        do = "Describe it in the plan under segments."
        raise QuestionError(f"The plan has no segment '{name}'.", allowed=segments, do=do)
    segment = segments[name]
    if panel.grain is not GRAINS[segment.entity] and panel.grain is not MEMBER:
        raise QuestionError(f"The segment '{name}' is of {segment.entity}s.", do="Use one of the same kind.")
    if segment.where is not None:
        return holds(panel, segment.where)
    if segment.is_by_day:
        parts = [did(panel, behaviour) for behaviour in segment.did or ()]
        if segment.when is not None:
            parts.append(holds(panel, segment.when, meant))
        return panel.present & joined(parts, np.logical_and)
    return np.broadcast_to(_is_listed(panel, segment)[:, None], (panel.n, panel.days))


def _is_listed(panel: Panel, segment: Segment) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    listed = {"segment": segment.name}
    rows = panel.cursor.execute("SELECT entity_key FROM segment_list WHERE segment = $segment", listed).fetchall()
    keys = panel.keys
    if panel.grain is MEMBER:
        keys = keys >> 32 if segment.entity == "account" else keys & 0xFFFFFFFF
    return np.isin(keys, [key for (key,) in rows])
