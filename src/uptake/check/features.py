"""Features: can anybody use them, does anybody, and is their launch date right. Of value moments the first alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from uptake.check.attributes import source
from uptake.check.finding import Finding, many
from uptake.check.subject import Subject
from uptake.facts.feature_day import keyed
from uptake.metrics.catalogue import entry
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.reading import read_question
from uptake.metrics.parts.population import eligible_sql
from uptake.plan import Conditions, location_text


def eligibility(checked: Subject) -> Iterator[Finding]:
    """Features and value moments whose conditions hold for nobody: on no day, or no longer at the end of the data."""
    asked, last_day = _asked(checked), checked.last_day
    found: dict[Conditions, dict[date, int]] = {}
    plan = checked.plan
    conditions = [
        *((("features", name), "use the feature", feature.eligible) for name, feature in plan.features.items()),
        *((("value_moments", name), "reach it", moment.eligible) for name, moment in plan.value_moments.items()),
    ]
    for part, do, eligible in conditions:
        if not eligible or not all(_known(checked, test.property) for test in eligible):
            continue  # an attribute that nobody has is an error of its own
        if eligible not in found:
            # to look at every day takes longer, and is needed by few
            last = _eligible(checked, asked, eligible, "$last_day")
            first_day = "(SELECT min(day) FROM event)"
            found[eligible] = last or _eligible(checked, asked, eligible, first_day)
        by_day = found[eligible]
        location = (*part, "eligible")
        where, subject = plan.place(location), location_text(location)
        if not by_day:
            yield Finding(
                "error",
                where,
                f"{subject}: nobody could {do} on any day of the data.",
                "Correct the conditions, or import the attributes they are about.",
            )
        elif last_day not in by_day:
            most_on = max(by_day, key=lambda day: by_day[day])
            yield Finding(
                "warning",
                where,
                f"{subject}: nobody can {do} on {last_day}, the last day of data."
                f" Most could on {most_on}: {many(by_day[most_on], 'user')}.",
                "To see its adoption ask about an earlier day, with date_to; if somebody still can, correct the conditions.",
            )


def use(checked: Subject) -> Iterator[Finding]:
    """Features that nobody ever used, though their events occur."""
    used = {key for (key,) in checked.cursor.execute("SELECT DISTINCT feature_key FROM feature_day").fetchall()}
    for key, feature in keyed(checked.plan).items():
        occurs = any(name in checked.events for chosen in feature.events for name in chosen.events)
        if key not in used and occurs:
            yield Finding(
                "warning",
                checked.plan.place(("features", feature.name, "events")),
                f"features.{feature.name}: nobody ever used it. Its events occur, and none fits the conditions.",
                "Correct the conditions under where.",
            )


def launches(checked: Subject) -> Iterator[Finding]:
    """Features that are launched after the data end, or were used before they were launched."""
    for key, feature in keyed(checked.plan).items():
        if feature.launched_on is None or checked.last_day is None:
            continue
        location = ("features", feature.name, "launched_on")
        where, subject = checked.plan.place(location), f"{location_text(location)} is {feature.launched_on}"
        first_day, users, uses = checked.cursor.execute(
            """SELECT min(day), count(DISTINCT user_key), count(*) FROM feature_day
            WHERE feature_key = $feature AND day < $launched_on""",
            {"feature": key, "launched_on": feature.launched_on},
        ).fetchall()[0]
        if uses:
            yield Finding(
                "warning",
                where,
                f"{subject}, and the feature was used before that: {many(users, 'user')}, first on {first_day}.",
                "Correct the date, or leave out the events of trials.",
            )
        elif feature.launched_on > checked.last_day:
            yield Finding("warning", where, f"{subject}, after the last day of data, {checked.last_day}.", "")


def _known(checked: Subject, label: str) -> bool:
    side, _, attribute = label.partition(".")
    return bool(checked.number(f"SELECT count(text) FROM {source(side, attribute).rows}"))


def _asked(checked: Subject) -> Asked:
    """The question that the metric feature_adoption answers if nothing else is said."""
    found = entry("feature_adoption")
    question = read_question(checked.cursor, checked.plan, found, {})
    return Asked(question, checked.plan, GRAINS["user"], checked.cursor, found.metric.unit)


def _eligible(checked: Subject, asked: Asked, conditions: Conditions, first_day: str) -> dict[date, int]:
    """Day -> users who could use such a feature at its end, or when the data end; no day has 0."""
    rows = checked.cursor.execute(
        f"""WITH period AS (
            SELECT day AS period_on, least(ends_at, $as_of) AS on_at FROM calendar
            WHERE day BETWEEN {first_day} AND $last_day
        )
        SELECT period_on, count(*) FROM ({eligible_sql(asked, conditions)}) GROUP BY period_on ORDER BY period_on""",
        {"as_of": asked.question.as_of, "last_day": checked.last_day},
    )
    return dict(rows.fetchall())
