"""What is asked of tasks, invites, launches, contracts and tickets: of Uptake alone, as the contest's events have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.contest import ROUNDS, Took, median_of, timed
from bench.report import Table
from uptake.workspace import Workspace

WAYS: Mapping[str, Mapping[str, Any]] = {
    "whole": {},
    "by month": {"period": "month"},
    "by plan": {"by": ["account.plan"]},
}
"""Each question is asked in these ways."""


@dataclass(frozen=True)
class Question:
    """One question to Uptake.

    Args:
        title: What is asked, in words.
        metric: The metric.
        params: Its parameters.
    """

    title: str
    metric: str
    params: Mapping[str, Any] = field(default_factory=dict)


QUORUM = {"all": [{"role": "admin", "event": "event_00"}, {"members": 2, "event": "event_09"}]}
QUESTIONS = (
    Question("Task success", "task_success"),
    Question("Task success of accounts", "task_success", {"entity": "account"}),
    Question("Who labours", "labouring"),
    Question("Consistency, task success beside it", "consistency", {"beside": "tasks"}),
    Question("Invite loop", "invite_loop"),
    Question("Adoption of a launch", "launch_adoption", {"launch": "spring"}),
    Question("Adoption of a launch, by what its campaign reached", "launch_adoption",
             {"launch": "spring", "output": "campaign"}),
    Question("Adoption of a launch, from when each could use it", "launch_adoption", {"launch": "autumn"}),
    Question("Paid conversion", "paid_conversion"),
    Question("Account churn", "account_churn"),
    Question("MRR churn", "mrr_churn"),
    Question("Net revenue retention", "net_revenue_retention"),
    Question("Gross revenue retention", "gross_revenue_retention"),
    Question("Lifetime value", "lifetime_value"),
    Question("Expansion", "expansion"),
    Question("Features that accounts adopted first", "expansion", {"measure": "features"}),
    Question("Early and slow churn", "churn_kind"),
    Question("Churn signals of contracts", "churn_signals", {"entity": "account", "churned": "contract"}),
    Question("Journey", "journey"),
    Question("Tickets per 100 users of a feature", "tickets_per_100_users"),
    Question("Activation by a quorum of roles", "activation_rate", {"entity": "account", "quorum": QUORUM}),
)  # fmt: skip


def numbers(workspace: Workspace, questions: Sequence[Question] = QUESTIONS, rounds: int = ROUNDS) -> Table:
    """Asks every question in every way, after a warm-up.

    Args:
        workspace: Made by `bench.customers`.
        questions: Which ones.
        rounds: How often each is timed.
    """
    rows = []
    for question in questions:
        took = [_median(workspace, question, way, rounds) for way in WAYS.values()]
        rows.append((question.title, *(f"{one.wall_ms:,.0f}" for one in took), *(f"{one.cpu_ms:,.0f}" for one in took)))
    columns = ("question", *(f"{way}, ms" for way in WAYS), *(f"{way}, processor ms" for way in WAYS))
    note = f"Medians of {rounds}, after a warm-up, beside the same events. Aim: 150 ms."
    return Table("Asked of Uptake alone", columns, rows, frozenset(range(1, len(columns))), [note])


def _median(workspace: Workspace, question: Question, way: Mapping[str, Any], rounds: int) -> Took:
    def ask() -> None:
        workspace.metric(question.metric, **question.params, **way)

    ask()
    return median_of([timed(ask) for _ in range(rounds)])
