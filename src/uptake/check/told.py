"""Alerts, lists of who qualifies and links: owners that nobody has, outcomes that never came, links that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.attributes import source
from uptake.check.conditions import unknown
from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.plan import location_text
from uptake.plan.evidence import PLACES
from uptake.plan.problems import nearest, shown


def owners(checked: Subject) -> Iterator[Finding]:
    """Attributes that are to name the owner of an alert, and that nobody has."""
    for name, alert in checked.plan.alerts.items():
        if alert.owner_attribute:
            found = source((alert.owner or "").partition(".")[0], alert.owner_attribute)
            if not checked.number(f"SELECT count(*) FROM {found.rows}"):
                yield unknown(checked, ("alerts", name, "owner"), found)


def outcomes(checked: Subject) -> Iterator[Finding]:
    """Outcomes that are hoped for and that never came, where there are outcomes at all."""
    known = [row[0] for row in checked.cursor.execute(
        "SELECT outcome FROM raw.outcomes GROUP BY 1 ORDER BY count(*) DESC, 1").fetchall()]  # fmt: skip
    for name, rule in checked.plan.qualified.items():
        for position, outcome in enumerate(rule.converts):
            if outcome not in known:
                location = ("qualified", name, "converts", position)
                listed = f"Outcomes are {', '.join(map(shown, known))}." if known else "Import outcomes."
                yield Finding(
                    "warning",
                    checked.plan.place(location),
                    f"{location_text(location)} is {shown(outcome)}, which never came.",
                    f"{nearest(outcome, known)} {listed}".strip(),
                )


def links(checked: Subject) -> Iterator[Finding]:
    """Links that are the same for everybody."""
    for name, one in checked.plan.evidence.items():
        if not any(f"{{{place}}}" in one.url for place in PLACES[:2]):
            location = ("evidence", name, "url")
            yield Finding(
                "warning",
                checked.plan.place(location),
                f"{location_text(location)} leads to the same page for everybody.",
                "Put {user_id} or {account_id} where the address names whom it is about.",
            )
