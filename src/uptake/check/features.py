"""Features: can anybody use them, does anybody, and is their launch date right."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.finding import Finding, many
from uptake.check.subject import Subject
from uptake.facts.feature_day import keyed
from uptake.metrics import periods
from uptake.metrics.ask import read_question
from uptake.metrics.catalogue import entry
from uptake.metrics.grain import GRAINS
from uptake.metrics.metric import Asked
from uptake.metrics.population import eligible_sql
from uptake.plan import Conditions, location_text


def eligibility(checked: Subject) -> Iterator[Finding]:
    """Features whose conditions of eligibility hold for nobody at the end of the data."""
    counted: dict[Conditions, int] = {}
    for name, feature in checked.plan.features.items():
        if not feature.eligible or not all(_known(checked, test.property) for test in feature.eligible):
            continue  # an attribute that nobody has is an error of its own
        if feature.eligible not in counted:
            counted[feature.eligible] = _eligible(checked, feature.eligible)
        if not counted[feature.eligible]:
            location = ("features", name, "eligible")
            yield Finding(
                "error",
                checked.plan.place(location),
                f"{location_text(location)}: nobody can use the feature on {checked.last_day}, the last day of data.",
                "Correct the conditions, or import the attributes they are about.",
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
    return bool(
        checked.number(f"SELECT count(*) FROM {side}_attribute WHERE name = $attribute", {"attribute": attribute})
    )


def _eligible(checked: Subject, conditions: Conditions) -> int:
    """Users who can use such a feature, exactly as the metric feature_adoption counts them by default."""
    found = entry("feature_adoption")
    question = read_question(checked.cursor, checked.plan, found, {})
    asked = Asked(question, checked.plan, GRAINS["user"], checked.cursor, found.metric.unit)
    sql = f"WITH period AS ({periods.sql(question)}) SELECT count(*) FROM ({eligible_sql(asked, conditions)})"
    values = {"as_of": question.as_of, "date_to": question.date_to}
    return checked.number(sql, {key: value for key, value in values.items() if f"${key}" in sql})
