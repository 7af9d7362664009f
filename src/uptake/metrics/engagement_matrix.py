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

from uptake.metrics.depth import chosen
from uptake.metrics.kinds.points import Points
from uptake.metrics.metric import Asked, Cells, Metric, Param, Sql
from uptake.metrics.population import WINDOW_DAY, active_sql
from uptake.metrics.result import Side

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
        x = " ".join(f"WHEN '{axis}' THEN {sql}" for axis, (_, sql) in X.items())
        y = " ".join(f"WHEN '{axis}' THEN {sql}" for axis, (_, sql) in Y.items())
        return f"""SELECT {columns}point, title, active AS n, (CASE $x {x} END)::DOUBLE AS x,
                (CASE $y {y} END)::DOUBLE AS y, users AS members
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
            **{name: asked.param(name) for name in ("x", "y", "x_split", "y_split")},
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


METRIC = Metric(
    kind=FeaturePoints(QUADRANTS, lambda axis: (X | Y)[axis][0]),
    unit="days",
    rows=rows,
    params=(
        Param("feature", "text", "core, advanced, or all features that are shown.", default="all"),
        Param("x", "choice", "What lies along: how many use it.", default="share_of_active", choices=tuple(X)),
        Param("y", "choice", "What stands up: how often they do.", default="days", choices=tuple(Y)),
        Param("x_split", "number", "From where on x is high; the median of the features if not given.", least=0),
        Param("y_split", "number", "From where on y is high; the median of the features if not given.", least=0),
        Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=366),
    ),
)
