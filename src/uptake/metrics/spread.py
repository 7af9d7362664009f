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

from collections.abc import Callable, Sequence
from dataclasses import replace

from uptake.errors import QuestionError
from uptake.metrics.core import dimensions
from uptake.metrics.core.dimensions import Attribute
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.depth import chosen
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import attributes, live_parts, tallies
from uptake.metrics.parts.features import classes, eligible_classes_sql
from uptake.metrics.parts.known_attributes import known_of
from uptake.metrics.parts.live_parts import Parts
from uptake.metrics.parts.population import present_sql
from uptake.metrics.parts.windows import are_many
from uptake.plan import Feature
from uptake.store.sql import literal

OF_PLAN: dict[str, Callable[[Feature], str | None]] = {
    "features": lambda feature: feature.name,
    "modules": lambda feature: feature.module,
}
"""Parts that the plan names -> which one a feature is of, if any."""
NEW = "new"
MOST_VALUES = 250
"""Values of an attribute up to which each account has a number for each of them in memory."""


def rows(asked: Asked) -> Sql:
    """Every account with how many of its parts are live, or newly so."""
    features = chosen(asked, asked.param("feature"))
    crowds, feature_parts = _crowds(asked, features)
    live = _live(asked, eligible_classes_sql(replace(asked, grain=MEMBER), features))
    counted = "SELECT * FROM live_now"
    if asked.param("output") == NEW:
        counted = """SELECT * FROM live_now n ANTI JOIN live_before b ON b.account_key = n.account_key
            AND b.part = n.part AND b.period_on IS NOT DISTINCT FROM n.period_on"""
    parts = _in_memory(asked, features)
    tables = {"live_part": lambda: live_parts.table(asked, parts)} if parts else {}
    return Sql(
        f"""
    SELECT e.entity_key, e.anchor_at, e.period_on, coalesce(l.parts, 0) AS value FROM ({present_sql(asked)}) e
    LEFT JOIN live_part l ON l.account_key = e.entity_key AND l.period_on IS NOT DISTINCT FROM e.period_on""",
        {"live_share": asked.param("live_share")},
        {
            "class_crowd(class, crowd)": crowds,
            "feature_part(feature_key, class, crowd, part)": feature_parts,
            "at_end": "SELECT * FROM period",
            "at_begin": "SELECT * REPLACE (begins_at AS on_at, first_day - 1 AS on_day) FROM period",
            "live_now": f"WITH period AS (SELECT * FROM at_end) {live}",
            "live_before": f"WITH period AS (SELECT * FROM at_begin) {live}",
            "live_part": f"SELECT account_key, period_on, count(*) AS parts FROM ({counted}) GROUP BY ALL",
        },
        tables=tables,
    )


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each account and period."""
    parts = _in_memory(asked, chosen(asked, asked.param("feature")))
    return tallies.means(asked, live_parts.values(asked, parts)) if parts else None


def _in_memory(asked: Asked, features: dict[int, Feature]) -> Parts | None:
    """The parts, if they are looked at in memory: those of features that everybody in an account can use."""
    part_of = OF_PLAN.get(asked.param("of"))
    named = {key: part for key, one in features.items() if (part := part_of(one) if part_of else "") is not None}
    if not named or not are_many(asked) or any(features[key].eligible for key in named):
        return None
    known = None if part_of else known_of(replace(asked, grain=MEMBER), _attribute(asked))
    if known is not None and len(known.said) > MOST_VALUES:
        return None
    return Parts(named, asked.param("live_share"), asked.param("output") == NEW, known)


def _crowds(asked: Asked, features: dict[int, Feature]) -> tuple[str, str]:
    """SQL for (class, crowd) and for (feature_key, class, crowd, part).

    A crowd is everyone who could use some feature of a part. Parts with features of the same classes share one, so that
    people are counted once a crowd and not once a feature.
    """
    part_of = OF_PLAN.get(asked.param("of"))
    numbers = {key: number for number, keys in enumerate(classes(features).values()) for key in keys}
    parts = {key: part_of(one) if part_of else None for key, one in features.items()}
    kept = [key for key in features if parts[key] is not None or not part_of]
    classes_of = {part: frozenset(numbers[key] for key in kept if parts[key] == part) for part in parts.values()}
    crowds = {crowd: number for number, crowd in enumerate(dict.fromkeys(classes_of[parts[key]] for key in kept))}
    return (
        _values([(one, number) for crowd, number in crowds.items() for one in sorted(crowd)], 2),
        _values([(key, numbers[key], crowds[classes_of[parts[key]]], parts[key]) for key in kept], 4),
    )


def _values(found: Sequence[tuple[object, ...]], width: int) -> str:
    """SQL for rows of literals, also where there are none."""
    if not found:
        return f"SELECT {', '.join(['NULL'] * width)} WHERE false"
    return "VALUES " + ", ".join(f"({', '.join(literal(cell) for cell in row)})" for row in found)


def _live(asked: Asked, eligible: str) -> str:
    """SQL for (account_key, period_on, part), of parts of which enough users have adopted a feature."""
    part, join = _part(asked)
    own = f", {part} AS part" if join else ""
    same = "AND n.part = a.part" if join else ""
    # a feature has its users once; they are in a module, or a team, by any of its features
    counted = "count(*)" if asked.param("of") == "features" else "count(DISTINCT e.entity_key)"
    return f"""SELECT a.account_key, a.period_on, a.part FROM (
            SELECT (e.entity_key >> 32)::INTEGER AS account_key, e.period_on, f.crowd, {part} AS part,
                {counted} AS adopters
            FROM member_feature m JOIN feature_part f ON f.feature_key = m.feature_key
            JOIN ({eligible}) e ON e.entity_key = m.member_key AND e.class = f.class
            JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on AND m.adopted_on <= p.on_day {join}
            WHERE {part} IS NOT NULL GROUP BY ALL
        ) a JOIN (
            SELECT (e.entity_key >> 32)::INTEGER AS account_key, e.period_on, c.crowd{own},
                {counted} AS users
            FROM ({eligible}) e JOIN class_crowd c USING (class)
            JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on {join}
            GROUP BY ALL
        ) n ON n.account_key = a.account_key AND n.crowd = a.crowd {same} AND n.period_on IS NOT DISTINCT FROM a.period_on
        WHERE a.adopters > $live_share::DOUBLE * n.users"""


def _part(asked: Asked) -> tuple[str, str]:
    """SQL for the part that a row is of, and, where it is what somebody is, the join it takes."""
    word = asked.param("of")
    if word in OF_PLAN:
        return "f.part", ""
    attribute = _attribute(asked)
    join = f"""LEFT JOIN user_attribute w ON w.user_key = (e.entity_key & 4294967295) AND w.name = {literal(attribute.name)}
            AND w.valid_from < p.on_at AND w.valid_to >= p.on_at"""
    return "w.text", join


def _attribute(asked: Asked) -> Attribute:
    """What users are, which parts go by.

    Raises:
        QuestionError: There is none of that name.
    """
    word = asked.param("of")
    attribute = dimensions.find(attributes.known(asked.cursor, asked.plan), word, "user")
    if attribute.entity != "user" or attribute.name == "id":
        raise QuestionError(f"of is '{word}'.", allowed=[*OF_PLAN, "an attribute of users, such as user.team"])
    return attribute


METRIC = Metric(
    kind=MEAN,
    unit="count",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    params=(
        Param(
            "of", "text", "features, modules, or an attribute of users: what an account is live in.", default="features"
        ),
        Param("feature", "text", "Which features count: core, advanced, all, or one.", default="all"),
        Param("live_share", "number", "Above this share of its users a part is live.", default=0.25, least=0, most=1),
        Param("output", "choice", "Parts that are live, or that became so.", default="live", choices=("live", NEW)),
    ),
    entities=("account",),
)
