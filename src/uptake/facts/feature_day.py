"""Feature use per day: one row per account, user, feature and local day.

`uses` counts rows, or sums the property that the plan names as the feature's quantity (clicks,
minutes, rows exported). An event that fits a feature in two ways is one use of it.
"""

from __future__ import annotations

from uptake.facts.scope import Scope
from uptake.facts.selection import events_sql, meant_keys, property_number
from uptake.plan import Feature, Plan
from uptake.store.projection import Cursor

DESCRIBED = """
CREATE TABLE features (feature_key SMALLINT, feature VARCHAR, title VARCHAR, tag VARCHAR, module VARCHAR, launched_on DATE);
"""
TABLE = f"""{DESCRIBED}CREATE TABLE feature_day (
    account_key INTEGER, user_key INTEGER, feature_key SMALLINT, day DATE,
    uses DOUBLE, first_at TIMESTAMP, last_at TIMESTAMP
);
"""


def keyed(plan: Plan) -> dict[int, Feature]:
    """Key -> feature. By name, so that another order in the plan changes no key."""
    return {key: plan.features[name] for key, name in enumerate(sorted(plan.features), 1)}


def chosen(plan: Plan, scope: Scope) -> dict[int, Feature]:
    """Those of them that facts are made of."""
    return {key: one for key, one in keyed(plan).items() if scope.features is None or key in scope.features}


def describe(cursor: Cursor, plan: Plan) -> None:
    """Writes down titles, tags and launch dates, which may change without any use changing."""
    cursor.execute("DELETE FROM features")
    rows = [(key, f.name, f.title, f.tag, f.module, f.launched_on) for key, f in keyed(plan).items()]
    if rows:
        cursor.executemany("INSERT INTO features VALUES (?, ?, ?, ?, ?, ?)", rows)


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the feature days of the scope again."""
    cursor.execute(f"DELETE FROM feature_day WHERE {scope.rows()}")
    for quantity, plain, conditional in _passes(chosen(plan, scope)):
        uses = f"sum({property_number(quantity)})" if quantity else "count(*)"
        pairs = [f"({name}, {key})" for key, f in plain.items() for name in _names(cursor, f)]
        sources = []
        if pairs:
            # Rows of this transaction do not count when the engine plans. Beside a list of features it would take the
            # new events for the smaller side of the join, and put all of them into its hash table.
            cursor.execute("CREATE OR REPLACE TEMP TABLE named_feature (name_key INTEGER, feature_key SMALLINT)")
            cursor.execute(f"INSERT INTO named_feature VALUES {', '.join(pairs)}")
            sources.append("SELECT event.*, feature_key FROM event JOIN named_feature USING (name_key)")
        sources += [
            f"SELECT event.*, {key} AS feature_key FROM event WHERE {events_sql(cursor, plan, f.events)}"
            for key, f in conditional.items()
        ]
        for source in sources:
            cursor.execute(
                f"""INSERT INTO feature_day
                SELECT account_key, user_key, feature_key, day, {uses}, min(event_at), max(event_at) FROM ({source})
                WHERE {scope.rows()} GROUP BY ALL ORDER BY day, feature_key, account_key, user_key"""
            )


def _passes(
    features: dict[int, Feature],
) -> list[tuple[str | None, dict[int, Feature], dict[int, Feature]]]:
    """Features grouped by quantity: those told by event names alone share one pass, the others take one each."""
    passes = []
    for quantity in dict.fromkeys(feature.quantity for feature in features.values()):
        own = {key: feature for key, feature in features.items() if feature.quantity == quantity}
        plain = {key: feature for key, feature in own.items() if not any(s.where for s in feature.events)}
        passes.append((quantity, plain, {key: f for key, f in own.items() if key not in plain}))
    return passes


def _names(cursor: Cursor, feature: Feature) -> list[int]:
    return meant_keys(cursor, {name for selector in feature.events for name in selector.events})
