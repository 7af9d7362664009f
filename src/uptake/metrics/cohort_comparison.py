"""Cohort comparison.

Whether one cohort does better than another, and how sure that is: retention, activation or time to value of those who
started in one range of days against those of another, or of two groups of one breakdown.

Formula: share of `cohort` less share of `against`, each among members whose time is over: who came back in unit `at`
    (`measure=retention`), or was activated in time (`activation`). With `measure=time_to_value` the Kaplan-Meier numbers
    of both, side by side, or with `output=curve` both curves
Unit: share; seconds for time_to_value
Grain: user, account, or user in one account
Population: both cohorts: `cohort` and `against` are ranges of start days such as 2026-04-01/2026-06-30, or two values of
    the first breakdown, of those who started in the question's range. `latest` are the last 28 days of starts that have
    had the time, `before` the 28 days before those
Empty: no value while no member's time is over: "in progress"
Interval: Newcombe's for the difference, Wilson's for both shares, 95 %; `relative_change` by the delta method with Welch's
    degrees of freedom, none where on a side nobody or everybody did it; log-rank test between curves
Pitfall: this is observational: cohorts differ in more than in what was changed between them (season, campaigns, who
    signs up), so a difference need not be an effect of it. An experiment tells
Source: requirements D4; definitions 5.3, 5.7, 5.9
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.columnar import Columnar
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Row, Sql, plain
from uptake.metrics.core.query import compose
from uptake.metrics.kinds.compared import SIDES, ComparedDurations, ComparedShares
from uptake.metrics.parts.durations import LEFT, OUTPUT, by_days, durations
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.retention_counts import counts
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.store.sql import expand, literal

LATEST, BEFORE = "latest", "before"
"""Cohorts that are meant where nobody names one."""
SPAN = 28
"""Days of start of each of these."""
DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92}
OBSERVATIONAL = (
    "This comparison is observational: the cohorts differ in more than in what was changed between them, so a difference"
    " need not be its effect."
)


def rows(asked: Asked) -> Sql:
    """The members of both cohorts, each by its own range, or everybody where a breakdown tells them apart."""
    cohorts = _cohorts(asked.question.params)
    ranges = {given: _range(given) or _of_late(asked, given) for given in cohorts}
    parts = []
    for name, days in ranges.items():
        if days is None:
            return Sql(_members(asked), notes=(OBSERVATIONAL,))
        parts.append(f"SELECT {literal(name)} AS cohort, * FROM ({_members(_within(asked, *days))})")
    return Sql(" UNION ALL ".join(parts), notes=(OBSERVATIONAL,))


def _within(asked: Asked, first: date, last: date) -> Asked:
    last = min(last, asked.question.last_day)
    return replace(asked, question=replace(asked.question, date_from=min(first, last), date_to=last))


def _of_late(asked: Asked, given: str) -> tuple[date, date] | None:
    """The range of `latest` or `before`; None for any other word."""
    if given not in (LATEST, BEFORE):
        return None
    match asked.param("measure"):
        case "retention":
            judged_after = (asked.param("at") + 2) * DAYS[asked.param("unit")]
        case "activation":
            judged_after = asked.param("within_days") or 30
        case _:
            judged_after = max(asked.param("by_days"), default=30)
    back = judged_after + (SPAN if given == BEFORE else 0)
    last = asked.question.date_to - timedelta(days=back)
    return last - timedelta(days=SPAN - 1), last


def _members(asked: Asked) -> str:
    """SQL for (entity_key, anchor_at, value, is_open), or with durations, of those who started in the range."""
    match asked.param("measure"):
        case "retention":
            at = asked.param("at")
            return _of(
                asked,
                "retention",
                _of_retention(asked),
                f"""SELECT r.entity_key, r.anchor_at, ((r.mask & u.bits) <> 0)::INT AS value,
                r.closed_units <= coalesce(u.last_unit, u.first_unit) AS is_open
            FROM (%s) r JOIN unit u ON u.unit_index = {at}""",
            )
        case "activation":
            given = asked.param("within_days")
            own = {} if given is None else {"within_days": given}
            return _of(asked, "activation_rate", own, "SELECT entity_key, anchor_at, value, is_open FROM (%s)")
    sql = durations(asked, asked.param("start") or START_OF_LIFE, moment_sql(asked, asked.param("until")))
    columns = "SELECT entity_key, anchor_at, is_reached, duration_s"
    return expand(*compose(asked, replace(sql, select=f"{columns} FROM ({sql.select})")))


def _of(asked: Asked, name: str, given: Mapping[str, Any], select: str) -> str:
    """The rows of another metric for the same entities and days, with every parameter written out."""
    metric, asked = entry(name).metric, _asked_of(asked, name, given)
    sql = metric.rows(asked)
    return expand(*compose(asked, replace(sql, select=select % sql.select)))


def _asked_of(asked: Asked, name: str, given: Mapping[str, Any]) -> Asked:
    """The same question to another metric."""
    params = {param.name: param.default_for(asked.plan) for param in entry(name).metric.params} | dict(given)
    # cohorts of days, as a range of days is asked for and not the weeks or months it touches
    period = "day" if name == "retention" else None
    return replace(asked, question=replace(asked.question, metric=name, params=params, period=period))


def _of_retention(asked: Asked) -> dict[str, Any]:
    """What retention is asked."""
    own = {name: asked.param(name) for name in ("unit", "start", "returns", "criterion")}
    return {**own, "units": max(asked.param("at"), 1)}


def totals(asked: Asked) -> Sql | None:
    """Both groups of a breakdown as retention counts them, without a row for each member."""
    if asked.param("measure") != "retention" or not (asked.split and asked.split.labels):
        return None
    if labels(asked.question.params) or any(map(_range, _cohorts(asked.question.params))):
        return None
    found = counts(_asked_of(asked, "retention", _of_retention(asked)))
    names, rows = plain(asked.split.labels), found.counted if found else None
    return Sql(notes=(OBSERVATIONAL,), counted=lambda: _added(asked, names, Columnar(*rows()).rows)) if rows else None


def _added(asked: Asked, names: list[str], rows: list[Row]) -> list[Row]:
    """Cells of retention, added up over the days of start, as the kind reads them."""
    cohorts, (name, *rest) = _cohorts(asked.question.params), names
    nobody = dict.fromkeys((f"{count}_{side}" for side in SIDES for count in ("n", "count", "open")), 0)
    groups: dict[tuple[str, ...], Row] = {} if rest else {(): dict(nobody)}
    for row in rows:
        if row["unit_index"] != asked.param("at"):
            continue
        group = groups.setdefault(tuple(row[label] for label in rest), dict(nobody))
        for side, cohort in zip(SIDES, cohorts, strict=True):
            if row[name] == cohort:
                group[f"n_{side}"] += row["n"]
                group[f"count_{side}"] += row["returned"]
                group[f"open_{side}"] += row["cohort_size"] - row["n"]
    return [dict(zip(rest, group, strict=True)) | groups[group] | _estimate(groups[group]) for group in sorted(groups)]


def _estimate(row: Row) -> Row:
    is_told = row["n_a"] and row["n_b"]
    return {"estimate": row["count_a"] / row["n_a"] - row["count_b"] / row["n_b"] if is_told else None}


def _cohorts(params: Mapping[str, Any]) -> tuple[str, str]:
    given = [str(params[name] or "").strip() for name in ("cohort", "against")]
    if "" in given or given[0] == given[1]:
        raise QuestionError(
            f"cohort is '{given[0]}' and against is '{given[1]}'.",
            allowed=["two ranges of start days, such as 2026-04-01/2026-06-30", "with a breakdown, two of its values"],
        )
    return given[0], given[1]


def _range(given: str) -> tuple[date, date] | None:
    """First and last day of start; None where what was given is no range.

    Raises:
        QuestionError: It ends before it begins.
    """
    first, _, last = given.partition("/")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        return None
    if begin > end:
        raise QuestionError(f"'{given}' ends before it begins.", do="Swap its days.")
    return begin, end


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Ranges tell cohorts apart themselves."""
    are_ranges = all(given in (LATEST, BEFORE) or _range(given) for given in _cohorts(params))
    return ("cohort",) if are_ranges else ()


def kind(params: Mapping[str, Any]) -> Kind:
    """Shares, or durations."""
    compared = ComparedDurations if params["measure"] == "time_to_value" else ComparedShares
    return compared(_cohorts(params))


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    labels=labels,
    params=(
        Param("cohort", "text", "The cohort: a range of start days such as 2026-04-01/2026-06-30, latest, or a value of"
              " the breakdown.", default=LATEST),
        Param("against", "text", "The cohort it is held against, likewise.", default=BEFORE),
        Param("measure", "choice", "What is compared.", default="retention",
              choices=("retention", "activation", "time_to_value")),
        Param("unit", "choice", "Retention: length of a unit.", default="week",
              choices=("day", "week", "month", "quarter")),
        Param("at", "integer", "Retention: in which unit after the start.", default=4, least=0, most=100),
        Param("criterion", "choice", "Retention: in exactly the unit, or in it or later.", default="on",
              choices=("on", "on_or_after")),
        Param("start", "selector", "What begins a member's time: start_of_life, a milestone or an event.",
              default=START_OF_LIFE),
        Param("returns", "selector", "Retention: what counts as coming back.", default="active"),
        Param("within_days", "integer", "Activation: days from the start; the plan's if not given.", least=1, most=3660),
        Param("until", "moment", "Time to value: what stops the clock.", default="value"),
        LEFT,
        by_days(1, 7, 14, 30),
        OUTPUT,
    ),
    is_snapshot=False,
)  # fmt: skip
