"""Feature discovery lag.

How long it takes people to use a feature for the first time, from the moment they could: how old a user, or an
account, is when a feature is discovered.

Formula: Kaplan-Meier on (first use - when it was open, or `as_of` - that for those who have not used it); the estimate
    is the median, beside it p25, p75, p90 and the share that found it by day 1, 7, 14, 30. A feature is open to an
    entity from its start, but not before the feature's launch, nor before the plan, role or whatever makes it eligible.
    With `unit=sessions` it is how many sessions began from then on up to the first use, the one it was made in included;
    of those who have not used it, up to `as_of`; shares are told by the sessions of `by_sessions`
Unit: seconds, or count of sessions
Grain: user, account (any of its users), or user in one account
Population: entities to whom the feature was opened in the period, those who never used it included as censored;
    those to whom it never was open are not in it
Empty: no median where fewer than half have used it; no row for a feature that was open to nobody
Interval: Brookmeyer and Crowley with log-log limits for quantiles, log-log for shares, 95 %; before anybody arrived, where
    that formula has no value, Wilson's limit, so few entities set no lower limit (0).
    Between the groups of a breakdown the log-rank test, `pvalue`, for each feature
Pitfall: a mean over those who found it flatters a feature that few find. First use says nothing of a second one: look
    at adoption. Use before it was open counts as 0 seconds, and as 0 sessions; so does use in a session that was running when it
    opened. Sessions of an account are those of all its users, so large accounts have many in little time
Source: product adoption glossary (feature discovery); fight-churn (tenure); requirements C14
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.core.question import begin_of
from uptake.metrics.kinds.duration import Duration, InSessions
from uptake.metrics.parts.clocks import SESSIONS, TIME
from uptake.metrics.parts.durations import LEFT, OUTPUT, by_days, durations_of
from uptake.metrics.parts.features import classes, shown
from uptake.metrics.parts.first_uses import first_uses
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.population import open_from_sql
from uptake.metrics.parts.session_clock import in_sessions
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.plan import Feature
from uptake.store.sql import literal


def rows(asked: Asked) -> Sql:
    """Everyone to whom a feature was opened in the period, with the time to the first use or the time so far."""
    features = _chosen(asked)
    started = moment_sql(asked, START_OF_LIFE)
    numbers = {key: number for number, keys in enumerate(classes(features).values()) for key in keys}
    named = ", ".join(
        f"({key}, {literal(feature.name)}, {numbers[key]}, {_launch(asked, feature.launched_on)})"
        for key, feature in features.items()
    )
    openings = " UNION ALL ".join(
        f"SELECT entity_key, open_at, {number} AS class FROM ({open_from_sql(asked, conditions, started)})"
        for number, conditions in enumerate(classes(features))
    )
    clock = """SELECT o.entity_key, f.feature, greatest(o.open_at, f.launched_at) AS reached_at
        FROM opening o JOIN named_feature f USING (class)"""
    used = f"""SELECT u.entity_key, f.feature, u.first_at AS reached_at
        FROM {asked.grain.life} u JOIN named_feature f USING (feature_key)"""
    sql = durations_of(asked, clock, used, own=("feature",))
    sql.relations = {
        "named_feature(feature_key, feature, class, launched_at)": f"VALUES {named}",
        "opening": openings,
        **sql.relations,
    }
    return in_sessions(sql, asked.grain) if asked.param("unit") == SESSIONS else sql


def totals(asked: Asked) -> Sql | None:
    """The first uses with how long each entity was watched: who is waiting is known without a row for each."""
    if asked.param("output") != "summary":
        return None
    return Sql(counted=lambda: first_uses(asked, _chosen(asked), moment_sql(asked, START_OF_LIFE)))


def _chosen(asked: Asked) -> dict[int, Feature]:
    word = asked.param("feature")
    found = {key: one for key, one in shown(asked).items() if word in (None, one.name)}
    if not asked.plan.features:
        raise DefinitionMissing("The plan has no features.", do="Describe them in the plan under features.")
    if not found:
        raise QuestionError(f"feature is '{word}'.", allowed=[one.name for one in shown(asked).values()])
    return found


def _launch(asked: Asked, launched_on: date | None) -> str:
    return literal(begin_of(launched_on or date(1970, 1, 1), asked.plan.product.timezone))


KINDS: dict[str, Kind] = {TIME: Duration("feature"), SESSIONS: InSessions("feature")}


def kind(params: Mapping[str, Any]) -> Kind:
    """A duration in time, or in sessions."""
    return KINDS[str(params.get("unit") or TIME)]


METRIC = Metric(
    kind=kind,
    unit="seconds",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("feature", "text", "One feature of the plan; all that are not hidden if not given."),
        Param(
            "unit", "choice", "What the lag is counted in: time, or sessions.", default=TIME, choices=(TIME, SESSIONS)
        ),
        LEFT,
        by_days(1, 7, 14, 30),
        Param(
            "by_sessions",
            "list",
            "With unit=sessions, the sessions by which the share that got there is told.",
            default=[1, 2, 5, 10],
            least=1,
            most=3660,
        ),
        OUTPUT,
    ),
    labels=("feature",),
    is_snapshot=False,
)
