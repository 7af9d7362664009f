"""When entities reached something, as SQL: a milestone of the plan, or criteria given with the question."""

from __future__ import annotations

from typing import Any

from uptake.errors import QuestionError
from uptake.facts.milestone import named, reached_sql
from uptake.metrics.metric import Asked
from uptake.plan import criteria
from uptake.store.sql import literal


def milestone_sql(asked: Asked, milestone: str, given: Any = None) -> str:  # noqa: ANN401 - criteria in any form
    """SQL for (entity_key, reached_at).

    Args:
        asked: The question.
        milestone: A milestone of the plan, used if no criteria are given.
        given: Criteria as a plan writes them, or None.

    Raises:
        QuestionError: The plan does not say what the milestone is.
    """
    if given is not None:
        key = f"{asked.grain.key} AS entity_key"
        return reached_sql(asked.cursor, asked.plan, criteria(given), key, asked.grain.needs)
    known = [*named(asked.plan), *(["value"] if asked.plan.value_moments else [])]
    if milestone not in known:
        raise QuestionError(
            f"The plan does not say what '{milestone}' is.",
            allowed=known,
            do="Describe it in the plan, or give criteria with the question.",
        )
    return f"SELECT entity_key, reached_at FROM {asked.grain.milestone} WHERE milestone = {literal(milestone)}"
