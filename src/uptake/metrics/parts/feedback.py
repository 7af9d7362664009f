"""What customers said, by entity, as SQL."""

from __future__ import annotations

from uptake.facts import tickets
from uptake.metrics.core.metric import Asked


def feedback_sql(asked: Asked) -> str:
    """SQL for (entity_key, survey, score, feature, feedback_at, import_id, ordinal): every answer with a score.

    Ratings of tickets are answers to the survey `ticket`, given when the ticket was solved.
    """
    return f"""SELECT {asked.grain.key} AS entity_key, survey, score, feature, feedback_at, import_id, ordinal FROM (
            SELECT said.*, coalesce(w.user_key, u.user_key) AS user_key, c.account_key FROM (
                SELECT user_id, account_id, lower(survey) AS survey, score, feature, feedback_at, import_id, ordinal
                FROM raw.feedback
                UNION ALL SELECT user_id, account_id, 'ticket', satisfaction, feature, coalesce(solved_at, opened_at),
                    import_id, ordinal FROM {tickets.LATEST}
            ) said
            LEFT JOIN users u ON u.user_id = said.user_id AND NOT u.is_anonymous
            LEFT JOIN person w ON w.actor_key = u.user_key LEFT JOIN accounts c USING (account_id)
        ) WHERE score IS NOT NULL AND {asked.grain.needs}"""
