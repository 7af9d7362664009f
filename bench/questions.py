"""The questions: each a call of Uptake and the SQL that asks the same of the raw events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SQL = Path(__file__).parent / "clickhouse"
PLAN = Path(__file__).parent / "plan.yml"


@dataclass(frozen=True)
class Question:
    """One question to both.

    Args:
        name: The file of its SQL in `bench/clickhouse`, without the ending.
        title: What is asked, in words.
        metric: The metric of Uptake.
        columns: What the answers have in common: columns of both, the first ones tell the rows apart.
        params: Parameters of the metric.
        only: Values that rows of Uptake have to have; it answers more than was asked. Rows that count
            nobody, because their time is not over, are left out too.
    """

    name: str
    title: str
    metric: str
    columns: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The question in ClickHouse's SQL; `{table}`, `{first_day}`, `{last_day}` and `{as_of}` are bound."""
        return (SQL / f"{self.name}.sql").read_text("utf-8")


COHORT = ("cohort_on", "unit_index", "n", "returned", "estimate")
SHARE = ("n", "count", "open", "estimate")
MEAN = ("n", "estimate", "median")

QUESTIONS = (
    Question(
        "active_users_daily", "Active users, every day of a year", "active_users", ("period_on", "estimate"),
        {"window": "1", "period": "day"},
    ),
    Question(
        "active_users_rolling_28", "Active users, rolling 28 days, every week of a year", "active_users",
        ("period_on", "estimate"), {"window": "28", "period": "week"},
    ),
    Question(
        "retention_weekly", "Weekly retention, a year's triangle", "retention", COHORT, {"unit": "week", "units": 52},
        {"row": "cohort"},
    ),
    Question(
        "retention_monthly_rolling", "Retention by 30 x 24 hours, a year's triangle", "retention", COHORT,
        {"unit": "month", "mode": "rolling", "units": 11}, {"row": "cohort"},
    ),
    Question("activation_rate", "Activation rate", "activation_rate", SHARE),
    Question("onboarding_completion", "Onboarding, three steps", "onboarding_completion", ("step", *SHARE)),
    Question(
        "time_to_first_value", "Time to first value", "time_to_first_value",
        ("n", "reached", "estimate", "p25", "by_1d", "by_7d", "by_14d", "by_30d"),
    ),
    Question("stickiness", "Stickiness of the last 30 days", "stickiness", ("days", "active", "estimate")),
    Question(
        "stickiness_monthly", "Stickiness, every month of a year", "stickiness",
        ("period_on", "days", "active", "estimate"), {"period": "month", "smooth_days": 7},
    ),
    Question(
        "stickiness_power", "Power curve of the last 28 days", "stickiness", ("days", "n", "count", "estimate"),
        {"output": "power"},
    ),
    Question(
        "lifecycle", "New, current, resurrected and dormant users, every week of a year", "lifecycle",
        ("period_on", "state", "n", "estimate"), {"period": "week"},
    ),
    Question("frequency_classes", "Frequency classes of the last 14 days", "frequency_classes", ("class", *SHARE)),
    Question(
        "feature_adoption", "Adoption of 30 features", "feature_adoption",
        ("feature", "eligible", "tried", "adopted", "retained", "estimate"),
    ),
    Question("features_used", "Features used in the last 30 days", "features_used", MEAN),
    Question(
        "features_used_monthly", "Features used, every month of a year", "features_used", ("period_on", *MEAN),
        {"period": "month"},
    ),
    Question("breadth", "Breadth of use in the last 30 days", "breadth", MEAN),
    Question(
        "breadth_monthly", "Breadth of use, every month of a year", "breadth", ("period_on", *MEAN),
        {"period": "month"},
    ),
    Question("sessions_per_week", "Sessions per week of the last 28 days", "sessions_per_week", MEAN),
    Question(
        "value_realisation", "Value realisation in the last 30 days", "value_realisation", ("n", "count", "estimate")
    ),
    Question(
        "value_realisation_monthly", "Value realisation, every month of a year", "value_realisation",
        ("period_on", "n", "count", "estimate"), {"period": "month"},
    ),
    Question(
        "funnel", "Funnel of three steps, in order, within 7 days", "funnel", ("step", "n", "count", "estimate"),
        {"steps": ["event_00", "event_01", "event_02"], "window_days": 7, "open": "count"},
    ),
    Question("adoption_rate", "Adopted and active seats", "adoption_rate", ("measure", "n", "count", "estimate")),
)  # fmt: skip
