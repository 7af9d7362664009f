"""Adoption rate.

The share of seats whose users have adopted the product, and beside it the share that is actively using it.

Formula: seats whose user has adopted / seats held at the end of the period by those who can reach value. Adopted:
    ever reached a value moment, and active in at least 2 of the last 4 closed usage intervals; without value moments
    in the plan the latter alone. Active: active in the last 28 days / all seats
Unit: share
Grain: user (each user with a seat once), user in one account (each seat), account (mean of the accounts' shares)
Population: everyone with a seat then, also those who never came; without a seat roster, everyone who was there then.
    Adopted is asked of those alone to whom a value moment is open then, if moments have conditions under `eligible`:
    who could not get there has not failed to
Empty: no value where there are no seats; of adopted none where nobody with a seat can reach value; adopted is in
    progress until two usage intervals of data are over
Interval: Wilson for seats, Student's t over accounts, 95 %
Pitfall: active is not adopted, which is why both are shown; sign-ups and invited seats are in the denominator
Source: definitions 5.25; GitLab keeps licence use and engagement apart in the same way
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column
from uptake.metrics.core.grain import MEMBER, Grain
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Source, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.group_interval import INTERVAL_DAYS, Length, length, measured
from uptake.metrics.parts.milestones import can_reach_value_sql, milestone_sql, value_conditions
from uptake.metrics.parts.population import AT, WINDOW_DAY, eligible_spans_sql, present_count_sql, seats_sql
from uptake.metrics.parts.tallies import Sums, Tally, is_possible, numbered, summed, tallies
from uptake.metrics.parts.windows import Window, are_many, counted, worked_out

INTERVALS, NEEDED = 4, 2
"""Adopted means active in this many of so many closed usage intervals."""
NO_VALUE = "The plan has no value moments: adopted means active in 2 of the last 4 usage intervals, whatever was done."

COUNTS = pa.schema(
    [("period_on", pa.date32()), ("measure", pa.string())] + [(name, pa.int64()) for name in ("n", "count", "open")]
)

SHARES = pa.schema([("entity_key", pa.int32()), ("period_on", pa.date32()), ("value", pa.float64())])


def rows(asked: Asked) -> Sql:
    """Every seat (or account) with whether it is adopted and active."""
    is_account = asked.question.entity == "account"
    grain = MEMBER if is_account else asked.grain
    seen = replace(asked, grain=grain)
    interval = length(asked, "interval_days", grain=grain)
    window_days = max(interval.most * INTERVALS, asked.param("active_days"))
    used = _used(seen, interval, window_days)
    has_value, value, can_reach = "true", "", "true"
    notes: tuple[str, ...] = (NO_VALUE,)
    if asked.plan.value_moments:
        has_value, notes = "coalesce(v.reached_at <= h.anchor_at, false)", ()
        value = f"LEFT JOIN ({milestone_sql(seen, 'value')}) v USING (entity_key)"
    if value_conditions(asked.plan):
        can_reach = "o.entity_key IS NOT NULL"
        value += f""" LEFT JOIN ({can_reach_value_sql(seen)}) o
            ON o.entity_key = h.entity_key AND o.period_on IS NOT DISTINCT FROM h.period_on"""
    judged = f"""
        SELECT h.entity_key, h.anchor_at, h.period_on, h.is_open, {can_reach} AS can_reach,
            ({has_value} AND coalesce(u.intervals, 0) >= {NEEDED})::INT AS adopted,
            coalesce(u.is_active, false)::INT AS active
        FROM holder h {value}
        LEFT JOIN {used.sql} u ON u.entity_key = h.entity_key AND u.period_on IS NOT DISTINCT FROM h.period_on"""
    final = (
        f"""SELECT entity_key >> 32 AS entity_key, anchor_at, period_on, is_open, bool_or(can_reach) AS can_reach,
            avg(adopted) FILTER (NOT is_open AND can_reach) AS adopted, avg(active) AS active
        FROM ({judged}) GROUP BY ALL"""
        if is_account
        else judged
    )
    rows = Sql(
        f"""
    WITH holder AS (
        SELECT h.*, p.on_day - (SELECT min(day) FROM active_day) + 1 < {interval.days} * {NEEDED} AS is_open
        FROM ({seats_sql(grain)}) h JOIN period p ON p.period_on IS NOT DISTINCT FROM h.period_on {interval.join("h", "h")}
    ), judged AS ({final}
    )
    SELECT entity_key, anchor_at, period_on, 'adopted' AS measure, adopted AS value, is_open FROM judged WHERE can_reach
    UNION ALL SELECT entity_key, anchor_at, period_on, 'active', active, false FROM judged""",
        {
            "active_days": asked.param("active_days"),
            "window_days": window_days,
        },
        {"window_day": WINDOW_DAY, **used.relations},
        notes,
        dict(used.tables),
    )
    return measured(rows, interval)


def totals(asked: Asked) -> Sql | None:
    """The counts without a row for each seat: who did nothing lately is neither adopted nor active."""
    interval = length(asked, "interval_days")
    is_account, is_of_numbers = asked.question.entity == "account", interval.gaps is None
    if is_possible(asked) and is_of_numbers:
        labels = asked.split.labels if asked.split else ()
        return summed(lambda: _accounts(asked), "measure", *labels) if is_account else _counted(asked)
    if is_account or not is_of_numbers or value_conditions(asked.plan):
        return None
    grain, window_days = asked.grain, max(interval.most * INTERVALS, asked.param("active_days"))
    used = _used(asked, interval, window_days)
    has_value, value = "true", ""
    if asked.plan.value_moments:
        has_value = f"v.reached_at <= {AT}"
        value = f"LEFT JOIN ({milestone_sql(asked, 'value')}) v ON v.entity_key = u.entity_key"
    period = "period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}'adopted' AS measure, CASE WHEN NOT is_open THEN seats ELSE 0 END AS n,
            CASE WHEN NOT is_open THEN adopted ELSE 0 END AS count, CASE WHEN is_open THEN seats ELSE 0 END AS open,
            count / nullif(n, 0) AS estimate
        FROM told UNION ALL SELECT {period}'active', seats, active, 0, active / seats FROM told ORDER BY ALL""",
        {"active_days": asked.param("active_days"), "window_days": window_days, **interval.values},
        {
            "window_day": WINDOW_DAY,
            **used.relations,
            "held": held_sql(grain),
            "known": f"""SELECT on_day, count(DISTINCT {grain.key}) AS seats
        FROM period p JOIN seat s ON s.valid_from < p.on_at AND s.valid_to >= p.on_at GROUP BY on_day
        UNION ALL SELECT on_day, n FROM ({present_count_sql(grain)}) WHERE NOT EXISTS (SELECT 1 FROM seat)""",
            "did": f"""SELECT p.on_day, count(*) FILTER (u.is_active) AS active,
            count(*) FILTER (u.intervals >= {NEEDED} AND {has_value}) AS adopted
        FROM {used.sql} u JOIN period p ON p.period_on IS NOT DISTINCT FROM u.period_on {value}
        SEMI JOIN held h ON h.entity_key = u.entity_key AND h.valid_from < p.on_at AND h.valid_to >= p.on_at
        GROUP BY p.on_day""",
            "told": f"""SELECT p.period_on, k.seats, coalesce(d.adopted, 0) AS adopted, coalesce(d.active, 0) AS active,
            p.on_day - (SELECT min(day) FROM active_day) + 1 < {interval.days} * {NEEDED} AS is_open
        FROM known k JOIN period p USING (on_day) LEFT JOIN did d USING (on_day)""",
        },
        () if asked.plan.value_moments else (NO_VALUE,),
        dict(used.tables),
    )


def held_sql(grain: Grain) -> str:
    """SQL for (entity_key, valid_from, valid_to): who held a seat, or without a seat roster was there."""
    return f"""SELECT {grain.key} AS entity_key, valid_from, valid_to FROM seat
        UNION ALL SELECT entity_key, valid_from, valid_to FROM {grain.present} WHERE NOT EXISTS (SELECT 1 FROM seat)"""


class Judged(NamedTuple):
    """What is known of everyone at the end of a period, by number.

    Args:
        tally: The period.
        is_open: Whether it is too early for adoption; None: there is no data.
        held: Who has a seat.
        can_reach: Whom of them a value moment is open to.
        has_adopted: Who adopted.
        is_active: Who was active.
    """

    tally: Tally
    is_open: bool | None
    held: Column
    can_reach: Column
    has_adopted: Column
    is_active: Column


def _judged(asked: Asked, grain: Grain) -> Iterator[Judged]:
    interval_days, active_days = asked.param("interval_days"), asked.param("active_days")
    facts = numbered(asked, grain)
    held = facts.spans(held_sql(grain))
    able = [facts.spans(eligible_spans_sql(asked, conditions, grain)) for conditions in value_conditions(asked.plan)]
    value_at = None
    if asked.plan.value_moments:
        reached = milestone_sql(replace(asked, grain=grain), "value")
        value_at = facts.told(f"SELECT entity_key, reached_at AS value FROM ({reached})", np.datetime64("NaT"))
    begin = asked.cursor.execute("SELECT (min(day) - DATE '1970-01-01')::INTEGER FROM active_day").fetchall()[0][0]
    days = f"SELECT entity_key, day FROM {grain.day}"
    for tally in tallies(asked, facts, days, max(interval_days * INTERVALS, active_days)):
        has_adopted = tally.intervals(interval_days, INTERVALS) >= NEEDED
        if value_at is not None:
            has_adopted &= value_at < tally.on_at
        is_open = None if begin is None else tally.on - begin + 1 < interval_days * NEEDED
        has_seat, *can = (spans.just_before(tally.on_at, tally.everyone) for spans in (held, *able))
        can_reach = has_seat & np.logical_or.reduce(can) if can else has_seat
        yield Judged(tally, is_open, has_seat, can_reach, has_adopted, tally.came_within(active_days))


def _counted(asked: Asked) -> Sql:
    """How many seats were adopted and active at the end of each period."""
    labels = asked.split.labels if asked.split else ()
    schema = pa.schema([*list(COUNTS)[:2], *((label, pa.string()) for label in labels), *list(COUNTS)[2:]])

    def told() -> pa.Table:
        found = []
        for end in _judged(asked, asked.grain):
            period_on = end.tally.period_on
            for names, who in _groups(asked, end.tally, np.flatnonzero(end.held)):
                able = who[end.can_reach[who]]
                if len(able):
                    seats, adopted = len(able), int(np.count_nonzero(end.has_adopted[able]))
                    judged = (seats, adopted, 0) if end.is_open is False else (0, 0, seats if end.is_open else 0)
                    found.append((period_on, "adopted", *names, *judged))
                found.append((period_on, "active", *names, len(who), int(np.count_nonzero(end.is_active[who])), 0))
        return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in found], schema)

    select = "SELECT *, count / nullif(n, 0) AS estimate FROM told ORDER BY ALL"
    return Sql(select, tables={"told": told})


def _groups(asked: Asked, tally: Tally, who: Column) -> Iterator[tuple[tuple[str, ...], Column]]:
    """Those of each group among some, by number; without a breakdown all in one, if there are any."""
    if asked.split is not None:
        yield from ((names, who[places]) for names, places in asked.split.parts(tally.on_at, who))
    elif len(who):
        yield (), who


def _accounts(asked: Asked) -> Iterator[tuple[date | str | Sums | None, ...]]:
    """The sums of the shares of the seats of each account."""
    everyone = numbered(asked).everyone
    share_of = np.empty(len(everyone))
    for tally, is_open, shares in _shares(asked):
        for measure, (accounts, share) in shares.items():
            who = everyone.numbers(accounts)
            share_of[who] = share
            is_told = is_open is False or measure != "adopted"
            for names, group in _groups(asked, tally, who):
                yield tally.period_on, measure, *names, Sums.of(share_of[group if is_told else group[:0]])


def shares_of_accounts(asked: Asked, measure: str) -> pa.Table:
    """Rows (entity_key, period_on, value): the share of the seats of each account that is adopted, or active."""
    tables = [SHARES.empty_table()]
    for tally, is_open, shares in _shares(asked):
        accounts, share = shares[measure]
        is_told = is_open is False or measure != "adopted"
        period = np.full(len(accounts), np.datetime64(tally.period_on, "D"))
        value = pa.array(share) if is_told else pa.nulls(len(share), pa.float64())
        tables.append(pa.table([pa.array(accounts, pa.int32()), pa.array(period), value], SHARES))
    return pa.concat_tables(tables)


def _shares(asked: Asked) -> Iterator[tuple[Tally, bool | None, dict[str, tuple[Column, Column]]]]:
    """Each period, whether it is too early for adoption, and by measure the accounts with such seats and their shares."""
    # members are in the order of their accounts
    keys, begins = np.unique(numbered(asked, MEMBER).everyone.keys >> 32, return_index=True)

    def of_each(are_so: Column) -> Column:
        return np.add.reduceat(are_so, begins, dtype=np.int32) if len(begins) else np.zeros(0, np.int32)

    for end in _judged(asked, MEMBER):
        shares = {}
        for measure, of, is_so in (
            ("adopted", end.can_reach, end.has_adopted),
            ("active", end.held, end.is_active),
        ):
            seats, those = of_each(of), of_each(of & is_so)
            has = seats > 0
            shares[measure] = keys[has], those[has] / seats[has]
        yield end.tally, end.is_open, shares


def _used(seen: Asked, interval: Length, window_days: int) -> Source:
    """Rows (entity_key, period_on, intervals, is_active): in how many of the last intervals everyone active was."""
    active_days = seen.param("active_days")

    def columns(window: Window) -> dict[str, Column]:
        is_active = window.last_ago < active_days
        return {"intervals": window.intervals(interval.most, INTERVALS), "is_active": is_active}

    return worked_out(
        seen,
        seen.grain,
        ACTIVE,
        "used",
        f"""SELECT d.entity_key, p.period_on,
            count(DISTINCT (p.on_day - d.day) // {interval.days})
                FILTER ((p.on_day - d.day) // {interval.days} < {INTERVALS}) AS intervals,
            bool_or(p.on_day - d.day < $active_days::INTEGER) AS is_active
        FROM window_day p JOIN {seen.grain.day} d USING (day) {interval.join("d", "p")} GROUP BY ALL""",
        (lambda days: counted(seen, days, window_days, columns)) if not interval.gaps and are_many(seen) else None,
    )


def kind(params: Mapping[str, Any]) -> Kind:
    """Accounts have shares to average; seats are a yes or a no."""
    return MEAN if params["entity"] == "account" else SHARE


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_possible,
    params=(
        INTERVAL_DAYS,
        Param("active_days", "integer", "Days looked back on for active.", default=28, least=1, most=366),
    ),
    labels=("measure",),
)  # fmt: skip
