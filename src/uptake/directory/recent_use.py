"""What every account used in the last 30 days: what the page of one account holds it against, read once for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from uptake.plan import Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

DAYS = 30


@dataclass(frozen=True)
class RecentUse:
    """Use of features by account.

    Args:
        use: account_key, feature_key, users, uses; of those that used it.
        active: account_key, active: users that were active at all.
        shares: feature_key, share_of_accounts: of the accounts that were active, those that used it.
    """

    use: pa.Table
    active: pa.Table
    shares: pa.Table

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return int(self.use.nbytes + self.active.nbytes + self.shares.nbytes)

    def of(self, accounts: Sequence[int]) -> Mapping[str, pa.Table]:
        """What some accounts used, as the tables recent_use, recent_active and recent_share."""
        return {
            "recent_use": _rows_of(self.use, accounts),
            "recent_active": _rows_of(self.active, accounts),
            "recent_share": self.shares,
        }


def recent_use(cursor: Cursor, plan: Plan, last_day: date, kept: Kept | None = None) -> RecentUse:
    """The use in the days that end with a day.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        last_day: The last of the days.
        kept: Where it is kept for the next account; None: nowhere.
    """

    def read() -> RecentUse:
        values = {"last_day": last_day}
        recent = f"day > $last_day - {DAYS} AND day <= $last_day AND account_key IS NOT NULL"
        use = cursor.execute(
            f"""SELECT account_key, feature_key, count(DISTINCT user_key) AS users, sum(uses) AS uses
            FROM feature_day WHERE {recent} GROUP BY ALL""",
            values,
        ).to_arrow_table()
        active = cursor.execute(
            f"SELECT account_key, count(DISTINCT user_key) AS active FROM active_day WHERE {recent} GROUP BY ALL",
            values,
        ).to_arrow_table()
        accounts = cursor.execute(f"SELECT count(DISTINCT account_key) FROM account_day WHERE {recent}", values)
        [(total,)] = accounts.fetchall()
        counted = use.group_by("feature_key").aggregate([("account_key", "count")])
        share = [count / total if total else None for count in counted["account_key_count"].to_pylist()]
        shares = {"feature_key": counted["feature_key"], "share_of_accounts": pa.array(share, pa.float64())}
        return RecentUse(use, active, pa.table(shares))

    if kept is None:
        return read()
    return kept.get(cursor, ("recent use", plan.version, last_day), read)


def _rows_of(table: pa.Table, accounts: Sequence[int]) -> pa.Table:
    return table.filter(pa.array(np.isin(table["account_key"].to_numpy(), accounts)))
