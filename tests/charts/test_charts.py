"""Every chart is really drawn, in both themes; what it must show is looked for in the drawing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import unescape
from typing import Any

import altair
import chart_rows as given
import hypothesis
import pytest
import vl_convert
from hypothesis import strategies as st

from uptake import charts
from uptake.charts import picture
from uptake.charts.frame import steps
from uptake.errors import QuestionError

RESULTS: dict[str, dict[str, Any]] = {
    "trend": {"kind": "share", "rows": given.share_trend(), "unit": "share", "reference": given.REFERENCE},
    "trend by segment": {
        "kind": "share",
        "rows": given.share_trend(["Free", "Pro", given.HOSTILE]),
        "unit": "share",
        "by": [given.BY],
    },
    "trend of many segments": {
        "kind": "share",
        "rows": given.share_trend([f"Segment {index}" for index in range(14)]),
        "unit": "share",
        "by": [given.BY],
    },
    "trend of counts": {"kind": "count", "rows": given.count_trend(), "unit": "count"},
    "trend of durations": {
        "kind": "duration",
        "rows": given.duration_trend(),
        "unit": "seconds",
        "reference": {"high": 86_400, "source": "A glossary"},
    },
    "bars": {
        "kind": "share",
        "rows": given.segment_bars(),
        "unit": "share",
        "by": [given.BY],
        "reference": {"low": 0.4},
    },
    "one bar": {"kind": "mean", "rows": [given.closed(0.5, 10)], "unit": "count"},
    "survival": {"kind": "duration", "rows": given.curve(5), "unit": "seconds"},
    "survival by segment": {
        "kind": "duration",
        "rows": given.curve(5, "Q3") + given.curve(14, "Q1"),
        "unit": "seconds",
        "by": [given.BY],
    },
    "retention": {"kind": "retention", "rows": given.triangle(), "unit": "share"},
    "retention of few cohorts": {"kind": "retention", "rows": given.triangle(3, 31), "unit": "share"},
    "retention in brackets": {"kind": "retention", "rows": given.runs_of_units(), "unit": "share", "period": "week"},
    "retention on or after": {
        "kind": "retention",
        "rows": given.runs_of_units((None, None)),
        "unit": "share",
        "period": "week",
    },
    "retention by segment": {
        "kind": "retention",
        "rows": [{**row, given.BY: name} for name in ("Free", "Pro") for row in given.triangle()],
        "unit": "share",
        "by": [given.BY],
    },
    "heatmap in brackets": {"kind": "retention_heatmap", "rows": given.runs_of_units(), "unit": "share"},
    "heatmap": {"kind": "retention_heatmap", "rows": given.triangle(), "unit": "share", "period": "week"},
    "funnel": {"kind": "funnel", "rows": given.funnel(), "unit": "share"},
    "funnel by segment": {
        "kind": "funnel",
        "rows": given.funnel("Free") + given.funnel(given.HOSTILE),
        "unit": "share",
        "by": [given.BY],
    },
    "time to convert": {"kind": "time_to_convert", "rows": given.times(), "unit": "share"},
    "time to convert by segment": {
        "kind": "time_to_convert",
        "rows": given.times("Free") + given.times(given.HOSTILE),
        "unit": "share",
        "by": [given.BY],
    },
    "drivers": {"kind": "drivers", "rows": given.drivers(), "unit": "share"},
    "power": {"kind": "power", "rows": given.power(), "unit": "share"},
    "features": {"kind": "features", "rows": given.features(), "unit": "share"},
}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def spec_of(name: str, **changes: Any) -> dict[str, Any]:
    asked = {"title": f"Chart of {name}", "subtitle": "The definition", **RESULTS[name], **changes}
    return charts.for_result(**asked)


@cache
def drawing(name: str) -> str:
    return charts.svg(spec_of(name))


def texts(svg: str) -> list[str]:
    """What can be read in a drawing: its text elements, in order."""
    return [unescape(re.sub(r"<[^>]*>", "", text)) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)]


def keys_and_values(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from keys_and_values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_and_values(inner)


@pytest.mark.parametrize("name", RESULTS)
def test_every_chart_is_valid_vega_lite_and_plain_json(name: str) -> None:
    spec = spec_of(name)
    altair.Chart.from_dict(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


@pytest.mark.parametrize("name", RESULTS)
def test_every_chart_is_drawn_without_a_warning_and_says_its_title_and_definition(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = picture.fixed(spec_of(name))
    drawn = texts(vl_convert.vegalite_to_svg(spec, vl_version=picture.VEGA_LITE, show_warnings=True))
    assert f"Chart of {name}" in drawn
    assert any("The definition" in text for text in drawn)
    assert not any("NaN" in text or "undefined" in text or "null" in text for text in drawn)
    captured = capfd.readouterr()
    assert "WARN" not in captured.out + captured.err


@pytest.mark.parametrize("name", RESULTS)
def test_no_chart_reaches_out_or_holds_a_colour_outside_of_its_theme(name: str) -> None:
    light, dark = spec_of(name), spec_of(name, dark=True)
    assert {**light, "config": None} == {**dark, "config": None}
    assert not any(key in ("url", "href") for key, _ in keys_and_values({**light, "data": None}))
    assert not COLOUR.search(json.dumps({**light, "config": None}))


@pytest.mark.parametrize("name", RESULTS)
def test_no_chart_fails_without_rows(name: str) -> None:
    spec = spec_of(name, rows=[])
    altair.Chart.from_dict(spec)
    assert spec["usermeta"]["height"] > 0


@pytest.mark.parametrize("name", ["trend", "heatmap"])
def test_a_chart_becomes_a_png_of_the_theme_asked_for(name: str) -> None:
    light, dark = charts.png(spec_of(name), scale=1), charts.png(spec_of(name, dark=True), scale=1)
    assert light.startswith(b"\x89PNG")
    assert dark.startswith(b"\x89PNG")
    assert light != dark


def test_a_picture_leaves_room_for_the_names_beside_the_lines() -> None:
    width = re.search(r'<svg[^>]* width="([\d.]+)"', charts.svg(spec_of("trend by segment"), width=600))
    assert width is not None
    assert float(width[1]) > 600 + 2 * 24


def test_hostile_names_are_texts_and_nothing_else() -> None:
    for name in ("trend by segment", "bars", "features"):
        svg = drawing(name)
        assert "<script" not in svg
        assert "<img" not in svg
        assert any("</script>" in text for text in texts(svg)), name


def test_a_trend_says_the_last_closed_value_the_reference_and_what_is_missing() -> None:
    drawn = [text.replace("\u202f", " ") for text in texts(drawing("trend"))]
    assert "53 %" in drawn
    assert "in progress" in drawn
    assert "too few (n = 7)" in drawn
    assert "Reference 60–80 %" in drawn
    assert {"Jul2025", "Nov", "Jan2026"} <= set(drawn)  # the year is a second line of the same label


def test_a_trend_of_shares_begins_at_nothing_and_holds_the_whole_reference() -> None:
    drawn = [text.replace("\u202f", " ") for text in texts(drawing("trend"))]
    assert [text for text in drawn if re.fullmatch(r"\d+ %", text)][:5] == ["0 %", "20 %", "40 %", "60 %", "80 %"]


def test_a_period_in_progress_with_a_value_is_joined_by_dashes() -> None:
    svg = drawing("trend of counts")
    assert 'stroke-dasharray="4,4"' in svg


def test_lines_of_segments_carry_their_names_and_the_key_has_the_same_order() -> None:
    spec = spec_of("trend by segment")
    drawn = texts(drawing("trend by segment"))
    assert any(text.startswith("Free ") for text in drawn)
    assert [line["text"].split()[0] for line in spec["usermeta"]["key"]] == [
        "</script><script>alert(1)…",
        "Pro",
        "Free",
    ]


def test_a_segment_keeps_its_colour_when_others_are_left_out() -> None:
    few = charts.for_result(
        "share", given.share_trend(["Pro"]), "t", "", "share", by=[given.BY], known=["Enterprise", "Free", "Pro"]
    )
    all_three = charts.for_result(
        "share", given.share_trend(["Enterprise", "Free", "Pro"]), "t", "", "share", by=[given.BY]
    )
    look = {line["text"].split()[0]: line["look"] for line in all_three["usermeta"]["key"]}
    assert [line["look"] for line in few["usermeta"]["key"]] == [look["Pro"]] == ["hue-2"]


def test_too_many_segments_are_cut_to_the_largest_and_the_subtitle_says_so() -> None:
    spec = spec_of("trend of many segments")
    assert len(spec["usermeta"]["key"]) == 10
    assert "The 10 largest of 14 segments" in spec["title"]["subtitle"]


def test_bars_are_sorted_and_those_without_a_value_say_why() -> None:
    spec = spec_of("bars")
    layer = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "bar")
    assert layer["encoding"]["y"]["scale"]["domain"] == ["Enterprise", "Pro", "Free", given.HOSTILE, "Trial"]
    drawn = [text.replace("\u202f", " ") for text in texts(charts.svg(spec))]
    assert {"71.0 %", "too few (n = 7)", "in progress", "Reference above 40 %"} <= set(drawn)


def test_a_survival_curve_says_when_half_have_reached() -> None:
    # 0.9 * (1 - exp(-0.69 t / 5)) = 0.5 at t = 5.88; the first step at or after it is 90 * (31/120)^2 = 6.006 days.
    drawn = [text.replace("\u202f", " ") for text in texts(drawing("survival"))]
    assert "half by 6 days" in drawn


def test_a_long_survival_curve_has_room_for_its_first_days() -> None:
    x = next(layer["encoding"]["x"] for layer in spec_of("survival")["layer"] if "axis" in layer["encoding"]["x"])
    assert x["scale"]["type"] == "symlog"
    assert x["axis"]["values"] == [0, 1, 3, 7, 14, 30, 60]


def test_a_survival_curve_of_many_steps_is_thinned() -> None:
    rows = [given.closed(index / 5000, 5000, at_s=index * 60) for index in range(5000)]
    spec = charts.for_result("duration", rows, "t", "", "seconds")
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert len(line["data"]["values"]) <= 260
    assert line["data"]["values"][-1]["estimate"] == 4999 / 5000


def test_hovering_says_value_n_and_interval() -> None:
    strips = spec_of("trend")["layer"][-1]
    first = strips["data"]["values"][0]
    assert [line["title"] for line in strips["encoding"]["tooltip"]] == ["Month", "Value", "n", "95 % interval"]
    assert first["tip_at"] == "July 2025"
    assert [first["tip_value"].replace("\u202f", " "), first["tip_n"]] == ["40.0 %", "200"]


def test_hovering_says_all_segments_and_no_name_becomes_a_picture() -> None:
    strips = charts.for_result("share", given.share_trend(["image", "Pro"]), "t", "", "share", by=[given.BY])["layer"][
        -1
    ]
    assert [line["title"] for line in strips["encoding"]["tooltip"]] == ["Month", "Pro", "image "]


@pytest.mark.parametrize(
    ("name", "heads", "hovered"),
    [
        ("retention in brackets", {"0", "1–3", "4–7"}, ["Week 0", "Weeks 1–3", "Weeks 4–7"]),
        ("retention on or after", {"0+", "1+"}, ["Week 0 or later", "Week 1 or later"]),
    ],
)
def test_retention_over_runs_of_units_says_which(name: str, heads: set[str], hovered: list[str]) -> None:
    assert heads <= set(texts(drawing(name)))
    strips = spec_of(name)["layer"][-1]["data"]["values"]
    assert [strip["tip_at"] for strip in strips] == hovered


def test_a_triangle_of_runs_of_units_says_which() -> None:
    assert {"0", "1–3", "4–7"} <= set(texts(drawing("heatmap in brackets")))


def test_features_of_one_title_are_told_apart() -> None:
    rows = [given.feature("a", "Boards", 10, 5, 4, 3), given.feature("b", "Boards", 10, 9, 8, 7)]
    drawn = texts(charts.svg(charts.for_result("features", rows, "t", "", "share")))
    assert {"Boards (a)", "Boards (b)"} <= set(drawn)
    said = {text.replace("\u202f", " ") for text in drawn}
    assert "tried 90 %, adopted 80 %, kept by 88 % of them" in said
    assert "tried 50 %, adopted 40 %, kept by 75 % of them" in said


def test_features_nobody_is_eligible_for_say_so() -> None:
    assert "nobody is eligible" in texts(drawing("features"))


def test_features_over_several_periods_show_the_last_answered_one() -> None:
    rows = [{**row, "period_on": month} for month in given.months(3) for row in given.features()]
    rows[-1]["status"] = rows[-2]["status"] = rows[-3]["status"] = "in_progress"
    spec = charts.for_result("features", rows, "t", "Adopted", "share")
    assert spec["title"]["subtitle"] == "Adopted (August 2025)"


def test_open_cells_of_the_triangle_are_hatched_and_never_a_number() -> None:
    spec = spec_of("heatmap")
    hatched = next(layer for layer in spec["layer"] if layer["mark"]["style"] == "in-progress-cell")
    assert len(hatched["data"]["values"]) == 5 + 4 + 3 + 2 + 1
    assert {cell["text"] for cell in hatched["data"]["values"]} == {""}


def test_an_unknown_kind_is_told_what_there_is() -> None:
    with pytest.raises(QuestionError, match=r"no chart for results of the kind 'pie'.*retention_heatmap"):
        charts.for_result("pie", [], "t", "", "share")


def test_neighbouring_open_periods_are_one_column() -> None:
    rows = [{**row, "status": "in_progress"} if index > 10 else row for index, row in enumerate(given.share_trend())]
    spec = charts.for_result("share", rows, "t", "", "share")
    column = next(layer for layer in spec["layer"] if layer["mark"]["style"] == "in-progress-column")
    assert [(row["period"], row["until"]) for row in column["data"]["values"]] == [("2026-06-01", "2026-10-01")]


@hypothesis.given(st.floats(min_value=1e-9, max_value=1e15))
def test_an_axis_covers_its_values_in_a_few_round_steps(top: float) -> None:
    values = steps(top)
    assert values[0] == 0
    assert values[-1] >= top * (1 - 1e-6)
    assert values[-2] < top
    assert 3 <= len(values) <= 6


def test_the_window_before_is_a_faint_line_in_a_trend_without_segments() -> None:
    """Its highest value is on the axis, and the picture says what the line is; among segments it would be one of many."""
    rows = [
        {
            "period_on": date(2026, month, 1),
            "estimate": 0.2,
            "n": 50,
            "earlier_estimate": 0.1 * month,
            "status": "closed",
        }
        for month in (1, 2, 6)
    ]
    spec = charts.for_result("share", rows, "Rate", "Those who did.", "share")
    (line,) = [layer for layer in spec["layer"] if layer.get("encoding", {}).get("y", {}).get("field") == "earlier"]
    assert line["mark"]["style"] == "neutral"
    assert spec["title"]["subtitle"] == "Those who did. The grey line is the window before."
    of_segments = charts.for_result("share", [{**row, "plan": "Pro"} for row in rows], "Rate", "", "share", by=["plan"])
    assert "earlier" not in [layer.get("encoding", {}).get("y", {}).get("field") for layer in of_segments["layer"]]
