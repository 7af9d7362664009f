"""What managers write about accounts that are far from their benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from uptake.benchmarks.answer import REASONS, Benchmarks
from uptake.benchmarks.ask import last_day
from uptake.benchmarks.cohorts import cohorts
from uptake.errors import QuestionError
from uptake.plan import Plan
from uptake.store.projection import Cursor
from uptake.store.state import DistanceReason, State

LONGEST_NOTE = 2_000
"""Characters of a note."""


def tell(state: State, cursor: Cursor, plan: Plan, account_id: str, reason: str, note: str) -> None:
    """Keeps a reason, with the last day of the data it was written for.

    Raises:
        QuestionError: There is no such account or reason, or the note is too long.
    """
    if reason and reason not in REASONS:
        raise QuestionError(f"reason is '{reason}'.", allowed=REASONS)
    if len(note) > LONGEST_NOTE:
        raise QuestionError(f"The note has {len(note):,} characters.", allowed=[f"at most {LONGEST_NOTE:,}"])
    if cursor.execute("SELECT 1 FROM accounts WHERE account_id = ?", [account_id]).fetchone() is None:
        raise QuestionError(f"There is no account '{account_id}'.", do="Look the id up with search.")
    state.write_reason(account_id, reason, note.strip(), last_day(cursor, plan, {}))


def with_reasons(found: Benchmarks, told: Mapping[str, DistanceReason]) -> Benchmarks:
    """The answer with what managers wrote, also counted by cohort."""
    if not told:
        return found
    accounts = tuple(
        replace(one, reason=told[one.id].reason, note=told[one.id].note) if one.id in told else one
        for one in found.accounts
    )
    return replace(found, accounts=accounts, cohorts=cohorts(accounts, by=found.by))
