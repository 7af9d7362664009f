"""Asking for benchmarks: everybody against that of their type, as of the end of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import isnan
from typing import Any

import numpy as np

from uptake.benchmarks.answer import (
    Account,
    Benchmarks,
    Exemplar,
    Expected,
    MeasureBenchmark,
    Pace,
    Progress,
    Standing,
    TypeBenchmark,
)
from uptake.benchmarks.cohorts import cohorts, months_of_signing
from uptake.benchmarks.measured import NO_TYPE, Measured, measured
from uptake.benchmarks.reasons import Lacks, lacks
from uptake.benchmarks.ways import READ_WEEKS, Ways, ways
from uptake.benchmarks.weekly import together
from uptake.errors import QuestionError
from uptake.metrics.core import dimensions
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.names import names_of
from uptake.metrics.core.question import Question, last_day_before, read_as_of, read_week_start, read_zone
from uptake.metrics.core.reading import data_until
from uptake.metrics.parts import attributes
from uptake.plan import Plan
from uptake.signals.labels import labels
from uptake.signals.panel import Panel
from uptake.signals.signal import find
from uptake.signals.windows import Floats
from uptake.stats.estimate import Estimate
from uptake.store.projection import Cursor

GIVEN = ("as_of", "by", "timezone")
GOOD_ENOUGH = 0.8
"""What an exemplary account should have of the benchmark that the others make."""
FEWEST_EXEMPLARS = 3


def benchmark(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Benchmarks:
    """Everybody against the benchmark of their type; what managers wrote is added by `telling.with_reasons`.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        given: `as_of`; `by`, an attribute of accounts that cohorts are made of instead of months; `timezone`.

    Raises:
        QuestionError: A name or a value is not known.
    """
    unknown = set(given) - set(GIVEN)
    if unknown:
        raise QuestionError(f"Benchmarks take no parameter '{min(unknown)}'.", allowed=GIVEN)
    asked = asked_for(cursor, plan, given)
    now = asked.question.last_day
    facts = together(asked, now, READ_WEEKS)
    panel = Panel(asked, now, now, facts)
    made = measured(panel, plan.all_benchmarks)
    by = str(given.get("by") or "")
    groups = _groups(panel, by)
    lacking = lacks(made, plan)
    way = ways(made)
    accounts = _accounts(made, way, lacking, months_of_signing(panel), groups)
    accounts.sort(key=lambda one: (one.attainment is None, one.attainment or 0.0, one.id))
    zone = asked.question.timezone
    found = Benchmarks(
        now, last_day_before(data_until(cursor, zone), zone), asked.question.as_of, zone, plan.version, by,
        _types(made, lacking), tuple(accounts), cohorts(accounts, by=by), way.record,
    )  # fmt: skip
    if facts:
        facts.forget()
    return found


def last_day(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> date:
    """The day that a question is answered for."""
    zone = read_zone(given, plan)
    return last_day_before(read_as_of(given.get("as_of"), zone) or data_until(cursor, zone), zone)


def asked_for(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Asked:
    """The question within which signals are asked."""
    zone = read_zone(given, plan)
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    now = last_day_before(as_of, zone)
    question = Question("benchmark", "account", {}, None, now, None, as_of, now, zone, read_week_start(given, plan))
    return Asked(question, plan, ACCOUNT, cursor, "")


def _groups(panel: Panel, by: str) -> list[str]:
    if not by:
        return [""] * panel.n
    numbers, found = labels(panel, dimensions.find(attributes.known(panel.cursor, panel.asked.plan), by, "account"))
    return [found[number] for number in numbers[:, -1].tolist()]


def _accounts(
    made: Measured,
    way: Ways,
    lacking: Lacks,
    signed: Mapping[int, date],
    groups: list[str],
) -> list[Account]:
    panel = made.panel
    ids = names_of(panel.cursor, "account", panel.asked.question.as_of)
    keys, progress = panel.keys.tolist(), _progress(way, panel.last)
    standings = [_standings(made, number) for number in range(len(made.types))]
    type_of, fits_of = made.type_of[:, -1].tolist(), made.fits[:, -1].tolist()
    attainment, unlike = _known_of(made.attainment[:, -1]), [_known_of(one) for one in made.apart[:, :, -1]]
    is_exemplary = np.any(made.exemplars[:, :, -1], axis=0).tolist()
    found = []
    for row in np.flatnonzero(panel.present[:, -1]).tolist():
        number, other = type_of[row], fits_of[row]
        has_type, fits = number != NO_TYPE, other != NO_TYPE
        id_, name = ids[keys[row]]
        missing = lacking.roles.get(row, {})
        found.append(
            Account(
                id=id_,
                type=made.types[number].name if has_type else None,
                attainment=attainment[row],
                standings=standings[number][row] if has_type else (),
                is_exemplary=is_exemplary[row],
                fits=made.types[other].name if fits else None,
                unlike_own=unlike[number][row] if has_type else None,
                unlike_other=unlike[other][row] if fits else None,
                signed_on=signed.get(row),
                group=groups[row],
                way=progress[row],
                missing_steps=lacking.steps.get(row, ()),
                trainings=lacking.trainings.get(row, 0),
                missing_roles=tuple(sorted(missing)),
                idle_roles=tuple(sorted(role for role, is_held in missing.items() if is_held)),
                reason="",
                note="",
                name=name,
            )
        )
    return found


def _standings(made: Measured, number: int) -> list[tuple[Standing, ...]]:
    """Everybody against a type, measure by measure, whether they are of it or not."""
    attained = made.attained_by_type(number, made.values, made.median[number][:, None, :])[:, :, -1]
    of_measure = [
        [
            Standing(measure.name, value, share)
            for value, share in zip(_known_of(made.values[made.at(measure), :, -1]), _known_of(shares), strict=True)
        ]
        for measure, shares in zip(made.types[number].signals.values(), attained, strict=True)
    ]
    return list(zip(*of_measure, strict=True))


def _progress(way: Ways, last: date) -> list[Progress]:
    """The way of everyone, row by row."""
    weeks = way.attainment.shape[1]
    ends = [last - timedelta(days=7 * (weeks - 1 - week)) for week in range(weeks)]
    said, own = way.forecast, way.pace
    shares = (one.tolist() for one in (said.share, said.lower, said.upper))
    days = (_known_of(7 * one) for one in (said.middle, said.early, said.late))
    told = zip(
        _by_row(way.attainment),
        way.reached.first.tolist(),
        way.reached.holds.tolist(),
        said.why_not,
        said.accounts.tolist(),
        zip(*shares, strict=True),
        zip(*days, strict=True),
        own.why_not,
        zip(*(_known_of(one) for one in (own.days, own.earliest, own.latest)), strict=True),
        strict=True,
    )
    return [
        _way(
            weekly,
            ends[first] if first >= 0 else None,
            holds,
            why_not or Expected(Estimate(n, *share), *(_later(last, one) for one in after)),
            why_no_pace or _pace(last, *own_days),
        )
        for weekly, first, holds, why_not, n, share, after, why_no_pace, own_days in told
    ]


def _way(
    weekly: tuple[float | None, ...], reached_on: date | None, holds: bool, expected: Expected | str, pace: Pace | str
) -> Progress:  # fmt: skip
    """How one stands; in place of what is expected, and of the pace, there may be why nothing is."""
    if all(one is None for one in weekly):
        return Progress("unknown", weekly, None, None, "", None, "")
    if holds:
        return Progress("reached", weekly, reached_on, None, "", None, "")
    said, why_not = (None, expected) if isinstance(expected, str) else (expected, "")
    own, why_no_pace = (None, pace) if isinstance(pace, str) else (pace, "")
    return Progress("slipped" if reached_on else "on_the_way", weekly, reached_on, said, why_not, own, why_no_pace)


def _pace(last: date, days: float | None, earliest: float | None, latest: float | None) -> Pace:
    assert days is not None
    return Pace(last + timedelta(days=int(days)), _later(last, earliest), _later(last, latest))


def _later(last: date, days: float | None) -> date | None:
    return None if days is None else last + timedelta(days=int(days))


def _types(made: Measured, lacking: Lacks) -> tuple[TypeBenchmark, ...]:
    ids = dict(made.panel.cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
    found = []
    for number, one in enumerate(made.types):
        left_out = made.left_out(number, -1)
        exemplars = tuple(
            Exemplar(ids[int(made.panel.keys[row])], _known(attained)) for row, attained in left_out.items()
        )
        measures = tuple(
            MeasureBenchmark(
                measure.name,
                measure.signal,
                find(measure.signal).unit,
                measure.better,
                *(_known(ends[number, made.at(measure), -1]) for ends in (made.median, made.lowest, made.highest)),
            )
            for measure in one.signals.values()
        )
        accounts = int((made.type_of[:, -1] == number).sum())
        doubts = _doubts(exemplars, measures, one.exemplars)
        are_proposed = one.exemplars is None
        found.append(
            TypeBenchmark(
                one.name, one.title, accounts, measures, exemplars, are_proposed, one.target, one.weeks,
                lacking.trained[number], doubts,
            )
        )  # fmt: skip
    return tuple(found)


def _doubts(
    exemplars: tuple[Exemplar, ...], measures: tuple[MeasureBenchmark, ...], named: tuple[str, ...] | None
) -> tuple[str, ...]:
    found = []
    gone = sorted(set(named or ()) - {one.id for one in exemplars})
    if gone:
        found.append(f"Not there on this day: {', '.join(gone)}.")
    if not exemplars:
        found.append("There is no exemplary account, so nothing can be said.")
    elif len(exemplars) < FEWEST_EXEMPLARS:
        found.append(f"Too few exemplary accounts (n = {len(exemplars)}): one more may change everything.")
    weak = sum(one.left_out is not None and one.left_out < GOOD_ENOUGH for one in exemplars)
    if weak:
        have = "has" if weak == 1 else "have"
        found.append(f"{weak} of {len(exemplars)} exemplary accounts {have} less than 80 % of what the others have.")
    unknown = [one.name for one in measures if one.median is None]
    if exemplars and unknown:
        found.append(f"Nothing is known of them in {', '.join(unknown)}, so it is left out.")
    return tuple(found)


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _known_of(values: Floats) -> list[float | None]:
    """`_known` of each of many."""
    return [None if isnan(value) else value for value in values.tolist()]


def _by_row(values: Floats) -> list[tuple[float | None, ...]]:
    """`_known` of each, row by row."""
    return [tuple(None if isnan(value) else value for value in row) for row in values.tolist()]
