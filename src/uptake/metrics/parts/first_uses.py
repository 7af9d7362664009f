"""How long first uses of features took, or how many sessions, counted from columns in memory."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Told
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.question import begin_of
from uptake.metrics.core.side_by_side import side_by_side
from uptake.metrics.parts.clocks import SESSIONS, Clock, InSessions, Instants, InTime
from uptake.metrics.parts.cohorts import NOT_YET, Cohorts
from uptake.metrics.parts.crowds import NOT_REACHED, Crowd, counted, crowd, seen_until
from uptake.metrics.parts.opened_since import opened_since
from uptake.metrics.parts.tallies import instant, numbered
from uptake.plan import Conditions, Feature


def first_uses(asked: Asked, features: dict[int, Feature], started: str) -> list[Row]:
    """How many first used a feature after so long, and how many were last seen without, as life tables.

    For each period, feature and group, in this order.

    Args:
        asked: The question, of the metric `feature_discovery_lag`.
        features: Key -> feature.
        started: SQL for (entity_key, reached_at): since when each could use anything.
    """
    facts, cohorts, question = numbered(asked), Cohorts(asked), asked.question
    clock: Clock = InSessions(asked, facts) if asked.param("unit") == SESSIONS else InTime()
    started_at = facts.told(f"SELECT entity_key, reached_at AS value FROM ({started})", NOT_YET)
    crowds: dict[tuple[Conditions, date | None], Crowd] = {}
    ends: dict[tuple[Conditions, date | None], Instants] = {}
    uses: list[tuple[Crowd, NDArray[np.int64]]] = []
    for key, feature in features.items():
        alike = feature.eligible, feature.launched_on
        if alike not in crowds:
            launched_at = begin_of(feature.launched_on or date(1970, 1, 1), asked.plan.product.timezone)
            opened = opened_since(asked, facts, feature.eligible, started_at)
            open_at = np.maximum(opened, instant(launched_at))  # what is missing stays missing
            until = seen_until(asked, facts, open_at)
            crowds[alike] = crowd(asked, clock, cohorts, open_at, until)
            ends[alike] = until
        took = asked.kept.get(
            asked.cursor,
            (
                "first_uses",
                key,
                *alike,
                started,
                asked.grain.life,
                clock.length,
                asked.param("left"),
                question.as_of,
                question.timezone,
            ),
            partial(_took, asked, facts, clock, crowds[alike], ends[alike], key),
        )
        uses.append((crowds[alike], took.value))
    found: dict[tuple[int, int, int], Row] = {}
    answers = side_by_side(lambda use: counted(cohorts, *use), uses)
    for (key, feature), answer in zip(features.items(), answers, strict=True):
        for (period, order), (group, row) in answer.items():
            found[period, key, order] = {**cohorts.names(period, group, feature=feature.name), **row}
    return [found[place] for place in sorted(found)]


def _took(asked: Asked, facts: Numbered, clock: Clock, people: Crowd, until: Instants, feature: int) -> Told:
    """How long it took everybody to use a feature for the first time; `NOT_REACHED` of those who have not."""
    found = np.full(len(facts.everyone), NOT_REACHED)
    used = facts.parts(f"SELECT entity_key, feature_key AS part, first_at FROM {asked.grain.life}").get(feature)
    if used is not None:
        is_in = (used.values["first_at"] < until[used.number]) & ~np.isnat(people.open_at)[used.number]
        number, reading = used.number[is_in], clock.at_uses(used)[is_in]
        found[number] = clock.between(people.opened[number], reading)
    return Told(found)
