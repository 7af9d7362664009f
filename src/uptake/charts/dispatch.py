"""From a result to the chart that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from uptake.charts import calendar, dates, words
from uptake.charts.bars import bars
from uptake.charts.churned import churned
from uptake.charts.classes import classes
from uptake.charts.cohort_comparison import cohort_comparison
from uptake.charts.drivers import drivers
from uptake.charts.feature_funnel import feature_funnel
from uptake.charts.frame import Row, Spec
from uptake.charts.funnel import funnel
from uptake.charts.journey import journey
from uptake.charts.launch import launch
from uptake.charts.lifecycle import lifecycle
from uptake.charts.movements import movements
from uptake.charts.path_difference import path_difference
from uptake.charts.paths import paths, sequences
from uptake.charts.power_curve import power_curve
from uptake.charts.retention_curve import retention_curve
from uptake.charts.retention_grid import SIMPLE
from uptake.charts.retention_heatmap import retention_heatmap
from uptake.charts.scatter import scatter
from uptake.charts.signals import signals
from uptake.charts.survival import survival
from uptake.charts.theme import config
from uptake.charts.time_to_convert import time_to_convert
from uptake.charts.trend import trend
from uptake.errors import QuestionError

OF_ACCOUNTS = ("movements", "ledger", "churned", "churned_list", "journey", "stuck", "signals")
"""Kinds about what customers pay and where they are."""
OF_ONE_PERIOD: dict[str, Callable[..., Spec]] = {
    "points": scatter, "funnel": funnel, "time_to_convert": time_to_convert, "drivers": drivers,
    "power": power_curve, "launch": launch,
    "paths": paths, "sequences": sequences, "path_difference": path_difference,
    "cohort_comparison": cohort_comparison,
}  # fmt: skip
"""Kinds whose picture is of the last period that is over, or of no period."""
KINDS = (
    "share", "mean", "ratio", "count", "duration", "odds", "quantile", "states", "retention", "retention_heatmap",
    "features", "power", "classes", "funnel", "time_to_convert", "drivers",
    "points", "launch", "paths", "sequences", "path_difference",
    "cohort_comparison",
    "sums", *OF_ACCOUNTS,
)  # fmt: skip


def for_result(
    kind: str,
    rows: Sequence[Row],
    title: str,
    subtitle: str,
    unit: str,
    reference: Mapping[str, Any] | None = None,
    dark: bool = False,
    by: Sequence[str] = (),
    *,
    period: str = "",
    cohort_period: str = "",
    known: Iterable[str] = (),
    currency: str = "",
    counted: str = "",
) -> Spec:
    """The chart of a result, complete with the configuration of its theme.

    Estimates over more than one period are a trend, else bars; a duration with `at_s` is a survival curve.

    Args:
        kind: Kind of the result, or retention_heatmap for the triangle as a picture.
        rows: Rows of the result.
        title: What is shown.
        subtitle: The definition.
        unit: Unit of the estimate.
        reference: `low`, `high` and `source` of the reference range.
        dark: The dark theme.
        by: Breakdown columns.
        period: day, week, month, quarter or year; found from the rows where not given.
        cohort_period: For retention, the period of the cohorts where it is not that of the units.
        known: All segments of the property, so that colours agree between charts.
        currency: Code for the unit currency.
        counted: What the value axis counts, where the unit does not say it: "sessions", "users"; of a launch what its
            days are counted from.

    Returns:
        A Vega-Lite specification with its data inside.

    Raises:
        QuestionError: There is no chart for that kind.
    """
    about: dict[str, Any] = {"title": title, "subtitle": _tested(rows, subtitle)}
    match kind:
        case "share" | "mean" | "ratio" | "count" | "duration" | "odds" | "quantile" | "sums":
            spec = _estimates(rows, unit, reference, by, period, known, currency, about | {"counted": counted})
        case "retention":
            rows = [row for row in rows if row.get("row") != SIMPLE]  # a second mean would be a second curve
            spec = retention_curve(rows, by=by, period=period, cohort_period=cohort_period, known=known, **about)
        case "retention_heatmap":
            spec = retention_heatmap(rows, by=by, period=cohort_period or period, **about)
        case "states":
            spec = lifecycle(
                rows, by=[label for label in by if label != "state"], period=period or "week", noun=counted, **about
            )
        case "classes" if len({row["period_on"] for row in rows if row.get("period_on") is not None}) > 1:
            spec = classes(rows, by=[label for label in by if label != "class"], period=period or "month", **about)
        case "classes":
            spec = bars(rows, unit="share", by=by, known=known, **about)
        case _ if kind in OF_ACCOUNTS:
            spec = _of_accounts(kind, rows, by, {**about, "period": period or "month"}, unit, currency)
        case "features":
            rows, about["subtitle"] = _latest(rows, subtitle, period)
            spec = feature_funnel(rows, by=by, **about)
        case _ if kind in OF_ONE_PERIOD:
            rows, about["subtitle"] = _latest(rows, subtitle, period)
            if kind == "launch" and counted:
                about["since"] = counted
            spec = OF_ONE_PERIOD[kind](rows, by=by, known=known, **about)
        case _:
            raise QuestionError(f"There is no chart for results of the kind {kind!r}.", allowed=KINDS)
    return {**spec, "config": config(dark)}


def _of_accounts(
    kind: str, rows: Sequence[Row], by: Sequence[str], about: dict[str, Any], unit: str, currency: str
) -> Spec:
    match kind:
        case "signals":
            return signals(rows, by=by, title=about["title"], subtitle=about["subtitle"])
        case "journey" | "stuck":
            rows, said = _latest(rows, about["subtitle"], about["period"])
            split = [label for label in by if label != "step"]
            return journey(rows, by=split, title=about["title"], subtitle=said)
        case "churned" | "churned_list":
            return churned(rows, by=[label for label in by if label != "kind"], **about)
        case _:
            split = [label for label in by if label != "movement"] if kind == "movements" else []
            return movements(rows, by=split, unit=unit, currency=currency, **about)


def _tested(rows: Sequence[Row], subtitle: str) -> str:
    """The subtitle with the log-rank test between the groups, where there is one of them all."""
    pvalues = {row["pvalue"] for row in rows if row.get("pvalue") is not None}
    if len(pvalues) != 1:
        return subtitle
    said = f"Log-rank test between the groups: {words.pvalue(*pvalues)}"
    return f"{subtitle.rstrip('.')}. {said}" if subtitle else said


def _latest(rows: Sequence[Row], subtitle: str, period: str) -> tuple[Sequence[Row], str]:
    """The rows of the last period with an answer, and the subtitle saying which that is."""
    answered = [row["period_on"] for row in rows if row.get("period_on") is not None and row.get("status") == "closed"]
    if not answered:
        return rows, subtitle
    starts = [calendar.first_day(start) for start in answered]
    last = max(starts)
    said = dates.period(last, period or calendar.period_of(starts))
    kept = [row for row in rows if row.get("period_on") is not None and calendar.first_day(row["period_on"]) == last]
    return kept, f"{subtitle} ({said})" if subtitle else said


def _estimates(
    rows: Sequence[Row],
    unit: str,
    reference: Mapping[str, Any] | None,
    by: Sequence[str],
    period: str,
    known: Iterable[str],
    currency: str,
    about: dict[str, Any],
) -> Spec:
    if any("at_s" in row for row in rows):
        return survival(rows, by=by, known=known, title=about["title"], subtitle=about["subtitle"])
    about |= {"unit": unit, "reference": reference, "by": by, "known": known, "currency": currency}
    periods = {row["period_on"] for row in rows if row.get("period_on") is not None}
    return trend(rows, period=period, **about) if len(periods) > 1 else bars(rows, **about)
