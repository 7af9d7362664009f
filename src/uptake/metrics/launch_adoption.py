"""Launch adoption.

How a launched feature is taken up: by each day since the launch, how many of those it is for had tried it, used it
again, adopted it and kept it, against the target; and how those whom its campaign reached fared beside the others.

Formula: entities that got there by the end of day d / entities for whom day d is over. Tried: a first day of use.
    Again: a second, different one. Adopted: the plan's number of different days within the plan's window from the
    first. Kept: use one cadence of the feature or more after it was adopted. Day 0 is the day of the launch, or with
    clock=exposure the day on which each could first use the feature. With output=campaign, of those who had not got to
    what the target asks by the end of day `reached_by`: the share that got there by day `within_days`, of whom a channel
    had reached by then less that of the others
Unit: share
Grain: user, account (all its users together), or user in one account
Population: with clock=launch, everyone who was there on the day of the launch and could use the feature by its end;
    with clock=exposure, everyone who was at some time since. Both by the feature's `eligible` and the launch's
    `population`, and whoever leaves later stays counted
Empty: a day that is over for nobody is in progress, and never 0
Interval: Wilson, 95 %; Newcombe's for the difference
Pitfall: output=campaign is observational: a campaign reaches those who come anyway. Both sides start from the same day,
    so that nobody counts as reached because they stayed long enough to be, and whoever got there sooner is left out:
    what a campaign did in its first days is not seen, so set `reached_by` low where it acts at
    once. With clock=exposure late days rest on those who came early, so a curve can fall where n does. Use from before
    the launch, by testers say, is left out
Source: requirements C13 and C21 (ours); TARS (target, adopted, retained)
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.feature_day import keyed
from uptake.facts.selection import events_sql
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.kinds.drivers import DRIVERS
from uptake.metrics.kinds.launch import LAUNCH
from uptake.metrics.parts.launch_counts import Launched, campaign, curves
from uptake.metrics.parts.population import open_from_sql
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.plan import Feature, Launch, Selector
from uptake.store.sql import literal

CURVES, CAMPAIGN = "curves", "campaign"
ANY_CHANNEL = "any channel"
OBSERVED = (
    "Observed, not caused: whom a campaign reaches differs in more than in being reached. An experiment with a holdout tells"
    " its effect."
)


def rows(asked: Asked) -> Sql:
    """Everyone the launch is for, with how far they got, or with the channels that had reached them."""
    found = _curves(asked)
    return found if asked.param("output") == CURVES else _campaign(asked, found)


def totals(asked: Asked) -> Sql | None:
    """The same counts without a row for each, from the days of use of the feature."""
    if not is_of_everybody(asked):
        return None
    launch, sql = launched(asked), rows(asked)
    key, feature = _feature(asked, launch)
    clock = asked.param("clock") or launch.clock
    meant = Launched(sql.values, key, (*feature.eligible, *launch.population), at_launch=clock == "launch")
    if asked.param("output") == CURVES:
        return Sql(counted=lambda: curves(asked, meant))
    channels = {name: _reached(asked, reached) for name, reached in _telling(launch).items()}
    return Sql(counted=lambda: campaign(asked, meant, channels, ANY_CHANNEL))


def _curves(asked: Asked) -> Sql:
    """Everyone the launch is for, with the days since the start on which they got so far."""
    launch = launched(asked)
    key, feature = _feature(asked, launch)
    days = asked.param("within_days") or launch.within_days
    there = f"""SELECT entity_key, min(greatest(valid_from, l.begins_at)) AS reached_at
            FROM {asked.grain.present} s CROSS JOIN launch l
            WHERE valid_to > l.begins_at AND valid_from < $as_of AND l.begins_at < $as_of GROUP BY entity_key"""
    exposed = open_from_sql(asked, (*feature.eligible, *launch.population), there)
    clock = asked.param("clock") or launch.clock
    zone = literal(asked.plan.product.timezone)
    at_launch = " AND open_at < l.ends_at" if clock == "launch" else ""
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
            "launch": "SELECT begins_at, ends_at FROM calendar WHERE day = $launched_on::DATE",
            "exposed": f"""SELECT entity_key, open_at AS anchor_at, timezone({zone}, timezone('UTC', open_at))::DATE AS start_on
        FROM ({exposed}) JOIN launch l ON open_at >= l.begins_at{at_launch}""",
            "used": f"""SELECT e.entity_key, e.anchor_at, e.start_on,
            list_sort(list_distinct(list(u.day) FILTER (u.day IS NOT NULL))) AS used
        FROM exposed e LEFT JOIN {asked.grain.of("feature_day")} u ON u.entity_key = e.entity_key
            AND u.feature_key = {key} AND u.day >= e.start_on AND u.day <= $until_day::DATE
        GROUP BY e.entity_key, e.anchor_at, e.start_on""",
        },
    )


def _campaign(asked: Asked, got: Sql) -> Sql:
    """Everyone who had not got there by the day of the comparison, once, and once for each channel that had reached them."""
    launch = launched(asked)
    telling = _telling(launch)
    if not telling:
        raise DefinitionMissing(
            f"Nothing says whom the channels of {launch.title} reached.",
            do="Name the event of each under channels of the launch, as in {newsletter: newsletter_clicked}.",
        )
    columns = "t.entity_key, t.anchor_at, t.period_on, t.converted"
    touched = f"""SELECT DISTINCT {columns}, r.channel FROM waiting t JOIN reached r ON r.entity_key = t.entity_key
            JOIN calendar f ON f.day = t.start_on JOIN calendar l ON l.day = t.start_on + $reached_by::INTEGER
        WHERE r.event_at >= f.begins_at AND r.event_at < l.ends_at"""
    either = f" UNION ALL SELECT DISTINCT {columns}, {literal(ANY_CHANNEL)} FROM touched t" if len(telling) > 1 else ""
    return replace(
        got,
        select=f"""
    SELECT {columns}, NULL::VARCHAR AS driver FROM waiting t
    UNION ALL SELECT {columns}, channel FROM touched t{either}""",
        values={**got.values, "reached_by": asked.param("reached_by"), "least_n": 1},
        relations={
            **got.relations,
            "waiting": f"""SELECT *, coalesce(got_on <= $within_days::INTEGER, false) AS converted FROM (
            SELECT c.*, {launch.target_of}_on AS got_on, start_on FROM ({got.select}) c JOIN exposed USING (entity_key)
        ) WHERE closed_days > $within_days::INTEGER AND (got_on IS NULL OR got_on > $reached_by::INTEGER)""",
            "reached": " UNION ALL ".join(
                f"SELECT {literal(name)} AS channel, * FROM ({_reached(asked, reached)}) WHERE event_at < $as_of"
                for name, reached in telling.items()
            ),
            "touched": touched,
        },
        notes=(OBSERVED,),
    )


def _telling(launch: Launch) -> dict[str, Selector]:
    """The channels that say whom they reached, with the events that say so."""
    return {one.name: one.reached for one in launch.channels if one.reached is not None}


def _reached(asked: Asked, reached: Selector) -> str:
    """SQL for (entity_key, event_at): whom a channel reached when."""
    return f"""SELECT {asked.grain.key} AS entity_key, event_at FROM event
                WHERE {asked.grain.needs} AND {events_sql(asked.cursor, asked.plan, [reached])}"""


def _feature(asked: Asked, launch: Launch) -> tuple[int, Feature]:
    """The feature that is launched, with its key."""
    return next((key, one) for key, one in keyed(asked.plan).items() if one.name == launch.feature)


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


def kind(params: Mapping[str, Any]) -> Kind:
    """Curves, or the difference between those whom a channel reached and the others."""
    return DRIVERS if params.get("output") == CAMPAIGN else LAUNCH


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("launch", "text", "A launch of the plan; may be left out where there is one."),
        Param(
            "clock",
            "choice",
            "From when days are counted: the launch, or when each could first use it; the plan's if not given.",
            choices=("launch", "exposure"),
        ),
        Param("within_days", "integer", "Days of the curves; the plan's if not given.", least=1, most=3660),
        Param(
            "output",
            "choice",
            "The curves, or those whom the campaign reached beside the others.",
            default=CURVES,
            choices=(CURVES, CAMPAIGN),
        ),
        Param(
            "reached_by",
            "integer",
            "With output=campaign: the day until which a channel may reach somebody.",
            default=7,
            least=0,
            most=3660,
        ),
    ),
)
