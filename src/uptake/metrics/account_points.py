"""Places of accounts on two axes at the end of many periods, worked out from columns in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.facts.entity_days import Column
from uptake.metrics.adoption_rate import held_sql
from uptake.metrics.axes import AXES, PEOPLE_ACTIVE, SEATS
from uptake.metrics.core import periods
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.parts.people_active import counts
from uptake.metrics.parts.tallies import instant, numbered

Floats = NDArray[np.float64]
CALLED = """SELECT account_key AS entity_key, text, valid_from, valid_to FROM account_attribute
    WHERE name = 'name' AND text IS NOT NULL"""
"""SQL for what accounts were called, and when."""


def places(asked: Asked) -> dict[str, Column]:
    """Of each period every account that was there with seats, by name: period_on, point, title, n, x, y, members.

    Args:
        asked: The question, of the metric `adoption_map`.
    """
    facts = numbered(asked, ACCOUNT)
    present = facts.spans(ACCOUNT.present)
    names, order = _names(facts)
    called = facts.rows(CALLED)
    edges = periods.edges(asked.cursor, asked.question, asked.plan)
    numbers = {period_on: number for number, (period_on, *_) in enumerate(edges)}
    x, y = (_axis(asked, side, facts, numbers) for side in ("x", "y"))
    parts = []
    of_seats = _seats_held(asked, facts) if asked.param("y") in SEATS else (seats for _, seats, _ in counts(asked))
    for number, ((period_on, _, on_at, *_), seats) in enumerate(zip(edges, of_seats, strict=True)):
        at = instant(on_at)
        is_there = present.just_before(at, len(facts.everyone)) & (seats > 0)
        who = order[is_there[order]]
        told = {
            "period_on": np.full(len(who), np.datetime64(period_on, "D")),
            "point": names[who],
            "title": _titles(called, names, at)[who],
            "n": seats[who],
            "x": x[number][who],
            "y": y[number][who],
        }
        has_members = asked.param("y") in (*SEATS, PEOPLE_ACTIVE)
        parts.append({**told, "members": np.rint(told["y"] * told["n"]) if has_members else np.full(len(who), np.nan)})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _seats_held(asked: Asked, facts: Numbered) -> Iterator[Column]:
    """Of each period how many seats every account holds."""
    members = numbered(asked, MEMBER)
    held = members.spans(held_sql(MEMBER))
    account_of = facts.everyone.numbers(members.everyone.keys >> 32)
    for _, _, on_at, *_ in periods.edges(asked.cursor, asked.question, asked.plan):
        of_seats = account_of[held.just_before(instant(on_at), len(members.everyone))]
        yield np.bincount(of_seats[of_seats >= 0], minlength=len(facts.everyone))


def _axis(asked: Asked, side: str, facts: Numbered, numbers: dict[Any, int]) -> Floats:
    """Of each period and account what lies on an axis; nan where it has no value."""
    axis = AXES[asked.param(side)]
    tables = axis.tables(asked, "")
    if tables:
        (table,) = (made() for made in tables.values())
    else:
        sql, values = axis.sql(asked, "")
        with executed(asked, Sql("SELECT entity_key, period_on, value FROM axis", values, {"axis": sql})) as answer:
            table = answer.to_arrow_table()
    missing = 0.0 if axis.of_active else np.nan
    found = np.full((len(numbers), len(facts.everyone)), missing)
    known = pa.array(list(numbers), pa.date32())
    number = pc.index_in(table["period_on"], value_set=known).to_numpy(zero_copy_only=False)
    who = facts.everyone.numbers(table["entity_key"].to_numpy())
    value = table["value"].to_numpy(zero_copy_only=False).astype(np.float64)
    is_known = who >= 0
    found[number[is_known], who[is_known]] = np.where(np.isnan(value), missing, value)[is_known]
    return found


def _names(facts: Numbered) -> tuple[Column, Column]:
    """The id of each account by number, and the numbers in the order of ids."""
    ids = facts.rows("SELECT account_key AS entity_key, account_id FROM accounts ORDER BY account_id")
    names = np.full(len(facts.everyone), None, object)
    names[ids.number] = ids.values["account_id"]
    return names, ids.number


def _titles(called: Rows, names: Column, at: np.datetime64) -> Column:
    """What each account was called just before an instant: its name, or its id."""
    then = np.flatnonzero((called.values["valid_from"] < at) & (called.values["valid_to"] >= at))
    titles = names.copy()
    titles[called.number[then]] = called.values["text"][then]
    return titles
