"""Every metric has a second opinion: a model in plain Python that reads what happened one by one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from uptake.metrics.catalogue import catalogue

TESTS = Path(__file__).parents[1]
MODELS = {
    "account_churn": "scenarios/test_money.py::test_the_same_by_reading_subscriptions_one_by_one",
    "activation_rate": "scenarios/test_quorum.py::test_the_naive_model_agrees",
    "active_days_per_week": "scenarios/test_frequency.py::test_a_plain_count_gives_the_same",
    "active_users": "scenarios/test_naive_metrics.py::test_rolling_actives",
    "adoption_decay": "scenarios/test_decay.py::test_a_plain_count_gives_the_same",
    "adoption_half_life": "scenarios/test_decay.py::test_a_plain_count_gives_the_same",
    "adoption_map": "scenarios/test_naive_colleagues.py::test_adoption_map",
    "adoption_rate": "scenarios/test_naive_usage.py::test_adoption_rate",
    "adoption_velocity": "scenarios/test_naive_journey.py::test_velocity_is_timed_to_the_end_of_two_good_intervals",
    "breadth": "scenarios/test_naive_usage.py::test_features_used_and_breadth",
    "churn_kind": "scenarios/test_naive_contracts.py::test_churn_kind",
    "churn_signals": "scenarios/test_churn_signals.py::test_the_same_by_reading_events_one_by_one",
    "cohort_comparison": "scenarios/test_naive_usage.py::test_cohort_comparison",
    "consistency": "scenarios/test_frequency.py::test_a_plain_count_gives_the_same",
    "depth": "scenarios/test_depth.py::test_a_plain_count_gives_the_same_ranks",
    "engagement_matrix": "scenarios/test_maps.py::test_a_plain_count_gives_the_same_matrix",
    "expansion": "scenarios/test_expansion.py::test_the_same_by_reading_subscriptions_one_by_one",
    "feature_adoption": "scenarios/test_naive_metrics.py::test_feature_adoption",
    "feature_discovery_lag": "scenarios/test_naive_journey.py::test_discovery_is_timed_from_when_a_feature_was_open",
    "features_used": "scenarios/test_naive_usage.py::test_features_used_and_breadth",
    "frequency": "scenarios/test_frequency.py::test_a_plain_count_gives_the_same",
    "frequency_classes": "scenarios/test_frequency.py::test_a_plain_count_gives_the_same",
    "funnel": "sequences/test_funnel_metric.py::test_the_metric_counts_what_the_model_counts",
    "gross_revenue_retention": "scenarios/test_money.py::test_the_same_by_reading_subscriptions_one_by_one",
    "invite_loop": "scenarios/test_naive_colleagues.py::test_invite_loop",
    "journey": "scenarios/test_naive_contracts.py::test_journey",
    "labouring": "scenarios/test_naive_colleagues.py::test_labouring",
    "launch_adoption": "scenarios/test_launches.py::test_a_plain_count_gives_the_same_curves",
    "lifecycle": "scenarios/test_naive_usage.py::test_lifecycle",
    "lifetime_value": "scenarios/test_money.py::test_the_same_by_reading_subscriptions_one_by_one",
    "mrr_churn": "scenarios/test_money.py::test_the_same_by_reading_subscriptions_one_by_one",
    "net_revenue_retention": "scenarios/test_money.py::test_the_same_by_reading_subscriptions_one_by_one",
    "onboarding_completion": "scenarios/test_stakeholders.py::test_the_naive_model_agrees",
    "paid_conversion": "scenarios/test_naive_journey.py::test_conversion_is_counted_after_the_day_of_the_split",
    "paths": "scenarios/test_paths.py::test_the_answer_is_what_reading_one_by_one_gives",
    "product_engagement_score": "scenarios/test_engagement_score.py::test_a_plain_count_gives_the_same",
    "retention": "scenarios/test_naive_metrics.py::test_weekly_retention",
    "session_duration": "scenarios/test_naive_usage.py::test_session_duration",
    "sessions_per_week": "scenarios/test_naive_metrics.py::test_sessions_per_week",
    "spread": "scenarios/test_naive_usage.py::test_spread",
    "stickiness": "scenarios/test_naive_metrics.py::test_stickiness",
    "task_success": "scenarios/test_tasks.py::test_the_naive_model_agrees",
    "tickets_per_100_users": "scenarios/test_tickets.py::test_a_plain_count_gives_the_same",
    "time_to_first_value": "scenarios/test_clocks.py::test_quantiles_shares_and_the_test_are_those_of_lifelines",
    "time_to_value": "scenarios/test_naive_contracts.py::test_time_to_value",
    "usage_interval": "scenarios/test_naive_usage.py::test_usage_interval",
    "value_realisation": "scenarios/test_naive_usage.py::test_value_realisation",
}
"""Metric -> the test that holds it against its model."""


def test_every_metric_has_a_model() -> None:
    assert MODELS.keys() == set(catalogue())


@pytest.mark.parametrize(("metric", "where"), MODELS.items())
def test_the_model_is_where_it_is_said_to_be(metric: str, where: str) -> None:
    module, _, test = where.partition("::")
    text = (TESTS / module).read_text()
    assert metric in text
    assert test in {one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)}
