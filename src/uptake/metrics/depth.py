"""Depth.

How intensively a feature is used, held against everybody else who could use it: a percentile, so that features with
many clicks and features with few can be compared.

Formula: uses in the `window_days` days up to the end of the period, scaled to the whole window for who could use the
    feature for a part of it only (at least `least_days` days); then the share of peers below, half of those level
    with one included (mid-rank). Peers: everyone who could use the feature then, or those of them with the same value
    of the attribute `peers`. A rank is the same for uses and for their logarithm
Unit: share
Grain: user, user in one account, or account: the mean of its users, so that few deep users count for what they are
Population: everyone who was there at the end of the period and could use the feature, who did not with 0 uses
Empty: no value where nobody is eligible
Interval: Student's t for the mean, 95 %
Pitfall: over all peers together it is 0.5, whatever they do: break it down, ask for accounts, or list the people
    behind it. Where most never use a feature they share one low rank, half their share of all
Source: definitions 5.11 (ours); tenure scaling after fight-churn 7.8; mid-ranks where its qcut drops bins
"""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from uptake.errors import QuestionError
from uptake.metrics.core import dimensions
from uptake.metrics.core.grain import ACCOUNT, MEMBER, USER, Grain
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import attributes
from uptake.metrics.parts.features import class_of_feature_sql, eligible_classes_sql, shown
from uptake.metrics.parts.labelled import labelled
from uptake.metrics.parts.observed import seen_from, watched
from uptake.metrics.parts.population import WINDOW_DAY, present_sql
from uptake.metrics.parts.ranks import of_accounts, ranks
from uptake.metrics.parts.tallies import is_of_everybody, numbered, rows_of_each, summed
from uptake.plan import Feature
from uptake.store.sql import name

TAGS = ("core", "advanced")


def rows(asked: Asked) -> Sql:
    """Everyone eligible, once a feature, with the rank among peers."""
    features = chosen(asked, asked.param("feature"))
    seen = _seen(asked)
    peers, group = _peers(asked, seen.grain)
    ranked = f"""SELECT entity_key, anchor_at, period_on, feature,
            (rank() OVER (PARTITION BY period_on, feature{group} ORDER BY rate) - 1
                + count(*) OVER (PARTITION BY period_on, feature{group}, rate) / 2
            ) / count(*) OVER (PARTITION BY period_on, feature{group}) AS value
        FROM ({peers})"""
    if asked.grain is ACCOUNT:
        # who has left may still have members: only accounts that are there are counted
        ranked = f"""SELECT e.entity_key, e.anchor_at, e.period_on, r.feature, avg(r.value) AS value
        FROM ({ranked}) r JOIN ({present_sql(asked)}) e
            ON e.entity_key = r.entity_key >> 32 AND e.period_on IS NOT DISTINCT FROM r.period_on GROUP BY ALL"""
    return Sql(
        ranked,
        _values(asked),
        {
            **_relations(seen, features),
            "rated": _rated_sql(seen),
        },
    )


def totals(asked: Asked) -> Sql | None:
    """The sums from how many have each rate: most never use a feature, and need not be ranked one by one."""
    if asked.param("peers") or not is_of_everybody(asked):
        return None
    features = chosen(asked, asked.param("feature"))
    return summed(lambda: ranks(asked, features), "feature", *(asked.split.labels if asked.split else ()))


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of accounts, the mean over features, from columns in memory."""
    return rows_of_each(numbered(asked), of_accounts(asked, chosen(asked, asked.param("feature"))))


def _seen(asked: Asked) -> Asked:
    """The question about those who are ranked: of an account, its users."""
    return replace(asked, grain=MEMBER) if asked.grain is ACCOUNT else asked


def _values(asked: Asked) -> dict[str, Any]:
    return {"window_days": asked.param("window_days"), "least_days": asked.param("least_days"), **watched(asked)}


def _relations(seen: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations: who could use each feature, and how much each used it."""
    return {
        "window_day": WINDOW_DAY,
        "feature_class(feature_key, class)": class_of_feature_sql(features),
        "eligible": eligible_classes_sql(seen, features),
        "used": f"""SELECT u.entity_key, u.feature_key, p.period_on, sum(u.uses) AS counted, min(u.day) AS first_on
        FROM window_day p JOIN {seen.grain.of("feature_day")} u ON u.day = p.day GROUP BY ALL""",
    }


def _rated_sql(seen: Asked) -> str:
    """SQL for (entity_key, anchor_at, period_on, feature, rate) of everyone eligible."""
    # rounded, as equal rates come from different fractions
    return f"""SELECT e.entity_key, e.anchor_at, e.period_on, f.feature,
            round(coalesce(d.counted, 0) * $window_days::INTEGER / greatest($least_days::INTEGER,
                least($window_days::INTEGER, p.on_day - {seen_from("f.launched_on")} + 1)), 9) AS rate
        FROM eligible e JOIN feature_class c USING (class) JOIN features f ON f.feature_key = c.feature_key
        JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on
        LEFT JOIN used d ON d.entity_key = e.entity_key AND d.feature_key = c.feature_key
            AND d.period_on IS NOT DISTINCT FROM e.period_on
        LEFT JOIN {seen.grain.start} s ON s.entity_key = e.entity_key"""


def chosen(asked: Asked, word: str) -> dict[int, Feature]:
    """Key -> feature, of those a word means: a tag, all that are shown, or one feature.

    Raises:
        QuestionError: It is none of these.
    """
    found = shown(asked)
    if word in TAGS:
        return {key: feature for key, feature in found.items() if feature.tag == word}
    own = found if word == "all" else {key: one for key, one in found.items() if one.name == word}
    if word != "all" and not own:
        raise QuestionError(f"feature is '{word}'.", allowed=[*TAGS, "all", *(one.name for one in found.values())])
    return own


def _peers(asked: Asked, grain: Grain) -> tuple[str, str]:
    """SQL for the rates with the attribute that makes peers, and what that adds to a partition."""
    if not asked.param("peers"):
        return "SELECT * FROM rated", ""
    attribute = dimensions.find(attributes.known(asked.cursor, asked.plan), asked.param("peers"), asked.question.entity)
    if attribute.entity == "account" and grain is USER:
        raise QuestionError(
            f"Users cannot be told apart by {attribute.label}: a user can be in several accounts.",
            do="Ask with entity=member, or break the answer down by an attribute of the account.",
        )
    rated = labelled(grain, [attribute], [], asked.plan.product.timezone)
    return f"WITH entity_row AS (SELECT * FROM rated) {rated}", f", {name(attribute.label)}"


METRIC = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("feature", "text", "A feature of the plan, or core, advanced or all.", default="core"),
        Param("peers", "text", "An attribute whose value peers have in common; everyone eligible if not given."),
        Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=3660),
        Param(
            "least_days", "integer", "The shortest time that uses are scaled up from.", default=14, least=1, most=3660
        ),
    ),
    labels=("feature",),
)
