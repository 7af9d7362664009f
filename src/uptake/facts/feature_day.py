"""Feature use per day: one row per account, user, feature and local day.

`uses` counts rows, or sums the property that the plan names as the feature's quantity (clicks,
minutes, rows exported). An event that fits a feature in two ways is one use of it.
"""

from __future__ import annotations

from uptake.facts.scope import Scope
from uptake.facts.selection import events_sql, property_number
from uptake.plan import Feature, Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE features (feature_key SMALLINT, feature VARCHAR, title VARCHAR, tag VARCHAR, module VARCHAR, launched_on DATE);
CREATE TABLE feature_day (
    account_key INTEGER, user_key INTEGER, feature_key SMALLINT, day DATE,
    uses DOUBLE, first_at TIMESTAMP, last_at TIMESTAMP
);
"""


def keyed(plan: Plan) -> dict[int, Feature]:
    """Key -> feature. By name, so that another order in the plan changes no key."""
    return {key: plan.features[name] for key, name in enumerate(sorted(plan.features), 1)}


def describe(cursor: Cursor, plan: Plan) -> None:
    """Writes down titles, tags and launch dates, which may change without any use changing."""
    cursor.execute("DELETE FROM features")
    rows = [(key, f.name, f.title, f.tag, f.module, f.launched_on) for key, f in keyed(plan).items()]
    if rows:
        cursor.executemany("INSERT INTO features VALUES (?, ?, ?, ?, ?, ?)", rows)


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the feature days of the scope again."""
    cursor.execute(f"DELETE FROM feature_day WHERE {scope.rows()}")  # noqa: S608 - our own SQL
    for key, feature in keyed(plan).items():
        uses = f"sum({property_number(feature.quantity)})" if feature.quantity else "count(*)"
        cursor.execute(
            f"""INSERT INTO feature_day
            SELECT account_key, user_key, {key}, day, {uses}, min(event_at), max(event_at) FROM event
            WHERE {events_sql(cursor, plan, feature.events)} AND {scope.rows()}
            GROUP BY ALL ORDER BY day, account_key, user_key"""  # noqa: S608 - our own SQL
        )
