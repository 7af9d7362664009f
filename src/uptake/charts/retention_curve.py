"""Retention over the units since the start: the mean with its interval over the curves of the cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import dumps
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.frame import Row, Spec, frame, layer, quantity, steps, tips, value_axis, word
from uptake.charts.hover import hover
from uptake.charts.segments import Look, end_labels, largest, look_of, segment_of, shortened, shown

HEIGHT = 280
FEW = 5
MOST_RIBBONS = 3
TITLES = {"tip_value": "Mean", "tip_n": "n", "tip_interval": "95 % interval"}


def retention_curve(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    period: str = "",
    cohort_period: str = "",
    known: Iterable[str] = (),
) -> Spec:
    """Draws the share of each cohort that came back in each unit of its life.

    Without segments the mean is the strong line; up to five cohorts are named, more stay in the background, where
    the spread is what counts. With segments each segment's mean is a line.

    Args:
        rows: Retention rows: `cohort_on` (None on the mean), `unit_index`, `first_unit`, `last_unit`, `n`, `estimate`,
            `ci_lower`, `ci_upper`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns.
        period: The unit; found from the rows where not given.
        cohort_period: The period of the cohorts where it is not the unit.
        known: All segments of the property, so that colours agree between charts.

    Returns:
        A Vega-Lite specification; a curve ends where its last closed unit ends.
    """
    kept, of = largest(rows, by)
    starts = [calendar.first_day(row["cohort_on"]) for row in rows if row.get("cohort_on") is not None]
    period = period or calendar.period_of(starts, "unit")
    points = [_point(row, by, period, cohort_period or period) for row in rows if segment_of(row, by) in kept]
    points = [point for point in points if point["estimate"] is not None]
    mean = [point for point in points if point["is_mean"]]
    cohorts = [] if by else [point for point in points if not point["is_mean"]]
    names = sorted({point["cohort_on"] for point in cohorts})
    top = max([0.0, *(point["estimate"] for point in points), *(point["upper"] or 0.0 for point in mean)])
    grid = steps(top)
    most = max((point["unit"] for point in points), default=1)
    x = quantity(
        "unit",
        scale={"domain": [0, max(most, 1)], "nice": False},
        axis={"values": _ticks(most), "title": f"{period}s since the start", **_tick_labels(points, most)},
    )
    y = quantity("estimate", scale={"domain": [0, grid[-1]], "nice": False}, axis=value_axis(grid, "share"))
    look = look_of(kept, known)
    if 0 < len(names) <= FEW:
        look = _shades(names)
        lines = [{**point, "segment": point["cohort_on"], "line": point["cohort"]} for point in cohorts]
        hovered = [*lines, *({**point, "line": "Mean"} for point in mean)]
        layers, ends = _named_cohorts(lines, mean, x, y, look), _last(hovered)
    else:
        hovered = mean
        layers, ends = _mean(mean, len(kept), x, y, look), _last(mean)
        if names:
            layers.insert(0, layer("line", "neutral", cohorts, x=x, y=y, detail=word("cohort_on")))
    labels = end_labels(ends, HEIGHT, grid[-1], look)
    return frame(
        [*layers, *labels.layers, *hover(hovered, x, look, period.capitalize(), TITLES)],
        title=title,
        subtitle=shown(subtitle, len(kept), of),
        height=HEIGHT,
        right=labels.room,
        key=labels.key,
    )


def _point(row: Row, by: Sequence[str], period: str, cohort_period: str) -> dict[str, Any]:
    segment = segment_of(row, by)
    is_mean = row.get("cohort_on") is None
    start = None if is_mean else calendar.first_day(row["cohort_on"])
    cohort = "Mean" if start is None else dates.period(start, cohort_period)
    value = words.share(row.get("estimate"))
    return {
        "cohort_on": "" if start is None else start.isoformat(),
        "cohort": cohort,
        "segment": segment,
        "is_mean": is_mean,
        "unit": int(row["unit_index"]),
        "estimate": words.finite(row.get("estimate")),
        "lower": words.finite(row.get("ci_lower")),
        "upper": words.finite(row.get("ci_upper")),
        "text": f"{shortened(segment or cohort)} {value}",
        "place": int(row["unit_index"]),
        "units": words.units(row["first_unit"], row["last_unit"]),
        "tip_at": words.in_units(row["first_unit"], row["last_unit"], period).capitalize(),
        **tips(row, "share"),
    }


def _last(points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({point["segment"]: point for point in sorted(points, key=lambda point: point["unit"])}.values())


def _ticks(most: int) -> list[int]:
    step = -(-most // 12) or 1
    return list(range(0, most + 1, step))


def _tick_labels(points: Sequence[Row], most: int) -> Spec:
    """Ticks count the columns; each is called by the units that its column spans."""
    units = {point["unit"]: point["units"] for point in points}
    if all(str(index) == said for index, said in units.items()):
        return {"format": "d"}
    labels = [units.get(index, "") for index in range(most + 1)]
    return {"labelExpr": f"{dumps(labels, ensure_ascii=False)}[datum.value]"}


def _shades(names: Sequence[str]) -> Look:
    """The oldest cohort gets the first shade and the newest the last; names nobody has fill the shades between."""
    order = [f" {step}" for step in range(FEW)]
    for index, name in enumerate(names):
        order[round(index * (FEW - 1) / max(len(names) - 1, 1))] = name
    return Look(tuple(order), range="ordinal", plain="mean")


def _named_cohorts(lines: Sequence[Row], mean: Sequence[Row], x: Spec, y: Spec, look: Look) -> list[Spec]:
    """Few cohorts are the story: each a line of its own, from the oldest to the newest shade, the mean dashed."""
    dots = {"filled": True, "size": 28, "opacity": 1}
    return [
        layer("line", "mean", mean, x=x, y=y),
        layer("line", "series", lines, x=x, y=y, **look.color),
        layer("point", "series", lines, dots, x=x, y=y, **look.color),
    ]


def _mean(mean: Sequence[Row], segments: int, x: Spec, y: Spec, look: Look) -> list[Spec]:
    line = layer("line", "series", mean, {} if look.order else {"strokeWidth": 2.5}, x=x, y=y, **look.line)
    if segments > MOST_RIBBONS:
        return [line]
    rows = [point for point in mean if point["lower"] is not None and point["upper"] is not None]
    return [layer("area", "ribbon", rows, x=x, y=quantity("lower"), y2={"field": "upper"}, **look.color), line]
