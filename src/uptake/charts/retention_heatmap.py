"""The retention triangle as a picture, for downloads; pages show it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import LETTER, Row, Spec, frame, layer, quantity, tooltip, word
from uptake.charts.retention_grid import STEPS, Line, retention_grid

ROW = 28


def retention_heatmap(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    period: str = "",
) -> Spec:
    """Draws cohorts by unit, the share in each cell as a number on a sequential colour.

    Args:
        rows: Retention rows.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        period: The period of the cohorts; found from the rows where not given.

    Returns:
        A Vega-Lite specification; open cells are hatched.
    """
    lines = retention_grid(rows, period, by)
    labels = [line.label for line in lines]
    cells = [_cell(line, index) for line in lines for index in range(len(line.cells))]
    valued = [cell for cell in cells if cell["heat"] is not None]
    limit = min(max((len(label) for label in labels), default=0) * (LETTER + 1), 220)
    y = word("cohort", scale={"domain": labels, "padding": 0}, axis={"grid": False, "labelLimit": limit})
    x = word(
        "unit",
        scale={"domain": list(dict.fromkeys(cell["unit"] for cell in cells)), "padding": 0},
        axis={"orient": "top", "labelAngle": 0, "domain": False, "ticks": False, "title": None},
        sort=None,
    )
    fill = quantity("heat", scale={"domain": [0, STEPS], "range": "heatmap"}, legend=None)
    ink = quantity("heat", scale={"domain": [0, STEPS], "range": "ramp"}, legend=None)
    tip = tooltip(cohort="Cohort", unit="Unit", title="Retained", size="Cohort size")
    gap: Spec = {"cornerRadius": 2, "width": {"band": 0.96}, "height": {"band": 0.9}}
    at = {"x": word("unit"), "y": word("cohort")}
    layers = [
        layer("rect", "paper", valued, gap, x=x, y=y, fill=fill, tooltip=tip),
        layer(
            "rect",
            "in-progress-cell",
            [cell for cell in cells if cell["status"] == "in_progress"],
            gap,
            tooltip=tip,
            **at,
        ),
        layer("text", "label", valued, text=word("text"), color=ink, **at),
        layer("text", "note", [cell for cell in cells if cell["heat"] is None], text=word("text"), tooltip=tip, **at),
        layer(
            "text",
            "note",
            _sizes(lines),
            {"align": "right", "dx": 72},
            x={"value": "width"},
            y=word("cohort"),
            text=word("size"),
        ),
    ]
    height = max(len(lines), 1) * ROW
    return frame(layers, title=title, subtitle=subtitle, height=height, right=80)


def _cell(line: Line, index: int) -> dict[str, Any]:
    cell = line.cells[index]
    return {
        "cohort": line.label,
        "unit": cell.units,
        "heat": cell.heat,
        "status": cell.status,
        "text": cell.text,
        "title": cell.title,
        "size": words.count(line.size),
    }


def _sizes(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [{"cohort": line.label, "size": f"n = {words.count(line.size)}"} for line in lines if line.size is not None]
