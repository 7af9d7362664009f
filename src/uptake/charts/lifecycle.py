"""Who came and who stayed away, period by period: stacked above zero and below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uptake.charts import words
from uptake.charts.frame import Row, Spec
from uptake.charts.up_and_down import Amounts, Parts, up_and_down


def _pulse(counts: Amounts) -> str:
    came, went = counts.get("new", 0) + counts.get("resurrected", 0), counts.get("dormant", 0)
    return words.number(came / went) if went else "nobody went"


STATES = Parts(("current", "resurrected", "new"), ("dormant",), "Entities", ("tip_pulse", "Pulse"), _pulse)


def lifecycle(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    period: str = "week",
    noun: str = "",
) -> Spec:
    """Draws a column a period: who is active stacked above zero, who went below it.

    Args:
        rows: Rows of a result with `period_on`, `state`, `estimate` and `status`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the state; their parts are added up.
        period: day, week, month or quarter.
        noun: What is counted: "users".

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """
    parts = replace(STATES, noun=noun.capitalize()) if noun else STATES
    return up_and_down(rows, parts, "state", title=title, subtitle=subtitle, by=by, period=period)
