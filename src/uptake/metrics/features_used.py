"""Features used.

How many different core features an active user, or account, uses.

Formula: distinct core features used in the `window_days` days up to the end of the period, averaged over
    the entities that were active in them
Unit: count
Grain: user, account (all its users together), or user in one account
Population: entities active in the window; one that was active without a core feature counts with 0
Empty: no value where nobody was active, nor where the plan has no core features
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: a count, not a share: breadth divides by what each one could use
Source: product adoption glossary ("5-7 core features"); requirements C3
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import tallies
from uptake.metrics.parts.features import are_in_first_word, core, first_word, set_tallies, used_of, used_source
from uptake.metrics.parts.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Every active entity with its number of core features."""
    features = core(asked)
    used = used_source(asked, features, asked.param("window_days"))
    number = used_of("a", features) if features else "NULL"
    return Sql(
        f"""
    SELECT a.entity_key, {AT} AS anchor_at, a.period_on, {number}::DOUBLE AS value
    FROM {used.sql} a JOIN period p USING (on_day)""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, **used.relations},
        tables=dict(used.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    return tallies.means(asked, _values(asked)) if is_counted(asked) else None


def is_counted(asked: Asked) -> bool:
    """Whether the features can be counted from columns in memory."""
    features = core(asked)
    return bool(features) and tallies.is_possible(asked) and are_in_first_word(features)


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone who came, from columns in memory."""
    return tallies.rows_of_each(tallies.numbered(asked), _values(asked))


def _values(asked: Asked) -> Iterator[tallies.Values]:
    of_core = first_word(core(asked))
    for tally in set_tallies(asked, tallies.numbered(asked), asked.param("window_days")):
        who = np.flatnonzero(tally.has("is_active"))
        used = tally.bits()[who]
        yield tally.end, who, np.bitwise_count(used & of_core).astype(np.float64)


METRIC = Metric(
    kind=MEAN,
    unit="count",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    params=(Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=3660),),
)
