"""Adoption map.

Where every account stands: how much of the product it uses beside how many of its people use it, and which of four
states that makes.

Formula: x, by default breadth (the share of the core features open to it that its users used), and y, by default
    `people_active` (the share of its seats, those paid for or else held, that were active; where nobody knows of seats,
    of its users), both over the `window_days` days up to the end of the period. Embedded: both at or above their
    splits. Shelfware: much of the product, by few of the people. Thin: many people, few features. Dormant: neither.
    The splits of these two are half of the features and a quarter of the people, as in the placement `fit`, so that both
    say the same of every account; those of other axes are the medians over all accounts shown
Unit: that of the axis
Grain: account
Population: accounts that were there at the end of the period and had a seat or a user, also those nobody came from; n
    counts these, `members` those of them that are active or adopted where y is a share of them. Where y is a share of
    the seats held, accounts that hold one
Empty: no quadrant where an axis has no value for the account; an account nobody came from has 0, not nothing
Interval: Wilson on the share of seats, 95 %; none for other axes
Pitfall: with `x_split=median` half of the accounts are low on an axis, however well all are doing. Few seats give a
    wide interval
Source: requirements C10 (ours); customer adoption for success teams (product and user adoption)
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from uptake.metrics.account_points import places
from uptake.metrics.axes import AXES, PEOPLE_ACTIVE, SEATS
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked, Metric, Param, Row, Sql
from uptake.metrics.kinds.points import Points
from uptake.metrics.parts.people_active import people_sql
from uptake.metrics.parts.population import WINDOW_DAY, present_sql, seats_sql
from uptake.metrics.parts.tallies import is_possible
from uptake.plan import FITS, SPLITS

MEDIAN = "median"


def rows(asked: Asked) -> Sql:
    """Every account with seats, with its place on both axes."""
    values: dict[str, Any] = {}
    relations: dict[str, str] = {}
    tables: dict[str, Callable[[], pa.Table]] = {}
    for side in ("x", "y"):
        relations[f"{side}_axis"], own = AXES[asked.param(side)].sql(asked, f"{side}_")
        tables |= AXES[asked.param(side)].tables(asked, f"{side}_")
        values |= own
        values[f"{side}_split"] = _split(asked, side)
    x, y = (f"coalesce({s}.value, 0)" if AXES[asked.param(s)].of_active else f"{s}.value" for s in ("x", "y"))
    is_share = asked.param("y") in (*SEATS, PEOPLE_ACTIVE)
    members = f"round({y} * h.seats)::BIGINT" if is_share else "NULL::BIGINT"
    seats = f"""SELECT (entity_key >> 32)::INTEGER AS entity_key, period_on, count(*) AS seats
        FROM ({seats_sql(MEMBER)}) GROUP BY ALL"""
    if asked.param("y") not in SEATS:
        seats = "SELECT entity_key, period_on, seats FROM people"
        relations |= {"window_day": WINDOW_DAY, "people": people_sql()}
        values["window_days"] = asked.param("window_days")
    same = "{0}.entity_key = e.entity_key AND {0}.period_on IS NOT DISTINCT FROM e.period_on"
    return Sql(
        f"""
    SELECT e.entity_key, e.anchor_at, e.period_on, a.account_id AS point, coalesce(n.text, a.account_id) AS title,
        h.seats AS n, {x}::DOUBLE AS x, {y}::DOUBLE AS y, {members} AS members
    FROM ({present_sql(asked)}) e JOIN ({seats}) h ON {same.format("h")} JOIN accounts a ON a.account_key = e.entity_key
    LEFT JOIN account_attribute n ON n.account_key = e.entity_key AND n.name = 'name'
        AND e.anchor_at >= n.valid_from AND e.anchor_at < n.valid_to
    LEFT JOIN x_axis x ON {same.format("x")} LEFT JOIN y_axis y ON {same.format("y")}""",
        values,
        relations,
        tables=tables,
    )


def totals(asked: Asked) -> Sql | None:
    """The places of many periods from columns in memory."""
    if not is_possible(asked):
        return None

    def placed() -> list[Row]:
        return [POINTS.placed(places(asked), (_split(asked, "x"), _split(asked, "y")))]

    return Sql(counted=placed)


def _split(asked: Asked, side: str) -> float | None:
    """From where on an axis is high; None: the median of the points."""
    given = asked.param(f"{side}_split")
    if given is None:
        return SPLITS.get(asked.param(side))
    return None if given == MEDIAN else float(given)


POINTS = Points(FITS, lambda axis: AXES[axis].metric.unit)
METRIC = Metric(
    kind=POINTS,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_possible,
    params=(
        Param("x", "choice", "What lies along: how much of the product.", default="breadth", choices=tuple(AXES)),
        Param("y", "choice", "What stands up: how many use it.", default=PEOPLE_ACTIVE, choices=tuple(AXES)),
        Param(
            "x_split", "number",
            "From where on x is high, or median; as in the placement `fit`, or the median, if not given.",
            least=0, words=(MEDIAN,),
        ),
        Param(
            "y_split", "number",
            "From where on y is high, or median; as in the placement `fit`, or the median, if not given.",
            least=0, words=(MEDIAN,),
        ),
        Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=366),
    ),
    entities=("account",),
)  # fmt: skip
