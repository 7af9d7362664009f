"""Every metric, at both grains, in several ways: of Uptake alone, over events with tasks, contracts and tickets beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.contest import FOLLOWED, Took, median_of, timed
from bench.report import Table
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.workspace import Workspace

AIM_MS = 150
ROUNDS = 3
LONG_MS = 1000
"""What took longer at first is timed once: nobody doubts that it is slow."""
GRAINS = ("user", "account")
WAYS: Mapping[str, Mapping[str, Any]] = {
    "whole": {},
    "by month": {"period": "month"},
    "by plan": {"by": ["account.plan"]},
}
"""Each question is asked in these ways."""
STEPS = {"steps": ["event_00", "event_01", "event_02"], "window_days": 7}
QUORUM = {"all": [{"role": "admin", "event": "event_00"}, {"members": 2, "event": "event_09"}]}
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "feature_discovery_lag": {"feature": "f03"},
    "funnel": STEPS,
    "launch_adoption": {"launch": "spring"},
}
"""What a metric is not asked without; the others are asked as they come."""
BESIDE: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "account_churn": [{"churned": "inactivity"}, {"over": "year"}],
    "activation_rate": [{"within_days": 14}, {"quorum": QUORUM}, {"criteria": {"event": "event_07", "at_least": 2}}],
    "active_days_per_week": [{"active": "event_00"}, {"among": "present"}],
    "active_users": [{"window": "1"}, {"window": "calendar"}, {"active": "event_00"}, {"active": "f00"}],
    "adoption_decay": [{"feature": "f00"}],
    "adoption_half_life": [{"output": "curve"}],
    "adoption_map": [{"x": "depth", "y": "consistency"}, {"x": "seats_adopted", "y": "sessions_per_week"}],
    "adoption_rate": [{"active_days": 7}],
    "adoption_velocity": [{"output": "curve"}],
    "breadth": [{"window_days": 90}],
    "churn_kind": [{"churned": "inactivity"}, {"output": "list"}],
    "churn_signals": [{"churned": "contract"}, {"marker": "f00"}, {"signals": "features"}],
    "cohort_comparison": [{"cohort": "Pro", "against": "Free"}, {"measure": "activation"}, {"measure": "time_to_value"}],
    "consistency": [{"beside": "tasks"}, {"active": "f00"}, {"interval_days": 14}],
    "depth": [{"feature": "f00"}, {"window_days": 90}],
    "engagement_matrix": [{"x": "users", "y": "uses"}],
    "expansion": [{"measure": "seats"}, {"measure": "features"}, {"output": "ledger"}],
    "feature_adoption": [{"within_days": 30}],
    "feature_discovery_lag": [{"unit": "sessions"}, {"output": "curve"}, {"left": "censored"}],
    "features_used": [{"window_days": 90}],
    "frequency": [{"active": "event_00"}, {"among": "present"}],
    "frequency_classes": [{"active": "f00"}],
    "funnel": [{"order": "strict"}, {"order": "unordered"}, {"entry": "latest"}, {"count": "totals"}, {"exclude": ["event_05"]},
               {"output": "trend"}, {"output": "time_to_convert"}, {"output": "drivers"}],
    "launch_adoption": [{"launch": "autumn"}, {"output": "campaign"}],
    "lifecycle": [{"active": "event_00"}, {"output": "pulse"}],
    "onboarding_completion": [{"who": "every"}, {"output": "progress"}],
    "paid_conversion": [{"split": "event_09"}],
    "paths": [{"after": "event_00"}, {"before": "event_09"}, {"nodes": "features"}, {"output": "sequences"}],
    "retention": [{"unit": "day"}, {"unit": "month"}, {"mode": "rolling"}, {"criterion": "on_or_after"}, {"at_least": 3},
                  {"criterion": "brackets", "brackets": [1, 3, 4]}, {"reference": "previous"}, {"unit_0": "cohort"},
                  {"start": "event_00"}, {"returns": "event_00"}, {"returns": "f00"}, {"start": "activated"},
                  {"start": "event_00", "returns": "event_00"}, {"start": "event_00", "entry": "recurring"},
                  {"start": "event_00", "entry": "every"}],
    "session_duration": [{"beside": "nothing"}],
    "sessions_per_week": [{"beside": "tasks"}],
    "spread": [{"of": "user.role"}, {"feature": "f00"}, {"output": "new"}],
    "stickiness": [{"active": "event_00"}, {"active": "f00"}, {"output": "power"}, {"output": "power", "interval": "week"},
                   {"active": "event_00", "output": "power"}],
    "task_success": [{"task": "report"}, {"task": "keyed"}],
    "tickets_per_100_users": [{"per": "product"}],
    "time_to_first_value": [{"output": "curve"}, {"left": "censored"}, {"criteria": {"event": "event_07", "at_least": 2}}],
    "time_to_value": [{"output": "curve"}],
    "usage_interval": [{"active": "event_00"}],
}  # fmt: skip
"""What metrics are asked beside their defaults."""


@dataclass(frozen=True)
class Question:
    """One question to Uptake.

    Args:
        metric: The metric.
        entity: The grain.
        params: What is not as it comes.
    """

    metric: str
    entity: str
    params: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The question as people type it."""
        needed = NEEDED.get(self.metric, {})
        said = [
            f"{key}={'...' if isinstance(value, dict) else value}"
            for key, value in self.params.items()
            if needed.get(key) != value
        ]
        return " ".join([self.metric, *said])


def questions() -> Iterator[Question]:
    """Every metric of the catalogue at each of its grains that is counted here, and what is asked beside its defaults."""
    for name, entry in catalogue().items():
        for beside in ({}, *BESIDE.get(name, ())):
            for entity in GRAINS:
                if entity in entry.metric.entities:
                    yield Question(name, entity, {**NEEDED.get(name, {}), **beside})


def numbers(
    workspace: Workspace, asked: Sequence[Question], ways: Mapping[str, Mapping[str, Any]] = WAYS, rounds: int = ROUNDS
) -> Table:
    """Asks every question in every way, after a warm-up.

    Args:
        workspace: Made by `bench.customers`.
        asked: Which ones.
        ways: In which ways.
        rounds: How often each is timed.
    """
    rows, clocks = [], list[float]()
    for question in asked:
        took = [_median(workspace, question, way, rounds) for way in ways.values()]
        if not any(took):
            continue  # it is asked of the other grain alone
        clocks += [one.wall_ms for one in took if one]
        cells = [*((one and one.wall_ms) for one in took), *((one and one.cpu_ms) for one in took)]
        rows.append((question.title, question.entity, *("" if cell is None else f"{cell:,.0f}" for cell in cells)))
    columns = ("question", "of", *(f"{way}, ms" for way in ways), *(f"{way}, processor ms" for way in ways))
    quick = sum(clock <= AIM_MS for clock in clocks)
    notes = [
        f"Within {AIM_MS} ms on the clock: {quick} of {len(clocks)}.",
        f"Medians of {rounds}, after a warm-up; of what took a second then, one time. An empty cell: it cannot be asked so.",
        "What funnels and paths followed is kept for questions that only count it otherwise; here it is followed each time.",
    ]
    return Table("Every question, of Uptake alone", columns, rows, frozenset(range(2, len(columns))), notes)


def _median(workspace: Workspace, question: Question, way: Mapping[str, Any], rounds: int) -> Took | None:
    def ask() -> Took:
        workspace.kept.forget(*FOLLOWED)
        return timed(partial(workspace.metric, question.metric, entity=question.entity, **question.params, **way))

    try:
        first = ask()
    except QuestionError:
        return None
    return median_of([ask() for _ in range(rounds if first.wall_ms < LONG_MS else 1)])
