"""Lives as spans from period to period, as SQL: how many adopted a feature, or are silent, at each period's end.

Whoever was there, adopted a feature or left it alone did so from one day to another. Told in numbers of periods, a span
begins with the first period at whose end it holds and ends with the first at whose end it does not. Equal spans are
counted before they are spread over periods, so that an entity is met once and not once a period.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.features import class_of_feature_sql, classes
from uptake.metrics.parts.population import eligible_sql, present_sql
from uptake.plan import Feature

ONCE = "1 AS begins, 2 AS ends"
"""What holds at the end of the only period."""


def relations(asked: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations: the periods with numbers, what days and instants are looked up in, and who could use features when."""
    found = {
        "feature_class(feature_key, class)": class_of_feature_sql(features),
        "numbered": "SELECT *, row_number() OVER (ORDER BY on_day)::INTEGER AS number FROM period",
    }
    if asked.question.period:
        # one row: a day and an instant are looked up in lists, as joins would be several times slower
        found["ends"] = f"""SELECT list(number ORDER BY day) AS of_day, min(day) AS first_day,
            ({_by_date("list(p.number ORDER BY c.day)")}) AS of_date, ({_by_date("min(c.day)")}) AS first_date,
            (SELECT list(on_at ORDER BY number) FROM numbered) AS instants, max(number) + 1 AS after
        FROM (SELECT c.day, p.number FROM calendar c ASOF JOIN numbered p ON c.day <= p.on_day
            WHERE c.day >= (SELECT min(on_day) FROM numbered))"""
    for number, conditions in enumerate(classes(features)):
        if conditions:
            found[f"able_{number}"] = f"""SELECT s.entity_key, p.number AS begins, p.number + 1 AS ends
        FROM ({present_sql(asked)}) s JOIN ({eligible_sql(asked, conditions)}) e
            ON e.entity_key = s.entity_key AND e.period_on IS NOT DISTINCT FROM s.period_on
        JOIN numbered p ON p.period_on IS NOT DISTINCT FROM s.period_on"""
        elif asked.question.period:
            found[f"able_{number}"] = f"""SELECT entity_key, {_number_of_instant("valid_from", "from_date")} AS begins,
                {_number_of_instant("valid_to", "to_date")} AS ends
        FROM (SELECT entity_key, valid_from, valid_to, instants, after,
                {_number_of_date("valid_from")} AS from_date, {_number_of_date("valid_to")} AS to_date
            FROM {asked.grain.present} CROSS JOIN ends)"""
    return found


def counted(spans: str, by: str = "feature_key") -> str:
    """SQL for (number, feature_key, members): how many spans hold at each period's end.

    Args:
        spans: SQL for (feature_key, begins, ends).
        by: The column they are told apart by; also `class`.
    """
    return f"""SELECT p.number, k.{by}, (sum(coalesce(c.change, 0)) OVER (PARTITION BY k.{by} ORDER BY p.number))::BIGINT
            AS members
        FROM numbered p CROSS JOIN (SELECT DISTINCT {by} FROM feature_class) k LEFT JOIN (
            SELECT {by}, number, sum(change) AS change FROM (
                SELECT {by}, unnest([begins, ends]) AS number, unnest([members, -members]) AS change
                FROM (SELECT {by}, begins, ends, count(*) AS members FROM ({spans}) WHERE begins < ends GROUP BY ALL)
            ) GROUP BY ALL
        ) c ON c.{by} = k.{by} AND c.number = p.number"""


def able(asked: Asked, features: dict[int, Feature]) -> str:
    """SQL for (class, begins, ends): who was there and could use the features of each class."""
    parts = [
        f"SELECT {number} AS class, begins, ends FROM {_able(asked, features, number)}" for number in _keys(features)
    ]
    return " UNION ALL ".join(parts) or "SELECT 0 AS class, 0 AS begins, 0 AS ends WHERE false"


def lives(asked: Asked, features: dict[int, Feature], since: str) -> str:
    """SQL for (feature_key, begins, ends): who could use each feature and had got so far with it.

    Args:
        asked: The question.
        features: Which features.
        since: The day on which one got there: `first_on` or `adopted_on`.
    """
    if asked.question.period:
        spans = f"""SELECT entity_key, feature_key, {_number_of_day(since)} AS begins, after AS ends
            FROM {asked.grain.life} CROSS JOIN ends WHERE {since} <= $last_day::DATE"""
    else:
        spans = f"SELECT entity_key, feature_key, {ONCE} FROM {asked.grain.life} WHERE {since} <= $date_to::DATE"
    return _of_each_class(asked, features, spans)


def silences(asked: Asked, features: dict[int, Feature], quiet: str) -> str:
    """SQL for (feature_key, begins, ends): who could use each feature, had adopted it and left it alone.

    Args:
        asked: The question; has the relation `feature_rule`.
        features: Which features.
        quiet: The column of that with the days without use that make a silence, a cadence or more.
    """
    if asked.question.period:
        spans = f"""SELECT entity_key, feature_key, {_number_of_day(f"(last_on + {quiet})")} AS begins,
                {_number_of_day("next_on")} AS ends
            FROM {asked.grain.silence} CROSS JOIN ends JOIN feature_rule USING (feature_key)
            WHERE next_on > first_day AND next_on - last_on > {quiet} AND last_on + {quiet} <= $last_day::DATE"""
    else:
        spans = f"""SELECT entity_key, feature_key, {ONCE} FROM {asked.grain.silence} JOIN feature_rule USING (feature_key)
            WHERE next_on > $date_to::DATE AND $date_to::DATE - last_on >= {quiet}"""
    return _of_each_class(asked, features, spans)


def _of_each_class(asked: Asked, features: dict[int, Feature], spans: str) -> str:
    """SQL for (feature_key, begins, ends): spans of features, as far as who has them could use the feature."""
    parts = [
        f"""SELECT s.feature_key, greatest(s.begins, e.begins) AS begins, least(s.ends, e.ends) AS ends
        FROM ({spans}) s JOIN {_able(asked, features, number)} e USING (entity_key)
        WHERE s.begins < s.ends AND s.feature_key IN ({", ".join(map(str, keys))})"""
        for number, keys in _keys(features).items()
    ]
    return " UNION ALL ".join(parts) or "SELECT 0 AS feature_key, 0 AS begins, 0 AS ends WHERE false"


def _able(asked: Asked, features: dict[int, Feature], number: int) -> str:
    """Relation (entity_key, begins, ends): who was there and could use the features of a class.

    Where everybody could at the one end there is, presence itself is read each time: then the engine knows the keys,
    and looks them up in an array.
    """
    if list(classes(features))[number] or asked.question.period:
        return f"able_{number}"
    return f"(SELECT entity_key, {ONCE} FROM ({present_sql(asked)}))"


def _keys(features: dict[int, Feature]) -> dict[int, list[int]]:
    """Class -> keys of its features."""
    return dict(enumerate(classes(features).values()))


def _number_of_day(day: str) -> str:
    """SQL for the number of the first period at whose end a day is over, over the relation `ends`."""
    return f"coalesce(of_day[greatest({day} - first_day, 0) + 1], after)"


def _number_of_date(instant: str) -> str:
    """SQL for the number of the first period that ends on the UTC date of an instant or later."""
    return f"coalesce(of_date[greatest({instant}::DATE - first_date, 0) + 1], after)"


def _number_of_instant(instant: str, number: str) -> str:
    """SQL for the number of the first period that ends after an instant, given the first of its UTC date.

    Two periods can end on one date: one of days, and the one that is cut off at `as_of`.
    """
    passed = (f"coalesce(instants[{number}{more}] <= {instant}, false)::INTEGER" for more in ("", " + 1"))
    return f"{number} + {' + '.join(passed)}"


def _by_date(aggregate: str) -> str:
    return f"""SELECT {aggregate} FROM calendar c ASOF JOIN numbered p ON c.day <= p.on_at::DATE
            WHERE c.day >= (SELECT min(on_at)::DATE FROM numbered)"""
