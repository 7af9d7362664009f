"""When entities reached something, as SQL: a milestone of the plan, or criteria given with the question."""

from __future__ import annotations

from typing import Any

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.criteria import reached_sql
from uptake.facts.milestone import named
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.population import eligible_sql
from uptake.plan import Conditions, Plan, criteria
from uptake.store.sql import literal

PLACES = ("activated", "value")
"""Milestones that every plan has a place for."""


def milestone_sql(asked: Asked, milestone: str, given: Any = None) -> str:  # noqa: ANN401 - criteria in any form
    """SQL for (entity_key, reached_at).

    Args:
        asked: The question.
        milestone: A milestone of the plan, used if no criteria are given.
        given: Criteria as a plan writes them, or None.

    Raises:
        DefinitionMissing: The plan does not describe activation, or no value moment.
        QuestionError: The plan does not name the milestone.
    """
    if given is not None:
        key = f"{asked.grain.key} AS entity_key"
        return reached_sql(asked.cursor, asked.plan, criteria(given), key, asked.grain.needs)
    known = [*named(asked.plan), *(["value"] if asked.plan.value_moments else [])]
    if milestone not in known:
        raise (DefinitionMissing if milestone in PLACES else QuestionError)(
            f"The plan does not say what '{milestone}' is.",
            allowed=known,
            do="Describe it in the plan, or give criteria with the question.",
        )
    return f"SELECT entity_key, reached_at FROM {asked.grain.milestone} WHERE milestone = {literal(milestone)}"


def value_conditions(plan: Plan) -> tuple[Conditions, ...]:
    """Conditions of which one has to hold for somebody to be able to reach value; none: everybody can."""
    found = tuple(dict.fromkeys(moment.eligible for moment in plan.value_moments.values()))
    return () if () in found else found


def can_reach_value_sql(asked: Asked) -> str:
    """SQL for (entity_key, period_on): to whom one of the value moments was open at the end of each period.

    Args:
        asked: The question; its plan has value moments, and none is open to everybody.
    """
    return " UNION ".join(eligible_sql(asked, conditions) for conditions in value_conditions(asked.plan))
