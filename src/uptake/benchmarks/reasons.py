"""Why an account may be far from its benchmark: what it lacks that exemplary accounts have.

These are places to look, not causes: nothing here says that an account would be nearer if it had them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from uptake.benchmarks.measured import NO_TYPE, Measured
from uptake.facts.milestone import STEP
from uptake.plan import Plan
from uptake.store.sql import literal

ACTIVE_DAYS = 28
"""Days in which a member has to have been active for their role to count as filled."""
Rows = dict[int, set[str]]


@dataclass(frozen=True)
class Lacks:
    """What accounts lack, by row of the panel.

    Args:
        steps: Required steps of onboarding that nobody there has done.
        trainings: How many trainings they had.
        roles: Roles that most exemplary accounts have an active member in, and they have none: role -> whether
            somebody holds it who is not active.
        trained: By type, how many of the exemplary accounts had a training.
    """

    steps: Mapping[int, tuple[str, ...]]
    trainings: Mapping[int, int]
    roles: Mapping[int, Mapping[str, bool]]
    trained: tuple[int, ...]


def lacks(made: Measured, plan: Plan) -> Lacks:
    """What every account lacks as of the panel's last day."""
    best = made.exemplars[:, :, -1]
    trainings = _trainings(made)
    return Lacks(
        _steps(made, plan),
        trainings,
        _roles(made),
        tuple(sum(row in trainings for row in np.flatnonzero(chosen).tolist()) for chosen in best),
    )


def _steps(made: Measured, plan: Plan) -> dict[int, tuple[str, ...]]:
    wanted = [step.name for step in plan.onboarding.steps if step.required] if plan.onboarding else []
    if not wanted:
        return {}
    panel = made.panel
    done: Rows = {}
    for key, name in panel.cursor.execute(
        f"""SELECT entity_key, substr(milestone, {len(STEP) + 1}) FROM {panel.grain.milestone}
        WHERE milestone LIKE '{STEP}%' AND reached_at < $as_of""",
        {"as_of": panel.asked.question.as_of},
    ).fetchall():
        done.setdefault(key, set()).add(name)
    return {
        row: missing
        for row in np.flatnonzero(panel.present[:, -1]).tolist()
        if (missing := tuple(name for name in wanted if name not in done.get(int(panel.keys[row]), ())))
    }


def _trainings(made: Measured) -> dict[int, int]:
    """How many touches of those kinds an account had, with it or with somebody who was in it then."""
    panel = made.panel
    found: dict[int, int] = {}
    for number, benchmark in enumerate(made.types):
        rows = panel.cursor.execute(
            f"""WITH touch AS (
                SELECT touch_at, account_id, user_id, row_number() OVER () AS number FROM raw.touches
                WHERE touch_at < $as_of AND list_contains({literal([kind.lower() for kind in benchmark.training])}, lower(touch))
            ), met AS (
                SELECT number, account_key FROM touch JOIN accounts USING (account_id)
                UNION SELECT number, m.account_key FROM touch t JOIN users u USING (user_id)
                LEFT JOIN person p ON p.actor_key = u.user_key
                JOIN membership m ON m.user_key = coalesce(p.user_key, u.user_key)
                    AND m.valid_from <= t.touch_at AND m.valid_to > t.touch_at
                WHERE t.account_id IS NULL
            )
            SELECT account_key, count(*) FROM met GROUP BY 1""",
            {"as_of": panel.asked.question.as_of},
        ).fetchall()
        row = panel.rows(np.array([key for key, _ in rows], dtype=np.int64))
        of_type = made.type_of[:, -1]
        found |= {
            at: count for at, (_, count) in zip(row.tolist(), rows, strict=True) if at >= 0 and of_type[at] == number
        }
    return found


def _roles(made: Measured) -> dict[int, dict[str, bool]]:
    panel = made.panel
    held: Rows = {}
    active: Rows = {}
    for key, role, is_active in panel.cursor.execute(
        f"""SELECT r.account_key, r.role, bool_or(d.member_key IS NOT NULL) FROM member_role r
        LEFT JOIN (SELECT DISTINCT member_key FROM member_day WHERE day > $last::DATE - {ACTIVE_DAYS} AND day <= $last) d
            ON d.member_key = ((r.account_key::BIGINT << 32) | r.user_key)
        WHERE r.valid_from < $as_of AND r.valid_to >= $as_of GROUP BY 1, 2""",
        {"as_of": panel.asked.question.as_of, "last": panel.last},
    ).fetchall():
        held.setdefault(key, set()).add(role)
        if is_active:
            active.setdefault(key, set()).add(role)
    wanted = []
    for chosen in made.exemplars[:, :, -1]:
        keys = [int(key) for key in panel.keys[chosen]]
        roles = sorted({role for key in keys for role in active.get(key, ())})
        wanted.append([role for role in roles if 2 * sum(role in active.get(key, ()) for key in keys) > len(keys)])
    found = {}
    for row in np.flatnonzero(panel.present[:, -1] & (made.type_of[:, -1] != NO_TYPE)).tolist():
        key = int(panel.keys[row])
        without = {
            role: role in held.get(key, ()) for role in wanted[made.type_of[row, -1]] if role not in active.get(key, ())
        }
        if without:
            found[row] = without
    return found
