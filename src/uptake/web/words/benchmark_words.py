"""What the page of benchmarks says of an account: its measures, its way, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uptake.benchmarks.answer import Account, Expected, MeasureBenchmark, Pace, Progress, TypeBenchmark
from uptake.benchmarks.forecast import HORIZON
from uptake.benchmarks.record import FEWEST, Record
from uptake.charts import dates, words
from uptake.plan import Plan
from uptake.plan.words import title_of
from uptake.signals.signal import definition
from uptake.stats.estimate import Estimate
from uptake.stats.proportion import wilson
from uptake.web.words.plan_words import joined

EXACT = 0.5
"""Share of days that come true within two weeks below which a reader is told not to go by them."""


@dataclass(frozen=True)
class Bar:
    """A measure of an account against the benchmark.

    Args:
        title: The measure.
        value: The account's value; None: not known.
        median: The benchmark.
        lowest: The lower end of the band.
        highest: The upper end.
        unit: Their unit.
        attained: What the value is of the benchmark; None: one of them is not known.
        better: higher or lower.
    """

    title: str
    value: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    unit: str
    attained: float | None
    better: str


@dataclass(frozen=True)
class Why:
    """One thing that an account lacks.

    Args:
        about: Onboarding, Training, People or Type.
        text: What, in words.
    """

    about: str
    text: str


def measure_title(measure: MeasureBenchmark) -> str:
    """What a measure is called: as its signal, where the plan gives it no other name."""
    return definition(measure.signal).title if measure.name == measure.signal else title_of(measure.name)


def bars(one: Account, type_: TypeBenchmark) -> list[Bar]:
    """The measures of an account."""
    return [
        Bar(measure_title(is_), has.value, is_.median, is_.lowest, is_.highest, is_.unit, has.attained, is_.better)
        for has, is_ in zip(one.standings, type_.measures, strict=True)
    ]


def way_words(one: Account) -> tuple[str, str]:
    """How the way of an account stands, and when it will be at its benchmark."""
    way = one.way
    on = dates.day(way.reached_on) if way.reached_on else ""
    said = {
        "reached": f"Reached by {on}",
        "slipped": f"Reached by {on}, not any more",
        "on_the_way": "Keep going: not reached yet",
        "unknown": "Nothing is known",
    }[way.state]
    return said, "; ".join(forecast_words(way))


def forecast_words(way: Progress) -> list[str]:
    """What is forecast: by accounts like it, and by its own pace if it leads there; empty where it is at its benchmark."""
    found = []
    if way.expected:
        found.append(expected_words(way.expected))
    elif way.why_not:
        found.append(f"no forecast: {way.why_not}")
    if way.pace:
        found.append(pace_words(way.pace))
    elif way.why_no_pace and not way.expected:
        found.append(f"no date at its own pace: {way.why_no_pace}")
    return found


def expected_words(one: Expected) -> str:
    """How soon accounts like one were there, and the day by which half of them would be."""
    n, share, lower, upper = one.share
    found = (
        f"{words.share(share)} of {words.count(n)} accounts like it were there within {HORIZON} weeks "
        f"({words.interval(lower, upper, 'share')})"
    )
    if one.on:
        return f"{found}, half by {dates.day(one.on)}"
    return f"{found}, a fifth by {dates.day(one.earliest)}" if one.earliest else found


def pace_words(one: Pace) -> str:
    """When an account is at its benchmark by the line through its own weeks."""
    latest = dates.day(one.latest) if one.latest else "perhaps never"
    earliest = dates.day(one.earliest) if one.earliest else latest
    return f"at its own pace by {dates.day(one.on)} ({earliest} to {latest})"


def record_words(one: Record) -> str:
    """How the forecasts of a past day did, a few sentences."""
    then = f"{one.weeks} weeks before, on {dates.day(one.on)},"
    if not one.is_enough:
        return (
            f"How such forecasts do here cannot be said: {then} they could be made for {words.count(one.forecasts)} accounts, "
            f"{FEWEST} are needed."
        )
    found = (
        f"How such forecasts did: {then} they said that {words.count(round(one.said))} of {words.count(one.forecasts)} "
        f"accounts would be there by now; {words.count(one.arrived)} were ({_part(wilson(one.arrived, one.forecasts))})."
    )
    if not one.has_dates:
        return (
            f"{found} Too few of the days they named are over (n = {words.count(one.due)}) to say how exact these are."
        )
    near = wilson(one.near, one.due)
    own = f", {words.count(one.own_near)} of {words.count(one.own_due)} at their own pace" if one.has_own_dates else ""
    return (
        f"{found} Of {words.count(one.due)} days by which half should be there, {words.count(one.near)} came true within two "
        f"weeks ({_part(near)}){own}{': go by the share, not by the day.' if near.ci_upper < EXACT else '.'}"
    )


def _part(one: Estimate) -> str:
    return f"{words.share(one.estimate)}, {words.interval(one.ci_lower, one.ci_upper, 'share')}"


def why(one: Account, types: Mapping[str, TypeBenchmark], plan: Plan) -> list[Why]:
    """What an account lacks that exemplary ones have: places to look, not causes."""
    return list(_why(one, types, plan))


def _why(one: Account, types: Mapping[str, TypeBenchmark], plan: Plan) -> Iterator[Why]:
    titles = {step.name: step.title for step in plan.onboarding.steps} if plan.onboarding else {}
    if one.missing_steps:
        yield Why("Onboarding", f"not done: {joined([titles.get(name, name) for name in one.missing_steps], 'and')}")
    type_ = types.get(one.type or "")
    if type_ and not one.trainings and type_.trained:
        yield Why("Training", f"none; {type_.trained} of {len(type_.exemplars)} exemplary accounts had one")
    if one.missing_roles:
        absent = [role for role in one.missing_roles if role not in one.idle_roles]
        parts = [f"no {joined(absent, 'or')}"] if absent else []
        parts += [f"{joined(list(one.idle_roles), 'and')} not active"] if one.idle_roles else []
        yield Why("People", "; ".join(parts))
    if one.fits and one.fits in types:
        yield Why("Type", f"more like {types[one.fits].title}")
