"""Charts as SVG and PNG files, made without a browser."""

from __future__ import annotations

from typing import Any

WIDTH = 800
MARGIN = 24
VEGA_LITE = "6.4"


def fixed(spec: dict[str, Any], width: int = WIDTH) -> dict[str, Any]:
    """The same chart at a width in pixels, with a margin on all sides.

    Args:
        spec: A specification made by a chart function.
        width: Width of the picture without its margin.
    """
    padding = {side: room + MARGIN for side, room in spec["padding"].items()}
    return {**spec, "width": width, "autosize": {"type": "fit-x", "contains": "content"}, "padding": padding}


def svg(spec: dict[str, Any], width: int = WIDTH) -> str:
    """The chart as the text of an SVG file."""
    import vl_convert  # half a second and 60 MB, only when a picture is asked for

    return str(vl_convert.vegalite_to_svg(fixed(spec, width), vl_version=VEGA_LITE, allowed_base_urls=[]))


def png(spec: dict[str, Any], width: int = WIDTH, scale: float = 2.0) -> bytes:
    """The chart as the bytes of a PNG file.

    Args:
        spec: A specification made by a chart function.
        width: Width in CSS pixels, without the margin.
        scale: Device pixels per CSS pixel.
    """
    import vl_convert  # as above

    found = vl_convert.vegalite_to_png(fixed(spec, width), vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[])
    return bytes(found)
