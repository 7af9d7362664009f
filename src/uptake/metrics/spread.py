"""Spread.

In how many teams, departments or use cases an account is live: whether adoption has gone beyond where it began.

Formula: parts of an account of whose users who could use a feature more than `live_share` have adopted one, averaged
    over accounts. Parts are its features (use cases), the modules these belong to, or the values of an attribute of its
    users. With output=new, parts that are live at the end of the period and were not at its beginning
Unit: count
Grain: account
Population: accounts that were there at the end of the period, also those in which no part is live
Empty: no value where no account was there; 0 for an account without a live part
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: a part of one or two people is live as soon as one of them adopts. Adopted is once and for all here, also where
    use has decayed since: see `adoption_decay`
Source: requirements C18; GitLab counts a stage as adopted above 25 % of an account's users
"""

from dataclasses import replace

from uptake.errors import QuestionError
from uptake.metrics import dimensions
from uptake.metrics.depth import chosen
from uptake.metrics.features import class_of_feature_sql, eligible_classes_sql
from uptake.metrics.grain import MEMBER
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import present_sql
from uptake.store.sql import literal

OF_PLAN = {"features": "f.feature", "modules": "f.module"}
"""Parts that the plan names -> SQL for them."""


def rows(asked: Asked) -> Sql:
    """Every account with how many of its parts are live, or newly so."""
    features = chosen(asked, asked.param("feature"))
    live = _live(asked, eligible_classes_sql(replace(asked, grain=MEMBER), features))
    counted = "SELECT * FROM live_now"
    if asked.param("output") == "new":
        counted = """SELECT * FROM live_now n ANTI JOIN live_before b ON b.account_key = n.account_key
            AND b.part = n.part AND b.period_on IS NOT DISTINCT FROM n.period_on"""
    return Sql(
        f"""
    SELECT e.entity_key, e.anchor_at, e.period_on, count(l.part) AS value FROM ({present_sql(asked)}) e
    LEFT JOIN ({counted}) l ON l.account_key = e.entity_key AND l.period_on IS NOT DISTINCT FROM e.period_on
    GROUP BY e.entity_key, e.anchor_at, e.period_on""",
        {"live_share": asked.param("live_share")},
        {
            "feature_class(feature_key, class)": class_of_feature_sql(features),
            "at_end": "SELECT * FROM period",
            "at_begin": "SELECT * REPLACE (begins_at AS on_at, first_day - 1 AS on_day) FROM period",
            "live_now": f"WITH period AS (SELECT * FROM at_end) {live}",
            "live_before": f"WITH period AS (SELECT * FROM at_begin) {live}",
        },
    )


def _live(asked: Asked, eligible: str) -> str:
    """SQL for (account_key, period_on, part), of parts of which enough users have adopted a feature."""
    part, join = _part(asked)
    return f"""SELECT (e.entity_key >> 32)::INTEGER AS account_key, e.period_on, {part} AS part
        FROM ({eligible}) e JOIN feature_class c USING (class) JOIN features f ON f.feature_key = c.feature_key
        JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on {join}
        LEFT JOIN member_feature m ON m.member_key = e.entity_key AND m.feature_key = c.feature_key
            AND m.adopted_on <= p.on_day
        WHERE {part} IS NOT NULL GROUP BY ALL
        HAVING count(DISTINCT m.member_key) > $live_share::DOUBLE * count(DISTINCT e.entity_key)"""


def _part(asked: Asked) -> tuple[str, str]:
    """SQL for the part that a row is of, and the join it takes."""
    word = asked.param("of")
    if word in OF_PLAN:
        return OF_PLAN[word], ""
    attribute = dimensions.find(dimensions.known(asked.cursor), word, "user")
    if attribute.entity != "user" or attribute.name == "id":
        raise QuestionError(f"of is '{word}'.", allowed=[*OF_PLAN, "an attribute of users, such as user.team"])
    join = f"""LEFT JOIN user_attribute w ON w.user_key = (e.entity_key & 4294967295) AND w.name = {literal(attribute.name)}
            AND w.valid_from < p.on_at AND w.valid_to >= p.on_at"""
    return "w.text", join


METRIC = Metric(
    kind=MEAN,
    unit="count",
    rows=rows,
    params=(
        Param(
            "of", "text", "features, modules, or an attribute of users: what an account is live in.", default="features"
        ),
        Param("feature", "text", "Which features count: core, advanced, all, or one.", default="all"),
        Param("live_share", "number", "Above this share of its users a part is live.", default=0.25, least=0, most=1),
        Param("output", "choice", "Parts that are live, or that became so.", default="live", choices=("live", "new")),
    ),
    entities=("account",),
)
