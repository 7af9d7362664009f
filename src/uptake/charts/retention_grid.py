"""Retention rows as a triangle: one line per cohort, one cell per unit, for tables and heatmaps alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from uptake.charts import calendar, dates, words
from uptake.charts.frame import Row
from uptake.charts.segments import segment_of

STEPS = 20
SIMPLE = "simple"
"""What `row` says of the mean in which each cohort, large or small, has one vote."""


@dataclass(frozen=True)
class Cell:
    """One cohort in one unit of its life.

    Args:
        units: Which units since the start, 0 the first: "4", "4-7" (with an en dash), or "4+".
        text: What the cell shows: "58", or "" where the unit is still open or was not asked for.
        heat: 0 to 20, the share in steps of 5 %; None without a value.
        status: closed, in_progress, too_few, not_eligible, or missing where there is no row.
        title: Everything in words: value, n, interval, or why there is none.
        url: Where those who came back are; empty if not told.
    """

    units: str
    text: str
    heat: int | None
    status: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One cohort.

    Args:
        label: The cohort's period in words; "All cohorts" for the mean of all members, "Mean of cohorts" for that of
            all cohorts alike.
        size: Its members, None where unknown.
        is_mean: Whether this is the mean over all cohorts.
        cells: One cell for every unit of the grid.
        started_on: First day of the cohort's period, None for the mean.
    """

    label: str
    size: int | None
    is_mean: bool
    cells: tuple[Cell, ...]
    started_on: date | None = None


def retention_grid(rows: Sequence[Row], period: str = "", by: Sequence[str] = ()) -> list[Line]:
    """Arranges retention rows as lines of cells.

    Args:
        rows: Rows with `row` (weighted or simple on the means), `cohort_on` (None on the means), `unit_index`,
            `first_unit`, `last_unit`, `cohort_size`, `n`, `estimate`, `ci_lower`, `ci_upper` and `status`, and the
            breakdown columns.
        period: The period of the cohorts; found from the rows where not given.
        by: Breakdown columns; every segment has lines of its own.

    Returns:
        The means first, then cohorts in order of time; all lines have the same number of cells.
    """
    starts = [calendar.first_day(row["cohort_on"]) for row in rows if row.get("cohort_on") is not None]
    period = period or calendar.period_of(starts, "unit")
    named = {int(row["unit_index"]): words.units(row["first_unit"], row["last_unit"]) for row in rows}
    units = [named.get(index, str(index)) for index in range(max(named, default=-1) + 1)]
    lines: dict[tuple[str, date | None, bool], dict[int, Row]] = {}
    for row in rows:
        start = None if row.get("cohort_on") is None else calendar.first_day(row["cohort_on"])
        key = (segment_of(row, by), start, row.get("row") == SIMPLE)
        lines.setdefault(key, {})[int(row["unit_index"])] = row
    ordered = sorted(lines, key=lambda key: (key[0], key[1] is not None, key[1] or date.min, key[2]))
    return [_line(*key, lines[key], units, period) for key in ordered]


def _line(
    segment: str, start: date | None, is_simple: bool, cells: dict[int, Row], units: Sequence[str], period: str
) -> Line:
    sizes = [words.finite(row.get("cohort_size")) for row in cells.values()]
    size = next((int(size) for size in sizes if size is not None), None)
    mean = "Mean of cohorts" if is_simple else "All cohorts"
    cohort = mean if start is None else dates.period(start, period)
    label = f"{segment}, {cohort}" if segment else cohort
    row = tuple(_cell(said, cells.get(index)) for index, said in enumerate(units))
    return Line(label, size, start is None, row, start)


def _cell(units: str, row: Row | None) -> Cell:
    if row is None:
        return Cell(units, "", None, "missing", "no value")
    status = row.get("status") or "closed"
    estimate = words.finite(row.get("estimate"))
    if estimate is None:
        said = words.status(status, row.get("n")) or words.NO_VALUE
        return Cell(units, "few" if status == "too_few" else "", None, status, said)
    interval = words.interval(row.get("ci_lower"), row.get("ci_upper"), "share")
    title = f"{words.share(estimate, 3)}, n = {words.count(row.get('n'))}, 95 % interval {interval}"
    word = words.status(status, row.get("n"))
    text = (
        words.share(estimate).removesuffix(f"{words.SPACE}%") if estimate >= 0.1 or estimate == 0 else _small(estimate)
    )
    url = str(row.get("people_of_returned") or row.get("people_of_n") or "")
    return Cell(units, text, heat_of(estimate), status, f"{title}, {word}" if word else title, url)


def _small(estimate: float) -> str:
    return "<1" if estimate < 0.005 else f"{estimate * 100:.0f}"


def heat_of(share: float) -> int:
    """The step of the heat scale of a share, 0 to 20; only nothing is 0 and only all is 20.

    Examples:
        >>> heat_of(0.5), heat_of(0.001), heat_of(0.999)
        (10, 1, 19)
    """
    if share <= 0 or share >= 1:
        return 0 if share <= 0 else STEPS
    return min(max(round(share * STEPS), 1), STEPS - 1)
