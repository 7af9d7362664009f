"""A value against a benchmark and its band, in the height of a line of text, drawn on the server."""

from __future__ import annotations

from markupsafe import Markup, escape

from uptake.charts import words

WIDTH, HEIGHT = 120, 16
ROOM = 1.15
"""How much longer the track is than the largest of value, benchmark and band."""


def benchmark_bar(
    value: float | None, median: float | None, lowest: float | None, highest: float | None, unit: str
) -> Markup:
    """Draws a value as a bar, the benchmark as a line across it and the band behind.

    Args:
        value: The account's value; None: not known.
        median: The benchmark.
        lowest: The lower end of the band.
        highest: The upper end.
        unit: Unit of all of them.

    Returns:
        An `svg` element whose title says it in words; empty where there is no benchmark.
    """
    if median is None or lowest is None or highest is None:
        return Markup("")
    top = 1.0 if unit == "share" else max(value or 0.0, highest) * ROOM or 1.0
    said = words.value(value, unit) if value is not None else "no value"
    band = words.interval(lowest, highest, unit)
    title = f"{said}; benchmark {words.value(median, unit)}, exemplary accounts {band}"
    start, end = _x(lowest, top), _x(highest, top)
    parts = [
        f'<svg class="range" role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<title>{escape(title)}</title>",
        f'<rect class="range-track" x="0" y="7" width="{WIDTH}" height="2" rx="1"/>',
        f'<rect class="range-band" x="{start:.1f}" y="2" width="{max(end - start, 2):.1f}" height="12" rx="2"/>',
    ]
    if value is not None:
        parts.append(
            f'<rect class="benchmark-value" x="0" y="5" width="{max(_x(value, top), 2):.1f}" height="6" rx="1"/>'
        )
    parts.append(f'<rect class="benchmark-median" x="{_x(median, top) - 1:.1f}" y="0" width="2" height="{HEIGHT}"/>')
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704  # the title is escaped, all else are numbers


def _x(value: float, top: float) -> float:
    return WIDTH * min(max(value / top, 0.0), 1.0)
