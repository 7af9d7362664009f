"""Where accounts are on their way: a bar a step, with how many went on and how long it took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import Row, Spec, cell_of, frame, layer, quantity, steps, tooltip, value_axis, word

ROW = 40
STEPS = ("awareness", "interest", "evaluation", "test", "adoption", "renewal", "expansion")


def journey(rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = ()) -> Spec:
    """Draws the accounts in every step, the first on top.

    Args:
        rows: Rows of a result with `step`, `here`, `n`, `estimate` and `median_days`; those of a list count one each.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the step; their parts are added up, and have no conversion of their own.

    Returns:
        A Vega-Lite specification.
    """
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["step"]] = counts.get(row["step"], 0) + row.get("here", 1)
    alone = {row["step"]: row for row in rows} if not by else {}
    drawn = [_bar(step, counts[step], alone.get(step, {})) for step in STEPS if step in counts]
    grid = steps(max([row["here"] for row in drawn], default=1) or 1)
    y = word(
        "step",
        scale={"domain": [row["step"] for row in drawn], "paddingInner": 0, "paddingOuter": 0},
        axis={"grid": False, "minExtent": 64},
    )
    x = quantity(
        "here",
        scale={"domain": [0, grid[-1]], "nice": False},
        axis=value_axis(grid, "count") | {"grid": True, "domain": False, "ticks": False},
    )
    tip = tooltip(step="Step", tip_here="Here now", tip_n="Entered it", tip_moved="Went on", tip_days="Median days")
    text: Spec = {"align": "left", "dx": 8}
    layers = [
        layer("bar", "series", drawn, {"cornerRadiusEnd": 3, "height": 16, "opacity": 0.85}, x=x, y=y, tooltip=tip),
        layer("text", "label-strong", drawn, text, x=quantity("here"), y=word("step"), text=word("text")),
    ]
    about = f"{subtitle} Added up over all groups." if by else subtitle
    return frame(layers, title=title, subtitle=about, height=max(len(drawn), 1) * ROW, right=200)


def _bar(step: str, here: int, row: Mapping[str, Any]) -> dict[str, Any]:
    moved = words.share(row["estimate"]) if row.get("estimate") is not None else ""
    median = words.days(row["median_days"]) if row.get("median_days") is not None else ""
    said = [words.count(here), f"{moved} went on" if moved else "", f"in {median}" if moved and median else ""]
    return {
        "step": step,
        "here": here,
        "text": " ".join([f"{said[0]}{',' if said[1] else ''}", *filter(None, said[1:])]),
        "tip_here": words.count(here),
        "tip_n": words.count(row.get("n")),
        "tip_moved": moved or words.NO_VALUE,
        "tip_days": median or "not reached by half",
        **cell_of(row),
    }
