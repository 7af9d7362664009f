"""The charts of scores: a waterfall whose bars join, a history with gaps, intervals and marks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from uptake import charts

HOSTILE = "<script>\"&'</script>"


def values(spec: dict[str, Any], mark: str) -> list[list[dict[str, Any]]]:
    return [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == mark]


def rows(*points: float, title: str = "Breadth") -> list[dict[str, Any]]:
    return [{"title": title, "points": one, "says": HOSTILE} for one in points]


def test_each_bar_begins_where_the_one_before_ended() -> None:
    spec = charts.waterfall(
        rows(5, -12, 2), start=40, end=35, first="Mean of the peers", last="Score", title="Why", subtitle=""
    )
    totals, parts = values(spec, "bar")
    assert [(one["name"], one["low"], one["high"]) for one in totals] == [
        ("Mean of the peers", 0, 40), ("Score", 0, 35),
    ]  # fmt: skip
    assert [(one["low"], one["high"], one["way"], one["text"]) for one in parts] == [
        (40, 45, "adds", "+5.0"), (33, 45, "takes", "−12.0"), (33, 35, "adds", "+2.0"),
    ]  # fmt: skip
    assert len({one["name"] for one in parts}) == 3  # two components of one signal are two bars
    ends = [40, *(one["end"] for one in parts)]
    assert all(
        after - before == pytest.approx(step) for (before, after), step in zip(pairwise(ends), (5, -12, 2), strict=True)
    )
    assert charts.svg({**spec, "config": charts.config()}).startswith("<svg")


def test_an_axis_begins_at_nothing_and_ends_beyond_the_largest() -> None:
    spec = charts.waterfall(rows(-27.1), start=27.1, end=1e-14, first="Peers", last="Score", title="Why", subtitle="")
    domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert (domain[0], domain[1] >= 27.1) == (0, True)


def days(*scores: float | None) -> list[dict[str, Any]]:
    first = date(2026, 1, 1)
    return [
        {
            "on": first + timedelta(days=n),
            "score": one,
            "lower": None if one is None else one - 5,
            "upper": one and one + 5,
        }
        for n, one in enumerate(scores)
    ]


def test_a_history_is_broken_where_there_is_no_score() -> None:
    spec = charts.score_history(days(40, None, 45), [], poor=40, good=70, title="Health", subtitle="")
    (line,) = values(spec, "line")
    assert [one["estimate"] for one in line] == [40, None, 45]
    assert "not known" in {one["tip_value"] for one in line}
    assert charts.svg({**spec, "config": charts.config()}).startswith("<svg")


def test_marks_lie_within_the_days_that_are_drawn() -> None:
    marks = [{"on": date(2025, 12, 1), "title": "before"}, {"on": date(2026, 1, 2), "title": HOSTILE}]
    spec = charts.score_history(days(40, 41, 45), marks, poor=40, good=70, title="Health", subtitle="")
    assert [one["period"] for drawn in values(spec, "rule") for one in drawn if "period" in one] == ["2026-01-02"]


def test_one_day_alone_is_a_point() -> None:
    spec = charts.score_history(days(40), [], poor=40, good=70, title="Health", subtitle="")
    assert charts.svg({**spec, "config": charts.config(dark=True)}).startswith("<svg")
