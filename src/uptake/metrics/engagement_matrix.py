"""Engagement matrix.

Which features many people use often, which a few use often, which many use now and then, and which hardly anybody.

Formula: x, by default the share of those active in the `window_days` days up to the end of the period who used the
    feature in them, and y, by default the mean number of days on which these used it. Core: both at or above their
    splits. Wide: used by many, seldom. Niche: by few, often. Marginal: neither. The splits are the medians over the
    features shown, in each segment, if not given
Unit: that of the axis
Grain: user, account (all its users together), or user in one account
Population: entities active in the window; n counts them, `members` those of them who used the feature
Empty: no place where nobody was active; a feature nobody used has a share of 0, no days and no quadrant
Interval: none
Pitfall: only active entities are counted as users of a feature, so no share passes 100 %: whoever did nothing but look
    at pages is in neither number. Features that few may use are low here: `feature_adoption` divides by those who may
Source: requirements C16; Amplitude's engagement matrix, whose share can pass 100 %
"""

import numpy as np
import pyarrow as pa

from uptake.facts.feature_set import words
from uptake.metrics.core.metric import Asked, Cells, Metric, Param, Sql
from uptake.metrics.core.result import Side
from uptake.metrics.depth import chosen
from uptake.metrics.kinds.points import Points
from uptake.metrics.parts.population import WINDOW_DAY, active_sql
from uptake.metrics.parts.ranks import uses
from uptake.metrics.parts.tallies import groups, is_possible, numbered, tallies
from uptake.metrics.parts.windows import are_many
from uptake.store.sql import name

X = {
    "share_of_active": ("share", "users / nullif(active, 0)"),
    "users": ("count", "users"),
}
Y = {
    "days": ("days", "days / nullif(users, 0)"),
    "uses": ("count", "uses / nullif(users, 0)"),
}
"""Axis -> its unit and SQL for it."""
QUADRANTS = ("core", "wide", "niche", "marginal")


PLACE = """point, title, active AS n, (CASE $x {x} END)::DOUBLE AS x,
                (CASE $y {y} END)::DOUBLE AS y, users AS members""".format(
    x=" ".join(f"WHEN '{axis}' THEN {sql}" for axis, (_, sql) in X.items()),
    y=" ".join(f"WHEN '{axis}' THEN {sql}" for axis, (_, sql) in Y.items()),
)
"""SQL for the columns of a point, over how many were active, how many of them used it, and their days and uses."""


class FeaturePoints(Points):
    """Points made of entities: rows are the active ones, and what each of them used."""

    is_share_of_members = False

    def split_by(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Within which of the labels medians are taken: each segment has all the features, and a map of its own."""
        return labels

    def points(self, labels: tuple[str, ...]) -> str:
        """SQL for the points: labels, point, title, n, x, y, members."""
        columns = "".join(f"{label}, " for label in labels)
        same = "".join(f" AND u.{label} IS NOT DISTINCT FROM a.{label}" for label in labels)
        return f"""SELECT {columns}{PLACE}
            FROM (
                SELECT a.*, f.feature AS point, f.title, coalesce(u.users, 0) AS users, u.days, u.uses
                FROM (SELECT {columns}count(*) AS active FROM labelled WHERE feature_key IS NULL GROUP BY ALL) a
                CROSS JOIN feature f LEFT JOIN (
                    SELECT {columns}feature_key, count(*) AS users, sum(days) AS days, sum(uses) AS uses
                    FROM labelled WHERE feature_key IS NOT NULL GROUP BY ALL
                ) u ON u.feature_key = f.feature_key{same}
            )"""

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Who used a feature, and on how many days."""
        del labels, asked
        return Cells(
            (Side("used", "used it", "true", "members"),),
            "SELECT u.*, f.feature AS point FROM labelled u JOIN feature f USING (feature_key)",
            coordinates=("point",),
            value="days",
            value_title="Days",
            value_unit="days",
        )


class CountedPoints(FeaturePoints):
    """The same points of what was counted elsewhere, in `tally`."""

    def points(self, labels: tuple[str, ...]) -> str:
        """SQL for the points: labels, point, title, n, x, y, members."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}{PLACE}
            FROM (SELECT t.*, f.feature AS point, f.title FROM tally t JOIN features f USING (feature_key))"""


def rows(asked: Asked) -> Sql:
    """Everyone active once, and once for each feature they used."""
    keys = ", ".join(map(str, chosen(asked, asked.param("feature")))) or "NULL"
    return Sql(
        """
    SELECT *, NULL::SMALLINT AS feature_key, NULL::BIGINT AS days, NULL::DOUBLE AS uses FROM active
    UNION ALL
    SELECT a.*, u.feature_key, u.days, u.uses FROM active a JOIN used u
        ON u.entity_key = a.entity_key AND u.period_on IS NOT DISTINCT FROM a.period_on""",
        {
            "window_days": asked.param("window_days"),
            **{param: asked.param(param) for param in ("x", "y", "x_split", "y_split")},
        },
        {
            "window_day": WINDOW_DAY,
            "active": active_sql(asked),
            "feature": f"SELECT * FROM features WHERE feature_key IN ({keys})",
            "used": f"""SELECT u.entity_key, p.period_on, u.feature_key, count(DISTINCT u.day) AS days,
            sum(u.uses) AS uses
        FROM window_day p JOIN {asked.grain.of("feature_day")} u ON u.day = p.day GROUP BY ALL""",
        },
    )


def totals(asked: Asked) -> Sql | None:
    """The points without a row for each feature that somebody used, from sets of features, and uses beside them."""
    found = chosen(asked, asked.param("feature"))
    # what the plan counts by a property of events may be unknown of all that somebody did
    is_known = asked.param("y") != "uses" or not any(feature.quantity for feature in found.values())
    if not are_many(asked) or not is_known or not set(words(features := list(found))) <= {0}:
        return None
    labels = asked.split.labels if asked.split else ()
    return Sql(
        CountedPoints(QUADRANTS, unit_of).select(("period_on", *map(name, labels))),
        {param: asked.param(param) for param in ("x", "y", "x_split", "y_split")},
        tables={"tally": lambda: _tally(asked, features)},
    )


def _tally(asked: Asked, features: list[int]) -> pa.Table:
    """How many of each group were active in the window of each period, how many used each feature, and on how many days."""
    rows = []
    # whoever is in two accounts may have two sets of a day, which is one day of theirs
    sets = f"""SELECT entity_key, day, bit_or(bits) AS bits, bool_or(is_active) AS is_active
        FROM {asked.grain.of("feature_set")} WHERE word = 0 GROUP BY ALL"""
    facts, window_days = numbered(asked), asked.param("window_days")
    used_on = uses(asked, facts, asked.grain, features, window_days) if asked.param("y") == "uses" else {}
    for tally in tallies(asked, facts, sets, window_days):
        counted = {
            key: used_on[key].between(tally.on - window_days + 1, tally.on) for key in features if key in used_on
        }
        number, used_on_day, used = tally.rows.number, tally.rows.values["bits"], tally.bits()
        for names, members in groups(asked, tally.on_at, tally.has("is_active")):
            of_days, of_members, active = used_on_day[members[number]], used[members], int(np.count_nonzero(members))
            for feature in features:
                bit = np.uint64(1 << feature)
                users, days = np.count_nonzero(of_members & bit), np.count_nonzero(of_days & bit)
                own = counted.get(feature)
                sum_of_uses = None if own is None else float(own.values["uses"][members[own.number]].sum())
                rows.append((tally.period_on, *names, feature, active, users, days, sum_of_uses))
    schema = pa.schema(
        [
            ("period_on", pa.date32()),
            *((label, pa.string()) for label in (asked.split.labels if asked.split else ())),
            ("feature_key", pa.int16()),
            *((count, pa.int64()) for count in ("active", "users", "days")),
            ("uses", pa.float64()),
        ]
    )
    columns = zip(*rows, strict=True) if rows else [[]] * len(schema)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema)


def unit_of(axis: str) -> str:
    """The unit of an axis."""
    return (X | Y)[axis][0]


METRIC = Metric(
    kind=FeaturePoints(QUADRANTS, unit_of),
    unit="days",
    rows=rows,
    totals=totals,
    splits_totals=is_possible,
    params=(
        Param("feature", "text", "core, advanced, or all features that are shown.", default="all"),
        Param("x", "choice", "What lies along: how many use it.", default="share_of_active", choices=tuple(X)),
        Param("y", "choice", "What stands up: how often they do.", default="days", choices=tuple(Y)),
        Param("x_split", "number", "From where on x is high; the median of the features if not given.", least=0),
        Param("y_split", "number", "From where on y is high; the median of the features if not given.", least=0),
        Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=366),
    ),
)
