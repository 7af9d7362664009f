"""A trend in the height of a line of text, drawn on the server."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup, escape

from uptake.charts import calendar, dates, words
from uptake.charts.frame import Row

WIDTH, HEIGHT, EDGE = 120, 28, 4
LEAST_SPAN = 0.1


def sparkline(rows: Sequence[Row], *, label: str, unit: str = "share", period: str = "", currency: str = "") -> Markup:
    """Draws the estimates of a result over time as an inline SVG without scripts or colours of its own.

    Args:
        rows: Rows in order of time with `estimate`, `status` and `period_on`.
        label: What the line shows; the title says it, with the first and the last value.
        unit: Unit of the estimate.
        period: The unit of `period_on`; found from the rows where not given.
        currency: Code for the unit currency.

    Returns:
        An `svg` element. Missing values are gaps. A last period in progress is a hollow point, at its value where it
        has one and else at the level of the last closed one. Without any value there is only the title.
    """
    values = [words.finite(row.get("estimate")) for row in rows]
    title = escape(_said(rows, values, label, unit, period, currency))
    known = [value for value in values if value is not None]
    opening = (
        f'<svg class="spark" role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{title}</title>"
    )
    if not known:
        return Markup(f"{opening}</svg>")  # noqa: S704  # the title is escaped, all else are numbers
    places = _places(values, min(known), max(known))
    is_open = bool(rows) and rows[-1].get("status") == "in_progress"
    closed = places[:-1] if is_open else places
    parts = [f'<path class="spark-line" d="{_path(closed)}"/>', *(_dot(at, "spark-dot") for at in _alone(closed))]
    last = next((at for at in reversed(closed) if at is not None), None)
    if is_open:
        x = _x(len(rows) - 1, len(rows))
        end = places[-1] or (x, last[1] if last else HEIGHT / 2)
        if last:
            parts.append(f'<path class="spark-line spark-ahead" d="{_path([last, end])}"/>')
        parts.append(_dot(end, "spark-dot spark-open"))
    elif last:
        parts.append(_dot(last, "spark-dot"))
    return Markup(f"{opening}{''.join(parts)}</svg>")  # noqa: S704  # the title is escaped, all else are numbers


Place = tuple[float, float]


def _x(index: int, count: int) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * (index / (count - 1) if count > 1 else 0.5)


def _places(values: Sequence[float | None], low: float, high: float) -> list[Place | None]:
    # A span of its own would blow noise up to the full height.
    least = LEAST_SPAN * max(abs(low), abs(high))
    middle, span = (low + high) / 2, max(high - low, least) or 1.0
    room = HEIGHT - 2 * EDGE
    return [
        None if value is None else (_x(index, len(values)), EDGE + room * (0.5 - (value - middle) / span))
        for index, value in enumerate(values)
    ]


def _runs(places: Sequence[Place | None]) -> list[list[Place]]:
    return [[at for at in run if at] for has, run in groupby(places, key=lambda at: at is not None) if has]


def _path(places: Sequence[Place | None]) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in _runs(places))


def _alone(places: Sequence[Place | None]) -> list[Place]:
    return [run[0] for run in _runs(places) if len(run) == 1]


def _dot(at: Place, name: str) -> str:
    return f'<circle class="{name}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="2.5"/>'


def _said(
    rows: Sequence[Row], values: Sequence[float | None], label: str, unit: str, period: str, currency: str
) -> str:
    known = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
    if not known:
        return f"{label}: no values yet"
    days = [calendar.first_day(row["period_on"]) for row in rows if row.get("period_on") is not None]
    period = period or calendar.period_of(days)
    ends = []
    for row, value in (known[0], known[-1])[: len(known)]:
        text = words.value(value, unit, 2, currency)
        ends.append(f"{text} in {dates.period(row['period_on'], period)}" if row.get("period_on") else text)
    ahead = ", last period in progress" if rows[-1].get("status") == "in_progress" else ""
    return f"{label}: {', '.join(ends)}{ahead}"
