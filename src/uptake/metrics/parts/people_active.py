"""How many of an account's people came: of its seats, or where nobody knows of any of its users; an axis of the map.

Seats are those that contracts in force say are paid for, else those of the roster that are held. Where an account has
seats in the roster, only those who hold one count as having come.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.tallies import End, Values, numbered, rows_of_each, tallies

PAID = "SELECT account_key AS entity_key, seats, valid_from, valid_to FROM contract WHERE seats > 0"
HELD = f"SELECT {MEMBER.key} AS entity_key, valid_from, valid_to FROM seat WHERE {MEMBER.needs}"


def rows(asked: Asked) -> Sql:
    """Every account that has seats or users, with the share of them that came."""
    return Sql(
        f"""
    SELECT entity_key, {AT} AS anchor_at, p.period_on, least(1, came / seats) AS value
    FROM people JOIN period p ON p.period_on IS NOT DISTINCT FROM people.period_on""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, "people": people_sql()},
    )


def people_sql() -> str:
    """SQL for (entity_key, period_on, seats, came): seats of accounts, or their users, and who of them came."""
    holds = "s.valid_from < p.on_at AND s.valid_to >= p.on_at"
    member = f"""SELECT entity_key, period_on, bool_or(is_held) AS is_held, bool_or(NOT is_held) AS is_there FROM (
                SELECT s.entity_key, p.period_on, true AS is_held FROM period p JOIN ({HELD}) s ON {holds}
                UNION ALL SELECT s.entity_key, p.period_on, false FROM period p JOIN {MEMBER.present} s ON {holds}
            ) GROUP BY ALL"""
    came = f"SELECT DISTINCT d.entity_key, p.period_on FROM window_day p JOIN {MEMBER.day} d USING (day)"
    paid = f"""SELECT s.entity_key, p.period_on, 0, 0, 0, 0, sum(s.seats) FROM period p JOIN ({PAID}) s ON {holds}
            GROUP BY ALL"""
    return f"""SELECT entity_key, period_on, coalesce(nullif(sum(paid), 0), nullif(sum(held), 0), sum(there))::BIGINT AS seats,
            (CASE WHEN sum(held) > 0 THEN sum(held_came) ELSE sum(there_came) END)::BIGINT AS came
        FROM (
            SELECT (m.entity_key >> 32)::INTEGER AS entity_key, m.period_on,
                count(*) FILTER (is_held) AS held, count(*) FILTER (is_there) AS there,
                count(*) FILTER (is_held AND is_there AND c.entity_key IS NOT NULL) AS held_came,
                count(*) FILTER (is_there AND c.entity_key IS NOT NULL) AS there_came, 0 AS paid
            FROM ({member}) m LEFT JOIN ({came}) c
                ON c.entity_key = m.entity_key AND c.period_on IS NOT DISTINCT FROM m.period_on
            GROUP BY ALL UNION ALL {paid}
        ) GROUP BY ALL HAVING seats > 0"""


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value), worked out in memory."""

    def shares() -> Iterator[Values]:
        for end, seats, came in counts(asked):
            who = np.flatnonzero(seats)
            yield end, who, np.minimum(1.0, came[who] / seats[who])

    return rows_of_each(numbered(asked, ACCOUNT), shares())


def counts(asked: Asked) -> Iterator[tuple[End, Column, Column]]:
    """Each period with the seats, or users, of every account, by number, and how many of them came."""
    accounts, members = numbered(asked, ACCOUNT), numbered(asked, MEMBER)
    account_of, everyone = accounts.everyone.numbers(members.everyone.keys >> 32), len(accounts.everyone)
    held_spans, there_spans = members.spans(HELD), members.spans(f"FROM {MEMBER.present}")
    paid = accounts.rows(PAID)
    begins, ends = paid.values["valid_from"], paid.values["valid_to"]
    nobody = np.zeros(everyone, np.int64)

    def of_accounts(who: Column) -> Column:
        return np.bincount(account_of.take(np.flatnonzero(who)), minlength=everyone)

    for tally in tallies(asked, members, f"SELECT entity_key, day FROM {MEMBER.day}", asked.param("window_days")):
        is_held, is_there = (
            spans.just_before(tally.on_at, len(members.everyone)) for spans in (held_spans, there_spans)
        )
        came = tally.came_within(asked.param("window_days")) & is_there
        is_anybody_held = is_held.any()
        held = of_accounts(is_held) if is_anybody_held else nobody
        in_force = (begins < tally.on_at) & (ends >= tally.on_at)
        bought = np.bincount(paid.number[in_force], paid.values["seats"][in_force], minlength=everyone).astype(np.int64)
        seats = np.where(bought > 0, bought, np.where(held > 0, held, of_accounts(is_there)))
        of_seats = of_accounts(came & is_held) if is_anybody_held else nobody
        yield tally.end, seats, np.where(held > 0, of_seats, of_accounts(came))


SHARE_OF_PEOPLE = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=366),),
    entities=("account",),
)
