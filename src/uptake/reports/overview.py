"""The overview: the questions it opens with, the windows they are asked over, and those before to compare with.

Where everybody is measured at one moment (active users, breadth), the window is the days looked back on until
the last finished day. Where newcomers are followed from their start (activation), it is those who started
within `COHORT_DAYS` days that ended long enough ago for all of them to have had their time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.params import read as read_params
from uptake.plan import Plan, Reference, Target

COHORT_DAYS = 90
MEAN_DAYS = 30
"""Days a mean of days is taken over where nothing else is said."""
RECENT_DAYS = {"day": 62, "week": 26 * 7}
MONTHS = {"month": 12, "quarter": 24}
"""How far a picture by period goes back: days, or months."""


@dataclass(frozen=True)
class Tile:
    """One line of the overview's table.

    Args:
        stage: The stage of adoption it stands for.
        metric: The metric.
        params: Its parameters where they are not the defaults.
        pick: The row that is meant where the metric answers with several: column -> value.
        title: What the line is called where that is not the metric's title.
        made_of: What goes into it where that is not what the metric's own reference range is about.
    """

    stage: str
    metric: str
    params: Mapping[str, Any] = field(default_factory=dict)
    pick: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    made_of: str = ""


TILES: tuple[Tile, ...] = (
    Tile("Activation", "onboarding_completion", pick={"step": "complete"}, title="Set-up completed"),
    Tile("Activation", "activation_rate"),
    Tile("First value", "time_to_first_value"),
    Tile("Feature breadth", "features_used"),
    Tile("Feature breadth", "breadth"),
    Tile("Engagement depth", "sessions_per_week"),
    Tile("Habit", "stickiness", params={"short_days": 7, "long_days": 30}, title="Weekly of monthly active users"),
    Tile("Value realisation", "value_realisation"),
    Tile("Seats", "adoption_rate", pick={"measure": "adopted"}, title="Seats adopted"),
    Tile("Seats", "adoption_rate", pick={"measure": "active"}, title="Seats active", made_of="Active in 28 days"),
)
"""The product adoption glossary's table, in its order, then the seats."""


@dataclass(frozen=True)
class Window:
    """Days an answer is about.

    Args:
        first_on: The first of them; None: from the beginning.
        last_on: The last.
        days: How many are looked back on.
        is_start: Whether newcomers of these days are followed, or everybody is measured at their end.
    """

    first_on: date | None
    last_on: date
    days: int
    is_start: bool

    @property
    def given(self) -> dict[str, Any]:
        """The window as parameters of a question."""
        first = {"date_from": self.first_on.isoformat()} if self.is_start and self.first_on else {}
        return {**first, "date_to": self.last_on.isoformat()}

    @property
    def before(self) -> Window:
        """The window of the same length that ends where this one begins."""
        step = timedelta(days=self.days)
        first = self.first_on - step if self.first_on else None
        return Window(first, self.last_on - step, self.days, self.is_start)

    def begins_before(self, first_day: date | None) -> bool:
        """Whether some of its days lie before the first day with events; None: there is no such day."""
        return first_day is None or self.first_on is None or self.first_on < first_day


def window(entry: Entry, params: Mapping[str, Any], plan: Plan, last_day: date) -> Window:
    """The latest closed window of a metric.

    Args:
        entry: The metric.
        params: Parameters that are asked for.
        plan: The adoption plan; says how long newcomers have.
        last_day: The last finished day.
    """
    if entry.metric.is_snapshot:
        days = _looked_back(entry, params, plan)
        return Window(last_day - timedelta(days=days - 1), last_day, days, is_start=False)
    last_on = last_day - timedelta(days=_time_to_judge(entry.name, params, plan))
    return Window(last_on - timedelta(days=COHORT_DAYS - 1), last_on, COHORT_DAYS, is_start=True)


def months(last_day: date, first_day: date | None = None) -> dict[str, Any]:
    """The parameters of a trend by month whose last month is that of `last_day`; see `recent`."""
    return {"period": "month", "date_from": recent(last_day, "month", first_day).isoformat()}


def recent(last_day: date, period: str, first_day: date | None = None) -> date:
    """Where a picture by period begins if nobody says: as far back as it stays a picture.

    Args:
        last_day: The last finished day.
        period: day, week, month or quarter.
        first_day: Nobody was seen to do anything before; None where that takes nothing from the picture.
    """
    if period in MONTHS:
        month = last_day.year * 12 + last_day.month - MONTHS[period]
        begin = date(month // 12, month % 12 + 1, 1)
    else:
        begin = last_day - timedelta(days=RECENT_DAYS[period])
    return max(begin, min(first_day, last_day)) if first_day else begin


def reference(plan: Plan, metric: str, asked: Mapping[str, Any]) -> Reference | None:
    """The plan's reference range, if what is asked is what the range is about: users, and the range's parameters.

    Args:
        plan: The adoption plan.
        metric: The metric.
        asked: Entity and parameters of the question; those that are missing have their defaults.
    """
    about = (one for one in plan.references.values() if one.metric == metric)
    return next((one for one in about if is_about(plan, one, asked)), None)


def is_about(plan: Plan, one: Reference | Target, asked: Mapping[str, Any]) -> bool:
    """Whether a reference range or a target is about what is asked of its metric: its entity and its parameters."""
    metric = catalogue()[one.metric].metric
    own = {name: value for name, value in one.params.items() if name != "entity"}
    whose, theirs = (params.get("entity") or metric.default_entity for params in (asked, one.params))
    try:
        meant = read_params(metric, own, plan, one.metric)
    except QuestionError:
        return False  # the check of the plan says what is wrong
    given = {name: value for name, value in asked.items() if name in meant}
    return whose == theirs and read_params(metric, given, plan, one.metric) == meant


def _looked_back(entry: Entry, params: Mapping[str, Any], plan: Plan) -> int:
    for name in ("smooth_days", "window_days", "active_days", "window"):
        for param in entry.metric.params:
            if param.name == name:
                given = params.get(name) or param.default_for(plan) or MEAN_DAYS
                return int(given) if str(given).isdecimal() else 1
    return MEAN_DAYS


def _time_to_judge(metric: str, params: Mapping[str, Any], plan: Plan) -> int:
    """Days after the start before which nobody can be judged."""
    if params.get("within_days"):
        return int(params["within_days"])
    if metric == "onboarding_completion" and plan.onboarding:
        return plan.onboarding.within_days
    if metric == "activation_rate" and plan.activation:
        return (
            plan.activation.account.within_days
            if params.get("entity") == "account"
            else plan.activation.user.within_days
        )
    return 0
