"""Answers to any survey, as rules ask for them: the latest of everyone, as long as it holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core.grain import ACCOUNT
from uptake.signals.panel import Panel
from uptake.signals.told import latest_sql
from uptake.signals.windows import Floats
from uptake.store.sql import literal

HOLDS_DAYS = 365
"""For how long an answer holds, its own day included."""
NAME = "trim(regexp_replace(lower(survey), '[^a-z0-9]+', '_', 'g'), '_')"
"""SQL for a survey as a plan names it: `Exit survey` is exit_survey."""


def ratings(panel: Panel, survey: str) -> Floats:
    """The latest rating of everyone on the survey's own scale, nan where none holds.

    Accounts have the mean of their users'; where none of these says anything, what was said of the account as a whole.

    Args:
        panel: Whom and when.
        survey: The survey, as a plan names it.
    """
    of = f"{NAME} = {literal(survey)}"
    if panel.grain is not ACCOUNT:
        return panel.held(_latest(panel, "score", of))
    of_users = panel.mean_of_members(ratings(panel.members, survey))[0]
    return np.where(np.isnan(of_users), panel.held(_latest(panel, "score", f"{of} AND user_id IS NULL")), of_users)


def texts(panel: Panel, survey: str) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """The latest answer in words: the number of each on every day, 0 where none holds, and the words.

    Accounts have the latest of anyone in them.

    Args:
        panel: Whom and when.
        survey: The survey, as a plan names it.
    """
    relation = _latest(panel, "nullif(trim(comment), '')", f"{NAME} = {literal(survey)}")
    named = f"SELECT entity_key, begins, ends, dense_rank() OVER (ORDER BY value) AS number, value FROM ({relation})"
    words = panel.cursor.execute(
        f"SELECT DISTINCT number, value FROM ({named}) ORDER BY number".replace("$first", literal(panel.first))
    ).fetchall()
    numbers = np.nan_to_num(panel.held(named, "number")).astype(np.int64)
    return numbers, (None, *(value for _, value in words))


def _latest(panel: Panel, value: str, where: str) -> str:
    return latest_sql(panel, "feedback", value, where, HOLDS_DAYS)
