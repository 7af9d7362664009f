"""The way to value: does everybody have a start of life, and did anybody reach what the plan asks."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.finding import Finding, many, percent
from uptake.check.subject import FEW, Subject
from uptake.facts.criteria import leaves
from uptake.facts.early_start import early_starts
from uptake.facts.milestone import named
from uptake.facts.selection import events_sql
from uptake.plan import Location, Members, StartPoint, location_text
from uptake.plan.problems import shown
from uptake.store.sql import literal


def starts(checked: Subject) -> Iterator[Finding]:
    """Starts of life that many do not have. Looks at those with events only: a seat that never came has no start."""
    for entity, points in (("user", checked.plan.start.user), ("account", checked.plan.start.account)):
        # every event of a user is in a session
        events = "session" if entity == "user" else "event"
        came = f"(SELECT DISTINCT {entity}_key FROM {events} WHERE {entity}_key IS NOT NULL)"
        total = checked.number(f"SELECT count(*) FROM {came}")
        if not total:
            continue
        where = checked.plan.place(("start", entity))
        dated = [point for point in points if point.kind != "first_event"]
        told = " UNION ".join(_told_by(checked, entity, point) for point in dated)
        undated = checked.number(f"SELECT count(*) FROM {came} ANTI JOIN ({told}) USING ({entity}_key)") if dated else 0
        everybody = f"{many(total, entity)} with events"
        share = f"{undated:,} of {everybody} ({percent(undated, total)})"
        if undated < FEW * total:
            continue
        words = " or ".join(_words(point) for point in dated)
        if len(dated) == len(points):
            yield Finding(
                "warning",
                where,
                f"start.{entity}: {share} have no start of life, so they are in no cohort.",
                "Import what is missing, or let first_event be the last way to tell a start.",
            )
        elif undated == total:
            yield Finding(
                "note",
                where,
                f"start.{entity}: none of {everybody} has {words}; life starts at the first event.",
                f"Import {entity}s with {words}: who came before the data begin looks new.",
            )
        else:
            yield Finding(
                "warning",
                where,
                f"start.{entity}: {share} have no {words}; their life starts at the first event, later than others'.",
                f"Import the {entity}s that are missing.",
            )


def watched(checked: Subject) -> Iterator[Finding]:
    """Lives that began before the events do, and a first day of complete data that lies after all of them."""
    data_from = checked.plan.product.data_from
    if data_from is None:
        for found in early_starts(checked.cursor):
            yield Finding(
                "warning",
                checked.plan.place(("product",)),
                f"{found.words} started before the events begin ({found.first_day}): their first days look like silence.",
                f"Set product.data_from to {found.first_day}, which leaves them out of newcomers, or import events from"
                " before it.",
            )
    elif checked.last_day is not None and data_from > checked.last_day:
        yield Finding(
            "warning",
            checked.plan.place(("product", "data_from")),
            f"product.data_from is {data_from}, after the last event ({checked.last_day}).",
            "Set it to the first day from which events are complete.",
        )


def criteria(checked: Subject) -> Iterator[Finding]:
    """Onboarding, activation, value moments and milestones that nobody ever reached, or nobody in time."""
    by_users, by_accounts = _reached(checked, "user"), _reached(checked, "account")
    for name, tree in named(checked.plan).items():
        if not all(checked.occurs(leaf.selector) for leaf in leaves(tree)):
            continue  # an event that never occurred is an error of its own
        location, within_days = _place(checked, name)
        where, subject = checked.plan.place(location), location_text(location)
        # Set-up and activation are a user's own; value may take the work of a whole account.
        if name not in (by_users if within_days is not None else by_users | by_accounts):
            what = f"{subject}: nobody ever did what it asks."
            yield Finding("warning", where, what, "Ask for less, or look whether the events are complete.")
        elif within_days is not None and not _in_time(checked, name, within_days):
            what = f"{subject}: nobody ever did what it asks within {within_days} days of the start of life."
            yield Finding("warning", where, what, "Raise within_days, or look whether the starts of life are right.")
        elif name == "activated" and checked.plan.activation is not None:
            accounts, quorum = checked.number("SELECT count(*) FROM accounts"), checked.plan.activation.account.quorum
            if accounts and name not in by_accounts:
                where = checked.plan.place(("activation", "account"))
                asked = (
                    f"had {many(quorum.members, 'activated member')}"
                    if isinstance(quorum, Members) and not quorum.roles and quorum.criteria is None
                    else "did what it asks"
                )
                what = f"none of {many(accounts, 'account')} ever {asked}."
                do = "Ask for fewer members, or import who belongs to which account in which role."
                yield Finding("warning", where, f"activation.account: {what}", do)


def _reached(checked: Subject, entity: str) -> set[str]:
    rows = checked.cursor.execute(f"SELECT DISTINCT milestone FROM {entity}_milestone").fetchall()
    return {milestone for (milestone,) in rows}


def _in_time(checked: Subject, milestone: str, within_days: int) -> int:
    return checked.number(
        """SELECT count(*) FROM user_milestone JOIN user_start USING (user_key)
        WHERE milestone = $milestone AND reached_at <= started_at + to_days($within_days::INTEGER)""",
        {"milestone": milestone, "within_days": within_days},
    )


def _place(checked: Subject, milestone: str) -> tuple[Location, int | None]:
    """Where a milestone is described, and within how many days it has to be reached."""
    plan = checked.plan
    if milestone == "activated" and plan.activation is not None:
        return ("activation", "user"), plan.activation.user.within_days
    kind, _, name = milestone.rpartition(":")
    if kind == "step" and plan.onboarding is not None:
        position = [step.name for step in plan.onboarding.steps].index(name)
        return ("onboarding", "steps", position), plan.onboarding.within_days
    return ("value_moments" if kind == "value" else "milestones", name), None


def _told_by(checked: Subject, entity: str, point: StartPoint) -> str:
    """SQL for the keys of those whose start one point tells."""
    if point.selector is not None:
        return f"SELECT {entity}_key FROM event WHERE {events_sql(checked.cursor, checked.plan, [point.selector])}"
    name = point.attribute or point.kind
    return (
        f"SELECT {entity}_key FROM {entity}_attribute"
        f" WHERE name = {literal(name)} AND try_cast(text AS TIMESTAMPTZ) IS NOT NULL"
    )


def _words(point: StartPoint) -> str:
    if point.selector is not None:
        return " or ".join(f"event {shown(name)}" for name in point.selector.events)
    return point.attribute or point.kind
