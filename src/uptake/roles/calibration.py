"""What qualifying goes with: how many converted after it, against those who had not qualified at that age.

Everybody counts once. The age is the median age at which those who ever qualified did. Who had qualified by then is
followed from the day they did; everyone else, whether they qualified later or not, from the day they were of that age.
So nobody is sorted by what only happened later. It is observed, not tried out: who qualifies differs in much else.
"""

from __future__ import annotations

from datetime import date, datetime

from uptake.charts import words
from uptake.plan import Qualification
from uptake.stats.difference import difference_of_shares
from uptake.stats.estimate import Estimate
from uptake.stats.proportion import wilson
from uptake.store.projection import Cursor
from uptake.store.sql import literal

LEAST, LEAST_CONVERSIONS = 20, 5
"""Fewest on either side, and fewest conversions in all, from which on shares are told."""


def calibrate(
    cursor: Cursor, rule: Qualification, track: str, last: date, as_of: datetime, zone: str
) -> tuple[str, ...]:
    """What is known of conversions after qualifying, in sentences.

    Args:
        cursor: A cursor of the projection; history is up to date.
        rule: The rule.
        track: Its track of history.
        last: The last day.
        as_of: What happened from this instant on is not known.
        zone: Where days begin.
    """
    if not rule.converts:
        return ()
    rows = cursor.execute(
        _sql(rule.entity, zone),
        {"track": track, "last": last, "as_of": as_of, "within": rule.within_days, "outcomes": list(rule.converts)},
    ).fetchall()
    found = {bool(is_qualified): (int(n), int(came)) for is_qualified, n, came in rows}
    (n, came), (other_n, other_came) = found.get(True, (0, 0)), found.get(False, (0, 0))
    missing = [
        f"{LEAST - count:,} more {who}"
        for count, who in ((n, "who qualified"), (other_n, "who did not"))
        if count < LEAST
    ]
    if came + other_came < LEAST_CONVERSIONS:
        missing.append(f"{LEAST_CONVERSIONS - came - other_came:,} more conversions")
    if missing:
        return (f"Whether it goes with conversion cannot be told yet: {', '.join(missing)} are needed.",)
    one, other = wilson(came, n), wilson(other_came, other_n)
    apart = difference_of_shares(one, other)
    sentence = (
        f"Of those who qualified {_share(one)} converted within {rule.within_days} days, of those who had not at the same"
        f" age {_share(other)}: a difference of {words.share(apart.estimate)} (95 % interval"
        f" {words.share(apart.ci_lower)} to {words.share(apart.ci_upper)}). Observational: who qualifies differs in much else."
    )
    return (sentence,)


def _share(found: Estimate) -> str:
    return f"{words.share(found.estimate)} (n = {found.n:,.0f}, {words.share(found.ci_lower)} to {words.share(found.ci_upper)})"


def _sql(side: str, zone: str) -> str:
    return f"""
    WITH life AS (
        SELECT {side}_key AS entity_key, started_on FROM {side}_start WHERE started_on IS NOT NULL
    ), state AS (
        SELECT entity_key, min(valid_from) AS known_from, min(valid_from) FILTER (value = 1) AS qualified_on FROM history
        WHERE track = $track AND entity = '{side}' AND valid_from <= $last GROUP BY entity_key
    ), watched AS (
        -- only those whose life began where history has them: of the others nobody saw when they qualified
        SELECT s.*, started_on, qualified_on - started_on AS age FROM state s JOIN life USING (entity_key)
        WHERE started_on >= (SELECT min(known_from) FROM state)
    ), landmark AS (
        SELECT floor(median(age))::INTEGER AS age FROM watched WHERE age IS NOT NULL
    ), followed AS (
        SELECT entity_key, w.age IS NOT NULL AND w.age <= l.age AS is_qualified,
            CASE WHEN w.age IS NOT NULL AND w.age <= l.age THEN qualified_on ELSE started_on + l.age END AS index_on
        FROM watched w, landmark l WHERE l.age IS NOT NULL
    ), won AS (
        SELECT {side}_key AS entity_key,
            min(timezone({literal(zone)}, timezone('UTC', outcome_at)))::DATE AS won_on
        FROM raw.outcomes JOIN {side}s USING ({side}_id)
        WHERE list_contains($outcomes::VARCHAR[], outcome) AND outcome_at < $as_of GROUP BY ALL
    )
    SELECT is_qualified, count(*), count(*) FILTER (won_on <= index_on + $within::INTEGER)
    FROM followed LEFT JOIN won USING (entity_key)
    SEMI JOIN history h ON h.track = $track AND h.entity = '{side}' AND h.entity_key = followed.entity_key
        AND h.valid_from <= index_on AND h.valid_to > index_on  -- who had left by then cannot convert
    WHERE index_on + $within::INTEGER <= $last AND (won_on IS NULL OR won_on > index_on)
    GROUP BY is_qualified"""
