"""Launch adoption.

How a launched feature is taken up: by each day since the launch, how many of those it is for had tried it, used it
again, adopted it and kept it, against the target.

Formula: entities that got there by the end of day d / entities for whom day d is over. Tried: a first day of use.
    Again: a second, different one. Adopted: the plan's number of different days within the plan's window from the
    first. Kept: use one cadence of the feature or more after it was adopted. Day 0 is the day of the launch, or with
    clock=exposure the day on which each could first use the feature
Unit: share
Grain: user, account (all its users together), or user in one account
Population: with clock=launch, everyone who was there on the day of the launch and could use the feature by its end;
    with clock=exposure, everyone who was at some time since. Both by the feature's `eligible` and the launch's
    `population`, and whoever leaves later stays counted
Empty: a day that is over for nobody is in progress, and never 0
Interval: Wilson, 95 %
Pitfall: with clock=exposure late days rest on those who came early, so a curve can fall where n does. Use from before
    the launch, by testers say, is left out
Source: requirements C13 and C21 (ours); TARS (target, adopted, retained)
"""

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.feature_day import keyed
from uptake.metrics.kinds.launch import LAUNCH
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import open_from_sql
from uptake.plan import Launch


def rows(asked: Asked) -> Sql:
    """Everyone the launch is for, with the days since the start on which they got so far."""
    launch = launched(asked)
    key, feature = next((key, one) for key, one in keyed(asked.plan).items() if one.name == launch.feature)
    days = asked.param("within_days") or launch.within_days
    there = f"""SELECT entity_key, min(greatest(valid_from, l.begins_at)) AS reached_at
            FROM {asked.grain.present} s CROSS JOIN launch l
            WHERE valid_to > l.begins_at AND valid_from < $as_of AND l.begins_at < $as_of GROUP BY entity_key"""
    exposed = open_from_sql(asked, (*feature.eligible, *launch.population), there)
    clock = asked.param("clock") or launch.clock
    at_launch = " AND c.day = l.day" if clock == "launch" else ""
    return Sql(
        """
    SELECT entity_key, anchor_at, NULL::DATE AS period_on, $until_day::DATE - start_on + 1 AS closed_days,
        used[1] - start_on AS tried_on, used[2] - start_on AS again_on, adopted_on - start_on AS adopted_on,
        list_filter(used, lambda day: day >= adopted_on + $cadence_days::INTEGER)[1] - start_on AS kept_on
    FROM (
        SELECT *, list_filter(used, lambda day: day < used[1] + $adopted_within::INTEGER)[$adopted_days::INTEGER]
            AS adopted_on
        FROM used
    )""",
        {
            "launched_on": asked.plan.launched_on(launch),
            "until_day": min(asked.question.last_day, asked.question.date_to),
            "within_days": days,
            "target": launch.target,
            "target_of": launch.target_of,
            "target_days": launch.within_days,
            "adopted_days": feature.adopted.days,
            "adopted_within": feature.adopted.within_days,
            "cadence_days": feature.cadence_days,
        },
        {
            "launch": "SELECT day, begins_at FROM calendar WHERE day = $launched_on::DATE",
            "exposed": f"""SELECT e.entity_key, e.open_at AS anchor_at, c.day AS start_on
        FROM ({exposed}) e CROSS JOIN launch l
        JOIN calendar c ON e.open_at >= c.begins_at AND e.open_at < c.ends_at{at_launch}""",
            "used": f"""SELECT e.entity_key, e.anchor_at, e.start_on,
            list_sort(list_distinct(list(u.day) FILTER (u.day IS NOT NULL))) AS used
        FROM exposed e LEFT JOIN {asked.grain.of("feature_day")} u ON u.entity_key = e.entity_key
            AND u.feature_key = {key} AND u.day >= e.start_on AND u.day <= $until_day::DATE
        GROUP BY e.entity_key, e.anchor_at, e.start_on""",
        },
    )


def launched(asked: Asked) -> Launch:
    """The launch that is asked about.

    Raises:
        DefinitionMissing: The plan has no launches.
        QuestionError: It has none of that name, or several and none was named.
    """
    launches = asked.plan.launches
    if not launches:
        raise DefinitionMissing(
            "The plan has no launches.", do="Describe one under launches: its feature, its day, whom it is for."
        )
    name = asked.param("launch") or (next(iter(launches)) if len(launches) == 1 else "")
    if name not in launches:
        said = f"launch is '{name}'." if name else "The plan has several launches, and which is meant is not said."
        raise QuestionError(said, allowed=launches)
    return launches[name]


METRIC = Metric(
    kind=LAUNCH,
    unit="share",
    rows=rows,
    params=(
        Param("launch", "text", "A launch of the plan; may be left out where there is one."),
        Param(
            "clock",
            "choice",
            "From when days are counted: the launch, or when each could first use it; the plan's if not given.",
            choices=("launch", "exposure"),
        ),
        Param("within_days", "integer", "Days of the curves; the plan's if not given.", least=1, most=3660),
    ),
)
