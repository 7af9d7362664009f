"""The SQL an answer shows gives the same numbers when it is run again, also where it meets other settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alike import assert_alike
from scenario_rows import Scenario

import uptake
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.result import Result

PLAN = """
product: {timezone: Europe/Berlin}
active: [task, board, project, ship]
features:
  tasks: {events: [task], eligible: {account.plan: {is_not: Free}}}
  reports: {events: [report, {event: page, where: {path: /about}}], quantity: amount}
launches: {all: {feature: reports, launched_on: 2025-03-01}}
onboarding: {steps: [{name: project, event: project}, {name: "quoted", any: [{event: invite}, task]}]}
activation: {user: {all: [{event: task, at_least: 2}, {any: [report, board, task]}]}}
tasks: {work: {start: task, complete: ship, error: board, within_minutes: 9000}}
value_moments: {shipped: {event: ship}, reported: {all: [{event: report}, {event: task}]}, worked: {event: task, at_least: 2}}
journey: {test: activated}
invites: {sent: invite, accepted: task, invitee: to}
"""
SCENARIOS = ["golden 9", "moved mid-month", "journey"]
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"period": "week"},
    {"entity": "account", "period": "month"},
    {"entity": "member"},
    {"by": "account.id", "where": {"account.id": {"is_not": "nobody's"}}},
    {"by": "user.id", "period": "week", "date_from": "2025-03-01"},
    {"where": {"user.id": {"contains": "$as_of -- ' \" {x}"}}},
]
OUTPUTS = {"time_to_first_value": {"output": "curve"}, "stickiness": {"output": "power"}}


def asked(workspace: uptake.Workspace) -> Iterator[Result]:
    """Every metric of the catalogue in several ways."""
    for name, entry in catalogue().items():
        for question in QUESTIONS:
            entity = question.get("entity", entry.metric.default_entity)
            by_users = any(str(part).startswith("user.") for part in (question.get("by"), *question.get("where", ())))
            if entity in entry.metric.entities and not (entity == "account" and by_users):
                yield workspace.metric(name, **question)
        if name in OUTPUTS:
            yield workspace.metric(name, **OUTPUTS[name])


def numbers(rows: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in sorted(names)} for row in rows]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sql_of_every_metric_gives_its_numbers(scenario: Scenario, name: str) -> None:
    workspace = scenario(name, PLAN)
    with workspace.projection.reading() as elsewhere:
        elsewhere.execute("SET TimeZone = 'Asia/Tokyo'")
        for result in asked(workspace):
            rows = [row for row in result.rows if row.get("row", "cohort") == "cohort"]
            shown = elsewhere.execute(result.sql).to_arrow_table().to_pylist()
            assert_alike(shown, workspace.rows_of(result.sql), result.sql)
            if result.params.get("output") == "curve":  # which begins at 0, whether or not anything happened there
                rows = [row for row in rows if row["at_s"] > 0 or row["reached"]]
            names = set(shown[0]) & {column.name for column in result.columns} if shown else set()
            assert not shown or names >= {"estimate"} or result.kind == "features", result.sql
            assert_alike(numbers(shown, names), numbers(rows, names), result.sql)


@pytest.mark.parametrize("name", SCENARIOS[:1])
def test_asking_again_with_the_parameters_of_an_answer_gives_it_again(scenario: Scenario, name: str) -> None:
    workspace = scenario(name, PLAN)
    for result in asked(workspace):
        again = workspace.metric(result.name, **result.params)
        assert again.params == result.params
        assert again.sql == result.sql
        assert_alike(again.rows, result.rows, result.sql)
