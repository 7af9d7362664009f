"""The colours and the type of every chart, once for light and once for dark.

A specification names styles (`"style": "interval"`) and ranges (`"range": "category"`) and never a colour, so one
specification serves both themes: only the configuration made here differs. The stylesheet repeats these colours as
tokens; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Theme:
    """One set of colours, six-digit hex.

    Args:
        paper: What charts are drawn on.
        ink: Text and values.
        muted: Secondary text; at least 4.5 to 1 on paper.
        line: Borders and grid lines.
        faint: Tracks and fills that only hint.
        accent: The one accent; the colour of a series without segments.
        hues: Five segment colours, apart under the three common colour deficiencies, 3 to 1 on paper.
        heat: Twenty-one steps from 0 to 100 %, of even perceptual distance.
        on_first: Text on the first steps of `heat`.
        on_last: Text on the others.
        last_from: The step of `heat` from which `on_last` is the text colour.
    """

    paper: str
    ink: str
    muted: str
    line: str
    faint: str
    accent: str
    hues: tuple[str, str, str, str, str]
    heat: tuple[str, ...]
    on_first: str
    on_last: str
    last_from: int


LIGHT = Theme(
    paper="#ffffff",
    ink="#1a1d23",
    muted="#5b6472",
    line="#e3e6eb",
    faint="#f1f3f6",
    accent="#3f4fc0",
    hues=("#3f4fc0", "#d97117", "#2f9e94", "#92226c", "#5f6410"),
    heat=(
        *("#f4f7ee", "#e2efdf", "#d0e6d0", "#bbdec8", "#a5d5c1", "#8fccbb", "#7bc2b7"),
        *("#6ab7b5", "#58adb3", "#44a2b1", "#3b96ae", "#3589ac", "#317da9", "#2c70a6"),
        *("#2e63a1", "#2f569b", "#2f4995", "#2f3c8c", "#2e327c", "#2c296c", "#2a1f5c"),
    ),
    on_first="#0e1116",
    on_last="#ffffff",
    last_from=12,
)
DARK = Theme(
    paper="#14171c",
    ink="#e7eaef",
    muted="#9ba5b4",
    line="#2a303a",
    faint="#1d2229",
    accent="#929dff",
    hues=("#929dff", "#f6a44a", "#6fe3d2", "#c9559f", "#8d8a2c"),
    heat=(
        *("#1c2130", "#202941", "#243153", "#283a65", "#284571", "#28527c", "#255e88"),
        *("#246a88", "#237685", "#238281", "#2a8d7d", "#379878", "#43a371", "#4fae6a"),
        *("#69b766", "#81c061", "#97ca5b", "#add254", "#c6d957", "#dee059", "#f6e65b"),
    ),
    on_first="#ffffff",
    on_last="#0e1116",
    last_from=10,
)


def hatch(stripe: str, stripes: int, x2: float, y2: float) -> dict[str, Any]:
    """A fill of slanted stripes, written as a gradient because Vega knows no patterns.

    Args:
        stripe: Colour of the stripes; between them the fill is transparent.
        stripes: How many.
        x2: Horizontal part of the direction across the stripes, in widths of the shape.
        y2: Vertical part, in heights of the shape.
    """
    # As long as the corner opposite is far, else the shape's last part would have one colour.
    reach = (x2 + y2) / (x2 * x2 + y2 * y2)
    stops: list[dict[str, Any]] = []
    for index in range(stripes):
        start, middle, end = index / stripes, (index + 0.78) / stripes, (index + 1) / stripes
        stops += [{"offset": round(at, 4), "color": "transparent"} for at in (start, middle)]
        stops += [{"offset": round(at, 4), "color": stripe} for at in (middle, end)]
    far = {"x2": round(x2 * reach, 4), "y2": round(y2 * reach, 4)}
    return {"gradient": "linear", "x1": 0, "y1": 0, **far, "stops": stops}


def config(dark: bool = False) -> dict[str, Any]:
    """The Vega-Lite configuration of one theme.

    Args:
        dark: The dark theme; light otherwise.

    Returns:
        A `config` object: fonts, axes, ranges and the named styles the charts use.

    Examples:
        >>> config(dark=True)["background"]
        '#14171c'
    """
    theme = DARK if dark else LIGHT
    axis = {
        "domainColor": theme.line,
        "gridColor": theme.line,
        "labelColor": theme.muted,
        "labelFontSize": 12,
        "labelPadding": 8,
        "labelOverlap": True,
        "tickColor": theme.line,
        "tickSize": 4,
        "title": None,
        "titleColor": theme.muted,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 12,
    }
    # The measure stands above the axis, where it reads without turning the head.
    above = {"titleAlign": "left", "titleAnchor": "end", "titleAngle": 0, "titleX": 0, "titleY": -16}
    return {
        "background": theme.paper,
        "font": FONT,
        "padding": 0,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "domain": True, "ticks": True},
        "axisY": {"domain": False, "grid": True, "ticks": False, **above},
        "title": {
            "anchor": "start",
            "color": theme.ink,
            "fontSize": 16,
            "fontWeight": 600,
            "frame": "bounds",
            "offset": 20,
            "subtitleColor": theme.muted,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
        },
        "legend": {
            "labelColor": theme.ink,
            "labelFontSize": 12,
            "offset": 12,
            "orient": "top",
            "symbolType": "square",
            "title": None,
        },
        "mark": {"color": theme.accent},
        "line": {"strokeCap": "round", "strokeJoin": "round", "strokeWidth": 2},
        "text": {"fontSize": 12, "color": theme.ink},
        "range": {
            "category": list(theme.hues),
            "heatmap": list(theme.heat),
            "ordinal": [theme.heat[index] for index in (9, 12, 14, 17, 20)],
            # Vega-Lite knows six names of ranges; "ramp" is not used otherwise and holds the text colours on "heatmap".
            "ramp": [theme.on_first if step < theme.last_from else theme.on_last for step in range(len(theme.heat))],
        },
        "style": styles(theme),
    }


def styles(theme: Theme) -> dict[str, Any]:
    """The named looks of marks: what a thing means, not what colour it has."""
    stripe = theme.line
    return {
        "series": {"color": theme.accent},
        "ribbon": {"color": theme.accent, "opacity": 0.14},
        "neutral": {"color": theme.muted, "opacity": 0.45, "strokeWidth": 1.25},
        "track": {"color": theme.faint},
        "soft": {"color": theme.heat[5] if theme is LIGHT else theme.heat[6]},
        "middle": {"color": theme.heat[10]},
        "strong": {"color": theme.heat[16] if theme is LIGHT else theme.heat[15]},
        "whisker": {"color": theme.ink, "opacity": 0.75, "strokeWidth": 1.5},
        "reference": {"color": theme.muted, "opacity": 0.12},
        "reference-edge": {"color": theme.muted, "opacity": 0.6, "strokeDash": [2, 3], "strokeWidth": 1},
        "hollow": {"color": theme.paper, "strokeWidth": 2},
        "paper": {"color": theme.paper},
        "in-progress-column": {"color": hatch(stripe, 24, 0.2, 1)},
        "in-progress-cell": {"color": hatch(stripe, 10, 1, 0.5)},
        "in-progress-bar": {"color": hatch(stripe, 32, 1, 0.025)},
        "guide": {"color": theme.muted, "opacity": 0.5, "strokeWidth": 1},
        "note": {"color": theme.muted, "fontSize": 11},
        "label": {"color": theme.ink, "fontSize": 12},
        "label-strong": {"color": theme.ink, "fontSize": 12, "fontWeight": 600},
        "mean": {"color": theme.ink, "strokeDash": [6, 4], "strokeWidth": 1.5},
    }
