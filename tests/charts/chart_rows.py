"""Rows of every kind of result, small and made by arithmetic, for the tests of charts and macros."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, nan
from typing import Any

Rows = list[dict[str, Any]]
HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)> \" ' \u2028 {{7*7}} ${datum}"
REFERENCE = {"low": 0.6, "high": 0.8, "source": "A glossary; cites no study"}
BY = "account.plan"


def closed(estimate: float, n: int, **more: Any) -> dict[str, Any]:
    half = (estimate * (1 - estimate) / n) ** 0.5 * 1.96
    ends = {"ci_lower": max(estimate - half, 0.0), "ci_upper": min(estimate + half, 1.0)}
    return {"n": n, "count": round(n * estimate), "estimate": estimate, **ends, "status": "closed", **more}


def without(status: str, n: int, **more: Any) -> dict[str, Any]:
    return {"n": n, "count": None, "estimate": None, "ci_lower": None, "ci_upper": None, "status": status, **more}


def months(count: int) -> list[date]:
    return [date(2025 + (6 + index) // 12, (6 + index) % 12 + 1, 1) for index in range(count)]


def share_trend(segments: Sequence[str] = ()) -> Rows:
    """Fifteen months: the fifth too few, the last in progress; with segments, every segment has that."""
    rows: Rows = []
    for place, segment in enumerate(segments or [""]):
        more = {BY: segment} if segments else {}
        for index, month in enumerate(months(15)):
            row = closed(0.4 + 0.01 * index + 0.03 * place, 200 + index, period_on=month, **more)
            row = without("too_few", 7, period_on=month, **more) if index == 4 else row
            rows.append(without("in_progress", 390, period_on=month, **more) if index == 14 else row)
    return rows


def count_trend() -> Rows:
    """Daily counts, the last day in progress and yet counted."""
    rows = [
        {"period_on": date(2026, 1, 1) + timedelta(days=index), "n": 9000, "estimate": 3000 + 7 * index}
        for index in range(120)
    ]
    return [
        {**row, "ci_lower": None, "ci_upper": None, "status": "in_progress" if row is rows[-1] else "closed"}
        for row in rows
    ]


def funnel(segment: str = "") -> Rows:
    """Three steps of 200: all, 150, none."""
    rows: Rows = []
    for step, (name, count, dropped) in enumerate((("Sign up", 200, 0), (HOSTILE, 150, 50), ("Invite", 0, 150)), 1):
        more = {"step": step, "name": name, "open": 3, "dropped": dropped, "median_s": 4000 if step == 2 else None}
        more |= {"step_conversion_rate": [None, 0.75, 0][step - 1], "dropped_share": [None, 0.25, 1][step - 1]}
        rows.append(closed(count / 200, 200, **more, **({BY: segment} if segment else {})))
    return rows


def times(segment: str = "") -> Rows:
    """Ten bins of an hour and one of all that took longer."""
    more = {"median_s": 9000, "p75_s": 20_000, "p90_s": 40_000, "mean_s": 12_000, **({BY: segment} if segment else {})}
    return [
        closed(
            0.2 if hour < 3 else 0.05, 400, from_s=3600 * hour, to_s=3600 * (hour + 1) if hour < 10 else None, **more
        )
        for hour in range(11)
    ]


def drivers() -> Rows:
    """Twenty drivers from strong to none and below; every other one is sure."""
    return [
        {
            "driver": HOSTILE if place == 1 else f"user.tier = {place}",
            "n_with": 100,
            "n_without": 300,
            "share_with": 0.5 + (10 - place) / 40,
            "share_without": 0.5,
            "estimate": (10 - place) / 40,
            "ci_lower": (10 - place) / 40 - 0.1,
            "ci_upper": (10 - place) / 40 + 0.1,
            "adjusted_pvalue": 0.01 if place % 2 else 0.4,
        }
        for place in range(20)
    ]


def duration_trend() -> Rows:
    rows = []
    for index in range(12):
        days = 14 - 0.75 * index
        estimate, upper = (nan, nan) if index == 3 else (86_400 * days, 86_400 * (days + 2))
        start = date(2026, 3, 2) + timedelta(days=7 * index)
        row = {"period_on": start, "n": 80, "reached": 60, "estimate": estimate, "ci_lower": 86_400 * (days - 2)}
        rows.append({**row, "ci_upper": upper, "status": "closed"})
    return rows


def segment_bars() -> Rows:
    rows = [closed(0.71, 212), closed(0.58, 534), closed(0.31, 1240), without("too_few", 7), without("in_progress", 90)]
    names = ["Enterprise", "Pro", "Free", "Trial", HOSTILE]
    return [{**row, BY: name} for row, name in zip(rows, names, strict=True)]


def curve(median_days: float, segment: str = "") -> Rows:
    rows = []
    for index in range(1, 120):
        at = 90 * (index / 120) ** 2
        reached = 0.9 * (1 - exp(-0.69 * at / median_days))
        row = closed(reached, 300, at_s=at * 86_400, reached=round(300 * reached))
        rows.append({**row, BY: segment} if segment else row)
    return rows


def one_unit(unit: int) -> dict[str, Any]:
    """A column of a triangle that is one unit."""
    return {"unit_index": unit, "first_unit": unit, "last_unit": unit}


def runs_of_units(last_units: Sequence[int | None] = (0, 3, 7)) -> Rows:
    """One cohort and the mean in columns of several units each; None: until now."""
    rows: Rows = []
    for cohort_on in (date(2026, 1, 5), None):
        first = 0
        for index, last in enumerate(last_units):
            run = {"unit_index": index, "first_unit": index if last is None else first, "last_unit": last}
            rows.append(closed(0.9 - index / 10, 100, cohort_on=cohort_on, cohort_size=100, **run))
            first = (last or 0) + 1
    return rows


def triangle(units: int = 6, step_days: int = 7) -> Rows:
    """Cohorts of 100, the first followed longest; cell (c, u) is closed while c + u < units."""
    rows: Rows = []
    for cohort in range(units):
        start = date(2026, 1, 5) + timedelta(days=step_days * cohort)
        for unit in range(units):
            about = {"cohort_on": start, **one_unit(unit), "cohort_size": 100}
            share = 1.0 if unit == 0 else round(0.5 + 0.02 * cohort + 0.3 * exp(-unit), 2)
            rows.append(closed(share, 100, **about) if cohort + unit < units else without("in_progress", 0, **about))
    for unit in range(units):
        rows.append(closed(0.6 if unit else 1.0, 600, cohort_on=None, **one_unit(unit), cohort_size=600))
    return rows


def power() -> Rows:
    shares = [exp(-day / 5) for day in range(1, 29)]
    return [
        closed(share / sum(shares), 2100, days=day, at_least=sum(shares[day - 1 :]) / sum(shares))
        for day, share in enumerate(shares, 1)
    ]


def feature(name: str, title: str, eligible: int, tried: int, adopted: int, retained: int) -> dict[str, Any]:
    row: dict[str, Any] = {"feature": name, "title": title, "tag": "core", "status": "closed", "eligible": eligible}
    for stage, reached, whole in (
        ("tried", tried, eligible),
        ("adopted", adopted, eligible),
        ("retained", retained, adopted),
    ):
        share = reached / whole if whole else None
        row |= {
            stage: reached,
            f"{stage}_share": share,
            f"{stage}_share_ci_lower": share,
            f"{stage}_share_ci_upper": share,
        }
    return row


def features() -> Rows:
    return [
        feature("boards", "Boards", 1000, 800, 600, 300),
        feature("ai", HOSTILE, 1000, 120, 4, 1),
        feature("sso", "Single sign-on", 0, 0, 0, 0),
    ]
