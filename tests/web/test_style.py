"""The stylesheets: contrast, size, and the colours they share with the charts."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from uptake import web
from uptake.charts.theme import DARK, LIGHT, Theme

STATIC = Path(web.__path__[0]) / "static"
BASE = (Path(web.__path__[0]) / "templates" / "base.html").read_text("utf-8")
SHEETS = ("uptake", "tables", "graphics", "forms", "narrow")
CSS = "\n".join((STATIC / f"{sheet}.css").read_text("utf-8") for sheet in SHEETS)
PAIRS = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: (light, dark) for name, light, dark in PAIRS.findall(CSS)}
TEXT_ON = [
    *(("ink", ground) for ground in ("paper", "rail", "faint", "wash")),
    *(("muted", ground) for ground in ("paper", "rail", "faint")),
    *(("accent", ground) for ground in ("paper", "rail", "wash")),
    ("on-accent", "accent"),
    *((name, f"{name}-wash") for name in ("good", "warn", "bad")),
    *(("ink", f"{name}-wash") for name in ("good", "warn", "bad")),
    ("bad", "paper"),
]
# Machado, Oliveira and Fernandes (2009), severity 1.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deutan": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritan": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
LMS = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio."""
    dim, bright = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (first, second))
    return (bright + 0.05) / (dim + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_themes(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edges_of_fields_can_be_seen(theme: int) -> None:
    assert contrast(TOKENS["edge"][theme], TOKENS["paper"][theme]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_can_be_seen_and_text_on_heat_can_be_read(theme: Theme) -> None:
    assert min(contrast(hue, theme.paper) for hue in theme.hues) >= 3
    assert contrast(theme.muted, theme.paper) >= 4.5
    for step, ground in enumerate(theme.heat):
        assert contrast(theme.on_first if step < theme.last_from else theme.on_last, ground) >= 4.5, step


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_hues_stay_apart_for_all_eyes(theme: Theme, deficiency: str) -> None:
    seen = [
        LAB @ np.cbrt(np.clip(LMS @ np.clip(DEFICIENCIES[deficiency] @ linear(hue), 0, 1), 0, None))
        for hue in theme.hues
    ]
    assert min(float(np.linalg.norm(first - second)) for first, second in combinations(seen, 2)) >= 0.1


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_heat_goes_one_way_from_the_paper(theme: Theme) -> None:
    brightness = [float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in theme.heat]
    assert brightness == sorted(brightness, reverse=theme is LIGHT)


def test_the_page_and_its_charts_have_the_same_colours() -> None:
    for name in ("paper", "ink", "muted", "line", "faint", "accent"):
        assert TOKENS[name] == (getattr(LIGHT, name), getattr(DARK, name)), name
    heat = re.findall(r"\.heat-(\d+) \{ background: light-dark\((#\w{6}), (#\w{6})\); \}", CSS)
    assert heat == [(str(step), *pair) for step, pair in enumerate(zip(LIGHT.heat, DARK.heat, strict=True))]
    hues = re.findall(r"\.hue-(\d)::before \{ background: light-dark\((#\w{6}), (#\w{6})\); \}", CSS)
    assert hues == [(str(place), *pair) for place, pair in enumerate(zip(LIGHT.hues, DARK.hues, strict=True))]


def test_the_key_has_the_shades_of_the_charts() -> None:
    shades = re.findall(r"\.shade-\d::before \{ background: light-dark\((#\w{6}), (#\w{6})\); \}", CSS)
    from uptake.charts import config

    ranges = [config(dark=dark)["range"]["ordinal"] for dark in (False, True)]
    assert shades == list(zip(*ranges, strict=True))


def test_text_on_heat_turns_where_the_theme_turns() -> None:
    assert '[class*="heat-"] { color: light-dark(#0e1116, #ffffff); }' in CSS
    assert f".heat-{DARK.last_from}, .heat-{LIGHT.last_from - 1} {{ color: #0e1116; }}" in CSS
    turned = re.search(r":is\(([^)]*)\) \{\s+color: light-dark\(#ffffff, #0e1116\);", CSS)
    assert turned is not None
    assert turned[1].split(", ") == [f".heat-{step}" for step in range(LIGHT.last_from, 21)]


def test_pages_have_every_stylesheet_and_that_for_phones_last() -> None:
    assert str(SHEETS).replace("'", '"') in BASE
    assert {path.stem for path in STATIC.glob("*.css")} == set(SHEETS)
    assert SHEETS[-1] == "narrow"


def test_the_stylesheets_are_small_and_ask_nobody_for_anything() -> None:
    assert len(CSS.encode()) < 37_000
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_scripts_need_no_eval_and_write_no_html() -> None:
    for path in STATIC.glob("*.js"):
        script = path.read_text("utf-8")
        assert not re.search(r"\beval\b\(|new Function|innerHTML|insertAdjacentHTML|document\.write|https?://", script)


def test_every_declaration_stands_in_a_rule() -> None:
    bare = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    outside = re.sub(
        r"[^{}]*\{[^{}]*\}", "", re.sub(r"@(?:media|container)[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", bare)
    )
    assert outside.strip() == ""
