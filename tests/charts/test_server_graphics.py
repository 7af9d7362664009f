"""The graphics drawn on the server: sparkline and reference range."""

import re
from math import nan
from xml.etree import ElementTree as ET

import chart_rows as given
import pytest

from uptake import charts

REFERENCE = {"low": 0.6, "high": 0.8}


def parts(svg: str, name: str) -> list[ET.Element]:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return [element for element in root.iter() if name in element.get("class", "").split()]


def title(svg: str) -> str:
    found = ET.fromstring(svg).find("title")  # noqa: S314 - our own drawing
    assert found is not None
    assert found.text is not None
    return found.text.replace("\u202f", " ")


def test_a_sparkline_says_what_it_shows() -> None:
    assert title(charts.sparkline(given.share_trend(), label="Activation rate")) == (
        "Activation rate: 40 % in July 2025, 53 % in August 2026, last period in progress"
    )


def test_a_sparkline_has_a_gap_where_a_value_is_missing() -> None:
    (line,) = [
        part
        for part in parts(charts.sparkline(given.share_trend(), label="x"), "spark-line")
        if "spark-ahead" not in part.get("class", "")
    ]
    assert line.get("d", "").count("M") == 2
    assert line.get("d", "").count("L") == 3 + 8


def test_a_last_period_in_progress_is_a_hollow_point_even_without_a_value() -> None:
    svg = charts.sparkline(given.share_trend(), label="x")
    assert len(parts(svg, "spark-open")) == 1
    assert len(parts(svg, "spark-ahead")) == 1
    assert [part.get("cx") for part in parts(svg, "spark-open")] == ["116.0"]


def test_a_last_period_in_progress_with_a_value_stands_at_its_value() -> None:
    svg = charts.sparkline(given.count_trend(), label="x", unit="count")
    assert [part.get("cy") for part in parts(svg, "spark-open")] == ["4.0"]


def test_a_closed_sparkline_ends_in_a_full_point_at_its_highest() -> None:
    rows = [{"estimate": value, "status": "closed"} for value in (0.0, 0.5, 1.0)]
    assert [(part.get("cx"), part.get("cy")) for part in parts(charts.sparkline(rows, label="x"), "spark-dot")] == [
        ("116.0", "4.0")
    ]


def test_a_flat_line_runs_through_the_middle_and_noise_stays_small() -> None:
    flat = [{"estimate": 0.5, "status": "closed"}] * 3
    assert (
        re.findall(r" (\d+\.\d)", parts(charts.sparkline(flat, label="x"), "spark-line")[0].get("d", ""))
        == ["14.0"] * 3
    )
    noise = [{"estimate": value, "status": "closed"} for value in (1000, 1001)]
    heights = re.findall(r" (\d+\.\d)", parts(charts.sparkline(noise, label="x"), "spark-line")[0].get("d", ""))
    assert max(map(float, heights)) - min(map(float, heights)) < 0.5


@pytest.mark.parametrize("rows", [[], [{"estimate": None, "status": "too_few"}], [{"estimate": nan}]])
def test_a_sparkline_without_values_is_only_its_title(rows: given.Rows) -> None:
    svg = charts.sparkline(rows, label="Activation rate")
    assert title(svg) == "Activation rate: no values yet"
    assert "path" not in svg
    assert "circle" not in svg


def test_a_single_value_is_a_point_in_the_middle() -> None:
    svg = charts.sparkline([{"estimate": 0.5, "status": "closed"}], label="x")
    assert {(part.get("cx"), part.get("cy")) for part in parts(svg, "spark-dot")} == {("60.0", "14.0")}


def test_hostile_labels_stay_text() -> None:
    svg = charts.sparkline([{"estimate": 0.5, "status": "closed"}], label=given.HOSTILE)
    assert "<script" not in svg
    assert "<img" not in svg


@pytest.mark.parametrize(
    ("value", "reference", "where"),
    [
        (0.59, REFERENCE, "below"),
        (0.6, REFERENCE, "within"),
        (0.8, REFERENCE, "within"),
        (0.81, REFERENCE, "above"),
        (0.41, {"low": 0.4}, "within"),
        (90_000, {"high": 86_400}, "above"),
        (None, REFERENCE, ""),
        (nan, REFERENCE, ""),
        (0.5, None, ""),
        (0.5, {}, ""),
    ],
)
def test_where_a_value_stands(value: float, reference: dict[str, float] | None, where: str) -> None:
    assert charts.standing(value, reference) == where


def test_a_range_says_value_place_and_range() -> None:
    svg = charts.range_marker(given.closed(0.58, 900), REFERENCE, "share")
    assert title(svg) == "58 %, below; reference range 60–80 %"
    assert (
        title(charts.range_marker(given.closed(0.5, 9), {"low": 0.4}, "share"))
        == "50 %, within; reference range above 40 %"
    )


def test_a_range_of_shares_is_drawn_from_nothing_to_all() -> None:
    (band,) = parts(charts.range_marker(given.closed(0.5, 900), REFERENCE, "share"), "range-band")
    # The track has 4 px at both ends: 4 + 112 * 0.6 = 71.2, and a fifth of 112 is 22.4.
    assert (band.get("x"), band.get("width")) == ("71.2", "22.4")


def test_a_value_beyond_the_track_is_an_arrow_at_its_end() -> None:
    far = charts.range_marker({"estimate": 5 * 86_400, "status": "closed"}, {"high": 86_400}, "seconds")
    assert parts(far, "range-value")[0].get("d") == "M113 3L120 8L113 13Z"


def test_a_range_without_a_value_says_why_and_without_a_reference_is_nothing() -> None:
    assert title(charts.range_marker(given.without("too_few", 7), REFERENCE, "share")) == (
        "too few (n = 7); reference range 60–80 %"
    )
    assert charts.range_marker(given.closed(0.5, 9), None, "share") == ""
    assert charts.range_marker(given.closed(0.5, 9), {"source": "x"}, "share") == ""
