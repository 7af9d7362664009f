"""A map of points: places, quadrants and their names."""

from __future__ import annotations

from typing import Any

from uptake import charts
from uptake.charts.dot_names import names
from uptake.charts.scatter import AXES, scatter
from uptake.metrics import axes, engagement_matrix


def point(name: str, x: float | None, y: float | None, quadrant: str | None, **more: Any) -> dict[str, Any]:
    return {
        "point": name, "title": name.title(), "n": 4, "x": x, "estimate": y, "ci_lower": None, "ci_upper": None,
        "quadrant": quadrant, "x_split": 0.5, "y_split": 0.6, "x_axis": "breadth", "y_axis": "seats_active",
        "status": "closed", **more,
    }  # fmt: skip


ROWS = [
    point("acme", 0.9, 0.8, "embedded"),
    point("bolt", 0.9, 0.1, "shelfware", n=40),
    point("cord", 0.1, 0.9, "thin"),
    point("none", None, 0.9, None),
]


def texts(spec: dict[str, Any]) -> set[str]:
    return {row.get("text", "") for layer in spec["layer"] for row in layer["data"]["values"]}


def test_corners_say_quadrants_and_how_many_lie_in_them() -> None:
    spec = scatter(ROWS, title="Map")
    assert texts(spec) >= {"Embedded 1", "Shelfware 1", "Thin 1", "Acme", "Bolt", "Cord"}
    assert "None" not in texts(spec)


def test_dots_are_as_large_as_those_behind_them_where_that_differs() -> None:
    drawn = next(layer for layer in scatter(ROWS, title="Map")["layer"] if layer["mark"]["type"] == "point")
    assert drawn["encoding"]["size"]["field"] == "n"
    assert [row["n"] for row in drawn["data"]["values"]] == [40, 4, 4]
    alike = scatter([{**row, "n": 4} for row in ROWS], title="Map")
    assert "size" not in next(layer for layer in alike["layer"] if layer["mark"]["type"] == "point")["encoding"]


def test_every_axis_has_a_title() -> None:
    assert set(AXES) == {*axes.AXES, *engagement_matrix.X, *engagement_matrix.Y}
    for name, axis in axes.AXES.items():
        assert AXES[name][1] == axis.metric.unit
    for name, (unit, _) in (engagement_matrix.X | engagement_matrix.Y).items():
        assert AXES[name][1] == unit


def test_it_can_be_drawn() -> None:
    for rows, by in ((ROWS, ()), ([], ()), ([{**row, "plan": "Pro"} for row in ROWS], ("plan",)), (ROWS[3:], ())):
        for dark in (False, True):
            spec = charts.for_result("points", rows, "Map", "", "share", by=by, dark=dark)
            assert charts.svg(spec).startswith("<svg")


def test_classes_are_stacked_to_all() -> None:
    rows = [
        {"period_on": f"2026-0{month}-01", "class": name, "count": count, "n": 10, "estimate": count / 10,
         "ci_lower": 0.0, "ci_upper": 1.0, "status": "closed" if month == 1 else "in_progress"}
        for month in (1, 2) for name, count in (("daily", 2), ("weekly", 3), ("inactive", 5))
    ]  # fmt: skip
    spec = charts.for_result("classes", rows, "Classes", "", "share", by=("class",), period="month")
    bars = [row for layer in spec["layer"] if layer["mark"]["type"] == "bar" for row in layer["data"]["values"]]
    first = [(row["segment"], row["from"], row["to"]) for row in bars if not row["is_open"]]
    assert sorted(first, key=lambda bar: bar[1]) == [("inactive", 0.0, 0.5), ("weekly", 0.5, 0.8), ("daily", 0.8, 1.0)]
    assert charts.svg(spec).startswith("<svg")
    one = charts.for_result("classes", rows[:3], "Classes", "", "share", by=("class",))
    assert charts.svg(one).startswith("<svg")


def test_a_launch_has_a_line_for_each_step_and_its_target() -> None:
    rows = [
        {"curve": curve, "day": day, "n": 9 if day < 3 else 0, "estimate": day / 9 if day < 3 else None,
         "ci_lower": 0.0, "ci_upper": 0.5, "target": 0.4 if (curve, day) == ("adopted", 4) else None,
         "status": "closed" if day < 3 else "in_progress"}
        for curve in ("tried", "again", "adopted", "kept") for day in range(5)
    ]  # fmt: skip
    spec = charts.for_result("launch", rows, "Launch", "", "share")
    assert "Target: 40\u202f% adopted it by day 4" in texts(spec)
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert {row["segment"] for row in lines[0]["data"]["values"]} == {
        "tried it",
        "used it again",
        "adopted it",
        "kept it",
    }
    assert max(row["place"] for row in lines[0]["data"]["values"]) == 2
    for some, by in ((rows, ()), ([], ()), ([{**row, "plan": "Pro"} for row in rows], ("plan",))):
        assert charts.svg(charts.for_result("launch", some, "Launch", "", "share", by=by)).startswith("<svg")


def test_names_stand_beside_their_dots_or_above_or_below_where_there_is_room() -> None:
    close = [
        {"x": 50.0 + number / 10, "y": 5.0, "text": text}
        for number, text in enumerate(["one", "two", "three", "four", "no"])
    ]

    drawn = names([*close, {"x": 99.0, "y": 9.0, "text": "edge"}], 100.0, 10.0)

    found = {
        row["text"]: (layer["mark"]["align"], layer["mark"]["dy"]) for layer in drawn for row in layer["data"]["values"]
    }
    assert found == {
        "one": ("left", 0), "two": ("right", 0), "three": ("center", -17), "four": ("center", 17), "edge": ("right", 0),
    }  # fmt: skip
