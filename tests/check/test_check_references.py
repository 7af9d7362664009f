"""Reference ranges: each is about a metric there is, and about parameters it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_world import check, event, of, problems

from uptake.metrics.catalogue import catalogue

METRICS = f"Allowed: {', '.join(catalogue())}."


def references(*lines: str) -> str:
    return "references:\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize("rows", [[], [event("task")]], ids=["without events", "with events"])
def test_a_reference_of_a_metric_that_does_not_exist_is_an_error_with_those_that_do(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    text = references("breadth: {low: 3, source: s}", "stikiness: {low: 0.4, source: s}")
    assert of(check(tmp_path, text, events=rows) if rows else check(tmp_path, text), "stikiness") == [
        (
            "error",
            "plan/plan.yml:3",
            "references.stikiness: there is no metric 'stikiness'.",
            f"Did you mean stickiness? {METRICS} Under a name of your own say which is meant: metric.",
        )
    ]


def test_a_reference_under_a_name_of_its_own_says_its_metric(tmp_path: Path) -> None:
    text = references("habit:", "  metric: dau_mau", "  low: 0.4", "  source: s")
    assert of(check(tmp_path, text), "dau_mau") == [
        ("error", "plan/plan.yml:3", "references.habit.metric: there is no metric 'dau_mau'.", METRICS)
    ]


@pytest.mark.parametrize(
    ("params", "what", "do"),
    [
        (
            "short: 7",
            "references.habit.params.short: stickiness has no parameter 'short'.",
            (
                "Allowed: active, output, short_days, long_days, smooth_days, interval, window_days, intervals, at_least,"
                " weekends."
            ),
        ),
        ("short_days: 0", "references.habit.params.short_days: short_days is 0.", "Allowed: 1 to 366."),
        ("short_days: week", "references.habit.params.short_days: short_days is 'week'.", "Allowed: a whole number."),
        ("output: pwoer", "references.habit.params.output: output is 'pwoer'.", "Allowed: ratio, power."),
        ("entity: user", "references.habit.params.entity: stickiness has no parameter 'entity'.", None),
    ],
)
def test_a_parameter_that_the_metric_does_not_take_is_an_error(
    tmp_path: Path, params: str, what: str, do: str | None
) -> None:
    text = references("habit:", "  metric: stickiness", "  low: 0.4", "  source: s", "  params:", f"    {params}")
    ((level, where, said, advice),) = of(check(tmp_path, text), "references.habit")
    assert (level, where, said) == ("error", "plan/plan.yml:7", what)
    assert do is None or advice == do


def test_references_of_metrics_and_parameters_there_are_find_nothing(tmp_path: Path) -> None:
    text = references(
        "breadth: {low: 3, source: s}",
        "habit: {metric: stickiness, params: {short_days: 7, weekends: false}, low: 0.4, source: s}",
    )
    assert problems(check(tmp_path, text, events=[event("task")])) == []


def test_targets_and_owners_are_of_metrics_there_are(tmp_path: Path) -> None:
    way = "baseline: 0.1, target: 0.2, start: 2026-01-01, due: 2026-12-31"
    text = (
        f"targets:\n  a: {{metric: dau_mau, {way}}}\n  activation_rate: {{params: {{entity: team, days: 3}}, {way}}}\n"
        "owners:\n  stikiness: Ada\n"
    )
    found = check(tmp_path, text)
    assert [where for _, where, *_ in of(found, "dau_mau")] == ["plan/plan.yml:2"]
    assert [what for _, _, what, _ in of(found, "entity")] == [
        "targets.activation_rate.params.entity: activation_rate cannot be asked with entity='team'."
    ]
    assert of(found, "days'")
    assert of(found, "owners.stikiness")[0][3].startswith("Did you mean stickiness?")
