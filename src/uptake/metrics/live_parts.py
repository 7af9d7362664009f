"""In how many parts each account is live at the end of many periods, from when its users adopted a feature of each.

The engine would have a row for each account, part and period; here it is a number in a row of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column
from uptake.metrics import periods
from uptake.metrics.metric import Asked

LIVES = pa.schema([("account_key", pa.int32()), ("period_on", pa.date32()), ("parts", pa.int64())])


def live_parts(asked: Asked, part_of: Mapping[int, str], live_share: float, *, is_new: bool) -> pa.Table:
    """Rows (account_key, period_on, parts), of accounts with any.

    Args:
        asked: The question.
        part_of: Key of a feature -> the part it is of. Everybody in an account can use all of them.
        live_share: A part is live if more than this share of the account's users have adopted a feature of it.
        is_new: Count only parts that were not live at the beginning of the period.
    """
    names = list(dict.fromkeys(part_of.values()))
    parts = {key: names.index(part) for key, part in part_of.items()}
    members = _columns(asked, "SELECT member_key >> 32 AS account_key, valid_from, valid_to FROM member_presence")
    adopters = _columns(asked, _adopters_sql(parts))
    accounts, member_account = np.unique(members["account_key"], return_inverse=True)
    cell = np.searchsorted(accounts, adopters["account_key"]) * len(names) + adopters["part"]

    def live(on_day: date, on_at: datetime) -> Column:
        """Which parts of which accounts are live; members are there from an instant on, up to and with another."""
        at = np.datetime64(on_at, "us")
        users = np.bincount(member_account[_is_there(members, at)], minlength=len(accounts))
        has = _is_there(adopters, at) & (adopters["adopted_on"] <= np.datetime64(on_day, "D"))
        adopted = np.bincount(cell[has], minlength=len(accounts) * len(names)).reshape(len(accounts), len(names))
        found: Column = adopted > live_share * users[:, np.newaxis]
        return found

    tables = []
    for period_on, on_day, on_at, day_before, begins_at in periods.edges(asked.cursor, asked.question, asked.plan):
        is_live = live(on_day, on_at)
        if is_new:
            is_live &= ~live(day_before, begins_at)
        counts = np.count_nonzero(is_live, axis=1)
        any_live = np.flatnonzero(counts)
        columns = (accounts[any_live], np.full(len(any_live), np.datetime64(period_on, "D")), counts[any_live])
        tables.append(
            pa.table([pa.array(column, kind) for column, kind in zip(columns, LIVES.types, strict=True)], LIVES)
        )
    return pa.concat_tables(tables) if tables else LIVES.empty_table()


def _adopters_sql(parts: Mapping[int, int]) -> str:
    """SQL for (account_key, part, adopted_on, valid_from, valid_to): who adopted a feature of a part, while a member."""
    pairs = ", ".join(f"({key}, {part})" for key, part in parts.items())
    adopted = f"""SELECT member_key, part, adopted_on FROM member_feature
        JOIN (VALUES {pairs}) part_of(feature_key, part) USING (feature_key) WHERE adopted_on IS NOT NULL"""
    if len(set(parts.values())) < len(parts):
        adopted = f"SELECT member_key, part, min(adopted_on) AS adopted_on FROM ({adopted}) GROUP BY ALL"
    return f"""SELECT member_key >> 32 AS account_key, part, adopted_on, valid_from, valid_to
        FROM ({adopted}) JOIN member_presence USING (member_key)"""


def _columns(asked: Asked, sql: str) -> dict[str, Any]:
    return {name: np.asarray(column) for name, column in asked.cursor.execute(sql).fetchnumpy().items()}


def _is_there(spans: Mapping[str, Any], at: np.datetime64) -> Column:
    found: Column = (spans["valid_from"] < at) & (spans["valid_to"] >= at)
    return found
