"""Breadth.

The share of the core features open to them that active users, or accounts, use.

Formula: distinct core features used in the `window_days` days up to the end of the period / core features
    the entity could use then, averaged over active entities
Unit: share
Grain: user, account (all its users together), or user in one account
Population: entities active in the window that could use at least one core feature
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %
Pitfall: features behind a plan or role count only for those who have it; use of a feature one is not
    eligible for does not count, so a share never passes 100 %
Source: definitions 5.11; Pendo's feature adoption is the same share without eligibility
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import tallies
from uptake.metrics.parts.features import (
    are_in_first_word,
    classes,
    core,
    first_word,
    set_tallies,
    used_of,
    used_source,
)
from uptake.metrics.parts.population import AT, WINDOW_DAY, eligible_spans_sql, eligible_sql


def rows(asked: Asked) -> Sql:
    """Every active entity with used / eligible core features."""
    features = core(asked)
    joins, used, open_to = [], [], []
    for number, (conditions, keys) in enumerate(classes(features).items()):
        is_eligible = "true"
        if conditions:
            joins.append(
                f"LEFT JOIN ({eligible_sql(asked, conditions)}) e{number} ON e{number}.entity_key = a.entity_key"
                f" AND e{number}.period_on IS NOT DISTINCT FROM a.period_on"
            )
            is_eligible = f"e{number}.entity_key IS NOT NULL"
        used.append(f"CASE WHEN {is_eligible} THEN {used_of('a', keys)} ELSE 0 END")
        open_to.append(f"CASE WHEN {is_eligible} THEN {len(keys)} ELSE 0 END")
    bits = used_source(asked, features, asked.param("window_days"))
    return Sql(
        f"""
    SELECT * FROM (
        SELECT a.entity_key, {AT} AS anchor_at, a.period_on, CASE WHEN {AT} >= s.valid_from AND {AT} < s.valid_to
            THEN ({" + ".join(used) or "0"}) / nullif({" + ".join(open_to) or "0"}, 0) END AS value
        FROM {bits.sql} a JOIN period p USING (on_day)
        JOIN {asked.grain.present} s USING (entity_key) {" ".join(joins)}
    ) WHERE value IS NOT NULL""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, **bits.relations},
        tables=dict(bits.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    return sums(asked) if is_counted(asked) else None


def sums(asked: Asked) -> Sql:
    """The same of any question whose core features all lie in the first word of bits."""
    return tallies.means(asked, _values(asked, tallies.numbered(asked)))


def is_counted(asked: Asked) -> bool:
    """Whether the shares can be worked out from columns in memory."""
    return tallies.is_possible(asked) and are_in_first_word(core(asked))


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone who has a share, from columns in memory."""
    facts = tallies.numbered(asked)
    return tallies.rows_of_each(facts, _values(asked, facts))


def _values(asked: Asked, facts: Numbered) -> Iterator[tallies.Values]:
    there = facts.spans(asked.grain.present)
    open_to = [
        (first_word(keys), len(keys), facts.spans(eligible_spans_sql(asked, conditions)) if conditions else None)
        for conditions, keys in classes(core(asked)).items()
    ]
    for tally in set_tallies(asked, facts, asked.param("window_days")):
        who = np.flatnonzero(tally.has("is_active") & there.just_before(tally.on_at, tally.everyone))
        bits, used, features = tally.bits()[who], np.zeros(len(who)), np.zeros(len(who))
        for of_class, number, spans in open_to:
            could = True if spans is None else spans.just_before(tally.on_at, tally.everyone)[who]
            used += np.where(could, np.bitwise_count(bits & of_class), 0)
            features += np.where(could, number, 0)
        is_open = features > 0
        yield tally.end, who[is_open], used[is_open] / features[is_open]


METRIC = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    params=(Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=3660),),
)
