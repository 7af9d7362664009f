"""A value per segment with its interval, the largest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from uptake.charts import words
from uptake.charts.frame import (
    Row,
    Spec,
    frame,
    layer,
    measure,
    quantity,
    reference_band,
    scaled,
    steps,
    tips,
    tooltip,
    value_axis,
    word,
)
from uptake.charts.segments import HUES, Look, largest, look_of, segment_of, shown

ROW, TALL_ROW = 40, 48
LONGEST = 40
"""Letters of a name beside its bar; where one is longer, all names stand above their bars."""
MOST = 30
BAR: Spec = {"cornerRadiusEnd": 3, "height": 16, "opacity": 0.85}
AFTER: Spec = {"align": "left", "dx": 8}
BELOW_NAME: Spec = {"align": "right", "dx": -8, "dy": 9}
ABOVE: Spec = {"align": "left", "dy": -18}


def bars(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    unit: str = "share",
    reference: Mapping[str, Any] | None = None,
    by: Sequence[str] = (),
    known: Iterable[str] = (),
    currency: str = "",
    counted: str = "",
) -> Spec:
    """Draws one bar per segment from zero, with a whisker from `ci_lower` to `ci_upper`, value and n in words.

    Args:
        rows: Rows of a result, one per segment, with `estimate`, `n`, `ci_lower`, `ci_upper` and `status`.
        title: What is shown.
        subtitle: The definition.
        unit: Unit of the estimate.
        reference: `low`, `high` and `source` of the reference range.
        by: Breakdown columns; without any there is one bar, "All".
        known: All segments of the property, so that colours agree between charts.
        currency: Code for the unit currency.
        counted: What the axis counts, where the unit does not say it.

    Returns:
        A Vega-Lite specification. Rows without a value keep their place at the end and say why.
    """
    kept, of = largest(rows, by, MOST)
    reference = reference or {}
    ends = [row.get(name) for row in rows for name in ("estimate", "ci_upper")]
    divisor, counts = measure(unit, [*ends, reference.get("low"), reference.get("high")])
    drawn = [_bar(row, unit, divisor, by, currency) for row in rows if segment_of(row, by) in kept]
    drawn.sort(key=lambda row: (row["estimate"] is None, -(row["estimate"] or 0.0), row["segment"]))
    limits = [scaled(reference.get("high"), divisor), (scaled(reference.get("low"), divisor) or 0) * 1.25]
    tops = [row[name] for row in drawn for name in ("estimate", "upper")]
    grid = steps(max(end for end in [0.0, *limits, *tops] if end is not None))
    domain = [row["segment"] for row in drawn]
    look = look_of(kept, known) if len(kept) <= HUES else Look()
    is_above = any(len(name) > LONGEST for name in domain)
    axis = {"labels": False} if is_above else {"labelLimit": 150, "labelOffset": -7, "minExtent": 64}
    y = word("segment", scale={"domain": domain, "paddingInner": 0, "paddingOuter": 0}, axis={"grid": False, **axis})
    x = quantity(
        "estimate",
        scale={"domain": [0, grid[-1]], "nice": False},
        axis=value_axis(grid, unit, counts or counted, currency) | {"grid": True, "domain": False, "ticks": False},
    )
    place = word("segment")
    valued = [row for row in drawn if row["estimate"] is not None]
    empty = [row for row in drawn if row["estimate"] is None]
    ahead = [row for row in empty if row["status"] == "in_progress"]
    tip = tooltip(segment="Segment", tip_value="Value", tip_n="n", tip_interval="95 % interval")
    layers = [
        *reference_band(reference, unit, divisor, grid[-1], along="x"),
        layer("rect", "in-progress-bar", ahead, {"height": 16}, y=place),
        layer("bar", "series", valued, BAR, x=x, y=y, tooltip=tip, **look.color),
        layer("rule", "whisker", _whiskers(valued), x=quantity("lower"), x2={"field": "upper"}, y=place),
        layer("text", "label-strong", valued, AFTER, x=quantity("end"), y=place, text=word("text")),
        layer("text", "note", empty, AFTER, x={"value": 0}, y=place, text=word("text")),
        layer(
            "text",
            "note",
            drawn,
            ABOVE if is_above else BELOW_NAME,
            x={"value": 0},
            y=place,
            text=word("named" if is_above else "size"),
        ),
    ]
    about = shown(subtitle, len(kept), of)
    return frame(
        layers, title=title, subtitle=about, height=max(len(drawn), 1) * (TALL_ROW if is_above else ROW), right=60
    )


def _bar(row: Row, unit: str, divisor: float, by: Sequence[str], currency: str) -> dict[str, Any]:
    estimate, upper = scaled(row.get("estimate"), divisor), scaled(row.get("ci_upper"), divisor)
    found = tips(row, unit, currency)
    size = [f"n = {found['tip_n']}"] if words.finite(row.get("n")) is not None else []
    earlier = row.get("earlier_estimate")
    before = (
        [f"{words.value(earlier, unit, 2 if unit == 'share' else 3, currency)} before"] if earlier is not None else []
    )
    return {
        "segment": segment_of(row, by) or "All",
        "status": row.get("status") or "closed",
        "estimate": estimate,
        "lower": scaled(row.get("ci_lower"), divisor),
        "upper": upper,
        "end": max(estimate or 0.0, upper or 0.0),
        "text": found["tip_value"],
        "size": ", ".join([*size, *before]),
        "named": ", ".join([segment_of(row, by) or "All", *size, *before]),
        **found,
    }


def _whiskers(valued: Sequence[Row]) -> list[Row]:
    return [row for row in valued if row["lower"] is not None and row["upper"] is not None]
