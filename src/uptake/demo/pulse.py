"""What those who look after customers think of them: the pulse, from 1 to 5.

It is an opinion, and it is planted as one: it praises shelfware, whose few users are glad to talk, it hears of a decay
when half of it is over, and some stop saying anything.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.demo import columns, planted
from uptake.demo.accounts import Accounts
from uptake.demo.contracts import History
from uptake.demo.period import FAR, Period
from uptake.demo.sessions import DAY_MS, HOUR_MS


def added(
    rng: np.random.Generator, accounts: Accounts, history: list[History], answers: pa.Table, period: Period
) -> pa.Table:
    """Ratings of accounts that went live, every four to seven weeks, among the answers of users.

    Args:
        rng: Where chance comes from.
        accounts: The accounts.
        history: Their contracts.
        answers: What users said.
        period: The days.
    """
    rated: list[tuple[int, int, int]] = []
    for states in history:
        last = states[-1]
        begin, end = max(last.live, 0), min(period.days, int(accounts.churned[last.account]))
        kind = rng.random()
        if last.live >= FAR or kind < planted.PULSE_NEVER:
            continue
        if kind < planted.PULSE_NEVER + planted.PULSE_STOPPED:
            end = min(end, period.days - planted.PULSE_SILENT_DAYS)
        day = begin + int(rng.integers(7, 36))
        while day < end:
            stars = int(np.clip(round(_mean(accounts, last.account, day) + rng.normal(0.0, 0.45)), 1, 5))
            rated.append((last.account, day, stars))
            day += int(rng.integers(28, 50))
    account, on, stars_ = (
        np.array(part, np.int64) for part in zip(*sorted(rated, key=lambda one: one[1]), strict=True)
    )
    own = pa.table(
        {
            "account_id": pa.array(np.array(accounts.ids)[account]),
            "survey": pa.array(["pulse"] * len(account)),
            "score": pa.array(stars_.astype(np.float64)),
            "feedback_at": columns.instants(period, on * DAY_MS + 15 * HOUR_MS),
        }
    )
    return pa.concat_tables([answers, own], promote_options="default").sort_by("feedback_at")


def _mean(accounts: Accounts, account: int, day: int) -> float:
    late = (int(accounts.decay_from[account]) + int(accounts.decay_to[account])) // 2
    return planted.PULSE_LATE if day >= late else planted.PULSE[int(accounts.archetype[account])]
