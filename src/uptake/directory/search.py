"""Search over everything that has a page: accounts, users, metrics, features, events."""

from __future__ import annotations

from dataclasses import dataclass

from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.names import called_sql
from uptake.metrics.core.query import fetch
from uptake.plan import Plan
from uptake.store.projection import Cursor

MOST_OF_A_KIND = 8


@dataclass(frozen=True)
class Hit:
    """One thing found.

    Args:
        kind: account, user, metric, feature or event.
        id: What its page is asked for.
        title: How people call it.
        detail: A second line, or empty.
    """

    kind: str
    id: str
    title: str
    detail: str = ""


def search(cursor: Cursor, plan: Plan, text: str) -> list[Hit]:
    """What holds the text, in any case; what begins with it first; a few of each kind."""
    text = text.strip().lower()
    if not text:
        return []
    hits = [
        Hit("metric", entry.name, entry.definition.title, entry.definition.purpose)
        for entry in catalogue().values()
        if text in entry.name.replace("_", " ") or text in entry.definition.title.lower()
    ]
    hits += [
        Hit("feature", feature.name, feature.title, feature.tag)
        for feature in plan.features.values()
        if text in feature.title.lower() or text in feature.name
    ]
    for kind in ("account", "user"):
        rows = fetch(
            cursor,
            f"""SELECT e.{kind}_id AS id, coalesce({called_sql(kind)}, e.{kind}_id) AS title
            FROM {kind}s e LEFT JOIN {kind}_attribute t ON t.{kind}_key = e.{kind}_key
                AND t.name IN ('name', 'full_name', 'email') AND t.valid_to = TIMESTAMP '9999-12-31'
            GROUP BY e.{kind}_id
            HAVING contains(lower(concat_ws(' ', e.{kind}_id, string_agg(t.text, ' '))), $text)
            ORDER BY starts_with(lower(title), $text) DESC, lower(title), id
            LIMIT {MOST_OF_A_KIND}""",
            {"text": text},
        )
        hits += [Hit(kind, row["id"], row["title"], row["id"] if row["id"] != row["title"] else "") for row in rows]
    events = fetch(
        cursor,
        f"""SELECT event_name FROM event_names WHERE contains(lower(event_name), $text) OR event_name IN (SELECT unnest($titled))
        ORDER BY starts_with(lower(event_name), $text) DESC, lower(event_name), event_name LIMIT {MOST_OF_A_KIND}""",
        {"text": text, "titled": [name for name, title in plan.events.items() if text in title.lower()]},
    )
    names = [str(row["event_name"]) for row in events]
    return hits + [
        Hit("event", name, plan.events.get(name, name), name if name in plan.events else "") for name in names
    ]
