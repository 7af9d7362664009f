"""What all charts have in common: the outer specification, axes that start where honest, tooltips, reference bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from uptake.charts import words

Row = Mapping[str, Any]
Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LETTER = 6.6  # mean width in pixels of a letter of a label, to reserve room beside the plot
PERCENT = f"format(100 * datum.value, '.3~r') + '{words.SPACE}%'"


def frame(
    layers: Iterable[Spec],
    *,
    title: str,
    subtitle: str,
    height: int,
    right: float = 8,
    key: Sequence[Mapping[str, str]] = (),
) -> Spec:
    """The outer specification around a chart's layers.

    Args:
        layers: Vega-Lite layers, the lowest first.
        title: What is shown.
        subtitle: The definition, in one line.
        height: Height of the plot in pixels.
        right: Room in pixels for labels beside the plot.
        key: The same labels as [{text, look}], for a page too narrow to have them beside the plot.

    Returns:
        A specification of container width. `usermeta` tells the page the height to reserve and the key.
    """
    spec: Spec = {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": subtitle},
        "description": f"{title}. {subtitle}" if subtitle else title,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 1, "top": 8, "right": right, "bottom": 4},
        "usermeta": {"height": height + 56, "key": list(key)},
    }
    spec["layer"] = list(layers)
    return spec


def layer(
    mark: str, style: str | Sequence[str], values: Iterable[Row], options: Spec | None = None, **encoding: Any
) -> Spec:
    """One layer over its own rows.

    Args:
        mark: The mark's type.
        style: Names of styles of the theme.
        values: The rows drawn.
        options: Further properties of the mark.
        **encoding: Encodings by channel.
    """
    drawn = {"type": mark, "style": style, **(options or {})}
    return {"data": {"values": [dict(value) for value in values]}, "mark": drawn, "encoding": encoding}


def tooltip(**titles: str) -> list[Spec]:
    """Tooltip lines: column = title, all of them texts made by `tips`."""
    return [word(field, title=title) for field, title in titles.items()]


def tips(row: Row, unit: str, currency: str = "") -> dict[str, str]:
    """The texts of a row's tooltip: `tip_value`, `tip_n` and `tip_interval`; and its `cell`."""
    said = words.status(row.get("status"), row.get("n"))
    missing = said or ("not reached by half" if unit == "seconds" else words.NO_VALUE)
    return cell_of(row) | {
        "tip_value": words.value(row.get("estimate"), unit, currency=currency, missing=missing),
        "tip_n": words.count(row.get("n")),
        "tip_interval": words.interval(row.get("ci_lower"), row.get("ci_upper"), unit, 3, currency),
    }


def cell_of(row: Row) -> dict[str, str]:
    """The row's `cell`, if it has one: what a page is to show of the people behind it."""
    return {"cell": str(row["cell"])} if row.get("cell") else {}


def steps(top: float, about: int = 4) -> list[float]:
    """Round values from zero to at least the top, for an axis.

    Examples:
        >>> steps(0.61)
        [0.0, 0.2, 0.4, 0.6, 0.8]
    """
    if not top > 1e-12:
        return [0.0, 1.0]
    raw = top / about
    size = 10 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    return [round(step * index, 12) for index in range(ceil(top / step - 1e-9) + 1)]


def measure(unit: str, values: Iterable[object]) -> tuple[float, str]:
    """What to divide values by before drawing them, and what the axis then counts.

    Returns:
        (86400.0, "days") for long durations, (1.0, "") for most units.
    """
    if unit != "seconds":
        return 1.0, {"days": "days", "per_week": "a week"}.get(unit, "")
    top = max((found for found in map(words.finite, values) if found is not None), default=0.0)
    for seconds, name in ((words.DAY, "days"), (words.HOUR, "hours"), (words.MINUTE, "minutes")):
        if top >= 1.5 * seconds:
            return float(seconds), name
    return 1.0, "seconds"


def scaled(value: object, divisor: float) -> float | None:
    """A value in the measure of the axis, None where missing."""
    found = words.finite(value)
    return None if found is None else found / divisor


def value_axis(values: Sequence[float], unit: str, counts: str = "", currency: str = "") -> Spec:
    """An axis over round values, percent for shares, amounts with the sign of their currency, its measure as the title."""
    symbol = words.SYMBOLS.get(currency.upper())
    axis: Spec = {"values": list(values), "title": counts or None}
    if unit == "share":
        axis["labelExpr"] = PERCENT
    elif unit == "currency" and symbol:
        axis["labelExpr"] = f"(datum.value < 0 ? '{words.MINUS}' : '') + '{symbol}' + format(abs(datum.value), '~s')"
    elif unit == "currency":
        axis["format"] = "~s"
    else:
        # Without a precision of its own the format would take one from the scale and write 14 as 10.
        axis["format"] = ",.12~r"
    return axis


def reference_band(
    reference: Mapping[str, Any] | None, unit: str, divisor: float, top: float, along: str = "y"
) -> list[Spec]:
    """Layers of a labelled band for a reference range.

    Args:
        reference: `low` and `high` in the result's unit, either may be missing, and `source`.
        unit: The result's unit.
        divisor: As from `measure`.
        top: Upper end of the axis, where a range without `high` ends.
        along: The channel of the value axis, y or x.
    """
    low, high = (scaled((reference or {}).get(end), divisor) for end in ("low", "high"))
    if reference is None or (low is None and high is None):
        return []
    bottom, ceiling = min(low or 0.0, top), min(top if high is None else high, top)
    row = {
        "low": bottom,
        "high": ceiling,
        "text": f"Reference {reference_words(reference, unit)}",
        "source": str(reference.get("source") or "no source given"),
    }
    ends = [{"at": end} for end in (low, high) if end is not None and end <= top]
    tip = tooltip(text="Range", source="Source")
    band = layer("rect", "reference", [row], tooltip=tip, **{along: quantity("low"), along + "2": {"field": "high"}})
    edges = layer("rule", "reference-edge", ends, **{along: quantity("at")})
    if along == "x":
        above = {"align": "left", "baseline": "bottom", "dy": -6}
        return [band, edges, layer("text", "note", [row], above, x=quantity("low"), y={"value": 0}, text=word("text"))]
    fits = ceiling - bottom >= 0.12 * top or ceiling > 0.95 * top
    place: Spec = {"baseline": "top", "dy": 6} if fits else {"baseline": "bottom", "dy": -4}
    label = {"align": "left", "dx": 8, **place}
    return [band, edges, layer("text", "note", [row], label, x={"value": 0}, y=quantity("high"), text=word("text"))]


def reference_words(reference: Mapping[str, Any], unit: str, currency: str = "") -> str:
    """A reference range in words: "60-80 %" (with an en dash), "above 40 %", "below 24 h"."""
    low, high = words.finite(reference.get("low")), words.finite(reference.get("high"))
    if low is not None and high is not None:
        return words.interval(low, high, unit, 2, currency)
    if low is not None:
        return f"above {words.value(low, unit, 2, currency)}"
    return f"below {words.value(high, unit, 2, currency)}" if high is not None else "no range"


def quantity(field: str, **more: Any) -> Spec:
    """A quantitative encoding of a column."""
    return {"field": field, "type": "quantitative", **more}


def word(field: str, **more: Any) -> Spec:
    """A nominal encoding of a column."""
    return {"field": field, "type": "nominal", **more}
