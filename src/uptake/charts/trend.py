"""A value over time with its interval: one line, or one line per segment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.frame import (
    Row,
    Spec,
    frame,
    layer,
    measure,
    quantity,
    reference_band,
    scaled,
    steps,
    tips,
    value_axis,
    word,
)
from uptake.charts.hover import hover
from uptake.charts.segments import EndLabels, Look, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 280
MOST_DOTS = 40
MOST_RIBBONS = 3
MOST_NOTES = 3
TITLES = {"tip_value": "Value", "tip_n": "n", "tip_interval": "95 % interval"}
BEFORE = "The grey line is the window before."
CROSS = "M-0.5,-0.5L0.5,0.5M0.5,-0.5L-0.5,0.5"
X: Spec = {"field": "period", "type": "temporal", "scale": {"type": "utc"}}
Y = quantity("estimate")


def trend(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    unit: str = "share",
    reference: Mapping[str, Any] | None = None,
    by: Sequence[str] = (),
    period: str = "",
    known: Iterable[str] = (),
    currency: str = "",
    counted: str = "",
) -> Spec:
    """Draws estimates over `period_on`.

    Closed periods are joined by a line with the interval as a ribbon, broken where a value is missing. Periods in
    progress are hatched, and hollow where they have a value. Periods with too few are marked on the base line. The
    last closed value is written beside its point; lines of segments carry their names and no legend is needed.

    Args:
        rows: Rows of a result with `period_on`, `estimate`, `n`, `ci_lower`, `ci_upper` and `status`.
        title: What is shown.
        subtitle: The definition.
        unit: Unit of the estimate.
        reference: `low`, `high` and `source` of the reference range.
        by: Breakdown columns.
        period: day, week, month, quarter or year; found from the rows where not given.
        known: All segments of the property, so that colours agree between charts.
        currency: Code for the unit currency.
        counted: What the axis counts, where the unit does not say it.

    Returns:
        A Vega-Lite specification without colours; `theme.config` has them.
    """
    kept, of = largest(rows, by)
    dated = [row for row in rows if row.get("period_on") is not None and segment_of(row, by) in kept]
    period = period or calendar.period_of(calendar.first_day(row["period_on"]) for row in dated)
    reference = reference or {}
    ends = [row.get(name) for row in dated for name in ("estimate", "ci_upper", "earlier_estimate")]
    divisor, counts = measure(unit, [*ends, reference.get("low"), reference.get("high")])
    points = [_point(row, unit, divisor, by, period, currency) for row in dated]
    points.sort(key=lambda point: (point["segment"], point["period"]))
    closed = [point for point in points if point["estimate"] is not None and point["status"] != "in_progress"]
    last = list({point["segment"]: point for point in closed}.values())
    compared = bool(_before(points, by))
    grid = steps(_top(points, reference, divisor))
    look = look_of(kept, known)
    starts = sorted({date.fromisoformat(point["period"]) for point in points}) or [calendar.EPOCH]
    x = {
        "field": "period",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [calendar.utc_day(day) for day in _ends(starts, points)]},
        "axis": calendar.time_axis(starts, period),
    }
    y = quantity(
        "estimate",
        scale={"domain": [0, grid[-1]], "nice": False},
        axis=value_axis(grid, unit, counts or counted, currency),
    )
    labels = EndLabels(_value_label(last, closed, grid[-1]), 28, [])
    if by:
        labels = end_labels(last, HEIGHT, grid[-1], look)
    layers = [
        *reference_band(reference, unit, divisor, grid[-1]),
        *_in_progress(points),
        *_ribbons(points, look, len(kept)),
        *_before(points, by),
        *_lines(points, closed, look, x, y),
        *_dots(points, closed, last, look, len(starts)),
        *_too_few(points),
        *labels.layers,
        *hover(points, X, look, period.capitalize(), TITLES | ({"tip_earlier": "Before"} if compared else {})),
    ]
    about = shown(subtitle, len(kept), of)
    if compared:
        about = f"{about.removesuffix('.')}. {BEFORE}" if about else BEFORE
    return frame(layers, title=title, subtitle=about, height=HEIGHT, right=labels.room, key=labels.key)


def _point(row: Row, unit: str, divisor: float, by: Sequence[str], period: str, currency: str) -> dict[str, Any]:
    first = calendar.first_day(row["period_on"])
    segment = segment_of(row, by)
    value = words.value(row.get("estimate"), unit, 2 if unit == "share" else 3, currency)
    return {
        "period": first.isoformat(),
        "until": calendar.next_first_day(first, period).isoformat(),
        "segment": segment,
        "status": row.get("status") or "closed",
        "estimate": scaled(row.get("estimate"), divisor),
        "lower": scaled(row.get("ci_lower"), divisor),
        "upper": scaled(row.get("ci_upper"), divisor),
        "earlier": scaled(row.get("earlier_estimate"), divisor),
        "tip_earlier": words.value(row.get("earlier_estimate"), unit, 2 if unit == "share" else 3, currency),
        "text": f"{shortened(segment)} {value}" if segment else value,
        "place": calendar.milliseconds(first),
        "tip_at": dates.period(first, period),
        **tips(row, unit, currency),
    }


def _top(points: Sequence[Row], reference: Mapping[str, Any], divisor: float) -> float:
    """The highest value to be seen: estimates and reference whole, intervals unless they dwarf both."""
    ends = [scaled(reference.get("high"), divisor), (scaled(reference.get("low"), divisor) or 0) * 1.25]
    top: float = max(
        end
        for end in [0.0, *ends, *(point[name] for point in points for name in ("estimate", "earlier"))]
        if end is not None
    )
    upper: float = max((point["upper"] for point in points if point["upper"] is not None), default=0.0)
    return max(top, min(upper, top * 2))


def _ends(starts: Sequence[date], points: Sequence[Row]) -> tuple[date, date]:
    """First and last day of the axis: a period in progress is shown to its end, a closed one as a point."""
    until = [date.fromisoformat(point["until"]) for point in points if point["status"] == "in_progress"]
    return starts[0], max([*until, starts[-1], starts[0] + timedelta(days=1)])


def _value_label(last: Sequence[Row], closed: Sequence[Row], top: float) -> list[Spec]:
    before = [point["estimate"] for point in closed[-2:-1]]
    # Below the point where the line comes from above, else it would be struck through, and at the top, where notes are.
    falls = bool(last and before and before[0] > last[0]["estimate"] > 0.12 * top)
    is_below = falls or bool(last and last[0]["estimate"] > 0.92 * top)
    options = {"align": "center", "baseline": "top" if is_below else "bottom", "dy": 10 if is_below else -10}
    return [layer("text", "label-strong", last, options, x=X, y=Y, text=word("text"))]


def _in_progress(points: Sequence[Row]) -> list[Spec]:
    """One hatched column over neighbouring periods that are still open."""
    columns = {point["period"]: point["until"] for point in points if point["status"] == "in_progress"}
    if not columns:
        return []
    rows: list[dict[str, Any]] = []
    for start, until in sorted(columns.items()):
        if rows and rows[-1]["until"] == start:
            rows[-1]["until"] = until
        else:
            rows.append({"period": start, "until": until, "note": "in progress"})
    note = {"align": "right", "baseline": "bottom", "dy": -4}
    return [
        layer("rect", "in-progress-column", rows, x=X, x2={"field": "until"}),
        layer("text", "note", rows[-1:], note, x={"value": "width"}, y={"value": 0}, text=word("note")),
    ]


def _ribbons(points: Sequence[Row], look: Look, segments: int) -> list[Spec]:
    if segments > MOST_RIBBONS:
        return []
    rows = [_closed_only(point) for point in points]
    options = {"clip": True, "invalid": "break-paths-show-domains"}
    return [layer("area", "ribbon", rows, options, x=X, y=quantity("lower"), y2={"field": "upper"}, **look.color)]


def _closed_only(point: Row) -> Row:
    if point["status"] != "in_progress" and None not in (point["estimate"], point["lower"], point["upper"]):
        return point
    is_open = point["status"] == "in_progress"
    return {**point, "lower": None, "upper": None, "estimate": None if is_open else point["estimate"]}


def _before(points: Sequence[Row], by: Sequence[str]) -> list[Spec]:
    """The window before as a faint line, where it would not be one of many."""
    if by or all(point["earlier"] is None for point in points):
        return []
    options = {"invalid": "break-paths-show-domains"}
    return [layer("line", "neutral", points, options, x=X, y=quantity("earlier"))]


def _lines(points: Sequence[Row], closed: Sequence[Row], look: Look, x: Spec, y: Spec) -> list[Spec]:
    options = {"invalid": "break-paths-show-domains"}
    solid = layer("line", "series", map(_closed_only, points), options, x=x, y=y, **look.line)
    ahead = [point for point in points if point["status"] == "in_progress" and point["estimate"] is not None]
    if not ahead:
        return [solid]
    tail = {point["segment"]: point for point in closed}
    joined = [tail[name] for name in sorted({point["segment"] for point in ahead}) if name in tail]
    dashed = {"strokeDash": [4, 4], "strokeWidth": 1.5}
    return [
        solid,
        layer("line", "series", [*joined, *ahead], dashed, x=X, y=Y, **look.color),
        layer("point", "hollow", ahead, {"filled": True, "size": 48, "opacity": 1}, x=X, y=Y, **look.stroke),
    ]


def _dots(points: Sequence[Row], closed: Sequence[Row], last: Sequence[Row], look: Look, periods: int) -> list[Spec]:
    """Every closed point where there are few; else the last, and those a line alone would not show."""
    shown = closed if periods <= MOST_DOTS else [*last, *_alone(points)]
    return [layer("point", "series", shown, {"filled": True, "size": 28, "opacity": 1}, x=X, y=Y, **look.color)]


def _alone(points: Sequence[Row]) -> list[Row]:
    solid = [_closed_only(point) for point in points]
    joined: set[int] = set()
    for (index, before), (_, after) in pairwise(enumerate(solid)):
        if before["segment"] == after["segment"] and None not in (before["estimate"], after["estimate"]):
            joined |= {index, index + 1}
    return [point for index, point in enumerate(solid) if index not in joined and point["estimate"] is not None]


def _too_few(points: Sequence[Row]) -> list[Spec]:
    rows = [
        # A value that is drawn needs no second one on the base line, but the word for why it is not to be trusted.
        {**point, "zero": 0, "why": point["tip_value"] if point["estimate"] is None else words.status(point["status"])}
        for point in points
        if point["status"] in ("too_few", "not_eligible")
    ]
    if not rows:
        return []
    cross = {"shape": CROSS, "size": 48, "filled": False, "strokeWidth": 1.5, "opacity": 0.9}
    marks = [layer("point", "neutral", rows, cross, x=X, y=quantity("zero"))]
    if len(rows) <= MOST_NOTES:
        above = {"baseline": "bottom", "dy": -8}
        marks.append(layer("text", "note", rows, above, x=X, y=quantity("zero"), text=word("why")))
    return marks
