"""Places of accounts on two axes at the end of many periods, worked out from columns in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from uptake.metrics.core.metric import Asked, Split, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.parts.people_active import counts
from uptake.metrics.parts.tallies import instant, numbered

Floats = NDArray[np.float64]
CALLED = """SELECT account_key AS entity_key, text, valid_from, valid_to FROM account_attribute
    WHERE name = 'name' AND text IS NOT NULL"""
"""SQL for what accounts were called, and when."""


def places(asked: Asked) -> dict[str, Column]:
    """Of each period every account that was there with seats, by name: period_on, breakdowns, point, title, n, x, y, members.

    Args:
        asked: The question, of the metric `adoption_map`.
    """
    facts, split = numbered(asked, ACCOUNT), asked.split
    of_all = replace(asked, split=None)
    present = facts.spans(ACCOUNT.present)
    names, order = _names(facts)
    called = facts.rows(CALLED)
    edges = periods.edges(asked.cursor, asked.question, asked.plan)
    numbers = {period_on: number for number, (period_on, *_) in enumerate(edges)}
    is_of_people = PEOPLE_ACTIVE in (asked.param("x"), asked.param("y")) or asked.param("y") not in SEATS
    people = [(seats, came) for _, seats, came in counts(of_all)] if is_of_people else []
    x, y = (
        _active(people) if asked.param(side) == PEOPLE_ACTIVE else _axis(of_all, side, facts, numbers)
        for side in ("x", "y")
    )
    has_members = asked.param("y") in (*SEATS, PEOPLE_ACTIVE)
    parts = []
    of_seats = _seats_held(asked, facts) if asked.param("y") in SEATS else (seats for seats, _ in people)
    for number, ((period_on, _, on_at, *_), seats) in enumerate(zip(edges, of_seats, strict=True)):
        at = instant(on_at)
        is_there = present.just_before(at, len(facts.everyone)) & (seats > 0)
        who = order[is_there[order]]
        told: dict[str, Any] = {"period_on": np.datetime64(period_on, "D")}
        if split is not None:
            # by the names of groups, and in one by the ids of accounts
            who, group = _in_groups(split, who, at)
            labels = zip(*split.names, strict=True)
            told |= {label: np.array(said, object)[group] for label, said in zip(split.labels, labels, strict=True)}
        told |= {
            "point": names[who],
            "title": _titles(called, names, at)[who],
            "n": seats[who],
            "x": x[number][who],
            "y": y[number][who],
        }
        told["members"] = np.rint(told["y"] * told["n"]) if has_members else np.nan
        parts.append({name: np.broadcast_to(column, len(who)) for name, column in told.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _in_groups(split: Split, who: Column, at: np.datetime64) -> tuple[Column, Column]:
    """Those who are not left out, group by group in the order of their names, and the group of each."""
    group = split.numbers(at)[who]
    rank = np.argsort([split.names.index(one) for one in sorted(split.names)])
    rows = np.flatnonzero(group >= 0)
    rows = rows[np.argsort(rank[group[rows]], kind="stable")]
    return who[rows], group[rows]


def _active(people: list[tuple[Column, Column]]) -> Floats:
    """Of each period and account the share of its people who came; nan where it has none."""
    shares: Floats = np.full((len(people), len(people[0][0]) if people else 0), np.nan)
    for number, (seats, came) in enumerate(people):
        np.divide(came, seats, out=shares[number], where=seats > 0)
    return shares.clip(max=1.0)


def _seats_held(asked: Asked, facts: Numbered) -> Iterator[Column]:
    """Of each period how many seats every account holds."""
    members = numbered(asked, MEMBER)
    held = members.spans(held_sql(MEMBER))
    account_of = facts.everyone.numbers(members.everyone.keys >> 32)
    for _, _, on_at, *_ in periods.edges(asked.cursor, asked.question, asked.plan):
        of_seats = account_of.take(np.flatnonzero(held.just_before(instant(on_at), len(members.everyone))))
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
