"""Where a value stands against its reference range, in the height of a line of text, drawn on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from uptake.charts import words
from uptake.charts.frame import reference_words

WIDTH, HEIGHT = 120, 16
ROOM = 1.6


def standing(value: object, reference: Mapping[str, Any] | None) -> str:
    """Whether a value lies "below", "within" or "above" a reference range, ends included; "" where that is unknown."""
    found = words.finite(value)
    low, high = (words.finite((reference or {}).get(end)) for end in ("low", "high"))
    if found is None or (low is None and high is None):
        return ""
    if low is not None and found < low:
        return "below"
    return "above" if high is not None and found > high else "within"


def range_marker(row: Mapping[str, Any], reference: Mapping[str, Any] | None, unit: str, currency: str = "") -> Markup:
    """Draws a reference range as a band on a track, with the value as a mark and its interval as a thin line.

    Args:
        row: A row of a result: `estimate`, `ci_lower` and `ci_upper`.
        reference: `low` and `high` in the unit of the estimate, either may be missing.
        unit: Unit of the estimate.
        currency: Code for the unit currency.

    Returns:
        An `svg` element whose title says it in words; a value beyond the track is an arrow at its end. Empty without
        a reference range.
    """
    low, high = (words.finite((reference or {}).get(end)) for end in ("low", "high"))
    if reference is None or (low is None and high is None):
        return Markup("")
    value = words.finite(row.get("estimate"))
    top = 1.0 if unit == "share" else max(low or 0.0, high or 0.0) * ROOM or 1.0
    where = standing(value, reference)
    said = words.value(
        value, unit, 2, currency, missing=words.status(row.get("status"), row.get("n")) or words.NO_VALUE
    )
    title = f"{said}{', ' + where if where else ''}; reference range {reference_words(reference, unit, currency)}"
    start, end = _x(low or 0.0, top), _x(top if high is None else high, top)
    parts = [
        f'<svg class="range" role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<title>{escape(title)}</title>",
        f'<rect class="range-track" x="0" y="7" width="{WIDTH}" height="2" rx="1"/>',
        f'<rect class="range-band" x="{start:.1f}" y="4" width="{max(end - start, 1):.1f}" height="8" rx="2"/>',
    ]
    lower, upper = words.finite(row.get("ci_lower")), words.finite(row.get("ci_upper"))
    if lower is not None and upper is not None:
        first, last = _x(lower, top), _x(upper, top)
        parts.append(
            f'<rect class="range-interval" x="{first:.1f}" y="7" width="{max(last - first, 0):.1f}" height="2"/>'
        )
    if value is not None:
        at = _x(value, top)
        shape = (
            f"M{WIDTH - 7} 3L{WIDTH} 8L{WIDTH - 7} 13Z"
            if value > top
            else f"M{at:.1f} 2L{at + 4:.1f} 8L{at:.1f} 14L{at - 4:.1f} 8Z"
        )
        parts.append(f'<path class="range-value" d="{shape}"/>')
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704  # the title is escaped, all else are numbers


def _x(value: float, top: float) -> float:
    """Pixels from the left; the mark stays whole inside the picture."""
    return 4 + (WIDTH - 8) * min(max(value / top, 0.0), 1.0)
