"""A score on every day, with its interval, where good and poor begin, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.frame import Row, Spec, frame, layer, quantity, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import look_of, shortened

HEIGHT = 240
MOST_MARKS = 6
X: Spec = {"field": "period", "type": "temporal", "scale": {"type": "utc"}}
Y = quantity("estimate")


def score_history(
    days: Sequence[Row], marks: Sequence[Row], *, poor: float, good: float, title: str, subtitle: str
) -> Spec:
    """Draws a score over time.

    Args:
        days: `on`, `score`, `lower` and `upper` of each day, in order; None where there was no score or no interval.
        marks: `on` and `title` of what changed meanwhile, in order of time; those with `is_plan` are changes of the
            plan that the score is made by, and are drawn with a whole line.
        poor: Where poor ends.
        good: Where good begins.
        title: What is shown.
        subtitle: The definition.

    Returns:
        A Vega-Lite specification: the whole scale from 0 to 100, the interval as a ribbon, a rule for each mark.
    """
    points = [_point(row) for row in days]
    first, last = days[0]["on"], max(days[-1]["on"], days[0]["on"] + timedelta(days=1))
    every = [row["on"] for row in days]
    period = "day"
    x = {
        "field": "period",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [calendar.utc_day(first), calendar.utc_day(last)]},
        "axis": calendar.time_axis(every, period),
    }
    y = quantity("estimate", scale={"domain": [0, 100], "nice": False}, axis=value_axis([0, 25, 50, 75, 100], "count"))
    known = [point for point in points if point["estimate"] is not None]
    bands = [{"at": good, "text": "good"}, {"at": poor, "text": "poor"}]  # a band begins, the other ends
    gaps: Spec = {"invalid": "break-paths-show-domains"}
    drawn = [_mark(row, number) for number, row in enumerate(marks[-MOST_MARKS:]) if first <= row["on"] <= last]
    above = {"align": "left", "baseline": "top", "dx": 4, "dy": 2}
    layers = [
        layer("rule", "reference-edge", bands, y=quantity("at")),
        layer("text", "note", bands, {"align": "left", "baseline": "middle", "dx": 6}, x={"value": "width"},
              y=quantity("at"), text=word("text")),
        layer("area", "ribbon", points, gaps, x=x, y=quantity("lower"), y2={"field": "upper"}),
        layer("line", "series", points, {**gaps, "interpolate": "step-after"}, x=x, y=y),
        layer("rule", "mean", [row for row in drawn if not row["is_plan"]], x=X),
        layer("rule", "guide", [row for row in drawn if row["is_plan"]], x=X),
        layer("text", "note", drawn, above, x=X, y={"field": "row", "type": "quantitative", "scale": None}, text=word("text")),
        layer("circle", "series", known[-1:], {"size": 36, "opacity": 1}, x=X, y=Y),
        *hover(points, X, look_of([], []), "Day", {"tip_value": "Score", "tip_interval": "95 % interval"}),
    ]  # fmt: skip
    return frame(layers, title=title, subtitle=subtitle, height=HEIGHT, right=36)


def _point(row: Row) -> dict[str, Any]:
    day: date = row["on"]
    has_interval = row["lower"] is not None and row["lower"] != row["upper"]
    return {
        "period": day.isoformat(),
        "place": calendar.milliseconds(day),
        "segment": "",
        "estimate": row["score"],
        "lower": row["lower"] if has_interval else None,
        "upper": row["upper"] if has_interval else None,
        "tip_at": dates.day(day),
        "tip_value": "not known" if row["score"] is None else f"{row['score']:.1f}",
        "tip_n": "",
        "tip_interval": words.interval(row["lower"], row["upper"], "count", 3) if has_interval else words.NO_INTERVAL,
    }


def _mark(row: Row, number: int) -> dict[str, Any]:
    return {
        "period": row["on"].isoformat(),
        "text": shortened(str(row["title"]), 30),
        "row": 14 * (number % 3),
        "is_plan": bool(row.get("is_plan")),
    }
